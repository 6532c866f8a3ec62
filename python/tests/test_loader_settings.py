"""Attributes of the loader that are assigned, and the generator of torch's that a ``DataLoader``
draws from.
"""

import pickle

import pytest
import torch
from comparing import assert_same_batches, assert_same_epochs


def described(examples) -> dict:
    X, y = (torch.stack([example[at] for example in examples]) for at in (0, -2))
    return {"X": X, "y": y, "labels": [example[-1] for example in examples]}


@pytest.mark.parametrize("workers", [0, 2])
def test_a_function_that_collates(pair, workers):
    ours, theirs = pair(num_workers=workers)
    for loader in (ours, theirs):
        loader.collate_fn = described
    for _ in range(2):
        count = 0
        for a, b in zip(ours, theirs, strict=True):
            assert a["labels"] == b["labels"]
            assert torch.equal(a["X"], b["X"]) and torch.equal(a["y"], b["y"])
            count += 1
        assert count == len(ours)
    copied = pickle.loads(pickle.dumps(ours))
    assert next(iter(copied))["labels"] == next(iter(ours))["labels"]
    ours.collate_fn = torch.utils.data.default_collate
    assert isinstance(next(iter(ours)), list)


def test_threads_that_are_assigned(pair):
    ours, theirs = pair()
    ours.num_workers = 3
    assert_same_epochs(ours, theirs)
    assert ours._feed.streaming()["num_workers"] == 3
    with pytest.raises(ValueError, match="num_workers"):
        ours.num_workers = -1
    assert ours.num_workers == 3


@pytest.mark.parametrize(("name", "value"), [
    ("batch_size", 3), ("dataset", None), ("sampler", None), ("batch_sampler", None), ("drop_last", True),
    ("persistent_workers", True), ("rank", 1), ("world_size", 2), ("timeout", 5), ("prefetch_factor", 7),
    ("in_order", False), ("multiprocessing_context", "spawn"), ("pin_memory_device", "cuda")])
def test_what_a_loader_cannot_be_assigned(pair, name, value):
    ours, _ = pair(num_workers=1)
    before = getattr(ours, name)
    with pytest.raises((AttributeError, ValueError), match=name):
        setattr(ours, name, value)
    assert getattr(ours, name) is before
    assert_same_batches(list(ours), list(pair()[0]))


def test_a_function_for_workers_is_not_called(pair):
    ours, _ = pair()
    with pytest.warns(UserWarning, match="worker_init_fn"):
        ours.worker_init_fn = print


@pytest.mark.parametrize("workers", [0, 1])
def test_torchs_generator_is_left_as_cherimoya_leaves_it(pair, workers):
    """So that dropout is the same after the swap."""
    left = []
    for loader in pair(num_workers=workers):
        torch.manual_seed(5)
        drawn = []
        for _ in range(3):
            for batch in loader:
                drawn.append(torch.rand(2).tolist())
        left.append(drawn)
    assert left[0] == left[1]


def test_a_generator_of_the_users(pair):
    left = []
    for loader in pair():
        torch.manual_seed(5)
        loader.generator = torch.Generator().manual_seed(3)
        for _ in range(3):
            list(loader)
        left.append((torch.rand(2).tolist(), torch.rand(2, generator=loader.generator).tolist()))
    assert left[0] == left[1]
