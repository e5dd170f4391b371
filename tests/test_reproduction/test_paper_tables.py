from decimal import Decimal
from typing import Any

import pytest
from mmengine.config import Config

from avs_mm.reproduction.paper_tables import (
    DEFAULT,
    LITERALLY,
    OFFICIAL_F,
    PAPER_FRAMES,
    TABLES,
    WHICH_OURS,
)
from avs_mm.shipped import configs_dir

CONFIGS = configs_dir()
HELPERS = {"train_pipeline", "test_pipeline", "unpacked_pipeline", "with_other_sounds"}  # of bases


def printed(number: int, row: str) -> dict[str, str | None]:
    table = TABLES[number]
    [found] = [each for each in table.rows if each.name == row]
    names = [column.name.partition(" (F_")[0] for column in table.columns if column.printed]
    return dict(zip(names, found.paper, strict=True))


@pytest.mark.parametrize(
    ("number", "row", "column", "value"),
    [
        (1, "TPAVI", "multi J", "54.0"),
        (1, "Ours: the paper, literally", "single J", "81.29"),
        (2, "LVS", "multi F", "31.59"),
        (2, "SSPL w/o PCM", "single J", "18.72"),
        (3, "w/ L_soas: the paper, literally", "single I", "9854"),
        (3, "w/ L_soas: the paper, literally", "multi I", "895"),
        (3, "w/o L_soas: the paper, literally", "single I", "3700"),
        (3, "w/o L_soas: the paper, literally", "multi I", "320"),
        (4, "w/o AVSC: the paper, literally", "multi F", "62.05"),
        (5, "TPAVI-PVTv2", "Time (s) without", "0.03994"),
        (5, "Ours-Swin-B", "Param (M) without", "101.80"),
        (6, "Ours: the paper, literally", "silent single RA", "94.4"),
        (6, "Ours: the paper, literally", "silent multi RA", "80.8"),
        (6, "Ours: the paper, literally", "unmatched single RA", "66.9"),
        (6, "Ours: the paper, literally", "unmatched multi RA", "60.9"),
        (6, "TPAVI", "unmatched multi mIoU", "89.22"),
        (7, "Ours (PVT-v2+VGGish): the paper, literally", "multi F", "65.10"),
        (8, "Ours (Swin-B): the paper, literally", "single J", "81.12"),
    ],
)
def test_values_are_as_printed(number: int, row: str, column: str, value: str):
    assert printed(number, row)[column] == value


@pytest.mark.parametrize(
    ("number", "values", "total"),
    [
        (1, 8, "580.22"),
        (2, 24, "841.42"),
        (3, 12, "15350.70"),
        (4, 8, "574.17"),
        (5, 15, "571.650405"),
        (6, 16, "1030.22"),
        (7, 16, "1113.84"),
        (8, 20, "1406.39"),
    ],
)
def test_every_value_of_the_paper_is_there_and_no_other(number: int, values: int, total: str):
    """Values and their sum were taken from the lines of each table in the paper's text."""
    ours = [value for row in TABLES[number].rows for value in row.paper if value is not None]
    assert len(ours) == values
    assert sum(map(Decimal, ours)) == Decimal(total)


def test_the_numbers_agree_with_each_other():
    """The differences that the paper prints, and what its tables share."""
    for backbone in ("ResNet50", "PVT-v2"):
        of_batch_20 = printed(8, f"Ours ({backbone}): {LITERALLY}")
        of_table_7 = printed(7, f"Ours ({backbone}+VGGish): {LITERALLY}")
        assert list(map(float, of_batch_20.values())) == list(map(float, of_table_7.values()))
    of_resnet = printed(8, f"Ours (ResNet50): {LITERALLY}")
    assert float(of_resnet["single J"]) - 72.79 == pytest.approx(4.23)
    ours = printed(1, f"Ours: {LITERALLY}")
    assert ours == printed(2, f"Ours: {LITERALLY}") == printed(4, f"w/ AVSC: {LITERALLY}")


@pytest.mark.parametrize("number", [1, 2, 3, 4, 6, 7, 8])
def test_ours_stands_twice_and_the_switches_are_said(number: int):
    table = TABLES[number]
    names = [row.name for row in table.rows]
    literal = [name for name in names if name.endswith(f": {LITERALLY}")]
    assert literal
    for name in literal:
        default = name.replace(LITERALLY, DEFAULT)
        assert names.index(default) == names.index(name) + 1
        assert set(printed(number, default).values()) == {None}  # the paper has none of it
    assert WHICH_OURS in table.notes


@pytest.mark.parametrize("subset", ["", "_ms3"])
@pytest.mark.parametrize(
    ("literal", "default", "batch"),
    [
        ("swin_b_avsc", "avs_avsc", set()),
        ("r50_avsc", "avs_r50_avsc", {"batch_size"}),
        ("r50_seg", "avs_r50_seg", {"batch_size"}),
    ],
)
def test_no_other_switch_differs(literal: str, default: str, batch: set[str], subset: str):
    """What the note of the tables says, held against the configs."""
    named = {
        *("tolerance", "audio_activation", "unmatched_objects_sound", "clip_grad"),
        *("param_scheduler", "pipeline"),  # PolyLR; RandomFlip, PhotoMetricDistortion
        *("MultiImageMixDataset", "AudioNegatives"),
        *("category_loss_weight", "save_best", "val_evaluator", "type"),  # ConditionsValLoop
    }
    of_files = {"work_dir", "stage1", "initial_weights", "backbone_weights", "filename"}
    found = different(
        Config.fromfile(CONFIGS / f"paper/{literal}{subset}.py").to_dict(),
        Config.fromfile(CONFIGS / f"{default}{subset}.py").to_dict(),
    )
    found = {key for key in found if not key.startswith("literal_")} - of_files
    assert found <= named | batch
    assert found >= {"tolerance", "param_scheduler"} | batch


def test_rows_of_batch_20_are_those_whose_configs_have_it():
    """A row that a config fills by itself in Tables 7 and 8, both stages of it."""
    for number, rows in ((7, ["ResNet50+VGGish", "PVT-v2+VGGish"]), (8, ["ResNet50", "PVT-v2"])):
        by_name = {row.name: row for row in TABLES[number].rows}
        for name in rows:
            row = by_name[f"Ours ({name}): {LITERALLY}"]
            assert row.variant == ""
            for config in (name for names in row.configs.values() for name in names):
                for stage in (config, config.replace("_avsc", "_seg")):
                    loader = Config.fromfile(CONFIGS / f"{stage}.py").train_dataloader
                    assert loader.batch_size == 20
    named = {row.name: "batch_size=20" in row.variant for row in TABLES[8].rows}
    assert [name for name, other in named.items() if other] == [
        f"Ours (ResNet50): {DEFAULT}",
        f"Ours (PVT-v2): {DEFAULT}",
        f"Ours (Swin-B): {LITERALLY}",
        f"Ours (Swin-B): {DEFAULT}",
    ]


def different(literal: Any, default: Any, key: str = "") -> set[str]:
    """The last parts of the keys under which two configs differ, those of bases' helpers aside."""
    if isinstance(literal, dict) and isinstance(default, dict):
        if default.get("type") == "MultiImageMixDataset":  # around the data set
            assert default["pipeline"][0] == dict(type="avs_mm.AudioNegatives", fraction=0.6)
            return {"AudioNegatives"} | different(literal, default["dataset"])
        keys = (literal.keys() | default.keys()) - HELPERS
        return {
            name for each in keys for name in different(literal.get(each), default.get(each), each)
        }
    if key == "pipeline":
        return different_steps(literal, default)
    return set() if literal == default else {key}


def different_steps(literal: list[dict], default: list[dict]) -> set[str]:
    added = [step for step in default if step not in literal]
    packed = dict(type="avs_mm.PackAVSInputs")  # which stage 2 does after AudioNegatives
    assert [step for step in literal if step not in [*default, packed]] == []
    assert {step["type"] for step in added} <= {"RandomFlip", "PhotoMetricDistortion"}
    return {"pipeline"}


def test_frames_of_the_test_sets():
    assert PAPER_FRAMES == {"s4": 3700, "ms3": 320}  # as many as w/o L_soas has instances


@pytest.mark.parametrize("number", TABLES)
def test_rows_are_told_apart_by_their_names(number: int):
    names = [row.name for row in TABLES[number].rows]
    assert len(names) == len(set(names))
    columns = [column.name for column in TABLES[number].columns]
    assert len(columns) == len(set(columns))


@pytest.mark.parametrize("number", TABLES)
def test_no_config_stands_for_two_rows_of_a_table(number: int):
    configs = [
        (subset, name)
        for row in TABLES[number].rows
        if not row.variant
        for subset, names in row.configs.items()
        for name in names
    ]
    assert len(configs) == len(set(configs))


def test_the_papers_f_stands_beside_the_official_one():
    _, official, exact = TABLES[1].columns[:3]
    assert (official.metric, official.printed) == ("avs/F_official@20frames", True)
    assert (exact.metric, exact.printed) == ("avs/F", False)


def test_reading_another_f():
    table = TABLES[1].reading("avs/F_official@5frames", OFFICIAL_F)
    assert [column.metric for column in table.columns] == [
        *("avs/J", "avs/F_official@5frames", "avs/F")
    ] * 2
    assert table.columns[1].name == "single F (F_official@5frames)"
    assert TABLES[1].reading(OFFICIAL_F, OFFICIAL_F) is TABLES[1]
