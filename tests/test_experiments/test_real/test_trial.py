import json
from pathlib import Path

import pytest

from avs_mm.experiments.real.__main__ import real_data, summarise
from avs_mm.experiments.real.trial import Trial, mean_and_std, s4_metrics, trial_steps


def write_results(folder: Path, *, J: float) -> None:  # noqa: N803
    original = {"avs/J": J, "avs/F": 0.6, "candidates/oracle_J": 0.5, "tracks/all_right": 0.25}
    metrics = {"original": original}
    for name, empty in (("silence", 1.0), ("noise", 0.8), ("unmatched", 0.6), ("offscreen", 0.7)):
        metrics[name] = {f"audio/RA_{name}": empty}
    for subset in ("s4", "ms3"):
        path = folder / f"test-{subset}" / "results.json"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps({"metrics": metrics}))
    (folder / "done.json").write_text(json.dumps({"seg": 10.0, "avsc": 5.0}))


def test_g_j_is_the_harmonic_mean_of_j_and_of_what_stays_empty(tmp_path: Path):
    write_results(tmp_path / "seed0", J=0.4)
    assert s4_metrics(tmp_path / "seed0") == pytest.approx(
        {
            "J": 0.4,
            "F": 0.6,
            "oracle_J": 0.5,
            "RA_silence": 1.0,
            "RA_noise": 0.8,
            "RA_unmatched": 0.6,
            "RA_offscreen": 0.7,
            "G_J": 2 * 0.4 * 0.8 / 1.2,
        }
    )


def test_summary(tmp_path: Path):
    for seed, score in enumerate((0.4, 0.6)):
        write_results(tmp_path / f"seed{seed}", J=score)
    write_results(tmp_path / "fold0", J=0.3)
    summary = summarise(tmp_path)
    assert summary["seeds"] == 2
    assert summary["seconds"] == 45.0
    assert summary["s4"]["J"] == pytest.approx(0.5)
    assert summary["s4"]["J_std"] == pytest.approx(0.1)
    assert summary["ms3"]["all_tracks_right"] == 0.25
    assert summary["folds"]["J"] == pytest.approx(0.3)
    assert set(summary["folds"]) == set(summary["s4"])


def test_mean_and_std():
    assert mean_and_std([{"J": 0.2}, {"J": 0.4}]) == pytest.approx({"J": 0.3, "J_std": 0.1})


def test_steps_of_a_seed_are_of_the_given_split(tmp_path: Path):
    steps = trial_steps(Trial("seed1", 1, Path("/real")), tmp_path)
    assert [step.name for step in steps] == [
        "seed1-seg",
        "seed1-avsc",
        "seed1-test-s4",
        "seed1-test-ms3",
    ]
    assert all("randomness.seed=1" in step.command for step in steps[:2])
    assert not any("split=train" in part for step in steps for part in step.command)


def test_steps_of_a_fold_hold_clips_out(tmp_path: Path):
    trial = Trial("fold0", 0, *(Path(f"/folds/0/{part}") for part in ("train", "inner", "held")))
    seg, _, test, several = (step.command for step in trial_steps(trial, tmp_path))
    single = "AVSBench-object/Single-source"
    assert f"val_dataloader.dataset.data_root=/folds/0/inner/{single}" in seg
    assert f"test_dataloader.dataset.data_root=/folds/0/held/{single}" in test
    assert "test_dataloader.dataset.split=train" in test
    assert "test_dataloader.dataset.subset=ms3" in several


@pytest.mark.parametrize(
    ("folders", "fault"),
    [(None, "AVS_REAL is not set"), (["AVSBench-semantic"], "lacks AVSBench-object/Single-source")],
)
def test_missing_data_is_one_sentence(tmp_path: Path, monkeypatch, folders, fault: str):
    monkeypatch.delenv("AVS_REAL", raising=False)
    for name in folders or ():
        (tmp_path / name).mkdir()
        monkeypatch.setenv("AVS_REAL", str(tmp_path))
    with pytest.raises(FileNotFoundError, match=fault):
        real_data()
