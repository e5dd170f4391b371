"""The paper's tables, filled with what was measured here (``tools/reproduce.py``)."""

from avs_mm.reproduction.filling import Cell, fill
from avs_mm.reproduction.paper_tables import TABLES
from avs_mm.reproduction.results import Result, find_results, read_result

__all__ = ["TABLES", "Cell", "Result", "fill", "find_results", "read_result"]
