"""Data and model must have the same categories."""

from types import SimpleNamespace

import pytest

from avs_mm.engine import CategoryCheckHook


def runner(*, data: tuple[str, ...], model: int, stage1=None, initial=None, teacher=None):
    dataset = SimpleNamespace(metainfo={"classes": data})
    categories = dict(stage1_categories=stage1, initial_categories=initial)
    return SimpleNamespace(
        model=SimpleNamespace(num_classes=model, teacher=teacher, **categories),
        train_dataloader=SimpleNamespace(dataset=dataset),
        test_dataloader=SimpleNamespace(dataset=dataset),
    )


@pytest.mark.parametrize("stage1", [None, ("cat", "dog")])
def test_lets_equal_categories_pass(stage1):
    hook = CategoryCheckHook()
    hook.before_train(runner(data=("cat", "dog"), model=2, stage1=stage1))
    hook.before_test(runner(data=("cat", "dog"), model=2, stage1=stage1))


def test_lets_data_without_categories_pass():
    CategoryCheckHook().before_test(runner(data=(), model=70))


def test_names_a_wrong_number_and_the_remedy():
    with pytest.raises(ValueError, match=r"2 categories \(cat, dog\).*23.*num_classes.* to 2"):
        CategoryCheckHook().before_train(runner(data=("cat", "dog"), model=23))


def test_a_teacher_must_know_the_data_s_categories():
    other = dict(data=("cat", "dog"), model=2, initial=("dog", "cat"))
    CategoryCheckHook().before_train(runner(**other))  # its layer learns anew
    with pytest.raises(ValueError, match="the teacher knows"):
        CategoryCheckHook().before_train(runner(**other, teacher=object()))


def test_names_another_order_than_stage1s():
    with pytest.raises(ValueError, match="order must be the same"):
        CategoryCheckHook().before_train(
            runner(data=("cat", "dog"), model=2, stage1=("dog", "cat"))
        )


class Dataset(SimpleNamespace):
    def set_categories(self, classes) -> None:
        if unknown := set(self.metainfo["classes"]) - set(classes):
            raise ValueError(f"clip a is of category {unknown.pop()}")
        self.metainfo = {"classes": tuple(classes)}


@pytest.mark.parametrize("own", [("dog",), ("dog", "cat"), ("cat", "dog")])
@pytest.mark.parametrize("known", ["checkpoint", "stage 1", "teacher"])
def test_maps_fewer_and_reordered_categories_by_name(own: tuple[str, ...], known: str):
    one = runner(data=own, model=2)
    one.test_dataloader.dataset = Dataset(metainfo={"classes": own})
    hook, names = CategoryCheckHook(), ("cat", "dog")
    if known == "checkpoint":
        hook.after_load_checkpoint(one, {"meta": {"dataset_meta": {"classes": list(names)}}})
    elif known == "stage 1":
        one.model.stage1_categories = names
    else:
        one.model.teacher, one.model.initial_categories = object(), names
    hook.before_test(one)
    assert one.test_dataloader.dataset.metainfo["classes"] == names


def test_names_a_category_that_the_checkpoint_does_not_know():
    one = runner(data=("cow",), model=2)
    one.test_dataloader.dataset = Dataset(metainfo={"classes": ("cow",)})
    hook = CategoryCheckHook()
    hook.after_load_checkpoint(one, {"meta": {"dataset_meta": {"classes": ["cat", "dog"]}}})
    with pytest.raises(ValueError, match=r"the checkpoint knows .*cat.*category cow"):
        hook.before_test(one)


def test_validation_follows_the_training_data():
    one = runner(data=("cat", "dog"), model=2)
    one.val_dataloader = SimpleNamespace(dataset=Dataset(metainfo={"classes": ("dog",)}))
    hook = CategoryCheckHook()
    hook.before_train(one)
    hook.before_val(one)
    assert one.val_dataloader.dataset.metainfo["classes"] == ("cat", "dog")


def test_training_anew_may_have_other_categories():
    one = runner(data=("cow", "pig"), model=2)
    hook = CategoryCheckHook()
    hook.after_load_checkpoint(one, {"meta": {"dataset_meta": {"classes": ["cat", "dog"]}}})
    hook.before_train(one)
    assert hook.trained_on == ("cow", "pig")


def test_a_checkpoint_that_misses_a_name_is_refused():
    one = runner(data=("cat", "dog"), model=2)
    hook = CategoryCheckHook()
    hook.after_load_checkpoint(one, {"meta": {"dataset_meta": {"classes": ["cat"]}}})
    with pytest.raises(
        ValueError, match=r"the checkpoint names 1 categories \(cat\), and the netw"
    ):
        hook.before_test(one)
