"""Images are encoded once a batch, and the metrics are those of separate runs."""

from types import MappingProxyType

import pytest
import torch
from mmengine.evaluator import Evaluator
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample
from torch.utils.data import DataLoader, Dataset

from avs_mm.datasets.conditioned_frames import collate_conditioned, under_condition
from avs_mm.evaluation import AudioSensitivityMetric, AVSMetric
from avs_mm.evaluation.runners.one_pass import (
    add_global_scores,
    evaluate_conditions,
    predict_under_conditions,
)
from avs_mm.models import AVSDataPreProcessor

LOUDNESS = {"original": 1.0, "silence": 0.0, "noise": 0.5}
SIZE = (6, 8)


class Frames(Dataset):
    """Seven frames whose bright half sounds, each under three loudnesses."""

    metainfo = MappingProxyType({"classes": ("bell",), "palette": [[0, 0, 0]]})

    def __len__(self) -> int:
        return 7

    def __getitem__(self, index: int) -> dict:
        image = torch.full((3, *SIZE), 20, dtype=torch.uint8)
        image[:, :, index:] = 220
        sample = SegDataSample(
            metainfo={"img_path": f"{index}.png", "clip": "clip", "frame": index}
            | {"ori_shape": SIZE, "img_shape": SIZE, "audio_condition": "original"}
        )
        mask = torch.zeros(1, *SIZE, dtype=torch.uint8)
        mask[..., 4:] = index != 3
        sample.gt_sounding_mask = PixelData(data=mask)
        audios = {
            name: {
                "audio": torch.full((16,), loudness - 0.05 * index * loudness),
                "metainfo": {"audio_condition": name, "audio_path": f"{name}.wav", "second": 0},
            }
            for name, loudness in LOUDNESS.items()
        }
        return {
            "inputs": {"img": image, "audio": audios["original"]["audio"]},
            "data_samples": sample,
            "audios": audios,
        }


class LoudAndBright:
    """What is bright sounds, as loud as the sound is; it counts what it is asked."""

    def __init__(self) -> None:
        self.data_preprocessor = AVSDataPreProcessor(mean=[0.0] * 3, std=[255.0] * 3)
        self.encoded: list[int] = []
        self.predicted: list[int] = []
        self.training = True

    def eval(self) -> "LoudAndBright":
        self.training = False
        return self

    def encode_images(self, inputs, data_samples):
        assert not self.training
        self.encoded.append(len(data_samples))
        return inputs["img"].mean(dim=1)  # (B, H, W) in [0, 1]

    def predict_with_audio(self, brightness, inputs, data_samples):
        self.predicted.append(len(data_samples))
        for sample, frame, audio in zip(data_samples, brightness, inputs["audio"], strict=True):
            sample.pred_sounding_map = PixelData(data=(frame * audio.mean())[None])
        return data_samples


def loader(batch_size: int) -> DataLoader:
    return DataLoader(Frames(), batch_size=batch_size, collate_fn=collate_conditioned)


def choose_metrics(condition, sample):
    if condition == "original":
        return [AVSMetric(official_batch_sizes=(2,))]
    return [AudioSensitivityMetric()]


def test_images_are_encoded_once_a_batch_and_predicted_once_a_condition():
    model = LoudAndBright()
    evaluate_conditions(model, loader(3), choose_metrics)
    assert model.encoded == [3, 3, 1]
    assert model.predicted == [3, 3, 3, 3, 3, 3, 1, 1, 1]


@pytest.mark.parametrize("batch_size", [1, 3, 7])
def test_the_metrics_are_those_of_separate_runs(batch_size):
    metrics = evaluate_conditions(LoudAndBright(), loader(batch_size), choose_metrics)
    assert list(metrics) == list(LOUDNESS)
    for condition in LOUDNESS:
        model = LoudAndBright().eval()
        evaluator = Evaluator(choose_metrics(condition, None))
        for batch in loader(2):
            alone = model.data_preprocessor(under_condition(batch, condition), False)
            encoding = model.encode_images(**alone)
            predicted = model.predict_with_audio(encoding, **alone)
            evaluator.process(data_samples=predicted, data_batch=batch)
        assert metrics[condition] == evaluator.evaluate(7)

    # original: 220/255 * (1 - 0.05 i) > 0.5 holds for all i up to 6, so the bright columns i..7
    # are compared with 4..7: unions of 8 - min(i, 4), and 4/8 are outside for the empty mask.
    expected = [4 / 8, 4 / 7, 4 / 6, 3 / 8, 4 / 4, 3 / 4, 2 / 4]
    assert metrics["original"]["avs/J"] == pytest.approx(sum(expected) / 7, abs=1e-6)
    assert metrics["silence"]["audio/RA_silence"] == 1.0
    assert metrics["noise"]["audio/RA_noise"] == 1.0  # 220/255 * 0.5 < 0.5


def test_every_condition_has_samples_of_its_own():
    (batch,) = loader(7)
    found = dict(predict_under_conditions(LoudAndBright().eval(), batch))
    assert [samples[1].audio_condition for samples in found.values()] == list(LOUDNESS)
    peaks = [float(samples[1].pred_sounding_map.data.max()) for samples in found.values()]
    assert peaks == pytest.approx([220 / 255 * 0.95 * loudness for loudness in LOUDNESS.values()])
    assert "pred_sounding_map" not in batch["data_samples"][1]


def test_metrics_are_chosen_by_the_first_prediction():
    asked = []

    def choose(condition, sample):
        asked.append((condition, sample.frame, "pred_sounding_map" in sample))
        return choose_metrics(condition, sample)

    evaluate_conditions(LoudAndBright(), loader(3), choose)
    assert asked == [(condition, 0, True) for condition in LOUDNESS]


@pytest.mark.parametrize("fp16", [False, True])
def test_autocast_is_for_the_model_and_not_for_the_metrics(fp16):
    def casts() -> bool:
        return torch.is_autocast_enabled() or torch.is_autocast_cpu_enabled()

    class Casting(LoudAndBright):
        def encode_images(self, inputs, data_samples):
            seen.append(casts())
            return super().encode_images(inputs, data_samples)

        def predict_with_audio(self, brightness, inputs, data_samples):
            seen.append(casts())
            return super().predict_with_audio(brightness, inputs, data_samples)

    seen: list[bool] = []
    (batch,) = loader(7)
    outside = [casts() for _ in predict_under_conditions(Casting().eval(), batch, fp16=fp16)]
    assert seen == [fp16] * 4
    assert outside == [False] * 3


def test_a_model_of_one_step_is_refused():
    fault = r"Linear has no encode_images and predict_with_audio, .* use tools/test\.py"
    with pytest.raises(ValueError, match=fault):
        evaluate_conditions(torch.nn.Linear(2, 2), loader(3), choose_metrics)


def test_global_scores_are_named_as_inferred():
    figures = {
        "original": {"avs/J": 0.8, "avs/F": 0.9},
        "noise": {"audio/negative_J_noise": 0.2, "audio/negative_F_noise": 0.4},
        "mute": {"audio/RA_mute": 1.0},
    }
    scored = add_global_scores(figures)
    assert scored["noise"] == {
        **figures["noise"],
        "inferred/G_J_noise": pytest.approx(0.8),
        "inferred/G_F_noise": pytest.approx(2 * 0.9 * 0.6 / 1.5),
    }
    assert scored["original"] == figures["original"]
    assert scored["mute"] == figures["mute"]
    assert add_global_scores({"noise": figures["noise"]}) == {"noise": figures["noise"]}
