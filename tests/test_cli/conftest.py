import numpy as np
import pytest
from typer.testing import CliRunner

from avs_mm.apis.frame import AVSObject, Frame
from avs_mm.apis.frame_times import frames_every
from avs_mm.cli.app import app
from avs_mm.media import probe_video, read_video_frames
from avs_mm.rle import encode_rle


class FakeInferencer:
    """Finds a dog in every frame, which sounds where its sound is not silent."""

    classes = ("cat", "dog")
    uses_sound = True

    def __init__(self):
        self.sounds = []

    def stream(self, video, audio, *, every, carry, hysteresis):
        if audio is None and not probe_video(video).has_audio:
            raise ValueError(f"{video}: has no sound track; give a sound (--audio FILE)")
        self.sounds.append(audio)
        silent = isinstance(audio, np.ndarray) and not audio.any()
        for time, image, due in frames_every(read_video_frames(video), every):
            if due or carry:
                masks = np.zeros((1, *image.shape[:2]), bool)
                masks[0, :10, :10] = True
                (rle,) = encode_rle(masks)
                dog = AVSObject(1, "dog", rle, 0.9, 0.0 if silent else 0.8, not silent, label=1)
                yield Frame(time, image.shape[:2], [dog], image=image)


@pytest.fixture
def inferencer(monkeypatch):
    fake = FakeInferencer()
    monkeypatch.setattr("avs_mm.cli.segment.load_model", lambda model, device: fake)
    return fake


@pytest.fixture
def run():
    """Call avs-mm; the result has exit_code, stdout and stderr."""
    return lambda *arguments: CliRunner().invoke(app, [str(one) for one in arguments])
