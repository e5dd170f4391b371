"""Map data to the categories that a network speaks of, and refuse data of others."""

from typing import Any

from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner
from torch.utils.data import Dataset

from avs_mm.datasets.categories import check_number
from avs_mm.datasets.map_categories import map_categories, speaks_of_others
from avs_mm.registry import HOOKS


@HOOKS.register_module()
class CategoryCheckHook(Hook):
    """Compare the data's categories with the model's before training, validation and test.

    Where the model's are known by name, from a checkpoint that is loaded, from stage 1 or from the
    teacher, the data's are mapped to them: they may be fewer or in another order. An unknown name
    would be scored silently wrong, and so would a wrong number where no names are known; either is
    a ValueError. Data without categories (MS3 without AVSBench-semantic) is let pass: its masks are
    binary. So are the masks by which a model of another vocabulary than the data's is judged, where
    it has an ``AudioSetHead``: nobody has trained it on the data's categories.
    """

    def __init__(self) -> None:
        self.trained_on: tuple[str, ...] | None = None

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Remember the categories of the data that the checkpoint was trained on."""
        dataset_meta = checkpoint.get("meta", {}).get("dataset_meta") or {}
        self.trained_on = tuple(dataset_meta.get("classes") or ()) or None

    def before_train(self, runner: Runner) -> None:
        if not getattr(runner, "_resume", False):  # a network may learn other categories anew
            self.trained_on = None
        self._check(runner, runner.train_dataloader.dataset)
        self.trained_on = _categories(runner.train_dataloader.dataset) or None

    def before_val(self, runner: Runner) -> None:
        self._check(runner, runner.val_dataloader.dataset)

    def before_test(self, runner: Runner) -> None:
        self._check(runner, runner.test_dataloader.dataset)

    def _check(self, runner: Runner, dataset: Dataset) -> None:
        model = runner.model.module if is_model_wrapper(runner.model) else runner.model
        expected = getattr(model, "num_classes", None)
        if not _categories(dataset) or expected is None:
            return
        if speaks_of_others(model, _categories(dataset)):
            return
        known = {"stage 1": getattr(model, "stage1_categories", None)}
        if getattr(model, "teacher", None) is not None:
            known["the teacher"] = getattr(model, "initial_categories", None)
        prior = getattr(getattr(model, "segmentor", model), "category_prior", None)
        known["category_prior"] = getattr(prior, "categories", None)
        known["the checkpoint"] = self.trained_on
        if self.trained_on:
            check_number(self.trained_on, expected, source="the checkpoint")
        for network, names in known.items():
            if names and len(names) == expected:
                try:
                    map_categories(dataset, names)
                except ValueError as error:
                    raise ValueError(f"{network} knows {tuple(names)}: {error}") from error
        categories = _categories(dataset)
        if len(categories) != expected:
            raise ValueError(
                f"the data has {len(categories)} categories ({', '.join(categories)}), the model "
                f"{expected}. Set num_classes of the config's decode_head to {len(categories)}, or "
                "choose categories with the dataset's metainfo=dict(classes=[...])."
            )


def _categories(dataset: Dataset) -> tuple[str, ...]:
    return tuple(getattr(dataset, "metainfo", {}).get("classes") or ())
