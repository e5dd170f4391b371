"""Refuse to run a network on data whose categories are not its own."""

from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner
from torch.utils.data import Dataset

from avs_mm.registry import HOOKS


@HOOKS.register_module()
class CategoryCheckHook(Hook):
    """Compare the data's categories with the model's before training, validation and test.

    A wrong number of categories, or a stage 1 or a teacher trained with other names or another
    order, would train or score silently wrong; it is a ValueError here. Data without categories
    (MS3 without AVSBench-semantic) is let pass: its masks are binary.
    """

    def before_train(self, runner: Runner) -> None:
        self._check(runner, runner.train_dataloader.dataset)

    def before_val(self, runner: Runner) -> None:
        self._check(runner, runner.val_dataloader.dataset)

    def before_test(self, runner: Runner) -> None:
        self._check(runner, runner.test_dataloader.dataset)

    def _check(self, runner: Runner, dataset: Dataset) -> None:
        categories = tuple(getattr(dataset, "metainfo", {}).get("classes") or ())
        model = runner.model.module if is_model_wrapper(runner.model) else runner.model
        expected = getattr(model, "num_classes", None)
        if not categories or expected is None:
            return
        if len(categories) != expected:
            raise ValueError(
                f"the data has {len(categories)} categories ({', '.join(categories)}), the model "
                f"{expected}. Set num_classes of the config's decode_head to {len(categories)}, or "
                "choose categories with the dataset's metainfo=dict(classes=[...])."
            )
        known = {"stage 1": getattr(model, "stage1_categories", None)}
        if getattr(model, "teacher", None) is not None:
            known["the teacher"] = getattr(model, "initial_categories", None)
        for network, names in known.items():
            if names and tuple(names) != categories:
                raise ValueError(
                    f"{network} was trained on {tuple(names)}, the data has {categories}: the "
                    "names and their order must be the same. Train it on this data, or give the "
                    "dataset metainfo=dict(classes=[...]) in its order."
                )
