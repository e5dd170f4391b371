"""tools/evaluate.py end to end, with an untrained model on a few drawn clips."""

import csv
import json
import wave
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from mmengine.config import Config
from mmengine.runner import Runner

from avs_mm import configs_dir

pytestmark = pytest.mark.slow

CLASSES = ["bell", "bird", "drum", "engine", "siren", "whistle"]


@pytest.fixture(scope="module")
def checkpoint(untrained) -> Path:
    return untrained(CLASSES)


@pytest.fixture(scope="module")
def rain(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("rain")
    noise = np.random.default_rng(0).integers(-3000, 3000, 40_000).astype(np.int16)
    with wave.open(str(folder / "rain.wav"), "wb") as file:
        file.setparams((1, 2, 16_000, len(noise), "NONE", ""))
        file.writeframes(noise.tobytes())
    return folder


@pytest.fixture(scope="module")
def config_of(clips, tmp_path_factory) -> Callable[..., Path]:
    """Writes a config of stage 2 on the drawn clips."""

    def write(**dataset) -> Path:
        folder = tmp_path_factory.mktemp("config")
        subset = dataset.get("subset", "s4")
        objects = {"s4": "Single-source", "ms3": "Multi-sources"}[subset]
        config = Config.fromfile(configs_dir() / "mini" / "avsc.py")
        config.test_dataloader.update(num_workers=0, persistent_workers=False, batch_size=7)
        config.test_dataloader.dataset.update(
            data_root=str(clips / "AVSBench-object" / objects),
            silent_root=str(clips / "silent-objects" / subset),
            serialize_data=False,  # which collects all garbage first
            **dataset,
        )
        config.model.stage1 = None
        config.model.segmentor.update(score_threshold=0.0, quality_threshold=0.0)  # untrained
        config.work_dir = str(folder / "work_dir")
        config.dump(folder / "tiny.py")
        return folder / "tiny.py"

    return write


@pytest.fixture(scope="module")
def evaluated(evaluate, config_of, checkpoint, rain) -> Path:
    """A config whose work dir holds an evaluation under all conditions."""
    config = config_of()
    evaluate(config, checkpoint, "--offscreen-root", rain)
    return config


def read(folder: Path) -> dict:
    return json.loads((folder / "results.json").read_text())


def test_all_conditions_from_one_pass(evaluated, checkpoint):
    out = evaluated.parent / "work_dir" / "evaluate"
    results = read(out)

    conditions = ["original", "silence", "noise", "unmatched", "offscreen", "mute"]
    assert list(results["metrics"]) == conditions
    assert results["frames"] == 30
    assert results["data"]["subset"] == "s4"
    assert results["data"]["split"] == "test"
    assert results["command"].startswith(f"python tools/evaluate.py {evaluated} {checkpoint} --off")
    original = results["metrics"]["original"]
    assert max(results["f_curve"]) == original["avs/F"] > 0
    assert len(results["f_curve"]) == 255
    per_category = results["J_per_category"]
    assert {name: entry["frames"] for name, entry in per_category.items()} == dict.fromkeys(
        CLASSES, 5
    )
    mean = sum(entry["J"] for entry in per_category.values()) / 6
    assert mean == pytest.approx(original["avs/J"], abs=1e-9)
    worst = [frame["J"] for frame in results["worst_frames"]]
    assert len(worst) == 12
    assert worst == sorted(worst)
    assert Path(results["worst_frames"][0]["img_path"]).is_file()
    for condition in conditions[1:]:
        figures = results["metrics"][condition]
        assert figures[f"audio/FPR_{condition}"] == pytest.approx(
            1 - figures[f"audio/mIoU_{condition}"],
            abs=1e-7,  # each is a float32 of every frame
        )
        negative = 1 - figures[f"audio/negative_J_{condition}"]
        assert figures[f"inferred/G_J_{condition}"] == pytest.approx(
            2 / (1 / original["avs/J"] + 1 / negative)
        )

    for condition, name in results["pairs"].items():
        rows = list(csv.DictReader((out / name).open()))
        assert len(rows) == 30
        assert {row["condition"] for row in rows} == {condition}
        assert {row["audio"] == "" for row in rows} == {condition in ("silence", "noise", "mute")}
    plots = sorted(path.name for path in out.glob("*.png"))
    assert plots == [
        *("F_over_threshold.png", "J_per_category.png"),
        *("RA_per_condition.png", "worst_frames.png"),
    ]
    assert cv2.imread(str(out / "worst_frames.png")).shape[0] > 1000
    assert "| candidates/I |" in (out / "table.md").read_text()
    assert [path.name for path in out.parent.iterdir()] == ["evaluate"]  # and no leavings


@pytest.mark.parametrize(
    ("condition", "metrics"),
    [
        ("original", ["AVSMetric", "CandidateMetric", "TrackMetric"]),
        ("unmatched", ["AudioSensitivityMetric"]),
    ],
)
def test_the_figures_are_those_of_a_test_run(evaluated, checkpoint, tmp_path, condition, metrics):
    config = Config.fromfile(evaluated)
    config.test_dataloader.dataset.audio = condition
    config.test_evaluator = [dict(type=f"avs_mm.{name}") for name in metrics]
    config.load_from = str(checkpoint)
    config.work_dir = str(tmp_path)
    config.experiment_name = f"alone_{condition}"
    alone = Runner.from_cfg(config).test()

    figures = read(evaluated.parent / "work_dir" / "evaluate")["metrics"][condition]
    extra = {"original": {"avs/F_official@10frames"}}.get(
        condition, {"inferred/G_J_unmatched", "inferred/G_F_unmatched"}
    )
    assert {key: value for key, value in figures.items() if key not in extra} == alone
    assert extra < figures.keys()


def test_what_the_data_does_not_allow_is_left_out(
    evaluate, config_of, checkpoint, tmp_path, capsys
):
    config = config_of(subset="ms3", metainfo=dict(classes=CLASSES))
    evaluate(config, checkpoint, "--out", tmp_path)
    said = capsys.readouterr().out
    assert "offscreen is left out: it needs offscreen_root" in said
    assert "unmatched is left out: clip" in said
    figures = read(tmp_path)["metrics"]
    assert list(figures) == ["original", "silence", "noise", "mute"]
    # three clips of one picture, whose categories only AVSBench-semantic would tell
    assert figures["original"]["tracks/pictures"] == 5
    assert 0 <= figures["original"]["tracks/all_right"] <= 1
    assert not any(name.startswith("candidates/") for name in figures["original"])


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (["--conditions", "offscreen"], "condition offscreen is not possible: .* offscreen_root"),
        (["--conditions", "unmatched"], "condition unmatched is not possible: clip .* unknown"),
        (["--offscreen-root", "nowhere"], "nowhere: no such folder"),
    ],
)
def test_what_was_asked_for_is_not_left_out(evaluate, config_of, checkpoint, arguments, fault):
    config = config_of(subset="ms3", metainfo=dict(classes=CLASSES))
    with pytest.raises(SystemExit, match=f"^evaluate: {fault}"):
        evaluate(config, checkpoint, *arguments)


def test_a_failure_leaves_the_results_of_an_earlier_run(evaluate, config_of, checkpoint, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "results.json").write_text("earlier")
    config = config_of(metainfo=dict(classes=[*CLASSES, "alarm"]))
    with pytest.raises(SystemExit, match=r"untrained\.pth knows bell, .* test set has .*, alarm"):
        evaluate(config, checkpoint, "--out", out)
    with pytest.raises(SystemExit, match=r"evaluate: none\.py: no such config"):
        evaluate("none.py", checkpoint, "--out", out)
    with pytest.raises(SystemExit, match="no checkpoint at"):
        evaluate(config, tmp_path / "none.pth", "--out", out)
    assert {path.name: path.read_text() for path in out.iterdir()} == {"results.json": "earlier"}


def test_another_data_set_is_refused(evaluate, config_of, checkpoint):
    config = config_of(type="ADE20KDataset")
    with pytest.raises(SystemExit, match=r"tiny\.py: test_dataloader\.dataset is ADE20KDataset"):
        evaluate(config, checkpoint)
