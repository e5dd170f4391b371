"""Weights by name: found by hand, in the hub's cache or on the Hugging Face hub, and verified."""

import hashlib
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from avs_mm.atomic_write import atomic_write
from avs_mm.checksum import sha256_of
from avs_mm.weights.names import NAMES, PublishedWeights, find_weights

__all__ = ["find_local", "find_weight_file", "get", "resolve_name"]


def get(name: str) -> Path:
    """Return the local file of weights of that name; download it if it is not there.

    The files are looked for in ``$AVS_WEIGHTS/NAME``, where they can be put by hand, then in the
    hub's cache, which is ``$AVS_WEIGHTS`` or, without that, the hub's own. What else the network
    needs (``config.json``) lies beside the returned file. Every file is compared with the sha256 of
    the table if it has one, with the hub's own checksum, and with ``NAME.lock.json``, which records
    what came first.

    Raises:
        ValueError: There is no such name, or a file is not what it was or should be.
        FileNotFoundError: The files are not here and cannot be downloaded; the message says from
            where and to where to bring them by hand.
        ImportError: A download is needed, and the package huggingface_hub is missing.
    """
    weights = find_weights(name)
    folder = _folder()
    if folder is not None and (folder / name).is_dir():
        paths = _find_by_hand(weights, folder / name)
    elif weights.on_hub:
        paths = _find_on_hub(name, weights)
    else:
        raise FileNotFoundError(
            f"{name} cannot be downloaded by name: get {' or '.join(weights.weights)} from "
            f"{weights.source} or a mirror, and put it into {_place(name)}"
        )
    _verify(name, weights, paths)
    return paths[0]


def find_local(name: str) -> Path | None:
    """Return where the weights of that name are on this machine, unverified; None: nowhere.

    Raises:
        ValueError: There is no such name.
    """
    weights = find_weights(name)
    folder = _folder()
    places = [] if folder is None else [folder / name / file for file in weights.weights]
    for place in places:
        if place.is_file():
            return place
    if not weights.on_hub or (folder is not None and (folder / name).is_dir()):
        return None
    try:
        from huggingface_hub import try_to_load_from_cache
    except ImportError:  # without it nothing has come from there
        return None
    for file in weights.weights:
        found = try_to_load_from_cache(
            weights.source, file, cache_dir=folder, revision=weights.revision
        )
        if isinstance(found, str):
            return Path(found)
    return None


def find_weight_file(name_or_path: str | os.PathLike) -> Path:
    """Return the file that is given by its path or by a name of the table.

    Raises:
        FileNotFoundError: There is neither such a file nor such a name.
        ImportError, ValueError: As `get`.
    """
    path = Path(name_or_path)
    if path.is_file():
        return path
    if str(name_or_path) in NAMES:
        return get(str(name_or_path))
    raise FileNotFoundError(
        f"{name_or_path}: neither a file nor a name of docs/weights.md ({', '.join(NAMES)})"
    )


def resolve_name(name_or_path: str | os.PathLike) -> Path:
    """Return the file that a name of the table stands for, and any other path as it is.

    Raises:
        FileNotFoundError, ImportError, ValueError: As `get`.
    """
    path = Path(name_or_path)
    return get(str(name_or_path)) if str(name_or_path) in NAMES and not path.exists() else path


def _folder() -> Path | None:
    given = os.environ.get("AVS_WEIGHTS")
    return Path(given).expanduser() if given else None


def _place(name: str) -> str:
    """Say where the files of that name can be put by hand."""
    folder = _folder()
    if folder is None:
        return f"$AVS_WEIGHTS/{name}, AVS_WEIGHTS being a folder of yours"
    return f"{folder / name} (AVS_WEIGHTS is {folder})"


def _find_by_hand(weights: PublishedWeights, folder: Path) -> list[Path]:
    found = [folder / file for file in weights.weights if (folder / file).is_file()]
    lacking = [file for file in weights.files if not (folder / file).is_file()]
    if not found:
        lacking.insert(0, weights.weights[0])
    if lacking:
        source = f"https://huggingface.co/{weights.source}" if weights.on_hub else weights.source
        raise FileNotFoundError(
            f"{folder} lacks {', '.join(lacking)}: get what is missing from {source}, or remove "
            "the folder to have all downloaded"
        )
    return [found[0], *(folder / file for file in weights.files)]


def _find_on_hub(name: str, weights: PublishedWeights) -> list[Path]:
    alternatives = [weights.weights, *((file,) for file in weights.files)]
    paths = [_cached_or_downloaded(name, weights, files) for files in alternatives]
    if len({path.parent for path in paths}) > 1:
        # A download has found a newer revision than that of the files that were there.
        paths = [_cached_or_downloaded(name, weights, files) for files in alternatives]
    return paths


def _cached_or_downloaded(name: str, weights: PublishedWeights, files: tuple[str, ...]) -> Path:
    """Return the first of the files that is there; else download the first that the hub has."""
    try:
        from huggingface_hub import try_to_load_from_cache
        from huggingface_hub.errors import EntryNotFoundError
    except ImportError as error:
        raise ImportError(
            f"{name} has to be downloaded, for which the package huggingface_hub is missing: pip "
            f"install huggingface_hub, or get the files of https://huggingface.co/{weights.source} "
            f"elsewhere and put them into {_place(name)}"
        ) from error
    for file in files:
        found = try_to_load_from_cache(
            weights.source, file, cache_dir=_folder(), revision=weights.revision
        )
        if isinstance(found, str):  # and not the mark of a file that the hub does not have
            return Path(found)
    for file in files:
        try:
            return _download(name, weights, file)
        except EntryNotFoundError:
            continue
    raise FileNotFoundError(
        f"https://huggingface.co/{weights.source} has no {' or '.join(files)} any more; get all "
        f"files of {name} elsewhere and put them into {_place(name)}"
    )


def _download(name: str, weights: PublishedWeights, file: str) -> Path:
    """Let the hub's client download a file; it goes on by itself where a connection breaks.

    Raises:
        EntryNotFoundError: The hub has no such file.
        FileNotFoundError: It cannot be downloaded.
    """
    from huggingface_hub import hf_hub_download, hf_hub_url
    from huggingface_hub.errors import EntryNotFoundError, LocalEntryNotFoundError

    try:
        path = hf_hub_download(weights.source, file, revision=weights.revision, cache_dir=_folder())
    except Exception as error:  # the client and the network end in many ways
        # To the client, a missing network is an entry that is missing in the cache.
        if isinstance(error, EntryNotFoundError) and not isinstance(error, LocalEntryNotFoundError):
            raise
        url = hf_hub_url(weights.source, file, revision=weights.revision)
        beside = f", with {', '.join(weights.files)} from beside it," if weights.files else ""
        raise FileNotFoundError(
            f"{name} could not be downloaded ({_reason(error)}): try again with the network, or "
            f"get {url} elsewhere and put it{beside} into {_place(name)}"
        ) from error
    return Path(path)


def _reason(error: Exception) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0].rstrip(".:")


def _verify(name: str, weights: PublishedWeights, paths: list[Path]) -> None:
    """Compare the files with what is known of them, and record them if they are new."""
    lock = _lock_path(name)
    known = json.loads(lock.read_text(encoding="utf-8"))["files"] if lock.is_file() else {}
    came = {path.name: {"sha256": sha256_of(path), "bytes": path.stat().st_size} for path in paths}
    for path in paths:
        digest = came[path.name]["sha256"]
        if path == paths[0] and weights.sha256 not in (None, digest):
            raise ValueError(
                f"{path}: its sha256 is {digest}, but that of {name} is {weights.sha256}; remove "
                "the file and get it again"
            )
        _compare_with_hub(path)
        if path.name in known and known[path.name]["sha256"] != digest:
            raise ValueError(
                f"{path}: its sha256 is {digest}, but {known[path.name]['sha256']} came first; if "
                f"the new file is meant, remove {lock}"
            )
    if not came.keys() <= known.keys():
        _record(lock, weights, paths, known | came)


def _lock_path(name: str) -> Path:
    folder = _folder()
    if folder is None:
        from huggingface_hub import constants

        folder = Path(constants.HF_HOME) / "avs_mm"
    return folder / f"{name}.lock.json"


def _record(
    lock: Path, weights: PublishedWeights, paths: list[Path], files: Mapping[str, Any]
) -> None:
    snapshot = paths[0].parent  # .../snapshots/COMMIT in the hub's cache
    contents = {
        "source": weights.source,
        "revision": snapshot.name if snapshot.parent.name == "snapshots" else "put there by hand",
        "files": files,
    }
    lock.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(lock) as temporary:
        temporary.write_text(json.dumps(contents, indent=2) + "\n", encoding="utf-8")


def _compare_with_hub(path: Path) -> None:
    """Compare a file of the hub's cache with the checksum by which the hub names it there.

    It is the sha256 of a large file, and git's sha1 of a small one.
    """
    if not path.is_symlink():
        return
    stored = path.resolve()
    if re.fullmatch("[0-9a-f]{64}", stored.name):
        digest = sha256_of(stored)
    elif re.fullmatch("[0-9a-f]{40}", stored.name):
        content = stored.read_bytes()
        digest = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
    else:
        return
    if digest != stored.name:
        path.unlink()
        stored.unlink()
        raise ValueError(
            f"{path}: came damaged: its checksum is {digest}, the hub's is {stored.name}; it was "
            "removed, try again"
        )
