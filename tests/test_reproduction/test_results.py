"""What is read of a results.json."""

import json

import pytest

from avs_mm.reproduction.results import find_results, read_result


def test_reads_what_a_table_needs(write_result):
    path = write_result("ours", original={"avs/J": 0.8129, "avs/F": None})
    result = read_result(path)
    assert (result.config, result.subset, result.split) == ("avs_avsc", "s4", "test")
    assert (result.frames, result.device, result.changed) == (3700, "a slide rule", "")
    assert result.checkpoint == "work_dirs/ours/best.pth"
    assert result.checkpoint_sha256.startswith("6f757273")
    assert result.figure("original", "avs/J") == 0.8129
    assert result.figure("original", "avs/F") is None
    assert result.figure("silence", "audio/RA_silence") is None


@pytest.mark.parametrize(
    ("config", "below"),
    [
        ("configs/mini/avsc.py", "mini/avsc"),
        ("/somewhere/configs/avs_avsc.py", "avs_avsc"),
        ("my/avs_avsc.py", "my/avs_avsc"),
    ],
)
def test_a_config_is_known_by_its_place_below_configs(write_result, config, below):
    assert read_result(write_result("any", config=config, original={})).config == below


@pytest.mark.parametrize(
    ("options", "changed"),
    [
        ("--cfg-options test_dataloader.batch_size=4", ""),
        ("--cfg-options model.threshold=0.3", "model.threshold"),
        ("--cfg-options 'model.hidden_dims=[64]'", "model.hidden_dims"),
        ("--out work_dirs/my_model.b=1", ""),
    ],
)
def test_a_changed_model_is_seen_in_the_command(write_result, options, changed):
    assert read_result(write_result("any", options=options, original={})).changed == changed


def test_faults_are_named(write_result, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none\.json: no such file\. Give a results"):
        read_result(tmp_path / "none.json")
    broken = tmp_path / "broken.json"
    broken.write_text('{"config": "con')
    with pytest.raises(ValueError, match=r"broken\.json: is no JSON"):
        read_result(broken)
    broken.write_text("[1, 2]")
    with pytest.raises(ValueError, match=r"broken\.json: has no field 'config'"):
        read_result(broken)
    content = json.loads(write_result("whole", original={}).read_text())
    for name in ("config", "metrics", "checkpoint_sha256", "frames"):
        broken.write_text(json.dumps({key: content[key] for key in content if key != name}))
        with pytest.raises(ValueError, match=rf"broken\.json: has no field '{name}'"):
            read_result(broken)
    path = write_result("text", original={"avs/J": "0.8"})
    with pytest.raises(ValueError, match=r"metrics\['original'\]\['avs/J'\] is '0\.8', not a fin"):
        read_result(path).figure("original", "avs/J")


def test_folders_are_searched_and_a_file_counts_once(write_result, tmp_path):
    first, second = write_result("a/evaluate", original={}), write_result("b", original={})
    assert find_results([tmp_path]) == [first, second]
    assert find_results([second, tmp_path, tmp_path / "a" / ".." / "b"]) == [second, first]
    (tmp_path / "empty").mkdir()
    for place in ("empty", "missing"):
        with pytest.raises(FileNotFoundError, match=f"{place}: neither a results.json nor"):
            find_results([tmp_path / place])


def test_metrics_of_an_older_version_are_refused(write_result):
    path = write_result("old", original={"candidates/masks_of_nothing": 0.1})
    with pytest.raises(ValueError, match=r"old/results\.json: .*'candidates/masks_of_nothing'"):
        read_result(path)
