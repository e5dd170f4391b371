"""Which network the page uses, and the examples that go with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from avs_mm.apis import AVSInferencer
from avs_mm.page.examples import draw_examples
from avs_mm.weights.hub import find_local
from avs_mm.weights.names import ZERO_SHOT

__all__ = ["DEMO", "Network", "choose_network"]

DEMO = Path("work_dirs/demo/runs/avsc")  # where make demo leaves it


@dataclass(frozen=True)
class Network:
    """A network, what the page says of it, and files to try it on."""

    inferencer: AVSInferencer
    title: str
    note: str
    examples: Sequence[Path] = ()


def choose_network(
    model: str | None, checkpoint: str | None, *, device: str | None, folder: Path
) -> Network:
    """Load the network that is asked for, or the one that is there.

    Args:
        model: A config, a work dir or "zero-shot"; None for the demo's network if it is in the
            current folder, else zero-shot if its weights are on this machine.
        checkpoint: Of a config.
        device: As of ``AVSInferencer``.
        folder: Where examples are drawn for the demo's network.

    Raises:
        FileNotFoundError: A file is missing, or nothing was asked for and nothing is there.
        ValueError: The checkpoint is not one of this config.
    """
    if model is None and not DEMO.is_dir():
        if not zero_shot_is_here():
            raise FileNotFoundError(
                f"there is no network to ask: make demo trains a small one into {DEMO} in a "
                "quarter of an hour, --model zero-shot downloads one (docs/zero_shot.md), or give "
                "your own: --model CONFIG --checkpoint FILE"
            )
        model = "zero-shot"
    if model is None or Path(model).resolve() == DEMO.resolve():
        return Network(
            AVSInferencer(DEMO, device=device),
            title="The demo's network",
            note=(
                "Trained on drawn objects alone: bells, birds, drums, engines, sirens and "
                "whistles. It knows nothing of real videos; --model zero-shot does."
            ),
            examples=draw_examples(folder),
        )
    if model == "zero-shot":
        return Network(
            AVSInferencer("zero-shot", device=device),
            title="Zero-shot",
            note="Public networks without any training on sounding objects: COCO's categories "
            "under the tags of AudioSet.",
        )
    inferencer = AVSInferencer(model, checkpoint, device=device)
    return Network(inferencer, title=Path(model).stem, note=f"{len(inferencer.classes)} categories")


def zero_shot_is_here() -> bool:
    """Whether the weights of zero-shot are on this machine; nothing is downloaded."""
    return all(find_local(name) for name in ZERO_SHOT)
