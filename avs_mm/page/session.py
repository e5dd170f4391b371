"""Candidates of the videos of a page, found once, and the answers for every sound."""

from typing import Any

import numpy as np

from avs_mm.apis import AVSInferencer
from avs_mm.media import SAMPLE_RATE
from avs_mm.page.answer import describe_candidates, describe_categories, describe_decisions
from avs_mm.page.media_store import Media, MediaStore
from avs_mm.page.mixture import Mixture, mix, peaks
from avs_mm.page.page_error import PageError

__all__ = ["EVERY", "Session"]

EVERY = 0.2  # seconds from one segmented frame to the next
COLUMNS_A_SECOND = 20  # of the plot of the sound


class Session:
    """Runs the network on the files of a store.

    Args:
        inferencer: Of a model that tells objects apart.
        store: Of the videos and sounds.
    """

    def __init__(self, inferencer: AVSInferencer, store: MediaStore) -> None:
        self.inferencer = inferencer
        self.store = store

    def find_candidates(self, key: str) -> dict[str, Any]:
        """Find a video's candidates, unless that was done before.

        Raises:
            PageError: There is no such video, or it cannot be segmented.
        """
        media = self.store.get(key)
        if not media.facts.has_video:
            raise PageError(f"{media.name} has no pictures; give a video")
        with media.lock:  # two people may open one example
            if media.encoded is None:
                try:
                    media.encoded = self.inferencer.set_video(
                        media.path, every=EVERY, is_wanted=lambda: not media.deleted
                    )
                except (OSError, ValueError) as error:  # or its owner has left, and it is gone
                    raise PageError(_without_path(error, media)) from error
        return {"frames": len(media.encoded.times)}

    def candidates(self, key: str) -> dict[str, Any]:
        """Describe a video's candidates for the page; no sound is needed.

        Raises:
            PageError: They have not been found.
        """
        return describe_candidates(_encoded(self.store.get(key)).frames, self.inferencer.classes)

    def judge(
        self, key: str, *, own: float, other: float, noise: float, clip: str
    ) -> dict[str, Any]:
        """Say what sounds under a mixture of a video's own sound, a clip's and noise.

        Args:
            own, other, noise: Gains in [0, 2].
            clip: Key of the other file, empty if there is none.

        Returns:
            ``objects`` and ``categories`` (see ``avs_mm/page/answer.py``), and ``peaks`` of the
            sound.

        Raises:
            PageError: A file is gone or has no sound, or a gain is out of range.
        """
        media = self.store.get(key)
        encoded = _encoded(media)
        sound = mix(media, Mixture(own, other, noise, self.store.get(clip) if clip else None))
        try:
            frames = encoded.with_audio(sound)
            scores = encoded.category_scores(sound) if self.inferencer.uses_sound else np.zeros(0)
        except ValueError as error:
            raise PageError(_without_path(error, media)) from error
        columns = max(1, round(len(sound) / SAMPLE_RATE * COLUMNS_A_SECOND))
        return {
            "objects": describe_decisions(frames),
            "categories": describe_categories(scores, self.inferencer.classes),
            "peaks": peaks(sound, columns=columns),
        }


def _encoded(media: Media) -> Any:
    if media.encoded is None:
        raise PageError(f"{media.name} has not been segmented yet; open it first", status=409)
    return media.encoded


def _without_path(error: Exception, media: Media) -> str:
    """Call a file what its owner calls it."""
    return str(error).replace(str(media.path), media.name)
