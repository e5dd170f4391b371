"""A page in the browser: a video, its objects, and what sounds under any sound."""

from avs_mm.page.limits import Limits
from avs_mm.page.server import serve

__all__ = ["Limits", "serve"]
