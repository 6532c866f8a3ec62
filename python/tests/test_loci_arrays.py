"""The arrays of a data set's peaks and negatives, used as arrays are, beside numpy's."""

import copy
import pickle

import numpy as np
import pytest
import torch

USES = {
    "sum": lambda a: a.sum(),
    "sum along an axis": lambda a: a.sum(axis=(1, 2)),
    "mean": lambda a: a.mean(-1),
    "max": lambda a: a.max(),
    "transposed": lambda a: a.T,
    "another type": lambda a: a.astype(np.float64),
    "a copy": lambda a: a.copy(),
    "a list": lambda a: a.tolist(),
    "another shape": lambda a: a.reshape(len(a), -1),
    "numpy's sum": np.sum,
    "numpy's quantile": lambda a: np.quantile(a, 0.9),
    "joined": lambda a: np.concatenate([a, a]),
    "added": lambda a: a + a,
    "subtracted from": lambda a: 1 - a,
    "compared": lambda a: a > 0,
    "negative": lambda a: -a,
    "logarithm": lambda a: np.log1p(a.astype(np.float32)),
    "a tensor": torch.as_tensor,
    "a tensor of its own": torch.tensor,
    "a tensor of another type": lambda a: torch.as_tensor(a, dtype=torch.float64),
    "by DLPack": torch.from_dlpack,
    "pickled": lambda a: pickle.loads(pickle.dumps(a)),
    "copied": copy.deepcopy,
    "rows": list,
}


@pytest.fixture(scope="module")
def dataset(atemoya, simulated):
    return atemoya.PeakGenerator(**simulated.arguments()).dataset


@pytest.mark.parametrize("name", ["peak_sequences", "peak_signals", "negative_controls"])
@pytest.mark.parametrize("use", USES)
def test_as_an_array(dataset, name, use):
    array = getattr(dataset, name)
    whole = np.asarray(array)
    assert whole.any()
    ours, theirs = USES[use](array), USES[use](whole)
    assert type(ours) is type(theirs)
    if isinstance(ours, torch.Tensor):
        assert ours.dtype == theirs.dtype and torch.equal(ours, theirs)
    else:
        ours, theirs = np.asarray(ours), np.asarray(theirs)
        assert ours.dtype == theirs.dtype and np.array_equal(ours, theirs)


@pytest.mark.parametrize("change", [lambda a: a.fill(0), lambda a: a.sort(), lambda a: a.__setitem__(0, 1),
                                    lambda a: setattr(a, "shape", (1,)), lambda a: setattr(a, "dtype", "int8"),
                                    lambda a: np.add(a, 1, out=a), lambda a: a.flat, lambda a: a.no_such_thing])
def test_it_cannot_be_changed(dataset, change):
    array = dataset.peak_signals
    before = np.asarray(array)
    with pytest.raises((AttributeError, TypeError)):
        change(array)
    assert np.array_equal(np.asarray(array), before)


def test_from_numpy_takes_numpys_own_arrays(dataset):
    with pytest.raises(TypeError, match="LociArray"):
        torch.from_numpy(dataset.peak_signals)
    assert torch.from_numpy(np.asarray(dataset.peak_signals)).shape == dataset.peak_signals.shape
    assert "torch.from_numpy(numpy.asarray" in type(dataset.peak_signals).__doc__
