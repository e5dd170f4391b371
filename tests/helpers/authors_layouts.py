"""Checkpoints of the localisers as their authors save them, with numbers that names decide."""

import math
import zlib
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

__all__ = ["LAYOUTS", "checksum", "inputs", "numbers"]

Layout = dict[str, tuple[int, ...]]  # key -> shape


def numbers(key: str, shape: tuple[int, ...]) -> Tensor:
    """Draw a tensor by its name, of a size that keeps a deep network's features finite."""
    if key.endswith("num_batches_tracked"):
        return torch.tensor(7)
    drawn = np.random.default_rng(zlib.crc32(key.encode())).standard_normal(shape, dtype=np.float32)
    if ".a0." in key or ".b0." in key:  # PCM's rates
        drawn = 0.5 + 0.05 * drawn
    elif len(shape) > 1:
        drawn *= math.sqrt(2 / math.prod(shape[1:]))
    elif key.endswith("running_var"):
        drawn = 1 + 0.1 * np.abs(drawn)
    else:
        drawn = (1 if key.endswith("weight") else 0) + 0.1 * drawn
    return torch.from_numpy(drawn)


def inputs() -> tuple[Tensor, Tensor]:
    """Return two normalised images (2, 3, 224, 224) and three seconds of two sounds, (2, 48000)."""
    rng = np.random.default_rng(41)
    images = rng.standard_normal((2, 3, 224, 224), dtype=np.float32)
    pitch = np.array([[300.0], [1100.0]])
    tones = np.sin(2 * np.pi * pitch * np.arange(48000) / 16000) * np.linspace(0.1, 0.5, 48000)
    sounds = tones + 0.02 * rng.standard_normal((2, 48000))
    return torch.from_numpy(images), torch.from_numpy(sounds.astype(np.float32))


def checksum(layout: Layout) -> int:
    """Return a number that tells whether two layouts have the same keys and shapes."""
    lines = sorted(f"{key} {tuple(shape)}" for key, shape in layout.items())
    return zlib.crc32("\n".join(lines).encode())


def _linear(name: str, out: int, width: int, *, kernel: tuple[int, ...] = ()) -> Layout:
    return {f"{name}.weight": (out, width, *kernel), f"{name}.bias": (out,)}


def _norm(name: str, width: int, *, affine: bool = True) -> Layout:
    learnt = {f"{name}.weight": (width,), f"{name}.bias": (width,)} if affine else {}
    statistics = {f"{name}.running_mean": (width,), f"{name}.running_var": (width,)}
    return {**learnt, **statistics, f"{name}.num_batches_tracked": ()}


def _resnet18(name: str, **stems: int) -> Layout:
    layout = {f"{name}.{stem}.weight": (64, width, 7, 7) for stem, width in stems.items()}
    layout |= _norm(f"{name}.bn1", 64)
    for stage, width in enumerate((64, 128, 256, 512), 1):
        for index in range(2):
            block = f"{name}.layer{stage}.{index}"
            narrow = width // 2 if stage > 1 and index == 0 else width
            layout[f"{block}.conv1.weight"] = (width, narrow, 3, 3)
            layout[f"{block}.conv2.weight"] = (width, width, 3, 3)
            layout |= _norm(f"{block}.bn1", width) | _norm(f"{block}.bn2", width)
            if narrow != width:
                layout[f"{block}.downsample.0.weight"] = (width, narrow, 1, 1)
                layout |= _norm(f"{block}.downsample.1", width)
    return layout


def _convolutions(name: str, widths: dict[int, int], channels: int) -> Iterator[Layout]:
    for number, width in widths.items():
        yield _linear(f"{name}.{number}", width, channels, kernel=(3, 3))
        channels = width


def _merged(*layouts: Layout) -> Layout:
    return {key: shape for layout in layouts for key, shape in layout.items()}


def _slavc(prefix: str) -> Layout:
    return _merged(
        _resnet18(f"{prefix}imgnet", conv1=3),
        _resnet18(f"{prefix}audnet", conv1=1),
        *(_linear(f"{prefix}img_proj{stream}", 512, 512, kernel=(1, 1)) for stream in (1, 2)),
        *(_linear(f"{prefix}aud_proj{stream}", 512, 512) for stream in (1, 2)),
    )


ALL_STEMS = {"conv1_a": 1, "conv1": 3, "conv1_flow": 6}
VGG16 = [64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512]
VGG16_PLACES = [0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28]
VGGISH = {0: 64, 3: 128, 6: 256, 8: 256, 11: 512, 13: 512}
LAYOUTS: dict[str, Layout] = {
    "ez_vsl": _merged(
        _resnet18("imgnet", conv1=3),
        _resnet18("audnet", conv1=1),
        _linear("img_proj", 512, 512, kernel=(1, 1)),
        _linear("aud_proj", 512, 512),
    ),
    "slavc": _slavc("") | _slavc("momentum_"),
    "lvs": _merged(
        *(_resnet18(net, **ALL_STEMS) for net in ("imgnet", "audnet")),
        *(_linear(f"{net}.fc", 1000, 512) for net in ("imgnet", "audnet")),
    ),
    "sspl": _merged(
        *_convolutions("frame.feat_extractor", dict(zip(VGG16_PLACES, VGG16, strict=True)), 3),
        *_convolutions("sound.features", VGGISH, 1),
        _linear("sound.embeddings.0", 4096, 12288),
        _linear("sound.embeddings.2", 4096, 4096),
        _linear("sound.embeddings.4", 128, 4096),
        _linear("sound.fc.0", 512, 128),
        _linear("sound.fc.2", 512, 512),
        _linear("pcm.PredProcess.0", 128, 512, kernel=(1, 1)),
        {f"pcm.PredProcess.{level}.conv2d.weight": (512, 512, 3, 3) for level in (1, 2)},
        {"pcm.ErrorProcess.0.weight": (128, 512, 1, 1)},
        {"pcm.ErrorProcess.1.weight": (512, 512, 3, 3)},
        {"pcm.ErrorProcess.2.convtrans2d.weight": (512, 512, 3, 3)},
        _linear("pcm.ErrorProcess.3", 512, 512, kernel=(1, 1)),
        {f"pcm.{rate}.{level}": (1, 512, 1, 1) for rate in ("a0", "b0") for level in range(3)},
        *(
            _norm(f"pcm.{norms}.{index}", 512)
            for norms, count in (("BNPred", 2), ("BNPred_step", 8), ("BNError", 3))
            for index in range(count)
        ),
        *(_norm(f"pcm.BNError_step.{index}", 512) for index in range(12)),
        {"ssl_head.projector.layer1.0.weight": (2048, 512)},
        _norm("ssl_head.projector.layer1.1", 2048),
        {"ssl_head.projector.layer2.0.weight": (2048, 2048)},
        _norm("ssl_head.projector.layer2.1", 2048),
        {"ssl_head.projector.layer3.0.weight": (2048, 2048)},
        _norm("ssl_head.projector.layer3.1", 2048, affine=False),
        {"ssl_head.predictor.layer1.0.weight": (512, 2048)},
        _norm("ssl_head.predictor.layer1.1", 512),
        _linear("ssl_head.predictor.layer2", 2048, 512),
    ),
}
