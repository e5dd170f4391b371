"""Cells of the figures that lay models side by side."""

import numpy as np
import pytest
import torch

from avs_mm.visualization.model_figure import draw_heat_map, draw_queries, plot_grid

GREY = np.full((20, 20, 3), 100, np.uint8)


def test_heat_goes_from_blue_to_red():
    heat = torch.tensor([[[0.0, 1.0]]]).repeat(1, 20, 10)
    drawn = draw_heat_map(GREY, torch.cat([heat[..., ::2], heat[..., 1::2]], dim=2))
    cold, hot = drawn[10, 1].tolist(), drawn[10, 18].tolist()
    assert cold[2] > cold[0]
    assert hot[0] > hot[2]
    assert (GREY == 100).all()


def test_queries_of_no_object_are_grey_and_below():
    masks = torch.full((2, 20, 20), -1.0)
    masks[:, 5:15, 5:15] = 1.0
    drawn = draw_queries(GREY, masks, torch.tensor([1, 0]), palette=[(255, 0, 0)])
    red, green, _ = drawn[5, 10].tolist()
    assert red > green + 50
    alone = draw_queries(GREY, masks[:1], torch.tensor([1]), palette=[(255, 0, 0)])
    assert len(set(alone[5, 10].tolist())) == 1
    assert alone[5, 10, 0] > 100


def test_headings_must_fit():
    with pytest.raises(ValueError, match="1 x 2 headings do not fit the images"):
        plot_grid([[GREY]], columns=["a", "b"], rows=["x"], captions=[["", ""]], title="")
