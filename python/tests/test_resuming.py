"""state_dict and load_state_dict: a loader resumes with the next batch, on any rank."""

import json

import pytest
import torch
from comparing import assert_same_batches


@pytest.fixture(scope="module")
def make(atemoya, simulated):
    def make(**changes):
        return atemoya.PeakGenerator(**simulated.arguments(**{"batch_size": 12, **changes}))

    return make


@pytest.fixture(scope="module", params=["cherimoya", "native"])
def order(request):
    return request.param


@pytest.fixture(scope="module")
def epochs(make, order):
    loader = make(order=order)
    return [list(loader) for _ in range(3)]


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("taken", [0, 1, 4])
def test_in_the_middle_of_an_epoch(make, order, epochs, workers, taken):
    first = make(order=order, num_workers=workers)
    list(first)
    running = iter(first)
    for _ in range(taken):
        next(running)
    state = json.loads(json.dumps(first.state_dict()))
    second = make(order=order, num_workers=2 - workers)
    second.load_state_dict(state)
    assert_same_batches(list(second), epochs[1][taken:])
    assert_same_batches(list(second), epochs[2])
    assert_same_batches(list(running), epochs[1][taken:])


def test_between_epochs(make, order, epochs):
    first = make(order=order)
    fresh, done = make(order=order), make(order=order)
    fresh.load_state_dict(first.state_dict())
    assert_same_batches(list(fresh), epochs[0])
    list(first)
    done.load_state_dict(first.state_dict())
    assert_same_batches(list(done), epochs[1])


def test_into_the_same_loader(make, order, epochs):
    loader = make(order=order, num_workers=1)
    running = iter(loader)
    next(running)
    state = loader.state_dict()
    list(running)
    list(loader)
    loader.load_state_dict(state)
    assert_same_batches(list(loader), epochs[0][1:])


def test_set_epoch_begins_an_epoch_anew(make, order, epochs):
    loader = make(order=order)
    next(iter(loader))
    for epoch in (2, 0):
        loader.set_epoch(epoch)
        assert_same_batches(list(loader), epochs[epoch])
    assert_same_batches(list(loader), epochs[1])


@pytest.mark.parametrize(("before", "after"), [(1, 2), (2, 1), (4, 3)])
def test_another_world_size(make, order, epochs, before, after):
    whole = [batch for batch in epochs[0] if len(batch[-1]) == 12]
    first = make(order=order, rank=before - 1, world_size=before, drop_last=True)
    running = iter(first)
    next(running), next(running)
    state = json.loads(json.dumps(first.state_dict()))
    shards = []
    for rank in range(after):
        loader = make(order=order, rank=rank, world_size=after, drop_last=True)
        loader.load_state_dict(state)
        shards.append(list(loader))
    together = [[torch.cat(parts) for parts in zip(*step)] for step in zip(*shards)]
    assert_same_batches(together, whole[2:])


@pytest.mark.parametrize("changes", [dict(batch_size=24), dict(random_state=4), dict(max_jitter=15),
                                     dict(chroms=["chr1"]), dict(order="native")])
def test_a_state_of_another_stream_is_refused(make, changes):
    state = make().state_dict()
    with pytest.raises(ValueError):
        make(**changes).load_state_dict(state)


def test_what_is_no_state_is_refused(make):
    for nonsense in ({}, {"epoch": -1}):
        with pytest.raises((ValueError, KeyError)):
            make().load_state_dict(nonsense)
    with pytest.raises((ValueError, TypeError)):
        make().load_state_dict(None)
