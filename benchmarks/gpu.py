"""Latency and throughput on a GPU: fp32, bf16, compiled, as CUDA graphs; beside Table 5.

    python benchmarks/gpu.py [--models swin_b r50 pvtv2_b5] [--repeats 50] [--json FILE]

Milliseconds of one frame of 224 x 224 with its second of sound, from the tensors on the GPU to the
sounding map, and the most frames a second over several batches. Random weights. The paper's Table 5
has 18.5 ms (Swin-B), 13.4 ms (ResNet-50) and 17.2 ms (PVT-v2) on its own GPU, which is another one.
CUDA graphs hold the networks; which queries are candidates is decided outside of them.
"""

import argparse
import copy
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import torch
from figures import write_figures
from mmengine.config import Config
from mmengine.registry import init_default_scope
from torch import Tensor, nn

from avs_mm.models.compiled_networks import compile_networks
from avs_mm.models.mixed_precision import use_mixed_precision
from avs_mm.models.sounding_map import sounding_maps
from avs_mm.registry import MODELS
from avs_mm.shipped import configs_dir

CONFIGS = {
    "swin_b": ("avs_avsc.py", 18.5),
    "r50": ("avs_r50_avsc.py", 13.4),
    "pvtv2_b5": ("avs_pvtv2_b5_avsc.py", 17.2),
}
SIZE, SAMPLES = 224, 16_000


def build(config: str) -> nn.Module:
    torch.manual_seed(0)
    settings = Config.fromfile(configs_dir() / config).model
    settings = {**settings, "stage1": None}
    settings["audio_encoder"] = {**settings["audio_encoder"], "checkpoint": None}
    return MODELS.build(settings).cuda().eval()


def inputs(batch: int) -> dict[str, Tensor]:
    generator = torch.Generator("cuda").manual_seed(0)
    return {
        "img": torch.randn(batch, 3, SIZE, SIZE, device="cuda", generator=generator),
        "audio": 0.1 * torch.randn(batch, SAMPLES, device="cuda", generator=generator),
    }


def predict(model: nn.Module, batch: dict[str, Tensor]) -> Tensor:
    """Return the sounding maps (B, H, W) as prediction does: by the two steps' networks."""
    sizes = [(SIZE, SIZE)] * len(batch["img"])
    samples = [_Sized(size) for size in sizes]
    return sounding_maps(model.encode_images(batch, samples), model.encode_audio(batch))


class _Sized:
    """All that `encode_images` asks of a sample."""

    def __init__(self, size: tuple[int, int]) -> None:
        self.ori_shape = size


def as_graph(model: nn.Module, batch: dict[str, Tensor]) -> Callable[[], Tensor]:
    """Record the networks once; every call runs them on what then lies in ``batch``."""
    head, segmentor = model.segmentor.decode_head, model.segmentor

    def networks() -> tuple[Tensor, Tensor, Tensor]:
        with torch.autocast("cuda", torch.bfloat16):
            class_logits, mask_logits = head.predict_queries(segmentor.extract_feat(batch))
            return class_logits.float(), mask_logits.float(), model.encode_audio(batch)

    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(3):
            networks()
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        class_logits, mask_logits, scores = networks()

    def replay() -> Tensor:
        graph.replay()
        candidates = [
            segmentor._select(frame_logits, frame_masks, size=(SIZE, SIZE))
            for frame_logits, frame_masks in zip(class_logits, mask_logits, strict=True)
        ]
        return sounding_maps(candidates, scores)

    return replay


def milliseconds(run: Callable[[], object], *, repeats: int) -> float:
    for _ in range(5):
        run()
    times = []
    for _ in range(repeats):
        torch.cuda.synchronize()
        start = time.perf_counter()
        run()
        torch.cuda.synchronize()
        times.append(1e3 * (time.perf_counter() - start))
    return statistics.median(times)


def ways(config: str) -> dict[str, Callable[[dict[str, Tensor]], Callable[[], object]]]:
    """Return, by its name, how a batch is made into what is timed."""
    model = build(config)
    half, compiled = copy.deepcopy(model), copy.deepcopy(model)
    use_mixed_precision(half, "bf16")
    compile_networks(compiled)
    use_mixed_precision(compiled, "bf16")
    return {
        "fp32": lambda batch: lambda: predict(model, batch),
        "bf16": lambda batch: lambda: predict(half, batch),
        "bf16, compiled": lambda batch: lambda: predict(compiled, batch),
        "bf16, CUDA graph": lambda batch: as_graph(model, batch),
    }


def measure(
    prepare: Callable[[dict[str, Tensor]], Callable[[], object]],
    *,
    batches: list[int],
    repeats: int,
) -> tuple[float, dict[int, float]]:
    """Return the milliseconds of one frame, and the frames a second of each size of batch."""
    latency = milliseconds(prepare(inputs(1)), repeats=repeats)
    rates = {
        batch: 1e3 * batch / milliseconds(prepare(inputs(batch)), repeats=5) for batch in batches
    }
    return latency, rates


@torch.no_grad()
def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--models", nargs="+", choices=CONFIGS, default=list(CONFIGS))
    parser.add_argument("--batches", type=int, nargs="+", default=[8, 32, 128])
    parser.add_argument("--repeats", type=int, default=50)
    parser.add_argument("--json", type=Path, help="file for the figures")
    args = parser.parse_args()
    if not torch.cuda.is_available():
        raise SystemExit("not run: no CUDA device")

    init_default_scope("mmseg")
    print(torch.cuda.get_device_name())
    rows = []
    for name in args.models:
        config, paper = CONFIGS[name]
        for way, prepare in ways(config).items():
            try:
                latency, rates = measure(prepare, batches=args.batches, repeats=args.repeats)
            except RuntimeError as error:  # a part that a graph or the compiler refuses
                print(f"{name}, {way}: not run: {str(error).splitlines()[0]}", flush=True)
                torch.cuda.empty_cache()
                continue
            best = max(rates, key=lambda batch: rates[batch])
            what = (
                f"{name}, {way}: {latency:.2f} ms a frame beside {paper} ms, "
                f"{rates[best]:.0f} frames a second in batches of {best}"
            )
            print(what, flush=True)
            rows.append({"what": what, "speed-up": paper / latency, "goal": 1.0})
    write_figures(args.json, torch.cuda.get_device_name(), rows)


if __name__ == "__main__":
    main()
