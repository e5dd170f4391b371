import numpy as np
import pytest
import torch
from mmengine.evaluator import Evaluator
from mmengine.structures import InstanceData

from avs_mm.evaluation import AVSMetric
from avs_mm.evaluation.functional import f_curve, jaccard
from avs_mm.evaluation.metrics.frame_log import FrameLog

CLASSES = ("bell", "drum")


@pytest.fixture
def log(frame_sample) -> FrameLog:
    """Six frames of 4x4 whose upper rows sound: 2 of bell, 2 of drum, 1 of both, 1 silent."""
    return logged(frame_sample, [0, 1, None, 0, 1, 2], known=True)


def logged(
    frame_sample,
    categories,
    *,
    known: bool,
    candidates: bool = True,
    num_worst: int = 3,
    **metainfo,
) -> FrameLog:
    log = FrameLog(num_worst=num_worst)
    evaluator = Evaluator([AVSMetric(official_batch_sizes=()), log])
    evaluator.dataset_meta = {"classes": CLASSES if known else ()}
    for index, category in enumerate(categories):
        truth = torch.full((4, 4), 255)
        if category is not None:
            truth[:2] = torch.tensor([[category % 2], [category // 2 or category % 2]])
        prob = torch.linspace(1, 0.1 * index, 16).view(4, 4)
        fields = {"gt_sem_seg": truth, "pred_sem_seg": torch.zeros(4, 4).long()} if known else {}
        sample = frame_sample(
            metainfo={"img_path": f"{index}.png", "frame": index, **metainfo},
            pred_sounding_map=prob,
            gt_sounding_mask=(truth != 255).to(torch.uint8),
            **fields,
        )
        if candidates:
            sample.pred_instances = InstanceData()
        evaluator.process([sample])
    log.figures = evaluator.evaluate(len(categories))
    return log


def scores() -> list[float]:
    """J of the frames of ``log``."""
    mask = torch.zeros(1, 4, 4, dtype=torch.uint8)
    mask[:, :2] = 1
    probs = [torch.linspace(1, 0.1 * index, 16).view(1, 4, 4) for index in range(6)]
    return [float(jaccard(prob, mask * (index != 2))) for index, prob in enumerate(probs)]


def test_the_curve_is_that_of_the_metric(log):
    assert log.f_curve.shape == (255,)
    assert log.f_curve.max() == log.figures["avs/F"]
    assert set(log.figures) == {"avs/J", "avs/F", "avs/mIoU_dataset", "avs/F_dataset", "avs/FDR"}
    mask = torch.zeros(1, 4, 4, dtype=torch.uint8)
    mask[:, :2] = 1
    curves = [
        f_curve(torch.linspace(1, 0.1 * i, 16).view(1, 4, 4), mask)[0] for i in (0, 1, 3, 4, 5)
    ]
    assert log.f_curve == pytest.approx(torch.stack(curves).mean(dim=0).numpy(), abs=1e-6)


def test_a_frame_counts_for_every_category_that_sounds_in_it(log):
    j = scores()
    found = log.jaccard_per_category
    assert list(found) == ["bell", "drum", "nothing sounds"]
    assert found["bell"] == (pytest.approx((j[0] + j[3] + j[5]) / 3), 3)
    assert found["drum"] == (pytest.approx((j[1] + j[4] + j[5]) / 3), 3)
    assert found["nothing sounds"] == (pytest.approx(j[2]), 1)


def test_the_worst_frames_are_kept_in_order(log):
    j = scores()
    ranking = sorted(range(6), key=lambda index: j[index])[:3]
    assert [frame.frame for frame in log.worst] == ranking
    assert [frame.jaccard for frame in log.worst] == pytest.approx([j[index] for index in ranking])
    worst = log.worst[0]
    assert worst.categories == {5: ("bell", "drum"), 2: ()}[worst.frame]
    assert worst.prediction.dtype == worst.truth.dtype == np.uint8
    assert set(np.unique(worst.prediction)) <= {0, 255}


def test_a_binary_map_names_no_category(frame_sample):
    """TPAVI and the localisers mark what sounds with 1; category 1 is another matter."""
    log = logged(frame_sample, [0, 1], known=True, candidates=False)
    assert set(np.unique(log.worst[0].prediction)) <= {254, 255}
    assert log.worst[0].categories in {("bell",), ("drum",)}


def test_of_equal_frames_the_earlier_is_kept(frame_sample):
    prob = torch.zeros(2, 2)
    log = FrameLog(num_worst=2)
    for frame in range(4):
        sample = frame_sample(
            metainfo={"frame": frame}, pred_sounding_map=prob, gt_sounding_mask=prob.byte()
        )
        log.process(None, [sample.to_dict()])
    assert [frame.frame for frame in log.worst] == [0, 1]


def test_without_categories_objects_are_unknown(frame_sample):
    log = logged(frame_sample, [0, None], known=False)
    assert list(log.jaccard_per_category) == ["nothing sounds", "of unknown category"]
    truth = {frame.frame: frame.truth for frame in log.worst}
    assert np.unique(truth[0]).tolist() == [254, 255]
    assert np.unique(truth[1]).tolist() == [255]


def test_an_error_names_the_image(frame_sample):
    sample = frame_sample(pred_sounding_map=torch.zeros(2, 2)).to_dict()
    with pytest.raises(ValueError, match=r"frames/clip_1.png: the sample has no gt_sounding_mask"):
        FrameLog().process(None, [sample])
