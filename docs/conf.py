"""Sphinx builds the site from the pages here and the docstrings: ``make docs``, into build/docs."""

import re
from typing import Any

from avs_mm.version import __version__

project = "avs_mm"
author = "The avs_mm authors"
copyright = author
release = __version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
]
source_suffix = {".md": "markdown"}
default_role = "code"  # `name` in a docstring

myst_heading_anchors = 4

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_default_options = {"members": True, "exclude-members": "NAMES, __new__"}
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_rtype = False

html_theme = "pydata_sphinx_theme"
html_title = f"avs_mm {release}"
html_show_sourcelink = False
html_sidebars = {"**": []}  # the bar at the top names every page
html_theme_options = {
    "navigation_depth": 2,
    "show_toc_level": 2,
    "navbar_align": "left",
    "footer_start": ["copyright"],
    "footer_end": [],
}

OUTSIDE = re.compile(r"\[([^\]]+)\]\(\.\./[^)]*\)")


def name_files_outside(app: Any, docname: str, source: list[str]) -> None:
    """Let links to files of the repository that are no pages be their names alone."""
    source[0] = OUTSIDE.sub(r"`\1`", source[0])


def setup(app: Any) -> None:
    """Connect what is above."""
    app.connect("source-read", name_files_outside)
