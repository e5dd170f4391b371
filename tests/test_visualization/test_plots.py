import cv2
import numpy as np
import pytest

from avs_mm.evaluation.functional import f_thresholds
from avs_mm.evaluation.metrics.frame_log import FrameLog, LoggedFrame
from avs_mm.visualization.plots import (
    plot_f_curve,
    plot_jaccard_per_category,
    plot_recognition,
    plot_worst_frames,
    write_plots,
)


def test_the_curve_is_drawn_and_its_maximum_named():
    curve = 0.8 - (f_thresholds().numpy() - 0.3) ** 2
    (axes,) = plot_f_curve(curve).axes
    line, best = axes.lines
    assert line.get_xdata() == pytest.approx(f_thresholds().numpy())
    assert line.get_ydata() == pytest.approx(curve)
    assert best.get_xdata()[0] == pytest.approx(0.3, abs=1 / 254)
    assert [text.get_text() for text in axes.texts] == ["F = 0.800 at 0.299"]


def test_categories_are_ranked():
    figure = plot_jaccard_per_category({"bell": (0.9, 5), "drum": (0.25, 10), "siren": (0.5, 1)})
    (axes,) = figure.axes
    assert [bar.get_width() for bar in axes.patches] == [0.25, 0.5, 0.9]
    assert [label.get_text() for label in axes.get_yticklabels()] == [
        *("drum (10)", "siren (1)", "bell (5)"),
    ]


def test_recognition_keeps_the_order_of_the_conditions():
    (axes,) = plot_recognition({"silence": 0.99, "noise": 0.0, "mute": 0.5}).axes
    assert [bar.get_height() for bar in axes.patches] == [0.99, 0.0, 0.5]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["silence", "noise", "mute"]
    assert [text.get_text() for text in axes.texts] == ["99.0%", "0.0%", "50.0%"]


@pytest.fixture
def worst(tmp_path) -> LoggedFrame:
    """A grey frame of 64x80: the left sounds as category 0, found is the right, unknown."""
    path = tmp_path / "grey.png"
    cv2.imwrite(str(path), np.full((64, 80, 3), (90, 100, 110), np.uint8))  # BGR
    truth = np.full((64, 80), 255, np.uint8)
    truth[30:, :40] = 0
    prediction = np.full((64, 80), 255, np.uint8)
    prediction[:, 60:] = 254
    return LoggedFrame(str(path), "a_clip", 2, 0.125, ("bell",), truth, prediction)


def test_a_frame_is_shown_as_image_truth_and_prediction(worst):
    figure = plot_worst_frames([worst] * 3, classes=["bell"], palette=[[255, 0, 0]])
    pages = figure.subfigs
    assert len(figure.axes) == 9
    titles = [page._suptitle.get_text() for page in np.ravel(pages) if page._suptitle]
    assert titles == ["J 0.125   bell   a_clip, second 3"] * 3

    image, truth, prediction = (axes.images[0].get_array() for axes in figure.axes[:3])
    assert image.shape == truth.shape == prediction.shape == (64, 80, 3)
    assert image[50, 20].tolist() == [110, 100, 90]
    # 0.45 of the image, 0.55 of the paint
    assert truth[50, 20].tolist() == pytest.approx([190, 45, 40], abs=1)
    assert truth[50, 60].tolist() == [110, 100, 90]
    assert prediction[50, 70].tolist() == pytest.approx([190, 162, 41], abs=1)
    assert prediction[50, 20].tolist() == [110, 100, 90]


def test_an_image_that_is_gone_is_named(worst):
    gone = LoggedFrame("gone.png", "c", 0, 0.0, (), worst.truth, worst.prediction)
    with pytest.raises(FileNotFoundError, match=r"gone\.png: cannot be read any more"):
        plot_worst_frames([gone], classes=[], palette=[])


@pytest.mark.parametrize(
    ("metrics", "expected"),
    [
        ({"original": {"avs/J": 0.5}}, []),
        ({"original": {}, "noise": {"audio/RA_noise": 0.5}}, ["RA_per_condition.png"]),
    ],
)
def test_ra_is_drawn_where_there_is_one(worst, tmp_path, metrics, expected):
    log = FrameLog()
    log.worst = [worst]
    out = tmp_path / "plots"
    out.mkdir()
    write_plots(log, metrics, out, metainfo={"classes": ["bell"], "palette": [[255, 0, 0]]})
    files = ["F_over_threshold.png", "J_per_category.png", *expected, "worst_frames.png"]
    assert sorted(path.name for path in out.iterdir()) == files
    for name in files:
        assert cv2.imread(str(out / name)).std() > 5  # something is on it
