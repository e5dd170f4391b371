"""Overrides of a config, by dotted keys: each is to name what is there, or what is read."""

import difflib
import inspect
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import mmengine.registry
from mmengine.registry import Registry
from mmengine.runner import Runner

__all__ = ["check_override_keys"]

RUNNER_KEYS = set(inspect.signature(Runner).parameters) - {"cfg"}
NEAR = 0.8  # of difflib: a letter wrong, left out or exchanged, in a name of five or more


def check_override_keys(
    overrides: Mapping[str, Any], config: Mapping[str, Any], path: str | Path
) -> None:
    """Refuse overrides that nothing would ever read, or that are near a name: mmengine takes any.

    A new key is taken if the constructor of its part of the config has an argument of that name, or
    if no name there is like it: then it is meant, and what is built refuses what it does not know.

    Args:
        config: Before it is overridden.
        path: Of the config.

    Raises:
        ValueError: A key begins with one that neither the config nor mmengine's runner has, looks
            like a misspelt one, or names no place in a list.
    """
    for key in overrides:
        first = key.split(".")[0]
        if first not in config and first not in RUNNER_KEYS:
            known = {*config, *RUNNER_KEYS}
            near = difflib.get_close_matches(first, known, n=1)
            advice = (
                f"did you mean {near[0]}?" if near else f"its keys are {', '.join(sorted(known))}"
            )
            raise ValueError(f"--cfg-options {key}: {path} has no key {first}; {advice}")
        _check_below(key, overrides, config, path)


def _check_below(
    key: str, overrides: Mapping[str, Any], config: Mapping[str, Any], path: str | Path
) -> None:
    level: Any = config
    parts = key.split(".")
    for depth, part in enumerate(parts):
        place = ".".join(parts[:depth])
        if isinstance(level, list):
            if not part.isdigit() or int(part) >= len(level):
                raise ValueError(
                    f"--cfg-options {key}: {place} of {path} is a list of {len(level)}, whose "
                    f"parts are {place}.0, {place}.1 ...; {part} is none of them"
                )
            level = level[int(part)]
        elif not isinstance(level, Mapping):
            return  # mmengine says what it is
        elif part in level:
            level = level[part]
        elif depth and not part.startswith("_"):  # _delete_
            near = _near_name(part, place, level, overrides, scope=config.get("default_scope"))
            if near:
                raise ValueError(
                    f"--cfg-options {key}: {place} of {path} has no key {part}; did you mean "
                    f"{near}? If not, write it into the config"
                )
            return
        else:
            return


def _near_name(
    part: str,
    place: str,
    level: Mapping[str, Any],
    overrides: Mapping[str, Any],
    *,
    scope: str | None,
) -> str | None:
    """Return the name that a new key of a part of the config is like; None of one that is taken."""
    kind = overrides.get(f"{place}.type", level.get("type"))
    arguments: set[str] = _arguments_of(kind, scope) if kind else set()
    there: set[str] = set() if overrides.get(f"{place}._delete_") else set(level)
    if part in arguments:
        return None
    return next(iter(difflib.get_close_matches(part, there | arguments, n=1, cutoff=NEAR)), None)


def _arguments_of(kind: Any, scope: str | None) -> set[str]:
    """Name the arguments of a type in whichever registry; those of its bases, if it passes them."""
    names: set[str] = set()
    for built in _found(kind, scope) if isinstance(kind, str) else [kind]:
        for owner in inspect.getmro(built) if inspect.isclass(built) else (built,):
            function = vars(owner).get("__init__") if inspect.isclass(owner) else owner
            if not inspect.isfunction(function):
                continue
            parameters = inspect.signature(function).parameters.values()
            names |= {
                one.name
                for one in parameters
                if one.kind not in (one.VAR_KEYWORD, one.VAR_POSITIONAL)
            }
            if all(one.kind is not one.VAR_KEYWORD for one in parameters):
                break
    return names - {"self"}


def _found(kind: str, scope: str | None) -> list[Any]:
    found: list[Any] = []
    for registry in vars(mmengine.registry).values():
        for name in (kind, f"{scope}.{kind}") if isinstance(registry, Registry) else ():
            with suppress(Exception):  # whoever builds it says what is wrong with the name
                found.append(registry.get(name))
    return [built for built in found if built is not None]
