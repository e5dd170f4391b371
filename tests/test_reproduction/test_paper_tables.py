from decimal import Decimal

import pytest

from avs_mm.reproduction.paper_tables import PAPER_FRAMES, TABLES


def printed(number: int, row: str) -> dict[str, str | None]:
    table = TABLES[number]
    [found] = [each for each in table.rows if each.name == row]
    return dict(zip((column.name for column in table.columns), found.paper, strict=True))


@pytest.mark.parametrize(
    ("number", "row", "column", "value"),
    [
        (1, "TPAVI", "multi J", "54.0"),
        (1, "Ours", "single J", "81.29"),
        (2, "LVS", "multi F", "31.59"),
        (2, "SSPL w/o PCM", "single J", "18.72"),
        (3, "w/ L_soas", "single I", "9854"),
        (3, "w/ L_soas", "multi I", "895"),
        (3, "w/o L_soas", "single I", "3700"),
        (3, "w/o L_soas", "multi I", "320"),
        (4, "w/o AVSC", "multi F", "62.05"),
        (5, "TPAVI-PVTv2", "Time (s) without", "0.03994"),
        (5, "Ours-Swin-B", "Param (M) without", "101.80"),
        (6, "Ours", "silent single RA", "94.4"),
        (6, "Ours", "silent multi RA", "80.8"),
        (6, "Ours", "unmatched single RA", "66.9"),
        (6, "Ours", "unmatched multi RA", "60.9"),
        (6, "TPAVI", "unmatched multi mIoU", "89.22"),
        (7, "Ours (PVT-v2+VGGish)", "multi F", "65.10"),
        (8, "Ours (Swin-B)", "single J", "81.12"),
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
    for row in ("Ours (ResNet50)", "Ours (PVT-v2)"):
        backbone = row.removeprefix("Ours (").removesuffix(")")
        assert list(map(float, printed(8, row).values())) == list(
            map(float, printed(7, f"Ours ({backbone}+VGGish)").values())
        )
    assert float(printed(8, "Ours (ResNet50)")["single J"]) - 72.79 == pytest.approx(4.23)
    assert printed(1, "Ours") == printed(2, "Ours") == printed(4, "w/ AVSC")


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


def test_reading_another_f():
    table = TABLES[1].reading("avs/F_official@20frames", "avs/F")
    assert [column.metric for column in table.columns] == ["avs/J", "avs/F_official@20frames"] * 2
    assert table.columns[1].name == "single F (avs/F_official@20frames)"
    assert TABLES[1].reading("avs/F", "avs/F") is TABLES[1]
