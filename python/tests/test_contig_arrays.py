"""Sequence and tracks in memory: arrays used without a copy, and errors that name an argument."""

from collections import UserDict
from types import MappingProxyType

import h5py
import numpy as np
import pyfaidx
import pytest
import torch
from comparing import assert_same_batches
from conftest import needed


def in_memory(simulated, **changes) -> dict:
    """Arguments of PeakGenerator with arrays in place of files."""
    arrays = dict(sequences=simulated.onehot, signals=[simulated.tracks["plus"], simulated.tracks["minus"]],
                  controls=[simulated.tracks["control"]], signal_groups=[2])
    return simulated.arguments(**{**arrays, **changes})


@pytest.fixture(scope="module")
def expected(atemoya, simulated):
    return list(atemoya.PeakGenerator(**in_memory(simulated)))


def tensors(arrays: dict) -> dict:
    return {contig: torch.from_numpy(array.copy()) for contig, array in arrays.items()}


def test_tensors(atemoya, simulated, expected):
    """Read where they lie, those with a gradient, too."""
    plus, minus = (tensors(simulated.tracks[name]) for name in ("plus", "minus"))
    signals = [plus, {contig: track.requires_grad_() for contig, track in minus.items()}]
    given = in_memory(simulated, sequences=tensors(simulated.onehot), signals=signals)
    assert_same_batches(list(atemoya.PeakGenerator(**given)), expected)


@pytest.mark.parametrize("kind", [UserDict, MappingProxyType])
def test_other_mappings(atemoya, simulated, expected, kind):
    signals = [kind(simulated.tracks[name]) for name in ("plus", "minus")]
    given = in_memory(simulated, sequences=kind(simulated.onehot), signals=signals)
    assert_same_batches(list(atemoya.PeakGenerator(**given)), expected)


def test_files_of_numpy(atemoya, simulated, expected, tmp_path):
    np.savez(tmp_path / "genome.npz", **simulated.onehot)
    with np.load(tmp_path / "genome.npz") as genome:
        given = in_memory(simulated, sequences=genome)
        assert_same_batches(list(atemoya.PeakGenerator(**given)), expected)


@pytest.mark.parametrize("files", [
    ("sequences",), ("signals",), ("controls",), ("sequences", "controls"), ("signals", "controls")])
def test_arrays_beside_files(atemoya, simulated, expected, files):
    given = in_memory(simulated)
    for name in files:
        given[name] = simulated.arguments()[name]
        if name == "signals":
            given["signal_groups"] = None
    assert_same_batches(list(atemoya.PeakGenerator(**given)), expected)


def test_names_that_are_numbers(atemoya, simulated, tmp_path, expected):
    """Of Ensembl, say; loci name them by the same digits."""
    named = [simulated.onehot, *(simulated.tracks[name] for name in ("plus", "minus", "control"))]
    numbered = [{int(contig[3:]): array for contig, array in arrays.items()} for arrays in named]
    loci = {}
    files = dict(peaks="peaks.narrowPeak", negatives="negatives.bed", exclusion_lists="exclusion.bed")
    for name, file in files.items():
        loci[name] = str(tmp_path / file)
        with open(simulated.file(file)) as lines, open(loci[name], "w") as out:
            out.writelines(line.removeprefix("chr") for line in lines)
    given = in_memory(simulated, sequences=numbered[0], signals=numbered[1:3], controls=numbered[3:], **loci)
    assert_same_batches(list(atemoya.PeakGenerator(**given)), expected)


class LikeAnArray:
    """What zarr's arrays and others have: not in memory."""

    shape, dtype, ndim = (9,), np.dtype("f4"), 1

    def __getitem__(self, key):
        raise AssertionError("read without being asked")


CONTIG = np.zeros(9, np.float32)
REFUSED = {
    "a mapping of what is not in memory": (
        dict(signals=[{"chr1": LikeAnArray()}]),
        ["signals[0]['chr1']", "LikeAnArray", "not in memory", "data[contig][:]"]),
    "a masked array": (
        dict(signals=[{"chr1": np.ma.masked_less(CONTIG, 1)}]), ["signals[0]['chr1']", "masked", "filled(0)"]),
    "a series": (dict(signals=[{"chr1": needed("pandas").Series(CONTIG)}]), ["Series", "to_numpy()"]),
    "a sparse array": (
        dict(controls=[{"chr1": needed("scipy.sparse").csr_array(CONTIG[None])}]),
        ["controls[0]['chr1']", "toarray()"]),
    "a tensor of a type that numpy lacks": (
        dict(signals=[{"chr1": torch.zeros(9, dtype=torch.bfloat16)}]), ["signals[0]['chr1']", "float()"]),
    "a tensor elsewhere": (dict(signals=[{"chr1": torch.zeros(9, device="meta")}]), ["'meta'", "tensor.cpu()"]),
    "names in bytes": (dict(signals=[{b"chr1": CONTIG}]), ["signals[0]", "b'chr1'"]),
    "a name twice": (dict(signals=[{1: CONTIG, "1": CONTIG}]), ["two contigs", "'1'"]),
    "one track without its list": (dict(signals={"chr1": CONTIG}), ["signals=[...]"]),
    "one file without its list": (dict(controls="control.bw"), ["controls=[...]"]),
    "files and arrays": (dict(signals=["plus.bw", {"chr1": CONTIG}]), ["signals", "mixes files with dictionaries"]),
    "arrays and files": (dict(controls=[{"chr1": CONTIG}, "plus.bw"]), ["controls", "mixes files with dictionaries"]),
    "a type": (dict(sequences=5), ["sequences", "FASTA", "int"]),
    "no batch size": (dict(batch_size=None), ["batch_size", "None", "batch_size=1", "dataset[i]"]),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_by_name(atemoya, simulated, name):
    changes, words = REFUSED[name]
    with pytest.raises((TypeError, ValueError)) as raised:
        atemoya.PeakGenerator(**in_memory(simulated, **{"signal_groups": None, **changes}))
    for word in words:
        assert word in str(raised.value)


def test_hdf5(atemoya, simulated, expected, tmp_path):
    """A file of HDF5 is a mapping, but what it has is on the disk."""
    with h5py.File(tmp_path / "genome.h5", "w") as file:
        for contig, array in simulated.onehot.items():
            file[contig] = array
        with pytest.raises(ValueError, match=r"sequences\['chr1'\].*h5py.*Dataset.*not in memory: read it first"):
            atemoya.PeakGenerator(**in_memory(simulated, sequences=file))
        given = in_memory(simulated, sequences={contig: file[contig][:] for contig in file})
        found = list(atemoya.PeakGenerator(**given))
    assert_same_batches(found, expected)


def test_an_open_fasta(atemoya, simulated, tmp_path):
    path = tmp_path / "genome.fa"
    path.write_bytes((simulated.folder / "genome.fa").read_bytes())
    says = f"open file, pyfaidx.Fasta: pass its path, '{path}'"
    with pyfaidx.Fasta(str(path)) as fasta, pytest.raises(TypeError, match=says):
        atemoya.PeakGenerator(**simulated.arguments(sequences=fasta))
