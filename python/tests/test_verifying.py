"""A damaged byte of a store: what opening it does not see, and ``verify`` does, once for each
machine.
"""

import os
import shutil

import numpy as np
import pytest
from stored import groups


@pytest.fixture
def store(atemoya, simulated, tmp_path, monkeypatch):
    """A store with an index, and a cache of the test's own."""
    monkeypatch.setenv("ATEMOYA_CACHE", str(tmp_path / "cache"))
    packed = atemoya.pack(tmp_path / "store", fasta=simulated.file("genome.fa"), **groups(simulated))
    atemoya.index(packed, peaks=simulated.file("peaks.narrowPeak"), negatives=simulated.file("negatives.bed"))
    return packed.path


def flip(store):
    """Flips a bit of the first bases, and puts the file's times back, as far as a program can."""
    path = store / "sequence.atm"
    before = path.stat()
    with open(path, "r+b") as file:
        file.seek(4096)
        byte = file.read(1)[0]
        file.seek(4096)
        file.write(bytes([byte ^ 1]))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def makers(atemoya, simulated, store, **more):
    windows = {"in_window": 300, "out_window": 100, "max_jitter": 10}
    files = {"peaks": simulated.file("peaks.narrowPeak"), "negatives": simulated.file("negatives.bed")}
    return [
        lambda: atemoya.Loader(store, **windows, **more),
        lambda: atemoya.PeakGenerator(**files, **windows, store=store, random_state=0, **more),
    ]


def test_a_damaged_store_is_refused_where_it_is_asked_for_and_only_there(atemoya, simulated, store):
    flip(store)
    for make in makers(atemoya, simulated, store):
        assert len(list(make()))
    for make in makers(atemoya, simulated, store, verify=True) * 2:
        with pytest.raises(atemoya.StoreError, match="sequence.atm"):
            make()
    flip(store)
    for make in makers(atemoya, simulated, store, verify=True):
        make()


def test_a_store_is_read_once(atemoya, simulated, store, tmp_path):
    records = tmp_path / "cache" / "verified"
    for make in makers(atemoya, simulated, store):
        make()
    assert not records.exists(), "nothing is verified unless it is asked for"
    native = atemoya.Store(store)._native
    for make in makers(atemoya, simulated, store, verify=True):
        make()
        [record] = records.iterdir()
        assert str(store) in record.read_text()
        assert native.verify_once(None, None) is False
    # Anywhere else it is not known yet.
    atemoya.Store(store).verify(once=True, cache_dir=tmp_path / "other")
    assert os.listdir(tmp_path / "other") == ["verified"]
    shutil.rmtree(records)
    assert native.verify_once(None, None) is True
    assert native.verify_once(None, None) is False


def test_a_store_of_the_cache_is_verified_beside_it(atemoya, simulated, tmp_path):
    arguments = simulated.arguments(cache_dir=tmp_path)
    atemoya.PeakGenerator(**arguments, verify=True)
    [store] = tmp_path.glob("*.atemoya")
    assert len(list((tmp_path / "verified").iterdir())) == 1
    flip(store)
    with pytest.raises(atemoya.StoreError, match="sequence.atm"):
        atemoya.PeakGenerator(**arguments, verify=True)


def test_arrays_have_nothing_to_verify(atemoya, simulated, tmp_path, monkeypatch):
    monkeypatch.setenv("ATEMOYA_CACHE", str(tmp_path / "cache"))
    peaks = tmp_path / "peaks.bed"
    peaks.write_text("".join(f"a\t{start}\t{start + 100}\n" for start in range(1000, 9000, 500)))
    sequence = np.eye(4, dtype=np.int8)[:, np.arange(10_000) % 4]
    loader = atemoya.PeakGenerator(peaks, None, {"a": sequence}, [{"a": np.ones(10_000, np.float32)}], in_window=300,
                                   out_window=100, max_jitter=10, negative_ratio=0, random_state=0, verify=True)
    assert len(loader.dataset) > 0
    assert not (tmp_path / "cache").exists()
