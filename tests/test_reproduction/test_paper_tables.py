import re
from pathlib import Path

import pytest

from avs_mm.reproduction.paper_tables import PAPER_FRAMES, TABLES

REPOSITORY = Path(__file__).resolve().parents[2]


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


def test_every_value_of_the_paper_is_there_and_no_other():
    """In each table's lines of the paper's text, count what looks like a value."""
    folder = REPOSITORY.parent / "shared" / "paper"
    if not folder.is_dir():
        pytest.skip("needs ../shared/paper, which is not beside this checkout")
    [text] = [file.read_text() for file in folder.glob("*.txt")]
    _, *parts = re.split(r"Table (\d): ", text)  # number, what follows its caption, number, ...
    following = dict(zip(map(int, parts[::2]), parts[1::2], strict=True))
    assert following.keys() == TABLES.keys()
    for number, table in TABLES.items():
        rows = [line for line in following[number].splitlines()[1:25] if line.count("\t") >= 2]
        if number == 2:
            rows = [line for line in rows if "tau" not in line]
        # without the difference in brackets, and the reference and model numbers of the heading
        cells = [re.sub(r"\(.*?\)", "", cell).strip() for row in rows for cell in row.split("\t")]
        expected = sorted(cell for cell in cells if re.fullmatch(r"\d+(\.\d+)?", cell))
        ours = sorted(value for row in table.rows for value in row.paper if value is not None)
        assert ours == expected, f"table {number}"


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
