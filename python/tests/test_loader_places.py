"""Loader: batches of all ranks together, and states that resume anywhere."""

import itertools
import json
import pickle

import numpy as np
import pytest
from stored import BATCH, COLUMNS, arguments, assert_same, copies, packed


@pytest.fixture(scope="module", params=["native", "cherimoya"])
def make(request, atemoya, simulated, tmp_path_factory):
    store = packed(atemoya, simulated, tmp_path_factory.mktemp("store") / "all.atemoya")

    def make(**changes):
        return atemoya.Loader(store, **arguments(simulated, **{"order": request.param, **changes}))

    return make


@pytest.fixture(scope="module")
def epochs(make):
    loader = make()
    return [copies(loader) for _ in range(3)]


def together(shards) -> list[dict]:
    """The ranks' batches, step by step, in the order of ranks."""
    assert len({len(shard) for shard in shards}) == 1, "all ranks have the same number of steps"
    return [{name: np.concatenate([part[name] for part in parts]) for name in COLUMNS} for parts in zip(*shards)]


@pytest.mark.parametrize("world", [1, 2, 4, 16])
@pytest.mark.parametrize("drop_last", [False, True])
def test_ranks_together_are_one(make, epochs, world, drop_last):
    expected = epochs[1][:-1] if drop_last else epochs[1]
    shards = []
    for rank in range(world):
        loader = make(rank=rank, world_size=world, drop_last=drop_last, num_workers=rank % 3)
        assert len(loader) == len(expected)
        loader.set_epoch(1)
        batches = list(loader)
        assert [batch.index for batch in batches] == list(range(len(expected)))
        assert all(len(batch) == BATCH // world for batch in batches[:-1])
        shards.append(copies(batches))
    assert_same(together(shards), expected)


@pytest.mark.parametrize(("rank", "world", "expected"), [(2, 2, ValueError), (0, 3, ValueError), (-1, 2, ValueError),
                                                         (0, 0, ValueError), (0.0, 1, TypeError)])
def test_ranks_that_are_not(make, rank, world, expected):
    with pytest.raises(expected):
        make(rank=rank, world_size=world)


@pytest.mark.parametrize(("taken", "workers", "before", "after"), [(0, 0, 1, 1), (1, 2, 1, 2), (3, 1, 2, 1),
                                                                   (5, 0, 4, 2), (9, 2, 2, 4)])
def test_going_on_elsewhere(make, epochs, taken, workers, before, after):
    first = make(rank=before - 1, world_size=before, num_workers=workers)
    first.set_epoch(1)
    running = iter(first)
    for _ in range(taken):
        next(running)
    state = json.loads(json.dumps(first.state_dict()))
    assert (state["epoch"], state["step"]) == (1, taken)
    shards: list[list] = [[], []]
    for rank in range(after):
        loader = make(rank=rank, world_size=after, num_workers=2 - workers)
        loader.load_state_dict(state)
        assert loader.state_dict() == state
        for epoch in (0, 1):
            shards[epoch].append(copies(loader))
    assert_same(together(shards[0]), epochs[1][taken:])
    assert_same(together(shards[1]), epochs[2])
    rest = copies(running)
    assert len(rest) == len(epochs[1]) - taken


def test_a_state_of_every_moment(make, epochs):
    """A new loader resumes the state after each batch of another, also at the end of an epoch."""
    running, flat = make(num_workers=1), [*epochs[0], *epochs[1]]
    states = [running.state_dict()]
    for _ in range(2):
        for _ in running:
            states.append(running.state_dict())
    assert len(states) == len(flat) + 1
    for number, state in enumerate(states[:-1]):
        other = make()
        other.load_state_dict(state)
        assert_same(copies(itertools.islice(other, 1)), flat[number:number + 1])


def test_a_state_does_not_move_on(make, epochs):
    loader = make(num_workers=2)
    running = iter(loader)
    next(running)
    state = loader.state_dict()
    saved = json.dumps(state)
    for _ in running:
        pass
    assert json.dumps(state) == saved != json.dumps(loader.state_dict())
    state["step"] = 99
    loader.load_state_dict(json.loads(saved))
    assert_same(copies(loader), epochs[0][1:])


def test_breaking_off_and_asking_for_the_state(make, epochs):
    loader = make()
    for number, _ in enumerate(loader):
        if number == 3:
            break
    state = loader.state_dict()
    assert (state["epoch"], state["step"]) == (0, 4)
    loader.load_state_dict(state)
    assert_same(copies(loader), epochs[0][4:])


def test_the_store_cannot_be_assigned(make):
    loader = make()
    with pytest.raises(AttributeError, match="store"):
        loader.store = None


@pytest.mark.parametrize("workers", [0, 2])
def test_setting_the_epoch_of_a_running_iteration(make, epochs, workers):
    loader = make(num_workers=workers)
    running = iter(loader)
    loader.set_epoch(1)
    first = copies(itertools.islice(running, 3))
    loader.set_epoch(1)
    assert (loader.state_dict()["epoch"], loader.state_dict()["step"]) == (1, 3)
    assert_same([*first, *copies(running)], epochs[1])
    assert_same(copies(loader), epochs[2])


def test_setting_the_epoch_after_a_state(make, epochs):
    loader = make()
    loader.load_state_dict({**loader.state_dict(), "epoch": 1, "step": 2})
    loader.set_epoch(1)
    assert_same(copies(loader), epochs[1][2:])
    loader.load_state_dict({**loader.state_dict(), "epoch": 1, "step": 2})
    loader.set_epoch(0)
    assert_same(copies(loader), epochs[0])


@pytest.mark.parametrize("changes", [dict(batch_size=8), dict(random_state=4), dict(max_jitter=15),
                                     dict(chroms=["chr1"]), dict(negative_ratio=0.2), dict(shuffle=False)])
def test_a_state_of_another_loader_is_refused(make, epochs, changes):
    loader, state = make(), make(**changes).state_dict()
    with pytest.raises(ValueError, match="state"):
        loader.load_state_dict(state)
    assert_same(copies(loader), epochs[0])


@pytest.mark.parametrize(("changes", "expected"), [
    (dict(step=10**6), ValueError), (dict(step=-1), ValueError), (dict(epoch=None), ValueError),
    (dict(version=99), ValueError), (dict(seed="seed"), ValueError), (dict(fingerprint="0" * 16), ValueError),
    (dict(order="other"), ValueError), (dict(step=np.arange(3)), TypeError)])
def test_a_wrong_state_is_refused(make, epochs, changes, expected):
    loader = make()
    next(iter(loader))
    with pytest.raises(expected):
        loader.load_state_dict({**loader.state_dict(), **changes})
    assert_same(copies(loader), epochs[1])


@pytest.mark.parametrize("missing", ["order", "version", "fingerprint", "seed", "examples", "batch_size", "epoch",
                                     "step"])
def test_a_state_that_lacks_something_is_refused(make, missing):
    state = make().state_dict()
    del state[missing]
    with pytest.raises(ValueError, match=missing):
        make().load_state_dict(state)


@pytest.mark.parametrize(("epoch", "expected"), [(-1, ValueError), (1.5, TypeError), ("1", TypeError),
                                                 (None, TypeError)])
def test_epochs_that_are_not(make, epochs, epoch, expected):
    loader = make()
    with pytest.raises(expected, match="epoch"):
        loader.set_epoch(epoch)
    assert_same(copies(loader), epochs[0])


def test_a_drawn_seed_survives_a_state_that_is_refused(atemoya, simulated):
    """Without a seed of the user's, PeakGenerator takes that of a state, but not of one that it
    refuses.
    """
    arguments = simulated.arguments(random_state=None)
    first, second = atemoya.PeakGenerator(**arguments), atemoya.PeakGenerator(**arguments)
    state, seed = first.state_dict(), second.dataset.seed
    assert state["seed"] != seed
    with pytest.raises(ValueError, match="batch_size"):
        second.load_state_dict({**state, "batch_size": 99})
    assert second.state_dict()["seed"] == second.dataset.seed == seed
    second.load_state_dict(state)
    assert second.state_dict() == state


def test_a_pickled_loader_goes_on(make):
    loader = make(num_workers=1)
    batches = iter(loader)
    for _ in range(3):
        next(batches)
    copy = pickle.loads(pickle.dumps(loader))
    rest = [batch.sources.tolist() for batch in batches]
    assert [batch.sources.tolist() for batch in copy] == rest
    assert len(rest) > 1
