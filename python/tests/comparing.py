"""Comparisons of batches, bit for bit."""

import itertools

import torch


def assert_same_batch(ours, theirs, where="") -> None:
    assert type(ours) is list and type(theirs) is list, where
    assert len(ours) == len(theirs), where
    for number, (a, b) in enumerate(zip(ours, theirs)):
        assert (a.dtype, a.shape) == (b.dtype, b.shape), f"{where}, tensor {number}"
        assert torch.equal(a, b), f"{where}, tensor {number} differs"


def assert_same_epochs(ours, theirs, epochs: int = 2) -> None:
    """Iterates both loaders from their start and compares all batches of the next epochs."""
    assert len(ours) == len(theirs)
    for epoch in range(epochs):
        count = 0
        for a, b in itertools.zip_longest(ours, theirs):
            assert a is not None and b is not None, f"epoch {epoch}: one has {count} batches, the other more"
            assert_same_batch(a, b, f"epoch {epoch}, batch {count}")
            count += 1
        assert count == len(theirs) > 0


def cloned(batches) -> list:
    return [[tensor.clone() for tensor in batch] for batch in batches]


def assert_same_batches(ours, theirs) -> None:
    ours, theirs = list(ours), list(theirs)
    assert len(ours) == len(theirs)
    for number, (a, b) in enumerate(zip(ours, theirs)):
        assert_same_batch(a, b, f"batch {number}")
