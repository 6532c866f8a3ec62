"""Open stores: what is in them, and windows of them as numpy arrays."""

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
    """One integer, or several, as an array of one dimension."""
    array = numpy.atleast_1d(numpy.asarray(values))
    if array.ndim > 1:
        raise ValueError(f"{name} must have one dimension, not {array.ndim}")
    if array.size and array.dtype.kind not in "iu":
        raise TypeError(f"{name} must be integers, not {array.dtype}")
    if array.dtype == numpy.uint64 and array.size and array.max() >= 2**63:
        raise ValueError(f"{name}: {array.max()} is no place in a genome")
    return numpy.ascontiguousarray(array, dtype=numpy.int64)


def _reversed(reverse_complement: Any, strand: Any) -> NDArray[numpy.bool_] | None:
    """Which windows are reverse-complemented, by either argument."""
    if strand is None:
        return None if reverse_complement is None else flags("reverse_complement", reverse_complement)
    if reverse_complement is not None:
        raise TypeError("give either reverse_complement or strand: '-' is a window that is reverse-complemented")
    strands = numpy.asarray(strand)
    for value in numpy.atleast_1d(strands).ravel().tolist():
        if value not in ("+", "-", "."):
            raise ValueError(f"strand must be '+', '-' or '.', which reads forward as '+' does, not {value!r}")
    return numpy.asarray(strands == "-", dtype=bool)


def _each(name: str, values: NDArray[Any], count: int) -> NDArray[Any]:
    """A value for each window; one is that of all."""
    if values.shape not in ((), (1,), (count,)):
        raise ValueError(f"{name} must be one, or one for each of {count} windows, not of the shape {values.shape}")
    return numpy.ascontiguousarray(numpy.broadcast_to(values, (count,)))


class Store:
    """An open store.

    Opening takes milliseconds at any size. It checks the manifest and, of each data file, its
    length, its header and its table of contigs. It does not read bases and values: a byte of them
    that is not as it was written may be a ``StoreError`` when it is read, or a wrong value in a
    batch. :meth:`verify` reads all of them, and ``verify(once=True)`` once for each machine.

    Data is read through memory maps, which all processes of a machine share.

    Parameters
    ----------
    path : path
        The directory that ``pack``, or the command ``atemoya pack``, made.

    Raises
    ------
    StoreError
        If it is no store, or damaged.
    """

    def __init__(self, path: Pathlike) -> None:
        self._native = _native.Store(local_path("store", path))
        self._ids = {name: number for number, (name, _) in enumerate(self._native.contigs())}
        self._gatherers: dict[Any, _native.Gatherer] = {}

    @property
    def path(self) -> Path:
        """Where it is."""
        return Path(self._native.path)

    @property
    def checksum(self) -> str:
        """What it is: the checksum of its manifest, which has those of all files."""
        return self._native.checksum

    @property
    def contigs(self) -> dict[str, int]:
        """Names and lengths of the contigs, in the order of their numbers."""
        return dict(self._native.contigs())

    @property
    def signals(self) -> dict[str, list[str]]:
        """The signal groups: names to the names of their tracks."""
        return {name: tracks for name, control, tracks in self._native.groups() if not control}

    @property
    def controls(self) -> dict[str, list[str]]:
        """The control groups: names to the names of their tracks."""
        return {name: tracks for name, control, tracks in self._native.groups() if control}

    @property
    def has_sequence(self) -> bool:
        """Whether it has a genome."""
        return self._native.has_sequence

    def warnings(self, groups: Sequence[str] | None = None, contigs: Sequence[str] | None = None) -> list[str]:
        """Tells what the files of the tracks lacked, where the store has zeros that nobody measured.

        These are contigs that a file does not have, or has with another length, and files without
        any value.

        Parameters
        ----------
        groups, contigs : list of str, optional
            The groups and the contigs to tell of; all by default.

        Returns
        -------
        list of str
            A sentence for each; none where nothing was lacking.

        Raises
        ------
        KeyError
            For a group or a contig that the store lacks.
        """
        known = [*self.signals, *self.controls]
        return self._native.warnings(
            None if groups is None else known_names("group", "groups", groups, known),
            None if contigs is None else known_names("contig", "contigs", contigs, self.contigs),
        )

    @property
    def loci(self) -> list[str]:
        """The names of its locus indices."""
        return self._native.indices()

    def verify(self, verbose: bool = False, *, once: bool = False, cache_dir: Pathlike | None = None) -> None:
        """Checks every byte: checksums, tiles and loci. Raises ``StoreError`` for the first that is wrong.

        Parameters
        ----------
        verbose : bool
            Whether to show progress.
        once : bool
            Whether to do nothing where this machine has found the data files whole before, and none
            has changed since (number, length and times of each). Locus indices are not read then:
            each loader compares the one that it uses with its checksum.
        cache_dir : path, optional
            Where that is remembered, in a directory ``verified``; :func:`cache_dir` by default.
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
        """One-hot sequence of windows, ``(n, 4, width)``, channels A, C, G, T; anything else is 0 in all.

        Parameters
        ----------
        contigs : str, list of str, or array of int
            The contig of each window, by its name or its number; one for all windows.
        starts : int or array of int
            The first base of each window, 0-based. What lies outside of the contig is 0.
        width : int
            Bases of every window.
        reverse_complement : bool or array of bool, optional
            The windows to reverse-complement: booleans, or 0 and 1; one for all windows.
        strand : str or list of str, optional
            The same by the windows' strands: ``"-"`` is reverse-complemented, ``"+"`` and ``"."``
            (no strand) are not. Give either this or ``reverse_complement``.
        dtype : str or numpy.dtype
            ``int8``, ``uint8``, ``float16`` or ``float32``; or ``uint64`` for
            ``(n, 4, ceil(width / 64))``, a bit for each base, the lowest first.
        out : array, optional
            Where to write, of the shape and ``dtype`` of the result, in C order. Nobody else may
            use it meanwhile.

        Raises
        ------
        KeyError
            For a contig that the store lacks.
        ValueError, TypeError
            For arguments that do not fit each other, or the store.
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
        """Tracks over windows, ``(n, tracks, width)``.

        Parameters are those of :meth:`sequence`, and

        groups : list of str, optional
            The groups, signals or controls, in the order of their channels; all signals by default.
        dtype : str or numpy.dtype
            ``float32``, or ``uint16`` or ``uint8`` where it holds all values.
        """
        orientation = (reverse_complement, strand)
        return self._gather(False, names("groups", groups), contigs, starts, width, orientation, dtype, out)

    def _gatherer(self, sequence: bool, groups: list[str] | None, dtype: numpy.dtype[Any]) -> _native.Gatherer:
        """What gathers these, kept for the next time."""
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
            raise KeyError(f"there is no contig {unknown[0]}: they are counted from 0 to {len(self._ids) - 1}")
        return numbers

    def __repr__(self) -> str:
        return f"Store({str(self.path)!r})"

    def __reduce__(self) -> tuple[type[Store], tuple[str]]:
        return Store, (str(self.path),)
