"""Packing: the contents of a store, refused input, and nothing left behind."""

import os
import shutil
import signal
import threading
import time
import warnings
from pathlib import Path

import numpy as np
import pytest
from simulated import CONTIGS
from stored import groups, packed, sequences, signals

from atemoya._progress import Progress


def test_some_contigs(atemoya, simulated, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        store = atemoya.pack(tmp_path / "some", fasta=simulated.file("genome.fa"), contigs=["chr2", "chr1"],
                             **groups(simulated))
    assert set(store.contigs) == {"chr1", "chr2"}
    assert np.array_equal(store.sequence("chr2", 12_400, 300), sequences(simulated, [("chr2", 12_400)], 300))
    with pytest.raises(KeyError, match="chr10"):
        store.sequence("chr10", 0, 10)
    with pytest.raises(ValueError, match="chrZ"):
        atemoya.pack(tmp_path / "none", fasta=simulated.file("genome.fa"), contigs=["chrZ"])


def test_a_store_without_a_genome(atemoya, simulated, tmp_path):
    sizes = tmp_path / "chrom.sizes"
    sizes.write_text("".join(f"{name}\t{length}\n" for name, length in CONTIGS.items()))
    store = atemoya.pack(tmp_path / "tracks", chrom_sizes=sizes, signals={"one": simulated.file("plus.bw")}, tile=512)
    assert (store.has_sequence, store.controls, store.contigs) == (False, {}, CONTIGS)
    assert np.array_equal(store.signal("chr10", [11_990], 20), signals(simulated, ["one"], [("chr10", 11_990)], 20))
    with pytest.raises(ValueError, match="sequence"):
        store.sequence("chr10", 0, 20)


def test_a_contig_without_a_signal_is_a_warning(atemoya, simulated, tmp_path):
    fasta = tmp_path / "more.fa"
    fasta.write_bytes(Path(simulated.file("genome.fa")).read_bytes() + b">chrM\nACGTNNACGT\n")
    with pytest.warns(UserWarning, match="chrM") as caught:
        store = atemoya.pack(tmp_path / "more", fasta=fasta, signals={"one": simulated.file("plus.bw")})
    assert all(warning.filename == __file__ for warning in caught), "it points to the caller"
    assert not store.signal("chrM", 0, 10).any()
    assert store.sequence("chrM", 0, 10)[0].argmax(0).tolist() == [0, 1, 2, 3, 0, 0, 0, 1, 2, 3]


def test_replacing(atemoya, simulated, tmp_path):
    path, fasta = tmp_path / "store", simulated.file("genome.fa")
    old = atemoya.pack(path, fasta=fasta)
    with pytest.raises(FileExistsError, match="store"):
        atemoya.pack(path, fasta=fasta, signals={"one": simulated.file("plus.bw")})
    assert atemoya.Store(path).checksum == old.checksum and os.listdir(tmp_path) == ["store"]
    new = atemoya.pack(path, fasta=fasta, signals={"one": simulated.file("plus.bw")}, replace=True)
    assert new.checksum != old.checksum and list(new.signals) == ["one"]
    assert os.listdir(tmp_path) == ["store"]
    assert np.array_equal(old.sequence("chr1", 5, 99), new.sequence("chr1", 5, 99)), "the old one is still open"


@pytest.mark.parametrize(("changes", "expected", "says"), [
    (dict(tile=3000), ValueError, "tile"), (dict(tile=256), ValueError, "tile"),
    (dict(fasta="not-there.fa"), FileNotFoundError, "not-there.fa"),
    (dict(signals={"a/b": "plus.bw"}), ValueError, "a/b"), (dict(signals={"x": []}), ValueError, "x"),
    (dict(fasta=None), ValueError, "nothing"), (dict(contigs=[]), ValueError, "contigs"),
])
def test_bad_arguments_of_pack(atemoya, simulated, tmp_path, changes, expected, says):
    with pytest.raises(expected) as raised:
        atemoya.pack(tmp_path / "store", **{"fasta": simulated.file("genome.fa"), **changes})
    assert says in str(raised.value)
    assert os.listdir(tmp_path) == []


def test_an_input_that_cannot_be_used(atemoya, tmp_path):
    fasta = tmp_path / "bad.fa"
    fasta.write_text(">a\nACGT\n>a\nACGT\n")
    with pytest.raises(atemoya.InputError) as raised:
        atemoya.pack(tmp_path / "store", fasta=fasta)
    assert (raised.value.path, raised.value.line) == (fasta, 3)
    assert os.listdir(tmp_path) == ["bad.fa"]


@pytest.mark.parametrize("verbose", [False, True])
def test_ctrl_c_leaves_nothing_behind(atemoya, tmp_path, verbose):
    """A real SIGINT, as soon as there is something that could be left."""
    line = np.random.default_rng(0).choice(np.frombuffer(b"ACGT", np.uint8), 1 << 18).tobytes() + b"\n"
    fasta, out = tmp_path / "large.fa", tmp_path / "out"
    fasta.write_bytes(b">large\n" + line * 1024)
    out.mkdir()
    begun = []

    def interrupt() -> None:
        while not begun and time.monotonic() < deadline:
            begun.extend(os.listdir(out))
        os.kill(os.getpid(), signal.SIGINT)

    deadline = time.monotonic() + 30
    thread = threading.Thread(target=interrupt)
    with pytest.raises(KeyboardInterrupt):
        thread.start()
        atemoya.pack(out / "store", fasta=fasta, verbose=verbose)
    thread.join()
    assert begun and begun[0] != "store"
    assert os.listdir(out) == []


def test_a_damaged_store(atemoya, simulated, tmp_path):
    store, copy = packed(atemoya, simulated, tmp_path / "whole"), tmp_path / "damaged"
    shutil.copytree(store.path, copy)
    file = copy / "panel-0.atm"
    content = bytearray(file.read_bytes())
    place = len(content) // 2
    content[place] ^= 1
    file.write_bytes(content)
    damaged = atemoya.Store(copy)
    with pytest.raises(atemoya.StoreError) as raised:
        damaged.verify()
    assert isinstance(raised.value, ValueError)
    assert raised.value.path == file and 0 <= raised.value.offset <= place
    store.verify()


def test_progress_begins_with_a_phase(capsys):
    """Every bar has a label, and no bar shows a part of an unknown total."""
    with Progress(True) as show:
        show("", 0, 0)
        assert capsys.readouterr().err == ""
        show("sequence", 5_000_000, 0)
        counted = capsys.readouterr().err
        assert "sequence: 5.00M" in counted and "%" not in counted and "/s" not in counted
        show("tracks", 3, 4)
        assert "tracks:  75%" in capsys.readouterr().err
