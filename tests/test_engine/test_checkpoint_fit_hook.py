"""What ``load_from`` of the shipped configs takes, by mmengine's own runner."""

import os
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.runner import Runner

from avs_mm.models import VGGish
from avs_mm.models.audio.beats_checkpoint import ARCHITECTURE, COMMON
from avs_mm.registry import MODELS
from avs_mm.weights.files import write_checkpoint

CONFIGS = Path(__file__).resolve().parents[2] / "configs" / "mini"
CONVERTED = {"kind": "mmdet-maskformer", "source": "theirs.pth", "sha256": "0" * 64}
CATEGORY_LAYER = ("decode_head.cls_embed.weight", "decode_head.cls_embed.bias")


@pytest.fixture(autouse=True)
def scope():
    init_default_scope("mmseg")


@pytest.fixture
def stage1() -> Config:
    config = Config.fromfile(CONFIGS / "seg.py")
    config.model.initial_weights = config.model.teacher = None
    return config


@pytest.fixture
def stage2() -> Config:
    config = Config.fromfile(CONFIGS / "avsc.py")
    config.model.stage1 = config.model.segmentor.initial_weights = None
    return config


@pytest.fixture
def tpavi() -> Config:
    """TPAVI whose files are all missing, so that nothing but ``load_from`` can be read."""
    config = Config.fromfile(CONFIGS / "tpavi.py")
    config.model.audio_encoder.checkpoint = "not/there.pt"
    config.model.backbone_weights = "not/there.pth"
    return config


@pytest.fixture
def runner(tmp_path):
    """Build the runner of a config for no iteration at all, with its own custom hooks."""

    def build(config: Config, **changes) -> Runner:
        loader = dict(batch_size=1, dataset=[0], sampler=dict(type="DefaultSampler", shuffle=False))
        config.merge_from_dict(dict(work_dir=str(tmp_path / "run"), **changes))
        config.train_dataloader = config.test_dataloader = loader
        config.train_cfg = dict(by_epoch=False, max_iters=0)
        config.default_hooks = dict(logger=None, checkpoint=None)
        config.custom_hooks = [dict(type="avs_mm.CheckpointFitHook")]
        for key in ("val_dataloader", "val_evaluator", "val_cfg", "param_scheduler"):
            config[key] = None
        config.experiment_name = f"{tmp_path.name}_fit"
        return Runner.from_cfg(config)

    return build


def weights_of(config: Config, **changes) -> dict[str, torch.Tensor]:
    config = Config(dict(model=config.model.to_dict()))
    config.merge_from_dict(changes)
    return MODELS.build(config.model).state_dict()


def converted(path: Path, weights: dict[str, torch.Tensor]) -> str:
    write_checkpoint(path, weights, CONVERTED)
    return str(path)


def differing(found: dict[str, torch.Tensor], expected: dict[str, torch.Tensor]) -> set[str]:
    return {key for key in expected if not torch.equal(found[key], expected[key])}


def test_own_checkpoint(stage1, runner, tmp_path):
    expected = weights_of(stage1)
    torch.save({"state_dict": expected, "meta": {"epoch": 3}}, tmp_path / "own.pth")
    training = runner(stage1, load_from=str(tmp_path / "own.pth"))
    training.train()
    assert differing(training.model.state_dict(), expected) == set()


def test_own_checkpoint_of_other_categories_is_refused(stage1, runner, tmp_path):
    expected = weights_of(stage1, **{"model.decode_head.num_classes": 80})
    torch.save({"state_dict": expected, "meta": {"epoch": 3}}, tmp_path / "own.pth")
    with pytest.raises(ValueError, match=r"own\.pth does not fit.*cls_embed\.bias \(81,\), not"):
        runner(stage1, load_from=str(tmp_path / "own.pth")).train()


def test_converted_network_keeps_its_own_category_layer(stage1, runner, tmp_path):
    expected = weights_of(stage1, **{"model.decode_head.num_classes": 80})
    training = runner(stage1, load_from=converted(tmp_path / "coco.pth", expected))
    training.train()
    found = training.model.state_dict()
    own = {key: expected.pop(key) for key in CATEGORY_LAYER}
    assert differing(found, expected) == set()
    assert [len(found[key]) for key in own] == [7, 7]
    (log,) = (tmp_path / "run").rglob("*.log")
    assert "coco.pth but for decode_head.cls_embed.bias, decode_head.cls_embed" in log.read_text()


def test_converted_network_takes_the_place_of_the_configs(stage1, runner, tmp_path):
    expected = weights_of(stage1)
    stage1.model.initial_weights = "not/there.pth"
    training = runner(stage1, load_from=converted(tmp_path / "coco.pth", expected))
    training.train()
    assert differing(training.model.state_dict(), expected) == set()


@pytest.mark.parametrize("backbone", [None, "swin"])
def test_converted_backbone(stage1, runner, tmp_path, backbone):
    if backbone == "swin":
        swin = dict(type="SwinTransformer", embed_dims=16, depths=(2, 2, 2, 2), window_size=7)
        stage1.model.backbone = dict(swin, num_heads=(1, 2, 4, 8), init_cfg=None)
        stage1.model.decode_head.in_channels = [16, 32, 64, 128]
    expected = {
        key: value
        for key, value in weights_of(stage1).items()
        if key.startswith("backbone.") and not key.startswith("backbone.norm")
    }
    training = runner(stage1, load_from=converted(tmp_path / "imagenet.pth", expected))
    training.train()
    assert differing(training.model.state_dict(), expected) == set()


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"backbone.conv1.weight": None}, r"fit ResNet: missing: conv1\.weight"),
        ({"decode_head.more": torch.zeros(1)}, r"missing: .*; unexpected: decode_head\.more\."),
    ],
)
def test_converted_misfits_are_listed(stage1, runner, tmp_path, changes, fault):
    weights = {k: v for k, v in weights_of(stage1).items() if k.startswith("backbone.")}
    weights = {k: v for k, v in {**weights, **changes}.items() if v is not None}
    with pytest.raises(ValueError, match=rf"other\.pth does not {fault}|not fit Pot.*{fault}"):
        runner(stage1, load_from=converted(tmp_path / "other.pth", weights)).train()


def test_converted_network_of_other_categories_is_not_tested(stage1, runner, tmp_path):
    weights = weights_of(stage1, **{"model.decode_head.num_classes": 80})
    path = converted(tmp_path / "coco.pth", weights)
    with pytest.raises(ValueError, match=r"coco\.pth does not fit.*cls_embed\.bias \(81,\), not"):
        runner(stage1, load_from=path).test()


def test_converted_network_is_no_stage2(stage2, runner, tmp_path):
    weights = weights_of(Config(dict(model=stage2.model.segmentor)))
    with pytest.raises(ValueError, match=r"coco\.pth does not fit AVSC: missing: audio_encoder"):
        runner(stage2, load_from=converted(tmp_path / "coco.pth", weights)).train()


def test_original_beats(stage2, runner, tmp_path):
    beats = MODELS.build(stage2.model.audio_encoder)
    cfg = {field: beats.architecture[argument] for field, argument in ARCHITECTURE.items()}
    torch.save({"cfg": {**cfg, **COMMON}, "model": beats.state_dict()}, tmp_path / "beats.pt")
    stage2.model.audio_encoder.checkpoint = "not/there.pt"
    training = runner(stage2, load_from=str(tmp_path / "beats.pt"))
    training.train()
    assert differing(training.model.audio_encoder.state_dict(), beats.state_dict()) == set()

    stage2.model.audio_encoder.num_layers = 2
    with pytest.raises(ValueError, match="num_layers is 3 in the file and 2 here"):
        runner(stage2, load_from=str(tmp_path / "beats.pt")).train()


def test_original_vggish(stage2, runner, tmp_path):
    with torch.device("meta"):
        shapes = {key: value.shape for key, value in VGGish().state_dict().items()}
    weights = {key: torch.tensor(0.5).expand(shape) for key, shape in shapes.items()}
    torch.save(weights, tmp_path / "vggish.pth")
    stage2.model.audio_encoder = dict(type="avs_mm.VGGish", checkpoint="not/there.pth")
    training = runner(stage2, load_from=str(tmp_path / "vggish.pth"))
    training.train()
    assert all((value == 0.5).all() for value in training.model.audio_encoder.state_dict().values())


def test_converted_tpavi(tpavi, runner, tmp_path):
    whole = weights_of(tpavi)
    training = runner(tpavi, load_from=converted(tmp_path / "whole.pth", whole))
    training.train()
    assert differing(training.model.state_dict(), whole) == set()


def test_converted_tpavi_without_its_audio_encoder(tpavi, runner, tmp_path):
    """The encoder reads its own file then."""
    weights = weights_of(tpavi)
    encoder = {key: weights.pop(key) for key in list(weights) if key.startswith("audio_encoder.")}
    path = converted(tmp_path / "official.pth", weights)
    with pytest.raises(FileNotFoundError, match=r"not/there\.pt does not exist"):
        runner(tpavi, load_from=path).train()
    tpavi.model.audio_encoder.checkpoint = None
    training = runner(tpavi, load_from=path)
    training.train()
    assert differing(training.model.state_dict(), weights) == set()
    with pytest.raises(ValueError, match=r"official\.pth does not fit.*convert_weights.*--vggish"):
        runner(tpavi, load_from=path).test()

    half = converted(tmp_path / "half.pth", {**weights, **dict(list(encoder.items())[:3])})
    with pytest.raises(ValueError, match=r"half\.pth does not fit TPAVI: missing: audio_encoder"):
        runner(tpavi, load_from=half).train()


def test_tpavi_starts_from_a_backbone(tpavi, runner, tmp_path):
    tpavi.model.audio_encoder.checkpoint = None
    weights = {k: v for k, v in weights_of(tpavi).items() if k.startswith("backbone.")}
    training = runner(tpavi, load_from=converted(tmp_path / "imagenet.pth", weights))
    training.train()
    assert differing(training.model.state_dict(), weights) == set()


class RunsCode:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("how", ["train", "test", "resume"])
def test_a_file_that_asks_to_run_code_is_refused_before_mmengine_reads_it(
    stage1, runner, tmp_path, how
):
    path = tmp_path / "evil.pth"
    torch.save({"state_dict": weights_of(stage1), "meta": RunsCode(tmp_path / "ran")}, path)
    if how == "resume":
        (tmp_path / "run").mkdir()
        (tmp_path / "run" / "last_checkpoint").write_text(str(path))
        run = runner(stage1, resume=True).train
    else:
        run = getattr(runner(stage1, load_from=str(path)), how)
    with pytest.raises(ValueError, match=r"evil\.pth asks to run posix\.mkdir while it is read"):
        run()
    assert not (tmp_path / "ran").exists()


def test_missing_file(stage1, runner):
    with pytest.raises(FileNotFoundError, match=r"none\.pth does not exist\. Give load_from"):
        runner(stage1, load_from="none.pth").train()
