"""How many times faster a frozen BEATs is than a straightforward one, clip by clip, in one run.

    python benchmarks/beats.py [--clips 8] [--seconds 1] [--device cpu] [--repeats 3] [--json FILE]

The straightforward one has the same weights. It takes one clip at a time, multiplies the weight
norm out, looks the bias up in every layer, and holds the attention matrix. Both run by turns.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import torch
import torch.nn.functional as F
from figures import write_figures
from torch import Tensor

from avs_mm.models import BEATs, kaldi_fbank
from avs_mm.models.audio.beats import FBANK_MEAN, FBANK_STD, SAMPLE_RATE
from avs_mm.models.audio.beats_encoder import EncoderLayer
from avs_mm.models.audio.gated_self_attention import GatedSelfAttention


def straightforward(beats: BEATs, waveforms: Tensor) -> Tensor:
    """Tokens (B, L, C) of waveforms (B, N), one clip after another."""
    return torch.cat([encode_clip(beats, clip[None]) for clip in waveforms])


def encode_clip(beats: BEATs, clip: Tensor) -> Tensor:
    fbank = (kaldi_fbank(clip) - FBANK_MEAN) / (2 * FBANK_STD)
    patches = beats.patch_embedding(fbank[:, None]).flatten(2).transpose(1, 2)
    x = beats.post_extract_proj(beats.layer_norm(patches))

    position = beats.encoder.pos_conv[0]
    kernel = position.kernel()
    shifted = F.conv1d(
        x.transpose(1, 2),
        kernel,
        position.bias,
        padding=kernel.shape[-1] // 2,
        groups=position.groups,
    )[..., : x.shape[1]]
    x = beats.encoder.layer_norm(x + F.gelu(shifted.transpose(1, 2)))

    for layer in beats.encoder.layers:
        x = encode_layer(layer, x)
    return x


def encode_layer(layer: EncoderLayer, x: Tensor) -> Tensor:
    x = layer.self_attn_layer_norm(layer.residual_scale * x + attend(layer.self_attn, x))
    return layer.final_layer_norm(layer.residual_scale * x + layer.fc2(F.gelu(layer.fc1(x))))


def attend(attention: GatedSelfAttention, x: Tensor) -> Tensor:
    query, key, value = (
        projection(x).unflatten(-1, (attention.num_heads, -1)).transpose(1, 2)
        for projection in (attention.q_proj, attention.k_proj, attention.v_proj)
    )
    bias = attention.relative_attention_bias.table(x.shape[1])
    scores = query @ key.transpose(-2, -1) / query.shape[-1] ** 0.5
    weights = (scores + attention.gate(query) * bias).softmax(dim=-1)
    return attention.out_proj((weights @ value).transpose(1, 2).flatten(2))


def seconds(function: Callable[[], object], device: str) -> float:
    start = time.perf_counter()
    function()
    if device != "cpu":
        torch.cuda.synchronize()
    return time.perf_counter() - start


@torch.no_grad()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=int, default=8)
    parser.add_argument("--seconds", type=int, default=1, help="length of a clip")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--json", type=Path, help="file for the figures")
    args = parser.parse_args()

    torch.manual_seed(0)
    beats = BEATs(frozen=True).to(args.device)
    waveforms = 0.1 * torch.randn(args.clips, args.seconds * SAMPLE_RATE, device=args.device)
    difference = (beats(waveforms) - straightforward(beats, waveforms)).abs().max().item()
    slow, fast = [], []
    for _ in range(args.repeats):
        slow.append(seconds(lambda: straightforward(beats, waveforms), args.device))
        fast.append(seconds(lambda: beats(waveforms), args.device))

    print(f"{args.clips} clips of {args.seconds} s, {args.device}, torch {torch.__version__},")
    print(f"{torch.get_num_threads()} thread(s), {args.repeats} runs of each by turns")
    for name, times in (("clip by clip", slow), ("avs_mm.BEATs", fast)):
        print(f"{name:14}{statistics.median(times):8.2f} s  (fastest {min(times):.2f} s)")
    ratio = statistics.median(slow) / statistics.median(fast)
    print(f"{'ratio':14}{ratio:8.2f}x (of the fastest {min(slow) / min(fast):.2f}x)")
    print(f"largest difference {difference:.1e}")
    row = {"what": f"BEATs, {args.clips} clips at once, beside one by one", "speed-up": ratio}
    write_figures(args.json, "BEATs", [row])


if __name__ == "__main__":
    main()
