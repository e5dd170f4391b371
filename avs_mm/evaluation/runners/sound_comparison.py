"""Draw what a checkpoint marks in frames of the test set when only their sound changes."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.progress import track

from avs_mm.atomic_write import atomic_write
from avs_mm.checkpoint import find_checkpoint
from avs_mm.datasets.conditioned_frames import conditioned_test_frames
from avs_mm.datasets.map_categories import map_categories
from avs_mm.evaluation.runners.changed_sounds import REPLACEMENTS, under_changed_sounds
from avs_mm.evaluation.runners.frame_choice import choose_frames, frames_of_clips
from avs_mm.evaluation.runners.sound_library import library_of
from avs_mm.launch import read_config
from avs_mm.trained_model import build_trained_model
from avs_mm.visualization.sound_figure import plot_changed_sounds

__all__ = ["draw_changed_sounds"]

SUFFIXES = (".png", ".pdf")
AUDIO_SEED = "test_dataloader.dataset.audio_seed"


def draw_changed_sounds(
    config: str | Path,
    checkpoint: str | Path,
    *,
    out: str | Path | None = None,
    number: int = 4,
    clips: Sequence[str] = (),
    seed: int | None = None,
    device: str | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> Path:
    """Write the paper's Figure 5 of a model: a frame a row, a sound a column.

    Args:
        config: Of a model that uses sound and predicts in two steps.
        checkpoint: A checkpoint of it, or a work dir: its best one.
        out: PNG or PDF to write, whole or not at all; by default sounds.png in the config's work
            dir.
        number: Of frames, each of another clip, see ``choose_frames``.
        clips: The clips themselves, instead of a number; one named twice is drawn once.
        seed: Of the choice and of all sounds drawn; by default the data set's ``audio_seed``.
        device: "cpu", "cuda:0", ...; the fastest one found by default.
        overrides: Of the config, by dotted keys.

    Returns:
        The path that was written.

    Raises:
        FileNotFoundError: The config, the checkpoint or files of the data are missing.
        ValueError: Another kind of image; two seeds; an unknown clip, or more frames than clips;
            from ``library_of`` or ``under_changed_sounds``.
    """
    settings = read_config(config, _with_seed(overrides or {}, seed))
    out = Path(settings.work_dir, "sounds.png") if out is None else Path(out)
    if out.suffix not in SUFFIXES:
        raise ValueError(f"{out}: unknown kind of image; write a {' or '.join(SUFFIXES)}")
    path = find_checkpoint(checkpoint)
    frames = conditioned_test_frames(settings, ("original", *REPLACEMENTS))
    dataset = frames.dataset
    model = build_trained_model(
        settings, path, classes=frames.metainfo.get("classes") or (), device=device
    )
    map_categories(frames, model.dataset_meta.get("classes") or ())
    metainfo = frames.metainfo
    if clips:
        chosen = frames_of_clips(dataset, list(dict.fromkeys(clips)))
    else:
        chosen = choose_frames(dataset, number, seed=dataset.audio_seed)

    library = library_of(frames, settings.test_dataloader.dataset)
    fp16 = settings.get("test_cfg", {}).get("fp16", False)
    figure = plot_changed_sounds(
        [
            under_changed_sounds(model, frames, index, library, fp16=fp16)
            for index in track(chosen, "Predicting")
        ],
        classes=metainfo["classes"],
        palette=metainfo["palette"],
        title=f"{config} on {dataset.title} {dataset.split}, {checkpoint}",
    )
    out.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(out) as unfinished:
        figure.savefig(unfinished)
    return out


def _with_seed(overrides: Mapping[str, Any], seed: int | None) -> dict[str, Any]:
    """Add the seed to the overrides, unless they have another."""
    if seed is None:
        return dict(overrides)
    if overrides.get(AUDIO_SEED, seed) != seed:
        raise ValueError(
            f"--seed {seed} and --cfg-options {AUDIO_SEED}={overrides[AUDIO_SEED]} differ, and "
            "both are the seed of the sounds; give one of them"
        )
    return {**overrides, AUDIO_SEED: seed}
