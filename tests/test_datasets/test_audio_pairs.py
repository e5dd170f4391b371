"""The written list of sounds: read as it was written, heard again, and never misunderstood."""

import csv
from dataclasses import astuple
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from avs_mm.datasets import AUDIO_CONDITIONS, AVSBenchDataset, VPODataset
from avs_mm.datasets.audio_conditions import GENERATED_SOUNDS
from avs_mm.datasets.audio_pairs import AudioPair, read_audio_pairs, write_audio_pairs

pytestmark = pytest.mark.slow

HEADER = "clip,frame,condition,audio,second,seed"
PIPELINE = [dict(type="avs_mm.LoadAudio")]


@pytest.fixture
def build(s4_root: Path, tmp_path: Path, write_wav):
    steps = np.random.default_rng(0).integers(-9000, 9000, 48_000)
    write_wav(tmp_path / "rain" / "rain.wav", steps)

    def build(**arguments) -> AVSBenchDataset:
        known = dict(
            subset="s4",
            split="test",
            data_root=s4_root,
            offscreen_root=tmp_path / "rain",
            sound_groups={"cat": "animal", "dog": "music", "horse": "device"},
            pipeline=PIPELINE,
        )
        return AVSBenchDataset(**{**known, **arguments})

    return build


@pytest.mark.parametrize("audio", AUDIO_CONDITIONS)
def test_a_list_is_heard_again(build, tmp_path: Path, audio):
    dataset = build(audio=audio, audio_seed=7)
    write_audio_pairs(dataset, tmp_path / "lists" / "pairs.csv")
    # Its seed and not that of the argument.
    again = build(audio=audio, audio_seed=1, audio_pairs=tmp_path / "lists" / "pairs.csv")
    for index in range(len(dataset)):
        assert again.get_data_info(index) == dataset.get_data_info(index)
        np.testing.assert_array_equal(again[index]["audio"], dataset[index]["audio"])
    assert [path.name for path in (tmp_path / "lists").iterdir()] == ["pairs.csv"]


def test_the_rows(build, tmp_path: Path):
    for audio in ("unmatched", "mute", "offscreen"):
        write_audio_pairs(build(audio=audio, audio_seed=2), tmp_path / f"{audio}.csv")
    rows = {audio: read_audio_pairs(tmp_path / f"{audio}.csv") for audio in ("mute", "offscreen")}
    assert astuple(rows["mute"][6]) == ("cat_c", 1, "mute", "", 1, 2, 0)
    assert {pair.audio for pair in rows["offscreen"]} == {"rain.wav"}
    assert {pair.second for pair in rows["offscreen"]} == {0, 1, 2}
    for pair in read_audio_pairs(tmp_path / "unmatched.csv"):
        assert pair.audio.startswith("s4_data/audio_wav/test/")
        assert Path(pair.audio).parent.name != pair.clip.split("_")[0]


texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8)
numbers = st.integers(0, 2**31)


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    condition=st.sampled_from(AUDIO_CONDITIONS),
    rows=st.lists(
        st.tuples(
            texts,
            numbers,
            texts.filter(lambda name: name.strip("./")),
            numbers,
            numbers,
            st.booleans(),
        ),
        min_size=1,
        max_size=4,
        unique_by=lambda row: row[:2],
    ),
)
def test_any_list_is_read_as_it_was_written(tmp_path: Path, condition, rows):
    infos = [
        dict(
            clip=clip,
            frame=frame,
            audio_condition=condition,
            audio_path=str(tmp_path / name.replace("/", "_")),
            second=second,
            audio_seed=seed,
            audio_fallback=fallback,
        )
        for clip, frame, name, second, seed, fallback in rows
    ]
    made = condition in GENERATED_SOUNDS
    dataset = _Samples(infos, audio=condition, root=tmp_path, sound_root=tmp_path)
    write_audio_pairs(dataset, tmp_path / "pairs.csv")
    assert read_audio_pairs(tmp_path / "pairs.csv") == [
        AudioPair(clip, frame, condition, "" if made else name.replace("/", "_"), *numbers)
        for clip, frame, name, *numbers in rows
    ]


class _Samples(SimpleNamespace):
    def __init__(self, infos: list[dict], **attributes) -> None:
        super().__init__(**attributes)
        self.get_data_info = infos.__getitem__
        self.infos = infos

    def __len__(self) -> int:
        return len(self.infos)


def test_a_failure_leaves_the_old_list(build, tmp_path: Path, monkeypatch):
    path = tmp_path / "lists" / "pairs.csv"
    write_audio_pairs(build(audio="mute"), path)
    before = path.read_bytes()
    monkeypatch.setattr(csv.DictWriter, "writerows", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_audio_pairs(build(audio="unmatched"), path)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_two_clips_of_one_name(tmp_path: Path):
    info = dict(clip="a", frame=0, audio_condition="mute", second=0)
    info |= dict(audio_seed=0, audio_fallback=False)
    infos = [{**info, "audio_path": "a.wav"}, {**info, "audio_path": "b.wav", "second": 1}]
    dataset = _Samples(infos, audio="mute", root=tmp_path, sound_root=tmp_path)
    with pytest.raises(ValueError, match="two clips are called a, so no row"):
        write_audio_pairs(dataset, tmp_path / "pairs.csv")


def test_no_sound_to_list(build, tmp_path: Path):
    with pytest.raises(ValueError, match=r"no sound to list in .*pairs\.csv"):
        write_audio_pairs(build(audio=None), tmp_path / "pairs.csv")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is no csv of UTF-8 text"),
        (HEADER, "has no rows; write it with write_audio_pairs"),
        ("clip,frame\na,0", r"has the columns \['clip', 'frame'\]"),
        (f"{HEADER}\na,0,mute,,0", r"row 2 is \['a', '0', 'mute', '', '0'\], not clip,frame"),
        (f"{HEADER}\na,x,mute,,0,0", "row 2 is .*invalid literal"),
        (f"{HEADER}\na,0,rain,b.wav,0,0", "row 2 has condition 'rain'; use one of"),
        (f"{HEADER}\na,0,mute,,-1,0", "row 2 has a number below 0"),
        (f"{HEADER},fallback\na,0,unmatched,b.wav,0,0,2", "row 2 has fallback 2; write 1"),
        (f"{HEADER}\na,0,mute,b.wav,0,0", "row 2 is of 'mute', which has no sound file"),
        (f"{HEADER}\na,0,unmatched,,0,0", "row 2 is of 'unmatched', which has a sound file"),
        (f"{HEADER}\na,0,mute,,0,0\na,0,mute,,0,1", "row 3 is the second for frame 0 of clip a"),
        (f"{HEADER}\na,0,mute,,0,0\na,1,noise,,0,0", "mixes mute and noise"),
    ],
)
def test_lists_that_are_none(tmp_path: Path, content, message):
    (tmp_path / "pairs.csv").write_text(content)
    with pytest.raises(ValueError, match=rf"pairs\.csv: {message}"):
        read_audio_pairs(tmp_path / "pairs.csv")


def test_a_list_from_before_there_was_a_fallback(tmp_path: Path):
    (tmp_path / "pairs.csv").write_text(f"{HEADER}\na,0,unmatched,b.wav,3,7\n")
    expected = AudioPair("a", 0, "unmatched", "b.wav", second=3, seed=7, fallback=0)
    assert read_audio_pairs(tmp_path / "pairs.csv") == [expected]


def test_binary_and_missing_lists(tmp_path: Path):
    (tmp_path / "pairs.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ValueError, match=r"pairs\.csv: is no csv of UTF-8 text"):
        read_audio_pairs(tmp_path / "pairs.csv")
    with pytest.raises(FileNotFoundError, match=r"none\.csv: no such file; write it"):
        read_audio_pairs(tmp_path / "none.csv")


def test_a_list_that_does_not_fit(build, tmp_path: Path):
    path = tmp_path / "pairs.csv"
    write_audio_pairs(build(audio="offscreen"), path)
    with pytest.raises(ValueError, match=r"'offscreen' sounds, but audio is 'unmatched'; give aud"):
        build(audio="unmatched", audio_pairs=path)
    with pytest.raises(ValueError, match=r"pairs\.csv: has no row for frame 0 of clip dog_b"):
        build(audio="offscreen", audio_pairs=path, split="val")
    (tmp_path / "rain" / "rain.wav").unlink()
    with pytest.raises(FileNotFoundError, match=r"rain\.wav: no such file, but .*pairs\.csv names"):
        build(audio="offscreen", audio_pairs=path)


@pytest.mark.parametrize(
    ("audio", "files"), [("original", "horn.wav@0.25|jet.wav@1"), ("mute", "")]
)
def test_all_sources_of_vpo_are_listed(vpo_root: Path, tmp_path: Path, audio, files):
    dataset = VPODataset(
        subset="ms",
        split="test",
        data_root=vpo_root,
        audio_root=vpo_root / "audios",
        audio=audio,
        audio_seed=3,
    )
    write_audio_pairs(dataset, tmp_path / "pairs.csv")
    first, second = read_audio_pairs(tmp_path / "pairs.csv")
    assert first == AudioPair("000000000008", 0, audio, files, 0, 3)
    assert second.audio == ("jet.wav@0.5" if files else "")
