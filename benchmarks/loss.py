"""Time of stage 1's loss beside that of mmseg's own MaskFormer head, forward and backward.

    python benchmarks/loss.py [--batch 8] [--objects 2] [--threads 1] [--repeats 5] [--json FILE]

The head is the paper's: 6 layers of 100 queries at 224×224. "matching" has MaskFormer's own loss,
which is compared with mmseg's; "silent-aware" has Eq. 4 and the tolerance besides. What these take
is the difference of the two, as a part of mmseg's loss.
"""

import argparse
import copy
from collections.abc import Callable
from pathlib import Path

import torch
from figures import write_figures
from mmengine.config import Config
from mmengine.structures import InstanceData
from mmseg.registry import MODELS as MMSEG_MODELS
from timing import by_turns, ratios, report
from torch import Tensor, nn

from avs_mm import config_file
from avs_mm.registry import MODELS

LAYERS, QUERIES, SIZE, STRIDE = 6, 100, 224, 4
GOAL = 0.9  # of their time
MOST_FOR_SILENT = 0.03  # of their time, that Eq. 4 and the tolerance take


def build_heads(num_classes: int) -> dict[str, nn.Module]:
    """Build mmseg's head, ours with the same loss, and ours with the paper's."""
    config = Config.fromfile(config_file("avs_swin_b_seg.py")).model.decode_head
    theirs = copy.deepcopy(config)
    for name in ("tolerance", "loss_silent"):
        theirs.pop(name)
    theirs.type = "MaskFormerHead"
    theirs.loss_cls.class_weight = [1.0] * num_classes + [0.1]
    matching = {**copy.deepcopy(config), "tolerance": 0.0, "loss_silent": None}
    return {
        "mmseg": MMSEG_MODELS.build(theirs),
        "matching": MODELS.build(matching),
        "silent-aware": MODELS.build(config),
    }


def draw_objects(*, batch: int, number: int, num_classes: int) -> list[InstanceData]:
    """Draw rectangles, each of another category."""
    frames = []
    for _ in range(batch):
        masks = torch.zeros(number, SIZE, SIZE, dtype=torch.long)
        for mask in masks:
            top, left = torch.randint(SIZE // 2, (2,)).tolist()
            mask[top : top + SIZE // 2, left : left + SIZE // 3] = 1
        labels = torch.randperm(num_classes)[:number]
        frames.append(InstanceData(labels=labels, masks=masks))
    return frames


def losses_and_gradients(
    head: nn.Module, class_logits: Tensor, mask_logits: Tensor, objects: list[InstanceData]
) -> dict[str, Tensor]:
    class_logits = class_logits.detach().requires_grad_()
    mask_logits = mask_logits.detach().requires_grad_()
    losses = head.loss_by_feat(class_logits, mask_logits, objects, [{}] * len(objects))
    torch.stack([loss.reshape(()) for loss in losses.values()]).sum().backward()
    return losses


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--objects", type=int, default=2, help="labelled in every frame")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    args = parser.parse_args()

    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    num_classes = 23
    heads = build_heads(num_classes)
    objects = draw_objects(batch=args.batch, number=args.objects, num_classes=num_classes)
    class_logits = torch.randn(LAYERS, args.batch, QUERIES, num_classes + 1)
    mask_logits = torch.randn(LAYERS, args.batch, QUERIES, SIZE // STRIDE, SIZE // STRIDE)
    functions: dict[str, Callable[[], dict[str, Tensor]]] = {
        name: lambda head=head: losses_and_gradients(head, class_logits, mask_logits, objects)
        for name, head in heads.items()
    }
    times = by_turns(functions, repeats=args.repeats)
    expected = functions["mmseg"]()
    rows: list[dict[str, object]] = []
    for name in ("matching", "silent-aware"):
        row: dict[str, object] = {"what": name}
        row |= ratios(times[name], times["mmseg"], goal=GOAL)
        row["difference"] = "-"
        if name == "matching":
            found = functions[name]()
            pairs = [(found[key].detach(), expected[key].detach()) for key in expected]
            row["difference"] = max(float((one - other).abs().max()) for one, other in pairs)
        rows.append(row)
    title = f"Loss of {args.batch} frames, {args.threads} thread(s), torch {torch.__version__}"
    report(title, rows, json_path=None)
    silent = min(times["silent-aware"].clock) - min(times["matching"].clock)
    part = silent / min(times["mmseg"].clock)
    print(f"Eq. 4 and the tolerance: {part:.3f} of mmseg's loss; goal: at most {MOST_FOR_SILENT}")
    what = "Eq. 4 and the tolerance, part of mmseg's loss"
    rows.append({"what": what, "value": part, "at most": MOST_FOR_SILENT})
    write_figures(args.json, title, rows)


if __name__ == "__main__":
    main()
