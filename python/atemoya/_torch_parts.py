"""The parts of a ``PeakLoader``: its options, its batches, and what frameworks make it anew as."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import torch
from torch.utils.data import DataLoader, SequentialSampler

from ._collate import Examples
from ._epoch_sampler import EpochBatchSampler, EpochSampler
from ._options import batches_per_epoch, streaming
from ._ranks import Ranks
from ._sampler import PeakNegativeSampler
from ._tensors import TorchMemory, tensors


class LoaderOptions:
    """The options of a loader, with the rank and world size at the time of the call."""

    def __init__(self, num_workers: int, batch_size: int, ranks: Ranks, drop_last: bool | None):
        self.num_workers, self.batch_size, self.ranks, self.drop_last = num_workers, batch_size, ranks, drop_last

    def drops(self, world_size: int) -> bool:
        """Returns whether the short batch is dropped, by default if several ranks share it."""
        return world_size > 1 if self.drop_last is None else self.drop_last

    def __call__(self) -> dict:
        return self.for_rank(*self.ranks())

    def for_rank(self, rank: int, world_size: int) -> dict:
        """Returns the options of a stream on a rank."""
        return streaming(
            num_workers=self.num_workers,
            batch_size=self.batch_size,
            rank=rank,
            world_size=world_size,
            drop_last=self.drops(world_size),
        )

    def batches(self, examples: int) -> int:
        """Returns how many batches the examples of an epoch make."""
        return batches_per_epoch(examples, self.batch_size, self.drops(self.ranks()[1]))


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


class Conversion:
    """Converts native batches to what an iteration yields.

    Parameters
    ----------
    dataset : PeakNegativeSampler
    memory : TorchMemory or None
        The memory of the batches, if torch has allocated it.
    collate : callable or None
        The user's, called with the list of a batch's examples.
    """

    def __init__(
        self, dataset: PeakNegativeSampler, memory: TorchMemory | None, collate: Callable[[list[Any]], Any] | None
    ):
        self.dataset, self.memory, self.collate = dataset, memory, collate

    def __call__(self, batch: Any) -> Any:
        columns = self.dataset.typed(tensors(batch) if self.memory is None else self.memory.tensors(batch))
        return columns if self.collate is None else self.collate(Examples(columns))
