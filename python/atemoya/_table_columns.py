"""Columns of tables in memory, converted to what BED has: names and integers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy


def table_columns(table: Any) -> Sequence[Any] | None:
    """Returns the columns of a pandas or polars table or of a list of rows; None for all else."""
    if hasattr(table, "iloc") and hasattr(table, "columns"):
        return [table.iloc[:, number] for number in range(table.shape[1])]
    if hasattr(table, "get_columns") and hasattr(table, "columns"):
        return list(table.get_columns())
    if isinstance(table, (list, tuple)) and table and all(isinstance(row, (list, tuple)) and row for row in table):
        if not all(isinstance(row[0], (list, tuple)) for row in table):
            # There are as many columns as the shortest row has.
            return list(zip(*table))
    return None


def contig_column(values: Iterable[Any]) -> list[str]:
    """Returns the names of contigs.

    Raises
    ------
    ValueError
        For the first row without a valid name: ``row 7: ...``.
    """
    names = list(values)
    for row, name in enumerate(names):
        if type(name) is not str:
            if isinstance(name, bool) or not isinstance(name, (str, int, numpy.integer)):
                raise ValueError(f"row {row}: the name of the contig is {name!r}, and must be a string")
            # pandas reads Ensembl's names as numbers.
            name = names[row] = str(name)
        # BED would take these for comments.
        word = name.partition(" ")[0]
        if not word or not name.isprintable() or word[0] == "#" or word in ("track", "browser"):
            raise ValueError(f"row {row}: {name!r} cannot be the name of a contig in a BED file")
    return names


def number_column(what: str, values: Any) -> list[str]:
    """Returns integers, as digits.

    Raises
    ------
    ValueError
        For the first row that has something else: ``row 7: ...``.
    """
    array = numpy.asarray(values)
    if array.dtype.kind in "iu":
        return [str(number) for number in array.tolist()]
    return [_whole(what, row, value) for row, value in enumerate(values)]


def _whole(what: str, row: int, value: Any) -> str:
    if isinstance(value, (str, bytes, bool, numpy.bool_)):
        raise ValueError(f"row {row}: the {what} is {value!r}, which is no number")
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"row {row}: there is no {what}, but {value!r}") from None
    if number != value:
        raise ValueError(f"row {row}: the {what} is {value}, which is no whole number")
    return str(number)
