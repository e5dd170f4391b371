"""A training gives the same numbers for any number of workers, and after any interruption."""

from pathlib import Path

import pytest
import torch
from toy_training import SAMPLES, Killed, Network, assert_equal_runs, last_checkpoint, runner

pytestmark = pytest.mark.slow


def trained(work_dir: Path, **options) -> dict[str, torch.Tensor]:
    training = runner(work_dir, **options)
    training.train()
    for loader in (training.train_dataloader, training.val_dataloader):
        if loader._iterator is not None:  # the garbage collector would take five seconds for it
            loader._iterator._shutdown_workers()
    return training.model.state_dict()


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory) -> Path:
    work_dir = tmp_path_factory.mktemp("runs") / "uninterrupted"
    trained(work_dir)
    return work_dir


@pytest.mark.parametrize("workers", [1, 2])
def test_any_number_of_workers_gives_the_same_numbers(uninterrupted, tmp_path, workers):
    trained(tmp_path / "run", workers=workers)
    assert_equal_runs(tmp_path / "run", uninterrupted)


def test_each_epoch_draws_anew(uninterrupted):
    inputs = last_checkpoint(uninterrupted)["state_dict"]["inputs"]
    assert inputs.shape == (4 * SAMPLES, 3)
    epochs = inputs.reshape(4, SAMPLES, 3)
    for epoch in epochs:
        assert sorted(epoch[:, 0].tolist()) == list(range(SAMPLES))
    # No order, and no drawn number, comes twice.
    assert len({tuple(epoch[:, 0].tolist()) for epoch in epochs}) == 4
    assert inputs[:, 1:].unique().numel() == 2 * 4 * SAMPLES


def test_another_seed_draws_something_else(uninterrupted, tmp_path):
    inputs = last_checkpoint(uninterrupted)["state_dict"]["inputs"]
    other = trained(tmp_path / "run", seed=4)["inputs"]
    assert not set(inputs[:, 1].tolist()) & set(other[:, 1].tolist())


@pytest.fixture
def killed_at(monkeypatch):
    """Give a function that trains until the network is asked for an iteration."""
    forward = Network.forward

    def train(work_dir: Path, iteration: int, **options) -> None:
        def stopping(self, inputs, mode):
            if mode == "loss" and len(self.inputs) == 3 * iteration:
                raise Killed
            return forward(self, inputs, mode)

        training = runner(work_dir, **options)
        with monkeypatch.context() as patch:
            patch.setattr(Network, "forward", stopping)
            with pytest.raises(Killed):
                training.train()

    return train


BY_ITERATION = {"by_epoch": False, "interval": 3, "save_last": True}


@pytest.mark.parametrize("iteration", [5, 8, 11, 15])
@pytest.mark.parametrize("checkpoint", [{}, BY_ITERATION], ids=["epochs", "iterations"])
def test_a_killed_run_goes_on_as_if_nothing_had_happened(
    tmp_path, killed_at, iteration, checkpoint
):
    trained(tmp_path / "whole", checkpoint=checkpoint)
    killed_at(tmp_path / "run", iteration, checkpoint=checkpoint)
    # With other workers, too.
    trained(tmp_path / "run", resume=True, checkpoint=checkpoint, workers=iteration % 3)
    assert_equal_runs(tmp_path / "run", tmp_path / "whole")
    inputs = last_checkpoint(tmp_path / "run")["state_dict"]["inputs"]
    assert len(inputs) == 4 * SAMPLES


@pytest.mark.parametrize("iteration", [4, 7])
def test_the_loop_by_iterations_goes_on_too(tmp_path, killed_at, iteration):
    options = dict(iterations=10, checkpoint=BY_ITERATION)
    whole = trained(tmp_path / "whole", **options)
    killed_at(tmp_path / "run", iteration, **options)
    trained(tmp_path / "run", resume=True, **options)
    assert_equal_runs(tmp_path / "run", tmp_path / "whole")
    # 30 drawings of 12 samples: the second pass draws anew.
    assert whole["inputs"][:, 1].unique().numel() == 30


def test_a_run_without_a_seed_goes_on_with_the_one_it_had(tmp_path, killed_at):
    options = dict(seed=None, checkpoint=BY_ITERATION)
    killed_at(tmp_path / "run", 10, **options)
    trained(tmp_path / "run", resume=True, **options)
    seed = last_checkpoint(tmp_path / "run")["meta"]["seed"]
    trained(tmp_path / "whole", **{**options, "seed": seed})
    assert_equal_runs(tmp_path / "run", tmp_path / "whole")
