import pytest

from avs_mm.evaluation import check_metric_keys


def test_todays_names_pass():
    check_metric_keys({}, "results.json")
    check_metric_keys(
        {"original": {"avs/J": 0.5, "candidates/false_positive_masks": 0.1}, "mute": {}}, "a.json"
    )


def test_an_old_name_is_refused_with_its_file_and_the_remedy():
    metrics = {"original": {"avs/J": 0.5}, "s4": {"candidates/masks_of_nothing": 0.1}}
    with pytest.raises(
        ValueError, match=r"work/results\.json: .*'candidates/masks_of_nothing'"
    ) as e:
        check_metric_keys(metrics, "work/results.json")
    assert "is now 'candidates/false_positive_masks'; remove it and evaluate again" in str(e.value)
