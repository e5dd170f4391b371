"""Every shipped config builds: its model, its data pipelines, its metrics, hooks and schedule."""

import functools
import inspect
import re
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.runner import Runner

from avs_mm.datasets import AVISDataset, AVSBenchDataset, VPODataset
from avs_mm.registry import DATASETS, HOOKS, METRICS, MODELS, TRANSFORMS

REPOSITORY = Path(__file__).resolve().parents[1]
CONFIGS = sorted(
    path
    for path in (REPOSITORY / "configs").rglob("*.py")
    if not any(part.startswith("_") for part in path.relative_to(REPOSITORY).parts)
    and path.parent.name != "ablations"  # tables of options: test_ablation.py
)
# configs/zero_shot has its own test: it has nothing to train.
TRAINED = [path for path in CONFIGS if path.parent.name != "zero_shot"]


def name_of(path: Path) -> str:
    return path.relative_to(REPOSITORY / "configs").as_posix()


every_trained_config = pytest.mark.parametrize("path", TRAINED, ids=name_of)
every_config = pytest.mark.parametrize("path", CONFIGS, ids=name_of)


def levels(path: Path) -> int:
    """Levels of inheritance below a config."""
    bases = Config._get_base_files(str(path))
    return max((1 + levels(path.parent / base) for base in bases), default=0)


@pytest.fixture
def without_memory(monkeypatch):
    """Builds modules that have shapes but no values: Swin-B and BEATs would take seconds."""
    # Swin and PVT read the rates of their stochastic depth from tensors, of which meta has none.
    monkeypatch.setattr(torch, "linspace", functools.partial(torch.linspace, device="cpu"))
    with torch.device("meta"):
        yield


@every_trained_config
def test_builds(path: Path, without_memory):
    init_default_scope("mmseg")
    if path.parent.name == "real":
        pytest.importorskip("efficientnet_lite_pytorch", reason="needs avs_mm[real]")
    if "avis" in path.name:
        pytest.importorskip("trackeval", reason="needs avs_mm[avis]")
    config = Config.fromfile(path)
    model = MODELS.build(config.model)
    trained = sum(p.numel() for p in model.parameters() if p.requires_grad)
    assert trained == 5837 if path.match("real/avsc.py") else trained > 1e4
    loaders = (config.train_dataloader, config.val_dataloader, config.test_dataloader)
    for loader in filter(None, loaders):  # a tagger is trained without validation
        steps, dataset = list(loader.dataset.get("pipeline", ())), loader.dataset
        if dataset.type == "MultiImageMixDataset":  # stage 2 trains with AudioNegatives
            steps, dataset = steps + list(dataset.dataset.get("pipeline", ())), dataset.dataset
        parts = dataset.datasets if dataset.type == "ConcatDataset" else [dataset]
        for part in parts:
            steps += [step for step in part.pipeline if step not in steps]
            kind = DATASETS.get(part.type)
            assert issubclass(kind, AVSBenchDataset | AVISDataset | VPODataset)
            expected = AVSBenchDataset if issubclass(kind, AVSBenchDataset) else kind
            assert {*part} - {"type"} <= {*inspect.signature(expected).parameters}
        for step in steps:
            TRANSFORMS.build(step)
        if loader is config.train_dataloader and config.model.get("remember_frames"):
            assert "PhotoMetricDistortion" not in [step.type for step in steps]
    evaluators = config.test_evaluator
    for metric in evaluators if isinstance(evaluators, list) else [evaluators]:
        METRICS.build(metric)
    for hook in config.custom_hooks:
        HOOKS.build(hook)
    assert config.train_cfg.max_epochs > 0
    assert config.default_hooks.checkpoint.max_keep_ckpts == 1


@every_config
def test_is_short_and_flat(path: Path):
    assert levels(path) <= 2
    assert len(path.read_text().splitlines()) <= 60


@every_config
def test_header_gives_commands_that_exist(path: Path):
    header = "".join(line for line in path.read_text().splitlines(True) if line.startswith("#"))
    commands = re.findall(r"python (tools/\S+\.py) (configs/\S+\.py)", header)
    tool = "tools/test.py" if path.parent.name == "zero_shot" else "tools/train.py"
    assert (tool, str(path.relative_to(REPOSITORY))) in commands
    for tool, config in commands:
        assert (REPOSITORY / tool).is_file()
        assert (REPOSITORY / config).is_file()


@pytest.mark.parametrize(
    "path", sorted((REPOSITORY / "configs").glob("*.py")), ids=lambda path: path.stem
)
def test_an_epoch_of_the_real_clips_is_not_empty(path: Path, real_data: Path, monkeypatch):
    """A small data set holds fewer frames than a batch of some configs."""
    init_default_scope("mmseg")
    monkeypatch.setenv("AVSBENCH_ROOT", str(real_data))
    loader = Config.fromfile(path).train_dataloader
    loader.update(num_workers=0, persistent_workers=False)
    assert len(Runner.build_dataloader(loader)) >= 1


@pytest.mark.parametrize("config", ["real/seg", "real/avsc", "mini/ablations/real"])
def test_real_data_is_where_the_variable_says(config: str, monkeypatch):
    path = REPOSITORY / "configs" / f"{config}.py"
    monkeypatch.delenv("AVS_REAL", raising=False)
    assert "data/real/AVSBench-object/" in Config.fromfile(path).pretty_text
    monkeypatch.setenv("AVS_REAL", "elsewhere")
    text = Config.fromfile(path).pretty_text
    assert "elsewhere/AVSBench-object/" in text
    assert "data/real" not in text


def test_paper_settings():
    """Section 4.1 of the paper, and the switches that docs/method.md names."""
    stage1 = Config.fromfile(REPOSITORY / "configs" / "avs_swin_b_seg.py")
    head = stage1.model.decode_head
    assert head.num_queries == 100
    assert (head.loss_mask.loss_weight, head.loss_dice.loss_weight) == (20.0, 1.0)
    assert head.loss_silent.loss_weight == 1.0
    assert stage1.optim_wrapper.optimizer == dict(type="Adam", lr=1e-4)
    assert stage1.train_dataloader.batch_size == 32
    stage2 = Config.fromfile(REPOSITORY / "configs" / "avs_avsc.py")
    assert stage2.model.segmentor == stage1.model
    assert stage2.optim_wrapper.optimizer == dict(type="Adam", lr=1e-3)
    assert stage2.train_dataloader.batch_size == 64


@pytest.mark.parametrize("name", ["mini/avsc_instances", "benchmarks/avis_instances"])
def test_an_instance_head_fits_its_stage_1_and_its_data(name: str):
    config = Config.fromfile(REPOSITORY / "configs" / f"{name}.py")
    segmentor = config.model.segmentor
    assert config.model.instance_head.visual_dims == sum(segmentor.decode_head.in_channels)
    assert segmentor.candidates_per_category > 1
    assert "stage1" not in config.model
    for loader in (config.train_dataloader, config.val_dataloader, config.test_dataloader):
        load = dict(type="avs_mm.LoadInstanceMasks", instances=True)
        assert load in loader.dataset.pipeline
    assert config.test_evaluator[-1].type == "avs_mm.InstanceMetric"
    assert "audio_head" in config.optim_wrapper.paramwise_cfg.custom_keys


PAPER = REPOSITORY / "configs" / "paper"


@pytest.mark.parametrize("path", sorted(PAPER.glob("*_seg*.py")), ids=lambda path: path.stem)
def test_stage_1_of_the_paper_is_literal(path: Path):
    """MaskFormer's loss plus Eq. 4; no teacher, no filter, no augmentation, no schedule."""
    config = Config.fromfile(path)
    head = config.model.decode_head
    assert (head.tolerance, head.loss_silent.loss_weight) == (0.0, 1.0)
    assert "no_object_weight" not in head  # MaskFormer's own
    beyond = {"teacher", "score_threshold", "quality_threshold", "least_area"}
    assert not beyond & set(config.model)
    steps = [step.type for step in config.train_dataloader.dataset.pipeline]
    assert not {"RandomFlip", "PhotoMetricDistortion"} & set(steps)
    assert config.optim_wrapper == dict(type="OptimWrapper", optimizer=dict(type="Adam", lr=1e-4))
    assert "param_scheduler" not in config
    # Section 4.1, and 6.4 with the backbones of Tables 7 and 8
    assert config.train_dataloader.batch_size == (32 if path.stem.startswith("swin_b") else 20)


@pytest.mark.parametrize("path", sorted(PAPER.glob("*_avsc*.py")), ids=lambda path: path.stem)
def test_stage_2_of_the_paper_is_literal(path: Path):
    """A simplex of categories, and no sound but the frame's own."""
    config = Config.fromfile(path)
    stage1 = path.with_name(path.name.replace("_avsc", "_seg"))
    assert config.model.segmentor == Config.fromfile(stage1).model
    assert config.model.stage1 == Config.fromfile(stage1).work_dir
    assert config.model.audio_activation == "softmax"
    assert not config.model.unmatched_objects_sound
    beyond = {"category_loss_weight", "calibrated", "labelled_candidates", "threshold"}
    assert not beyond & set(config.model)
    assert config.train_dataloader.dataset.type == "avs_mm.AVSBenchDataset"
    assert config.optim_wrapper == dict(type="OptimWrapper", optimizer=dict(type="Adam", lr=1e-3))
    assert config.train_dataloader.batch_size == (64 if path.stem.startswith("swin_b") else 20)


@pytest.mark.parametrize("config", ["swin_b_seg", "swin_b_seg_ms3"])
def test_the_readings_of_pretrained_on_coco_are_two_switches_apart(config: str, without_memory):
    """The whole MaskFormer, or its backbone alone (docs/method.md)."""
    init_default_scope("mmseg")
    weights = "pretrained/swin_b_coco.pth"
    whole = Config.fromfile(PAPER / f"{config}.py")
    assert whole.model.initial_weights == weights
    options = {"model.initial_weights": None, "model.backbone_weights": weights}
    whole.merge_from_dict(options)
    assert MODELS.build(whole.model).backbone_weights == weights


@pytest.mark.parametrize("tolerance", [0.0, 1.1])
def test_the_readings_of_eq_2_are_one_switch_apart(tolerance: float):
    config = Config.fromfile(PAPER / "swin_b_seg.py")
    config.merge_from_dict({"model.decode_head.tolerance": tolerance})
    assert config.model.decode_head.tolerance == tolerance


@pytest.mark.parametrize(
    ("config", "millions"),
    [("avs_r50_seg", 45.04), ("avs_pvtv2_b5_seg", 94.95), ("avs_swin_b_seg", 101.80)],
)
def test_parameters_beside_table_5(config: str, millions: float, without_memory):
    """The paper's Table 5 says 45.52, 92.94 and 101.80 million."""
    init_default_scope("mmseg")
    model = MODELS.build(Config.fromfile(REPOSITORY / "configs" / f"{config}.py").model)
    assert sum(p.numel() for p in model.parameters()) / 1e6 == pytest.approx(millions, abs=0.01)


def test_the_papers_r50_is_ours_with_frozen_norms_and_res5_in_the_decoder(without_memory):
    """Table 5 says 45.52 M; ours feeds the decoder with what the encoder made of res5."""
    init_default_scope("mmseg")
    config = Config.fromfile(REPOSITORY / "configs" / "avs_r50_seg_ms3.py")  # K = 70
    model = MODELS.build(config.model)
    ours = sum(p.numel() for p in model.parameters())
    projection = 2048 * 256 + 256
    norms = [m for m in model.backbone.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    affine = sum(p.numel() for norm in norms for p in norm.parameters())
    assert affine == 53_120
    assert ours + projection - affine == 45_520_391
