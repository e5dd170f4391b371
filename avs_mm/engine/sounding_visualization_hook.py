"""Pictures of predictions and their sounds for mmengine's Visualizer and its backends."""

from collections.abc import Mapping, Sequence
from typing import Any

from mmengine.dist import is_main_process
from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmseg.structures import SegDataSample

from avs_mm.registry import HOOKS
from avs_mm.visualization.data_samples import image_of
from avs_mm.visualization.predicted_sample import draw_predicted_sample

__all__ = ["SoundingVisualizationHook"]


@HOOKS.register_module()
class SoundingVisualizationHook(Hook):
    """Give frames with their candidates, annotation and sound to every backend of the visualizer.

    In the place of mmseg's ``SegVisualizationHook``, which knows no candidates and no sounds. The
    pictures are named ``{val|test}_{clip}_{frame}``; under ``ConditionsValLoop`` they are those of
    the own sound.

    Args:
        draw: Whether pictures are drawn at all.
        interval: Batches from one that is drawn to the next; the first is drawn.
        show: Whether each picture is shown in a window, too.
        wait_time: Seconds that a window stays.

    Raises:
        ValueError: An interval below 1.
    """

    def __init__(
        self, *, draw: bool = False, interval: int = 50, show: bool = False, wait_time: float = 0.0
    ) -> None:
        if interval < 1:
            raise ValueError(f"interval is a number of batches, at least 1, not {interval}")
        self.draw = draw
        self.interval = interval
        self.show = show
        self.wait_time = wait_time

    def _after_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: Mapping[str, Any] | None = None,
        outputs: Sequence[SegDataSample] | None = None,
        mode: str = "train",
    ) -> None:
        """Draw a batch of a validation or a test, if it is one that is drawn."""
        if mode == "train" or data_batch is None or outputs is None:
            return
        if not self.draw or batch_idx % self.interval or not is_main_process():
            return
        loop = runner.val_loop if mode == "val" else runner.test_loop
        sounds = data_batch["inputs"].get("audio", [None] * len(outputs))
        for image, sound, output in zip(data_batch["inputs"]["img"], sounds, outputs, strict=True):
            picture = draw_predicted_sample(
                image_of({"inputs": {"img": image}}),
                output.cpu(),
                None if sound is None else sound.numpy(),
                metainfo=loop.dataloader.dataset.metainfo,
            )
            name = f"{mode}_{output.get('clip', 'sample')}_{output.get('frame', 0)}"
            runner.visualizer.add_image(name, picture, step=runner.iter)
            if self.show:
                runner.visualizer.show(picture, win_name=name, wait_time=self.wait_time)
