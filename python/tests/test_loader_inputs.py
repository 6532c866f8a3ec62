"""Loader: without torch, loci from files and from indices, and errors in a user's input."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from stored import COLUMNS, arguments, assert_same, copies, groups, packed

WITHOUT_TORCH = """
import hashlib, json, sys
for name in ("torch", "pandas", "tqdm", "cherimoya"):
    sys.modules[name] = None
task = json.loads(sys.argv[1])
import atemoya
store = atemoya.pack(task["path"], **task["pack"])
loci = {name: task["loader"][name] for name in ("peaks", "negatives", "summits")}
atemoya.index(store, "some", verbose=True, **loci)
digest = hashlib.sha256()
for batch in atemoya.Loader(store, **task["loader"]):
    for name in task["columns"]:
        digest.update(getattr(batch, name).tobytes())
said = []
for name in ("PeakGenerator", "PeakNegativeSampler", "PeakLoader", "ShardedEpochSampler"):
    try:
        getattr(atemoya, name)
    except ImportError as error:
        said.append(str(error))
try:
    from atemoya import PeakGenerator
except ImportError as error:
    said.append(str(error))
print(json.dumps({"digest": digest.hexdigest(), "loci": atemoya.Store(task["path"]).loci, "said": said,
                  "modules": sorted(name for name in sys.modules if name.startswith("torch") and sys.modules[name])}))
"""


@pytest.fixture(scope="module")
def store(atemoya, simulated, tmp_path_factory):
    return packed(atemoya, simulated, tmp_path_factory.mktemp("store") / "all.atemoya")


@pytest.fixture(scope="module")
def make(atemoya, store, simulated):
    def make(**changes):
        return atemoya.Loader(store, **arguments(simulated, **changes))

    return make


def test_what_cannot_be_assigned(atemoya, make):
    loader = make()
    for name in ("store", "random_state", "batch_size", "negative_ratio", "exclusion_lists", "verify"):
        with pytest.raises(AttributeError, match=f"{name} cannot be changed once .* make another with {name}="):
            setattr(loader, name, 3)
    with pytest.raises(AttributeError, match="no attribute 'batchsize'"):
        loader.batchsize = 3
    loader._mark = 3
    assert_same(copies(loader), copies(make()))


@pytest.fixture(scope="module")
def indexed(atemoya, simulated, tmp_path_factory):
    """A store with two indices, of which one has other negatives."""
    path = tmp_path_factory.mktemp("indexed") / "all.atemoya"
    packed(atemoya, simulated, path)
    given = dict(peaks=simulated.file("peaks.narrowPeak"), summits=True)
    for name, negatives in (("default", simulated.file("negatives.bed")), ("other", simulated.file("exclusion.bed"))):
        chroms = ["chr1", "chr2", "chr10"]
        written = atemoya.index(path, name, negatives=negatives, chroms=chroms, in_window=200, out_window=100, **given)
        assert written == path / "loci" / name and (written / "index.parquet").exists()
    return atemoya.Store(path)


def test_numpy_is_all_that_is_needed(simulated, make, tmp_path, run_environment):
    task = dict(path=str(tmp_path / "store"), pack=dict(groups(simulated), fasta=simulated.file("genome.fa")),
                loader=arguments(simulated, num_workers=2), columns=COLUMNS)
    done = subprocess.run([sys.executable, "-c", WITHOUT_TORCH, json.dumps(task)], env=run_environment, timeout=60,
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    *account, result = done.stdout.splitlines()
    result = json.loads(result)
    digest = hashlib.sha256()
    for batch in make():
        for name in COLUMNS:
            digest.update(getattr(batch, name).tobytes())
    assert result["digest"] == digest.hexdigest(), "the batches are those of a process that has torch"
    assert result["loci"] == ["some"] and result["modules"] == []
    assert any("kept" in line for line in account)
    assert len(result["said"]) == 5 and all("torch" in words for words in result["said"])


@pytest.mark.parametrize("order", ["native", "cherimoya"])
def test_an_index_gives_what_the_files_give(atemoya, simulated, indexed, make, order):
    changes = dict(order=order, exclusion_lists=simulated.file("exclusion.bed"), chroms=["chr1", "chr10"],
                   min_counts=40)
    files = make(**changes)
    given = arguments(simulated, **changes, loci="default")
    for name in ("peaks", "negatives", "summits"):
        del given[name]
    index = atemoya.Loader(indexed, **given)
    assert index.ledger == files.ledger and index.state_dict() == files.state_dict()
    for _ in range(2):
        assert_same(copies(index), copies(files))


def test_indices_by_name(atemoya, simulated, indexed, tmp_path):
    windows = dict(in_window=200, out_window=100, max_jitter=16)
    assert sorted(indexed.loci) == ["default", "other"]
    for name, total in (("default", 200), ("other", 3)):
        assert atemoya.Loader(indexed, loci=name, **windows).ledger["negatives"]["total"] == total
    with pytest.raises(KeyError, match="third"):
        atemoya.Loader(indexed, loci="third", **windows)
    with pytest.raises(TypeError, match="negatives"):
        atemoya.Loader(indexed, negatives=simulated.file("negatives.bed"), **windows)
    with pytest.raises(TypeError, match="loci"):
        atemoya.Loader(indexed, loci="default", peaks=simulated.file("peaks.narrowPeak"), **windows)
    alone = packed(atemoya, simulated, tmp_path / "store")
    with pytest.raises(ValueError, match="index"):
        atemoya.Loader(alone, **windows)
    atemoya.index(alone, "mine", peaks=simulated.file("peaks.narrowPeak"), summits=True)
    assert alone.loci == ["mine"]
    assert atemoya.Loader(alone, negative_ratio=0, **windows).ledger["peaks"]["total"] == 150


def test_replacing_an_index(atemoya, simulated, tmp_path):
    store = packed(atemoya, simulated, tmp_path / "store")
    peaks = dict(peaks=simulated.file("peaks.narrowPeak"), summits=True)
    atemoya.index(store, **peaks)
    with pytest.raises(FileExistsError, match="default"):
        atemoya.index(store, **peaks)
    atemoya.index(store, **peaks, negatives=[simulated.file("negatives.bed")] * 2, replace=True)
    assert store.loci == ["default"]
    assert atemoya.Loader(store, in_window=200, out_window=100).ledger["negatives"]["total"] == 400
    store.verify()


@pytest.mark.parametrize(("changes", "expected", "says"), [
    (dict(name="a/b"), ValueError, "a/b"), (dict(nonsense=1), TypeError, "nonsense"), (dict(peaks=5), TypeError, ""),
    (dict(peaks="not-there.bed"), OSError, "not-there"), (dict(order="other"), ValueError, "order"),
    (dict(chroms="chr1"), ValueError, "chroms")])
def test_bad_arguments_of_index(atemoya, simulated, tmp_path, changes, expected, says):
    store = packed(atemoya, simulated, tmp_path / "store")
    with pytest.raises(expected) as raised:
        atemoya.index(store, **{"peaks": simulated.file("peaks.narrowPeak"), **changes})
    assert says in str(raised.value)
    assert store.loci == []


def test_ways_to_give_the_same(atemoya, simulated, store, make):
    expected = copies(make())
    as_paths = {name: [Path(simulated.file(file))] for name, file in
                (("peaks", "peaks.narrowPeak"), ("negatives", "negatives.bed"))}
    assert_same(copies(make(**as_paths)), expected)
    assert_same(copies(make(signals=["atac", "one"], controls=("input",), chroms=None, exclusion_lists=())), expected)
    for given in (store.path, str(store.path)):
        assert_same(copies(atemoya.Loader(given, **arguments(simulated))), expected)


BAD = {
    "an unknown signal": (dict(signals=["chip"]), KeyError, "chip"),
    "an unknown control": (dict(controls=["atac"]), KeyError, "atac"),
    "a signal as a string": (dict(signals="atac"), ValueError, "signals"),
    "chroms as a string": (dict(chroms="chr1"), ValueError, "chroms"),
    "a contig that is not": (dict(chroms=["chrZ"]), ValueError, ""),
    "an order that is not": (dict(order="alphabetic"), ValueError, "order"),
    "no jitter at all": (dict(max_jitter=-1), ValueError, "max_jitter"),
    "a jitter with a fraction": (dict(max_jitter=1.5), TypeError, "max_jitter"),
    "a window of nothing": (dict(in_window=0), ValueError, "in_window"),
    "a window of words": (dict(out_window="wide"), TypeError, "out_window"),
    "a ratio below 0": (dict(negative_ratio=-0.1), ValueError, "negative_ratio"),
    "a ratio that is no number": (dict(negative_ratio=float("nan")), ValueError, "negative_ratio"),
    "negatives wanted, none given": (dict(negatives=()), ValueError, "negative"),
    "counts of words": (dict(min_counts="many"), TypeError, "min_counts"),
    "counts of unknown tracks": (dict(counts_tracks="atac.7"), ValueError, "atac.7"),
    "the first of no tracks": (dict(counts_tracks="first", signals=[]), ValueError, "first"),
    "more counts than there are": (dict(min_counts=1e9), ValueError, ""),
    "no seed": (dict(random_state=None), TypeError, ""),
    "batches of nothing": (dict(batch_size=0), ValueError, "batch_size"),
    "workers below 0": (dict(num_workers=-1), ValueError, "num_workers"),
    "workers as a flag": (dict(num_workers=True), TypeError, "num_workers"),
    "no slots": (dict(slots=0), ValueError, "slots"),
    "a type that is not": (dict(sequence_type="nonsense"), TypeError, "nonsense"),
    "a type for no sequence": (dict(sequence_type="float64"), ValueError, "float64"),
    "a type that is too narrow": (dict(controls_type="uint8"), ValueError, "uint8"),
    "a file that is not": (dict(peaks="not-there.bed"), FileNotFoundError, "not-there.bed"),
    "an exclusion list that is not": (dict(exclusion_lists="not-there.bed"), FileNotFoundError, "not-there.bed"),
    "loci of another type": (dict(peaks=5), TypeError, ""),
    "an unknown argument": (dict(nonsense=1), TypeError, "nonsense"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_arguments(make, name):
    changes, expected, says = BAD[name]
    with pytest.raises(expected) as raised:
        make(**changes)
    assert says in str(raised.value)


def test_a_line_that_cannot_be_used(atemoya, make, tmp_path):
    path = tmp_path / "peaks.bed"
    path.write_text("chr1\t9000\t9200\nchr1\tnine\t9200\n")
    with pytest.raises(atemoya.InputError) as raised:
        make(peaks=path, summits=False)
    assert (raised.value.path, raised.value.line) == (path, 2)


def test_columns_that_are_not(make):
    batch = next(iter(make(controls=[])))
    assert batch.controls is None and batch.tensor("controls") is None
    with pytest.raises(KeyError, match="nonsense"):
        batch.tensor("nonsense")
    assert np.array_equal(np.asarray(batch.tensor("labels")), batch.labels)
