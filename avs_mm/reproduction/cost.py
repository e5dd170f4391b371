"""What a model costs with and without its audio encoder: parameters, MAC and seconds."""

import statistics
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.model import BaseModel
from mmengine.registry import init_default_scope
from mmseg.structures import SegDataSample
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from avs_mm.media import SAMPLE_RATE
from avs_mm.registry import MODELS
from avs_mm.reproduction.paper_tables import COST_CONDITIONS

__all__ = ["count_macs", "device_name", "measure_cost", "measure_model", "time_by_turns"]

IMAGE_SIZE = (224, 224)  # the paper's, section 4.1


def measure_cost(
    config: str | Path, *, device: str = "cpu", repeat: int = 20, warm_up: int = 3
) -> dict[str, Any]:
    """Measure a config's model on one frame of 224×224 and one second of sound (Table 5).

    The weights are random: none of the figures depends on them, but for the few masks that the
    candidates happen to be.

    Args:
        repeat: Timed runs with and without the audio encoder, of which the median counts.
        warm_up: Runs before those, not timed.

    Returns:
        The content of a cost.json, in the schema of results.json: ``config``, ``device``, ``torch``
        and ``metrics``, as of `measure_model`.

    Raises:
        FileNotFoundError: There is no such config.
        ValueError: The model has no ``audio_encoder``.
    """
    settings = Config.fromfile(config)
    init_default_scope(settings.get("default_scope", "mmseg"))
    model = MODELS.build(settings.model).to(device).eval()
    return {
        "config": str(config),
        "device": device_name(device),
        "torch": torch.__version__,
        "repeat": repeat,
        "warm_up": warm_up,
        "image_size": list(IMAGE_SIZE),
        "batch_size": 1,
        "metrics": measure_model(model, _example(), repeat=repeat, warm_up=warm_up),
    }


@torch.no_grad()
def measure_model(
    model: BaseModel, data: dict[str, Any], *, repeat: int, warm_up: int
) -> dict[str, dict[str, float]]:
    """Measure ``model.test_step(data)`` with and without ``model.audio_encoder``, by turns.

    "Without" means that the encoder's output is there already, as TPAVI's users load it from a
    file: what makes use of it still counts.

    Returns:
        condition -> ``cost/parameters``, ``cost/MAC``, ``cost/seconds`` (median) and
        ``cost/seconds_fastest``.

    Raises:
        ValueError: The model has no ``audio_encoder``, or does not call it.
    """
    if not isinstance(getattr(model, "audio_encoder", None), nn.Module):
        raise ValueError(
            f"{type(model).__name__} has no audio_encoder, so its cost without one is not known. "
            "Give the config of a model that has one, e.g. configs/avs_avsc.py."
        )
    without, with_encoder = COST_CONDITIONS
    encoder = model.get_submodule("audio_encoder")
    recorded = _Recorded(_answer_of(encoder, lambda: model.test_step(data)))
    encoders = {with_encoder: encoder, without: recorded}

    def run(condition: str) -> None:
        model.audio_encoder = encoders[condition]
        model.test_step(data)

    metrics: dict[str, dict[str, float]] = {}
    try:
        seconds = time_by_turns(
            {condition: partial(run, condition) for condition in encoders},
            repeat=repeat,
            warm_up=warm_up,
        )
        for condition in encoders:
            macs = count_macs(partial(run, condition))
            metrics[condition] = {
                "cost/parameters": sum(parameter.numel() for parameter in model.parameters()),
                "cost/MAC": macs,
                "cost/seconds": statistics.median(seconds[condition]),
                "cost/seconds_fastest": min(seconds[condition]),
            }
    finally:
        model.audio_encoder = encoder
    return metrics


def count_macs(run: Callable[[], object]) -> int:
    """Count the multiply-accumulates of convolutions, matrix products and attention.

    torch's ``FlopCounterMode`` counts floating-point operations (FLOP), two of which are one
    multiply-accumulate. Additions, norms and activations are not counted.
    """
    # Attention as plain matrix products: the counter does not know torch's fused ones on a CPU.
    fast_path = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        with sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter:
            run()
    finally:
        torch.backends.mha.set_fastpath_enabled(fast_path)
    return counter.get_total_flops() // 2


def time_by_turns(
    runs: Mapping[str, Callable[[], object]], *, repeat: int, warm_up: int
) -> dict[str, list[float]]:
    """Time each of ``runs`` ``repeat`` times, by turns, after some warm-up that is not timed.

    Returns:
        The seconds of every run, a GPU's work included.
    """
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for turn in range(warm_up + repeat):
        for name, run in runs.items():
            _wait()
            start = time.perf_counter()
            run()
            _wait()
            if turn >= warm_up:
                seconds[name].append(time.perf_counter() - start)
    return seconds


def device_name(device: str) -> str:
    """Name the GPU, or the processor and the number of threads that torch uses on it."""
    kind = torch.device(device).type
    if kind != "cpu":
        return torch.cuda.get_device_name(device) if kind == "cuda" else device
    information = Path("/proc/cpuinfo")
    lines = information.read_text().splitlines() if information.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{names[0] if names else 'CPU'}, {torch.get_num_threads()} thread(s)"


class _Recorded(nn.Module):
    """Answers with what an encoder once said."""

    def __init__(self, answer: Tensor) -> None:
        super().__init__()
        self.answer = answer

    def forward(self, *_: Any) -> Tensor:
        return self.answer


def _answer_of(encoder: nn.Module, run: Callable[[], object]) -> Tensor:
    answers: list[Tensor] = []
    hook = encoder.register_forward_hook(lambda _, __, answer: answers.append(answer))
    try:
        run()
    finally:
        hook.remove()
    if len(answers) != 1:
        raise ValueError(
            f"test_step calls the audio_encoder {len(answers)} times; the cost without it is only "
            "known where that is once"
        )
    return answers[0]


def _example() -> dict[str, Any]:
    generator = torch.Generator().manual_seed(0)
    image = torch.randint(0, 256, (3, *IMAGE_SIZE), generator=generator, dtype=torch.uint8)
    audio = 0.1 * torch.randn(SAMPLE_RATE, generator=generator)
    sample = SegDataSample(metainfo=dict(ori_shape=IMAGE_SIZE, img_shape=IMAGE_SIZE))
    return {"inputs": {"img": [image], "audio": [audio]}, "data_samples": [sample]}


def _wait() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()
