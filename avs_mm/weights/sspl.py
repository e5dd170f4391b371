"""SSPL as its authors' training saves it: a folder, a file of each part, PCM or not."""

import os
from pathlib import Path

from torch import Tensor

from avs_mm.weights.files import read_weights
from avs_mm.weights.table import Row, Table, TableByPrefix

__all__ = ["TABLE", "files_of", "read_folder"]

# Part, which is the beginning of its keys in the table -> file; PCM alone may be missing.
FILES = {
    "pcm": "pcm_best.pth",
    "frame": "frame_best.pth",
    "sound": "sound_best.pth",
    "ssl_head": "ssl_head_best.pth",
}
RATES = ("0", "1", "2")  # of the levels; here one tensor

# fmt: off
ROWS = (
    Row("frame.feat_extractor.{n}.{wb}",             "backbone.features.{n}.{wb}"),
    Row("sound.features.{n}.{wb}",                   "audio_encoder.features.{n}.{wb}"),
    Row("sound.embeddings.{n}.{wb}",                 "audio_encoder.embeddings.{n}.{wb}"),
    Row("sound.fc.{n}.{wb}",                         "audio_projection.{n}.{wb}"),
    Row("ssl_head.projector.layer1.0.weight",        "projector.0.weight"),
    Row("ssl_head.projector.layer1.1.{bn}",          "projector.1.{bn}"),
    Row("ssl_head.projector.layer2.0.weight",        "projector.3.weight"),
    Row("ssl_head.projector.layer2.1.{bn}",          "projector.4.{bn}"),
    Row("ssl_head.projector.layer3.0.weight",        "projector.6.weight"),
    Row("ssl_head.projector.layer3.1.{bn}",          "projector.7.{bn}"),
    Row("ssl_head.predictor.layer1.0.weight",        "predictor.0.weight"),
    Row("ssl_head.predictor.layer1.1.{bn}",          "predictor.1.{bn}"),
    Row("ssl_head.predictor.layer2.{wb}",            "predictor.3.{wb}"),
)
PCM_ROWS = (
    Row("pcm.PredProcess.0.{wb}",                    "alignment.predict_sound.{wb}"),
    Row("pcm.PredProcess.{n}.conv2d.weight",         "alignment.predict.{n-1}.0.weight"),
    Row("pcm.ErrorProcess.3.{wb}",                   "alignment.output.{wb}"),
    Row("pcm.ErrorProcess.{n}.weight",               "alignment.correct.{n}.weight"),
    Row("pcm.ErrorProcess.2.convtrans2d.weight",     "alignment.correct.2.1.weight"),
    Row("pcm.b0.{part}",                             "alignment.feedback_rates", parts=RATES),
    Row("pcm.a0.{part}",                             "alignment.error_rates", parts=RATES),
    Row("pcm.BNPred.{n}.{bn}",                       "alignment.down_norms.{n}.{bn}"),
    Row("pcm.BNPred_step.{n}.{bn}",                  "alignment.down_norms.{n+2}.{bn}"),
    Row("pcm.BNError.{n}.{bn}",                      "alignment.up_norms.{n}.{bn}"),
    Row("pcm.BNError_step.{n}.{bn}",                 "alignment.up_norms.{n+3}.{bn}"),
)
# fmt: on
TABLE = TableByPrefix(
    {
        "pcm.": Table(file="SSPL with PCM (zjsong/SSPL)", rows=(*PCM_ROWS, *ROWS)),
        "frame.": Table(file="SSPL without PCM (zjsong/SSPL)", rows=ROWS),
    }
)


def files_of(folder: str | os.PathLike) -> dict[str, Path]:
    """Return the part -> file of a training's folder.

    Raises:
        FileNotFoundError: There is no such folder, or a file other than PCM's is missing.
    """
    files = {part: Path(folder, name) for part, name in FILES.items()}
    missing = [path.name for part, path in files.items() if part != "pcm" and not path.is_file()]
    if missing:
        raise FileNotFoundError(
            f"{folder}: lacks {', '.join(missing)}. Give the folder in which SSPL's training saves "
            f"{', '.join(FILES.values())} (the first only with PCM)"
        )
    return {part: path for part, path in files.items() if path.is_file()}


def read_folder(folder: str | os.PathLike) -> dict[str, Tensor]:
    """Read all parts, their names before the keys.

    Raises:
        FileNotFoundError: As of `files_of`.
        ValueError: A file is refused (`read_weights`).
    """
    return {
        f"{part}.{key}": value
        for part, path in files_of(folder).items()
        for key, value in read_weights(path).items()
    }
