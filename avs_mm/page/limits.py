"""What a page takes from its users, and for how long."""

from dataclasses import dataclass

__all__ = ["Limits"]


@dataclass(frozen=True)
class Limits:
    """The most that a page takes; see docs/page.md.

    Attributes:
        megabytes: Of a file.
        seconds: Length of a video or a sound.
        pixels: Of a frame.
        files: Uploads that are kept at a time.
        jobs: Videos that are segmented at a time.
        waiting: Requests to the network that wait for their turn.
        minutes: After which an upload that nobody uses is deleted.
    """

    megabytes: float = 200
    seconds: float = 60
    pixels: int = 3840 * 2160
    files: int = 40
    jobs: int = 1
    waiting: int = 16
    minutes: float = 30

    def __post_init__(self) -> None:
        low = [name for name, value in vars(self).items() if not value > 0]
        if low:
            raise ValueError(f"the page's limits must be above 0; raise {', '.join(low)}")
