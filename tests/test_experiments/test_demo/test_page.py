import base64
import re

import cv2
import numpy as np
import pytest

from avs_mm.experiments.demo.page import SOUNDS, TWINS, Example, Section, page


def test_the_page_shows_every_metric_and_image():
    red = np.zeros((8, 8, 3), np.uint8)
    red[..., 0] = 255
    example = Example(images=[red] * 6, captions=["<clip>", *"abcde"])
    twins = Example(images=[red] * 5, captions=[*"abcde"])
    metrics = {"stage1": {"sounding_recall": 0.90512}, "stage2": {"J": 0.7}}
    sections = [
        Section("S4", SOUNDS, [example, example]),
        Section("MS3", SOUNDS, []),
        Section("twins", TWINS, [twins]),
    ]
    html = page(metrics, sections, video="demo.mp4")

    assert html.count("<img ") == 2 * 6 + 5
    assert html.count("&lt;clip&gt;") == 2
    assert html.count('alt="By synchrony"') == html.count("<b>By synchrony</b>") == 1
    assert 'src="demo.mp4"' in html
    assert ">0.905<" in html
    assert ">0.700<" in html

    encoded = re.search(r"data:image/jpeg;base64,([^\"]+)", html).group(1)
    image = cv2.imdecode(np.frombuffer(base64.b64decode(encoded), np.uint8), cv2.IMREAD_COLOR)
    assert image[4, 4].tolist() == pytest.approx([0, 0, 255], abs=3)  # BGR
