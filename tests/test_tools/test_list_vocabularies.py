import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


def test_the_page_agrees_with_the_data(tmp_path: Path):
    page = tmp_path / "vocabularies.md"
    command = [sys.executable, "tools/list_vocabularies.py", str(page)]
    subprocess.run(command, cwd=REPOSITORY, check=True)
    written = page.read_text(encoding="utf-8")
    assert written == (REPOSITORY / "docs" / "vocabularies.md").read_text(encoding="utf-8")
    assert "| cell phone |  | Ringtone |  |  | Telephone; Telephone bell ringing |" in written
    assert "39 of 133 categories have links." in written
    assert written.count("\n| ") == 6 + 3 + 44 + 23 + 69
