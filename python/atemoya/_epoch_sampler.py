"""All indices of an epoch, for frameworks that read a loader's sampler."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable, Iterator
from typing import Any

from torch.utils.data import BatchSampler
from torch.utils.data.distributed import DistributedSampler

from ._feed import Feed
from ._options import cannot_change
from ._ranks import Ranks, group_of_several, need_a_seed
from ._warnings import warn

# An epoch and an index; then what was assigned since the data set was made, if anything was.
Pair = tuple[Any, ...]


class _Cursor:
    """The epoch of a sampler's next iteration.

    After a state was loaded, also how many examples of that epoch had been given. The copies of a
    sampler share it.
    """

    def __init__(self, feed: Feed | None, repeats: bool):
        self.feed, self.repeats = feed, repeats
        self.epoch = self.given = 0

    def set_epoch(self, epoch: int) -> None:
        if self.feed is not None:
            self.feed.set_epoch(epoch)
        if not self.repeats and epoch != self.epoch:
            self.epoch, self.given = epoch, 0

    def resume(self, epoch: int, given: int) -> None:
        if not self.repeats:
            self.epoch, self.given = epoch, given

    def take(self) -> tuple[int, int]:
        """Returns the cursor, and moves to the next epoch."""
        epoch, given = self.epoch, self.given
        self.epoch, self.given = epoch + (not self.repeats), 0
        if self.feed is not None:
            self.feed.given_elsewhere(epoch)
        return epoch, given


class EpochSampler(DistributedSampler[Any]):
    """Yields all indices of the next epoch as ``(epoch, index)`` pairs.

    Lightning, Fabric and Ray Train leave a ``DistributedSampler`` in its place, and the loader
    shares its batches among ranks. Other frameworks, Accelerate among them, read the sampler or the
    batch sampler instead of the loader, and share the examples themselves. They need all of them.

    Parameters
    ----------
    dataset : PeakNegativeSampler
    feed : Feed
        The loader's; :meth:`set_epoch` sets its epoch as well.
    """

    def __init__(self, dataset: Any, feed: Feed) -> None:
        self.dataset = dataset
        self._cursor = _Cursor(feed, feed.repeats)
        self._ranks: Callable[[], tuple[int, int]] = Ranks(0, 1)
        self._warned = False

    shuffle = property(lambda self: False)  # the data set shuffles
    drop_last = property(lambda self: False)
    rank = property(lambda self: self._ranks()[0])
    num_replicas = property(lambda self: self._ranks()[1])
    epoch = property(lambda self: self._cursor.epoch)
    given = property(lambda self: self._cursor.given // self.num_replicas)
    num_samples = property(len)
    total_size = property(lambda self: len(self.dataset))

    def set_epoch(self, epoch: int) -> None:
        """Sets the epoch of the next iteration, of this sampler and of its loader."""
        self._cursor.set_epoch(epoch)

    def indices(self) -> range:
        """Returns the indices that a whole iteration yields."""
        rank, world_size = self._ranks()
        return range(rank, len(self.dataset), world_size)

    def __len__(self) -> int:
        return len(self.indices())

    def __iter__(self) -> Iterator[Pair]:
        if not self._warned and self.num_replicas == 1 and group_of_several():
            self._warned = True
            warn(
                "loader.sampler gives every rank all examples: iterate the loader itself, which shares them among "
                "ranks, or a DataLoader with a sampler that does"
            )
        return self.pairs()

    def pairs(self) -> _Pairs:
        """Returns an iteration, without the warning that every rank gets all examples."""
        return _Pairs(self)

    def begin(self) -> tuple[int, range]:
        """Begins an iteration, and returns its epoch and its indices.

        A resumed epoch has those that are left.
        """
        if self.dataset.seed_is_drawn and group_of_several():
            raise ValueError(f"several ranks share an epoch, and each has drawn a seed of its own: {need_a_seed}")
        epoch, given = self._cursor.take()
        rank, world_size = self._ranks()
        return epoch, range(given + rank, len(self.dataset), world_size)

    def resume(self, epoch: int, given: int) -> None:
        """Lets the next iteration resume an epoch of which ``given`` examples were given."""
        self._cursor.resume(epoch, given)

    def share(self, ranks: Callable[[], tuple[int, int]]) -> None:
        """Becomes the sampler of another loader, and yields the indices of one rank alone."""
        self._ranks, self._cursor = ranks, _Cursor(None, self._cursor.repeats)

    def copy(self) -> EpochSampler:
        """Returns a sampler with the same cursor, which may be shared while this one is not."""
        return copy.copy(self)


class _Pairs:
    """Iterates the pairs of one epoch, which begins when the first pair is asked for.

    torchdata saves and loads its state.
    """

    def __init__(self, sampler: EpochSampler):
        self.sampler = sampler
        self.epoch: int | None = None
        self.indices = range(0)
        self.assigned: tuple[dict[str, Any], ...] = ()
        self.given = 0

    def __iter__(self) -> _Pairs:
        return self

    def __next__(self) -> Pair:
        if self.epoch is None:
            self.begin()
        if self.given >= len(self.indices):
            raise StopIteration
        self.given += 1
        return self.epoch, self.indices[self.given - 1], *self.assigned

    def begin(self) -> None:
        self.epoch, self.indices = self.sampler.begin()
        assigned = self.sampler.dataset.begin_epoch(self.epoch)
        self.assigned = (assigned,) if assigned else ()

    def state_dict(self) -> dict[str, int]:
        if self.epoch is None:
            return {"epoch": self.sampler.epoch, "given": self.sampler.given}
        return {"epoch": self.epoch, "given": self.indices.start // self.indices.step + self.given}

    def load_state_dict(self, state_dict: dict[str, int]) -> None:
        self.sampler.set_epoch(state_dict["epoch"])
        self.begin()
        self.given = state_dict["given"] - self.indices.start // self.indices.step


class EpochBatchSampler(BatchSampler):
    """Yields batches of a sampler's pairs.

    Its sampler is a copy, which another loader may share among ranks.
    """

    def __init__(self, sampler: Any, batch_size: int, drop_last: bool) -> None:
        super().__init__(sampler.copy() if isinstance(sampler, EpochSampler) else sampler, batch_size, drop_last)
        self._made = True

    def __setattr__(self, name: str, value: Any) -> None:
        if "_made" in self.__dict__ and name in ("batch_size", "drop_last"):
            raise cannot_change(name, "loader")
        super().__setattr__(name, value)

    def __iter__(self) -> Iterator[list[Any]]:
        return _Batches(self) if isinstance(self.sampler, EpochSampler) else super().__iter__()


class _Batches:
    """Iterates the batches of one epoch."""

    def __init__(self, sampler: EpochBatchSampler):
        self.sampler, self.pairs = sampler, sampler.sampler.pairs()

    def __iter__(self) -> _Batches:
        return self

    def __next__(self) -> list[Pair]:
        batch = list(itertools.islice(self.pairs, self.sampler.batch_size))
        if not batch or (self.sampler.drop_last and len(batch) < self.sampler.batch_size):
            raise StopIteration
        return batch

    def state_dict(self) -> dict[str, int]:
        return self.pairs.state_dict()

    def load_state_dict(self, state_dict: dict[str, int]) -> None:
        self.pairs.load_state_dict(state_dict)
