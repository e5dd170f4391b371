import pytest
import torch
from mmengine.evaluator import Evaluator


def evaluate(samples: list) -> dict:
    evaluator = Evaluator({"type": "avs_mm.AudioSensitivityMetric"})
    for sample in samples:
        evaluator.process([sample])
    return evaluator.evaluate(len(samples))


def test_each_condition_by_hand(frame_sample):
    def sample(condition: str, foreground_pixels: int):
        """A frame of 100 pixels without annotation."""
        prob = torch.full((10, 10), 0.5)  # one half is background
        prob.flatten()[:foreground_pixels] = 0.6
        return frame_sample(metainfo={"audio_condition": condition}, pred_sounding_map=prob)

    samples = [
        sample("silence", 0),
        sample("unmatched", 100),
        sample("silence", 1),
        sample("silence", 20),
        sample("silence", 0),
    ]
    assert evaluate(samples) == {
        "audio/RA_silence": 0.5,
        "audio/mIoU_silence": pytest.approx((1 + 0.99 + 0.8 + 1) / 4, abs=1e-6),
        "audio/FPR_silence": pytest.approx((0 + 0.01 + 0.2 + 0) / 4, abs=1e-6),
        "audio/RA_unmatched": 0.0,
        "audio/mIoU_unmatched": 0.0,
        "audio/FPR_unmatched": 1.0,
    }


def test_negative_scores_are_those_of_the_original_masks(frame_sample):
    generator = torch.Generator().manual_seed(0)
    samples = []
    for index in range(5):
        mask = torch.rand(12, 10, generator=generator) > 0.5
        samples.append(
            frame_sample(
                metainfo={"audio_condition": "noise" if index % 2 else "silence"},
                pred_sounding_map=torch.rand(12, 10, generator=generator),
                gt_sounding_mask=(mask & (index != 2)).byte(),  # the third frame's mask is empty
            )
        )
    metrics = evaluate(samples)

    for condition, own in (("silence", samples[::2]), ("noise", samples[1::2])):
        evaluator = Evaluator({"type": "avs_mm.AVSMetric"})
        evaluator.process(own)
        positive = evaluator.evaluate(len(own))
        assert metrics[f"audio/negative_J_{condition}"] == positive["avs/J"]
        assert metrics[f"audio/negative_F_{condition}"] == positive["avs/F"]
        assert metrics[f"audio/FPR_{condition}"] == pytest.approx(
            1 - metrics[f"audio/mIoU_{condition}"], abs=1e-6
        )


def test_a_mask_of_another_size_is_refused(frame_sample):
    sample = frame_sample(
        metainfo={"audio_condition": "noise"},
        pred_sounding_map=torch.zeros(2, 2),
        gt_sounding_mask=torch.zeros(2, 3, dtype=torch.uint8),
    )
    with pytest.raises(ValueError, match=r"clip_1.png: gt_sounding_mask is 2x3"):
        evaluate([sample])


def test_the_original_audio_is_refused_with_the_remedy(frame_sample):
    sample = frame_sample(pred_sounding_map=torch.zeros(2, 2))
    with pytest.raises(ValueError, match=r"clip_1.png: .*test_dataloader.dataset.audio=silence"):
        evaluate([sample])


def test_a_sample_without_condition_is_refused():
    sample = {"img_path": "a.png", "pred_sounding_map": {"data": torch.zeros(1, 2, 2)}}
    with pytest.raises(ValueError, match=r"a.png: .*no 'audio_condition'"):
        evaluate([sample])


def test_logits_are_refused(frame_sample):
    sample = frame_sample(
        metainfo={"audio_condition": "noise"}, pred_sounding_map=torch.full((2, 2), -4.0)
    )
    with pytest.raises(ValueError, match=r"clip_1.png: .*sigmoid"):
        evaluate([sample])
