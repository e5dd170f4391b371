"""The version of the code that a result depends on."""

from functools import cache
from pathlib import Path

from avs_mm.checksum import sha256_of_files
from avs_mm.shipped import PACKAGE, tools_dir

__all__ = ["code_version", "digest_of_sources"]

# Folders of the package on which no weight and no metric depends
WITHOUT_INFLUENCE = ("apis", "experiments", "reproduction", "visualization", "weights")
TOOLS = ("evaluate.py", "test.py", "train.py")


@cache
def code_version() -> str:
    """Return a digest of all sources by which a network is trained and tested.

    A changed line, be it a comment, gives another one.
    """
    return digest_of_sources(PACKAGE, [tools_dir() / name for name in TOOLS])


def digest_of_sources(package: Path, tools: list[Path]) -> str:
    """Hash the names and the contents of the package's modules and of some tools.

    Args:
        package: Folder of the package, of which the subfolders without influence are left out.
    """
    sources = {path.relative_to(package).as_posix(): path for path in package.rglob("*.py")}
    parts = {
        name: path
        for name, path in sources.items()
        if name.split("/")[0] not in (*WITHOUT_INFLUENCE, ".mim")
    }
    parts |= {f"tools/{path.name}": path for path in tools}
    return sha256_of_files(parts)
