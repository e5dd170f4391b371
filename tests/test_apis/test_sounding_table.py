from avs_mm.apis.sounding_table import sounding_table


def test_the_table_ranks_what_sounds_in_each_second():
    table = sounding_table([{"cat": 0.6, "dog": 0.97}, {}], score="audio")
    assert [column.header for column in table.columns] == ["second", "sounding (audio score)"]
    assert list(table.columns[0].cells) == ["0-1", "1-2"]
    assert list(table.columns[1].cells) == ["dog 0.97, cat 0.60", "[dim]nothing[/dim]"]
