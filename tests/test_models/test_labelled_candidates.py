import pytest
import torch
from mmengine.structures import InstanceData

from avs_mm.models.labelled_candidates import with_labelled_objects
from avs_mm.registry import MODELS


def candidates(*found: tuple[int, list[bool]]) -> InstanceData:
    masks = torch.tensor([row for _, row in found], dtype=torch.bool).reshape(len(found), 1, 4)
    labels = torch.tensor([label for label, _ in found], dtype=torch.long)
    return InstanceData(masks=masks, labels=labels, scores=torch.full((len(found),), 0.7))


MAP = torch.tensor([[1, 1, 255, 255]])


@pytest.mark.parametrize(
    ("found", "expected", "scores"),
    [
        ([], [(1, [1, 1, 0, 0])], [1.0]),
        ([(0, [0, 0, 1, 0])], [(0, [0, 0, 1, 0]), (1, [1, 1, 0, 0])], [0.7, 1.0]),
        ([(1, [0, 1, 0, 0])], [(1, [0, 1, 0, 0])], [0.7]),  # IoU 1/2: found
        ([(1, [0, 1, 1, 0])], [(1, [1, 1, 0, 0])], [1.0]),  # IoU 1/3: missed
        (
            [(1, [0, 0, 0, 1]), (2, [1, 1, 0, 0])],
            [(1, [1, 1, 0, 0]), (2, [1, 1, 0, 0])],
            [1.0, 0.7],
        ),
    ],
)
def test_missed_objects_become_candidates(found, expected, scores):
    completed = with_labelled_objects(candidates(*found), MAP)
    rows = completed.masks[:, 0].int().tolist()
    assert list(zip(completed.labels.tolist(), rows, strict=True)) == expected
    assert completed.scores.tolist() == pytest.approx(scores)


def test_nothing_labelled_changes_nothing():
    found = candidates((0, [1, 0, 0, 0]))
    assert with_labelled_objects(found, torch.full((1, 4), 255)) is found


def test_avsc_learns_of_objects_that_stage1_misses(avsc_config, labelled_samples):
    batch = {"img": torch.randn(2, 3, 32, 32), "audio": 0.1 * torch.randn(2, 16000)}
    for labelled in (False, True):
        torch.manual_seed(0)
        model = MODELS.build({**avsc_config, "labelled_candidates": labelled}).eval()
        with torch.no_grad():
            model.segmentor.decode_head.cls_embed.bias[-1] = 1e4  # it finds nothing
        model(batch, labelled_samples, mode="loss")["loss_avc"].backward()
        assert (model.audio_head[-1].bias.grad.abs().sum() > 0) == labelled
