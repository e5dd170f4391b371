"""A few drawn clips that the tools run on, an untrained model of stage 2, and its evaluation."""

import importlib
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope

from avs_mm import configs_dir
from avs_mm.mini import make_mini_dataset
from avs_mm.registry import MODELS

TOOLS = Path(__file__).resolve().parents[2] / "tools"

NOTHING = {"train": 0, "val": 0, "test": 0}
CLIPS = {
    "s4": {**NOTHING, "test": 6},
    "ms3": {**NOTHING, "test": 4},
    "v2": NOTHING,
    "all": {"train": 0, "val": 0},
}


@pytest.fixture(scope="module")
def clips(tmp_path_factory) -> Path:
    """Six S4 clips, one a category, and four of MS3, three of which are of one picture."""
    folder = tmp_path_factory.mktemp("drawn") / "mini"
    return make_mini_dataset(folder, clips=CLIPS, progress=False, workers=1)


@pytest.fixture(scope="module")
def untrained(tmp_path_factory) -> Callable[[Sequence[str]], Path]:
    """Writes a model of random weights that finds and hears something, for six categories."""

    def write(classes: Sequence[str]) -> Path:
        init_default_scope("mmseg")
        torch.manual_seed(0)
        config = Config.fromfile(configs_dir() / "mini" / "avsc.py").model
        model = MODELS.build({**config, "stage1": None})
        model.segmentor.decode_head.cls_embed.bias.data[-1] = -10.0
        model.segmentor.decode_head.pixel_decoder.mask_feature.weight.data.normal_()
        model.audio_head[-1].weight.data *= 20
        path = tmp_path_factory.mktemp("weights") / "untrained.pth"
        meta = {"dataset_meta": {"classes": tuple(classes)}}
        torch.save({"state_dict": model.state_dict(), "meta": meta}, path)
        return path

    return write


@pytest.fixture(scope="module")
def evaluate() -> Callable[..., None]:
    """Calls the tool as the command line does."""

    def run(*arguments: str | Path) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.syspath_prepend(TOOLS)
            patch.setattr(sys, "argv", ["tools/evaluate.py", *map(str, arguments)])
            importlib.import_module("evaluate").main()

    return run
