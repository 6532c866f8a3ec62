"""Where stores packed on the fly are kept: one for each combination of input files, told apart by path, size and time of change."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import warnings
from contextlib import contextmanager
from pathlib import Path

from . import _native
from ._progress import Progress

# Part of every key: stores of another layout or of other group names are not taken for these.
_LAYOUT = 1


def cache_dir() -> Path:
    """The directory of packed stores: ``$ATEMOYA_CACHE``, or ``atemoya`` in ``$XDG_CACHE_HOME`` (``~/.cache``).

    Everything in it can be deleted at any time; what is needed is packed again.
    """
    own = os.environ.get("ATEMOYA_CACHE")
    return Path(own) if own else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "atemoya"


def _fingerprint(path: str) -> list:
    status = os.stat(path)
    return [os.path.realpath(path), status.st_size, status.st_mtime_ns]


def _key(fasta, chrom_sizes, groups) -> str:
    files = [fasta, chrom_sizes, *(path for _, paths in groups for path in paths)]
    described = {
        "layout": _LAYOUT,
        "files": [path and _fingerprint(path) for path in files],
        "groups": [[name, len(paths)] for name, paths in groups],
    }
    return hashlib.sha256(json.dumps(described).encode()).hexdigest()[:24]


@contextmanager
def _locked(path: Path):
    """Waits until no other process packs the same store."""
    with open(path, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def cached_store(fasta, signals, controls, *, directory=None, verbose=False) -> _native.Store:
    """Opens the store of these files, which is packed when there is none yet.

    Parameters
    ----------
    fasta : str or None
        The genome.
    signals, controls : list of list of str
        The files of each group.
    """
    directory = Path(directory) if directory is not None else cache_dir()
    signal_groups = [(f"signal{i}", paths) for i, paths in enumerate(signals)]
    control_groups = [(f"control{i}", paths) for i, paths in enumerate(controls)]
    key = _key(fasta, None, signal_groups + control_groups)
    first = fasta if fasta is not None else (signals + controls)[0][0]
    store = directory / f"{Path(first).name.split('.')[0]}-{key}.atemoya"
    if not store.exists():
        directory.mkdir(parents=True, exist_ok=True)
        with _locked(directory / f".{key}.lock"):
            # Another process may have packed it meanwhile.
            if not store.exists():
                with Progress(verbose) as show:
                    said = _native.pack(
                        store,
                        fasta=fasta,
                        chrom_sizes=None,
                        signals=signal_groups,
                        controls=control_groups,
                        contigs=None,
                        tile_log2=12,
                        replace=False,
                        show=show,
                    )
                for message in said:
                    # That tracks have more contigs than the genome concerns nobody.
                    if not message.endswith("ignored"):
                        warnings.warn(message, stacklevel=4)
    return _native.Store(store)
