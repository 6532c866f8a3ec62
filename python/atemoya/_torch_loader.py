"""``PeakLoader``: a PyTorch ``DataLoader`` whose batches come from native streams."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import torch
from torch.utils.data import DataLoader, default_collate

from ._collate import Conversion
from ._epoch_sampler import EpochBatchSampler, EpochSampler
from ._epochs import Epochs
from ._feed import Feed
from ._framework_loaders import in_order, only_seeds, ordinary
from ._options import cannot_change, flag, whole
from ._ranks import Ranks, need_a_seed
from ._sampler import PeakNegativeSampler
from ._settings import is_parameter
from ._streaming import StreamingOptions
from ._tensors import TorchMemory
from ._warnings import warn

# Parameters of a DataLoader for its worker processes, which this one does not have.
_PROCESS_PARAMETERS = ("timeout", "multiprocessing_context", "prefetch_factor", "pin_memory_device", "in_order")


class PeakLoader(Epochs, DataLoader[Any]):
    """A ``torch.utils.data.DataLoader`` whose batches are gathered by native threads.

    :func:`PeakGenerator` returns one. Each iteration is the next epoch; one that gives no batch
    does not count. A batch is a list of tensors, ``[X, y, labels]`` or
    ``[X, controls, y, labels]``:

    - ``X``: int8 ``(n, 4, in_window)``, channels A, C, G, T;
    - ``controls``: float32 ``(n, channels, in_window)``;
    - ``y``: float32 ``(n, channels, out_window)``;
    - ``labels``: int64 ``(n,)``, 1 for a peak and 0 for a negative.

    Batches may be kept: their memory is not used again while one of the tensors lives.

    ``num_workers``, ``pin_memory``, ``collate_fn`` and ``generator`` may be assigned, and apply
    from the next iteration on. No other parameter can be assigned.

    Parameters
    ----------
    dataset : PeakNegativeSampler
        The examples.
    batch_size : int, default 32
        Examples of a batch, those of all ranks together.
    num_workers : int, default 1
        The threads that gather batches before they are asked for, at most 1024. With 0, the
        iterating thread gathers.
    pin_memory : bool, default True
        Whether batches are in page-locked memory, if there is CUDA.
    rank, world_size : int, optional
        Which of how many contiguous slices of each batch this process takes. None, the default,
        takes those of the process group of ``torch.distributed``, if one is running when an
        iteration begins; a warning says so once. A loader that is on one rank only, for validation
        say, needs ``rank=0, world_size=1``.
    drop_last : bool, optional
        Whether the short batch at an epoch's end is dropped. None, the default, drops it with
        several ranks only.
    collate_fn : callable, optional
        Called with the list of a batch's examples, tuples ``(X, y, label)`` or
        ``(X, controls, y, label)``; an iteration yields what it returns. None, the default, is
        PyTorch's.
    generator : torch.Generator, optional
        A number is drawn from it when an iteration begins, as every ``DataLoader`` does. None, the
        default, draws from torch's global generator. Batches do not depend on it, but dropout does.
    sampler, batch_sampler : iterable, optional
        For frameworks that make a loader anew, as Lightning does to predict. The result is an
        ordinary ``DataLoader`` with worker processes. With a
        ``torch.utils.data.SequentialSampler``, which Lightning gives for ``overfit_batches``, it is
        a ``PeakLoader`` whose iterations are all of the same epoch. None, the default, is for
        users.
    shuffle : bool, optional
        Must not be True, since the data set shuffles. None is the default.

    Attributes
    ----------
    dataset : PeakNegativeSampler
        The examples.
    sampler, batch_sampler : iterable
        All examples as ``(epoch, index)`` pairs, the same on every rank, for frameworks that share
        them among ranks themselves.
    rank, world_size : int or None
        As they were given.

    Raises
    ------
    ValueError
        If an argument is out of range. When an iteration begins, if there are several ranks and the
        data set has drawn its seed.

    Examples
    --------
    >>> import numpy, torch
    >>> from atemoya import PeakLoader, PeakNegativeSampler
    >>> X, y = numpy.zeros((8, 4, 20), "int8"), numpy.zeros((8, 1, 10), "float32")
    >>> data = PeakNegativeSampler(X, y, X, y, in_window=20, out_window=10, random_state=0)
    >>> loader = PeakLoader(data, batch_size=4)
    >>> [part.shape for part in next(iter(loader))]
    [torch.Size([4, 4, 20]), torch.Size([4, 1, 10]), torch.Size([4])]
    """

    dataset: PeakNegativeSampler

    if not TYPE_CHECKING:  # a framework may get an ordinary DataLoader, a user gets a PeakLoader

        def __new__(cls, dataset=None, *, sampler=None, batch_sampler=None, **options):
            if (sampler is None and batch_sampler is None) or in_order(sampler, batch_sampler):
                return super().__new__(cls)
            return ordinary(dataset, sampler, batch_sampler, **options)

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
        repeats = in_order(sampler, batch_sampler)
        if isinstance(batch_sampler, EpochBatchSampler):
            batch_size, drop_last = batch_sampler.batch_size, batch_sampler.drop_last
        batch_size, num_workers = whole("batch_size", batch_size, 1), whole("num_workers", num_workers)
        drop_last = None if drop_last is None else flag("drop_last", drop_last)
        options = StreamingOptions(num_workers, batch_size, Ranks(rank, world_size), drop_last)
        if options.for_rank(*options.ranks.given())["world_size"] > 1 and dataset.seed_is_drawn:
            raise ValueError(f"there are several ranks, and each would draw a seed of its own: {need_a_seed}")
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
            threads = "1 thread gathers" if self.num_workers == 1 else f"{self.num_workers} threads gather"
            raise AttributeError(f"{name} does not apply: {threads} the batches (num_workers)")
        if made and name == "num_workers":
            value = self._options.num_workers = whole(name, value)
        if made and name == "worker_init_fn" and not only_seeds(value):
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
        feed.convert = Conversion(self.dataset, feed.allocate, collate)

    def __iter__(self) -> Iterator[Any]:  # type: ignore[override]
        if self.dataset.seed_is_drawn and self._options.ranks()[1] > 1:
            raise ValueError(f"there are several ranks, and each would draw a seed of its own: {need_a_seed}")
        # A DataLoader draws a seed for each iterator, and keeps its iterator if it has worker
        # processes. So does this one: torch's generator is left as cherimoya leaves it.
        if self.num_workers == 0 or self._iterator is None:
            torch.empty((), dtype=torch.int64).random_(generator=self.generator)
            self._iterator = iter(()) if self.num_workers > 0 else None
        return iter(self._feed)

    def __len__(self) -> int:
        return self._options.batches(len(self.dataset))

    def _set_epoch(self, epoch: int) -> None:
        # That of the sampler and the batch sampler as well, which set the feed's.
        self.sampler.set_epoch(epoch)

    def _load(self, state: dict[str, Any]) -> None:
        super()._load(state)
        # The sampler and the batch sampler resume as well.
        self.sampler.resume(state["epoch"], state["step"] * self._options.batch_size)
        self.dataset.seed_is_drawn = False

    def __repr__(self) -> str:
        return f"{type(self).__name__}(batches of {self.batch_size} of {self.dataset!r})"


# As `__init__` has it: what is shown for a class with `__new__` would be that one's.
_init = inspect.signature(PeakLoader.__init__)
_parameters = list(_init.parameters.values())[1:]
PeakLoader.__signature__ = _init.replace(parameters=_parameters)  # type: ignore[attr-defined]
