"""Draw the paper's Figure 5: pictures under changed sounds, and what the model marks under each.

    python tools/draw_sounds.py CONFIG CHECKPOINT
    python tools/draw_sounds.py CONFIG CHECKPOINT --frames 6 --seed 1 --out figure.png
    python tools/draw_sounds.py CONFIG CHECKPOINT --clips NAME NAME

A row is a picture of the config's test_dataloader; its columns are the truth and the answers to its
own sound, silence, noise, the sound of something that is not in the picture, and a mixture: its own
sound and that of a silent object of it, where the data knows one, or else of what is not in it.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

from evaluate import build_frames, build_model, read_config
from mmengine.config import Config
from mmengine.device import get_device
from mmengine.registry import init_default_scope
from rich.progress import track

from avs_mm.checkpoint import find_checkpoint
from avs_mm.evaluation.runners.changed_sounds import (
    REPLACEMENTS,
    SoundLibrary,
    under_changed_sounds,
)
from avs_mm.evaluation.runners.frame_choice import choose_frames, frames_of_clips
from avs_mm.launch import add_device_option, add_override_option
from avs_mm.registry import DATASETS
from avs_mm.visualization.sound_figure import plot_changed_sounds
from avs_mm.whole_file import replaced_when_whole

SUFFIXES = (".png", ".pdf")
AUDIO_SEED = "test_dataloader.dataset.audio_seed"


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("config", help="config of a model that listens: stage 2 or a peer")
    parser.add_argument("checkpoint", help="a checkpoint of it, or a work dir: its best one")
    parser.add_argument(
        "--out",
        type=Path,
        help="picture to write, .png or .pdf (default: sounds.png in the config's work dir)",
    )
    pictures = parser.add_mutually_exclusive_group()
    pictures.add_argument(
        "--frames", type=int, default=4, help="clips to draw, one frame of each (default: 4)"
    )
    pictures.add_argument(
        "--clips",
        nargs="+",
        action="extend",
        metavar="NAME",
        help="the clips themselves; --clips=NAME for a name that begins with a hyphen",
    )
    parser.add_argument(
        "--seed",
        type=int,
        help="of the frames and of all sounds drawn (default: audio_seed of the data set, by which "
        "tools/evaluate.py draws them)",
    )
    add_device_option(parser)
    add_override_option(parser, example="test_dataloader.dataset.split=val")
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    try:
        config, work_dir = read_config(args.config, overrides_of(args))
        out = args.out or work_dir / "sounds.png"
        if out.suffix not in SUFFIXES:
            raise ValueError(f"{out}: unknown kind of picture; write a {' or '.join(SUFFIXES)}")
        draw(config, args, out)
    except (OSError, ValueError) as error:
        sys.exit(f"draw_sounds: {error}")
    print(f"Written: {out}")


def overrides_of(args: argparse.Namespace) -> dict[str, Any]:
    """Return the overrides of the config, with the seed if there is one.

    Raises:
        ValueError: They have another seed.
    """
    if args.seed is None:
        return args.cfg_options
    if args.cfg_options.get(AUDIO_SEED, args.seed) != args.seed:
        raise ValueError(
            f"--seed {args.seed} and --cfg-options {AUDIO_SEED}={args.cfg_options[AUDIO_SEED]} "
            "differ, and both are the seed of the sounds; give one of them"
        )
    return {**args.cfg_options, AUDIO_SEED: args.seed}


def draw(config: Config, args: argparse.Namespace, out: Path) -> None:
    """Let the model answer, and write the figure."""
    init_default_scope(config.get("default_scope", "mmseg"))
    checkpoint = find_checkpoint(args.checkpoint)
    frames = build_frames(config, REPLACEMENTS, None)
    dataset = frames.dataset
    model = build_model(config, checkpoint, frames.metainfo).to(args.device or get_device())

    if args.clips:
        chosen = frames_of_clips(dataset, list(dict.fromkeys(args.clips)))
    else:
        chosen = choose_frames(dataset, args.frames, seed=dataset.audio_seed)

    # The sounds of other splits are heard, where the config says so.
    own = dict(config.test_dataloader.dataset, audio="original", audio_pairs=None)
    splits = dataset.unmatched_splits or [dataset.split]
    library = SoundLibrary([DATASETS.build({**own, "split": split}) for split in splits])
    fp16 = config.get("test_cfg", {}).get("fp16", False)
    pictures = [
        under_changed_sounds(model, frames, index, library, fp16=fp16)
        for index in track(chosen, "Listening")
    ]
    figure = plot_changed_sounds(
        pictures,
        classes=frames.metainfo["classes"],
        palette=frames.metainfo["palette"],
        title=f"{args.config} on {dataset.subset} {dataset.split}, {args.checkpoint}",
    )
    out.parent.mkdir(parents=True, exist_ok=True)
    with replaced_when_whole(out) as neighbour:
        figure.savefig(neighbour)


if __name__ == "__main__":
    main()
