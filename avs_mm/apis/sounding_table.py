"""What sounds in a video, second by second, as a table for the terminal."""

from collections.abc import Mapping, Sequence

from rich.table import Table

__all__ = ["sounding_table"]


def sounding_table(seconds: Sequence[Mapping[str, float]], *, score: str) -> Table:
    """Lay out what sounds in each second, the highest score first.

    Args:
        seconds: Category -> score of each, as of ``segment_video``.
        score: What the score is called: "audio" or "visual".
    """
    table = Table(title="What sounds")
    table.add_column("second", justify="right")
    table.add_column(f"sounding ({score} score)")
    for second, categories in enumerate(seconds):
        ranked = sorted(categories.items(), key=lambda item: -item[1])
        sounding = ", ".join(f"{category} {value:.2f}" for category, value in ranked)
        table.add_row(f"{second}-{second + 1}", sounding or "[dim]nothing[/dim]")
    return table
