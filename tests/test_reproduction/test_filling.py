"""Which result fills which cell of a table."""

import pytest

from avs_mm.reproduction import TABLES, fill, read_result
from avs_mm.reproduction.filling import check_rows, check_used, unused
from avs_mm.reproduction.page import as_json, as_markdown
from avs_mm.reproduction.paper_tables import DEFAULT
from avs_mm.reproduction.remedies import remarks, remedies

OFFICIAL = "single F (F_official@20frames)"


def shown(cells) -> dict[tuple[str, str], str]:
    """Every cell that is not empty."""
    return {(cell.row.name, cell.column.name): cell.shown for cell in cells if cell.shown}


@pytest.fixture
def single(write_result):
    return read_result(
        write_result(
            "single",
            original={
                "avs/J": 0.80126,
                "avs/F_official@20frames": 0.8832,
                "avs/F": 0.875,
                "candidates/I": 9001,
            },
            silence={"audio/RA_silence": 0.97, "audio/mIoU_silence": 0.9951},
        )
    )


@pytest.fixture
def multi(write_result):
    return read_result(
        write_result(
            "multi",
            config="configs/avs_avsc_ms3.py",
            subset="ms3",
            frames=320,
            original={"avs/J": 0.61},
        )
    )


def test_a_result_fills_the_cells_of_its_config_and_subset(single, multi):
    assert shown(fill(TABLES[1], [single, multi])) == {
        (f"Ours: {DEFAULT}", "single J"): "80.13",
        (f"Ours: {DEFAULT}", OFFICIAL): "88.32",
        (f"Ours: {DEFAULT}", "single F (exact)"): "87.50",
        (f"Ours: {DEFAULT}", "multi J"): "61.00",
    }
    assert shown(fill(TABLES[3], [single])) == {
        (f"w/ L_soas: {DEFAULT}", "single J"): "80.13",
        (f"w/ L_soas: {DEFAULT}", OFFICIAL): "88.32",
        (f"w/ L_soas: {DEFAULT}", "single F (exact)"): "87.50",
        (f"w/ L_soas: {DEFAULT}", "single I"): "9001",
    }
    assert shown(fill(TABLES[6], [single, multi])) == {
        (f"Ours: {DEFAULT}", "silent single mIoU"): "99.51",
        (f"Ours: {DEFAULT}", "silent single RA"): "97.00",
    }
    for number in (5, 7, 8):  # their rows are other models, or other trainings
        assert shown(fill(TABLES[number], [single, multi])) == {}


def test_localisers_are_cut_where_they_are_best(write_result):
    figures = {"avs/J": 0.2, "avs/F": 0.3, "localiser/J": 0.33, "localiser/F": 0.44}
    result = read_result(write_result("ez", config="configs/ezvsl.py", original=figures))
    filled = shown(fill(TABLES[2], [result]))
    assert filled == {
        ("EZ-VSL", "single J"): "33.00",
        ("EZ-VSL", OFFICIAL): "44.00",
        ("EZ-VSL", "single F (exact)"): "44.00",
    }


def test_without_results_every_cell_is_empty():
    for table in TABLES.values():
        cells = fill(table, [])
        assert len(cells) == len(table.rows) * len(table.columns)
        assert all(cell.value is None and cell.source is None for cell in cells)


def test_stage_1_alone_is_without_avsc(write_result):
    result = read_result(
        write_result("seg", config="configs/avs_swin_b_seg.py", original={"avs/J": 0.77})
    )
    assert shown(fill(TABLES[4], [result])) == {(f"w/o AVSC: {DEFAULT}", "single J"): "77.00"}


def test_two_results_for_one_cell_are_an_error_that_names_both(single, write_result):
    other = read_result(write_result("again", original={"avs/J": 0.5}))
    with pytest.raises(
        ValueError,
        match=rf"table 1, Ours: {DEFAULT}, single J: two results for one cell, "
        r".*single/results\.json and .*again/results\.json\. Leave one of them out",
    ):
        fill(TABLES[1], [single, other])
    # but two that measured different things are welcome
    assert len(shown(fill(TABLES[6], [single, other]))) == 2


def test_a_row_can_be_given_any_result(single, write_result):
    ablation = read_result(write_result("ablation", original={"avs/J": 0.7, "candidates/I": 3800}))
    cells = fill(TABLES[3], [single, ablation], {f"w/o L_soas: {DEFAULT}": [ablation]})
    assert shown(cells) == {
        (f"w/ L_soas: {DEFAULT}", "single J"): "80.13",
        (f"w/ L_soas: {DEFAULT}", OFFICIAL): "88.32",
        (f"w/ L_soas: {DEFAULT}", "single F (exact)"): "87.50",
        (f"w/ L_soas: {DEFAULT}", "single I"): "9001",
        (f"w/o L_soas: {DEFAULT}", "single J"): "70.00",
        (f"w/o L_soas: {DEFAULT}", "single I"): "3800",
    }
    with pytest.raises(ValueError, match="two results for one cell"):
        fill(TABLES[1], [single], {f"Ours: {DEFAULT}": [ablation]})


def test_a_given_result_must_fill_something(multi, write_result):
    given = {
        f"Ours: {DEFAULT}": [read_result(write_result("noise", noise={"audio/RA_noise": 1.0}))]
    }
    with pytest.raises(
        ValueError, match=rf"--row Ours: {DEFAULT}=.*noise/results.json: fills no cell, as"
    ):
        check_used(fill(TABLES[1], [], given), given)
    check_used(fill(TABLES[1], [], {f"Ours: {DEFAULT}": [multi]}), {f"Ours: {DEFAULT}": [multi]})


def test_unknown_rows_are_refused():
    check_rows([TABLES[1], TABLES[4]], [f"Ours: {DEFAULT}", f"w/o AVSC: {DEFAULT}"])
    with pytest.raises(
        ValueError,
        match=r"'Theirs': no such row\. The rows are: Ours: .*, Ours: .*, TPAVI, training-free$",
    ):
        check_rows([TABLES[1]], ["Theirs"])


def test_other_splits_models_and_trainings_are_left_out_and_said(write_result):
    def result(folder, **settings):
        return read_result(write_result(folder, original={"avs/J": 0.9}, **settings))

    results = [
        result("val", split="val"),
        result("changed", options="--cfg-options model.threshold=0.3"),
        result("mini", config="configs/mini/avsc.py"),
        result("other", subset="ms3"),  # S4's config on MS3 is no row
    ]
    assert shown(fill(TABLES[1], results)) == {}
    reasons = unused([TABLES[1]], results)
    assert [reason.split(": ", 1)[1].split(". It")[0] for reason in reasons] == [
        "its split is val, the tables are of test",
        "it was evaluated with another model.threshold than its config's",
        "its config mini/avsc on s4 is no row of these tables",
        "its config avs_avsc on ms3 is no row of these tables",
    ]
    plain = result("plain")
    assert unused([TABLES[1]], [plain]) == []
    assert "only under other training" in unused([TABLES[8]], [plain])[0]


@pytest.mark.parametrize("value", [1.01, 81.29, -0.1])
def test_percentages_are_refused(write_result, value):
    result = read_result(write_result("percent", original={"avs/J": value}))
    with pytest.raises(ValueError, match=rf"metrics\['original'\]\['avs/J'\] is {value}, not in"):
        fill(TABLES[1], [result])


def test_every_cell_can_be_traced(single):
    cells = fill(TABLES[6], [single])
    page = as_json(TABLES[6], cells, remarks=[], remedies=[])
    of_column = [cell for cell in page["cells"] if cell["column"] == "silent single RA"]
    [cell] = [cell for cell in of_column if cell["row"] == f"Ours: {DEFAULT}"]
    assert (cell["value"], cell["shown"]) == (0.97, "97.00")
    assert cell["paper"] is None  # the paper has the method as it says, in the row above
    source = cell["source"]
    assert source["results"] == str(single.path)
    assert source["key"] == "metrics['silence']['audio/RA_silence']"
    assert source["checkpoint_sha256"] == single.checkpoint_sha256
    assert source["frames"] == 3700
    assert page["cells"][0]["value"] is page["cells"][0]["source"] is None


def test_markdown_has_our_value_beside_the_papers(single):
    lines = as_markdown(
        TABLES[1], fill(TABLES[1], [single]), remarks=["a remark"], remedies=["do this"]
    ).splitlines()
    assert lines[2].startswith(
        f"|  | single J | paper | {OFFICIAL} | paper | single F (exact) | multi J | paper |"
    )
    assert lines[4] == "| TPAVI |  | 78.7 |  | 87.9 |  |  | 54.0 |  | 64.5 |  |"
    assert lines[5] == (
        "| Ours: the paper, literally |  | 81.29 |  | 88.59 |  |  | 59.5 |  | 65.74 |  |"
    )
    assert lines[6] == (
        f"| Ours: {DEFAULT} | 80.13 [1] |  | 88.32 [1] |  | 87.50 [1] |  |  |  |  |  |"
    )
    [source] = [line for line in lines if line.startswith("- [1] ")]
    assert str(single.path) in source
    assert "sha256 73696e676c65" in source
    assert "- a remark" in lines
    assert lines[-1] == "- do this"


def test_remedies_name_the_command(single, tmp_path):
    (tmp_path / "avs_avsc.py").touch()
    lines = remedies(TABLES[6], fill(TABLES[6], [single]), configs=tmp_path)
    ours = [line for line in lines if line.startswith(f"Ours: {DEFAULT}: unmatched")]
    assert ours == [
        f"Ours: {DEFAULT}: unmatched single mIoU, unmatched single RA. Run `python "
        "tools/evaluate.py configs/avs_avsc.py work_dirs/avs_avsc --conditions unmatched`, and "
        "give the results.json it writes to --results.",
        f"Ours: {DEFAULT}: unmatched multi mIoU, unmatched multi RA. There is no "
        f"configs/avs_avsc_ms3.py; give a result with --row 'Ours: {DEFAULT}=RESULTS.json'.",
    ]
    lines = remedies(TABLES[3], fill(TABLES[3], []), configs=tmp_path)
    [line] = [line for line in lines if line.startswith(f"w/o L_soas: {DEFAULT}: single J")]
    columns = f"single J, {OFFICIAL}, single F (exact), single I"
    assert f"{columns}. Needs configs/avs_avsc.py with its stage 1" in line
    assert line.endswith(f"give --row 'w/o L_soas: {DEFAULT}=RESULTS.json'.")
    lines = remedies(TABLES[5], fill(TABLES[5], []), configs=tmp_path)
    assert lines[-1].endswith("Run `python tools/reproduce.py 5 --measure configs/avs_avsc.py`.")


def test_another_test_set_is_remarked_on(single, write_result):
    assert remarks(fill(TABLES[1], [single])) == []
    small = read_result(write_result("small", frames=60, original={"avs/J": 0.5}))
    assert remarks(fill(TABLES[1], [small])) == [
        f"{small.path}: 60 frames (test) of data/S4, not the 3700 of AVSBench's test set: not to "
        "be compared with the paper."
    ]


def test_the_training_free_row_needs_no_checkpoint(tmp_path):
    (tmp_path / "zero_shot").mkdir()
    (tmp_path / "zero_shot" / "prompted_ast.py").touch()
    lines = remedies(TABLES[1], fill(TABLES[1], []), configs=tmp_path)
    (line,) = [line for line in lines if line.startswith("training-free: single")]
    assert "`python tools/evaluate.py configs/zero_shot/prompted_ast.py --conditions ori" in line
