"""Vocabularies: which AudioSet classes are the sounds of which category."""

from avs_mm.vocabularies.audioset import class_names, descendants, find_mid
from avs_mm.vocabularies.vocabulary import KINDS, VOCABULARIES, Vocabulary, load

__all__ = [
    "KINDS",
    "VOCABULARIES",
    "Vocabulary",
    "class_names",
    "descendants",
    "find_mid",
    "load",
]
