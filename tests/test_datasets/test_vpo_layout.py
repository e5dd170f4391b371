"""VPO's csv: what is a sample, where its files lie, and what of it is refused."""

from pathlib import Path

import pytest

from avs_mm.datasets.vpo_layout import VPO_CATEGORIES, VPO_LABELS, read_vpo


def test_the_categories_are_the_papers():
    assert len(VPO_CATEGORIES) == len(VPO_LABELS) == 21
    assert VPO_CATEGORIES[:5] == ("airplane", "baby", "bird", "bus", "car")  # 1 to 5 in CAVP's code
    assert VPO_CATEGORIES[-1] == "zebra"


def test_a_row_of_ss_is_a_sample_also_of_an_object_that_has_one(vpo_root: Path):
    table = vpo_root / "VPO-SS" / "vpo_ss_data_stereo.csv"
    table.write_text(table.read_text() + "8,80,car,3,jet,0.75,0,test\n")
    samples = read_vpo(vpo_root, "ss", "test")
    car, again = "000000000008_000000000080", "000000000008_000000000080_2"
    names = [sample.name for sample in samples]
    assert names == [car, "000000000008_000000000081", "000000000009_000000000090", again]
    heard = {
        sample.name: [(one.file, one.position) for one in sample.sources] for sample in samples
    }
    assert heard[car] == [("horn", 0.25)]
    assert heard[again] == [("jet", 0.75)]
    assert samples[0].mask == samples[3].mask


@pytest.mark.parametrize("words", [("0", "1"), ("0.0", "1.0"), ("False", "True")])
def test_images_of_msmi_lie_where_multi_instance_says(vpo_root: Path, words):
    table = vpo_root / "VPO-MSMI" / "vpo_msmi_data_stereo.csv"
    text = table.read_text()
    for digit, word in zip("01", words, strict=True):
        for split in ("train", "val", "test"):
            text = text.replace(f",{digit},{split}", f",{word},{split}")
    table.write_text(text.replace(",80,", ',"[80, 82]",'))  # names no file here
    first, second = read_vpo(vpo_root, "msmi", "test")
    assert first.image.parent == vpo_root / "VPO-MS" / "data"
    assert second.mask == vpo_root / "VPO-MSMI" / "mask" / "000000000009.png"


def test_an_object_of_ss_has_a_number(vpo_root: Path):
    table = vpo_root / "VPO-SS" / "vpo_ss_data_stereo.csv"
    table.write_text(table.read_text().replace(",80,", ",eighty,"))
    with pytest.raises(ValueError, match=r"row 3: invalid literal for int.*'eighty'; restore"):
        read_vpo(vpo_root, "ss", "test")


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("multi_instance", "instances", r"lacks the columns \['multi_instance'\]"),
        ("0.25", "left", "row 2: could not convert string to float"),
        ("0.25", "1.25", "row 2 has audio_pos 1.25"),
        ("car", "lorry", "row 2 is of category 'lorry'"),
        ("horn", "../horn", "row 2 has vgg_file '../horn'"),
        (",1,test", ",two,test", "row 5: could not convert string to float: 'two'"),
        (",1,test", "", "row 5 lacks split, multi_instance; restore the official csv"),
    ],
)
def test_a_damaged_csv_is_refused(vpo_root: Path, old, new, fault):
    table = vpo_root / "VPO-MSMI" / "vpo_msmi_data_stereo.csv"
    table.write_text(table.read_text().replace(old, new))
    with pytest.raises(ValueError, match=rf"vpo_msmi_data_stereo\.csv: .*{fault}"):
        read_vpo(vpo_root, "msmi", "test")
