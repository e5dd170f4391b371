"""A diverged training ends in the iteration in which it diverges."""

from types import SimpleNamespace

import pytest
import torch
from mmengine.logging import HistoryBuffer
from mmengine.optim import AmpOptimWrapper
from toy_training import Network, runner

from avs_mm.engine import FiniteLossHook

NAN = float("nan")


def training(*, norm: float | None = None, optim_wrapper=None) -> SimpleNamespace:
    scalars = {} if norm is None else {"train/grad_norm": HistoryBuffer([norm], [1])}
    hub = SimpleNamespace(log_scalars=scalars)
    return SimpleNamespace(iter=0, message_hub=hub, optim_wrapper=optim_wrapper)


@pytest.mark.parametrize(
    ("losses", "norm", "what"),
    [
        ({"loss": torch.tensor(NAN), "loss_cls": torch.tensor(1.0)}, None, "loss"),
        ({"loss": torch.tensor(float("inf")), "loss_b": torch.tensor(NAN)}, 1.0, "loss and loss_b"),
        ({"loss": torch.tensor(1.0)}, NAN, "the gradient's norm"),
    ],
)
def test_the_first_iteration_without_a_number_ends_it(losses, norm, what):
    hook, one = FiniteLossHook(), training(norm=norm)
    one.iter = 6
    message = f"^{what} is NaN or infinite since iteration 7: lower the learning rate or clip"
    with pytest.raises(FloatingPointError, match=message):
        hook.after_train_iter(one, 6, outputs=losses)


def test_what_is_no_number_is_let_pass():
    outputs = {"loss": torch.tensor(1.0), "many": torch.full((2,), NAN), "text": "a"}
    FiniteLossHook().after_train_iter(training(norm=0.5), 0, outputs=outputs)
    FiniteLossHook().after_train_iter(training(), 0, outputs=None)


def test_float16_may_leave_iterations_out_but_not_all():
    wrapper = AmpOptimWrapper.__new__(AmpOptimWrapper)  # on a CPU it cannot be built
    hook, one = FiniteLossHook(), training(optim_wrapper=wrapper)
    for one.iter in range(250):
        finite = one.iter in (50, 149)
        hook.after_train_iter(one, 0, outputs={"loss": 1.0 if finite else NAN})
        if one.iter == 248:
            break
    one.iter = 249
    with pytest.raises(FloatingPointError, match="since iteration 151"):
        hook.after_train_iter(one, 0, outputs={"loss": NAN})


@pytest.mark.slow
def test_no_checkpoint_of_a_diverged_epoch_is_saved(tmp_path, monkeypatch):
    forward = Network.forward

    def diverging(self, inputs, mode):
        losses = forward(self, inputs, mode)
        return (
            {"loss": losses["loss"] * NAN} if mode == "loss" and len(self.inputs) > 18 else losses
        )

    monkeypatch.setattr(Network, "forward", diverging)
    one = runner(tmp_path / "run")
    one.register_hook(FiniteLossHook())
    with pytest.raises(FloatingPointError, match="loss is NaN or infinite since iteration 7"):
        one.train()
    assert (tmp_path / "run" / "epoch_1.pth").is_file()
    assert not (tmp_path / "run" / "epoch_2.pth").exists()
