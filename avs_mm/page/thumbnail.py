"""A small picture of a video."""

from itertools import islice

import cv2

from avs_mm.media import read_video_frames
from avs_mm.output_file import encode_image
from avs_mm.page.media_store import Media
from avs_mm.page.page_error import PageError

__all__ = ["thumbnail"]

HEIGHT = 120  # pixels


def thumbnail(media: Media) -> bytes:
    """Return a JPEG of a video's tenth frame, or of its first.

    Raises:
        PageError: The file has no pictures.
    """
    if not media.facts.has_video:
        raise PageError(f"{media.name} has no pictures", status=404)
    *_, (_, image) = islice(read_video_frames(media.path), 10)
    width = round(image.shape[1] * HEIGHT / image.shape[0])
    small = cv2.resize(image, (width, HEIGHT), interpolation=cv2.INTER_AREA)
    return encode_image(small, ".jpg", quality=85)
