"""AVSBenchClips: every frame of a clip, with or without a mask."""

from pathlib import Path

import numpy as np
import pytest
from mmcv.transforms import Compose
from mmengine.config import Config
from mmengine.registry import init_default_scope
from PIL import Image

from avs_mm.datasets import AVSBenchClips, AVSBenchDataset
from avs_mm.shipped import configs_dir

PIPELINE = [
    dict(type="mmcv.LoadImageFromFile"),
    dict(type="avs_mm.LoadAudio"),
    dict(type="avs_mm.LoadSoundingMask"),
    dict(type="mmseg.RandomFlip", prob=1.0),
    dict(type="avs_mm.PackAVSInputs"),
]


def test_s4_train_has_five_frames_and_one_mask_a_clip(s4_root):
    init_default_scope("mmseg")
    dataset = AVSBenchClips(subset="s4", split="train", data_root=s4_root, pipeline=PIPELINE)
    infos = [dataset.get_data_info(index) for index in range(len(dataset))]
    assert [(info["clip"], info["frame"]) for info in infos] == [
        (clip, frame) for clip in ("dog_a", "cat_a") for frame in range(5)
    ]
    for index, info in enumerate(infos):
        assert info["img_path"].endswith(f"{info['clip']}_{info['frame'] + 1}.png")
        packed = dataset[index]
        sample = packed["data_samples"]
        assert ("gt_sounding_mask" in sample) == ("gt_sem_seg" in sample) == (info["frame"] == 0)
        assert (sample.clip, sample.frame, sample.second) == (info["clip"], *[info["frame"]] * 2)
        # Second s of clip number n is the constant 1000 (s + 1) + 10 n
        constant = 1000 * (info["frame"] + 1) + 10 * (index // 5)
        assert np.allclose(packed["inputs"]["audio"] * 32768, constant)


def test_avss_adds_frames_to_v1s_alone(semantic_root):
    dataset = AVSBenchClips(subset="avss", split="train", data_root=semantic_root)
    infos = [dataset.get_data_info(index) for index in range(len(dataset))]
    frames: dict[str, list[bool]] = {}
    for info in infos:
        frames.setdefault(info["clip"], []).append(info["seg_map_path"] is not None)
        assert info["img_path"].endswith(f"frames/{info['frame']}.jpg")
    one_mask = [True, False, False, False, False]
    assert frames == {
        "dog_a": one_mask, "cat_a": one_mask, "pair_a": [True] * 5, "long_a": [True] * 10
    }  # fmt: skip


@pytest.mark.parametrize(("subset", "split"), [("s4", "test"), ("s4", "val"), ("ms3", "train")])
def test_elsewhere_it_is_the_same_data_set(subset: str, split: str, request):
    root = request.getfixturevalue(f"{subset}_root")
    arguments = dict(subset=subset, split=split, data_root=root)
    clips, frames = AVSBenchClips(**arguments), AVSBenchDataset(**arguments)
    assert len(clips) == len(frames)
    assert [clips.get_data_info(i) for i in range(len(clips))] == [
        frames.get_data_info(i) for i in range(len(frames))
    ]


def test_names_a_missing_image(s4_root):
    missing = s4_root / "s4_data" / "visual_frames" / "train" / "cat" / "cat_a" / "cat_a_4.png"
    missing.unlink()
    with pytest.raises(FileNotFoundError, match=r"cat_a_4\.png: clip cat_a lacks"):
        AVSBenchClips(subset="s4", split="train", data_root=s4_root)


def test_refuses_other_sounds_where_masks_are_missing(s4_root):
    with pytest.raises(ValueError, match=r"without a mask.*'silence'"):
        AVSBenchClips(subset="s4", split="train", data_root=s4_root, audio="silence")


@pytest.mark.parametrize("config", ["tpavi_r50_avss", "tpavi_pvtv2_avss"])
@pytest.mark.parametrize("size", [(1280, 720), (256, 456)])  # width, height
def test_tpavis_frames_and_masks_of_avss_are_resized_by_pil(
    tmp_path: Path, config: str, size: tuple[int, int]
):
    """As in AVSBench's code, bit for bit; OpenCV's bilinear filter does not average."""
    init_default_scope("mmseg")
    rng = np.random.default_rng(0)
    path = tmp_path / "frame.jpg"
    Image.fromarray(rng.integers(0, 256, (*size[::-1], 3), np.uint8)).save(path)
    labels = rng.integers(0, 71, size[::-1], np.uint8)
    loaders = Config.fromfile(configs_dir() / f"{config}.py")
    expected = Image.open(path).resize((224, 224), Image.Resampling.BILINEAR)
    for loader in (loaders.train_dataloader, loaders.val_dataloader, loaders.test_dataloader):
        steps = [s for s in loader.dataset.pipeline if s.type in ("LoadImageFromFile", "Resize")]
        load, resize = (Compose([step]) for step in steps)
        results = load(dict(img_path=str(path)))
        results.update(gt_seg_map=labels, seg_fields=["gt_seg_map"])
        resize(results)
        np.testing.assert_array_equal(results["img"][..., ::-1], np.asarray(expected))
        nearest = Image.fromarray(labels).resize((224, 224), Image.Resampling.NEAREST)
        np.testing.assert_array_equal(results["gt_seg_map"], np.asarray(nearest))
