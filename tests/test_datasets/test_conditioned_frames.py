"""Images once, sounds under every condition: each as its own data set would give it."""

import copy
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.config import Config, ConfigDict
from mmengine.registry import DefaultScope
from mmengine.runner import Runner
from torch.utils.data import DataLoader

from avs_mm.datasets import AVSBenchDataset
from avs_mm.datasets.audio_conditions import STANDARD_CONDITIONS
from avs_mm.datasets.audio_pairs import write_audio_pairs
from avs_mm.datasets.conditioned_frames import (
    ConditionedFrames,
    collate_conditioned,
    conditioned_frames,
    conditioned_test_frames,
    under_condition,
)
from avs_mm.launch import read_config
from avs_mm.shipped import tools_dir

pytestmark = pytest.mark.slow

CONFIGS = tools_dir().parent / "configs"

PIPELINE = [
    dict(type="LoadImageFromFile"),
    dict(type="avs_mm.LoadAudio"),
    dict(type="mmseg.Resize", scale=(16, 12)),
    dict(type="avs_mm.LoadSoundingMask"),
    dict(type="avs_mm.PackAVSInputs"),
]
CONDITIONS = ("original", "unmatched", "silence", "offscreen", "mute", "noise")


@pytest.fixture
def config(s4_root: Path, tmp_path: Path, write_wav) -> dict:
    steps = np.random.default_rng(0).integers(-9000, 9000, 48_000)
    write_wav(tmp_path / "rain" / "rain.wav", steps)
    return dict(
        type="avs_mm.AVSBenchDataset",
        subset="s4",
        split="test",
        data_root=str(s4_root),
        test_mode=True,
        audio_seed=4,
        offscreen_root=str(tmp_path / "rain"),
        pipeline=PIPELINE,
    )


def single(config: dict, condition: str) -> AVSBenchDataset:
    arguments = {key: value for key, value in config.items() if key != "type"}
    return AVSBenchDataset(**arguments, audio=condition)


@pytest.mark.parametrize("num_workers", [0, 2])
def test_every_condition_is_that_of_its_own_data_set(config: dict, num_workers):
    frames = conditioned_frames(ConfigDict(config), CONDITIONS)
    assert set(CONDITIONS) == set(STANDARD_CONDITIONS)
    assert len(frames) == 15
    assert frames.metainfo["classes"] == ("cat", "dog", "horse")
    loader = DataLoader(
        frames, batch_size=4, num_workers=num_workers, collate_fn=collate_conditioned
    )
    index = 0
    alone = {condition: single(config, condition) for condition in CONDITIONS}
    for batch in loader:
        assert tuple(batch["audios"]) == CONDITIONS
        size = len(batch["data_samples"])
        for condition in CONDITIONS:
            heard = under_condition(batch, condition)
            for place in range(size):
                expected = alone[condition][index + place]
                for key in ("img", "audio"):
                    assert torch.equal(heard["inputs"][key][place], expected["inputs"][key])
                sample = heard["data_samples"][place]
                assert sample.metainfo == expected["data_samples"].metainfo
                mask = expected["data_samples"].gt_sounding_mask.data
                assert torch.equal(sample.gt_sounding_mask.data, mask)
        index += size
    assert index == 15


def test_an_item(config: dict):
    item = conditioned_frames(config, ["mute", "unmatched"])[6]
    assert list(item) == ["inputs", "data_samples", "audios"]
    assert item["data_samples"].audio_condition == "original"
    assert list(item["audios"]) == ["mute", "unmatched"]
    assert set(item["audios"]["mute"]) == {"audio", "metainfo"}
    assert item["audios"]["mute"]["audio"].shape == (16_000,)
    sounds = {name: sound["metainfo"] for name, sound in item["audios"].items()}
    assert set(sounds["mute"]) == {"audio_condition", "audio_path", "second"}
    assert [sound["audio_condition"] for sound in sounds.values()] == ["mute", "unmatched"]
    assert Path(sounds["unmatched"]["audio_path"]).stem != "cat_c"


def test_predictions_stay_with_their_condition(config: dict):
    frames = conditioned_frames(config, ["mute", "silence"])
    batch = collate_conditioned([frames[0], frames[1]])
    mute = under_condition(batch, "mute")["data_samples"]
    mute[0].pred_sounding_map = mute[0].gt_sounding_mask
    assert "pred_sounding_map" not in batch["data_samples"][0]
    assert "pred_sounding_map" not in under_condition(batch, "silence")["data_samples"][0]
    assert batch["data_samples"][0].audio_condition == "original"


def test_the_images_are_decoded_once(config: dict, monkeypatch):
    from mmcv.transforms import LoadImageFromFile

    decoded = []
    load = LoadImageFromFile.transform

    def count(self, results: dict) -> dict:
        decoded.append(results["img_path"])
        return load(self, results)

    monkeypatch.setattr(LoadImageFromFile, "transform", count)
    frames = conditioned_frames(config, CONDITIONS)
    for index in range(3):
        frames[index]
    assert len(decoded) == 3


def test_mmengine_builds_a_loader(config: dict):
    loader = dict(
        batch_size=10,
        num_workers=0,
        sampler=dict(type="DefaultSampler", shuffle=False),
        dataset=conditioned_frames(config, ["mute"]),
        collate_fn=dict(type=collate_conditioned),
    )
    batches = list(Runner.build_dataloader(loader))
    assert [len(batch["audios"]["mute"]["audio"]) for batch in batches] == [10, 5]


@pytest.mark.parametrize("scope", ["mmseg", "mmdet"])
def test_lazy_data_sets_in_any_scope(config: dict, scope):
    with DefaultScope.overwrite_default_scope(scope):
        frames = conditioned_frames({**config, "lazy_init": True}, ["noise"])
    assert len(frames) == 15


def test_lists_and_folders_of_a_condition(config: dict, tmp_path: Path):
    folder = config.pop("offscreen_root")
    with pytest.raises(ValueError, match="needs offscreen_root"):
        conditioned_frames(config, ["offscreen"])
    frames = conditioned_frames(config, ["offscreen"], offscreen_root=folder)
    write_audio_pairs(frames.conditions["offscreen"], tmp_path / "pairs.csv")
    pairs = dict(offscreen=tmp_path / "pairs.csv")
    again = conditioned_frames(
        {**config, "audio": "noise", "audio_seed": 9},
        ["offscreen", "mute"],
        offscreen_root=folder,
        audio_pairs=pairs,
    )
    for index in range(15):
        first, second = frames[index]["audios"], again[index]["audios"]
        assert torch.equal(first["offscreen"]["audio"], second["offscreen"]["audio"])
        assert first["offscreen"]["metainfo"] == second["offscreen"]["metainfo"]
    with pytest.raises(ValueError, match=r"audio_pairs for \['offscreen'\], which is not among"):
        conditioned_frames(config, ["mute"], audio_pairs=pairs)


def test_data_sets_that_do_not_fit(config: dict):
    original, mute = single(config, "original"), single(config, "mute")
    with pytest.raises(ValueError, match="data set for 'noise' has audio='mute'"):
        ConditionedFrames(original, {"noise": mute})
    with pytest.raises(ValueError, match="data set for 'mute' has other samples"):
        ConditionedFrames(original, {"mute": single({**config, "split": "val"}, "mute")})
    silent = copy.copy(config)
    silent["pipeline"] = [PIPELINE[0], *PIPELINE[2:]]
    with pytest.raises(ValueError, match="audio='mute' has no LoadAudio"):
        ConditionedFrames(original, {"mute": single(silent, "mute")})


def test_by_default_all_conditions_that_the_data_allows(config: dict, capsys):
    assert list(conditioned_frames(config).conditions) == list(STANDARD_CONDITIONS)
    config.pop("offscreen_root")
    frames = conditioned_frames(config)
    assert list(frames.conditions) == [name for name in STANDARD_CONDITIONS if name != "offscreen"]
    assert frames.conditions["original"] is frames.dataset
    assert "offscreen is left out: it needs offscreen_root" in capsys.readouterr().out


def test_frames_of_a_config(config: dict):
    frames = conditioned_test_frames(
        Config(dict(test_dataloader=dict(dataset=config))), ["original", "mute"]
    )
    assert list(frames.conditions) == ["original", "mute"]
    assert len(frames) == 15


def test_avis_is_sent_to_its_own_metrics():
    config = read_config(CONFIGS / "benchmarks" / "avis_avsc.py")
    with pytest.raises(ValueError, match=r"avis_avsc\.py: .*AVISDataset, whose .*tools/test\.py"):
        conditioned_test_frames(config)


@pytest.fixture
def vpo_config(vpo_root: Path, monkeypatch) -> Config:
    """The shipped config, on images without objects of one category in MS."""
    monkeypatch.setenv("VPO_ROOT", str(vpo_root))
    table = vpo_root / "VPO-MS" / "vpo_ms_data_stereo.csv"
    table.write_text(table.read_text() + "7,71,bird,16,jet,0.125,0,test\n")
    config = read_config(CONFIGS / "benchmarks" / "vpo_avsc.py")
    config.test_dataloader.dataset.audio_root = str(vpo_root / "audios")
    return config


def test_vpo_under_the_conditions_that_it_has(vpo_config: Config):
    frames = conditioned_test_frames(vpo_config)
    assert list(frames.conditions) == ["original", "silence", "noise", "unmatched", "mute"]
    first, second, third = (frames[index]["audios"] for index in range(3))
    assert {sound["audio"].shape for sound in first.values()} == {(48_000,)}
    assert float(first["silence"]["audio"].abs().max()) == 0
    # under the jet of the bird alone, and that under either of theirs
    assert torch.equal(first["unmatched"]["audio"], second["unmatched"]["audio"])
    own = [sound["original"]["audio"] for sound in (first, second)]
    assert any(torch.equal(third["unmatched"]["audio"], sound) for sound in own)
    with pytest.raises(ValueError, match="offscreen_root is not for VPODataset; leave it out"):
        conditioned_test_frames(vpo_config, offscreen_root="rain")
    with pytest.raises(ValueError, match="condition offscreen_official is not possible: unknown"):
        conditioned_test_frames(vpo_config, ["offscreen_official"])


@pytest.mark.parametrize("loader", [{}, {"dataset": {"type": "ADE20KDataset"}}])
def test_a_config_without_such_a_data_set_is_named(tmp_path: Path, loader: dict):
    Config(dict(test_dataloader=loader)).dump(tmp_path / "other.py")
    found = loader.get("dataset", {}).get("type")
    with pytest.raises(ValueError, match=rf"other\.py: test_dataloader\.dataset is {found}, whose"):
        conditioned_test_frames(Config.fromfile(tmp_path / "other.py"))
