"""What atemoya takes beyond cherimoya's arguments: paths as objects, a cache, all tracks for
counts, no torch.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from comparing import assert_same_batches


def test_the_loader_is_a_data_loader(atemoya, simulated):
    loader = atemoya.PeakGenerator(**simulated.arguments())
    assert isinstance(loader, torch.utils.data.DataLoader)
    assert isinstance(loader.dataset, torch.utils.data.Dataset)
    assert loader.batch_size == 16
    assert len(loader) == -(-len(loader.dataset) // 16)


def test_paths_as_objects(atemoya, simulated):
    def as_path(value):
        if isinstance(value, list):
            return [as_path(entry) for entry in value]
        return Path(value) if isinstance(value, str) and value.startswith(str(simulated.folder)) else value

    arguments = simulated.arguments()
    paths = {name: as_path(value) for name, value in arguments.items()}
    assert isinstance(paths["signals"][0][0], Path)
    assert_same_batches(list(atemoya.PeakGenerator(**paths)), list(atemoya.PeakGenerator(**arguments)))


def test_what_is_lacking_is_said_first(atemoya, simulated, tmp_path):
    """Before negatives, which have a default that needs them."""
    genome, peaks = simulated.file("genome.fa"), simulated.file("peaks.narrowPeak")
    store = atemoya.pack(tmp_path / "store", fasta=genome, signals={"atac": simulated.file("plus.bw")})
    for given, says in (
        ({"peaks": peaks}, r"needs sequences and signals, or a store that has them \(store=\)"),
        ({"peaks": peaks, "sequences": genome}, "needs signals, or"),
        ({"negatives": peaks, "sequences": genome}, "needs peaks and signals, or"),
        ({"peaks": store}, "peaks is a Store: pass it as store="),
    ):
        with pytest.raises(TypeError, match=says):
            atemoya.PeakGenerator(**given)
    for make in (lambda: atemoya.PeakGenerator(store=store), lambda: atemoya.Loader(store)):
        says = r"store has no locus index: atemoya.index\(...\) makes one, or give peaks"
        with pytest.raises(ValueError, match=says):
            make()


def test_defaults(atemoya, simulated):
    names = ("peaks", "negatives", "sequences", "signals")
    arguments = simulated.arguments()
    loader = atemoya.PeakGenerator(*(arguments[name] for name in names), in_window=300, out_window=100)
    data = loader.dataset
    assert (loader.batch_size, loader.num_workers) == (32, 1)
    assert (data.max_jitter, data.negative_ratio, data.reverse_complement, data.shuffle) == (50, 0.1, True, True)
    assert [tensor.dtype for tensor in next(iter(loader))] == [torch.int8, torch.float32, torch.int64]


def test_counts_of_all_tracks(atemoya, simulated):
    """cherimoya measures the first track alone; negatives are not subject to the filter of
    outliers.
    """
    arguments = simulated.arguments(exclusion_lists=None)
    signals = np.asarray(atemoya.PeakGenerator(**arguments).dataset.negative_signals)
    first, both = signals[:, 0].sum(axis=1), signals.sum(axis=(1, 2))
    bound = float(np.median(first))
    for tracks, counts in ((None, first), ("all", both)):
        kept = atemoya.PeakGenerator(**arguments, min_counts=bound, counts_tracks=tracks).dataset.n_negatives
        assert kept == (counts >= bound).sum()
    assert (first >= bound).sum() != (both >= bound).sum()


def test_files_are_packed_once(atemoya, simulated, tmp_path):
    def content() -> dict[str, int]:
        # The time of one file beside the store is that of the last use.
        files = (path for path in sorted(tmp_path.rglob("*")) if path.is_file() and path.suffix != ".used")
        return {str(path): path.stat().st_mtime_ns for path in files}

    arguments = simulated.arguments(cache_dir=tmp_path)
    first = list(atemoya.PeakGenerator(**arguments))
    packed = content()
    assert packed
    assert_same_batches(list(atemoya.PeakGenerator(**dict(arguments, num_workers=2))), first)
    atemoya.PeakGenerator(**dict(arguments, in_window=150, summits=False, chroms=["chr1"]))
    assert content() == packed, "windows and loci need no other store"


def test_the_cache_in_the_home_directory(atemoya, simulated, tmp_path, monkeypatch):
    """A ``~`` was taken for the name of a directory, wherever the process happened to be."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ATEMOYA_CACHE", "~/by-environment")
    assert atemoya.cache_dir() == tmp_path / "home" / "by-environment"
    atemoya.PeakGenerator(**simulated.arguments())
    atemoya.PeakGenerator(**simulated.arguments(cache_dir="~/by-argument"))
    assert [path.name for path in tmp_path.iterdir()] == ["home"]
    assert sorted(path.name for path in (tmp_path / "home").iterdir()) == ["by-argument", "by-environment"]


def test_a_file_that_changed_is_packed_anew(atemoya, simulated, tmp_path):
    signal = tmp_path / "signal.bw"
    arguments = simulated.arguments(signals=[str(signal)], controls=None, cache_dir=tmp_path / "cache")
    seen = []
    for name in ("plus", "minus", "plus"):
        signal.write_bytes(Path(simulated.file(f"{name}.bw")).read_bytes())
        seen.append(list(atemoya.PeakGenerator(**arguments)))
    assert_same_batches(seen[0], seen[2])
    assert any(not torch.equal(a[-2], b[-2]) for a, b in zip(seen[0], seen[1]))


@pytest.mark.parametrize("damage", ["the manifest is gone", "a file was cut", "all of it is gone"])
def test_a_store_of_the_cache_that_is_not_whole_is_packed_anew(atemoya, simulated, tmp_path, damage):
    arguments = simulated.arguments(cache_dir=tmp_path)
    first = list(atemoya.PeakGenerator(**arguments))
    [store] = tmp_path.glob("*.atemoya")
    # As if nobody used it: the lock is on the file, not on its name.
    store.with_suffix(".used").unlink()
    if damage == "the manifest is gone":
        (store / "manifest.json").unlink()
    elif damage == "a file was cut":
        (store / "sequence.atm").write_bytes((store / "sequence.atm").read_bytes()[:-100])
    else:
        shutil.rmtree(store)
    assert_same_batches(list(atemoya.PeakGenerator(**arguments)), first)
    assert list(tmp_path.glob("*.atemoya*")) == [store]


def test_files_of_others_in_a_damaged_store_of_the_cache_stay(atemoya, simulated, tmp_path):
    arguments = simulated.arguments(cache_dir=tmp_path)
    first = list(atemoya.PeakGenerator(**arguments))
    [store] = tmp_path.glob("*.atemoya")
    # As if nobody used it: the lock is on the file, not on its name.
    store.with_suffix(".used").unlink()
    (store / "manifest.json").write_text("{}")
    (store / "notes.txt").write_text("words")
    for _ in range(2):
        with pytest.raises(FileExistsError, match='"manifest.json", "notes.txt"'):
            atemoya.PeakGenerator(**arguments)
    assert (store / "notes.txt").read_text() == "words" and (store / "sequence.atm").exists()
    (store / "notes.txt").unlink()
    (store / "manifest.json").unlink()
    assert_same_batches(list(atemoya.PeakGenerator(**arguments)), first)


def test_import_needs_numpy_alone(atemoya, run_environment):
    code = """
import sys
for name in ("torch", "pandas", "cherimoya"):
    sys.modules[name] = None
import atemoya
try:
    atemoya.PeakGenerator("peaks.bed", None, "genome.fa", ["a.bw"])
except ImportError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], env=run_environment, timeout=60, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout
    assert "torch" in done.stdout


@pytest.mark.parametrize("workers", [0, 2])
def test_the_native_order(atemoya, simulated, workers):
    """Another order of the same loci: every peak once an epoch, the same for any number of workers.
    """
    loader = atemoya.PeakGenerator(**simulated.arguments(order="native", num_workers=workers))
    alone = atemoya.PeakGenerator(**simulated.arguments(order="native", num_workers=1))
    first, second = list(loader), list(loader)
    assert sum(int(batch[-1].sum()) for batch in first) == loader.dataset.n_peaks
    assert sum(len(batch[-1]) for batch in first) == len(loader.dataset)
    assert any(not torch.equal(a[0], b[0]) for a, b in zip(first, second)), "epochs differ"
    assert_same_batches(list(alone), first)
