"""A batch that workers hand over as one tensor holds what it would hold otherwise."""

import pickle
from multiprocessing.reduction import ForkingPickler  # to which torch adds its tensors

import numpy as np
import pytest
import torch
from mmengine.dataset import pseudo_collate
from mmengine.registry import FUNCTIONS
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample
from torch.utils.data import DataLoader, Dataset

from avs_mm.datasets import one_tensor_collate
from avs_mm.datasets.one_tensor_batch import OneTensorBatch

TYPES = (torch.uint8, torch.int64, torch.float32, torch.bool, torch.float16)


class Samples(Dataset):
    def __len__(self) -> int:
        return 7

    def __getitem__(self, index: int) -> dict:
        rng = np.random.default_rng(index)
        height, width = rng.integers(1, 6, size=2).tolist()
        draw = rng.integers(0, 256, (3, height, width))
        sample = SegDataSample(metainfo={"img_path": f"{index}.png", "numbers": draw[0, 0]})
        sample.gt_sem_seg = PixelData(data=torch.from_numpy(draw[:1]))
        image = torch.from_numpy(draw).to(TYPES[index % len(TYPES)]).transpose(1, 2)
        inputs = {"img": image, "audio": torch.rand(()), "none": torch.zeros(0, 3)}
        return {"inputs": inputs, "data_samples": sample}


def assert_equal(found, expected):
    assert type(found) is type(expected)
    if isinstance(expected, torch.Tensor):
        assert found.dtype == expected.dtype
        assert torch.equal(found, expected)
    elif isinstance(expected, SegDataSample):
        assert found.img_path == expected.img_path
        np.testing.assert_array_equal(found.numbers, expected.numbers)
        assert_equal(found.gt_sem_seg.data, expected.gt_sem_seg.data)
    elif isinstance(expected, dict):
        assert list(found) == list(expected)
        for key in expected:
            assert_equal(found[key], expected[key])
    else:
        for one, other in zip(found, expected, strict=True):
            assert_equal(one, other)


@pytest.mark.parametrize("workers", [0, 2])
def test_equals_the_batches_of_pseudo_collate(workers: int):
    loaders = [
        DataLoader(Samples(), batch_size=3, num_workers=workers, collate_fn=collate)
        for collate in (one_tensor_collate, pseudo_collate)
    ]
    for seed, (found, expected) in enumerate(zip(*loaders, strict=True)):
        for batch in (found, expected):
            batch["inputs"]["audio"] = [torch.full((), float(seed))]  # drawn anew by each loader
        assert_equal(dict(found), dict(expected))


def test_a_batch_is_one_tensor_on_its_way_and_a_dict_where_it_arrives():
    batch = one_tensor_collate([Samples()[0], Samples()[1]])
    _, (_pickled, content, places) = batch.__reduce__()
    assert content.is_shared()
    assert len(places) == 8
    received = pickle.loads(bytes(ForkingPickler.dumps(batch)))
    assert type(received) is dict
    assert_equal(received, dict(batch))
    pointers = {image.untyped_storage().data_ptr() for image in received["inputs"]["img"]}
    assert len(pointers) == 1


@pytest.mark.parametrize(
    ("labels", "bytes_a_label"),
    [((0, 255), 1), ((0, 256), 8), ((-1, 5), 8), ((-(2**63), 2**63 - 1), 8)],
)
def test_label_maps_are_sent_in_8_bits_where_they_fit(labels, bytes_a_label):
    label_map = torch.tensor(labels).repeat(64 * 64).reshape(1, 64, 128)
    batch = OneTensorBatch(a=[label_map, label_map.transpose(1, 2)])
    _, (_pickled, content, _places) = batch.__reduce__()
    assert content.numel() == 2 * bytes_a_label * label_map.numel()
    received = pickle.loads(bytes(ForkingPickler.dumps(batch)))
    assert_equal(received["a"], batch["a"])


def test_what_is_received_may_be_written_to():
    received = pickle.loads(bytes(ForkingPickler.dumps(OneTensorBatch(a=[torch.ones(3)] * 2))))
    received["a"][0][:] = 5
    assert received["a"][1].tolist() == [1, 1, 1]


def test_configs_find_it_by_name():
    assert FUNCTIONS.get("avs_mm.one_tensor_collate") is one_tensor_collate
