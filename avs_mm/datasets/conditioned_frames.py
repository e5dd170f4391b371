"""Frames that are decoded once, each with its sound under several audio conditions."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.logging import print_log
from mmengine.registry import init_default_scope
from torch.utils.data import Dataset

from avs_mm.datasets.audio_conditions import STANDARD_CONDITIONS
from avs_mm.datasets.conditioned_dataset import ConditionedDataset
from avs_mm.datasets.transforms import LoadSound
from avs_mm.registry import DATASETS

__all__ = [
    "ConditionedFrames",
    "collate_conditioned",
    "conditioned_frames",
    "conditioned_test_frames",
    "under_condition",
]

# What the metainfo of a sample says of its sound.
SOUND_KEYS = ("audio_condition", "audio_path", "second")


class ConditionedFrames(Dataset):
    """A data set's samples, each with its sound under every condition.

    Item i is ``dataset[i]`` (``inputs``, ``data_samples``) and
    ``audios={condition: dict(audio=float32 (N,), metainfo=dict(...))}`` in the order of
    ``conditions``; the metainfo is what differs from the sample's own: ``audio_condition``,
    ``audio_path``, ``second``. Only the ``LoadSound`` of a condition's pipeline is run.

    Args:
        dataset: Gives the images.
        conditions: Of each condition the same samples under its sound, such as an
            ``AVSBenchDataset(audio=condition)``. ``dataset`` itself may be among them.

    Raises:
        ValueError: A data set of another condition or of other samples, or one whose pipeline has
            no ``LoadSound``.
    """

    def __init__(
        self, dataset: ConditionedDataset, conditions: Mapping[str, ConditionedDataset]
    ) -> None:
        self.dataset = dataset
        self.conditions = dict(conditions)
        self.loaders = {name: _load_sound(other) for name, other in self.conditions.items()}
        self.full_init()
        frames = _frames(dataset)
        for name, other in self.conditions.items():
            if other.audio != name:
                raise ValueError(f"the data set for {name!r} has audio={other.audio!r}")
            if _frames(other) != frames:
                raise ValueError(
                    f"the data set for {name!r} has other samples than that of the images; build "
                    "both from one config that differs in audio alone (conditioned_frames does)"
                )

    @property
    def metainfo(self) -> dict:
        """The metainfo of the data set, from which mmengine's evaluator takes the classes."""
        return self.dataset.metainfo

    def full_init(self) -> None:
        """Load what ``lazy_init`` has left out; mmengine's runner calls this."""
        for dataset in (self.dataset, *self.conditions.values()):
            dataset.full_init()

    def __len__(self) -> int:
        return len(self.dataset)

    def __getitem__(self, index: int) -> dict[str, Any]:
        audios = {}
        for name, loader in self.loaders.items():
            results = loader(self.conditions[name].get_data_info(index))
            audios[name] = {
                "audio": torch.from_numpy(results["audio"]),
                "metainfo": {key: results[key] for key in SOUND_KEYS},
            }
        return {**self.dataset[index], "audios": audios}


def collate_conditioned(batch: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Collate items of ``ConditionedFrames``: mmengine's ``pseudo_collate``, nothing is stacked.

    Returns:
        ``inputs`` and ``data_samples`` as every loader of mmengine gives them, and
        ``audios={condition: dict(audio=[(N,), ...], metainfo=[dict, ...])}``, one entry a sample.
    """
    collated = pseudo_collate([{**item, "audios": None} for item in batch])
    collated["audios"] = {
        name: {key: [item["audios"][name][key] for item in batch] for key in ("audio", "metainfo")}
        for name in batch[0]["audios"]
    }
    return collated


def under_condition(batch: Mapping[str, Any], condition: str) -> dict[str, Any]:
    """Return a batch of ``collate_conditioned`` as if it had been loaded under one condition.

    Returns:
        ``inputs`` with the same images and the condition's sound, and ``data_samples`` with its
        metainfo. The samples are copies: what a model adds to them stays theirs.
    """
    sounds = batch["audios"][condition]
    samples = [sample.clone() for sample in batch["data_samples"]]
    for sample, metainfo in zip(samples, sounds["metainfo"], strict=True):
        sample.set_metainfo(metainfo)
    return {"inputs": {**batch["inputs"], "audio": sounds["audio"]}, "data_samples": samples}


def conditioned_frames(
    dataset_config: Mapping[str, Any],
    conditions: Sequence[str] | None = None,
    *,
    offscreen_root: str | Path | None = None,
    audio_pairs: Mapping[str, str | Path] | None = None,
) -> ConditionedFrames:
    """Build the data set of a config once for its images and once for each other condition.

    Args:
        dataset_config: Of a ``ConditionedDataset``, such as ``test_dataloader.dataset``. Its
            ``audio`` and ``audio_pairs`` are not used, as they are of one condition.
        conditions: Of the data set's ``CONDITIONS``, in the order of the items' ``audios``; the
            images' own sound is among them where "original" is. By default all of
            ``STANDARD_CONDITIONS`` that the data allows; what is left out is printed.
        offscreen_root: Replaces that of the config.
        audio_pairs: Of a condition the list whose sounds it gives again.

    Raises:
        FileNotFoundError: Files are missing, or there is no ``offscreen_root``.
        ValueError: A condition that was asked for is not possible, nor any but the data's own.
    """
    kind = _kind_of(dataset_config)
    if kind is None:
        raise ValueError(f"{dataset_config.get('type')} has no sounds in the place of its own")
    standard = [name for name in STANDARD_CONDITIONS if name in kind.CONDITIONS]
    names = tuple(standard if conditions is None else conditions)
    lists = dict(audio_pairs or {})
    if unasked := sorted(set(lists) - set(names)):
        raise ValueError(f"audio_pairs for {unasked}, which is not among {list(names)}")
    config = {key: value for key, value in dataset_config.items() if key != "audio_pairs"}
    if offscreen_root is not None:
        if "offscreen" not in kind.CONDITIONS:
            raise ValueError(f"offscreen_root is not for {kind.__name__}; leave it out")
        config["offscreen_root"] = offscreen_root

    datasets: dict[str, ConditionedDataset] = {}
    for name in dict.fromkeys(("original", *names)):
        if conditions is None and name == "offscreen" and config.get("offscreen_root") is None:
            print_log("offscreen is left out: it needs offscreen_root, a folder of wav files")
            continue
        own_list = {"audio_pairs": lists[name]} if name in lists else {}
        try:
            datasets[name] = DATASETS.build({**config, "audio": name, **own_list})
        except ValueError as error:
            if name == "original":
                raise
            if conditions is not None or name != "unmatched":
                raise ValueError(f"condition {name} is not possible: {error}") from error
            print_log(f"unmatched is left out: {error}")
    chosen = datasets if conditions is None else {name: datasets[name] for name in conditions}
    return ConditionedFrames(datasets["original"], chosen)


def conditioned_test_frames(
    config: Config,
    conditions: Sequence[str] | None = None,
    *,
    offscreen_root: str | Path | None = None,
) -> ConditionedFrames:
    """Build the frames of a config's ``test_dataloader`` under several conditions.

    Args:
        conditions, offscreen_root: As in `conditioned_frames`.

    Raises:
        FileNotFoundError: As in `conditioned_frames`.
        ValueError: As there; or the test set is not one ``ConditionedDataset``.
    """
    init_default_scope(config.get("default_scope", "mmseg"))
    settings = config.get("test_dataloader", {}).get("dataset", {})
    if _kind_of(settings) is None:
        raise ValueError(
            f"{config.filename}: test_dataloader.dataset is {settings.get('type')}, whose sound is "
            "not changed here, only that of avs_mm.AVSBenchDataset and avs_mm.VPODataset: give a "
            "config with one, or let tools/test.py compute the config's own metrics (AVISeg has "
            "its own)"
        )
    return conditioned_frames(settings, conditions, offscreen_root=offscreen_root)


def _kind_of(dataset_config: Mapping[str, Any]) -> type[ConditionedDataset] | None:
    """Return the class of a data set, if its sound can be changed."""
    kind = dataset_config.get("type")
    found = DATASETS.get(kind) if isinstance(kind, str) else kind
    return found if isinstance(found, type) and issubclass(found, ConditionedDataset) else None


def _load_sound(dataset: ConditionedDataset) -> LoadSound:
    for transform in dataset.pipeline.transforms:
        if isinstance(transform, LoadSound):
            return transform
    raise ValueError(
        f"the pipeline of the data set with audio={dataset.audio!r} has no LoadAudio; add "
        'dict(type="avs_mm.LoadAudio") to it, or LoadStereoSources where it is VPO'
    )


def _frames(dataset: ConditionedDataset) -> list[str]:
    return [dataset.get_data_info(index)["img_path"] for index in range(len(dataset))]
