"""The colours of the categories."""

from avs_mm.datasets import voc_palette


def test_voc_palette():
    palette = voc_palette(70)
    # The first entries of PASCAL VOC's own colour map, background apart.
    assert palette[:4] == [[128, 0, 0], [0, 128, 0], [128, 128, 0], [0, 0, 128]]
    assert palette[19] == [0, 64, 128]  # tv/monitor
    assert len({tuple(colour) for colour in palette}) == 70
