"""Write texts, JSON and images in one piece: a reader never meets half a file."""

import io
import json
import math
import os
import wave
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from avs_mm.atomic_write import atomic_write

__all__ = [
    "encode_image",
    "encode_wav",
    "to_int16",
    "without_nan",
    "write_bytes",
    "write_image",
    "write_json",
    "write_text",
    "write_wav",
]


def write_bytes(path: str | os.PathLike, content: bytes) -> None:
    """Write a file that gets its name once it is complete; its folder is made."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(path) as unfinished:
        unfinished.write_bytes(content)


def write_text(path: str | os.PathLike, text: str) -> None:
    """Write a text in UTF-8; as `write_bytes`."""
    write_bytes(path, text.encode())


def write_json(path: str | os.PathLike, content: Any) -> None:
    """Write JSON in lines, ended by a line break; as `write_bytes`.

    A number for which JSON has no word, NaN or infinite, becomes null.
    """
    text = json.dumps(without_nan(content), indent=2, ensure_ascii=False, allow_nan=False)
    write_text(path, text + "\n")


def without_nan(content: Any) -> Any:
    """Return nested dicts and lists with None in the place of NaN and infinite numbers."""
    if isinstance(content, dict):
        return {key: without_nan(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [without_nan(value) for value in content]
    return None if isinstance(content, float) and not math.isfinite(content) else content


def write_image(path: str | os.PathLike, image: np.ndarray) -> None:
    """Write an image in the format that the suffix names; as `write_bytes`.

    Args:
        image: RGB uint8 (H, W, 3), or grey (H, W) of uint8 or, as PNG, of uint16.

    Raises:
        OSError: OpenCV cannot write this kind of image.
    """
    try:
        content = encode_image(image, Path(path).suffix)
    except OSError as error:
        raise OSError(f"{path}: {error}") from error
    write_bytes(path, content)


def encode_image(image: np.ndarray, suffix: str, *, quality: int = 95) -> bytes:
    """Return the content of an image's file.

    Args:
        image: As of `write_image`.
        suffix: ".png", ".jpg", ...
        quality: Of a JPEG, 0 to 100.

    Raises:
        OSError: OpenCV cannot write this kind of image.
    """
    options = [cv2.IMWRITE_JPEG_QUALITY, quality] if suffix in (".jpg", ".jpeg") else []
    stored = image[..., ::-1] if image.ndim == 3 else image  # OpenCV's order is BGR
    try:
        done, encoded = cv2.imencode(suffix, stored, options)
    except cv2.error as error:
        raise OSError(f"OpenCV cannot encode {suffix!r}; write a .png or .jpg") from error
    if not done:
        raise OSError(f"OpenCV cannot encode {suffix!r}; check its build for PNG and JPEG")
    return encoded.tobytes()


def write_wav(path: str | os.PathLike, samples: np.ndarray, *, sample_rate: int) -> None:
    """Write mono sound of 16 bits, int16 (N,) at ``sample_rate`` Hz; as `write_bytes`."""
    write_bytes(path, encode_wav(samples, sample_rate=sample_rate))


def encode_wav(samples: np.ndarray, *, sample_rate: int) -> bytes:
    """Return the content of a wav file of such samples."""
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sample_rate)
        file.writeframes(samples.astype("<i2").tobytes())
    return content.getvalue()


def to_int16(waveform: np.ndarray) -> np.ndarray:
    """Turn sound in [-1, 1] into samples of 16 bits, of which 32767 is the loudest."""
    return np.round(waveform * 32767).astype(np.int16)
