"""The files of a page: what its users have uploaded, and its examples."""

import secrets
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from avs_mm.apis.encoded_video import EncodedVideo
from avs_mm.page.limits import Limits
from avs_mm.page.media_check import MediaFacts
from avs_mm.page.page_error import PageError

__all__ = ["Media", "MediaStore"]


@dataclass
class Media:
    """A file that users can name by its key.

    Attributes:
        key: 128 random bits; who does not have it cannot ask for the file.
        name: What people call the file; never a path.
        facts: What it holds.
        is_example: Examples are everybody's, and stay.
        encoded: Its candidates, once they are found.
        lock: Held while they are.
        deleted: Whether it is; what is being found in it is of no use any more.
        used: When the file was last asked for, in the seconds of ``time.monotonic``.
    """

    key: str
    path: Path
    name: str
    facts: MediaFacts
    is_example: bool = False
    encoded: EncodedVideo | None = None
    deleted: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    used: float = field(default_factory=time.monotonic)


class MediaStore:
    """Keeps files by keys that cannot be guessed, and deletes uploads that nobody uses.

    Args:
        folder: Where uploads are written, under names of the store's own.
    """

    def __init__(self, folder: Path, limits: Limits) -> None:
        self.folder = folder
        self.limits = limits
        self._media: dict[str, Media] = {}
        self._lock = threading.Lock()

    def new_path(self) -> Path:
        """Make an empty file for an upload.

        Raises:
            PageError: The page holds as many uploads as it takes.
        """
        self.delete_unused()
        with self._lock:
            if sum(1 for _ in self.folder.iterdir()) >= self.limits.files:
                raise PageError(
                    "this page holds as many files as it can; try again later", status=503
                )
            path = self.folder / secrets.token_hex(16)
            path.touch()
        return path

    def add(self, path: Path, *, name: str, facts: MediaFacts, is_example: bool = False) -> Media:
        """Make a file known, and return it with its key."""
        media = Media(secrets.token_urlsafe(16), path, name, facts, is_example=is_example)
        with self._lock:
            self._media[media.key] = media
        return media

    def get(self, key: str) -> Media:
        """Return the file of a key.

        Raises:
            PageError: There is none, or it has been deleted.
        """
        with self._lock:
            media = self._media.get(key)
        if media is None:
            raise PageError(
                "the file is not here any more, since uploads are deleted "
                f"{self.limits.minutes:g} minutes after their last use; upload it again",
                status=404,
            )
        media.used = time.monotonic()
        return media

    def examples(self) -> list[Media]:
        """List what is everybody's."""
        with self._lock:
            return [media for media in self._media.values() if media.is_example]

    def delete(self, key: str) -> None:
        """Delete an upload; examples stay."""
        with self._lock:
            media = self._media.get(key)
            if media is None or media.is_example:
                return
            del self._media[key]
        media.deleted = True
        media.path.unlink(missing_ok=True)

    def delete_unused(self) -> None:
        """Delete the uploads that nobody has used for the minutes of the limits."""
        oldest = time.monotonic() - 60 * self.limits.minutes
        with self._lock:
            unused = [media.key for media in self._media.values() if media.used < oldest]
        for key in unused:
            self.delete(key)
