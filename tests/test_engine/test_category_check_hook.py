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
    with pytest.raises(ValueError, match="the teacher was trained on"):
        CategoryCheckHook().before_train(runner(**other, teacher=object()))


def test_names_another_order_than_stage1s():
    with pytest.raises(ValueError, match="order must be the same"):
        CategoryCheckHook().before_train(
            runner(data=("cat", "dog"), model=2, stage1=("dog", "cat"))
        )
