"""Bring weights that others have published here by name, and into the names of our models."""

from avs_mm.stack import require_openmmlab

require_openmmlab()

from avs_mm.weights.convert import DESCRIBED_KINDS, KINDS, convert, convert_file
from avs_mm.weights.hub import find_weight_file, get, resolve_name
from avs_mm.weights.names import NAMES, PublishedWeights, find_weights

__all__ = [
    "DESCRIBED_KINDS",
    "KINDS",
    "NAMES",
    "PublishedWeights",
    "convert",
    "convert_file",
    "find_weight_file",
    "find_weights",
    "get",
    "resolve_name",
]
