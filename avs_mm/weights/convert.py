"""Convert weights and weight files, by the table of their kind."""

import os
from collections.abc import Mapping
from pathlib import Path

from torch import Tensor

from avs_mm.checksum import sha256_of
from avs_mm.weights import (
    beats,
    ez_vsl,
    hf_mask2former,
    hf_maskformer,
    lvs,
    mmdet_mask2former,
    mmdet_maskformer,
    pvt_v2,
    resnet,
    slavc,
    sspl,
    swin,
    tpavi,
    vgg16,
    vggish,
)
from avs_mm.weights.files import read_weights, write_checkpoint
from avs_mm.weights.table import Table, TableByPrefix
from avs_mm.weights.vggish import read_vggish

__all__ = ["DESCRIBED_KINDS", "KINDS", "convert", "convert_file"]

KINDS: dict[str, Table | TableByPrefix] = {
    "hf-maskformer": hf_maskformer.TABLE,
    "hf-mask2former": hf_mask2former.TABLE,
    "mmdet-maskformer": mmdet_maskformer.TABLE,
    "mmdet-mask2former": mmdet_mask2former.TABLE,
    "swin": swin.TABLE,
    "resnet": resnet.TABLE,
    "pvt_v2": pvt_v2.TABLE,
    "tpavi": tpavi.TABLE,
    "lvs": lvs.TABLE,
    "ez_vsl": ez_vsl.TABLE,
    "slavc": slavc.TABLE,
    "sspl": sspl.TABLE,
    "vgg16": vgg16.TABLE,
}
# Read as they are: there is nothing to convert, only to check.
DESCRIBED_KINDS = {"beats": beats.describe, "vggish": vggish.describe}


def convert(kind: str, state_dict: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return weights of one of ``KINDS`` in mmseg's naming (``backbone.*``, ``decode_head.*``).

    Raises:
        ValueError: The kind is unknown, or the keys are not exactly those of its table.
    """
    if kind not in KINDS:
        raise ValueError(f"there is no kind {kind!r} of weights; there are {', '.join(KINDS)}")
    return KINDS[kind].convert(state_dict)


def convert_file(
    kind: str,
    source: str | os.PathLike,
    out: str | os.PathLike,
    *,
    vggish: str | os.PathLike | None = None,
) -> None:
    """Convert a file into an mmengine checkpoint that says in its meta where it comes from.

    ``out`` is written only once everything has worked.

    Args:
        source: The file; of ``sspl`` the folder, which has a file of each part.
        vggish: File of torchvggish that becomes the ``audio_encoder.*`` of a ``tpavi``, which is
            then whole.

    Raises:
        FileNotFoundError: There is no source or VGGish, or no folder to write to.
        ValueError: A file is refused (see `read_weights`, `convert`, `read_vggish`) or is ``out``;
            a VGGish is given for another kind.
    """
    if vggish is not None and kind != "tpavi":
        raise ValueError(f"{vggish}: VGGish is a part of tpavi alone; leave it out for {kind}")
    source, out = Path(source), Path(out)
    files = list(sspl.files_of(source).values()) if kind == "sspl" else [source]
    for path in [*files, *([] if vggish is None else [Path(vggish)])]:
        if not path.exists():
            raise FileNotFoundError(f"{path} does not exist")
        if out.exists() and out.samefile(path):
            raise ValueError(f"{out} would be written over what is read; give another name")
    if not out.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {out.parent} to write {out.name} to: make it")
    try:
        read = sspl.read_folder(source) if kind == "sspl" else read_weights(source)
        weights = convert(kind, read)
    except ValueError as error:
        raise ValueError(f"{source}: {error}") from error
    meta = {"kind": kind, "source": source.name, "sha256": " ".join(map(sha256_of, files))}
    if vggish is not None:
        encoder = read_vggish(vggish)
        weights |= {f"audio_encoder.{key}": value for key, value in encoder.items()}
        meta |= {"vggish": Path(vggish).name, "vggish_sha256": sha256_of(Path(vggish))}
    write_checkpoint(out, weights, meta)
