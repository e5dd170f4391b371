"""Misspelt overrides are refused with the name that was meant, and new ones are taken."""

import re

import pytest

from avs_mm.launch import read_config

CONFIG = """
default_scope = "mmseg"
model = dict(
    type="avs_mm.PotentialObjectSegmentor",
    decode_head=dict(type="avs_mm.SilentAwareMaskFormerHead", num_classes=23),
    test_cfg=dict(mode="whole"),
    teacher=None,
)
train_dataloader = dict(
    batch_size=32,
    num_workers=2,
    dataset=dict(type="avs_mm.AVSBenchDataset", pipeline=[dict(type="avs_mm.LoadAudio")]),
)
test_evaluator = [dict(type="avs_mm.AVSMetric")]
optim_wrapper = dict(
    type="OptimWrapper",
    optimizer=dict(type="AdamW", lr=1e-4),
    paramwise_cfg=dict(custom_keys=dict(backbone=dict(lr_mult=0.1))),
)
default_hooks = dict(logger=dict(type="LoggerHook", interval=20))
env_cfg = dict(cudnn_benchmark=True, dist_cfg=dict(timeout=600))
visualizer = dict(type="SegLocalVisualizer")
"""


@pytest.fixture
def config_file(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(CONFIG)
    return path


@pytest.mark.parametrize(
    ("key", "advice"),
    [
        # the first key
        ("train_cgf.max_epochs", "FILE has no key train_cgf; did you mean train_cfg?"),
        ("train_dataloaders.batch_size", "no key train_dataloaders; did you mean train_dataloader"),
        ("x", "FILE has no key x; its keys are auto_scale_lr, custom_hooks, data_preprocessor"),
        # one that stands in the config
        ("env_cfg.cudnn_benchmrk", "env_cfg of FILE has no key cudnn_benchmrk; did you mean cudnn"),
        ("env_cfg.dist_cfg.timeot", "env_cfg.dist_cfg of FILE has no key timeot; did you mean tim"),
        ("model.decode_hed.num_classes", "model of FILE has no key decode_hed; did you mean decod"),
        ("model.test_cfg.mod", "model.test_cfg of FILE has no key mod; did you mean mode?"),
        ("train_dataloader.num_worker", "train_dataloader of FILE has no key num_worker; did you"),
        ("train_dataloader.dataset.pipline", "has no key pipline; did you mean pipeline? If not,"),
        ("default_hooks.loger.interval", "default_hooks of FILE has no key loger; did you mean lo"),
        ("optim_wrapper.paramwise_cfg.custom_key.x", "custom_key; did you mean custom_keys?"),
        # one that the constructor, or that of its base, would take
        ("model.decode_head.tolerence", "model.decode_head of FILE has no key tolerence; did you "),
        ("model.decode_head.feat_chanels", "no key feat_chanels; did you mean feat_channels?"),
        ("model.inital_weights", "model of FILE has no key inital_weights; did you mean initial_w"),
        ("model.pretraind", "model of FILE has no key pretraind; did you mean pretrained?"),
        ("optim_wrapper.optimizer.weight_decy", "has no key weight_decy; did you mean weight_dec"),
        ("default_hooks.logger.log_metric_by_epochs", "did you mean log_metric_by_epoch?"),
        ("visualizer.save_dr", "visualizer of FILE has no key save_dr; did you mean save_dir?"),
        # a place in a list
        ("test_evaluator.type", "test_evaluator of FILE is a list of 1, whose parts are test_eval"),
        ("test_evaluator.1.type", "test_evaluator.0, test_evaluator.1 ...; 1 is none of them"),
    ],
)
def test_an_override_that_nothing_reads_is_refused(config_file, key, advice):
    start = re.escape(f"--cfg-options {key}: ")
    with pytest.raises(ValueError, match=start) as caught:
        read_config(config_file, {key: 2})
    assert advice in str(caught.value).replace(str(config_file), "FILE")


@pytest.mark.parametrize(
    "key",
    [
        "train_cfg.max_epochs",  # the runner's
        "train_dataloader.batch_size",  # of the config
        "train_dataloader.num_batch_per_epoch",  # new, and like none
        "train_dataloader.dataset.audio_seed",  # of the constructor
        "train_dataloader.dataset.pipeline.0.seconds_before",
        "train_dataloader.dataset.lazy_init",  # of mmengine's base of it
        "model.decode_head.tolerance",
        "model.train_cfg",
        "model.test_cfg.crop_size",
        "model.backbone._delete_",
        "optim_wrapper.paramwise_cfg.custom_keys.head.lr_mult",
        "optim_wrapper.paramwise_cfg.norm_decay_mult",
        "default_hooks.early_stopping.type",
        "env_cfg.mp_cfg.opencv_num_threads",
        "test_evaluator.0.ignore_index",
    ],
)
def test_what_is_read_or_new_is_taken(config_file, key):
    value = read_config(config_file, {key: 2})
    for part in key.removesuffix("._delete_").split("."):
        value = value[int(part) if part.isdigit() else part]
    assert value == 2 or key.endswith("_delete_")


def test_a_new_type_takes_its_own_arguments(config_file):
    place = "optim_wrapper.optimizer"
    overrides = {f"{place}.type": "SGD", f"{place}.momentum": 0.9, f"{place}.nesterov": True}
    assert read_config(config_file, overrides).optim_wrapper.optimizer.momentum == 0.9
    with pytest.raises(ValueError, match="did you mean nesterov"):
        read_config(config_file, {f"{place}.type": "SGD", f"{place}.nesterow": True})


def test_an_unknown_type_is_left_to_whoever_builds_it(config_file):
    overrides = {"optim_wrapper.optimizer.type": "NoSuch", "optim_wrapper.optimizer.scale": 1}
    assert read_config(config_file, overrides).optim_wrapper.optimizer.scale == 1
