"""VPODataset on files in VPO's layout, and what loads its masks and its sound."""

from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.registry import init_default_scope

from avs_mm.datasets import LoadStereoSources, VPODataset
from avs_mm.datasets.vpo_layout import VPO_CATEGORIES
from avs_mm.models.audio.beats import BEATs

PIPELINE = [
    dict(type="mmcv.LoadImageFromFile"),
    dict(type="avs_mm.LoadVPOMask"),
    dict(type="mmseg.RandomFlip", prob=0.0),
    dict(type="avs_mm.LoadStereoSources"),
    dict(type="avs_mm.PackAVSInputs"),
]
CAR, AIRPLANE = (VPO_CATEGORIES.index(name) for name in ("car", "airplane"))


def build(root: Path, subset: str, **arguments) -> VPODataset:
    known = dict(split="test", data_root=root, audio_root=root / "audios", pipeline=PIPELINE)
    return VPODataset(subset=subset, **(known | arguments))


def test_ss_has_a_sample_a_row(vpo_root: Path):
    init_default_scope("mmseg")
    dataset = build(vpo_root, "ss")
    assert [len(dataset.get_data_info(index)["sources"]) for index in range(3)] == [1, 1, 1]
    assert len(dataset) == 3  # val is tested on, too
    first, second, _ = (dataset[index]["data_samples"] for index in range(3))
    assert first.img_path.endswith("VPO-SS/data/car/000000000008.jpg")
    assert second.seg_map_path.endswith("mask/airplane/000000000008_000000000081.png")
    for sample, category, pixels in ((first, CAR, 6), (second, AIRPLANE, 4)):
        assert int((sample.gt_sem_seg.data == category).sum()) == pixels
        assert int(sample.gt_sounding_mask.data.sum()) == pixels
    assert len(build(vpo_root, "ss", split="train")) == 1


@pytest.mark.parametrize("subset", ["ms", "msmi"])
def test_the_rows_of_an_image_are_its_sources(vpo_root: Path, subset):
    init_default_scope("mmseg")
    dataset = build(vpo_root, subset)
    assert len(dataset) == 2
    infos = [dataset.get_data_info(index) for index in range(2)]
    assert [[s["position"] for s in info["sources"]] for info in infos] == [[0.25, 1.0], [0.5]]
    # Without two objects of a category the image lies in VPO-MS
    assert "VPO-MS/data" in infos[0]["img_path"]
    assert f"VPO-{subset.upper()}/mask" in infos[1]["seg_map_path"]
    sample = dataset[0]["data_samples"]
    # A car stays a car beside an airplane, whose label is 5
    assert int((sample.gt_sem_seg.data == CAR).sum()) == 6
    assert int((sample.gt_sem_seg.data == AIRPLANE).sum()) == 4
    assert int(sample.gt_ignore_mask.data.sum()) == 4
    assert int(sample.gt_sounding_mask.data.sum()) == 10


def test_the_middle_of_the_sounds_from_left_and_right(vpo_root: Path):
    """The horn's second s is 1000 (s + 1), of four; the jet is one second of 1000."""
    info = build(vpo_root, "ms", pipeline=()).get_data_info(0)
    stereo = LoadStereoSources(channels="stereo")(dict(info))["audio"] * 32768
    assert stereo.shape == (2, 48_000)
    half = 8_000  # the middle three of four seconds begin at half a second
    horn = np.concatenate([[1000] * half, [2000] * 16_000, [3000] * 16_000, [4000] * half])
    np.testing.assert_allclose(stereo[0], 0.75 * horn, atol=1e-2)
    np.testing.assert_allclose(stereo[1], 0.25 * horn + 1000, atol=1e-2)
    mono = LoadStereoSources()(dict(info))["audio"] * 32768
    np.testing.assert_allclose(mono, horn + 1000, atol=1e-2)
    # Left and right change places with the image
    flipped = LoadStereoSources(channels="stereo")(
        {**info, "flip": True, "flip_direction": "horizontal"}
    )["audio"]
    np.testing.assert_allclose(flipped * 32768, [0.25 * horn + 1000, 0.75 * horn], atol=1e-2)


@pytest.mark.parametrize(
    ("condition", "level"), [("silence", 0), ("noise", 0.1), ("mute", 0.5 / 32768)]
)
def test_generated_sounds_take_the_place_of_the_sources(vpo_root: Path, condition, level):
    info = build(vpo_root, "ms", audio=condition, audio_seed=3, pipeline=()).get_data_info(0)
    mono = LoadStereoSources()(dict(info))["audio"]
    assert mono.shape == (48_000,)
    assert np.sqrt(np.mean(mono**2)) == pytest.approx(level, rel=0.01)
    stereo = LoadStereoSources(channels="stereo")(dict(info))["audio"]
    np.testing.assert_array_equal(stereo, [mono / 2, mono / 2])
    assert info["audio_condition"] == condition
    other = build(vpo_root, "ms", audio=condition, audio_seed=4, pipeline=()).get_data_info(0)
    assert np.array_equal(mono, LoadStereoSources()(other)["audio"]) == (condition == "silence")


@pytest.fixture
def three_images(vpo_root: Path) -> Path:
    """VPO-MS with a bird, under horn and jet, beside the car and airplane of 8 and the car of 9."""
    table = vpo_root / "VPO-MS" / "vpo_ms_data_stereo.csv"
    rows = "7,71,bird,16,jet,0.125,0,test\n7,72,bird,16,horn,1,0,test\n"
    table.write_text(table.read_text() + rows)
    return vpo_root


@pytest.mark.parametrize("seed", range(3))
def test_unmatched_sources_are_those_of_a_sample_without_a_common_category(three_images, seed):
    dataset = build(three_images, "ms", audio="unmatched", audio_seed=seed, pipeline=())
    infos = {info["clip"][-1]: info for info in map(dataset.get_data_info, range(len(dataset)))}
    heard = {
        image: [(Path(one["audio_path"]).stem, one["position"]) for one in info["sources"]]
        for image, info in infos.items()
    }
    bird = [("jet", 0.125), ("horn", 1.0)]
    assert heard["8"] == heard["9"] == bird
    # either car's image will do for the bird
    assert heard["7"] in ([("horn", 0.25), ("jet", 1.0)], [("jet", 0.5)])
    assert infos["8"]["audio_condition"] == "unmatched"
    # the middle of the bird's sounds: jet is one second long, all 1000
    mono = LoadStereoSources()(infos["8"])["audio"] * 32768
    assert mono[[0, 24_000, 47_999]].tolist() == pytest.approx([2000, 4000, 5000], abs=0.1)


def test_an_image_of_ss_has_the_categories_of_all_its_samples(vpo_root: Path):
    """The airplane of image 8 may not be under a car's sound: a car is there, too."""
    with pytest.raises(ValueError, match=r"8_0+80 \(airplane, car\): no other clip of the 3"):
        build(vpo_root, "ss", audio="unmatched")


def test_an_encoder_of_one_channel_refuses_two(vpo_root: Path):
    info = build(vpo_root, "ms", pipeline=()).get_data_info(0)
    encoder = BEATs(
        frozen=False, embed_dims=16, num_layers=1, num_heads=2, feedforward_channels=16,
        patch_embed_dims=8,
    )  # fmt: skip
    stereo = torch.from_numpy(LoadStereoSources(channels="stereo")(dict(info))["audio"])[None]
    with pytest.raises(ValueError, match=r"must be floating point \(B, N\)"):
        encoder(stereo)
    mono = torch.from_numpy(LoadStereoSources()(dict(info))["audio"])[None]
    assert encoder(mono).shape[::2] == (1, 16)


def test_faults_are_named(vpo_root: Path, write_image):
    init_default_scope("mmseg")
    with pytest.raises(ValueError, match="channels is 'sum' or 'stereo', not 'mean'"):
        LoadStereoSources(channels="mean")
    with pytest.raises(ValueError, match="unknown split 'val'; VPO has 'train' and 'test'"):
        build(vpo_root, "ms", split="val")
    with pytest.raises(ValueError, match="unknown subset 'mm'"):
        build(vpo_root, "mm")
    with pytest.raises(ValueError, match="unknown audio 'offscreen'; choose one of original, sil"):
        build(vpo_root, "ms", audio="offscreen")
    with pytest.raises(ValueError, match="audio='mute' needs audio_root"):
        build(vpo_root, "ms", audio="mute", audio_root=None)
    silent = build(vpo_root, "ms", audio_root=None)
    with pytest.raises(
        ValueError,
        match=r"has no audio_path; leave LoadStereoSources .*its audio_root",
    ):
        silent[0]
    write_image(vpo_root / "VPO-MS/mask/000000000008.png", np.full((24, 32), 1, np.uint8))
    with pytest.raises(ValueError, match=r"its labels \[1\] belong to no category"):
        build(vpo_root, "ms")[0]
    (vpo_root / "audios/jet.wav").unlink()
    with pytest.raises(FileNotFoundError, match="2 of 2 clips lack files"):
        build(vpo_root, "ms")
