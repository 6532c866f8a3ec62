"""What frameworks make of a ``PeakLoader``: an ordinary loader with a sampler of theirs."""

from __future__ import annotations

import functools
from typing import Any

import torch
from torch.utils.data import DataLoader, SequentialSampler

from ._epoch_sampler import EpochBatchSampler, EpochSampler
from ._ranks import Ranks


def in_order(sampler: Any, batch_sampler: Any) -> bool:
    """Returns whether a framework asks for all examples in order, the same in each iteration."""
    if isinstance(batch_sampler, EpochBatchSampler):
        sampler = batch_sampler.sampler
    return isinstance(sampler, SequentialSampler)


def ordinary(dataset, sampler, batch_sampler, *, rank=None, world_size=None, shuffle=None, pin_memory=True, **options):
    """Returns PyTorch's own loader over the data set, with the sampler of a framework."""
    all_indices = getattr(batch_sampler, "sampler", None)
    if isinstance(all_indices, EpochSampler):
        # A framework that leaves the sampler as it is leaves the sharing to the loader.
        all_indices.share(Ranks(rank, world_size))
    options = {name: value for name, value in options.items() if value is not None}
    return DataLoader(
        dataset,
        sampler=sampler,
        batch_sampler=batch_sampler,
        pin_memory=pin_memory and torch.cuda.is_available(),
        persistent_workers=options.get("num_workers", 0) > 0,
        **options,
    )


def only_seeds(worker_init_fn: Any) -> bool:
    """Returns whether the function only seeds generators, as Lightning's does, or is None."""
    called = worker_init_fn.func if isinstance(worker_init_fn, functools.partial) else worker_init_fn
    return called is None or getattr(called, "__name__", "") == "pl_worker_init_function"
