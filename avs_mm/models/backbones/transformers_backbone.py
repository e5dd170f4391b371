"""An image encoder of the package transformers: DINOv3, ConvNeXt V2, Hiera and others."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mmengine.logging import print_log
from mmengine.model import BaseModule
from torch import Tensor

from avs_mm.registry import MODELS

__all__ = ["TransformersBackbone"]

# A classifier's weights lack the norms of the maps; they keep their own values.
NORMS_OF_MAPS = "hidden_states_norms."
# Settings in which a folder may differ: what trained weights compute does not depend on them.
WITHOUT_EFFECT = {
    *("out_features", "out_indices", "stage_names", "image_size"),
    *("initializer_range", "layerscale_value", "layer_scale_init_value"),  # before training
    *("drop_path_rate", "attention_dropout", "hidden_dropout_prob", "attention_probs_dropout_prob"),
    *("pos_embed_shift", "pos_embed_jitter", "pos_embed_rescale"),  # augmentation in training
}


@MODELS.register_module()
class TransformersBackbone(BaseModule):
    """Encode images (B, 3, H, W) as maps by an ``AutoBackbone`` of transformers.

    A network with one stride, such as a ViT, gives maps of one size: mmseg's ``Feature2Pyramid`` as
    the ``neck`` makes strides 4 to 32 of four of them (configs/avs_dinov3_vit_b_seg.py).

    Args:
        architecture: ``model_type``, as transformers names it, and settings that differ from its
            config's defaults. No file is needed to build it.
        out_indices: Stages whose maps are returned; 0 is the stem.
        weights: Folder of ``config.json`` and ``model.safetensors``, read by ``init_weights``.
            Nothing is downloaded.
        frozen: Whether the weights stay as they are.

    Raises:
        ImportError: transformers is missing.
        FileNotFoundError: There are no weights in the folder, when they are read.
        ValueError: transformers has no backbone of this type, or the weights do not fit: of another
            shape, or of a setting by which they compute something else.
    """

    def __init__(
        self,
        *,
        architecture: dict[str, Any],
        out_indices: Sequence[int],
        weights: str | Path | None = None,
        frozen: bool = False,
    ) -> None:
        super().__init__()
        try:
            from transformers import AutoBackbone, AutoConfig
        except ImportError as error:
            raise ImportError(
                "TransformersBackbone needs the package transformers: "
                "pip install 'avs_mm[transformers]'"
            ) from error
        try:
            config = AutoConfig.for_model(**architecture, out_indices=list(out_indices))
            self.model = AutoBackbone.from_config(config)
        except ValueError as error:  # its message lists hundreds of types
            raise ValueError(
                f"architecture={architecture!r} is no backbone of the installed "
                f"transformers: give a model_type of its AutoBackbone"
            ) from error
        self.weights = weights
        self.frozen = frozen
        for name, parameter in self.model.named_parameters():
            # Only pretraining masks patches: DistributedDataParallel needs every gradient.
            if frozen or name.endswith("mask_token"):
                parameter.requires_grad_(False)

    def init_weights(self) -> None:
        """Load the weights, if a folder is given; one that does not fit is a ValueError."""
        if self.weights is None:
            return
        folder = Path(self.weights)
        if not (folder / "config.json").is_file():
            raise FileNotFoundError(
                f"{folder}: has no config.json; give the folder that save_pretrained of "
                "transformers wrote, or a clone of the hub's"
            )
        loaded, report = type(self.model).from_pretrained(
            folder,
            local_files_only=True,
            output_loading_info=True,
            out_indices=self.model.config.out_indices,
        )
        _check_settings(self.model.config, loaded.config, folder)
        missing = sorted(key for key in report["missing_keys"] if not key.startswith(NORMS_OF_MAPS))
        theirs, own = (network.state_dict() for network in (loaded, self.model))
        differing = sorted(
            key
            for key in theirs.keys() | own.keys()
            if key not in theirs or key not in own or theirs[key].shape != own[key].shape
        )
        if missing or differing:
            raise ValueError(
                f"{folder} does not fit the architecture of the config: missing "
                f"{missing[:5]}, of another shape {differing[:5]}; set architecture as its "
                "config.json has it"
            )
        self.model.load_state_dict(theirs)
        print_log(f"the backbone has its weights from {folder}", logger="current")

    def train(self, mode: bool = True) -> "TransformersBackbone":
        """Set the mode; a frozen network stays in evaluation mode."""
        super().train(mode and not self.frozen)
        return self

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        """Return the maps of ``out_indices``."""
        return tuple(self.model(images).feature_maps)


def _check_settings(own: Any, theirs: Any, folder: Path) -> None:
    """Refuse weights of a config that computes something else from the same shapes.

    Labels, paths, dtype and version, which every config of transformers has, change nothing, and
    neither does a setting that the installed transformers does not know.
    """
    from transformers import PretrainedConfig

    general = PretrainedConfig().to_dict().keys() | WITHOUT_EFFECT
    settings, found = (_comparable(config.to_dict()) for config in (own, theirs))
    # The type that the file names: the loaded config is always of ours.
    of_file, _ = PretrainedConfig.get_config_dict(folder, local_files_only=True)
    names = ["model_type", *sorted(settings.keys() - general)]
    found["model_type"] = of_file.get("model_type")
    differing = [name for name in names if settings[name] != found.get(name)]
    if differing:
        differences = "; ".join(
            f"{name} is {found.get(name)!r} in the folder and {settings[name]!r} in the config"
            for name in differing
        )
        remedy = ", ".join(f"{name}={found.get(name)!r}" for name in differing)
        raise ValueError(
            f"{folder} does not fit the architecture of the config: {differences}; set "
            f"architecture=dict({remedy}, ...), or give the folder of another network"
        )


def _comparable(settings: dict[str, Any]) -> dict[str, Any]:
    """Return the settings with lists for tuples, which a file cannot hold."""
    return {
        name: list(value) if isinstance(value, tuple) else value for name, value in settings.items()
    }
