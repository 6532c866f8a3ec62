"""The numbers of README.md and of the pages on speed and memory are those of BENCHMARKS.md, row by
row.
"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
# What was measured, and not how fast it was.
SETTING = re.compile(rf"{NUMBER.pattern} (?:workers?\b|loci\b|Mb\b)|(?:cherimoya|figwig) [\d.]+:")


def numbers(text: str) -> list[float]:
    return [float(number.replace(",", "")) for number in NUMBER.findall(SETTING.sub("", text))]


def tables(page: str) -> list[list[list[str]]]:
    """The cells of each row of each table; the first row is the header."""
    found = []
    for block in re.findall(r"(?:^\|.*\n)+", (ROOT / page).read_text(), re.MULTILINE):
        cells = [[cell.strip() for cell in line[1:-1].split("|")] for line in block.splitlines()]
        found.append([cells[0], *cells[2:]])
    return found


def cell(table: str, row: str, column: str) -> list[float]:
    """The numbers of a cell of BENCHMARKS.md: of the first table that has the column `table`."""
    header, *rows = next(found for found in tables("BENCHMARKS.md") if table in found[0])
    cells = next(cells for cells in rows if " | ".join(cells).startswith(row))
    return numbers(cells[header.index(column)])


def loader(name: str, workers: int, column: str) -> list[float]:
    return cell("workers", f"{name}'s PeakGenerator | {workers}", column)


def beside(workers: int) -> list[list[float]]:
    ours, theirs = (loader(name, workers, "median") for name in ("atemoya", "cherimoya"))
    return [theirs, ours, loader("cherimoya", workers, "atemoya is")]


def quotient(column: str) -> list[list[float]]:
    (ours,), (theirs,) = (loader(name, 0, column) for name in ("atemoya", "cherimoya"))
    return [[theirs], [ours], [round(max(ours, theirs) / min(ours, theirs))]]


def measured(row: str, *columns: str) -> list[list[float]]:
    return [cell("quartiles", f"`{row}`", column) for column in columns]


def cold(row: str) -> list[list[float]]:
    places = ("20,000 peaks, loop device (128 kB)", "270,000, loop device (128 kB)")
    return [cell("270,000, own disk (8 MB)", f"`{row}`", place) for place in places]


def ours_first(workers: int) -> list[list[float]]:
    theirs, ours, times = beside(workers)
    return [ours, theirs, times]


def windows() -> list[list[float]]:
    cells = (("figwig .fw", "median"), ("atemoya", "median"), ("figwig .fw", "atemoya is"))
    return [cell("tracks", f"6 | {row}", column) for row, column in cells]


def built(command: str, column: str) -> list[float]:
    return cell("first build", f"`{command}", column)


# For each page the rows of its tables, by their first cells.
ROWS = {
    "docs/explanation/speed.md": {
        "training examples from Python, 2 workers": ours_first(2),
        "the same with 0 workers": ours_first(0),
        "examples, gathered by one thread": measured("example", "value", "ratio"),
        "one-hot windows of 2,114 bases, u8": measured("onehot_u8", "value", "ratio"),
        "windows of 2,048 bases of 48 tracks, f32": measured("sparse_f32_48", "value", "ratio"),
        "windows of 1,000 bases, one track": measured("vs_bigtools", "value", "ratio"),
        "from opening a store to the first batch": measured("first_batch_ms", "value"),
        "not asking ahead": cold("cold_feed_unasked"),
        "asking ahead (the default)": cold("cold_feed"),
        "without memory maps (`--access read`)": cold("cold_feed_read"),
    },
    "README.md": {
        "training batches of 64, no worker, examples/s": beside(0),
        "the same, 2 workers": beside(2),
        "set-up of every later run, s": quotient("set-up, s"),
        "memory that no file backs, no worker, MB": quotient("of it private, MB"),
        "windows of 2,048 bp, six tracks, windows/s": windows(),
    },
}
# Numbers in the text, which are in brackets here.
TEXT = {
    "README.md": {
        "the first compiles for [2.8] minutes": built("cargo build", "on two idle cores, min"),
        "and the second for [9.8];": built("cargo test --workspace --no-run", "on two idle cores, min"),
        "the tests then run for [3.8].": built("cargo test --workspace`, then", "on two idle cores, min"),
    },
    "docs/howto/c.md": {
        "takes about [5.7] minutes of processor time": built("cargo xtask", "processor time, min"),
        "processor time, [3.1] minutes on two idle cores": built("cargo xtask", "on two idle cores, min"),
    },
    "docs/explanation/speed.md": {
        "GenVarLoader was faster ([0.83] times)": cell("tracks", "48 | GenVarLoader", "atemoya is"),
        "packing a FASTA took [10.4] times as long": cell("quartiles", "`pack_fasta`", "ratio"),
        "the goal is [4].": cell("quartiles", "`pack_fasta`", "goal"),
        "signals over 1,000 bases. [885,000] examples": loader("atemoya", 2, "median"),
    },
    "docs/explanation/memory.md": {
        "added [16.0] MB of private memory": cell("quartiles", "`private_mb`", "value"),
        "[8.55] MB of it the ring": cell("quartiles", "`private_mb`", "baseline"),
        "[340] MB with two workers": loader("atemoya", 2, "of it private, MB"),
    },
}


@pytest.mark.parametrize("page", ROWS)
def test_the_rows_are_those_that_were_measured(page):
    found = [rows for header, *rows in tables(page) if header[0] in ("what", "row", "measured")]
    found = {name: numbers(" ".join(cells)) for rows in found for name, *cells in rows}
    assert found == {name: sum(cells, []) for name, cells in ROWS[page].items()}


@pytest.mark.parametrize("page", TEXT)
def test_the_text_has_what_was_measured(page):
    text = " ".join((ROOT / page).read_text().split())
    for says, expected in TEXT[page].items():
        before, _, after = re.split(r"\[(.*)\]", says)
        found = re.search(rf"{re.escape(before)}({NUMBER.pattern}){re.escape(after)}", text)
        assert found and numbers(found[1]) == expected, says


def test_what_stands_in_the_text_of_both():
    text = [" ".join((ROOT / page).read_text().split()) for page in (
        "BENCHMARKS.md", "docs/explanation/speed.md", "docs/explanation/memory.md")]
    assert all("0.33 to 0.4 of" in page for page in text)
    assert all("8.3 times as long as reading" in page for page in text[:2])
