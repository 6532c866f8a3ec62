"""The cache of stores that loaders pack from files."""

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
    """A store of the cache, as :func:`cache_entries` and :func:`prune_cache` return it.

    Attributes
    ----------
    path : Path
        The store.
    bytes : int
        The total size of its files.
    last_use : datetime
        The time at which it was last opened.
    in_use : bool
        Whether a process uses it. On a file system without locks, whether it was opened within the
        last 30 days.
    inputs : list of Path
        The files that it was packed from, the genome first.
    misses_inputs : bool
        Whether some of these are gone.
    damage : str or None
        Why it cannot be opened; None if it can.
    kept : str, optional
        In the result of :func:`prune_cache`, why it was not removed; None if it was.

    Examples
    --------
    >>> import atemoya
    >>> for entry in atemoya.cache_entries("cache"):
    ...     print(entry.path.name, entry.bytes, entry.last_use, *entry.inputs)
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
    """Returns the directory of packed stores.

    It is ``$ATEMOYA_CACHE``, else ``$XDG_CACHE_HOME/atemoya``, else ``~/.cache/atemoya``.
    Everything in it can be deleted at any time: a store that is needed is packed again.

    Returns
    -------
    Path
        The directory, which need not exist.

    Raises
    ------
    ValueError
        If ``$ATEMOYA_CACHE`` is a URL.

    Examples
    --------
    >>> import atemoya, os
    >>> os.environ["ATEMOYA_CACHE"] = "cache"
    >>> atemoya.cache_dir()
    PosixPath('cache')
    """
    if own := os.environ.get("ATEMOYA_CACHE"):
        local_path("ATEMOYA_CACHE", own)
    return Path(_native.cache_directory())


def cache_entries(directory: Pathlike | None = None) -> list[CacheEntry]:
    """Returns the stores of the cache, the last used first.

    Parameters
    ----------
    directory : path, optional
        The directory of the cache, the ``cache_dir`` of a loader. None, the default, is
        :func:`cache_dir`.

    Returns
    -------
    list of CacheEntry
        The stores; none if the directory does not exist.

    Raises
    ------
    OSError
        If the directory cannot be read.

    Examples
    --------
    >>> import atemoya
    >>> atemoya.cache_entries("cache")
    []
    """
    return [_entry(fields) for fields in _native.cache_entries(_directory("directory", directory))]


def prune_cache(
    directory: Pathlike | None = None,
    *,
    older_than: timedelta | float | None = None,
    max_size: int | str | None = None,
    missing_inputs: bool = False,
    everything: bool = False,
    dry_run: bool = False,
) -> list[CacheEntry]:
    """Removes stores from the cache. A store that is needed is packed again.

    It removes no store that is in use, and no directory that holds anything beside a store.

    Parameters
    ----------
    directory : path, optional
        The directory of the cache, the ``cache_dir`` of a loader. None, the default, is
        :func:`cache_dir`.
    older_than : timedelta or float, optional
        Removes stores that were not used for this long; a number counts days. None, the default,
        does not ask for age.
    max_size : int or str, optional
        Removes the least recently used stores until the others take at most this much: bytes, or a
        text like ``"200G"``. None, the default, does not ask for size.
    missing_inputs : bool, default False
        Whether to remove stores whose input files are gone.
    everything : bool, default False
        Whether to remove all.
    dry_run : bool, default False
        Whether to remove nothing, and only return what would be removed.

    Returns
    -------
    list of CacheEntry
        The stores that were to be removed. If ``kept`` is not None, it says why that one is left.

    Raises
    ------
    ValueError
        If none of the parameters says what to remove, or one is out of range.
    OSError
        If a store cannot be removed.

    Examples
    --------
    >>> import atemoya
    >>> atemoya.prune_cache("cache", older_than=90, max_size="200G", dry_run=True)
    []
    """
    missing_inputs, everything = flag("missing_inputs", missing_inputs), flag("everything", everything)
    if older_than is None and max_size is None and not missing_inputs and not everything:
        raise ValueError("say what is to be removed: older_than, max_size, missing_inputs or everything")
    if older_than is not None and not isinstance(older_than, timedelta):
        older_than = timedelta(days=number("older_than", older_than) or 0)
    if older_than is not None and older_than < timedelta():
        raise ValueError(f"older_than must be non-negative, got {older_than}")
    pruned = _native.prune_cache(
        _directory("directory", directory),
        older_than=older_than,
        missing_inputs=missing_inputs,
        all=everything,
        max_bytes=None if max_size is None else _native.parse_size(str(max_size)),
        dry_run=flag("dry_run", dry_run),
    )
    return [_entry(fields) for fields in pruned]


def _entry(fields: tuple[Any, ...]) -> CacheEntry:
    path, size, last_use, *others = fields
    return CacheEntry(path, size, datetime.fromtimestamp(last_use), *others)


def _directory(name: str, directory: Pathlike | None) -> str:
    return str(cache_dir()) if directory is None else local_path(name, directory)


def cached_store(
    fasta, signals, controls, *, alias=None, allow_empty=False, directory=None, verbose=False
) -> _native.Store:
    """Opens the store of these files, and packs it first if the cache has none.

    Parameters
    ----------
    fasta : str or None
        The genome.
    signals, controls : list of list of str
        The files of each group.
    alias, allow_empty
        As for :func:`pack`.
    """
    directory = _directory("cache_dir", directory)
    groups = [[(f"{role}{i}", paths) for i, paths in enumerate(files)] for role, files in
              (("signal", signals), ("control", controls))]
    try:
        with Progress(verbose) as show:
            # Each loader on the store warns of what the inputs lack.
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
        raise error if error.filename is None or error.filename in inputs else _with_remedy(error, directory) from None


def _with_remedy(error: OSError, directory: str) -> OSError:
    """Returns the error, with a remedy if it is about the cache itself."""
    where, cache = Path(error.filename).absolute(), Path(directory).absolute()
    if error.errno is None or not (where.is_relative_to(cache) or cache.is_relative_to(where)):
        return error
    remedy = (
        f"the cache of packed files cannot be used ({error.strerror}): give another directory by cache_dir= or the "
        "environment variable ATEMOYA_CACHE, or make room with prune_cache()"
    )
    return type(error)(error.errno, remedy, error.filename)
