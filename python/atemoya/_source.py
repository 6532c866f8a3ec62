"""Where sequence and tracks come from: a store, arrays of whole contigs, or columns of either."""

from __future__ import annotations

import os
import warnings
from dataclasses import dataclass

import numpy

from . import _native
from ._cache import cached_store
from ._groups import check_groups, cut, normalize_signal_groups
from ._options import group_names
from ._store import Store


@dataclass
class Column:
    """Signals or controls: channels in groups.

    Attributes
    ----------
    sizes : list of int
        Channels of each group.
    files : list of list of str, or None
        The files of each group, where they are to be packed.
    arrays : list of dict, or None
        The contigs' arrays of each channel.
    names : list of str, or None
        The store's groups, where the column is the store's.
    """

    sizes: list[int]
    files: list[list[str]] | None = None
    arrays: list[dict] | None = None
    names: list[str] | None = None

    def group_names(self) -> list[str]:
        """What its groups are called where counts are taken of some: those of arrays by their numbers."""
        return self.names if self.names is not None else [f"signal{i}" for i in range(len(self.sizes))]


@dataclass
class Source:
    """What examples are read from, by which it can be opened again in another process."""

    store: str | None
    checksum: str | None
    sequences: dict | None
    signals: Column
    controls: Column

    def open(self) -> _native.Genome:
        """Opens the store, which must be the same as before, and takes the arrays."""
        if self.store is not None and not os.path.exists(self.store):
            raise FileNotFoundError(
                f"{self.store} is not there any more: make the loader anew from its files, which are packed again"
            )
        store = None if self.store is None else _native.Store(self.store)
        if store is not None and store.checksum != self.checksum:
            raise ValueError(f"{self.store} is not the store that this was made with")
        if self.sequences is None:
            genome = _native.Genome.of_store(store)
        else:
            sequences = [(contig, numpy.asarray(array)[None]) for contig, array in self.sequences.items()]
            genome = _native.Genome.of_arrays(sequences, store)
        for column, add in ((self.signals, genome.with_signals), (self.controls, None)):
            if column.arrays is not None:
                add = add or genome.with_controls
                channels = [
                    [(contig, numpy.asarray(array)[None, None]) for contig, array in channel.items()]
                    for channel in column.arrays
                ]
                genome = add(channels, column.sizes)
        return genome


def from_inputs(sequences, signals, controls, signal_groups, control_groups, *, cache_dir, verbose) -> Source:
    """Takes files, which are packed unless they were before, and arrays as they are."""
    if sequences is None or signals is None:
        missing = "sequences" if sequences is None else "signals"
        raise TypeError(f"PeakGenerator needs {missing}, or a store")
    columns = [_column(signals, signal_groups, "signal"), _column(controls, control_groups, "control")]
    if not columns[0].sizes:
        raise ValueError("signals is an empty list")
    fasta = arrays = None
    if isinstance(sequences, (str, os.PathLike)):
        fasta = os.fspath(sequences)
        if "://" in fasta:
            raise ValueError(f"sequences: {fasta} is a URL, but files are read from local paths only; download it")
    elif isinstance(sequences, dict):
        arrays = _arrays("sequences", sequences, 2)
    else:
        raise TypeError(f"sequences must be the path of a FASTA file or a dictionary; got {type(sequences).__name__!r}")
    store = checksum = None
    if fasta is not None or any(column.files for column in columns):
        groups = [column.files or [] for column in columns]
        opened = cached_store(fasta, *groups, directory=cache_dir, verbose=verbose)
        store, checksum = os.path.abspath(opened.path), opened.checksum
    for column, label in zip(columns, ("signal", "control")):
        if store is not None and column.files is not None:
            column.names = [f"{label}{i}" for i in range(len(column.files))]
    return Source(store, checksum, arrays, *columns)


def from_store(store, sequences, signals, controls, signal_groups, control_groups) -> Source:
    """Takes a store of the user's, and the names of its groups."""
    if sequences is not None:
        raise TypeError("sequences are those of the store: leave them out")
    store = store if isinstance(store, Store) else Store(store)
    columns = []
    for known, wanted, explicit, label in (
        (store.signals, signals, signal_groups, "signal"),
        (store.controls, controls, control_groups, "control"),
    ):
        wanted = group_names(label, wanted, known)
        sizes = [len(known[name]) for name in wanted]
        if explicit is not None and list(explicit) != sizes:
            raise ValueError(f"{label}_groups={list(explicit)} disagrees with the store's groups, {sizes}")
        columns.append(Column(sizes, names=wanted))
    return Source(os.path.abspath(store.path), store.checksum, None, *columns)


def warn_of_missing(source: Source, genome: _native.Genome, chroms: list[str] | None) -> None:
    """Says which contigs some arrays lack, where they are read as zeros."""
    used = [contig for contig, _ in genome.contigs() if chroms is None or contig in chroms]
    for column, label in ((source.signals, "signal"), (source.controls, "control")):
        for number, channel in enumerate(column.arrays or []):
            missing = [contig for contig in used if contig not in channel]
            if missing:
                warnings.warn(f"{label} {number} lacks {', '.join(missing)}: zeros", stacklevel=4)


def _column(spec, explicit, label: str) -> Column:
    if spec is None:
        # Whatever the groups of nothing are.
        return Column([], files=[])
    if isinstance(spec, (list, tuple)) and len(spec) > 0 and isinstance(spec[0], dict):
        sizes = [1] * len(spec)
        if explicit is not None:
            check_groups(explicit, label=f"{label}_groups")
            sizes = list(explicit)
        if sum(sizes) != len(spec):
            raise ValueError(
                f"{label}_groups sum ({sum(sizes)}) does not match number of {label} channels ({len(spec)})"
            )
        return Column(sizes, arrays=[_arrays(f"{label}s", channel, 1) for channel in spec])
    if isinstance(spec, (list, tuple)):
        spec = [_text(entry) for entry in spec]
    files, sizes = normalize_signal_groups(spec)
    for file in files or []:
        if "://" in file:
            raise ValueError(f"{label}s: {file} is a URL, but bigWig files are read from local paths only; download it")
    if explicit is not None:
        check_groups(explicit, label=f"{label}_groups")
        if list(explicit) != sizes:
            raise ValueError(
                f"{label}_groups={list(explicit)} disagrees with the grouping inferred from {label}={sizes}"
            )
    return Column(sizes, files=cut(files or [], sizes))


def _text(entry):
    """Paths as strings."""
    if isinstance(entry, os.PathLike):
        return os.fspath(entry)
    return [_text(file) for file in entry] if isinstance(entry, (list, tuple)) else entry


def _arrays(label: str, contigs, ndim: int) -> dict:
    if not isinstance(contigs, dict):
        raise TypeError(f"{label} must be all dictionaries, or none; got {type(contigs).__name__!r}")
    for contig, array in contigs.items():
        if not isinstance(array, numpy.ndarray):
            raise ValueError(f"{label}: {contig} must be a numpy array, not {type(array).__name__}")
        if array.ndim != ndim:
            shape = "(4, length)" if ndim == 2 else "(length,)"
            raise ValueError(f"{label}: {contig} must have the shape {shape}, not {array.shape}")
    return {str(contig): native_order(array) for contig, array in contigs.items()}


def native_order(array: numpy.ndarray) -> numpy.ndarray:
    """The array itself, or where its bytes are in the other order a copy in the machine's."""
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))
