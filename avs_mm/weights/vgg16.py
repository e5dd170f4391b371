"""VGG-16 of torchvision, as far as its last convolution."""

from avs_mm.weights.table import Row, Table

__all__ = ["TABLE"]

TABLE = Table(
    file="a VGG-16 of torchvision, such as vgg16-397923af.pth",
    rows=(Row("features.{n}.{wb}", "backbone.features.{n}.{wb}"),),
    dropped={"classifier.{n}.{wb}": "the classifier"},
)
