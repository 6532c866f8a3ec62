"""``ShardedEpochSampler``: a rank's share of each global batch, for the user's own DataLoader."""

from __future__ import annotations

from collections.abc import Iterator

import torch


class ShardedEpochSampler(torch.utils.data.Sampler[tuple[int, int]]):
    """Yields one rank's share of each global batch as ``(epoch, index)`` pairs.

    It does what ``cherimoya.io.ShardedEpochSampler`` does. Global batch ``s`` has the indices
    ``[s * batch_size, (s + 1) * batch_size)``. Rank ``r`` takes the ``r``-th contiguous slice. A
    short batch at the end is dropped. A :class:`PeakLoader` shares its batches by itself; this is
    for a ``DataLoader`` of your own over a :class:`PeakNegativeSampler`.

    Parameters
    ----------
    n : int
        Examples of an epoch, ``len(dataset)``.
    batch_size : int
        Examples of a batch, those of all ranks together.
    rank : int, default 0
        The rank of this process.
    world_size : int, default 1
        The number of ranks, which divides ``batch_size``.

    Attributes
    ----------
    n, batch_size, rank, world_size : int
        The parameters.
    local_batch_size : int
        Examples of this rank's share of a batch.
    epoch : int
        The epoch of later iterations, 0 at first.

    Raises
    ------
    ValueError
        If ``world_size`` does not divide ``batch_size``.

    Examples
    --------
    >>> from atemoya import ShardedEpochSampler
    >>> list(ShardedEpochSampler(n=9, batch_size=4, rank=1, world_size=2))
    [(0, 2), (0, 3), (0, 6), (0, 7)]
    """

    def __init__(self, n: int, batch_size: int, rank: int = 0, world_size: int = 1) -> None:
        if batch_size % world_size != 0:
            raise ValueError(f"batch_size ({batch_size}) must be divisible by the number of devices ({world_size})")
        self.n = n
        self.batch_size = batch_size
        self.rank = rank
        self.world_size = world_size
        self.local_batch_size = batch_size // world_size
        self.epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Sets the epoch of later iterations.

        Parameters
        ----------
        epoch : int
            The epoch, from 0.

        Examples
        --------
        >>> from atemoya import ShardedEpochSampler
        >>> sampler = ShardedEpochSampler(n=2, batch_size=2)
        >>> sampler.set_epoch(5)
        >>> list(sampler)
        [(5, 0), (5, 1)]
        """
        self.epoch = epoch

    def __len__(self) -> int:
        return (self.n // self.batch_size) * self.local_batch_size

    def __iter__(self) -> Iterator[tuple[int, int]]:
        epoch = self.epoch
        for step in range(self.n // self.batch_size):
            start = step * self.batch_size + self.rank * self.local_batch_size
            for index in range(start, start + self.local_batch_size):
                yield epoch, index
