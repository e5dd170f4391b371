"""The network that the authors of LVS have released, both encoders in one file."""

from avs_mm.weights.table import Row, Table

__all__ = ["TABLE"]

BLOCK = "layer{s}.{b}."
VISUAL, AUDIO = "imgnet.", "audnet."
RESNET = "audio_encoder.resnet."
# fmt: off
TABLE = Table(
    file="LVS as its authors released it (hche11/Localizing-Visual-Sounds-the-Hard-Way)",
    rows=(
        Row(VISUAL + "conv1.weight",                "backbone.conv1.weight"),
        Row(VISUAL + "bn1.{bn}",                    "backbone.bn1.{bn}"),
        Row(VISUAL + BLOCK + "conv{n}.weight",      "backbone." + BLOCK + "conv{n}.weight"),
        Row(VISUAL + BLOCK + "bn{n}.{bn}",          "backbone." + BLOCK + "bn{n}.{bn}"),
        Row(VISUAL + BLOCK + "downsample.0.weight", "backbone." + BLOCK + "downsample.0.weight"),
        Row(VISUAL + BLOCK + "downsample.1.{bn}",   "backbone." + BLOCK + "downsample.1.{bn}"),
        Row(AUDIO + "conv1_a.weight",               RESNET + "conv1.weight"),
        Row(AUDIO + "bn1.{bn}",                     RESNET + "bn1.{bn}"),
        Row(AUDIO + BLOCK + "conv{n}.weight",       RESNET + BLOCK + "conv{n}.weight"),
        Row(AUDIO + BLOCK + "bn{n}.{bn}",           RESNET + BLOCK + "bn{n}.{bn}"),
        Row(AUDIO + BLOCK + "downsample.0.weight",  RESNET + BLOCK + "downsample.0.weight"),
        Row(AUDIO + BLOCK + "downsample.1.{bn}",    RESNET + BLOCK + "downsample.1.{bn}"),
    ),
    dropped={
        "imgnet.conv1_a.weight": "the stem for sounds of the image's encoder",
        "imgnet.conv1_flow.weight": "a stem for optical flow",
        "imgnet.fc.{wb}": "the classifier",
        "audnet.conv1.weight": "the stem for images of the sound's encoder",
        "audnet.conv1_flow.weight": "a stem for optical flow",
        "audnet.fc.{wb}": "the classifier",
    },
)
# fmt: on
