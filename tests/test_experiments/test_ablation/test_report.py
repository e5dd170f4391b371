from avs_mm.experiments.ablation.report import write_report


def test_the_report_averages_the_seeds(tmp_path):
    done = {
        f"stage1/tolerant/seed{seed}": {
            "test": {"candidates/silent_recall": recall, "candidates/I_per_frame": 3.0}
        }
        for seed, recall in enumerate((0.9, 0.92, 0.94))
    }
    variants = {"tolerant": {"title": "tolerance 0.3"}, "eq4": {"title": "+ Eq. 4"}}
    write_report({"stage1": {"variants": variants}}, {**done, "stage1/eq4/seed0": None}, tmp_path)
    table = (tmp_path / "table.md").read_text().splitlines()
    assert "| variant | silent ↑ | I a frame | seeds |" in table
    assert "| tolerance 0.3 | 0.920 ± 0.020 | 3.000 ± 0.000 | 3 |" in table
    assert not any("Eq. 4" in line for line in table)
    assert (tmp_path / "stage1.png").stat().st_size > 1000
