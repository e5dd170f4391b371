"""The figures of a run of ``make faults``, printed at its end."""

from collections.abc import Callable

import pytest

FIGURES: list[tuple[str, str]] = []


@pytest.fixture
def figure() -> Callable[[str, str], None]:
    """Note what was measured, under a name."""
    return lambda name, value: FIGURES.append((name, value))


def pytest_terminal_summary(terminalreporter) -> None:
    for name, value in FIGURES:
        terminalreporter.write_line(f"| {name} | {value} |")
