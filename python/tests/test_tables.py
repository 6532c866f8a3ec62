"""Loci that are in memory: the batches of files of the same rows, and messages that speak of rows.
"""

from pathlib import Path

import numpy as np
import polars
import pytest
from comparing import assert_same_batches
from conftest import needed

pandas = needed("pandas")
LOCI = {"peaks": ("peaks.narrowPeak", 10), "negatives": ("negatives.bed", 3), "exclusion_lists": ("exclusion.bed", 3)}


def frames(simulated) -> dict:
    return {name: pandas.read_csv(simulated.file(file), sep="\t", header=None).iloc[:, :columns]
            for name, (file, columns) in LOCI.items()}


def rows(frame) -> list[tuple]:
    return list(frame.itertuples(index=False, name=None))


def odd_frame(frame):
    """Other names of columns, one of them twice, another index, floats, nullable integers and
    categories.
    """
    other = frame.copy()
    other.columns = ["end", "end"] + list(range(2, other.shape[1]))
    other.index = other.index[::-1]
    first, second, third = (other.iloc[:, number] for number in range(3))
    parts = [first.astype("category"), second.astype(float), third.astype("Int64")]
    return pandas.concat([*parts, *(other.iloc[:, n] for n in range(3, other.shape[1]))], axis=1)


def in_polars(frame):
    return polars.DataFrame({f"c{number}": frame.iloc[:, number].tolist() for number in range(frame.shape[1])})


KINDS = {
    "pandas": lambda frame: frame,
    "pandas, oddly": odd_frame,
    "polars": in_polars,
    "rows": rows,
    "rows that are lists": lambda frame: [list(row) for row in rows(frame)],
    "two tables": lambda frame: [frame.iloc[::2], in_polars(frame.iloc[1::2])],
    "two lists of rows": lambda frame: [rows(frame.iloc[::2]), rows(frame.iloc[1::2])],
}


@pytest.mark.parametrize("kind", KINDS)
def test_tables_are_files_of_the_same_rows(atemoya, simulated, kind):
    expected = list(atemoya.PeakGenerator(**simulated.arguments()))
    given = {name: KINDS[kind](frame) for name, frame in frames(simulated).items()}
    assert_same_batches(list(atemoya.PeakGenerator(**simulated.arguments(**given))), expected)


def put(frame, row: int, column: int, value):
    frame = frame.astype(object)
    frame.iloc[row, column] = value
    return frame


# The parameter, what stands in row 7 and in which column, and what the message says of it.
WRONG = {
    "an end before its start": ("negatives", 2, 5, "the end"),
    "a start below 0": ("negatives", 1, -5, "the start"),
    "a start too large": ("peaks", 1, 2**41, "the start"),
    "a fraction": ("peaks", 1, 5.5, "the start is 5.5, which is no whole number"),
    "no number": ("negatives", 1, float("nan"), "there is no start, but nan"),
    "NA": ("negatives", 2, pandas.NA, "there is no end, but <NA>"),
    "text": ("negatives", 1, "5", "the start is '5', which is no number"),
    "no contig": ("peaks", 0, None, "the name of the contig is None"),
    "nan for a contig": ("peaks", 0, float("nan"), "the name of the contig is nan"),
    "bytes for a contig": ("peaks", 0, b"chr1", "the name of the contig is b'chr1'"),
    "a contig of a comment": ("peaks", 0, "#chr1", "'#chr1' cannot be the name of a contig"),
    "a contig that is not": ("negatives", 0, "chrZ", "chrZ"),
    "no summit": ("peaks", 9, -1, "summit"),
    "a summit past the end": ("peaks", 9, 10**6, "summit"),
    "a broken region": ("exclusion_lists", 2, -1, "the end"),
}


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("several", [False, True])
def test_a_bad_row_is_called_by_its_number(atemoya, simulated, wrong, several):
    name, column, value, says = WRONG[wrong]
    frame = frames(simulated)[name]
    if name == "exclusion_lists":
        frame = pandas.concat([frame] * 3)
    frame = put(frame, 7, column, value)
    given = {name: [simulated.file(LOCI[name][0]), frame] if several else frame}
    with pytest.raises(atemoya.InputError) as raised:
        atemoya.PeakGenerator(**simulated.arguments(**given))
    said = str(raised.value)
    assert said.startswith(f"{name}{'[1]' if several else ''} (DataFrame), row 7: ") and says in said, said
    assert said.endswith("(rows are counted from 0)") and "/" not in said and "line" not in said, said
    assert raised.value.path is raised.value.line is None
    assert raised.value.__cause__ is None and raised.value.__suppress_context__


def test_warnings_name_the_table(atemoya, simulated):
    """And not the temporary file, which is gone by then."""
    given = simulated.arguments(exclusion_lists=frames(simulated)["exclusion_lists"][:0])
    with pytest.warns(UserWarning) as caught:
        atemoya.PeakGenerator(**given)
    [said] = [str(warning.message) for warning in caught if "exclusion_lists" in str(warning.message)]
    assert "exclusion_lists (DataFrame)" in said and "/" not in said, said


def test_a_bad_row_of_a_file_is_a_line(atemoya, simulated, tmp_path):
    path = tmp_path / "negatives.bed"
    path.write_text("chr1\t5\t9\nchr1\t9\t5\n")
    with pytest.raises(atemoya.InputError, match="negatives.bed, line 2: ") as raised:
        atemoya.PeakGenerator(**simulated.arguments(peaks=frames(simulated)["peaks"], negatives=str(path)))
    assert (raised.value.path, raised.value.line) == (path, 2)


class HasFrame:
    df = None


REFUSED = {
    "too few columns": (
        pandas.DataFrame({"a": ["chr1"], "b": [900]}), r"negatives \(DataFrame\): 2 columns are too few"),
    "too short a row": ([("chr1", 1, 2), ("chr1", 3)], r"negatives \(list\): 2 columns are too few"),
    "a lazy frame": (polars.LazyFrame({"a": ["chr1"]}), r"polars LazyFrame: pass its \.collect\(\)"),
    "an array": (np.array([["chr1", "5", "9"]]), r"ndarray: pass pandas\.DataFrame\(array\)"),
    "what has a frame": (HasFrame(), r"HasFrame: pass its \.df"),
    "a dictionary": ({"chrom": ["chr1"], "start": [5], "end": [9]}, "list of rows.*not dict"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_by_name(atemoya, simulated, name):
    value, says = REFUSED[name]
    with pytest.raises(ValueError, match=says):
        atemoya.PeakGenerator(**simulated.arguments(negatives=value))


def test_nothing_is_left_of_tables(atemoya, simulated, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    loader = atemoya.PeakGenerator(**simulated.arguments(**frames(simulated)))
    assert not list(tmp_path.iterdir())
    assert len(list(loader)) == len(loader)
    with pytest.raises(ValueError):
        atemoya.PeakGenerator(**simulated.arguments(negatives=put(frames(simulated)["negatives"], 0, 2, 0)))
    assert not list(tmp_path.iterdir())


def test_paths_alone_where_files_are_recorded(atemoya, simulated, tmp_path):
    store = atemoya.pack(Path(tmp_path, "store"), fasta=simulated.file("genome.fa"))
    for peaks, kind in ((frames(simulated)["peaks"], "DataFrame"), ([("chr1", 300, 500)], "tuple")):
        for make in (atemoya.index, atemoya.Loader):
            says = f"peaks must be a path or a list of paths, not {kind}.*PeakGenerator, which"
            with pytest.raises(TypeError, match=says):
                make(store, peaks=peaks)
