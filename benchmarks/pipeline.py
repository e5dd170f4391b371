"""Time of the whole pipeline beside transformers' MaskFormer and a plain BEATs of the same weights.

    python benchmarks/pipeline.py [--batches 1 8] [--threads 1 2] [--repeats 3] [--json FILE]

Both have Swin-B at 224×224 with windows of 12 and random weights, 100 queries, 23 categories, and
a second of sound a frame. From the queries on, both run the same code. ``benchmarks/beats.py``
says what the plain BEATs is; it needs the extra transformers.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

import torch
from beats import straightforward
from mmengine.config import Config
from timing import by_turns, ratios, report
from torch import Tensor, nn

from avs_mm import config_file
from avs_mm.models import AVSC
from avs_mm.models.candidates import select_candidates
from avs_mm.models.sounding_map import sounding_maps
from avs_mm.registry import MODELS
from avs_mm.weights import convert

SIZE, SAMPLES = 224, 16_000
GOAL = 0.6  # of their time


def build_theirs(*, num_classes: int) -> nn.Module:
    """Build transformers' MaskFormer with Swin-B as COCO's is published."""
    from transformers import DetrConfig, MaskFormerConfig, SwinConfig
    from transformers import MaskFormerForInstanceSegmentation as MaskFormer

    backbone = SwinConfig(
        image_size=384,
        embed_dim=128,
        depths=[2, 2, 18, 2],
        num_heads=[4, 8, 16, 32],
        window_size=12,
        out_features=["stage1", "stage2", "stage3", "stage4"],
    )
    config = MaskFormerConfig(
        backbone_config=backbone, decoder_config=DetrConfig(), num_labels=num_classes
    )
    return MaskFormer(config).eval()


def build_ours(theirs: nn.Module, *, skip_padding: bool = True) -> AVSC:
    """Build the paper's model, its stage 1 with the weights of theirs."""
    config = Config.fromfile(config_file("avs_avsc.py")).model
    config.segmentor.backbone.skip_padding = skip_padding
    config.stage1 = None
    config.data_preprocessor = config.segmentor.data_preprocessor = None
    model = MODELS.build(config).eval()
    model.segmentor.load_state_dict(convert("hf-maskformer", theirs.state_dict()))
    return model


def run_theirs(theirs: nn.Module, ours: AVSC, images: Tensor, audio: Tensor) -> Tensor:
    """Return the sounding maps (B, H, W), without the networks of ours."""
    outputs = theirs(pixel_values=images)
    candidates = [
        select_candidates(class_logits, mask_logits, size=(SIZE, SIZE))
        for class_logits, mask_logits in zip(
            outputs.class_queries_logits, outputs.masks_queries_logits, strict=True
        )
    ]
    tokens = straightforward(ours.audio_encoder, audio)
    return sounding_maps(candidates, ours.audio_head(tokens.mean(dim=1)).sigmoid())


def largest_difference(theirs: nn.Module, ours: AVSC, images: Tensor, audio: Tensor) -> float:
    """Compare what the networks say: the queries' classes and masks, and the sound's tokens.

    As a fraction of the largest number of each.
    """
    outputs = theirs(pixel_values=images)
    class_logits, mask_logits = ours.segmentor({"img": images}, mode="tensor")
    pairs = (
        (class_logits, outputs.class_queries_logits),
        (mask_logits, outputs.masks_queries_logits),
        (ours.audio_encoder(audio), straightforward(ours.audio_encoder, audio)),
    )
    return max(float((one - other).abs().max() / other.abs().max()) for one, other in pairs)


@torch.no_grad()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batches", type=int, nargs="+", default=[1, 8], help="frames at a time")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    args = parser.parse_args()

    torch.manual_seed(0)
    theirs = build_theirs(num_classes=23)
    ours = build_ours(theirs)
    rows = []
    for threads in args.threads:
        torch.set_num_threads(threads)
        for batch in args.batches:
            images, audio = torch.randn(batch, 3, SIZE, SIZE), 0.1 * torch.randn(batch, SAMPLES)
            functions: dict[str, Callable[[], object]] = {
                "transformers": lambda i=images, a=audio: run_theirs(theirs, ours, i, a),
                "avs_mm": lambda i=images, a=audio: ours.encode_decode({"img": i, "audio": a}, []),
            }
            times = by_turns(functions, repeats=args.repeats)
            rows.append(
                {
                    "what": f"batch {batch}, {threads} thread(s)",
                    **ratios(times["avs_mm"], times["transformers"], goal=GOAL),
                    "difference": largest_difference(theirs, ours, images[:1], audio[:1]),
                }
            )
    title = f"Whole pipeline, fp32, torch {torch.__version__}, fastest of {args.repeats}"
    report(title, rows, json_path=args.json)


if __name__ == "__main__":
    main()
