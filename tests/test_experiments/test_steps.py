"""A step runs in the folder of the tools, is logged, and moves the bar; a failure shows its log."""

import pytest

from avs_mm.experiments.steps import Step, StepError, eta_seconds, run_logged
from avs_mm.shipped import tools_dir


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
def test_the_time_left_is_read_from_mmengines_log(line, seconds):
    assert eta_seconds(line) == seconds


def test_a_step_is_logged_and_moves_the_bar(tmp_path):
    script = tmp_path / "tool.py"
    script.write_text("print('Epoch(train) eta: 0:00:00', flush=True)\nprint('done')\n")
    step = Step("tool", "working", 5, [str(script)])
    fractions: list[float] = []
    run_logged(step, log=tmp_path / "tool.log", environment={}, on_progress=fractions.append)
    assert fractions == [1.0]
    assert (tmp_path / "tool.log").read_text() == "Epoch(train) eta: 0:00:00\ndone\n"


def test_a_failed_step_shows_the_end_of_its_log(tmp_path):
    script = tmp_path / "tool.py"
    script.write_text("for n in range(99): print('line', n)\nraise SystemExit('no such data')\n")
    step = Step("tool", "working", 5, [str(script)])
    with pytest.raises(StepError, match=r"working has failed \(exit code 1\)") as error:
        run_logged(step, log=tmp_path / "tool.log", environment={}, on_progress=print)
    shown = str(error.value).splitlines()[1:]
    assert shown == [*(f"line {number}" for number in range(70, 99)), "no such data"]


def test_a_step_finds_tools_and_configs_by_their_relative_names(tmp_path):
    script = tmp_path / "tool.py"
    script.write_text("import os; print(os.getcwd(), os.environ['AVS_MINI'])\n")
    step = Step("tool", "working", 5, [str(script)])
    environment = {"AVS_MINI": "data"}
    run_logged(step, log=tmp_path / "log", environment=environment, on_progress=lambda _: None)
    assert (tmp_path / "log").read_text().split() == [str(tools_dir().parent), "data"]
