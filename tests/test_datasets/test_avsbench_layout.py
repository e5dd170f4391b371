"""The three layouts as lists of clips, and every way a table or a folder can be broken."""

import json
import re
from pathlib import Path

import pytest

from avs_mm.datasets.avsbench_layout import (
    clip_objects,
    list_avss_clips,
    list_ms3_clips,
    list_s4_clips,
    read_label2idx,
    read_s4_categories,
    require_files,
)


def test_s4_files_of_a_test_clip(s4_root: Path):
    dog, cat, _ = list_s4_clips(s4_root, "test")
    assert (dog.name, dog.categories) == ("dog_c", ("dog",))
    assert [frame.index for frame in cat.frames] == [0, 1, 2, 3, 4]
    data = s4_root / "s4_data"
    assert cat.frames[4].image == data / "visual_frames/test/cat/cat_c/cat_c_5.png"
    assert cat.frames[4].mask == data / "gt_masks/test/cat/cat_c/cat_c_5.png"
    assert cat.audio == data / "audio_wav/test/cat/cat_c.wav"


def test_s4_train_lists_frames_with_a_mask_only(s4_root: Path):
    clips = list_s4_clips(s4_root, "train")
    assert [[frame.index for frame in clip.frames] for clip in clips] == [[0], [0]]


def test_ms3_files(ms3_root: Path, semantic_root: Path):
    solo, _ = list_ms3_clips(ms3_root, "test", semantic_root)
    data = ms3_root / "ms3_data"
    assert solo.frames[1].image == data / "visual_frames/solo_c/solo_c.mp4_2.png"
    assert solo.frames[1].mask == data / "gt_masks/test/solo_c/solo_c_2.png"
    assert solo.frames[1].semantic == semantic_root / "v1m/solo_c/labels_semantic/1.png"
    assert solo.audio == data / "audio_wav/test/solo_c.wav"
    assert solo.categories == ("cat",)
    assert list_ms3_clips(ms3_root, "test")[0].categories is None


@pytest.mark.parametrize(
    ("split", "labels", "frames"),
    [
        ("train", None, [1, 1, 5, 10]),
        ("test", None, [5, 5, 5, 5, 5, 10]),
        ("test", ("v2",), [10]),
        ("val", ("v1s", "v1m"), [5, 5, 5]),
    ],
)
def test_avss_labelled_frames(semantic_root: Path, split, labels, frames):
    clips = list_avss_clips(semantic_root, split, labels)
    assert [len(clip.frames) for clip in clips] == frames
    last = clips[-1].frames[-1]
    assert last.image.name == f"{frames[-1] - 1}.jpg"
    assert last.mask.name == f"{frames[-1] - 1}.png"


def test_categories_in_order(s4_root: Path, semantic_root: Path):
    assert read_s4_categories(s4_root) == ("cat", "dog", "horse")
    assert read_label2idx(semantic_root) == {"cat": 1, "dog": 2, "horse": 3}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dog_baby", ("dog", "baby")),
        ("emergency-car", ("emergency-car",)),
        ("cap_gun_dog", ("cap_gun", "dog")),
        ("dog_engine", None),
        ("", None),
    ],
)
def test_clip_objects(text, expected):
    assert clip_objects(text, ("dog", "baby", "cap", "cap_gun", "emergency-car")) == expected


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            "name,category,split\ndog_a,dog,train\n",
            "['name', 'start', 'category', 'split'] are",
        ),
        ("", "its header is []"),
        ("dog_a,0,dog,train\n", "has no header line"),
        ("name,start,category,split\ndog_a,0,dog\n", "row 2 has 3 columns"),
        ("name,start,category,split\ndog_a,0,dog,Train\n", "row 2 has split 'Train'"),
        ("name,start,category,split\ndog_a,0,dog,val\n", "holds no clips of split 'train'"),
    ],
)
def test_broken_s4_table(s4_root: Path, content, message):
    table = s4_root / "s4_meta_data.csv"
    table.write_text(content)
    with pytest.raises(ValueError, match=re.escape(message)) as caught:
        list_s4_clips(s4_root, "train")
    assert str(table) in str(caught.value)


def test_table_that_is_no_text(s4_root: Path):
    (s4_root / "s4_meta_data.csv").write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(ValueError, match="is not UTF-8 text"):
        list_s4_clips(s4_root, "train")


def test_wrong_data_root_says_what_it_should_hold(s4_root: Path):
    with pytest.raises(FileNotFoundError, match=r"s4_meta_data.csv: no such file; data_root"):
        list_s4_clips(s4_root.parent, "train")


def test_avss_table_is_read_by_name(semantic_root: Path):
    table = semantic_root / "metadata.csv"
    table.write_text("split,label,uid,vid,a_obj,s_sec,s_min\ntest,v2,long_c,long_c,horse,0,0\n")
    (clip,) = list_avss_clips(semantic_root, "test")
    assert (clip.name, clip.categories, len(clip.frames)) == ("long_c", ("horse",), 10)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("vid,uid,a_obj,split,label\nx,x,cat,test,v2\n", "'s_min'"),
        ("vid,uid,s_min,s_sec,a_obj,split,label\nx,x,0,0,cat,test,v3\n", "has label 'v3'"),
    ],
)
def test_broken_avss_table(semantic_root: Path, content, message):
    (semantic_root / "metadata.csv").write_text(content)
    with pytest.raises(ValueError, match=message):
        list_avss_clips(semantic_root, "test")


@pytest.mark.parametrize(
    "labels",
    [
        {"cat": 1},
        {"background": 1, "cat": 0},
        {"background": 0, "cat": 1, "dog": 1},
        {"background": 0, "cat": 255},
        {"background": 0, "cat": "1"},
        ["background", "cat"],
    ],
)
def test_broken_label2idx(semantic_root: Path, labels):
    (semantic_root / "label2idx.json").write_text(json.dumps(labels))
    with pytest.raises(ValueError, match=r"label2idx\.json: must map names to labels"):
        read_label2idx(semantic_root)


def test_missing_files_are_counted_and_named(s4_root: Path):
    image = s4_root / "s4_data/visual_frames/test/cat/cat_c/cat_c_4.png"
    audio = s4_root / "s4_data/audio_wav/test/horse/horse_c.wav"
    image.unlink()
    audio.unlink()
    clips = list_s4_clips(s4_root, "test")
    with pytest.raises(FileNotFoundError, match="2 of 3 clips lack files") as caught:
        require_files(clips, table="s4_meta_data.csv", with_audio=True)
    assert str(image) in str(caught.value)
    assert str(audio) in str(caught.value)
    with pytest.raises(FileNotFoundError, match="1 of 3 clips lack files"):
        require_files(clips, table="s4_meta_data.csv", with_audio=False)


@pytest.mark.parametrize("split", ["train", "val"])
def test_a_clip_without_any_mask_does_not_vanish(s4_root: Path, split):
    clips = list_s4_clips(s4_root, split)
    clips[0].frames[0].mask.unlink()
    again = list_s4_clips(s4_root, split)
    with pytest.raises(FileNotFoundError, match="1 of 2 clips lack files"):
        require_files(again, table="s4_meta_data.csv", with_audio=True)


@pytest.mark.parametrize("times", [1, 2])
def test_a_clip_that_is_listed_again_is_refused(s4_root: Path, times):
    table = s4_root / "s4_meta_data.csv"
    table.write_text(table.read_text() + "dog_c,0,dog,test\n" * times)
    fault = r"row 9 is clip dog_c of row 6 once more, which would weigh more than others; take one"
    with pytest.raises(ValueError, match=fault):
        list_s4_clips(s4_root, "test")


def test_a_part_of_avss_may_have_a_clip_of_another_parts_name(semantic_root: Path):
    table = semantic_root / "metadata.csv"
    again = next(line for line in table.read_text().splitlines() if line.startswith("long_c"))
    table.write_text(table.read_text() + again.replace("v2", "v1m") + "\n")
    assert len(list_avss_clips(semantic_root, "test")) == 7
    table.write_text(table.read_text() + again + "\n")
    with pytest.raises(ValueError, match=r"row 16 is clip long_c of row 14 once more"):
        list_avss_clips(semantic_root, "test")


@pytest.mark.parametrize("category", ["../val/dog", "..", "", "a/b", "a\\b"])
def test_a_category_that_leads_elsewhere_is_refused(s4_root: Path, category):
    table = s4_root / "s4_meta_data.csv"
    table.write_text(table.read_text() + f"dog_d,0,{category},test\n")
    fault = f"row 9 has category {category!r}, which is no name of a folder; correct the csv"
    with pytest.raises(ValueError, match=re.escape(fault)):
        list_s4_clips(s4_root, "test")


def test_what_no_csv_reader_takes_is_named(s4_root: Path):
    table = s4_root / "s4_meta_data.csv"
    table.write_text(table.read_text() + '"' + "a" * 200_000 + "\n")
    with pytest.raises(ValueError, match=r"s4_meta_data\.csv: is no csv \(field larger than field"):
        list_s4_clips(s4_root, "test")
