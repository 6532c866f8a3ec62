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

# An epoch and an index; behind them what was assigned since the data set was made, if anything was.
Pair = tuple[Any, ...]


class _Epochs:
    """Which epoch an iteration of a sampler, or of a copy of it, is of: each is the next one."""

    def __init__(self, feed: Feed | None, stays: bool):
        self.feed, self.stays, self.next = feed, stays, 0
        self.given = 0  # how many examples of the next epoch were given before a state was saved

    def set(self, epoch: int) -> None:
        if self.feed is not None:
            self.feed.set_epoch(epoch)
        if not self.stays and epoch != self.next:
            self.next, self.given = epoch, 0

    def go_on(self, epoch: int, given: int) -> None:
        if not self.stays:
            self.next, self.given = epoch, given

    def take(self) -> tuple[int, int]:
        epoch, given = self.next, self.given
        self.next, self.given = epoch + (not self.stays), 0
        return epoch, given


class EpochSampler(DistributedSampler[Any]):
    """Yields all places of the next epoch as ``(epoch, index)`` pairs.

    Lightning, Fabric and Ray Train leave a ``DistributedSampler`` in its place, and the loader
    shares its batches among ranks. Others read the sampler or the batch sampler in place of the
    loader, and share the examples themselves, as Accelerate does: they find all of them there.

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
    given = property(lambda self: self._epochs.given // self.num_replicas)
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

    def begin(self) -> tuple[int, range]:
        """The epoch of an iteration that begins, and the places that it gives.

        After a state was loaded, they are what is left of its epoch.
        """
        if self.dataset.seed_is_drawn and group_of_several():
            raise ValueError(f"several ranks share an epoch, and each has drawn a seed of its own: {need_a_seed}")
        epoch, given = self._epochs.take()
        rank, world_size = self._share()
        return epoch, range(given + rank, len(self.dataset), world_size)

    def go_on(self, epoch: int, given: int) -> None:
        """Lets the next iteration go on within an epoch, after examples that were given."""
        self._epochs.go_on(epoch, given)

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
        self.places = range(0)
        self.assigned: tuple[dict[str, Any], ...] = ()
        self.given = 0

    def __iter__(self) -> _Pairs:
        return self

    def __next__(self) -> Pair:
        if self.epoch is None:
            self.begin()
        if self.given >= len(self.places):
            raise StopIteration
        self.given += 1
        return self.epoch, self.places[self.given - 1], *self.assigned

    def begin(self) -> None:
        self.epoch, self.places = self.sampler.begin()
        assigned = self.sampler.dataset.begin_epoch(self.epoch)
        self.assigned = (assigned,) if assigned else ()

    def state_dict(self) -> dict[str, int]:
        if self.epoch is None:
            return {"epoch": self.sampler.epoch, "given": self.sampler.given}
        return {"epoch": self.epoch, "given": self.places.start // self.places.step + self.given}

    def load_state_dict(self, state_dict: dict[str, int]) -> None:
        self.sampler.set_epoch(state_dict["epoch"])
        self.begin()
        self.given = state_dict["given"] - self.places.start // self.places.step


class Batches(BatchSampler):
    """Batches of a sampler's pairs.

    It has a sampler of its own, a copy, which another loader may share among ranks.
    """

    def __init__(self, sampler: Any, batch_size: int, drop_last: bool) -> None:
        super().__init__(sampler.copy() if isinstance(sampler, EpochSampler) else sampler, batch_size, drop_last)
        self._made = True

    def __setattr__(self, name: str, value: Any) -> None:
        if "_made" in self.__dict__ and name in ("batch_size", "drop_last"):
            raise AttributeError(f"{name} cannot be changed once the loader is made: make another with {name}=")
        super().__setattr__(name, value)

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
