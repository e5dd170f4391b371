"""Bring weights that others have published into the names of this package's models."""

from avs_mm.stack import require_openmmlab

require_openmmlab()

from avs_mm.weights.convert import DESCRIBED_KINDS, KINDS, convert, convert_file

__all__ = ["DESCRIBED_KINDS", "KINDS", "convert", "convert_file"]
