"""Where stores packed on the fly are kept: one for each combination of input files, told apart by path, size and time of change."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from contextlib import contextmanager
from pathlib import Path

from . import _native
from ._native import StoreError
from ._paths import local_path
from ._progress import Progress

# Part of every key: stores of another layout or of other group names are not taken for these.
_LAYOUT = 2


def cache_dir() -> Path:
    """The directory of packed stores: ``$ATEMOYA_CACHE``, or ``atemoya`` in ``$XDG_CACHE_HOME`` (``~/.cache``).

    Everything in it can be deleted at any time; what is needed is packed again.
    """
    own = os.environ.get("ATEMOYA_CACHE")
    if own:
        return Path(local_path("ATEMOYA_CACHE", own))
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache").expanduser() / "atemoya"


def _fingerprint(path: str) -> list:
    status = os.stat(path)
    return [os.path.realpath(path), status.st_size, status.st_mtime_ns]


def _key(fasta, groups, alias, allow_empty) -> str:
    files = [fasta, *(path for _, paths in groups for path in paths)]
    described = {
        "layout": _LAYOUT,
        "files": [path and _fingerprint(path) for path in files],
        "groups": [[name, len(paths)] for name, paths in groups],
        "alias": _fingerprint(alias) if alias not in (None, "chr") else alias,
        "allow_empty": allow_empty,
    }
    return hashlib.sha256(json.dumps(described).encode()).hexdigest()[:24]


@contextmanager
def _locked(path: Path):
    """Waits until no other process packs the same store."""
    with open(path, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def _opened(path: Path) -> _native.Store | None:
    """The store, if there is a whole one."""
    try:
        return _native.Store(path)
    except (StoreError, FileNotFoundError):
        return None


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
    directory = Path(local_path("cache_dir", directory)) if directory is not None else cache_dir()
    groups = [[(f"{role}{i}", paths) for i, paths in enumerate(files)] for role, files in
              (("signal", signals), ("control", controls))]
    key = _key(fasta, groups[0] + groups[1], alias, allow_empty)
    first = fasta if fasta is not None else (signals + controls)[0][0]
    path = directory / f"{Path(first).name.split('.')[0][:40]}-{key}.atemoya"
    store = _opened(path)
    if store is not None:
        return store
    directory.mkdir(parents=True, exist_ok=True)
    with _locked(directory / f".{key}.lock"):
        # Another process may have packed it meanwhile.
        store = _opened(path)
        if store is None:
            # What is left of one that was cleaned up in part.
            _native.remove_damaged_store(path)
            _pack(path, fasta, groups, alias, allow_empty, verbose)
            store = _native.Store(path)
    return store


def _pack(path: Path, fasta, groups, alias, allow_empty: bool, verbose: bool) -> None:
    with Progress(verbose) as show:
        try:
            # What the inputs lack is said by each loader that is made on the store.
            _native.pack(
                path,
                fasta=fasta,
                chrom_sizes=None,
                signals=groups[0],
                controls=groups[1],
                contigs=None,
                alias=alias,
                allow_empty=allow_empty,
                tile_log2=12,
                replace=False,
                show=show,
            )
        except FileExistsError:
            return  # another process was faster after all
