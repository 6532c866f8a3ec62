"""``PeakLoader``: a PyTorch ``DataLoader`` whose batches come from native streams."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import torch
from torch.utils.data import DataLoader, SequentialSampler, default_collate

from ._collate import Examples
from ._epoch_sampler import EpochBatchSampler, EpochSampler
from ._feed import Feed
from ._options import batches_per_epoch, cannot_change, flag, streaming, whole
from ._ranks import Ranks, need_a_seed
from ._sampler import PeakNegativeSampler
from ._settings import is_parameter
from ._tensors import TorchMemory, tensors
from ._warnings import warn

# Parameters of a DataLoader for its worker processes, which this one does not have.
_PROCESS_PARAMETERS = ("timeout", "multiprocessing_context", "prefetch_factor", "pin_memory_device", "in_order")


class _LoaderOptions:
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


class PeakLoader(DataLoader[Any]):
    """A ``torch.utils.data.DataLoader`` whose batches are gathered by native threads.

    :func:`PeakGenerator` returns one. Each iteration is the next epoch. A batch is a list of
    tensors, ``[X, y, labels]`` or ``[X, controls, y, labels]``:

    - ``X``: int8 ``(B, 4, in_window)``;
    - ``controls``: float32 ``(B, channels, in_window)``;
    - ``y``: float32 ``(B, channels, out_window)``;
    - ``labels``: int64 ``(B,)``, 1 for a peak and 0 for a negative.

    Its memory is not used again while one of the tensors lives.

    ``sampler`` and ``batch_sampler`` yield all examples as ``(epoch, index)`` pairs, on every rank,
    for frameworks that share them among ranks themselves. ``num_workers``, ``pin_memory``,
    ``collate_fn`` and ``generator`` may be assigned, and apply from the next iteration on. No other
    parameter can be assigned.

    Parameters
    ----------
    dataset : PeakNegativeSampler
    batch_size : int
        Examples of a batch, of all ranks together.
    num_workers : int
        Threads that gather batches before they are asked for. With 0 the iterating thread gathers.
    pin_memory : bool
        Whether batches are in page-locked memory, if there is CUDA.
    rank, world_size : int, optional
        Which contiguous slice of each batch this process takes. By default they are those of the
        process group of ``torch.distributed``, if one is running when an iteration begins; a
        warning says so once. A loader that is on one rank only, for validation say, needs
        ``rank=0, world_size=1``.
    drop_last : bool, optional
        Whether the short batch at an epoch's end is dropped; by default with several ranks only.
    collate_fn : callable, optional
        Called with the list of a batch's examples, tuples ``(X, y, label)`` or
        ``(X, controls, y, label)``; an iteration yields what it returns.
    generator : torch.Generator, optional
        A number is drawn from it when an iteration begins, as every ``DataLoader`` does; by default
        from torch's global generator. Batches do not depend on it, but dropout does.
    sampler, batch_sampler : optional
        For frameworks that make a loader anew, as Lightning does to predict. The result is an
        ordinary ``DataLoader`` with worker processes. With a
        ``torch.utils.data.SequentialSampler``, which Lightning gives for ``overfit_batches``, it is
        a ``PeakLoader`` whose iterations are all of the same epoch.
    shuffle : bool, optional
        Must not be True: the data set shuffles.

    Raises
    ------
    ValueError
        If an argument is out of range. When an iteration begins, if there are several ranks and the
        data set has drawn its seed.
    """

    dataset: PeakNegativeSampler

    def __new__(cls, dataset: Any = None, *, sampler: Any = None, batch_sampler: Any = None, **options: Any) -> Any:
        if (sampler is None and batch_sampler is None) or _in_order(sampler, batch_sampler):
            return super().__new__(cls)
        return _ordinary(dataset, sampler, batch_sampler, **options)

    def __init__(
        self,
        dataset: PeakNegativeSampler,
        *,
        batch_size: int = 32,
        num_workers: int = 1,
        pin_memory: bool = True,
        rank: int | None = None,
        world_size: int | None = None,
        drop_last: bool | None = None,
        collate_fn: Callable[[list[Any]], Any] | None = None,
        generator: torch.Generator | None = None,
        sampler: Iterable[Any] | None = None,
        batch_sampler: Iterable[Any] | None = None,
        shuffle: bool | None = None,
    ) -> None:
        if shuffle:
            raise ValueError("the data set shuffles: give shuffle=True to PeakGenerator or PeakNegativeSampler instead")
        repeats = _in_order(sampler, batch_sampler)
        if isinstance(batch_sampler, EpochBatchSampler):
            batch_size, drop_last = batch_sampler.batch_size, batch_sampler.drop_last
        batch_size, num_workers = whole("batch_size", batch_size, 1), whole("num_workers", num_workers)
        drop_last = None if drop_last is None else flag("drop_last", drop_last)
        options = _LoaderOptions(num_workers, batch_size, Ranks(rank, world_size), drop_last)
        if options.for_rank(*options.ranks.given())["world_size"] > 1 and dataset.seed_is_drawn:
            raise ValueError(f"several ranks would draw a seed each: {need_a_seed}")
        adopt_seed = dataset.reseed if dataset.seed_is_drawn else None
        feed = Feed(dataset, options, None, None, adopt_seed, repeats)
        all_indices = EpochSampler(dataset, feed)
        with warnings.catch_warnings():
            # It is about worker processes, and there are none.
            warnings.filterwarnings("ignore", "This DataLoader will create .* worker processes")
            super().__init__(
                dataset,
                batch_size=batch_size,
                sampler=all_indices,
                num_workers=num_workers,
                pin_memory=pin_memory,
                drop_last=bool(drop_last),
                collate_fn=collate_fn,
                generator=generator,
                persistent_workers=num_workers > 0,
            )
        self.__dict__["batch_sampler"] = EpochBatchSampler(all_indices, batch_size, bool(drop_last))
        # As given: Lightning makes a loader anew from these attributes.
        self.rank, self.world_size = rank, world_size
        self._options, self._feed = options, feed
        self._set_delivery()

    def __setattr__(self, name: str, value: Any) -> None:
        made = "_feed" in self.__dict__
        if made and name in ("rank", "world_size"):
            raise cannot_change(name, "loader", "make another with rank= and world_size=")
        if made and not name.startswith("_") and not hasattr(self, name):
            if hasattr(type(self.dataset), name):
                raise AttributeError(f"{name} is an attribute of the data set: assign loader.dataset.{name}")
            if is_parameter(name):
                raise cannot_change(name, "loader")
        if made and name in _PROCESS_PARAMETERS and value != getattr(self, name):
            raise AttributeError(f"{name} does not apply: {self.num_workers} threads gather the batches (num_workers)")
        if made and name == "num_workers":
            value = self._options.num_workers = whole(name, value)
        if made and name == "worker_init_fn" and not _only_seeds(value):
            warn("worker_init_fn is not called: threads gather the batches, and random_state decides what is in them")
        super().__setattr__(name, value)
        if made and name in ("pin_memory", "collate_fn"):
            self._set_delivery()

    def _set_delivery(self) -> None:
        """Sets the memory and the conversion of the batches of later iterations."""
        feed = self._feed
        pinned = self.pin_memory and torch.cuda.is_available()
        if not pinned:
            feed.allocate = None
        elif feed.allocate is None:
            feed.allocate = TorchMemory(pinned=True)
        collate = None if self.collate_fn is default_collate else self.collate_fn
        feed.convert = _Conversion(self.dataset, feed.allocate, collate)

    def __iter__(self) -> Iterator[Any]:  # type: ignore[override]
        if self.dataset.seed_is_drawn and self._options.ranks()[1] > 1:
            raise ValueError(f"there are several ranks, and each has drawn a seed of its own: {need_a_seed}")
        # A DataLoader draws a seed for each iterator, and keeps its iterator if it has worker
        # processes. So does this one: torch's generator is left as cherimoya leaves it.
        if self.num_workers == 0 or self._iterator is None:
            torch.empty((), dtype=torch.int64).random_(generator=self.generator)
            self._iterator = iter(()) if self.num_workers > 0 else None
        return iter(self._feed)

    def __len__(self) -> int:
        return self._options.batches(len(self.dataset))

    def set_epoch(self, epoch: int) -> None:
        """Sets the epoch of the next batch.

        An iteration within that epoch continues. One that has given no batch yet begins that epoch.
        The next iteration begins it as well, unless the current one gives a batch first.
        """
        self.sampler.set_epoch(epoch)

    def state_dict(self) -> dict[str, Any]:
        """Returns the state, which names the next batch and is the same on every rank."""
        return self._feed.state_dict()

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Resumes a state in the next iteration, with any number of workers and ranks.

        Raises
        ------
        ValueError
            If the state is of other examples, another order or another batch size.
        """
        self._feed.load_state_dict(state_dict)
        # The sampler and the batch sampler resume as well.
        self.sampler.resume(state_dict["epoch"], state_dict["step"] * self._options.batch_size)
        self.dataset.seed_is_drawn = False


def _in_order(sampler: Any, batch_sampler: Any) -> bool:
    """Returns whether a framework asks for all examples in order, the same in each iteration."""
    if isinstance(batch_sampler, EpochBatchSampler):
        sampler = batch_sampler.sampler
    return isinstance(sampler, SequentialSampler)


def _ordinary(dataset, sampler, batch_sampler, *, rank=None, world_size=None, shuffle=None, pin_memory=True, **options):
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


def _only_seeds(worker_init_fn: Any) -> bool:
    """Returns whether the function only seeds generators, as Lightning's does, or is None."""
    called = worker_init_fn.func if isinstance(worker_init_fn, functools.partial) else worker_init_fn
    return called is None or getattr(called, "__name__", "") == "pl_worker_init_function"


class _Conversion:
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
