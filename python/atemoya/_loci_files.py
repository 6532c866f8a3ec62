"""Loci as files: paths as they are, and tables written as BED."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from ._paths import Pathlike, is_path, local_path


class Table(Protocol):
    """What is taken of a table, a ``pandas.DataFrame`` say."""

    @property
    def iloc(self) -> Any: ...
    @property
    def columns(self) -> Any: ...
    @property
    def shape(self) -> tuple[int, ...]: ...


Loci = Pathlike | Table | Sequence[Pathlike | Table]


def bed_files(name: str, loci: Loci | None, directory: Path, summits: bool = False) -> list[str]:
    """The files of an argument that is a path, a table, or a list of these. Tables are written into ``directory``."""
    if loci is None:
        return []
    if is_path(loci) or _is_table(loci):
        loci = [loci]
    elif not isinstance(loci, (list, tuple)):
        raise ValueError(f"Provided {name} must be a string or pandas DataFrame, or a list/tuple of those.")
    files = []
    for number, entry in enumerate(loci):
        if is_path(entry):
            files.append(local_path(name, entry))
        elif _is_table(entry):
            files.append(_written(entry, directory / f"{name}-{number}.bed", summits))
        else:
            raise ValueError(f"Provided {name} must be a string or pandas DataFrame, or a list/tuple of those.")
    return files


def _is_table(value) -> bool:
    return hasattr(value, "iloc") and hasattr(value, "columns")


def _written(table, path: Path, summits: bool) -> str:
    """Writes the columns that count, which are taken by position, as BED, or as narrowPeak with summits."""
    wanted = [0, 1, 2] + ([9] if summits else [])
    if table.shape[1] <= wanted[-1]:
        raise ValueError(f"{path.stem}: a table of {table.shape[1]} columns has no column {wanted[-1] + 1}")
    columns = [[str(value) for value in table.iloc[:, 0]]]
    for row, contig in enumerate(columns[0]):
        if contig.startswith("#") or contig.split(None, 1)[:1] in (["track"], ["browser"]) or "\t" in contig or not contig:
            raise ValueError(f"{path.stem}: row {row} is on {contig!r}, which is no name of a contig")
    for column in wanted[1:]:
        columns.append([_whole(value, path.stem, row) for row, value in enumerate(table.iloc[:, column])])
    with open(path, "w") as file:
        for contig, start, end, *summit in zip(*columns):
            rest = ["."] * 6 + summit if summit else []
            file.write("\t".join([contig, start, end, *rest]) + "\n")
    return str(path)


def _whole(value, name: str, row: int) -> str:
    if isinstance(value, str):
        raise ValueError(f"{name}: row {row} has the text {value!r} where a coordinate should be")
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{name}: row {row} has no number where a coordinate should be: {value!r}") from None
    if number != value:
        raise ValueError(f"{name}: row {row} has the coordinate {value}, which is no whole number")
    return str(number)
