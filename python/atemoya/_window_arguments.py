"""Arguments of windows: contigs, starts and orientations, one for all windows or for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy
from numpy.typing import NDArray

from ._options import flags, known_name

# One integer, or several.
Integers = int | numpy.integer[Any] | Sequence[int] | NDArray[numpy.integer[Any]]
# One contig or several, by names or by numbers.
Contigs = str | Sequence[str] | Sequence[str | int] | NDArray[numpy.str_] | Integers
Flags = bool | Sequence[bool] | NDArray[numpy.bool_]
# "+", "-" or ".", for all windows or for each.
Strands = str | Sequence[str] | NDArray[numpy.str_]


def integers(name: str, values: Any) -> NDArray[numpy.int64]:
    """Returns one integer, or several, as an array of one dimension."""
    array = numpy.atleast_1d(numpy.asarray(values))
    if array.ndim > 1:
        raise ValueError(f"{name} must have one dimension, not {array.ndim}")
    if array.size and array.dtype.kind not in "iu":
        raise TypeError(f"{name} must be integers, not {array.dtype}")
    if array.dtype == numpy.uint64 and array.size and array.max() >= 2**63:
        raise ValueError(f"{name} is too large for a position in a genome: {array.max()}")
    return numpy.ascontiguousarray(array, dtype=numpy.int64)


def reversed_windows(reverse_complement: Any, strand: Any, count: int) -> NDArray[Any] | None:
    """Returns which of ``count`` windows are reverse-complemented, by either argument."""
    if strand is None:
        if reverse_complement is None:
            return None
        return each("reverse_complement", flags("reverse_complement", reverse_complement), count)
    if reverse_complement is not None:
        raise TypeError("give either reverse_complement or strand, not both: strand='-' reverse-complements a window")
    strands = numpy.asarray(strand)
    for value in numpy.atleast_1d(strands).ravel().tolist():
        if value not in ("+", "-", "."):
            raise ValueError(f"strand must be '+', '-' or '.', which reads forward as '+' does, not {value!r}")
    return each("strand", numpy.asarray(strands == "-", dtype=bool), count)


def each(name: str, values: NDArray[Any], count: int) -> NDArray[Any]:
    """Returns a value for each window, from one for each or one for all."""
    if values.shape not in ((), (1,), (count,)):
        raise ValueError(f"{name} must be one value, or one for each of {count} windows, not of shape {values.shape}")
    return numpy.ascontiguousarray(numpy.broadcast_to(values, (count,)))


def contig_numbers(contigs: Any, known: Mapping[str, int]) -> NDArray[numpy.int64]:
    """Returns the numbers of contigs that are given by name or by number."""
    if isinstance(contigs, str):
        contigs = [contigs]
    elif isinstance(contigs, numpy.ndarray):
        contigs = contigs if contigs.dtype.kind in "iu" else contigs.tolist()
    if isinstance(contigs, Iterable) and not isinstance(contigs, numpy.ndarray):
        contigs = list(contigs)
        for name in contigs:
            if isinstance(name, str):
                known_name("contig", name, known)
        contigs = [known[name] if isinstance(name, str) else name for name in contigs]
    numbers = integers("contigs", contigs)
    unknown = numbers[(numbers < 0) | (numbers >= len(known))]
    if unknown.size:
        raise KeyError(f"there is no contig {unknown[0]}: their numbers are 0 to {len(known) - 1}")
    return numbers
