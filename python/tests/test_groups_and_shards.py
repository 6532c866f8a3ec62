"""normalize_signal_groups, channel_permutation_from_groups and ShardedEpochSampler beside
cherimoya's.
"""

import random
from pathlib import Path

import pytest
import torch

SPECS = [None, ["a.bw"], ["a", "b"], ("a", "b"), [["a", "b"]], ["a", ["b", "c"], ("d", "e", "f")], [], [[]], ["a", []],
         "a.bw", 5, [5], [["a", 5]], [None], [Path("a")], {"a": 1}, [{"chr1": 1}], [["a"], ["b"]], [b"a"]]
SIZES = [[1], [2], [1, 2, 3], (2, 1), [5] * 4, [], None, 3, [0], [-1], [1.0], [True], ["1"], [1, None]]


def outcome(function, *arguments, **named):
    """What a call gives, or the type and the text of what it raises."""
    try:
        return function(*arguments, **named)
    except Exception as error:
        return type(error), str(error)


@pytest.mark.parametrize("number", range(len(SPECS)))
def test_normalize_signal_groups(atemoya, cherimoya_io, number):
    spec = SPECS[number]
    assert outcome(atemoya.normalize_signal_groups, spec) == outcome(cherimoya_io.normalize_signal_groups, spec)


@pytest.mark.parametrize("number", range(len(SIZES)))
def test_channel_permutation(atemoya, cherimoya_io, number):
    ours = outcome(atemoya.channel_permutation_from_groups, SIZES[number])
    theirs = outcome(cherimoya_io.channel_permutation_from_groups, SIZES[number])
    if isinstance(theirs, torch.Tensor):
        assert ours.dtype == theirs.dtype == torch.int64
        assert torch.equal(ours, theirs)
    else:
        assert ours == theirs


def test_names_of_arguments(atemoya, cherimoya_io):
    assert atemoya.normalize_signal_groups(signals=["a"]) == (["a"], [1])
    assert atemoya.channel_permutation_from_groups(group_sizes=[2, 1]).tolist() == [1, 0, 2]
    sampler = atemoya.ShardedEpochSampler(n=10, batch_size=4, rank=1, world_size=2)
    assert list(sampler) == list(cherimoya_io.ShardedEpochSampler(10, 4, 1, 2)) == [(0, 2), (0, 3), (0, 6), (0, 7)]


@pytest.mark.parametrize("seed", range(25))
def test_sharded_epochs(atemoya, cherimoya_io, seed):
    rng = random.Random(seed)
    world = rng.choice([1, 1, 2, 3, 8])
    n, batch_size = rng.randrange(0, 200), world * rng.randint(1, 9)
    shards = []
    for rank in range(world):
        ours, theirs = (module.ShardedEpochSampler(n, batch_size, rank, world) for module in (atemoya, cherimoya_io))
        for name in ("n", "batch_size", "rank", "world_size", "local_batch_size", "epoch"):
            assert getattr(ours, name) == getattr(theirs, name), name
        assert len(ours) == len(theirs)
        for epoch in (0, 4, 4, 1):
            ours.set_epoch(epoch)
            theirs.set_epoch(epoch)
            assert ours.epoch == epoch
            assert list(ours) == list(theirs)
        shards.append(list(ours))
    assert sorted(index for shard in shards for _, index in shard) == list(range(n // batch_size * batch_size))


def test_a_running_epoch_keeps_its_number(atemoya):
    sampler = atemoya.ShardedEpochSampler(6, 2)
    running = iter(sampler)
    assert next(running) == (0, 0)
    sampler.set_epoch(5)
    assert list(running) == [(0, index) for index in range(1, 6)]
    assert next(iter(sampler)) == (5, 0)
    assert isinstance(sampler, torch.utils.data.Sampler)


def test_a_batch_that_cannot_be_shared(atemoya, cherimoya_io):
    arguments = (10, 5, 0, 2)
    ours = outcome(atemoya.ShardedEpochSampler, *arguments)
    assert ours == outcome(cherimoya_io.ShardedEpochSampler, *arguments)
    assert ours[0] is ValueError
