"""The places of an epoch, for whoever asks a loader for its sampler: all of them, since who asks shares them out."""

from __future__ import annotations

import copy
import itertools
import warnings
from collections.abc import Callable, Iterator
from typing import Any

from torch.utils.data import BatchSampler
from torch.utils.data.distributed import DistributedSampler

from ._feed import Feed
from ._ranks import Ranks, group_of_several, need_a_seed

Pair = tuple[int, int]


class _Epochs:
    """Which epoch an iteration of a sampler, or of a copy of it, is of: each is the next one."""

    def __init__(self, feed: Feed | None, stays: bool):
        self.feed, self.stays, self.next = feed, stays, 0

    def set(self, epoch: int) -> None:
        if self.feed is not None:
            self.feed.set_epoch(epoch)
        if not self.stays:
            self.next = epoch

    def take(self) -> int:
        epoch = self.next
        self.next += not self.stays
        return epoch


class EpochSampler(DistributedSampler[Any]):
    """Yields all places of the next epoch as ``(epoch, index)`` pairs.

    Lightning, Fabric and Ray Train leave a ``DistributedSampler`` in its place, and the loader shares its
    batches among ranks. Others read the sampler or the batch sampler in place of the loader, and share the
    examples themselves, as Accelerate does: they find all of them there.

    Parameters
    ----------
    dataset : PeakNegativeSampler
    feed : Feed
        The loader's, which :meth:`set_epoch` is for as well.
    """

    def __init__(self, dataset: Any, feed: Feed) -> None:
        self.dataset = dataset
        self._epochs = _Epochs(feed, feed.stays)
        self._share: Callable[[], tuple[int, int]] = Ranks(0, 1)
        self._told = False

    shuffle = property(lambda self: False)  # the data set does
    drop_last = property(lambda self: False)
    rank = property(lambda self: self._share()[0])
    num_replicas = property(lambda self: self._share()[1])
    epoch = property(lambda self: self._epochs.next)
    num_samples = property(len)
    total_size = property(lambda self: len(self.dataset))

    def set_epoch(self, epoch: int) -> None:
        """Sets the epoch of the next iteration, of this sampler and of its loader."""
        self._epochs.set(epoch)

    def places(self) -> range:
        """The places that an iteration gives."""
        rank, world_size = self._share()
        return range(rank, len(self.dataset), world_size)

    def __len__(self) -> int:
        return len(self.places())

    def __iter__(self) -> Iterator[Pair]:
        if not self._told and self.num_replicas == 1 and group_of_several():
            self._told = True
            warnings.warn(
                "loader.sampler gives every rank all examples: iterate the loader itself, which shares them among "
                "ranks, or a DataLoader with a sampler that does",
                stacklevel=3,
            )
        return self.pairs()

    def pairs(self) -> _Pairs:
        """An iteration, for who shares its pairs out."""
        return _Pairs(self)

    def begin(self) -> int:
        """The epoch of an iteration that begins."""
        if self.dataset.seed_is_drawn and group_of_several():
            raise ValueError(f"several ranks share an epoch, and each has drawn a seed of its own: {need_a_seed}")
        return self._epochs.take()

    def shared(self, share: Callable[[], tuple[int, int]]) -> None:
        """Becomes the sampler of another loader, and gives the places of one rank alone, as ``share`` says."""
        self._share, self._epochs = share, _Epochs(None, self._epochs.stays)

    def copy(self) -> EpochSampler:
        """A sampler with the same epochs, which may be shared where this one is not."""
        return copy.copy(self)


class _Pairs:
    """The pairs of one epoch: that which is next when the first pair is asked for.

    torchdata saves where it stands.
    """

    def __init__(self, sampler: EpochSampler):
        self.sampler = sampler
        self.epoch: int | None = None
        self.given = 0

    def __iter__(self) -> _Pairs:
        return self

    def __next__(self) -> Pair:
        if self.epoch is None:
            self.epoch = self.sampler.begin()
        places = self.sampler.places()
        if self.given >= len(places):
            raise StopIteration
        self.given += 1
        return self.epoch, places[self.given - 1]

    def state_dict(self) -> dict[str, int]:
        return {"epoch": self.sampler.epoch if self.epoch is None else self.epoch, "given": self.given}

    def load_state_dict(self, state_dict: dict[str, int]) -> None:
        self.sampler.set_epoch(state_dict["epoch"])
        self.epoch, self.given = self.sampler.begin(), state_dict["given"]


class Batches(BatchSampler):
    """Batches of a sampler's pairs.

    It has a sampler of its own, a copy, which another loader may share among ranks.
    """

    def __init__(self, sampler: Any, batch_size: int, drop_last: bool) -> None:
        super().__init__(sampler.copy() if isinstance(sampler, EpochSampler) else sampler, batch_size, drop_last)

    def __iter__(self) -> Iterator[list[Any]]:
        return _Batches(self) if isinstance(self.sampler, EpochSampler) else super().__iter__()


class _Batches:
    """The batches of one epoch."""

    def __init__(self, batches: Batches):
        self.batches, self.pairs = batches, batches.sampler.pairs()

    def __iter__(self) -> _Batches:
        return self

    def __next__(self) -> list[Pair]:
        batch = list(itertools.islice(self.pairs, self.batches.batch_size))
        if not batch or (self.batches.drop_last and len(batch) < self.batches.batch_size):
            raise StopIteration
        return batch

    def state_dict(self) -> dict[str, int]:
        return self.pairs.state_dict()

    def load_state_dict(self, state_dict: dict[str, int]) -> None:
        self.pairs.load_state_dict(state_dict)
