"""The networks that the authors of EZ-VSL have released."""

from avs_mm.weights.resnet import rows_of_resnet
from avs_mm.weights.table import Row, Table

__all__ = ["TABLE"]

TABLE = Table(
    file="EZ-VSL as its authors save it (stoneMo/EZ-VSL)",
    rows=(
        *rows_of_resnet("imgnet.", "backbone."),
        *rows_of_resnet("audnet.", "audio_encoder.resnet."),
        Row("img_proj.{wb}", "embedding.visual.{wb}"),
        Row("aud_proj.{wb}", "embedding.audio.{wb}"),
    ),
)
