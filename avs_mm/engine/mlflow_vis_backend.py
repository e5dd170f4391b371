"""mmengine's backend for MLflow, with names that MLflow takes."""

import re
from typing import Any

import numpy as np
from mmengine.visualization import MLflowVisBackend as MMEngineMLflowVisBackend

from avs_mm.registry import VISBACKENDS

__all__ = ["MLflowVisBackend"]

REFUSED = re.compile(r"[^\w\-. :/]")  # in the name of a metric


@VISBACKENDS.register_module()
class MLflowVisBackend(MMEngineMLflowVisBackend):
    """Log pictures to MLflow as ``{name}_{step}.png``, and metrics under names without an "@".

    mmengine gives MLflow the bare names. A picture's format is told by its suffix, so that ended in
    ``ValueError: unknown file extension``, and ``avs/F_official@5frames`` in ``Invalid value``; it
    is ``avs/F_official_5frames`` here. Everything else is mmengine's.
    """

    def add_image(self, name: str, image: np.ndarray, step: int = 0, **kwargs: Any) -> None:
        """Log a picture, RGB (H, W, 3) uint8."""
        super().add_image(f"{name}_{step}.png", image, step, **kwargs)

    def add_scalar(self, name: str, value: Any, step: int = 0, **kwargs: Any) -> None:
        """Log a number."""
        super().add_scalar(REFUSED.sub("_", name), value, step, **kwargs)

    def add_scalars(
        self, scalar_dict: dict, step: int = 0, file_path: str | None = None, **kwargs: Any
    ) -> None:
        """Log the numbers of a step."""
        named = {REFUSED.sub("_", name): value for name, value in scalar_dict.items()}
        super().add_scalars(named, step, file_path, **kwargs)
