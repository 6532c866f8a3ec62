"""Attributes that are assigned: from the next epoch on, as with cherimoya, or an error, and never
nothing.
"""

import pickle
import random

import numpy as np
import pytest
import torch
from comparing import assert_same_batches, assert_same_epochs
from test_sampler import assert_same_example, random_arguments


APPLIED = [dict(reverse_complement=False), dict(shuffle=False), dict(negative_ratio=0), dict(negative_ratio=1.7),
           dict(shuffle=False, reverse_complement=0, negative_ratio=0.1)]


@pytest.mark.parametrize("changes", APPLIED)
@pytest.mark.parametrize("epochs", [0, 1])
def test_from_the_next_epoch(pair, changes, epochs):
    """Of a loader that has given nothing yet, and of one that has."""
    ours, theirs = pair()
    assert_same_epochs(ours, theirs, epochs=epochs)
    if epochs == 0:
        ours.set_epoch(1)
        theirs.dataset._prepare_epoch(0)
        list(theirs)
    for name, value in changes.items():
        for loader in (ours, theirs):
            setattr(loader.dataset, name, value)
            assert getattr(loader.dataset, name) == value
    assert_same_epochs(ours, theirs, epochs=2)


def test_a_running_iteration_keeps_what_it_began_with(pair):
    ours, _ = pair(num_workers=1)
    expected = list(pair()[0])
    running = iter(ours)
    first = [next(running) for _ in range(3)]
    ours.dataset.reverse_complement = ours.dataset.shuffle = False
    ours.dataset.negative_ratio = 0
    assert_same_batches([*first, *running], expected)


@pytest.mark.parametrize("changes", APPLIED)
def test_a_pickled_copy_does_the_same(pair, changes):
    ours, theirs = pair()
    for loader in (ours, theirs):
        list(loader)
        for name, value in changes.items():
            setattr(loader.dataset, name, value)
    loader, dataset = pickle.loads(pickle.dumps((ours, ours.dataset)))
    for index in (len(theirs.dataset) // 2, 3):
        assert_same_example(dataset[(1, index)], theirs.dataset[(1, index)])
    for name, value in changes.items():
        assert getattr(loader.dataset, name) == getattr(dataset, name) == value
    assert_same_batches(list(loader), list(ours))


def test_a_copy_of_a_loader_that_was_assigned_within_an_epoch(pair):
    """It has the new value, and begins where the loader's next iteration does."""
    ours, _ = pair()
    running = iter(ours)
    next(running)
    ours.dataset.shuffle = False
    with pytest.warns(UserWarning, match="begins epoch 1"):
        copied = pickle.loads(pickle.dumps(ours))
    assert_same_batches(list(copied), list(ours))


@pytest.mark.parametrize(("name", "value"), [("batch_size", 4), ("drop_last", True)])
def test_what_a_batch_sampler_cannot_be_assigned(pair, name, value):
    for batches in (pair()[0].batch_sampler, pickle.loads(pickle.dumps(pair()[0])).batch_sampler):
        with pytest.raises(AttributeError, match=name):
            setattr(batches, name, value)


def test_a_state_is_of_what_was_assigned(pair):
    ours, _ = pair()
    list(ours)
    ours.dataset.reverse_complement = False
    other = pair(reverse_complement=False)[0]
    other.load_state_dict(ours.state_dict())
    assert_same_batches(list(other), list(ours))
    with pytest.raises(ValueError, match="state"):
        pair()[0].load_state_dict(ours.state_dict())


@pytest.mark.parametrize("seed", range(30))
def test_of_arrays_beside_cherimoya(atemoya, cherimoya_io, seed):
    """Any parameter, at any moment; examples of the same epoch, and of others."""
    rng = random.Random(seed)
    arguments = random_arguments(rng)
    ours, theirs = (module.PeakNegativeSampler(**arguments) for module in (atemoya, cherimoya_io))
    channels, jitter = arguments["peak_signals"].shape[1], arguments["max_jitter"]
    for _ in range(12):
        name, value = rng.choice([
            ("reverse_complement", rng.random() < 0.5), ("shuffle", rng.random() < 0.5),
            ("max_jitter", rng.randint(0, jitter)), ("negative_ratio", rng.choice([0, 0.3, 1.5])),
            ("signal_perm", rng.choice([None, torch.tensor(rng.sample(range(channels), channels))])),
            *((window, rng.randint(1, arguments[window])) for window in ("in_window", "out_window"))])
        if name == "negative_ratio" and ours.n_negatives == 0:
            value = 0
        for dataset in (ours, theirs):
            setattr(dataset, name, value)
        if rng.random() < 0.2:
            ours = pickle.loads(pickle.dumps(ours))
        for epoch in (theirs._epoch, rng.randrange(9)):
            index = rng.randrange(min(len(theirs), len(theirs._labels)))
            assert_same_example(ours[(epoch, index)], theirs[(epoch, index)])
            for a, b in zip(ours._planned(), (theirs._labels, theirs._source_idx, theirs._jitters, theirs._rc_flags)):
                assert np.array_equal(a, b)


REFUSED = {
    "max_jitter": (3, "max_jitter="), "in_window": (100, "in_window="), "out_window": (50, "out_window="),
    "signal_perm": (None, "signals"), "control_perm": (None, "controls"), "signal_groups": ([1, 1], "signals"),
    "control_groups": ([2], "controls"), "order": ("native", "order="), "n_peaks": (3, "peaks"),
    "n_negatives": (3, "negatives"),
    **{name: (0, name) for name in (
        "peak_sequences", "negative_controls", "peak_ordering", "ledger", "native", "seed")},
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_assigned(pair, name):
    dataset = pair()[0].dataset
    value, says = REFUSED[name]
    before = dataset[(0, 3)]
    with pytest.raises(AttributeError, match=says):
        setattr(dataset, name, value)
    assert all(torch.equal(torch.as_tensor(a), torch.as_tensor(b)) for a, b in zip(dataset[(0, 3)], before))


BAD = [("reverse_complement", "False", TypeError), ("shuffle", None, TypeError), ("shuffle", 2, ValueError),
       ("negative_ratio", -1, ValueError), ("negative_ratio", None, ValueError), ("negative_ratio", "many", TypeError)]


@pytest.mark.parametrize("name", [
    "random_state", "exclusion_lists", "batch_size", "chroms", "min_counts", "num_workers", "signals", "store", "rank",
    "verify"])
def test_parameters_that_are_no_attributes(pair, name):
    """Of a data set, of one of arrays, and of their loader."""
    loader, _ = pair()
    before = [list(loader), list(loader)]
    loader.set_epoch(0)
    parts = [loader.dataset] if hasattr(loader, name) else [loader.dataset, loader]
    for part in parts:
        with pytest.raises(AttributeError, match=f"{name} cannot be changed once .* make another with {name}="):
            setattr(part, name, 3)
        assert not hasattr(part, name)
    for batches in before:
        assert_same_batches(list(loader), batches)


def test_attributes_that_are_not_there(pair):
    """A misspelt name is one; those of subclasses and of frameworks are theirs."""
    loader, _ = pair()
    with pytest.raises(AttributeError, match="no attribute 'negative_ration'.*negative_ratio.* may be assigned"):
        loader.dataset.negative_ration = 0
    for name in ("negative_ratio", "max_jitter", "signal_perm", "order", "reverse_complement"):
        says = f"{name} is an attribute of the data set: assign loader.dataset.{name}"
        with pytest.raises(AttributeError, match=says):
            setattr(loader, name, 0)
    loader.fold = loader._fold = loader.dataset._fold = 3
    assert loader.fold == loader._fold == loader.dataset._fold == 3
    loader.dataset._base_seed = 3
    assert loader.dataset._base_seed == loader.dataset.seed == 3


def test_attributes_of_a_subclass(atemoya):
    class Fold(atemoya.PeakNegativeSampler):
        def __init__(self, fold, **arguments):
            self.fold = fold
            super().__init__(**arguments)

    peaks, negatives = torch.zeros(4, 4, 10), torch.zeros(0, 4, 10)
    dataset = Fold(2, peak_sequences=peaks, peak_signals=peaks, negative_sequences=negatives,
                   negative_signals=negatives, negative_ratio=0, in_window=10, out_window=10)
    assert dataset.fold == 2 and pickle.loads(pickle.dumps(dataset.__getstate__()))["fold"] == 2
    with pytest.raises(AttributeError, match="random_state"):
        dataset.random_state = 3


@pytest.mark.parametrize(("name", "value", "expected"), BAD)
def test_values_that_are_refused_change_nothing(pair, name, value, expected):
    ours, theirs = pair()
    with pytest.raises(expected, match=name):
        setattr(ours.dataset, name, value)
    assert getattr(ours.dataset, name) == getattr(theirs.dataset, name)
    assert_same_epochs(ours, theirs)


def test_arrays_that_do_not_fit_a_value(atemoya):
    arguments = dict(peak_sequences=torch.zeros(4, 4, 14), peak_signals=torch.zeros(4, 2, 14), negative_ratio=0,
                     negative_sequences=torch.zeros(0, 4, 10), negative_signals=torch.zeros(0, 2, 10), in_window=10,
                     out_window=10, max_jitter=2)
    dataset = atemoya.PeakNegativeSampler(**arguments)
    for name, value in (("max_jitter", 3), ("in_window", 11), ("negative_ratio", 0.5), ("signal_perm", [0, 1, 2]),
                        ("control_perm", [0]), ("max_jitter", -1), ("peak_signals", torch.zeros(4, 2, 14))):
        before = getattr(dataset, name)
        with pytest.raises((ValueError, AttributeError), match=name.replace("peak_signals", "PeakNegativeSampler")):
            setattr(dataset, name, value)
        assert getattr(dataset, name) is before or getattr(dataset, name) == before
    assert dataset[(0, 0)][0].shape == (4, 10)


def test_a_permutation_that_is_changed_in_place(atemoya):
    arguments = dict(peak_sequences=torch.zeros(4, 4, 10), peak_signals=torch.rand(4, 2, 10), negative_ratio=0,
                     negative_sequences=torch.zeros(0, 4, 10), negative_signals=torch.zeros(0, 2, 10),
                     in_window=10, out_window=10)
    dataset = atemoya.PeakNegativeSampler(**arguments, signal_perm=[1, 0])
    dataset.signal_perm[0] = 0
    assert dataset.signal_perm.tolist() == [1, 0]


def test_words_are_no_flags(atemoya, simulated):
    for name in ("reverse_complement", "shuffle"):
        with pytest.raises(TypeError, match=name):
            atemoya.PeakGenerator(**simulated.arguments(**{name: "False"}))
