import errno
import json

import pytest

from avs_mm.evaluation.runners.report import keeping_figures, result_folder, table, write_results


@pytest.fixture
def results() -> dict:
    return {
        "config": "configs/some.py",
        "checkpoint": "some.pth",
        "checkpoint_sha256": "0123456789abcdef",
        "data": {"subset": "s4", "split": "test", "root": "data/s4"},
        "frames": 10,
        "device": "cpu",
        "torch": "2.0",
        "seconds": 1.25,
        "command": "python tools/evaluate.py configs/some.py some.pth",
        "metrics": {
            "original": {
                "avs/J": 0.51234,
                "avs/F_official@20frames": 0.75,
                "avs/FDR": float("nan"),
                "candidates/I": 35,
                "new/figure": 0.5,
            },
            "noise": {"audio/RA_noise": 0.9, "inferred/G_J_noise": 0.6},
            "mute": {"audio/RA_mute": 1.0},
        },
    }


def test_every_metric_stands_under_its_protocol(results):
    lines = table(results).splitlines()
    assert lines[0] == "# configs/some.py on s4 test"
    sections = {}
    for line in lines:
        if line.startswith("## "):
            rows = sections.setdefault(line[3:].split(" (")[0], [])
        elif line.startswith("| ") and not line.startswith("| metric"):
            rows.append([cell.strip() for cell in line.strip("|").split("|")])
    assert list(sections) == [
        *("Per image", "Whole set", "Candidates of stage 1", "Other", "Other sounds"),
    ]
    per_image = sections["Per image"]
    assert [row[:2] for row in per_image] == [
        ["avs/J", "0.5123"],
        ["avs/F_official@20frames", "0.7500"],
    ]
    assert "a batch of 20" in per_image[1][2]
    assert sections["Candidates of stage 1"][0][:2] == ["candidates/I", "35"]
    assert sections["Other"][0][:2] == ["new/figure", "0.5000"]
    ra, g = sections["Other sounds"]
    assert ra[0].startswith("RA")
    assert ra[1:] == ["0.9000", "1.0000"]
    assert g[0].startswith("G_J (inferred)")
    assert g[1:] == ["0.6000", ""]


def test_what_is_no_number_is_null(results, tmp_path):
    write_results(results, tmp_path)
    content = json.loads((tmp_path / "results.json").read_text())
    assert content["metrics"]["original"]["avs/FDR"] is None
    assert content["metrics"]["noise"] == results["metrics"]["noise"]
    assert "| avs/FDR |  |" in (tmp_path / "table.md").read_text()


@pytest.fixture
def earlier_run(tmp_path):
    out = tmp_path / "evaluate"
    out.mkdir()
    for name in ("results.json", "table.md", "pairs_noise.csv", "worst_frames.png", "mine.png"):
        (out / name).write_text("earlier")
    return out


def test_an_earlier_run_is_replaced_as_a_whole(earlier_run):
    with result_folder(earlier_run) as folder:
        for name in ("results.json", "table.md", "pairs_mute.csv"):
            (folder / name).write_text("new")
        assert (earlier_run / "results.json").read_text() == "earlier"
    contents = {path.name: path.read_text() for path in earlier_run.iterdir()}
    assert contents == {
        **dict.fromkeys(("results.json", "table.md", "pairs_mute.csv"), "new"),
        "mine.png": "earlier",
    }
    assert [path.name for path in earlier_run.parent.iterdir()] == ["evaluate"]


def test_a_failure_leaves_the_earlier_run(earlier_run):
    def fail() -> None:
        with result_folder(earlier_run) as folder:
            (folder / "results.json").write_text("half")
            raise ValueError("in the middle")

    with pytest.raises(ValueError, match="in the middle"):
        fail()
    assert {path.read_text() for path in earlier_run.iterdir()} == {"earlier"}
    assert len(list(earlier_run.iterdir())) == 5
    assert [path.name for path in earlier_run.parent.iterdir()] == ["evaluate"]


def test_a_new_folder_is_made_with_its_parents(tmp_path):
    out = tmp_path / "some" / "where"
    with result_folder(out) as folder:
        (folder / "table.md").write_text("new")
        assert not out.exists()
    assert (out / "table.md").read_text() == "new"


def test_a_file_is_no_folder(tmp_path):
    out = tmp_path / "table.md"
    out.write_text("mine")
    with (
        pytest.raises(NotADirectoryError, match="is a file; give --out a folder"),
        result_folder(out),
    ):
        pass


def test_figures_outlast_a_full_disk(results, tmp_path):
    out = tmp_path / "evaluate"
    full = OSError(errno.ENOSPC, "No space left on device")
    message = r"evaluate could not be written \(No space left on device\), so the figures"
    with pytest.raises(OSError, match=message) as caught, keeping_figures(results, out):
        raise full
    assert "| avs/J | 0.5123 | mean over the frames" in caught.value.strerror
