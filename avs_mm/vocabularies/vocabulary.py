"""A vocabulary: categories in order, and the AudioSet classes that are the sounds of each."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from .audioset import class_names, descendants, find_mid

__all__ = ["KINDS", "VOCABULARIES", "Vocabulary", "load"]

FOLDER = Path(__file__).parent
VOCABULARIES = ("coco_panoptic", "avsbench_s4", "avsbench_semantic")

# The class is the category's own sound; that of a part or device of it; that of its use.
KINDS = ("is", "emits", "operated")
EXCEPT = "except"  # descendants of a linked class that are not the category's
GENERIC = "generic"  # classes so broad that they mean the category only where nothing else can


@dataclass(frozen=True)
class Vocabulary:
    """Categories and their links to AudioSet.

    Args:
        links: The MIDs of each category by kind of link (``KINDS``, "except", "generic"), as its
            file gives them, without descendants; a category that makes no sound has none.
    """

    links: Mapping[str, Mapping[str, tuple[str, ...]]]

    @property
    def categories(self) -> tuple[str, ...]:
        """Names in order."""
        return tuple(self.links)

    @cached_property
    def sounds(self) -> dict[str, frozenset[str]]:
        """MIDs of each category's sounds, descendants included; empty if it makes none."""
        return {category: _sounds(links) for category, links in self.links.items()}

    @property
    def generic_sounds(self) -> dict[str, frozenset[str]]:
        """MIDs of each category's generic classes, without descendants."""
        return {
            category: frozenset(links.get(GENERIC, ())) for category, links in self.links.items()
        }


def load(name_or_path: str | os.PathLike) -> Vocabulary:
    """Load one of ``VOCABULARIES``, or a YAML file of your own.

    A file gives each category a list of AudioSet classes, by display name or MID, or a mapping from
    kinds of links to such lists; ``[]`` is a category that makes no sound::

        guitar: [Guitar]
        keyboard: {operated: [Typing], except: [Typewriter]}
        bench: []

    Raises:
        FileNotFoundError: There is neither such a vocabulary nor such a file.
        ValueError: The file is no vocabulary, or names a class that AudioSet does not have; the
            message names the file and the category.
    """
    if name_or_path in VOCABULARIES:
        path = FOLDER / f"{name_or_path}.yaml"
    else:
        path = Path(name_or_path)
        if not path.is_file():
            raise FileNotFoundError(
                f"{path}: no such vocabulary; give one of {', '.join(VOCABULARIES)}, or the path "
                "of a YAML file"
            )
    return Vocabulary(links=_read(path))


def _sounds(links: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    linked = [mid for kind in KINDS for mid in links.get(kind, ())]
    excepted = links.get(EXCEPT, ())
    return _with_descendants(linked) - _with_descendants(excepted)


def _with_descendants(mids: list[str] | tuple[str, ...]) -> frozenset[str]:
    return frozenset[str]().union(*(descendants(mid) for mid in mids))


def _read(path: Path) -> dict[str, dict[str, tuple[str, ...]]]:
    try:
        contents = yaml.load(path.read_text(encoding="utf-8-sig"), Loader=_UniqueKeysLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: is no YAML file ({error}); correct it there") from error
    if not isinstance(contents, dict) or not contents:
        raise ValueError(
            f"{path}: is no vocabulary; write a mapping from categories to AudioSet classes, such "
            "as 'guitar: [Guitar]'"
        )
    links = {}
    for category, given in contents.items():
        if not isinstance(category, str) or not category:
            raise ValueError(f"{path}: category {category!r} is no name; put it in quotes")
        try:
            links[category] = _read_links(given)
        except ValueError as error:
            raise ValueError(f"{path}: category {category!r}: {error}") from error
    return links


def _read_links(given: Any) -> dict[str, tuple[str, ...]]:
    by_kind = given if isinstance(given, dict) else {"is": given}
    unknown = by_kind.keys() - {*KINDS, EXCEPT, GENERIC}
    if unknown:
        raise ValueError(
            f"{', '.join(sorted(map(repr, unknown)))} is no kind of link; there are "
            f"{', '.join((*KINDS, EXCEPT, GENERIC))}"
        )
    links = {}
    for kind, sounds in by_kind.items():
        if not isinstance(sounds, list) or not all(isinstance(sound, str) for sound in sounds):
            raise ValueError(
                f"{sounds!r} is no list of AudioSet classes; write [Dog, Bark], names with a "
                "comma in quotes, or [] for a category that makes no sound"
            )
        if sounds:
            links[kind] = tuple(find_mid(sound) for sound in sounds)
    _check_exceptions(links)
    return links


def _check_exceptions(links: dict[str, tuple[str, ...]]) -> None:
    """Refuse exceptions and generic classes that change nothing."""
    all_linked = _with_descendants([mid for kind in KINDS for mid in links.get(kind, ())])
    idle = [mid for mid in links.get(EXCEPT, ()) if mid not in all_linked]
    if idle:
        raise ValueError(f"{_listed(idle)} is excepted, but no linked class contains it")
    twice = [mid for mid in links.get(GENERIC, ()) if mid in _sounds(links)]
    if twice:
        raise ValueError(f"{_listed(twice)} is generic and also a linked class; choose one")


def _listed(mids: list[str]) -> str:
    return ", ".join(repr(class_names()[mid]) for mid in mids)


class _UniqueKeysLoader(yaml.SafeLoader):
    """Refuse what YAML lets pass: a category that stands there twice loses its first links."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = [key for key in keys if keys.count(key) > 1]
        if twice:
            raise yaml.YAMLError(f"{twice[0]!r} stands there twice")
        return super().construct_mapping(node, deep=deep)
