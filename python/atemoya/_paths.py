"""Paths as users give them: of local files, with ``~`` for the home directory."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

Pathlike = str | os.PathLike[str]

# The beginning of a URL, ``https://`` or ``s3://`` say; and ``file:/``, which means a local file.
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://|file:/", re.IGNORECASE)


def is_path(value: object) -> bool:
    """Returns whether it is a path."""
    return isinstance(value, (str, os.PathLike))


def local_path(name: str, value: Pathlike) -> str:
    """Returns the path that is given for the parameter ``name``."""
    if not is_path(value):
        raise TypeError(f"{name} must be a path, not {type(value).__name__}")
    path = os.fsdecode(value)
    if scheme := _SCHEME.match(path):
        if scheme[0].lower().startswith("file:"):
            advice = "takes names of local files: leave out the file: in front"
        else:
            advice = "reads and writes local files only: download it first"
        raise ValueError(f"{name}: {path!r} is a URL, but atemoya {advice}")
    return os.path.expanduser(path)


def path_list(name: str, value: Pathlike | Iterable[Pathlike]) -> list[str]:
    """Returns the paths that are given for the parameter ``name``, one or several."""
    if is_path(value):
        return [local_path(name, value)]  # type: ignore[arg-type]
    if hasattr(value, "columns") or not isinstance(value, Iterable):
        raise _not_paths(name, value)
    paths = list(value)
    for entry in paths:
        if not is_path(entry):
            raise _not_paths(name, entry)
    return [local_path(name, path) for path in paths]


def _not_paths(name: str, value: object) -> TypeError:
    loci = name in ("peaks", "negatives", "exclusion_lists")
    remedy = ": write a BED file, or use PeakGenerator, which takes tables and rows" if loci else ""
    return TypeError(f"{name} must be a path or a list of paths, not {type(value).__name__}{remedy}")
