import importlib
import json
import sys
from pathlib import Path

import pytest

from avs_mm.reproduction import reproduce as reproduction

TOOLS = Path(__file__).resolve().parents[2] / "tools"


@pytest.fixture
def run(monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(TOOLS)
    monkeypatch.chdir(tmp_path)
    tool = importlib.import_module("reproduce")

    def run(*arguments: str):
        monkeypatch.setattr(sys, "argv", ["reproduce.py", *arguments])
        tool.main()

    return run


def write(path: Path, config: str, **metrics: dict[str, float]) -> None:
    path.parent.mkdir(parents=True)
    content = {
        "config": config,
        "checkpoint": "best.pth",
        "checkpoint_sha256": "ab" * 32,
        "data": {"subset": "s4", "split": "test", "root": "data"},
        "frames": 3700,
        "metrics": metrics,
    }
    path.write_text(json.dumps(content))


def test_fills_several_tables_from_a_folder(run, tmp_path, capsys):
    write(tmp_path / "runs/a/results.json", "configs/avs_avsc.py", original={"avs/J": 0.8})
    write(tmp_path / "runs/b/results.json", "configs/avs_r50_avsc.py", original={"avs/J": 0.7})
    run("1", "7", "--results", "runs", "--out", "tables")
    output = capsys.readouterr()
    assert "| Ours: avs_mm default | 80.00 [1] |  |" in output.out
    assert "| Ours (ResNet50+VGGish): avs_mm default | 70.00 [1] |  |" in output.out
    assert output.err == ""
    names = sorted(path.name for path in (tmp_path / "tables").iterdir())
    assert names == ["table_1.json", "table_1.md", "table_7.json", "table_7.md"]
    assert (tmp_path / "tables/table_1.md").read_text() in output.out
    cells = json.loads((tmp_path / "tables/table_7.json").read_text())["cells"]
    [filled] = [cell for cell in cells if cell["source"]]
    assert filled["source"]["results"] == "runs/b/results.json"


def test_a_row_is_forced_and_what_is_not_used_is_said(run, tmp_path, capsys):
    write(tmp_path / "mini/results.json", "configs/mini/avsc.py", original={"avs/J": 0.8})
    run("8", "--row", "Ours (Swin-B): avs_mm default=mini/results.json")
    assert "| Ours (Swin-B): avs_mm default | 80.00 [1] |  |" in capsys.readouterr().out
    run("8", "--results", "mini")
    assert (
        "reproduce: mini/results.json: its config mini/avsc on s4 is no" in capsys.readouterr().err
    )


def test_measures_what_table_5_needs(run, tmp_path, capsys):
    config = str(TOOLS.parent / "configs" / "mini" / "avsc.py")
    run("5", "--measure", config, "--repeat", "1", "--warm-up", "0")
    cost = json.loads((tmp_path / "work_dirs/avsc/cost.json").read_text())
    assert set(cost["metrics"]) == {"with audio encoder", "without audio encoder"}
    capsys.readouterr()
    run("5", "--row", "Ours-Swin-B=work_dirs/avsc/cost.json")
    parameters = cost["metrics"]["without audio encoder"]["cost/parameters"] / 1e6
    assert f"| {parameters:.2f} [1] | 101.80 |" in capsys.readouterr().out


def test_an_f_that_no_evaluation_has_is_refused(run, tmp_path):
    figures = {"avs/J": 0.8, "avs/F": 0.9, "avs/F_official@20frames": 0.91}
    write(tmp_path / "a/results.json", "configs/avs_avsc.py", original=figures)
    with pytest.raises(SystemExit, match=r"official@4: no .* are: avs/F, avs/F_official@20frames"):
        run("1", "--results", str(tmp_path), "--f-key", "avs/F_official@4")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["1", "--results", "none"], "reproduce: none: neither a results.json nor a folder"),
        (["1", "--row", "Ours"], "reproduce: --row 'Ours' is not ROW=FILE"),
        (["1", "--row", "w/o AVSC=x"], "reproduce: --row 'w/o AVSC': no such row"),
        (["5", "--measure", "none.py"], "none.py"),
    ],
)
def test_faults_are_named(run, arguments, message):
    with pytest.raises(SystemExit, match=message):
        run(*arguments)


def test_a_checkpoint_is_evaluated_first(run, tmp_path, monkeypatch, capsys):
    """With another program in the place of tools/evaluate.py."""
    script = tmp_path / "evaluate.py"
    script.write_text(
        "import json, sys, pathlib\n"
        "config, checkpoint, _, out, *conditions = sys.argv[1:]\n"
        "assert conditions == ['--conditions', 'silence', 'unmatched'], conditions\n"
        "data = dict(subset='s4', split='test', root='data')\n"
        "metrics = dict(silence={'audio/RA_silence': 0.5})\n"
        "content = dict(config=config, checkpoint=checkpoint, checkpoint_sha256='0' * 64,\n"
        "               data=data, frames=3700, metrics=metrics)\n"
        "folder = pathlib.Path(out)\n"
        "folder.mkdir(parents=True)\n"
        "(folder / 'results.json').write_text(json.dumps(content))\n"
    )
    monkeypatch.setattr(reproduction, "tools_dir", lambda: tmp_path)
    run("6", "--checkpoint", "configs/avs_avsc.py=ours.pth")
    assert "50.00 [1] |  |" in capsys.readouterr().out
    script.write_text("raise SystemExit(1)")
    with pytest.raises(SystemExit, match=r"--checkpoint .*: the evaluation failed: .*evaluate.py"):
        run("6", "--checkpoint", "configs/avs_avsc.py=ours.pth")
