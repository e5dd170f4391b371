"""Which clips are of one scene: by their names, or by their images byte for byte."""

import hashlib
import re
from pathlib import Path

__all__ = ["image_digest", "scene_in_name", "scenes_of"]


def scenes_of(clip: str, image: str | Path, pattern: str | None) -> set[str]:
    """Name the scenes of a clip: one by its first image and, where the pattern fits, one by name.

    Clips are of one scene if they share one of these names.

    Raises:
        ValueError: As `scene_in_name`.
    """
    named = scene_in_name(clip, pattern)
    return {image_digest(image)} | ({f"name {named}"} if named is not None else set())


def scene_in_name(clip: str, pattern: str | None) -> str | None:
    """Return what the one group of ``scene_pattern`` takes from a clip's name, if the pattern fits.

    Raises:
        ValueError: A pattern of no group, or of several.
    """
    if pattern is None:
        return None
    if re.compile(pattern).groups != 1:
        raise ValueError(f"scene_pattern {pattern!r} must have one group (...): the scene's name")
    match = re.match(pattern, clip)
    return match[1] if match else None


def image_digest(path: str | Path) -> str:
    """Return the same text for files that are the same byte for byte, of 32 characters."""
    return hashlib.blake2b(Path(path).read_bytes(), digest_size=16).hexdigest()
