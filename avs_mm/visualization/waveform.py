"""A second of sound as a strip: its envelope, and the strip under a video's frame."""

import cv2
import numpy as np

from avs_mm.visualization.drawing import FONT, WHITE, font_scale

__all__ = ["draw_sound", "envelope"]

WAVEFORM = (120, 200, 255)


def envelope(waveform: np.ndarray, columns: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the lowest and the highest amplitude of each column of a strip.

    Amplitudes become their square root, so that a soft sound is visible; silence is a line.

    Args:
        waveform: (N,) in [-1, 1], oldest sample first.
        columns: At most N count; further ones stay without a sample and are left out.

    Returns:
        Two arrays (min(columns, N),) in [-1, 1].
    """
    parts = [part for part in np.array_split(waveform, columns) if len(part)]
    ends = np.array([(part.min(), part.max()) for part in parts]).reshape(-1, 2)
    low, high = (np.sign(ends) * np.abs(ends) ** 0.5).T
    return low, high


def draw_sound(image: np.ndarray, waveform: np.ndarray, *, time: float) -> np.ndarray:
    """Lay a strip with the second of sound that ends now, and the time, over the bottom.

    Args:
        image: RGB uint8 (H, W, 3); left untouched.
        waveform: (N,) in [-1, 1], oldest sample first.
        time: Seconds since the start of the video.

    Returns:
        RGB uint8 (H, W, 3).
    """
    canvas = image.copy()
    height, width = image.shape[:2]
    top = height - min(height, max(18, round(0.1 * height)))
    canvas[top:] = (0.35 * canvas[top:]).astype(np.uint8)

    # The time stands at the right end, where the sound has got to.
    text, scale = f"{time:.1f} s", font_scale(height)
    (text_width, _), _ = cv2.getTextSize("0" * len(text), FONT, scale, 1)
    (_, digit_height), _ = cv2.getTextSize("0", FONT, scale, 1)
    origin = (max(0, width - text_width - 2), (top + height + digit_height) // 2)
    cv2.putText(canvas, text, origin, FONT, scale, WHITE, 1, cv2.LINE_AA)

    # One vertical line a column, from the lowest to the highest amplitude in it
    middle, reach = (top + height - 1) / 2, (height - top) / 2 - 2
    lows, highs = envelope(waveform, max(1, width - text_width - 8))
    for column, (low, high) in enumerate(zip(lows, highs, strict=True)):
        first, last = round(middle - reach * high), round(middle - reach * low)
        canvas[max(top, first) : last + 1, column] = WAVEFORM
    return canvas
