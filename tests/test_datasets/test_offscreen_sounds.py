"""Off-screen sounds: seeded whole seconds that are not silent."""

from pathlib import Path

import numpy as np
import pytest

from avs_mm.datasets.avsbench_layout import Clip, list_s4_clips
from avs_mm.datasets.offscreen_sounds import OffscreenSounds
from avs_mm.datasets.sound_sources import Sound


@pytest.fixture
def clips(s4_root: Path) -> list[Clip]:
    return list_s4_clips(s4_root, "test")


@pytest.fixture
def folder(tmp_path: Path, write_wav) -> Path:
    """Audible are seconds 1 and 3 of 4.9 s of rain, and second 0 of the sea."""
    steps = np.repeat([1, 3000, -1, 2, 900], 16_000)
    write_wav(tmp_path / "offscreen" / "rain.wav", steps[: round(4.9 * 16_000)])
    write_wav(tmp_path / "offscreen" / "water" / "sea.WAV", np.full(16_000, 500))
    write_wav(tmp_path / "offscreen" / "mute.wav", np.zeros(80_000))
    write_wav(tmp_path / "offscreen" / "click.wav", np.full(15_999, 900))
    return tmp_path / "offscreen"


def drawn(folder: Path, clips: list[Clip], seed: int = 0) -> list[Sound]:
    sounds = OffscreenSounds(folder, seed=seed)
    return [sounds.sound_of(clip, frame) for clip in clips for frame in clip.frames]


def test_only_whole_audible_seconds(folder: Path, clips):
    sounds = {sound for seed in range(3) for sound in drawn(folder, clips, seed)}
    assert {(sound.path.name, sound.second) for sound in sounds} == {
        ("rain.wav", 1),
        ("rain.wav", 3),
        ("sea.WAV", 0),
    }
    assert {sound.seed for sound in sounds} == {0, 1, 2}


def test_seeded(folder: Path, clips):
    assert drawn(folder, clips) == drawn(folder, clips)
    assert drawn(folder, clips)[5:10] == drawn(folder, clips[1:2])
    names = [(sound.path.name, sound.second) for sound in drawn(folder, clips)]
    assert names != [(sound.path.name, sound.second) for sound in drawn(folder, clips, seed=1)]
    # Recorded values: the same on every machine and in every process.
    assert names[:4] == [("rain.wav", 1), ("rain.wav", 1), ("rain.wav", 1), ("sea.WAV", 0)]


@pytest.mark.parametrize("exists", [True, False])
def test_no_sound_to_draw_from(tmp_path: Path, exists):
    if exists:
        (tmp_path / "rain").mkdir()
        (tmp_path / "rain" / "rain.txt").touch()
    fault = "holds no wav file" if exists else "no such folder"
    with pytest.raises(
        FileNotFoundError, match=f"rain: {fault}; offscreen_root is a folder of wav"
    ):
        OffscreenSounds(tmp_path / "rain")


def test_no_usable_second(tmp_path: Path, clips, write_wav):
    write_wav(tmp_path / "rain" / "rain.wav", np.ones(80_000))
    sounds = OffscreenSounds(tmp_path / "rain")
    with pytest.raises(
        ValueError, match=r"rain: none of its 1 wav files holds a whole second that"
    ):
        sounds.sound_of(clips[0], clips[0].frames[0])


def test_unreadable_file(tmp_path: Path, clips):
    (tmp_path / "rain").mkdir()
    (tmp_path / "rain" / "rain.wav").write_bytes(b"no sound")
    with pytest.raises(ValueError, match=r"rain\.wav"):
        drawn(tmp_path / "rain", clips)


def test_real_offscreen_sounds(real_data: Path, clips):
    folder = real_data / "offscreen_audio"
    if not folder.is_dir():
        pytest.skip("AVS_REAL holds no offscreen_audio")
    sounds = [sound for seed in range(4) for sound in drawn(folder, clips, seed)]
    assert {sound.path.suffix for sound in sounds} == {".wav"}
    assert len({sound.path for sound in sounds}) > 1
    assert len({sound.second for sound in sounds}) > 1
