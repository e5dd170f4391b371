"""The network that the authors of LVS have released, both encoders in one file."""

from avs_mm.weights.resnet import rows_of_resnet
from avs_mm.weights.table import Table

__all__ = ["TABLE"]

TABLE = Table(
    file="LVS as its authors released it (hche11/Localizing-Visual-Sounds-the-Hard-Way)",
    rows=(
        *rows_of_resnet("imgnet.", "backbone."),
        *rows_of_resnet("audnet.", "audio_encoder.resnet.", stem="conv1_a"),
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
