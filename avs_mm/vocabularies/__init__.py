"""Vocabularies: which AudioSet classes are the sounds of which category."""

from .audioset import class_names, descendants, find_mid
from .vocabulary import KINDS, VOCABULARIES, Vocabulary, load

__all__ = [
    "KINDS",
    "VOCABULARIES",
    "Vocabulary",
    "class_names",
    "descendants",
    "find_mid",
    "load",
]
