from types import MappingProxyType, SimpleNamespace

import pytest
import torch
from mmengine.evaluator import Evaluator
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample
from torch.utils.data import DataLoader, Dataset

from avs_mm.engine import conditions_val_loop
from avs_mm.evaluation import AVSMetric
from avs_mm.models import AVSDataPreProcessor
from avs_mm.registry import LOOPS

LOUDNESS = {"original": 0.4, "silence": 0.0, "noise": 0.2}


class Frames(Dataset):
    """Five white images of which the right half sounds, each under three loudnesses."""

    metainfo = MappingProxyType({"classes": ("bell",), "palette": [[0, 0, 0]]})

    def __len__(self) -> int:
        return 5

    def full_init(self) -> None: ...

    def __getitem__(self, index: int) -> dict:
        sample = SegDataSample(
            metainfo={"img_path": f"{index}.png", "ori_shape": (2, 4), "img_shape": (2, 4)}
            | {"audio_condition": "original", "sample_idx": index}
        )
        mask = torch.zeros(1, 2, 4, dtype=torch.uint8)
        mask[..., 2:] = 1
        sample.gt_sounding_mask = PixelData(data=mask)
        audios = {
            name: {"audio": torch.full((16,), loudness), "metainfo": {"audio_condition": name}}
            for name, loudness in LOUDNESS.items()
        }
        image = torch.full((3, 2, 4), 255, dtype=torch.uint8)
        inputs = {"img": image, "audio": audios["original"]["audio"]}
        return {"inputs": inputs, "data_samples": sample, "audios": audios}


class RightHalfSounds:
    """The right half is as probable as the sound is loud."""

    def __init__(self, *, threshold: float, calibrated: bool) -> None:
        self.data_preprocessor = AVSDataPreProcessor(mean=[0.0] * 3, std=[255.0] * 3)
        self.threshold = threshold
        self.calibrated = calibrated

    def eval(self) -> None: ...

    def encode_images(self, inputs, data_samples):
        heat = inputs["img"].mean(dim=1).clone()
        heat[..., :2] = 0
        return heat

    def predict_with_audio(self, encoding, inputs, data_samples):
        assert self.threshold == 0.5
        for sample, heat, audio in zip(data_samples, encoding, inputs["audio"], strict=True):
            sample.pred_sounding_map = PixelData(data=(heat * audio.mean())[None])
        return data_samples


@pytest.fixture
def run(monkeypatch):
    """Run the loop on a model; return its metrics and the hooks that were called."""

    def run_loop(model) -> tuple[dict, list[str]]:
        frames = Frames()
        asked = []

        def build(config, conditions):
            asked.append((config["subset"], conditions))
            return frames

        monkeypatch.setattr(conditions_val_loop, "conditioned_frames", build)
        hooks: list[str] = []
        runner = SimpleNamespace(
            model=model,
            visualizer=SimpleNamespace(),
            call_hook=lambda name, **_: hooks.append(name),
            build_dataloader=None,
        )
        loop = LOOPS.build(
            dict(
                type="avs_mm.ConditionsValLoop",
                runner=runner,
                dataloader=dict(batch_size=2, num_workers=0, dataset=dict(subset="s4")),
                evaluator=Evaluator(AVSMetric()),
                conditions=("silence", "noise"),
            )
        )
        assert asked == [("s4", ("original", "silence", "noise"))]
        return loop.run(), hooks

    return run_loop


def test_it_calibrates_the_threshold(run):
    model = RightHalfSounds(threshold=0.5, calibrated=True)
    metrics, hooks = run(model)
    assert 0.2 < model.threshold < 0.4
    assert metrics["avs/threshold"] == model.threshold
    for key in ("avs/J", "avs/G_J", "avs/RA_silence", "avs/RA_noise"):
        assert metrics[key] == pytest.approx(1.0), key
    batches = ["before_val_iter", "after_val_iter"] * 3
    assert hooks == ["before_val", "before_val_epoch", *batches, "after_val_epoch", "after_val"]


@pytest.mark.parametrize(("threshold", "J", "noise"), [(0.1, 1.0, 0.0), (0.5, 0.0, 1.0)])
def test_any_other_model_keeps_its_own(run, threshold: float, J: float, noise: float):  # noqa: N803
    model = RightHalfSounds(threshold=threshold, calibrated=False)
    metrics, _ = run(model)
    assert model.threshold == threshold
    assert metrics["avs/J"] == pytest.approx(J, abs=1e-6)
    assert metrics["avs/RA_noise"] == noise
    assert metrics["avs/RA_silence"] == 1.0


def test_refuses_a_loader_that_is_built():
    with pytest.raises(ValueError, match="give val_dataloader as config"):
        conditions_val_loop.ConditionsValLoop(None, DataLoader(Frames()), Evaluator(AVSMetric()))
