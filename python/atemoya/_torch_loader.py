"""The DataLoader: PyTorch's interface over the native streams, in place of worker processes."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import torch
from torch.utils.data.distributed import DistributedSampler

from ._feed import Feed
from ._options import streaming, whole
from ._sampler import PeakNegativeSampler
from ._tensors import TorchMemory


class _Running:
    """How a loader streams, in the process group that there is when it is asked."""

    def __init__(self, num_workers, batch_size, rank, world_size, drop_last):
        self.num_workers, self.batch_size = num_workers, batch_size
        self.rank, self.world_size, self.drop_last = rank, world_size, drop_last

    def grouped(self) -> bool:
        """Whether rank and world size are those of a process group of several."""
        given = self.rank is not None or self.world_size is not None
        there = torch.distributed.is_available() and torch.distributed.is_initialized()
        return not given and there and torch.distributed.get_world_size() > 1

    def place(self) -> tuple[int, int]:
        """Rank and world size: those given, or those of the process group."""
        if self.grouped():
            return torch.distributed.get_rank(), torch.distributed.get_world_size()
        return self.rank or 0, 1 if self.world_size is None else self.world_size

    def drops(self) -> bool:
        """Whether the short batch at the end is dropped: with several ranks it would not be shared evenly."""
        return self.place()[1] > 1 if self.drop_last is None else self.drop_last

    def __call__(self) -> dict:
        rank, world_size = self.place()
        return streaming(
            num_workers=self.num_workers,
            batch_size=self.batch_size,
            rank=rank,
            world_size=world_size,
            drop_last=self.drops(),
        )

    def steps(self, examples: int) -> int:
        whole, rest = divmod(examples, self.batch_size)
        return whole + (rest > 0 and not self.drops())


class _EpochSampler(DistributedSampler):
    """This rank's places as ``(epoch, index)`` pairs, for whoever asks a DataLoader for its sampler. Lightning leaves one of this
    kind in its place, and tells it of epochs."""

    def __init__(self, dataset, running: _Running, feed: Feed):
        self.dataset, self.running, self.feed = dataset, running, feed
        self.shuffle = False

    rank = property(lambda self: self.running.place()[0])
    num_replicas = property(lambda self: self.running.place()[1])
    drop_last = property(lambda self: self.running.drops())
    epoch = property(lambda self: self.feed.epoch)
    num_samples = property(len)

    def set_epoch(self, epoch: int) -> None:
        self.feed.set_epoch(epoch)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __iter__(self):
        (rank, world_size), examples, epoch = self.running.place(), len(self.dataset), self.feed.epoch
        for step in range(self.running.steps(examples)):
            first = step * self.running.batch_size
            size = min(self.running.batch_size, examples - first)
            # Of a short batch, the last ranks have less.
            share = -(-size // world_size)
            for index in range(first + min(rank * share, size), first + min((rank + 1) * share, size)):
                yield epoch, index


class PeakLoader(torch.utils.data.DataLoader[Any]):
    """A ``torch.utils.data.DataLoader`` whose batches are gathered by native threads: what :func:`PeakGenerator` returns.

    Each iteration is the next epoch. A batch is a list of tensors, ``[X, y, labels]`` or ``[X, controls, y, labels]``: int8
    ``(B, 4, in_window)``, float32 ``(B, channels, in_window)``, float32 ``(B, channels, out_window)``, int64 ``(B,)``. Its memory is
    not used again while one of the tensors lives.

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
        Which contiguous slice of each batch this process takes; by default as the process group of ``torch.distributed`` has it when
        an iteration begins, if there is one.
    drop_last : bool, optional
        Whether the short batch at an epoch's end is dropped; by default with several ranks only.
    """

    dataset: PeakNegativeSampler

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
    ) -> None:
        batch_size, num_workers = whole("batch_size", batch_size, 1), whole("num_workers", num_workers)
        running = _Running(num_workers, batch_size, rank, world_size, drop_last)
        if running()["world_size"] > 1 and not running.grouped() and dataset.seed_is_drawn:
            raise ValueError("several ranks need a random_state: one that is drawn would be another in each process")
        pinned = pin_memory and torch.cuda.is_available()
        memory = TorchMemory(pinned=True) if pinned else None
        convert = dataset.columns if memory is None else _Converting(dataset, memory)
        feed = Feed(dataset, running, convert, memory, _Adopt(dataset) if dataset.seed_is_drawn else None)
        with warnings.catch_warnings():
            # It speaks of worker processes, of which there are none.
            warnings.filterwarnings("ignore", "This DataLoader will create .* worker processes")
            super().__init__(
                dataset,
                batch_size=batch_size,
                sampler=_EpochSampler(dataset, running, feed),
                num_workers=num_workers,
                pin_memory=pin_memory,
                drop_last=running.drops(),
                persistent_workers=num_workers > 0,
            )
        self._running, self._feed = running, feed

    def __iter__(self) -> Iterator[list[torch.Tensor]]:  # type: ignore[override]
        self._agree()
        return iter(self._feed)

    def _agree(self) -> None:
        """Gives all ranks of the process group the seed that rank 0 has drawn, where none was given."""
        if self.dataset.seed_is_drawn and self._running.grouped():
            seed = [self.dataset._base_seed]
            torch.distributed.broadcast_object_list(seed, src=0)
            _Adopt(self.dataset)(seed[0])
            self.dataset.seed_is_drawn = False

    def __len__(self) -> int:
        return self._running.steps(len(self.dataset))

    def set_epoch(self, epoch: int) -> None:
        """Sets the epoch of the next iteration."""
        self._feed.set_epoch(epoch)

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
        self.dataset.seed_is_drawn = False


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
            self.dataset._base_seed = seed
