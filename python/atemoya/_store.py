"""``Store``: what is in a store, and its windows as numpy arrays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy
from numpy.typing import DTypeLike, NDArray

from . import _native
from ._options import flag, flags, known_name, known_names, names, whole
from ._paths import Pathlike, local_path
from ._progress import Progress

# One integer, or several.
_Integers = int | numpy.integer[Any] | Sequence[int] | NDArray[numpy.integer[Any]]
# One contig or several, by names or by numbers.
_Contigs = str | Sequence[str] | Sequence[str | int] | NDArray[numpy.str_] | _Integers
_Flags = bool | Sequence[bool] | NDArray[numpy.bool_]
# "+", "-" or ".", for all windows or for each.
_Strands = str | Sequence[str] | NDArray[numpy.str_]


def _integers(name: str, values: Any) -> NDArray[numpy.int64]:
    """Returns one integer, or several, as an array of one dimension."""
    array = numpy.atleast_1d(numpy.asarray(values))
    if array.ndim > 1:
        raise ValueError(f"{name} must have one dimension, not {array.ndim}")
    if array.size and array.dtype.kind not in "iu":
        raise TypeError(f"{name} must be integers, not {array.dtype}")
    if array.dtype == numpy.uint64 and array.size and array.max() >= 2**63:
        raise ValueError(f"{name} is too large for a position in a genome: {array.max()}")
    return numpy.ascontiguousarray(array, dtype=numpy.int64)


def _reversed(reverse_complement: Any, strand: Any) -> NDArray[numpy.bool_] | None:
    """Returns which windows are reverse-complemented, by either argument."""
    if strand is None:
        return None if reverse_complement is None else flags("reverse_complement", reverse_complement)
    if reverse_complement is not None:
        raise TypeError("give either reverse_complement or strand, not both: strand='-' reverse-complements a window")
    strands = numpy.asarray(strand)
    for value in numpy.atleast_1d(strands).ravel().tolist():
        if value not in ("+", "-", "."):
            raise ValueError(f"strand must be '+', '-' or '.', which reads forward as '+' does, not {value!r}")
    return numpy.asarray(strands == "-", dtype=bool)


def _each(name: str, values: NDArray[Any], count: int) -> NDArray[Any]:
    """Returns a value for each window, from one for each or one for all."""
    if values.shape not in ((), (1,), (count,)):
        raise ValueError(f"{name} must be one value, or one for each of {count} windows, not of shape {values.shape}")
    return numpy.ascontiguousarray(numpy.broadcast_to(values, (count,)))


class Store:
    """An open store.

    Opening takes milliseconds at any size. It checks the manifest and, for each data file, its
    length, its header and its table of contigs. It does not read bases and values. A damaged byte
    of these is a ``StoreError`` when it is read, or a wrong value in a batch. :meth:`verify` reads
    all of them, and ``verify(once=True)`` does so once on each machine. All processes of a machine
    share the data, by memory maps.

    Parameters
    ----------
    path : path
        The directory that :func:`pack` or the command ``atemoya pack`` has made.

    Raises
    ------
    StoreError
        If it is not a store, or is damaged.
    """

    def __init__(self, path: Pathlike) -> None:
        self._native = _native.Store(local_path("store", path))
        self._ids = {name: number for number, (name, _) in enumerate(self._native.contigs())}
        self._gatherers: dict[Any, _native.Gatherer] = {}

    @property
    def path(self) -> Path:
        """The directory of the store."""
        return Path(self._native.path)

    @property
    def checksum(self) -> str:
        """The checksum of its manifest, which has the checksums of all data files."""
        return self._native.checksum

    @property
    def contigs(self) -> dict[str, int]:
        """The names of the contigs and their lengths in bases, in the order of their numbers."""
        return dict(self._native.contigs())

    @property
    def signals(self) -> dict[str, list[str]]:
        """The signal groups, and the names of the tracks of each."""
        return {name: tracks for name, control, tracks in self._native.groups() if not control}

    @property
    def controls(self) -> dict[str, list[str]]:
        """The control groups, and the names of the tracks of each."""
        return {name: tracks for name, control, tracks in self._native.groups() if control}

    @property
    def has_sequence(self) -> bool:
        """Whether the store has a genome."""
        return self._native.has_sequence

    def warnings(self, groups: Sequence[str] | None = None, contigs: Sequence[str] | None = None) -> list[str]:
        """Returns warnings about zeros in the store that were not measured.

        They are about contigs that a file lacks or has with another length, and about empty files.

        Parameters
        ----------
        groups, contigs : list of str, optional
            The groups and contigs in question; all by default.

        Returns
        -------
        list of str
            A sentence for each.

        Raises
        ------
        KeyError
            If the store lacks a group or a contig.
        """
        known = [*self.signals, *self.controls]
        return self._native.warnings(
            None if groups is None else known_names("group", "groups", groups, known),
            None if contigs is None else known_names("contig", "contigs", contigs, self.contigs),
        )

    @property
    def loci(self) -> list[str]:
        """The names of the locus indices."""
        return self._native.indices()

    def verify(self, verbose: bool = False, *, once: bool = False, cache_dir: Pathlike | None = None) -> None:
        """Checks every byte: checksums, tiles and loci. Raises ``StoreError`` for the first error.

        Parameters
        ----------
        verbose : bool
            Whether to show progress.
        once : bool
            Whether to skip the check if it has passed on this machine before, and no data file has
            changed since (inode, length and times). Locus indices are not read then: each loader
            compares the one that it uses with its checksum.
        cache_dir : path, optional
            Where that is recorded, below ``verified``; :func:`cache_dir` by default.
        """
        once = flag("once", once)
        with Progress(flag("verbose", verbose)) as show:
            if once:
                self._native.verify_once(None if cache_dir is None else local_path("cache_dir", cache_dir), show)
            else:
                self._native.verify(show)

    def sequence(
        self,
        contigs: _Contigs,
        starts: _Integers,
        width: int,
        *,
        reverse_complement: _Flags | None = None,
        strand: _Strands | None = None,
        dtype: DTypeLike = "int8",
        out: NDArray[Any] | None = None,
    ) -> NDArray[Any]:
        """Gathers one-hot sequence of windows, ``(n, 4, width)``.

        Channels are A, C, G and T. Any other letter is 0 in all of them.

        Parameters
        ----------
        contigs : str, list of str, or array of int
            The contig of each window, by name or number, or one for all windows.
        starts : int or array of int
            The first base of each window, 0-based. Positions outside the contig are 0.
        width : int
            Bases of each window.
        reverse_complement : bool or array of bool, optional
            Whether each window is reverse-complemented (True or 1), or one value for all windows.
        strand : str or list of str, optional
            The same by strands: ``"-"`` is reverse-complemented, ``"+"`` and ``"."`` (no strand)
            are not. Give either this or ``reverse_complement``.
        dtype : str or numpy.dtype
            ``int8``, ``uint8``, ``float16`` or ``float32``; or ``uint64`` for
            ``(n, 4, ceil(width / 64))``, in which each base is a bit, the lowest first.
        out : array, optional
            The array to write to, of the shape and ``dtype`` of the result, in C order. No other
            thread may use it in the meantime.

        Raises
        ------
        KeyError
            If the store lacks a contig.
        ValueError, TypeError
            If the arguments do not fit each other or the store.
        """
        return self._gather(True, None, contigs, starts, width, (reverse_complement, strand), dtype, out)

    def signal(
        self,
        contigs: _Contigs,
        starts: _Integers,
        width: int,
        *,
        groups: Sequence[str] | None = None,
        reverse_complement: _Flags | None = None,
        strand: _Strands | None = None,
        dtype: DTypeLike = "float32",
        out: NDArray[Any] | None = None,
    ) -> NDArray[Any]:
        """Gathers tracks over windows, ``(n, tracks, width)``.

        Parameters
        ----------
        contigs, starts, width, reverse_complement, strand, out
            As for :meth:`sequence`.
        groups : list of str, optional
            The groups, signals or controls, in the order of their channels; all signals by default.
        dtype : str or numpy.dtype
            ``float32``, or ``uint16`` or ``uint8`` if it holds all values.

        Raises
        ------
        KeyError
            If the store lacks a contig or a group.
        ValueError, TypeError
            If the arguments do not fit each other or the store.
        """
        orientation = (reverse_complement, strand)
        return self._gather(False, names("groups", groups), contigs, starts, width, orientation, dtype, out)

    def _gatherer(self, sequence: bool, groups: list[str] | None, dtype: numpy.dtype[Any]) -> _native.Gatherer:
        """Returns a gatherer of these, which is kept for later calls."""
        key = (sequence, None if groups is None else tuple(groups), dtype)
        if key not in self._gatherers:
            for name in groups or ():
                known_name("group", name, {**self.signals, **self.controls})
            self._gatherers[key] = self._native.gatherer(sequence, groups, dtype.name)
        return self._gatherers[key]

    def _gather(
        self,
        sequence: bool,
        groups: list[str] | None,
        contigs: Any,
        starts: Any,
        width: int,
        orientation: tuple[Any, Any],
        dtype: DTypeLike,
        out: NDArray[Any] | None,
    ) -> NDArray[Any]:
        starts = _integers("starts", starts)
        contigs = _each("contigs", self._contig_ids(contigs), len(starts))
        reverse = _reversed(*orientation)
        if reverse is not None:
            reverse = _each("reverse_complement" if orientation[1] is None else "strand", reverse, len(starts))
        width, dtype = whole("width", width, 1), numpy.dtype(dtype)
        gatherer = self._gatherer(sequence, groups, dtype)
        shape = (len(starts), *gatherer.shape(width))
        if out is None:
            out = numpy.empty(shape, dtype=dtype)
        elif not isinstance(out, numpy.ndarray):
            raise TypeError(f"out must be a numpy array, not {type(out).__name__}")
        elif out.shape != shape:
            raise ValueError(f"out must have the shape {shape}, not {out.shape}")
        gatherer.gather(width, contigs, starts, reverse, out)
        return out

    def _contig_ids(self, contigs: Any) -> NDArray[numpy.int64]:
        if isinstance(contigs, str):
            contigs = [contigs]
        elif isinstance(contigs, numpy.ndarray):
            contigs = contigs if contigs.dtype.kind in "iu" else contigs.tolist()
        if isinstance(contigs, Iterable) and not isinstance(contigs, numpy.ndarray):
            contigs = list(contigs)
            for name in contigs:
                if isinstance(name, str):
                    known_name("contig", name, self._ids)
            contigs = [self._ids[name] if isinstance(name, str) else name for name in contigs]
        numbers = _integers("contigs", contigs)
        unknown = numbers[(numbers < 0) | (numbers >= len(self._ids))]
        if unknown.size:
            raise KeyError(f"there is no contig {unknown[0]}: their numbers are 0 to {len(self._ids) - 1}")
        return numbers

    def __repr__(self) -> str:
        return f"Store({str(self.path)!r})"

    def __reduce__(self) -> tuple[type[Store], tuple[str]]:
        return Store, (str(self.path),)
