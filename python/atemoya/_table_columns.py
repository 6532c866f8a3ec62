"""The columns of tables in memory, and their values as BED has them: names and whole numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy


def table_columns(table: Any) -> Sequence[Any] | None:
    """The columns of a table of pandas or polars or of a list of rows, or None for anything else."""
    if hasattr(table, "iloc") and hasattr(table, "columns"):
        return [table.iloc[:, number] for number in range(table.shape[1])]
    if hasattr(table, "get_columns") and hasattr(table, "columns"):
        return list(table.get_columns())
    if isinstance(table, (list, tuple)) and table and all(isinstance(row, (list, tuple)) and row for row in table):
        if not all(isinstance(row[0], (list, tuple)) for row in table):
            # The shortest row says how many columns there are.
            return list(zip(*table))
    return None


def contig_column(values: Iterable[Any]) -> list[str]:
    """The names of contigs.

    Raises
    ------
    ValueError
        For the first row that has none: ``row 7: ...``.
    """
    names = list(values)
    for row, name in enumerate(names):
        if type(name) is not str:
            if isinstance(name, bool) or not isinstance(name, (str, int, numpy.integer)):
                raise ValueError(f"row {row}: there is {name!r} where the name of a contig should be")
            # Ensembl's are numbers to whoever reads them with pandas.
            name = names[row] = str(name)
        # What BED takes for a comment is no name.
        word = name.partition(" ")[0]
        if not word or not name.isprintable() or word[0] == "#" or word in ("track", "browser"):
            raise ValueError(f"row {row}: {name!r} is no name of a contig")
    return names


def number_column(what: str, values: Any) -> list[str]:
    """Whole numbers, in digits.

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
