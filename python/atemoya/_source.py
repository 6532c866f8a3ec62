"""Where sequence and tracks come from: a store, arrays of whole contigs, or both."""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy

from . import _native
from ._cache import cached_store
from ._contig_arrays import contig_arrays, maps_contigs
from ._groups import check_groups, cut, normalize_signal_groups
from ._options import group_names, some
from ._paths import is_path, local_path
from ._store import Store
from ._warnings import warn


@dataclass
class Column:
    """Signals or controls, in channel groups.

    Attributes
    ----------
    sizes : list of int
        The number of channels of each group.
    files : list of list of str, or None
        The files of each group, if they are to be packed.
    arrays : list of dict, or None
        For each channel, the arrays of its contigs.
    names : list of str, or None
        The names of the groups, if they are a store's.
    """

    sizes: list[int]
    files: list[list[str]] | None = None
    arrays: list[dict] | None = None
    names: list[str] | None = None

    def group_names(self) -> list[str]:
        """Returns the names of its groups for ``counts_tracks``; groups of arrays are numbered."""
        return self.names if self.names is not None else [f"signal{i}" for i in range(len(self.sizes))]


@dataclass
class Source:
    """What examples are read from. Another process can open it again."""

    store: str | None
    checksum: str | None
    sequences: dict | None
    signals: Column
    controls: Column

    def open(self) -> _native.Genome:
        """Opens the store, which must be unchanged, and adds the arrays."""
        if self.store is not None and not os.path.exists(self.store):
            raise FileNotFoundError(
                f"{self.store} does not exist any more: make the loader anew, which packs its files again"
            )
        if self.store is not None:
            # A store of the cache is not removed while this process lives.
            _native.use_cached(self.store)
        store = None if self.store is None else _native.Store(self.store)
        if store is not None and store.checksum != self.checksum:
            raise ValueError(f"{self.store} was replaced since the loader was made: make the loader anew")
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


def from_inputs(
    sequences, signals, controls, signal_groups, control_groups, *, alias, allow_empty, cache_dir, verbose
) -> Source:
    """Returns a source of arrays and of files. Packs the files if the cache does not have them."""
    columns = [_column(signals, signal_groups, "signal"), _column(controls, control_groups, "control")]
    if not columns[0].sizes:
        raise ValueError("signals is an empty list")
    fasta = arrays = None
    if is_path(sequences):
        fasta = local_path("sequences", sequences)
    else:
        arrays = contig_arrays("sequences", sequences, 2)
    store = checksum = None
    if fasta is not None or any(column.files for column in columns):
        groups = [column.files or [] for column in columns]
        alias = None if alias is None else local_path("alias", alias)
        opened = cached_store(
            fasta, *groups, alias=alias, allow_empty=allow_empty, directory=cache_dir, verbose=verbose
        )
        store, checksum = os.path.abspath(opened.path), opened.checksum
    for column, label in zip(columns, ("signal", "control")):
        if store is not None and column.files is not None:
            column.names = [f"{label}{i}" for i in range(len(column.files))]
    return Source(store, checksum, arrays, *columns)


def from_store(store: Store, sequences, signals, controls, signal_groups, control_groups) -> Source:
    """Returns a source of groups of a store."""
    if sequences is not None:
        raise TypeError("sequences come from the store: leave out sequences=, or store=")
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


def check_arrays(source: Source, genome: _native.Genome, chroms: list[str] | None, allow_empty: bool) -> None:
    """Warns of contigs that arrays lack, which are read as zeros.

    Raises ValueError for a track that has no contig of the genome, unless ``allow_empty``. Of what
    the files of a store lack, the native data set warns.
    """
    known = [contig for contig, _ in genome.contigs()]
    used = [contig for contig in known if chroms is None or contig in chroms]
    for column, label in ((source.signals, "signal"), (source.controls, "control")):
        for number, channel in enumerate(column.arrays or []):
            if not allow_empty and not set(channel) & set(known):
                raise ValueError(
                    f"{label}s[{number}] has no contig of the genome: it has {some(channel)}, and the genome has "
                    f"{some(known)}; rename its contigs, or pass allow_empty=True to read zeros"
                )
            missing = [contig for contig in used if contig not in channel]
            if missing:
                warn(f"{label}s[{number}] lacks {some(missing)}, where it reads as zero")
            _warn_of_lengths(f"{label}s[{number}]", channel, genome, used)


def _warn_of_lengths(name: str, channel: dict, genome: _native.Genome, used: list[str]) -> None:
    """Warns of arrays of a track that are not as long as the genome's contigs."""
    other = [contig for contig, length in genome.contigs() if contig in channel and channel[contig].shape[-1] != length]
    other = [contig for contig in other if contig in used]
    if other:
        warn(f"{name} has other lengths of {some(other)} than the genome: it reads as zero past its ends")


def _column(spec, explicit, label: str) -> Column:
    if spec is None:
        # Ignores groups that are given for no tracks.
        return Column([], files=[])
    if is_path(spec) or maps_contigs(spec):
        what = "a path" if is_path(spec) else "the arrays of one track"
        raise TypeError(f"{label}s must be a list, and this is {what}: pass {label}s=[...]")
    if not isinstance(spec, (list, tuple)):
        raise TypeError(f"{label}s must be a list of paths, or of dictionaries of arrays, not {type(spec).__name__}")
    mapped = [maps_contigs(entry) for entry in spec]
    if any(mapped) and not all(mapped):
        raise TypeError(
            f"{label}s mixes files with dictionaries of arrays: give one kind for all {label}s (sequences, signals and "
            "controls may differ)"
        )
    if any(mapped):
        sizes = [1] * len(spec)
        if explicit is not None:
            check_groups(explicit, label=f"{label}_groups")
            sizes = list(explicit)
        if sum(sizes) != len(spec):
            raise ValueError(
                f"{label}_groups sum ({sum(sizes)}) does not match number of {label} channels ({len(spec)})"
            )
        arrays = [contig_arrays(f"{label}s[{number}]", channel, 1) for number, channel in enumerate(spec)]
        return Column(sizes, arrays=arrays)
    files, sizes = normalize_signal_groups([_text(f"{label}s", entry) for entry in spec])
    if explicit is not None:
        check_groups(explicit, label=f"{label}_groups")
        if list(explicit) != sizes:
            raise ValueError(
                f"{label}_groups={list(explicit)} disagrees with the grouping inferred from {label}={sizes}"
            )
    return Column(sizes, files=cut(files or [], sizes))


def _text(name: str, entry):
    """Returns a path, or the paths of a group, as strings."""
    if isinstance(entry, (list, tuple)):
        return [_text(name, file) for file in entry]
    return local_path(name, entry)
