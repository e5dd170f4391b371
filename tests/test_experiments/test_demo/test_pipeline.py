import base64
import importlib
import json
import re
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

TOOLS = Path(__file__).resolve().parents[2] / "tools"


@pytest.fixture
def demo(monkeypatch):
    monkeypatch.syspath_prepend(TOOLS)
    return importlib.import_module("demo")


@pytest.fixture
def demo_steps(monkeypatch):
    monkeypatch.syspath_prepend(TOOLS)
    return importlib.import_module("demo_steps")


@pytest.mark.parametrize(
    ("line", "seconds"),
    [
        ("INFO - Epoch(train) [2][20/75]  lr: 1.0e-04  eta: 0:01:05  time: 0.5", 65),
        ("INFO - Epoch(test) [10/15]    eta: 0:00:02  time: 0.4", 2),
        ("INFO - Iter(train) [10/15]  eta: 2 days, 1:00:00  time: 9", 2 * 86_400 + 3_600),
        ("INFO - Epoch(val) [2][5/5]    eta: 0:00:00  time: 0.1", None),
        ("INFO - beta: 0:00:09", None),
    ],
)
def test_the_time_left_is_read_from_mmengines_log(demo_steps, line, seconds):
    assert demo_steps.eta_seconds(line) == seconds


def test_a_step_is_logged_and_moves_the_bar(demo_steps, tmp_path):
    script = tmp_path / "tool.py"
    script.write_text("print('Epoch(train) eta: 0:00:00', flush=True)\nprint('done')\n")
    step = demo_steps.Step("tool", "working", 5, [str(script)])
    shares: list[float] = []
    demo_steps.run_logged(
        step, log=tmp_path / "tool.log", environment={}, on_progress=shares.append
    )
    assert shares == [1.0]
    assert (tmp_path / "tool.log").read_text() == "Epoch(train) eta: 0:00:00\ndone\n"


def test_a_failed_step_shows_the_end_of_its_log(demo_steps, tmp_path):
    script = tmp_path / "tool.py"
    script.write_text("for n in range(99): print('line', n)\nraise SystemExit('no such data')\n")
    step = demo_steps.Step("tool", "working", 5, [str(script)])
    with pytest.raises(demo_steps.StepError, match=r"working has failed \(exit code 1\)") as error:
        demo_steps.run_logged(step, log=tmp_path / "tool.log", environment={}, on_progress=print)
    shown = str(error.value).splitlines()[1:]
    assert shown == [*(f"line {number}" for number in range(70, 99)), "no such data"]


def test_the_figures_come_from_the_two_evaluations(demo, tmp_path, monkeypatch):
    stage1 = {
        "sounding_recall": 0.9,
        "silent_recall": 0.8,
        "masks_of_nothing": 0.1,
        "I_per_frame": 2.5,
    }
    for subset, share in (("s4", 1.0), ("ms3", 0.5)):
        original = {f"candidates/{name}": value for name, value in stage1.items()}
        original |= {"avs/J": 0.77 * share, "avs/F": 0.85 * share, "candidates/oracle_J": share}
        metrics = {
            "original": original | {"tracks/all_right": 0.9},
            "silence": {"audio/RA_silence": 0.99},
            "unmatched": {"audio/RA_unmatched": 0.95},
        }
        (tmp_path / f"test-{subset}").mkdir()
        results = json.dumps({"metrics": metrics})
        (tmp_path / f"test-{subset}" / "results.json").write_text(results)
    figures = demo.figures_of(tmp_path)
    monkeypatch.syspath_prepend(TOOLS)
    shown = importlib.import_module("demo_page").page(figures, [], video="demo.mp4")
    assert all(name in shown for names in figures.values() for name in names)
    assert figures["stage1"] == stage1
    silent = {"RA_silent": 0.99, "RA_unmatched": 0.95}
    assert figures["stage2"] == {"J": 0.77, "F": 0.85, "J_of_a_perfect_ear": 1.0, **silent}
    assert figures["stage2_ms3"] == {
        **{"J": 0.385, "F": 0.425, "J_of_a_perfect_ear": 0.5, "all_tracks_right": 0.9},
        **silent,
    }


def test_a_failure_leaves_no_result_of_an_earlier_run(demo, tmp_path, monkeypatch):
    for name in ("summary.json", "report.html", "demo.mp4"):
        (tmp_path / name).write_text("of an earlier run")
    failing = demo.Step("data", "drawing", 1, [str(tmp_path / "missing.py")])
    monkeypatch.setattr(demo, "steps_of_demo", lambda out, data: [failing, failing])
    monkeypatch.setattr(sys, "argv", ["demo.py", "--out", str(tmp_path)])
    with pytest.raises(SystemExit, match=r"demo: drawing has failed \(exit code 2\)"):
        demo.main()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["logs", "runs"]


def test_the_commands_are_those_of_the_tools(demo, tmp_path):
    steps = demo.steps_of_demo(tmp_path / "out", tmp_path / "mini")
    assert all((TOOLS.parent / step.command[0]).is_file() for step in steps)
    configs = {arg for step in steps for arg in step.command if arg.startswith("configs/")}
    assert len(configs) == 3
    assert all((TOOLS.parent / config).is_file() for config in configs)
    assert len({step.name for step in steps}) == len(steps) == 9


def test_the_page_shows_every_figure_and_picture(monkeypatch):
    monkeypatch.syspath_prepend(TOOLS)
    demo_page = importlib.import_module("demo_page")
    red = np.zeros((8, 8, 3), np.uint8)
    red[..., 0] = 255
    example = demo_page.Example(pictures=[red] * 6, captions=["<clip>", *"abcde"])
    figures = {"stage1": {"sounding_recall": 0.90512}, "stage2": {"J": 0.7}}
    html = demo_page.page(figures, [("S4", [example, example]), ("MS3", [])], video="demo.mp4")

    assert html.count("<img ") == 12
    assert html.count("&lt;clip&gt;") == 2
    assert 'src="demo.mp4"' in html
    assert ">0.905<" in html
    assert ">0.700<" in html

    encoded = re.search(r"data:image/jpeg;base64,([^\"]+)", html).group(1)
    picture = cv2.imdecode(np.frombuffer(base64.b64decode(encoded), np.uint8), cv2.IMREAD_COLOR)
    assert picture[4, 4].tolist() == pytest.approx([0, 0, 255], abs=3)  # BGR
