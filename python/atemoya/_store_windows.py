"""The methods of ``Store`` that gather windows as numpy arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy
from numpy.typing import DTypeLike, NDArray

from . import _native
from ._options import known_name, names, whole
from ._window_arguments import Contigs, Flags, Integers, Strands, contig_numbers, each, integers, reversed_windows

if TYPE_CHECKING:
    from ._store import Store


def sequence(
    self: Store,
    contigs: Contigs,
    starts: Integers,
    width: int,
    *,
    reverse_complement: Flags | None = None,
    strand: Strands | None = None,
    dtype: DTypeLike = "int8",
    out: NDArray[Any] | None = None,
) -> NDArray[Any]:
    """Gathers the one-hot sequence of windows.

    Channels are A, C, G and T. Any other letter is 0 in all of them.

    Parameters
    ----------
    contigs : str, list of str, or array of int
        The contig of each window, by name or number, or one for all windows.
    starts : int or array of int
        The first base of each window, 0-based. Positions outside the contig are 0.
    width : int
        The width of each window, in bases.
    reverse_complement : bool or array of bool, optional
        Whether each window is reverse-complemented (True or 1), or one value for all windows.
        None, the default, is False.
    strand : str or list of str, optional
        The same by strands: ``"-"`` is reverse-complemented, ``"+"`` and ``"."`` (no strand)
        are not. Give either this or ``reverse_complement``. None, the default, is ``"+"``.
    dtype : str or numpy.dtype, default "int8"
        The type of the values: ``int8``, ``uint8``, ``float16`` or ``float32``; or ``uint64``,
        in which each base is a bit, the lowest first.
    out : array, optional
        The array to write to, of the shape and ``dtype`` of the result, in C order. No other
        thread may use it in the meantime. None, the default, makes a new array.

    Returns
    -------
    array of dtype, shape (n, 4, width)
        ``out``, or a new array; with ``uint64`` of the shape ``(n, 4, ceil(width / 64))``.

    Raises
    ------
    KeyError
        If the store lacks a contig.
    ValueError, TypeError
        If the arguments do not fit each other or the store.

    Examples
    --------
    >>> import atemoya
    >>> store = atemoya.Store("demo.atemoya")
    >>> x = store.sequence("chr1", [5_000, 6_000], 100)
    >>> x.shape, x.dtype
    ((2, 4, 100), dtype('int8'))
    >>> reverse = store.sequence("chr1", [5_000, 6_000], 100, strand="-")
    >>> bool((reverse == x[:, ::-1, ::-1]).all())
    True
    """
    return _gather(self, True, None, contigs, starts, width, (reverse_complement, strand), dtype, out)


def signal(
    self: Store,
    contigs: Contigs,
    starts: Integers,
    width: int,
    *,
    groups: Sequence[str] | None = None,
    reverse_complement: Flags | None = None,
    strand: Strands | None = None,
    dtype: DTypeLike = "float32",
    out: NDArray[Any] | None = None,
) -> NDArray[Any]:
    """Gathers the values of tracks over windows, one for each base.

    Bases that a bigWig does not cover are 0. Under reverse complement the positions are
    reversed, and so are the channels of each group.

    Parameters
    ----------
    contigs : str, list of str, or array of int
        The contig of each window, by name or number, or one for all windows.
    starts : int or array of int
        The first base of each window, 0-based. Positions outside the contig are 0.
    width : int
        The width of each window, in bases.
    groups : list of str, optional
        The names of groups, signals or controls, in the order of their channels. None, the
        default, takes all signals.
    reverse_complement : bool or array of bool, optional
        Whether each window is reverse-complemented (True or 1), or one value for all windows.
        None, the default, is False.
    strand : str or list of str, optional
        The same by strands: ``"-"`` is reverse-complemented, ``"+"`` and ``"."`` (no strand)
        are not. Give either this or ``reverse_complement``. None, the default, is ``"+"``.
    dtype : str or numpy.dtype, default "float32"
        The type of the values: ``float32``, or ``uint16`` or ``uint8`` if it holds all values.
    out : array, optional
        The array to write to, of the shape and ``dtype`` of the result, in C order. No other
        thread may use it in the meantime. None, the default, makes a new array.

    Returns
    -------
    array of dtype, shape (n, tracks, width)
        ``out``, or a new array.

    Raises
    ------
    KeyError
        If the store lacks a contig or a group.
    ValueError, TypeError
        If the arguments do not fit each other or the store.

    Examples
    --------
    >>> import atemoya
    >>> store = atemoya.Store("demo.atemoya")
    >>> y = store.signal("chr1", 5_000, 1000)
    >>> y.shape, y.dtype
    ((1, 2, 1000), dtype('float32'))
    >>> store.signal(["chr1", "chr2"], [5_000, 7_000], 100, groups=["control"]).shape
    (2, 1, 100)
    """
    orientation = (reverse_complement, strand)
    return _gather(self, False, names("groups", groups), contigs, starts, width, orientation, dtype, out)


def _gatherer(store: Store, sequence: bool, groups: list[str] | None, dtype: numpy.dtype[Any]) -> _native.Gatherer:
    """Returns a gatherer of these, which is kept for later calls."""
    key = (sequence, None if groups is None else tuple(groups), dtype)
    if key not in store._gatherers:
        for name in groups or ():
            known_name("group", name, [known for known, _, _ in store._native.groups()])
        store._gatherers[key] = store._native.gatherer(sequence, groups, dtype.name)
    return store._gatherers[key]


def _gather(
    store: Store,
    sequence: bool,
    groups: list[str] | None,
    contigs: Any,
    starts: Any,
    width: int,
    orientation: tuple[Any, Any],
    dtype: DTypeLike,
    out: NDArray[Any] | None,
) -> NDArray[Any]:
    starts = integers("starts", starts)
    contigs = each("contigs", contig_numbers(contigs, store._ids), len(starts))
    reverse = reversed_windows(*orientation, len(starts))
    width, dtype = whole("width", width, 1), numpy.dtype(dtype)
    gatherer = _gatherer(store, sequence, groups, dtype)
    shape = (len(starts), *gatherer.shape(width))
    if out is None:
        out = numpy.empty(shape, dtype=dtype)
    elif not isinstance(out, numpy.ndarray):
        raise TypeError(f"out must be a numpy array, not {type(out).__name__}")
    elif out.shape != shape:
        raise ValueError(f"out must have the shape {shape}, not {out.shape}")
    gatherer.gather(width, contigs, starts, reverse, out)
    return out
