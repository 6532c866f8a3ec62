"""Loci as BED files: paths as they are, and tables in memory as temporary files."""

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
    """What a table must have: a ``pandas.DataFrame`` or a ``polars.DataFrame`` has it."""

    @property
    def columns(self) -> Any: ...
    @property
    def shape(self) -> tuple[int, ...]: ...


Rows = Sequence[tuple[Any, ...]]
Loci = Pathlike | Table | Rows | Sequence[Pathlike | Table | Rows]


class LociFiles:
    """The files of loci, for the time of a ``with`` statement: ``with LociFiles() as files``.

    Tables are written to temporary files, which are removed at its end. An error about one of these
    files is raised as one about its table, with rows counted from 0.
    """

    def __init__(self) -> None:
        self._directory: tempfile.TemporaryDirectory[str] | None = None

    def __enter__(self) -> LociFiles:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        directory, self._directory = self._directory, None
        if directory is None:
            return
        directory.cleanup()
        if isinstance(error, InputError) and directory.name in str(error):
            raise _table_error(_named(str(error), directory.name)) from None

    def named(self, message: str) -> str:
        """Returns a message with the names of tables in place of their files."""
        return message if self._directory is None else _named(message, self._directory.name)

    def of(self, name: str, loci: Loci | None, summits: bool = False) -> list[str]:
        """Returns the files of the loci that are given for the parameter ``name``."""
        if loci is None:
            return []
        if is_path(loci) or table_columns(loci) is not None:
            return [self._file(name, loci, summits)]
        if not isinstance(loci, (list, tuple)):
            raise _refused(name, loci)
        labels = [name] if len(loci) == 1 else [f"{name}[{number}]" for number in range(len(loci))]
        return [self._file(label, entry, summits) for label, entry in zip(labels, loci)]

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
            raise _table_error(f"{label}: {len(columns)} columns are too few: it needs {needs}, by position")
        try:
            contigs = contig_column(columns[0])
            numbers = [number_column(what, columns[column]) for what, column in wanted.items()]
        except ValueError as error:
            raise _table_error(f"{label}, {error} (rows are counted from 0)") from None
        return self._write(label, contigs, *numbers)

    def _write(
        self, label: str, contigs: list[str], starts: list[str], ends: list[str], summits: list[str] | None = None
    ) -> str:
        if self._directory is None:
            self._directory = tempfile.TemporaryDirectory(prefix="atemoya-")
        columns: list[Iterable[str]] = [contigs, starts, ends]
        if summits is not None:
            columns += [["\t".join("......")] * len(contigs), summits]
        path = Path(self._directory.name, label)
        path.write_text("".join("\t".join(row) + "\n" for row in zip(*columns)), encoding="utf-8")
        return str(path)


def _named(message: str, directory: str) -> str:
    """Returns a message about lines of temporary files as one about rows of their tables."""

    def row(line: re.Match[str]) -> str:
        return f"{line[1]}, row {int(line[2]) - 1}:"

    named, rows = re.subn(re.escape(directory) + r"/([^\n/]*?), line (\d+):", row, message)
    return named.replace(f"{directory}/", "") + (" (rows are counted from 0)" if rows else "")


def _table_error(message: str) -> InputError:
    error = InputError(message)
    # A table has no file.
    error.path = error.line = None  # type: ignore[assignment]
    return error


def _refused(name: str, value: Any) -> Exception:
    # cherimoya raises ValueError, too.
    kinds = "a path, a table (pandas, polars), a list of rows (contig, start, end), or a list of these"
    message = f"{name} must be {kinds}"
    kind = type(value)
    if hasattr(value, "collect") and hasattr(value, "collect_schema"):
        library = kind.__module__.partition(".")[0]
        return ValueError(f"{message}; this is a {library} {kind.__name__}: pass its .collect()")
    if hasattr(value, "to_pandas"):
        return ValueError(f"{message}, not {kind.__name__}: pass its .to_pandas()")
    if hasattr(value, "df"):
        return ValueError(f"{message}, not {kind.__name__}: pass its .df")
    if hasattr(value, "dtype"):
        return ValueError(f"{message}, not {kind.__name__}: pass pandas.DataFrame(array)")
    return ValueError(f"{message}, not {kind.__name__}")
