"""Errors in a user's input: the type of the exception, and the names in its message."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from conftest import needed
from stored import arguments, packed

pandas = needed("pandas")

# name: (arguments that differ from good ones, the exception, what its message says)
FILES = {
    "letters for a number": ("negatives", "chr1\t500\t700\nchr1\tabc\t900\n", ValueError, ["input.txt", "2"]),
    "two columns": ("negatives", "chr1\t500\t700\nchr1\t900\n", ValueError, ["input.txt", "2"]),
    "an empty list": ("negatives", "", ValueError, []),
    "no column of summits": ("peaks", "chr1\t9000\t9200\n", ValueError, ["input.txt"]),
    "a negative summit": ("peaks", "chr1\t9000\t9200\tp\t0\t.\t1\t1\t1\t-1\n", ValueError, ["ummit"]),
    "a summit past the end": ("peaks", "chr1\t9000\t9200\tp\t0\t.\t1\t1\t1\t201\n", ValueError, ["ummit"]),
    "missing contigs": ("negatives", "chrZ\t500\t700\nchrA\t500\t700\n", ValueError, ["chrA", "chrZ"]),
    "everything excluded": ("exclusion_lists", "chr1\t0\t100000\nchr2\t0\t100000\nchr10\t0\t100000\n", ValueError, []),
    "FASTA without a header": ("sequences", "ACGT\n", ValueError, ["input.txt"]),
    "an empty FASTA": ("sequences", "", ValueError, ["input.txt"]),
    "text as bigWig": ("signals", "chr1\t0\t100\t1.5\n", ValueError, ["input.txt"]),
}
ARGUMENTS = {
    "chroms as a string": (dict(chroms="chr1"), ValueError),
    "no chroms": (dict(chroms=[]), ValueError),
    "chroms without loci": (dict(chroms=["chrZ"]), ValueError),
    "a window that fits nowhere": (dict(in_window=100_000), ValueError),
    "a window of nothing": (dict(in_window=0), ValueError),
    "more counts than there are": (dict(min_counts=1e9), ValueError),
    "negatives wanted, none given": (dict(negatives=None), ValueError),
    "a negative ratio below 0": (dict(negative_ratio=-1), ValueError),
    "a jitter below 0": (dict(max_jitter=-1), ValueError),
    "groups that disagree": (dict(signal_groups=[1, 1]), ValueError),
    "an empty group": (dict(signal_groups=[0]), ValueError),
    "a group without files": (dict(signals=[[]]), ValueError),
    "signals as a string": (dict(signals="plus.bw"), TypeError),
    "signals of another type": (dict(signals=[5]), TypeError),
    "dicts in a group": (dict(signals=[[{"chr1": np.zeros(9)}]]), TypeError),
    "more groups than dicts": (dict(signals=[{"chr1": np.zeros(9)}], signal_groups=[2]), ValueError),
    "a dict of lists": (dict(signals=[{"chr1": [1, 2]}]), ValueError),
    "a URL": (dict(signals=["http://example.org/a.bw"]), ValueError),
    "loci of another type": (dict(peaks=5), ValueError),
    "a list of other types": (dict(peaks=[5]), ValueError),
    "no loci at all": (dict(peaks=[]), ValueError),
    "batches of nothing": (dict(batch_size=0), ValueError),
    "workers below 0": (dict(num_workers=-1), ValueError),
    "an unknown argument": (dict(nonsense=1), TypeError),
}
# cherimoya fails on these by accident, in various ways
CLEARER = {
    "no signals": (dict(signals=None), (ValueError, TypeError)),
    "no sequences": (dict(sequences=None), (ValueError, TypeError)),
    "sequences of another type": (dict(sequences=5), (ValueError, TypeError)),
    "an empty list of signals": (dict(signals=[]), ValueError),
    "a table of two columns": (dict(negatives=pandas.DataFrame({"a": ["chr1"], "b": [900]})), ValueError),
    "a table of letters": (dict(negatives=pandas.DataFrame({"a": ["chr1"], "b": ["x"], "c": ["y"]})),
                           (ValueError, TypeError)),
}
OURS = {
    "an order that is not": (dict(order="alphabetic"), ValueError, ["order"]),
    "counts of other tracks": (dict(counts_tracks="none of them"), ValueError, ["counts_tracks"]),
    "a rank past the last": (dict(rank=2, world_size=2), ValueError, ["rank"]),
    "a batch that cannot be shared": (dict(rank=0, world_size=3), ValueError, ["16", "3"]),
}


def write(folder: Path, text: str) -> str:
    path = folder / "input.txt"
    path.write_text(text)
    return str(path)


@pytest.mark.parametrize("name", FILES)
def test_files(atemoya, simulated, tmp_path, name):
    argument, text, expected, says = FILES[name]
    path = write(tmp_path, text)
    value = [path] if argument in ("signals", "exclusion_lists") else path
    with pytest.raises(expected) as raised:
        atemoya.PeakGenerator(**simulated.arguments(**{argument: value}))
    for words in says:
        assert words in str(raised.value)


@pytest.mark.parametrize("name", ARGUMENTS)
def test_arguments(atemoya, simulated, name):
    changes, expected = ARGUMENTS[name]
    with pytest.raises(expected) as raised:
        atemoya.PeakGenerator(**simulated.arguments(**changes))
    assert str(raised.value)


@pytest.mark.parametrize("name", ARGUMENTS)
def test_cherimoya_raises_the_same_types(cherimoya_io, simulated, name):
    changes, expected = ARGUMENTS[name]
    with pytest.raises(expected):
        cherimoya_io.PeakGenerator(**simulated.arguments(**changes))


@pytest.mark.parametrize("name", CLEARER)
def test_clearer_than_cherimoya(atemoya, simulated, name):
    changes, expected = CLEARER[name]
    with pytest.raises(expected) as raised:
        atemoya.PeakGenerator(**simulated.arguments(**changes))
    assert str(raised.value)


@pytest.mark.parametrize("name", OURS)
def test_arguments_of_atemoya(atemoya, simulated, name):
    changes, expected, says = OURS[name]
    with pytest.raises(expected) as raised:
        atemoya.PeakGenerator(**simulated.arguments(**changes))
    for words in says:
        assert words in str(raised.value)


@pytest.mark.parametrize("argument", ["peaks", "negatives", "sequences", "signals", "controls", "exclusion_lists"])
def test_a_missing_file(atemoya, simulated, argument):
    path = simulated.file("not-there")
    value = path if argument in ("peaks", "negatives", "sequences") else [path]
    with pytest.raises(FileNotFoundError) as raised:
        atemoya.PeakGenerator(**simulated.arguments(**{argument: value}))
    assert "not-there" in str(raised.value)


@pytest.mark.parametrize("name", ["reverse_complement", "shuffle", "summits", "pin_memory", "verbose", "drop_last"])
@pytest.mark.parametrize("value", ["False", "no", 2, -1, [], 0.0])
def test_what_is_neither_true_nor_false(atemoya, simulated, name, value):
    """All of these were taken for what Python takes them for: texts for true, whatever they say."""
    with pytest.raises((TypeError, ValueError), match=f"{name} must be True or False"):
        atemoya.PeakGenerator(**simulated.arguments(**{name: value}))


def test_flags_of_other_types(atemoya, simulated):
    flags = dict(reverse_complement=np.bool_(False), shuffle=0, summits=1, drop_last=np.int64(1), verbose=np.False_)
    plain = dict(reverse_complement=False, shuffle=False, summits=True, drop_last=True, verbose=False)
    same = zip(*(atemoya.PeakGenerator(**simulated.arguments(**given)) for given in (flags, plain)), strict=True)
    assert all((a == b).all() for ours, theirs in same for a, b in zip(ours, theirs))


def test_flags_of_what_needs_no_torch(atemoya, simulated, tmp_path):
    with pytest.raises(TypeError, match="replace must be True or False .*'no'"):
        atemoya.pack(tmp_path / "x", fasta=simulated.file("genome.fa"), replace="no")
    store = packed(atemoya, simulated, tmp_path / "store")
    with pytest.raises(TypeError, match="verbose must be True or False"):
        store.verify(verbose="yes")
    with pytest.raises(TypeError, match="replace must be True or False"):
        atemoya.index(store, peaks=simulated.file("peaks.narrowPeak"), replace="no")
    for name in ("outlier_filter", "summits", "drop_last"):
        with pytest.raises(TypeError, match=f"{name} must be True or False"):
            atemoya.Loader(store, **arguments(simulated, **{name: "False"}))


DOWNLOAD, LEAVE_OUT = "download it first", "takes names of local files: leave out the file: in front"
URLS = {"s3://bucket/file": DOWNLOAD, "https://example.org/a.bw": DOWNLOAD, "gs://x/y": DOWNLOAD, "HTTP://X": DOWNLOAD,
        "file:///tmp/x": LEAVE_OUT, "File:/tmp/x": LEAVE_OUT}


@pytest.mark.parametrize("url", URLS)
@pytest.mark.parametrize("name", ["peaks", "negatives", "exclusion_lists", "sequences", "signals", "controls", "store",
                                  "cache_dir"])
def test_urls(atemoya, simulated, name, url):
    changes = {name: [url] if name in ("signals", "controls", "exclusion_lists") else url}
    if name == "store":
        changes.update(sequences=None, signals=None, controls=None)
    with pytest.raises(ValueError, match=f"^{name}: '{url}' is a URL, .*{URLS[url]}"):
        atemoya.PeakGenerator(**simulated.arguments(**changes))


@pytest.mark.parametrize("url", URLS)
def test_urls_without_torch(atemoya, simulated, tmp_path, url):
    store = packed(atemoya, simulated, tmp_path / "store")
    calls = {
        "store": lambda: atemoya.Store(url),
        "out": lambda: atemoya.pack(url, fasta=simulated.file("genome.fa")),
        "fasta": lambda: atemoya.pack(tmp_path / "x", fasta=url),
        "chrom_sizes": lambda: atemoya.pack(tmp_path / "x", chrom_sizes=url, signals={"a": simulated.file("plus.bw")}),
        "signals": lambda: atemoya.pack(tmp_path / "x", signals={"a": [url]}),
        "controls": lambda: atemoya.pack(tmp_path / "x", controls={"a": url}),
        "peaks": lambda: atemoya.index(store, peaks=url),
        "negatives": lambda: atemoya.Loader(store, **arguments(simulated, negatives=[url])),
        "exclusion_lists": lambda: atemoya.Loader(store, **arguments(simulated, exclusion_lists=url)),
    }
    for name, call in calls.items():
        with pytest.raises(ValueError, match=f"^{name}: '{url}' is a URL, .*{URLS[url]}"):
            call()
    assert not (tmp_path / "x").exists()


def test_the_home_directory(atemoya, simulated, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(simulated.folder))
    expected = list(atemoya.PeakGenerator(**simulated.arguments(cache_dir=tmp_path)))
    homely = simulated.arguments(
        peaks="~/peaks.narrowPeak", negatives="~/negatives.bed", sequences="~/genome.fa",
        signals=[["~/plus.bw", "~/minus.bw"]], controls=["~/control.bw"], exclusion_lists=["~/exclusion.bed"],
        cache_dir=tmp_path)
    found = list(atemoya.PeakGenerator(**homely))
    assert all((a == b).all() for ours, theirs in zip(found, expected, strict=True) for a, b in zip(ours, theirs))
    monkeypatch.setenv("HOME", str(tmp_path))
    store = atemoya.pack("~/all.atemoya", fasta=simulated.file("genome.fa"))
    assert store.path == tmp_path / "all.atemoya" and atemoya.Store("~/all.atemoya").checksum == store.checksum


def test_a_folder_in_place_of_a_file(atemoya, simulated):
    with pytest.raises((OSError, ValueError)) as raised:
        atemoya.PeakGenerator(**simulated.arguments(signals=[str(simulated.folder)]))
    assert simulated.folder.name in str(raised.value)


def test_a_corrupt_bigwig(atemoya, cherimoya_io, simulated, shared):
    path = str(shared / "data" / "bigwig" / "malformed.bw")
    for module in (atemoya, cherimoya_io):
        with pytest.raises(ValueError) as raised:
            module.PeakGenerator(**simulated.arguments(signals=[path]))
        assert "malformed.bw" in str(raised.value)


@pytest.mark.parametrize("part", [0.01, 0.5, 0.99])
def test_a_bigwig_that_was_cut(atemoya, simulated, tmp_path, part):
    whole = Path(simulated.file("plus.bw")).read_bytes()
    path = tmp_path / "cut.bw"
    path.write_bytes(whole[:int(len(whole) * part)])
    with pytest.raises((ValueError, OSError)) as raised:
        atemoya.PeakGenerator(**simulated.arguments(signals=[str(path)]))
    assert "cut.bw" in str(raised.value)


def test_an_error_leaves_nothing_that_a_later_call_finds(atemoya, simulated, tmp_path):
    cache = tmp_path / "cache"
    arguments = simulated.arguments(cache_dir=cache)
    with pytest.raises(ValueError):
        atemoya.PeakGenerator(**{**arguments, "signals": [simulated.file("genome.fa")]})
    first = [tuple(t.sum() for t in batch) for batch in atemoya.PeakGenerator(**arguments)]
    again = [tuple(t.sum() for t in batch) for batch in atemoya.PeakGenerator(**arguments)]
    assert first == again


@pytest.mark.parametrize("way", ["PeakGenerator", "Loader", "index"])
def test_contigs_that_the_genome_lacks_are_left_out_as_the_message_says(atemoya, simulated, tmp_path, way):
    """Peak callers report chrM, which many genomes lack: the message has the very list to pass."""
    peaks = tmp_path / "macs.narrowPeak"
    lines = Path(simulated.file("peaks.narrowPeak")).read_text()
    peaks.write_text(lines + "chrM\t100\t300\tp\t0\t.\t1\t1\t1\t50\n")
    if way != "PeakGenerator":
        store = packed(atemoya, simulated, tmp_path / "store")
    calls = {
        "PeakGenerator": lambda **changes: atemoya.PeakGenerator(**simulated.arguments(peaks=peaks, **changes)),
        "Loader": lambda **changes: atemoya.Loader(store, **arguments(simulated, peaks=peaks, **changes)),
        "index": lambda **changes: atemoya.index(store, peaks=peaks, in_window=200, out_window=100, **changes),
    }
    with pytest.raises(atemoya.InputError) as raised:
        calls[way]()
    message = str(raised.value)
    assert (raised.value.path, raised.value.line) == (peaks, 151)
    assert '"chrM"' in message and "--" not in message and "`" not in message
    advised = json.loads(re.search(r"chroms=(\[.*?\])", message)[1])
    assert sorted(advised) == ["chr1", "chr10", "chr2"]
    assert calls[way](chroms=advised)
