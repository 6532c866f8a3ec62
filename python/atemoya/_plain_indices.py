"""Epochs of indices that come without them."""

from __future__ import annotations

from torch.utils.data import get_worker_info

from ._ranks import group_of_several, need_a_seed
from ._warnings import warn

_GOES_BACK = (
    "an index below the last one begins the next epoch, and here one occurs within an epoch: the examples are of "
    "several epochs. The data set shuffles by itself: read it with shuffle=False, or by the pairs of epoch and index "
    "that loader.sampler gives"
)
_WORKERS = (
    "worker processes read the data set by indices without epochs: they begin at the same epoch each time they are "
    "started, which is at every iteration unless persistent_workers=True. Give that, or sampler=loader.sampler"
)
_SEEDS = f"each of several processes has drawn a seed of its own, and they read different epochs: {need_a_seed}"


class PlainIndices:
    """Finds epochs in indices that come without them.

    As in cherimoya, an index that is less than the last one begins the next epoch. That holds for
    indices in order, and for the part of them that a rank or a worker process has; not for a
    sampler that shuffles.
    """

    def __init__(self) -> None:
        # The first index of the epoch, and the last one that was read.
        self.first: int | None = None
        self.last = -1
        self._warned: set[str] = set()

    def begins_epoch(self, index: int) -> bool:
        """Takes the next index, and returns whether it begins the next epoch."""
        worker = get_worker_info()
        if worker is not None and worker.id == 0:
            self._warn_once(_WORKERS)
        back = index < self.last
        if back and self.first is not None and index > self.first:
            self._warn_once(_GOES_BACK)
        if back or self.first is None:
            self.first = index
        self.last = index
        return back

    def warn_of_seeds(self) -> None:
        """Warns if other processes read the same data set, with seeds that they have drawn."""
        if group_of_several():
            self._warn_once(_SEEDS)

    def _warn_once(self, message: str) -> None:
        if message not in self._warned:
            self._warned.add(message)
            warn(message)
