"""Loci as BED files: paths as they are, and tables in memory as temporary files, of which no message speaks."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

from ._native import InputError
from ._paths import Pathlike, is_path, local_path
from ._table_columns import contig_column, number_column, table_columns


class Table(Protocol):
    """What is taken of a table: a ``pandas.DataFrame``, or a ``polars.DataFrame``."""

    @property
    def columns(self) -> Any: ...
    @property
    def shape(self) -> tuple[int, ...]: ...


Rows = Sequence[tuple[Any, ...]]
Loci = Pathlike | Table | Rows | Sequence[Pathlike | Table | Rows]


class LociFiles:
    """The files of loci, while it is entered: ``with LociFiles() as files``.

    Tables are in temporary files as long. Errors that concern one of these leave it in the words of
    its table, with rows counted from 0.
    """

    def __init__(self) -> None:
        self._directory: tempfile.TemporaryDirectory[str] | None = None

    def __enter__(self) -> LociFiles:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        directory, self._directory = self._directory, None
        if directory is None:
            return
        directory.cleanup()
        if isinstance(error, InputError) and directory.name in str(error):
            raise _of_table(_named(str(error), directory.name)) from None

    def named(self, message: str) -> str:
        """A message with tables by their names in place of their files."""
        return message if self._directory is None else _named(message, self._directory.name)

    def of(self, name: str, loci: Loci | None, summits: bool = False) -> list[str]:
        """The files of the parameter ``name``: a path, a table, rows, or a list of these."""
        if loci is None:
            return []
        if is_path(loci) or table_columns(loci) is not None:
            return [self._file(name, loci, summits)]
        if not isinstance(loci, (list, tuple)):
            raise _refused(name, loci)
        return [
            self._file(name if len(loci) == 1 else f"{name}[{number}]", entry, summits) for number, entry in enumerate(loci)
        ]

    def _file(self, name: str, entry: Any, summits: bool) -> str:
        if is_path(entry):
            return local_path(name, entry)
        columns = table_columns(entry)
        if columns is None:
            raise _refused(name, entry)
        label, columns = f"{name} ({type(entry).__name__})", list(columns)
        wanted = {"start": 1, "end": 2, **({"summit": 9} if summits else {})}
        if len(columns) <= max(wanted.values()):
            needs = "contig, start and end" + (", and the summit as column 10 of narrowPeak" if summits else "")
            raise _of_table(f"{label}: {len(columns)} columns are too few: it needs {needs}, by position")
        try:
            contigs = contig_column(columns[0])
            numbers = [number_column(what, columns[column]) for what, column in wanted.items()]
        except ValueError as error:
            raise _of_table(f"{label}, {error} (rows are counted from 0)") from None
        return self._write(label, contigs, *numbers)

    def _write(self, label: str, contigs: list[str], starts: list[str], ends: list[str], summits: list[str] | None = None) -> str:
        if self._directory is None:
            self._directory = tempfile.TemporaryDirectory(prefix="atemoya-")
        columns: list[Iterable[str]] = [contigs, starts, ends]
        if summits is not None:
            columns += [["\t".join("......")] * len(contigs), summits]
        path = Path(self._directory.name, label)
        path.write_text("".join("\t".join(row) + "\n" for row in zip(*columns)), encoding="utf-8")
        return str(path)


def _named(message: str, directory: str) -> str:
    """A message that speaks of a line of a file of the directory, as one that speaks of a row of its table."""

    def row(line: re.Match[str]) -> str:
        return f"{line[1]}, row {int(line[2]) - 1}:"

    named, rows = re.subn(re.escape(directory) + r"/([^\n/]*?), line (\d+):", row, message)
    return named.replace(f"{directory}/", "") + (" (rows are counted from 0)" if rows else "")


def _of_table(message: str) -> InputError:
    error = InputError(message)
    # There is no file.
    error.path = error.line = None  # type: ignore[assignment]
    return error


def _refused(name: str, value: Any) -> Exception:
    # ValueError, as cherimoya has it.
    said = f"{name} must be a path, a table (pandas, polars), a list of rows (contig, start, end), or a list of these"
    kind = type(value)
    if hasattr(value, "collect") and hasattr(value, "collect_schema"):
        return ValueError(f"{said}; this is a {kind.__module__.partition('.')[0]} {kind.__name__}: pass its .collect()")
    if hasattr(value, "to_pandas"):
        return ValueError(f"{said}, not {kind.__name__}: pass its .to_pandas()")
    if hasattr(value, "df"):
        return ValueError(f"{said}, not {kind.__name__}: pass its .df")
    if hasattr(value, "dtype"):
        return ValueError(f"{said}, not {kind.__name__}: pass pandas.DataFrame(array)")
    return ValueError(f"{said}, not {kind.__name__}")
