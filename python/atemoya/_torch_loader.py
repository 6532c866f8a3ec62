"""The DataLoader: PyTorch's interface over the native streams, in place of worker processes."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import torch
from torch.utils.data import DataLoader, SequentialSampler, default_collate

from ._collate import Examples
from ._epoch_sampler import Batches, EpochSampler
from ._feed import Feed
from ._options import flag, streaming, whole
from ._ranks import Ranks, need_a_seed
from ._sampler import PeakNegativeSampler
from ._settings import is_parameter
from ._tensors import TorchMemory

# What a DataLoader has for its worker processes, of which there are none.
_OF_PROCESSES = ("timeout", "multiprocessing_context", "prefetch_factor", "pin_memory_device", "in_order")


class _Running:
    """How a loader streams, on the rank that it is when it is asked."""

    def __init__(self, num_workers: int, batch_size: int, ranks: Ranks, drop_last: bool | None):
        self.num_workers, self.batch_size, self.ranks, self.drop_last = num_workers, batch_size, ranks, drop_last

    def drops(self, world_size: int) -> bool:
        """Whether the short batch at the end is dropped: with several ranks it would not be shared evenly."""
        return world_size > 1 if self.drop_last is None else self.drop_last

    def __call__(self) -> dict:
        return self.on(*self.ranks())

    def on(self, rank: int, world_size: int) -> dict:
        """The options of a stream on a rank."""
        return streaming(
            num_workers=self.num_workers,
            batch_size=self.batch_size,
            rank=rank,
            world_size=world_size,
            drop_last=self.drops(world_size),
        )

    def steps(self, examples: int) -> int:
        whole, rest = divmod(examples, self.batch_size)
        return whole + (rest > 0 and not self.drops(self.ranks()[1]))


class PeakLoader(DataLoader[Any]):
    """A ``torch.utils.data.DataLoader`` whose batches native threads gather: what :func:`PeakGenerator` returns.

    Each iteration is the next epoch. A batch is a list of tensors,
    ``[X, y, labels]`` or ``[X, controls, y, labels]``: int8 ``(B, 4, in_window)``, float32 ``(B, channels, in_window)``, float32 ``(B, channels, out_window)``, int64 ``(B,)``.
    Its memory is not used again while one of the tensors lives.

    ``sampler`` and ``batch_sampler`` have all examples as ``(epoch, index)`` pairs, whatever the rank, for frameworks that share them among ranks themselves. ``num_workers``, ``pin_memory``, ``collate_fn`` and ``generator``
    may be assigned: the next iteration has the new value. No other parameter can be assigned.

    Parameters
    ----------
    dataset : PeakNegativeSampler
    batch_size : int
        Examples of a batch, of all ranks together.
    num_workers : int
        Threads that gather ahead; with 0 the one that iterates does.
    pin_memory : bool
        Whether batches are in page-locked memory, where there is CUDA.
    rank, world_size : int, optional
        Which contiguous slice of each batch this process takes. By default they are those of the
        process group of
        ``torch.distributed``, if one is running when an iteration begins; a warning says so once. A loader that is on one rank only, for validation say, needs ``rank=0, world_size=1``.
    drop_last : bool, optional
        Whether the short batch at an epoch's end is dropped; by default with several ranks only.
    collate_fn : callable, optional
        Called with the list of a batch's examples, tuples
        ``(X, y, label)`` or ``(X, controls, y, label)``; an iteration yields what it returns.
    generator : torch.Generator, optional
        A number is drawn from it when an iteration begins, by default from torch's global
        generator, as every ``DataLoader`` does: dropout depends on it, and batches do not.
    sampler, batch_sampler : optional
        For frameworks that make a loader anew, as Lightning does to predict: the result is an
        ordinary
        ``DataLoader`` with worker processes. With a ``torch.utils.data.SequentialSampler``, which Lightning gives for ``overfit_batches``,
        it is a loader whose iterations are all of the same epoch.
    shuffle : bool, optional
        Must not be True: the data set shuffles by itself.

    Raises
    ------
    ValueError
        If an argument is out of its range. When an iteration begins, if there are several ranks and
        the data set has drawn its seed.
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
            raise ValueError("the data set shuffles by itself: say shuffle=True where it is made")
        stays = _in_order(sampler, batch_sampler)
        if isinstance(batch_sampler, Batches):
            batch_size, drop_last = batch_sampler.batch_size, batch_sampler.drop_last
        batch_size, num_workers = whole("batch_size", batch_size, 1), whole("num_workers", num_workers)
        drop_last = None if drop_last is None else flag("drop_last", drop_last)
        running = _Running(num_workers, batch_size, Ranks(rank, world_size), drop_last)
        if running.on(*running.ranks.given())["world_size"] > 1 and dataset.seed_is_drawn:
            raise ValueError(f"several ranks would draw a seed each: {need_a_seed}")
        feed = Feed(dataset, running, None, None, _Adopt(dataset) if dataset.seed_is_drawn else None, stays)
        places = EpochSampler(dataset, feed)
        with warnings.catch_warnings():
            # It speaks of worker processes, of which there are none.
            warnings.filterwarnings("ignore", "This DataLoader will create .* worker processes")
            super().__init__(
                dataset,
                batch_size=batch_size,
                sampler=places,
                num_workers=num_workers,
                pin_memory=pin_memory,
                drop_last=bool(drop_last),
                collate_fn=collate_fn,
                generator=generator,
                persistent_workers=num_workers > 0,
            )
        self.__dict__["batch_sampler"] = Batches(places, batch_size, bool(drop_last))
        # Those that were given: a loader that is made anew from these attributes has them, too.
        self.rank, self.world_size = rank, world_size
        self._running, self._feed = running, feed
        self._deliver()

    def __setattr__(self, name: str, value: Any) -> None:
        made = "_feed" in self.__dict__
        if made and name in ("rank", "world_size"):
            raise AttributeError(f"{name} cannot be changed once the loader is made: make another with rank= and world_size=")
        if made and not name.startswith("_") and not hasattr(self, name):
            if hasattr(type(self.dataset), name):
                raise AttributeError(f"{name} is an attribute of the data set: assign loader.dataset.{name}")
            if is_parameter(name):
                raise AttributeError(f"{name} cannot be changed once the loader is made: make another with {name}=")
        if made and name in _OF_PROCESSES and value != getattr(self, name):
            raise AttributeError(f"{name} does not apply: {self.num_workers} threads gather the batches (num_workers)")
        if made and name == "num_workers":
            value = self._running.num_workers = whole(name, value)
        if made and name == "worker_init_fn" and not _only_seeds(value):
            warnings.warn(
                "worker_init_fn is not called: threads gather the batches, and random_state decides what is in them",
                stacklevel=2,
            )
        super().__setattr__(name, value)
        if made and name in ("pin_memory", "collate_fn"):
            self._deliver()

    def _deliver(self) -> None:
        """Says what becomes of a native batch in the iterations that begin from now on."""
        feed, dataset = self._feed, self.dataset
        pinned = self.pin_memory and torch.cuda.is_available()
        if not pinned:
            feed.allocate = None
        elif feed.allocate is None:
            feed.allocate = TorchMemory(pinned=True)
        convert = dataset.columns if feed.allocate is None else _Converting(dataset, feed.allocate)
        collate = self.collate_fn
        feed.convert = convert if collate is default_collate else _Collating(convert, collate)

    def __iter__(self) -> Iterator[Any]:  # type: ignore[override]
        if self.dataset.seed_is_drawn and self._running.ranks()[1] > 1:
            raise ValueError(f"there are several ranks, and each has drawn a seed of its own: {need_a_seed}")
        # As a DataLoader, which keeps its iterator where it has worker processes: they get their
        # seeds once.
        if self.num_workers == 0 or self._iterator is None:
            torch.empty((), dtype=torch.int64).random_(generator=self.generator)
            self._iterator = iter(()) if self.num_workers > 0 else None
        return iter(self._feed)

    def __len__(self) -> int:
        return self._running.steps(len(self.dataset))

    def set_epoch(self, epoch: int) -> None:
        """Sets the epoch of the batch that comes next.

        An iteration that is within that epoch goes on, and one that has given nothing yet begins
        it. The next iteration begins it as well, unless the running one gives a batch before.
        """
        self.sampler.set_epoch(epoch)

    def state_dict(self) -> dict[str, Any]:
        """Where the loader stands, as a few numbers and strings; it can be saved as JSON, and one rank's serves all."""
        return self._feed.state_dict()

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Goes on, in the next iteration, with the very next batch, on any number of workers and ranks.

        Raises
        ------
        ValueError
            If it was saved of other examples, another order or another batch size.
        """
        self._feed.load_state_dict(state_dict)
        # Those who read the sampler or the batch sampler in place of the loader go on as well.
        self.sampler.go_on(state_dict["epoch"], state_dict["step"] * self._running.batch_size)
        self.dataset.seed_is_drawn = False


def _in_order(sampler: Any, batch_sampler: Any) -> bool:
    """Whether a loader is made anew with all examples in order, so that they are the same each time."""
    if isinstance(batch_sampler, Batches):
        sampler = batch_sampler.sampler
    return isinstance(sampler, SequentialSampler)


def _ordinary(dataset, sampler, batch_sampler, *, rank=None, world_size=None, shuffle=None, pin_memory=True, **options):
    """PyTorch's own loader over the data set, with a sampler of another's."""
    places = getattr(batch_sampler, "sampler", None)
    if isinstance(places, EpochSampler):
        # Who has left the sampler as it is leaves the sharing to the loader.
        places.shared(Ranks(rank, world_size))
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
    """Whether it does nothing, or, as Lightning's, nothing but seed what is not used here."""
    called = worker_init_fn.func if isinstance(worker_init_fn, functools.partial) else worker_init_fn
    return called is None or getattr(called, "__name__", "") == "pl_worker_init_function"


class _Collating:
    """Hands the examples of each batch to a function of the user's."""

    def __init__(self, convert: Callable[[Any], list[torch.Tensor]], collate: Callable[[list[Any]], Any]):
        self.convert, self.collate = convert, collate

    def __call__(self, batch: Any) -> Any:
        return self.collate(Examples(self.convert(batch)))


class _Converting:
    """Makes tensors of batches whose memory torch has allocated."""

    def __init__(self, dataset, memory: TorchMemory):
        self.dataset, self.memory = dataset, memory

    def __call__(self, batch) -> list[torch.Tensor]:
        return self.dataset.typed(self.memory.tensors(batch))


class _Adopt:
    """Gives a data set the seed of a saved state."""

    def __init__(self, dataset):
        self.dataset = dataset

    def __call__(self, seed: int) -> None:
        if seed != self.dataset.seed:
            self.dataset.reseed(seed)
