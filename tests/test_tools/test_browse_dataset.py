"""tools/browse_dataset.py writes one picture a sample, without a screen."""

import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
CONFIG = """
pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="avs_mm.LoadAudio"),
    dict(type="Resize", scale=(64, 48)),
    dict(type="avs_mm.LoadSoundingMask"),
    dict(type="avs_mm.PackAVSInputs"),
]
test_dataloader = dict(
    dataset=dict(
        type="avs_mm.AVSBenchDataset",
        subset="s4",
        split="test",
        data_root={root!r},
        silent_root={silent_root!r},
        pipeline=pipeline,
    )
)
"""


def test_pictures_of_a_config(tmp_path: Path, s4_root: Path, s4_silent_root: Path, read_pixels):
    config, out = tmp_path / "config.py", tmp_path / "out"
    config.write_text(CONFIG.format(root=str(s4_root), silent_root=str(s4_silent_root)))
    tool = str(REPOSITORY / "tools" / "browse_dataset.py")
    command = [sys.executable, tool, str(config), "--split", "test", "--number", "3"]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    subprocess.run([*command, "--out-dir", str(out)], check=True, timeout=120, env=environment)

    names = sorted(path.name for path in out.iterdir())
    assert names == ["00000_dog_c_0.png", "00007_cat_c_2.png", "00014_horse_c_4.png"]
    # Twice the size, under 20 pixels of text: a horse (128, 128, 0) over the grey 125 of clip 6.
    picture = read_pixels(str(out / names[2]))
    assert picture.shape == (20 + 48, 64, 3)
    assert picture[20 + 9, 14].tolist() == [126, 126, 62]
    assert picture[20 + 20, 40].tolist() == [125, 125, 125]
