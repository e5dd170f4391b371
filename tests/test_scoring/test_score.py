"""Scores of saved predictions against those of AVSBench's own functions."""

import importlib
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from avs_mm.datasets.categories import voc_palette
from avs_mm.output_file import write_json
from avs_mm.reproduction.results import read_result
from avs_mm.scoring import score_folders
from avs_mm.scoring.table import scores_table

MASKS = ("tpavi_s4", "tpavi_ms3", "avs_mm", "zeros_and_ones")


@pytest.mark.parametrize("layout", [*MASKS, "probabilities", "logits"])
def test_j_is_the_official_one_in_every_layout(s4, saved, official, layout: str):
    kind = "logits" if layout == "logits" else "auto"
    results = score_folders({"original": saved(layout)}, subset="s4", root=s4, kind=kind)
    assert results["metrics"]["original"]["avs/J"] == pytest.approx(official["J"], abs=1e-6)
    assert results["frames"] == 20


@pytest.mark.parametrize("layout", ["probabilities", "logits"])
@pytest.mark.parametrize("batch", [5, 10, 20])
def test_f_is_the_official_one_at_every_batch(s4, saved, official, layout: str, batch: int):
    kind = "logits" if layout == "logits" else "auto"
    results = score_folders({"original": saved(layout)}, subset="s4", root=s4, kind=kind)
    found = results["metrics"]["original"][f"avs/F_official@{batch}frames"]
    assert found == pytest.approx(official[f"F@{batch}"], abs=1e-6)


def test_f_of_saved_masks_is_another_number_and_the_table_says_so(s4, saved, official):
    results = score_folders({"original": saved("tpavi_s4")}, subset="s4", root=s4)
    found = results["metrics"]["original"]["avs/F_official@20frames"]
    assert found == pytest.approx(official["F_masks@20"], abs=1e-6)
    assert results["readings"]["original"] == "binary masks (0 and 255), numbered from 0"
    assert "F of binary masks has one threshold" in scores_table(results)


def test_other_sounds_are_scored_beside(s4, saved, tmp_path):
    original, silence = saved("avs_mm"), tmp_path / "silence"
    for path in original.rglob("*.png"):
        place = silence / path.relative_to(original)
        place.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.zeros((24, 32), np.uint8)
        if path.parent.name == "clip_0":
            pixels[0, :8] = 255  # 8 of 768 pixels in 5 of 20 frames
        Image.fromarray(pixels).save(place)
    folders = {"original": original, "silence": silence}
    results = score_folders(folders, subset="s4", root=s4)
    metrics = results["metrics"]["silence"]
    assert metrics["audio/RA_silence"] == 0.75
    assert metrics["audio/FPR_silence"] == pytest.approx(8 / 768 / 4)
    assert metrics["audio/mIoU_silence"] == pytest.approx(1 - 8 / 768 / 4)
    positive, negative = (
        results["metrics"]["original"]["avs/J"],
        metrics["audio/negative_J_silence"],
    )
    expected = 2 * positive * (1 - negative) / (positive + 1 - negative)
    assert metrics["inferred/G_J_silence"] == pytest.approx(expected)
    text = scores_table(results)
    assert "| RA, silence | 0.7500 | the paper's Table 6 |" in text
    assert "| FPR, silence | 0.0026 | AVSBench-Robust |" in text


@pytest.mark.parametrize("form", ["colours", "labels", "scores"])
def test_avss_is_the_official_one(avss, arrays, official, tmp_path, form: str):
    """In save_color_mask's layout: ten files a clip, of which five are padding."""
    palette = np.array([(0, 0, 0), *voc_palette(4)], np.uint8)
    for place in range(30):
        folder = tmp_path / form / f"v_{place // 10}"
        folder.mkdir(parents=True, exist_ok=True)
        labels = arrays.scores[place].argmax(axis=0)
        path = folder / f"v_{place // 10}_{place % 10}.png"
        if form == "colours":
            Image.fromarray(palette[labels]).save(path)
        elif form == "labels":
            Image.fromarray(labels.astype(np.uint8)).save(path)
        else:
            np.save(path.with_suffix(".npy"), arrays.scores[place])
    results = score_folders({"original": tmp_path / form}, subset="avss", root=avss)
    metrics = results["metrics"]["original"]
    assert metrics["avs/mIoU_AVSS_official"] == pytest.approx(official["AVSS_mIoU"], abs=1e-6)
    assert metrics["avs/F_AVSS_official"] == pytest.approx(official["AVSS_F"], abs=1e-6)
    # Ten padded frames, on which the background is right, are the only difference
    assert metrics["avs/mIoU_AVSS"] < metrics["avs/mIoU_AVSS_official"]
    assert "| mIoU | 0.5188 | AVSS, official |" in scores_table(results)


def test_sizes_that_differ_need_a_choice(s4, saved, tmp_path):
    folder = saved("avs_mm")
    for path in folder.rglob("*.png"):
        with Image.open(path) as image:
            image.resize((64, 48), Image.Resampling.NEAREST).save(path)
    with pytest.raises(ValueError, match=r"48x64 \(height x width\), but .* 24x32.*--size"):
        score_folders({"original": folder}, subset="s4", root=s4)
    same = score_folders({"original": saved("tpavi_s4")}, subset="s4", root=s4)
    for size in ("annotation", "prediction"):
        found = score_folders({"original": folder}, subset="s4", root=s4, size=size)
        assert found["metrics"]["original"]["avs/J"] == pytest.approx(
            same["metrics"]["original"]["avs/J"]
        )


def test_the_result_fills_a_row_of_the_papers_tables(s4, saved, tmp_path):
    results = score_folders({"original": saved("avs_mm")}, subset="s4", root=s4, command="x")
    write_json(tmp_path / "results.json", results)
    result = read_result(tmp_path / "results.json")
    assert result.figure("original", "avs/J") == results["metrics"]["original"]["avs/J"]
    assert (result.subset, result.split, result.frames) == ("s4", "test", 20)
    again = score_folders({"original": saved("avs_mm")}, subset="s4", root=s4)
    assert again["checkpoint_sha256"] == results["checkpoint_sha256"]


def test_an_unknown_sound_and_a_missing_original_are_refused(s4, saved):
    folder = saved("avs_mm")
    with pytest.raises(ValueError, match="unknown condition 'rain'"):
        score_folders({"original": folder, "rain": folder}, subset="s4", root=s4)
    with pytest.raises(ValueError, match="under the original sound are needed"):
        score_folders({"silence": folder}, subset="s4", root=s4)


def test_tool_prints_the_table_and_names_faults(s4, saved, tmp_path, monkeypatch, capsys):
    monkeypatch.syspath_prepend(Path(__file__).resolve().parents[2] / "tools")
    tool = importlib.import_module("score_masks")
    folder = saved("avs_mm")
    arguments = [str(folder), "--subset", "s4", "--root", str(s4), "--out", str(tmp_path / "out")]
    monkeypatch.setattr(sys, "argv", ["score_masks.py", *arguments])
    tool.main()
    assert "| J | 0.4325 | AVSBench, image by image |" in capsys.readouterr().out
    assert (tmp_path / "out" / "table.md").is_file()
    shutil.rmtree(folder / "clip_2")
    with pytest.raises(SystemExit, match=r"score_masks: .*5 of 20 frames have no prediction"):
        tool.main()
