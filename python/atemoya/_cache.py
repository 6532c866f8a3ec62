"""Stores packed on the fly: the one for some files, and the cache that they are kept in."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from . import _native
from ._options import flag, number
from ._paths import Pathlike, local_path
from ._progress import Progress


@dataclass(frozen=True)
class CacheEntry:
    """A store of the cache.

    Attributes
    ----------
    path : Path
        Where it is.
    bytes : int
        The sizes of its files.
    last_use : datetime
        When it was opened last.
    in_use : bool
        Whether a process uses it. Where the file system has no locks, whether it was opened within
        30 days.
    inputs : list of Path
        The files that it was packed of, the genome first.
    misses_inputs : bool
        Whether some of these are gone.
    damage : str or None
        Why it cannot be opened, if it cannot.
    kept : str or None
        Of what :func:`prune_cache` returns, why it was not removed.
    """

    path: Path
    bytes: int
    last_use: datetime
    in_use: bool
    inputs: list[Path]
    misses_inputs: bool
    damage: str | None
    kept: str | None = None


def cache_dir() -> Path:
    """Returns where packed stores are kept: ``$ATEMOYA_CACHE``, or ``atemoya`` in ``$XDG_CACHE_HOME``.

    Without either it is ``~/.cache/atemoya``.

    Everything in it can be deleted at any time; what is needed is packed again.
    """
    if own := os.environ.get("ATEMOYA_CACHE"):
        local_path("ATEMOYA_CACHE", own)
    return Path(_native.cache_directory())


def cache_entries(directory: Pathlike | None = None) -> list[CacheEntry]:
    """The stores that were packed on the fly, those that were used last first.

    Parameters
    ----------
    directory : path, optional
        The ``cache_dir`` of a loader; :func:`cache_dir` by default.
    """
    return [_entry(told) for told in _native.cache_entries(_directory("directory", directory))]


def prune_cache(
    directory: Pathlike | None = None,
    *,
    older_than: timedelta | float | None = None,
    max_size: int | str | None = None,
    missing_inputs: bool = False,
    everything: bool = False,
    dry_run: bool = False,
) -> list[CacheEntry]:
    """Removes stores that were packed on the fly. What is needed is packed again.

    No store is removed that is in use, and no directory that holds anything beside a store.

    Parameters
    ----------
    directory : path, optional
        The ``cache_dir`` of a loader; :func:`cache_dir` by default.
    older_than : timedelta or float, optional
        Removes what was not used for so long, in days if it is a number.
    max_size : int or str, optional
        Removes what was used the longest ago, until the rest takes no more: bytes, or a text like
        ``"200G"``.
    missing_inputs : bool
        Whether stores are removed whose input files are gone.
    everything : bool
        Whether all are removed.
    dry_run : bool
        Whether nothing is removed, and only told what would be.

    Returns
    -------
    list of CacheEntry
        What was to be removed; where ``kept`` is not None, that says why it is still there.

    Raises
    ------
    ValueError
        If nothing says what is to be removed.
    """
    missing_inputs, everything = flag("missing_inputs", missing_inputs), flag("everything", everything)
    if older_than is None and max_size is None and not missing_inputs and not everything:
        raise ValueError("say what is to be removed: older_than, max_size, missing_inputs or everything")
    if older_than is not None and not isinstance(older_than, timedelta):
        older_than = timedelta(days=number("older_than", older_than) or 0)
    if older_than is not None and older_than < timedelta():
        raise ValueError(f"older_than must not be negative, got {older_than}")
    told = _native.prune_cache(
        _directory("directory", directory),
        older_than=older_than,
        missing_inputs=missing_inputs,
        all=everything,
        max_bytes=None if max_size is None else _native.parse_size(str(max_size)),
        dry_run=flag("dry_run", dry_run),
    )
    return [_entry(entry) for entry in told]


def _entry(told: tuple[Any, ...]) -> CacheEntry:
    path, size, last_use, *others = told
    return CacheEntry(path, size, datetime.fromtimestamp(last_use), *others)


def _directory(name: str, directory: Pathlike | None) -> str:
    return str(cache_dir()) if directory is None else local_path(name, directory)


def cached_store(
    fasta, signals, controls, *, alias=None, allow_empty=False, directory=None, verbose=False
) -> _native.Store:
    """Opens the store of these files, which is packed when there is none yet.

    Parameters
    ----------
    fasta : str or None
        The genome.
    signals, controls : list of list of str
        The files of each group.
    alias, allow_empty
        As :func:`pack` has them.
    """
    directory = _directory("cache_dir", directory)
    groups = [[(f"{role}{i}", paths) for i, paths in enumerate(files)] for role, files in
              (("signal", signals), ("control", controls))]
    try:
        with Progress(verbose) as show:
            # What the inputs lack is said by each loader that is made on the store.
            return _native.cached(
                directory,
                fasta=fasta,
                signals=groups[0],
                controls=groups[1],
                alias=alias,
                allow_empty=allow_empty,
                show=show,
            )
    except OSError as error:
        inputs = [fasta, alias, *(path for files in signals + controls for path in files)]
        raise error if error.filename is None or error.filename in inputs else _of_the_cache(error, directory) from None


def _of_the_cache(error: OSError, directory: str) -> OSError:
    """The error, with what to do where it is the cache that cannot be written."""
    where, cache = Path(error.filename).absolute(), Path(directory).absolute()
    if error.errno is None or not (where.is_relative_to(cache) or cache.is_relative_to(where)):
        return error
    remedy = (
        f"the cache of packed files cannot be used ({error.strerror}): give another directory by cache_dir= or the "
        "environment's ATEMOYA_CACHE, or make room with prune_cache()"
    )
    return type(error)(error.errno, remedy, error.filename)
