"""The predicted masks, written as images."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.evaluator import BaseMetric

from avs_mm.evaluation.functional import foreground
from avs_mm.evaluation.metrics.sample_fields import metainfo, naming, sounding_map
from avs_mm.output_file import write_image
from avs_mm.registry import METRICS

__all__ = ["PredictionWriter"]


@METRICS.register_module()
class PredictionWriter(BaseMetric):
    """Writes the predicted mask of every frame as an image and reports no number.

    ``{out_dir}/{clip}/{frame + 1}.png`` is the binary sounding mask (0 or 255, 8 bit). With
    ``save_probability``, ``{out_dir}/{clip}/{frame + 1}_probability.png`` is the probability times
    65535 (16 bit). Files of these names from an earlier run are replaced, each at once; no other
    file is touched.

    Args:
        out_dir: folder to write to; made where it is missing.
        save_probability: also write the probabilities.

    Raises:
        ValueError: in ``process``, naming the image, if a field is missing, if two frames of
            one run have the same clip and frame, or if a file of the data set would be replaced.
    """

    default_prefix = "predictions"

    def __init__(
        self,
        *,
        out_dir: str | Path,
        save_probability: bool = False,
        collect_device: str = "cpu",
        prefix: str | None = None,
        collect_dir: str | None = None,
    ) -> None:
        super().__init__(collect_device=collect_device, prefix=prefix, collect_dir=collect_dir)
        self.out_dir = Path(out_dir)
        if self.out_dir.exists() and not self.out_dir.is_dir():
            raise ValueError(f"{out_dir} is a file; give a folder to write the masks to")
        self.save_probability = save_probability
        self._sources: dict[Path, tuple[str, str]] = {}  # mask file -> image, audio condition

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        for sample in data_samples:
            with naming(sample):
                self.results.append(str(self._write(sample)))

    def compute_metrics(self, results: list[str]) -> dict[str, float]:
        return {}

    def _write(self, sample: dict) -> Path:
        prob = sounding_map(sample)
        path = self._path(sample)
        mask = foreground(prob)[0].cpu().numpy()
        # several processes may write one frame, a distributed sampler's padding
        write_image(path, np.where(mask, 255, 0).astype(np.uint8))
        if self.save_probability:
            levels = np.round(prob[0].double().cpu().numpy() * 65535).astype(np.uint16)
            write_image(path.with_name(f"{path.stem}_probability.png"), levels)
        return path

    def _path(self, sample: dict) -> Path:
        clip, frame = metainfo(sample, "clip"), metainfo(sample, "frame")
        if clip in ("", "..") or Path(clip).name != clip:
            raise ValueError(f"clip '{clip}' is not a plain name, so no folder can be called so")
        path = self.out_dir / clip / f"{frame + 1}.png"

        source = (metainfo(sample, "img_path"), sample.get("audio_condition", "original"))
        earlier = self._sources.setdefault(path, source)
        if earlier != source:
            raise ValueError(
                f"its mask under {source[1]} audio would replace that of {earlier[0]} under "
                f"{earlier[1]} audio, both named {path}; write them to folders of their own"
            )
        inputs = (sample.get(key) for key in ("img_path", "seg_map_path"))
        if path.resolve() in {Path(name).resolve() for name in inputs if name}:
            raise ValueError(f"{path} is a file of the data set; choose another folder to write to")
        return path
