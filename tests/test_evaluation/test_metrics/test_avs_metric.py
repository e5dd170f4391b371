import pickle

import numpy as np
import pytest
import torch
from mmengine.evaluator import Evaluator
from mmengine.registry import DefaultScope
from mmengine.structures import PixelData
from PIL import Image

from avs_mm.evaluation import AVSMetric
from avs_mm.evaluation.functional import f_measure, jaccard


def evaluate(samples: list, batch_size: int, **metric_args) -> dict:
    evaluator = Evaluator(AVSMetric(**metric_args))
    evaluator.dataset_meta = {"classes": ("bell", "bird", "drum")}
    for start in range(0, len(samples), batch_size):
        evaluator.process(samples[start : start + batch_size])
    return evaluator.evaluate(len(samples))


@pytest.fixture(scope="module")
def random_frames() -> tuple[torch.Tensor, torch.Tensor]:
    """Ten frames (10, 24, 20); the masks of the third and the last are empty."""
    generator = torch.Generator().manual_seed(0)
    mask = torch.rand(10, 24, 20, generator=generator) > 0.6
    prob = (0.4 * mask + 0.6 * torch.rand(10, 24, 20, generator=generator)).clamp(0, 1)
    mask[2] = mask[9] = False
    return prob, mask.to(torch.uint8)


def test_by_hand(frame_sample):
    # J: 1/3 and, for the empty mask with one of four pixels predicted, 3/4.
    # F: only the first frame counts; best where one pixel is left, on the mask: p = 1, r = 1/2.
    samples = [
        frame_sample(
            pred_sounding_map=[[0.9, 0.6], [0.4, 0.2]],
            gt_sounding_mask=np.array([[1, 0], [1, 0]], np.uint8),
        ),
        frame_sample(
            pred_sounding_map=[[0.9, 0.1], [0.4, 0.2]], gt_sounding_mask=np.zeros((2, 2), np.uint8)
        ),
    ]
    metrics = evaluate(samples, batch_size=2)
    assert metrics == {
        "avs/J": pytest.approx((1 / 3 + 3 / 4) / 2, abs=1e-6),
        # threshold in (0.2, 0.4]: p = 2/3, r = 1 gives 0.722; in (0.6, 0.9]: 0.8125
        "avs/F": pytest.approx(1.3 * 0.5 / (0.3 + 0.5), abs=1e-6),
        "avs/F_official@5frames": pytest.approx(0.8125, abs=1e-6),
        "avs/F_official@20frames": pytest.approx(0.8125, abs=1e-6),
        # 3 pixels predicted, 1 of 2 found; of the background 4 of 5 predicted and 6 labelled
        "avs/mIoU_dataset": pytest.approx((1 / 4 + 4 / 7) / 2),
        "avs/F_dataset": pytest.approx((1.3 * 1 / (0.3 * 2 + 3) + 1.3 * 4 / (0.3 * 6 + 5)) / 2),
        "avs/FDR": pytest.approx((2 / 3 + 1 / 5) / 2),
    }


@pytest.mark.parametrize("batch_size", [1, 3, 7])
def test_the_batch_size_changes_nothing(frame_sample, random_frames, batch_size):
    prob, mask = random_frames
    samples = [
        frame_sample(pred_sounding_map=p, gt_sounding_mask=m)
        for p, m in zip(prob, mask, strict=True)
    ]
    metrics = evaluate(samples, batch_size, official_batch_sizes=(1, 3, 4, 50))
    assert metrics == evaluate(samples, len(samples), official_batch_sizes=(1, 3, 4, 50))
    assert metrics["avs/J"] == pytest.approx(jaccard(prob, mask).mean().item(), abs=1e-6)
    assert metrics["avs/F"] == pytest.approx(f_measure(prob, mask).item(), abs=1e-6)
    for size in (1, 3, 4, 50):
        batches = zip(prob.split(size), mask.split(size), strict=True)
        official = [f_measure(*batch).item() for batch in batches]
        assert metrics[f"avs/F_official@{size}frames"] == pytest.approx(np.mean(official), abs=1e-6)
    assert metrics["avs/F_official@50frames"] == metrics["avs/F"]


def test_frames_in_any_order_give_the_same_numbers(frame_sample, random_frames):
    samples = [
        frame_sample(metainfo={"sample_idx": index}, pred_sounding_map=prob, gt_sounding_mask=mask)
        for index, (prob, mask) in enumerate(zip(*random_frames, strict=True))
    ]
    assert evaluate(samples[::-1], 2) == evaluate(samples, 3)


def test_memory_does_not_grow_with_the_set(frame_sample, random_frames):
    metric = AVSMetric()
    sizes = []
    for index in range(200):
        prob, mask = (values[index % 10] for values in random_frames)
        sample = frame_sample(
            metainfo={"sample_idx": index}, pred_sounding_map=prob, gt_sounding_mask=mask
        )
        metric.process({}, [sample.to_dict()])
        sizes.append(len(pickle.dumps(metric.results)))
    assert max(sizes) < sizes[0] + 2000
    assert metric.evaluate(200)["avs/J"] > 0


def test_frames_of_several_sizes(frame_sample):
    samples = [
        frame_sample(
            pred_sounding_map=torch.ones(size), gt_sounding_mask=torch.ones(size, dtype=torch.uint8)
        )
        for size in [(2, 3), (5, 4)]
    ]
    metrics = evaluate(samples, 2)
    assert metrics["avs/J"] == metrics["avs/F"] == pytest.approx(1, abs=1e-6)
    # no background anywhere: its IoU is 0, as in CAVP's code, and it has no F and no FDR
    assert metrics["avs/mIoU_dataset"] == 1 / 2
    assert metrics["avs/F_dataset"] == pytest.approx(1)
    assert metrics["avs/FDR"] == 0


def test_class_by_class(frame_sample):
    # frame 1: bell 2 of 3 pixels, bird missed (1 pixel); frame 2: all is background, drum invented
    predicted = [[[0, 0], [0, 255]], [[2, 255], [255, 255]]]
    labelled = [[[0, 0], [1, 255]], [[255, 255], [255, 255]]]
    samples = [
        frame_sample(
            pred_sounding_map=(torch.tensor(p) != 255).float(),
            pred_sem_seg=p,
            gt_sem_seg=g,
            gt_sounding_mask=(torch.tensor(g) != 255).byte(),
        )
        for p, g in zip(predicted, labelled, strict=True)
    ]
    metrics = evaluate(samples, 2, classwise=True)
    background = (1 + 3 / 4) / 2
    assert metrics["avs/mIoU_AVSS"] == pytest.approx((background + 2 / 3 + 0 + 0) / 4)
    f_bell, f_background = 1.3 * 2 / (0.3 * 2 + 3), (1 + 1.3 * 3 / (0.3 * 4 + 3)) / 2
    assert metrics["avs/F_AVSS"] == pytest.approx((f_background + f_bell) / 4)
    assert metrics["avs/mIoU_dataset"] == pytest.approx((4 / 5 + 2 / 3 + 0 + 0) / 4)
    assert metrics["avs/FDR"] == pytest.approx((0 + 1 / 3 + 1) / 3)  # bird is never predicted


def class_pixels_of(size: tuple[int, int], seed: int) -> np.ndarray:
    """Classes 0..3 in uint8 (H, W), the background first."""
    return np.random.default_rng(seed).integers(0, 4, size).astype(np.uint8)


def category_map(classes: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.where(classes == 0, 255, classes.astype(int) - 1))


@pytest.mark.parametrize("size", [(720, 1280), (256, 456)])  # height, width
def test_avss_official_is_of_labels_that_pil_has_resized(frame_sample, size: tuple[int, int]):
    """As in AVSBench's code: 224x224 by NEAREST; here one frame of v1m, which one pads."""
    predicted, labelled = class_pixels_of(size, 0), class_pixels_of(size, 1)
    sample = frame_sample(
        metainfo={"part": "v1m"},
        pred_sounding_map=torch.from_numpy(predicted > 0).float(),
        pred_sem_seg=category_map(predicted),
        gt_sem_seg=category_map(labelled),
        gt_sounding_mask=torch.from_numpy(labelled > 0).byte(),
    )
    small = [
        np.asarray(Image.fromarray(classes).resize((224, 224), Image.Resampling.NEAREST))
        for classes in (predicted, labelled)
    ]
    pairs = [[classes == c for classes in small] for c in range(4)]
    iou = np.array([(p & t).sum() / (p | t).sum() for p, t in pairs])
    f = np.array([1.3 * (p & t).sum() / (0.3 * t.sum() + p.sum()) for p, t in pairs])
    for score in (iou, f):
        score[0] = (score[0] + 1) / 2  # the padded frame
    metrics = evaluate([sample], 1, classwise=True)
    assert metrics["avs/mIoU_AVSS_official"] == pytest.approx(iou.mean(), abs=1e-9)
    assert metrics["avs/F_AVSS_official"] == pytest.approx(f.mean(), abs=1e-9)

    own = PixelData(data=category_map(small[1])[None])  # what the network gave is the label
    sample.pred_input_sem_seg = own
    official = evaluate([sample], 1, classwise=True)
    assert official == metrics | {
        "avs/mIoU_AVSS_official": pytest.approx(1),
        "avs/F_AVSS_official": pytest.approx(1),
    }


def test_categories_that_are_missing_are_named(frame_sample):
    fields = {"pred_sounding_map": torch.zeros(1, 2), "gt_sounding_mask": torch.zeros(1, 2).byte()}
    sample = frame_sample(**fields)
    with pytest.raises(ValueError, match=r"clip_1.png: .*no pred_sem_seg; classwise is for"):
        evaluate([sample], 1, classwise=True)
    sample = frame_sample(**fields, pred_sem_seg=[[3, 255]], gt_sem_seg=[[0, 255]])
    with pytest.raises(ValueError, match=r"clip_1.png: the prediction holds classes 0 to 4"):
        evaluate([sample], 1, classwise=True)
    with pytest.raises(ValueError, match="classwise needs the data set's categories"):
        AVSMetric(classwise=True).process({}, [sample.to_dict()])


def test_a_batch_of_no_frames_is_refused():
    with pytest.raises(ValueError, match="numbers of frames from 1 on"):
        AVSMetric(official_batch_sizes=(0,))


def test_a_set_of_empty_masks_has_no_f(frame_sample):
    sample = frame_sample(
        pred_sounding_map=torch.zeros(4, 4), gt_sounding_mask=torch.zeros(4, 4, dtype=torch.uint8)
    )
    metrics = evaluate([sample, sample], 1)
    assert (metrics["avs/J"], metrics["avs/F"], metrics["avs/F_official@5frames"]) == (1, 0, 0)


@pytest.mark.parametrize("scope", ["mmseg", "mmdet"])
def test_builds_from_a_config_in_another_scope(scope):
    with DefaultScope.overwrite_default_scope(scope):
        assert isinstance(Evaluator({"type": "avs_mm.AVSMetric"}).metrics[0], AVSMetric)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"gt_sounding_mask": torch.zeros(2, 2)}, "no pred_sounding_map"),
        ({"pred_sounding_map": torch.zeros(2, 2)}, "no gt_sounding_mask; load it with"),
        (
            {"pred_sounding_map": torch.zeros(4, 2), "gt_sounding_mask": torch.zeros(2, 3)},
            "gt_sounding_mask is 2x3 .* prediction 4x2",
        ),
        (
            {"pred_sounding_map": torch.full((2, 2), 3.0), "gt_sounding_mask": torch.zeros(2, 2)},
            "sigmoid",
        ),
        (
            {"pred_sounding_map": torch.zeros(2, 2), "gt_sounding_mask": torch.full((2, 2), 255)},
            "only 0 and 1",
        ),
    ],
)
def test_an_error_names_the_image(frame_sample, fields, message):
    sample = frame_sample(metainfo={"img_path": "frames/dog_3.png"}, **fields)
    with pytest.raises(ValueError, match=f"frames/dog_3.png: .*{message}"):
        evaluate([sample], 1)


@pytest.mark.parametrize("size", [1, 3])
def test_frames_that_are_missing_or_counted_twice_are_an_error(frame_sample, size):
    sample = frame_sample(
        pred_sounding_map=torch.zeros(2, 2), gt_sounding_mask=torch.zeros(2, 2).byte()
    )
    evaluator = Evaluator(AVSMetric())
    evaluator.process([sample, sample])
    with pytest.raises(ValueError, match=f"2 frames were counted, but the data set has {size}"):
        evaluator.evaluate(size)


def test_an_evaluation_leaves_nothing_for_the_next(frame_sample):
    evaluator = Evaluator(AVSMetric())
    for prob, expected in ((1.0, 1.0), (0.0, 0.0)):
        sample = frame_sample(
            pred_sounding_map=torch.full((2, 2), prob), gt_sounding_mask=torch.ones(2, 2).byte()
        )
        evaluator.process([sample])
        assert evaluator.evaluate(1)["avs/J"] == pytest.approx(expected, abs=1e-6)


def test_an_empty_set_is_an_error():
    with pytest.raises(ValueError, match="no frame was evaluated"):
        evaluate([], 1)
