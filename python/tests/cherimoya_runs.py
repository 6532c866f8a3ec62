"""Runs of cherimoya's commands on the simulated data, and what they wrote, to be compared."""

import json
from pathlib import Path

import numpy
import pytest

TIMES = ("Training Time", "Validation Time")
CONTIGS = dict(training_chroms=["chr1", "chr10"], validation_chroms=["chr2"])


@pytest.fixture(scope="session")
def numba_runs(simulated):
    """Has numba start its threads, which sets the number of torch's, once in a process."""
    from tangermeme.io import extract_loci

    extract_loci(simulated.arguments()["negatives"], simulated.file("genome.fa"), in_window=200)


def parameters(simulated, **changes) -> dict:
    """Parameters of `fit` for a tiny model."""
    data = simulated.arguments()
    values = dict(
        n_filters=8, n_layers=2, name="tiny", batch_size=16, in_window=200, out_window=100, summits=True,
        max_jitter=16, max_epochs=2, min_total_steps=None, n_warmup_epochs=1, num_threads=1, device="cpu",
        compile=False, test_chroms=None, loci=data["peaks"], random_state=5, num_workers=0,
        **{name: data[name] for name in ("sequences", "negatives", "signals", "controls", "exclusion_lists")},
        **CONTIGS)
    values.update(changes)
    return values


def written(folder: Path, values: dict, name: str = "fit.json") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(json.dumps(values))
    return folder


def without_times(log: Path) -> list[list[str]]:
    rows = [line.split("\t") for line in log.read_text().splitlines()]
    keep = [number for number, name in enumerate(rows[0]) if name not in TIMES]
    assert len(keep) == len(rows[0]) - 2
    return [[row[number] for number in keep] for row in rows]


def outputs(folder: Path) -> dict:
    """Everything that the commands wrote to the folder: tensors and arrays as their bytes, logs
    without their times, other files as they are.
    """
    return {str(path.relative_to(folder)): _content(path) for path in sorted(folder.rglob("*")) if path.is_file()}


def differing(theirs: dict, ours: dict) -> list[str]:
    """The names of the files that are not the same."""
    return sorted(name for name in theirs.keys() | ours.keys() if theirs.get(name) != ours.get(name))


def _content(path: Path):
    if path.suffix == ".torch":
        import torch

        return _plain(torch.load(path, weights_only=False))
    if path.suffix == ".npz":
        return {name: _plain(array) for name, array in numpy.load(path).items()}
    return without_times(path) if path.suffix == ".log" else path.read_bytes()


def _plain(value):
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if hasattr(value, "numpy"):
        value = value.numpy()
    if isinstance(value, numpy.ndarray):
        return value.dtype.str, value.shape, value.tobytes()
    return value
