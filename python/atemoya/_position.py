"""Where a data set stands that is read by indices without epochs, and what is odd about how it is read."""

from __future__ import annotations

import warnings

from torch.utils.data import get_worker_info

from ._ranks import group_of_several, need_a_seed

_GOES_BACK = (
    "an index that goes back begins the next epoch, and here one goes back within an epoch: the examples are of "
    "several epochs. The data set shuffles by itself: read it with shuffle=False, or by the pairs of epoch and index "
    "that loader.sampler gives"
)
_WORKERS = (
    "worker processes read the data set by indices without epochs: they begin at the same epoch each time they are "
    "started, which is at every iteration unless persistent_workers=True. Give that, or sampler=loader.sampler"
)
_DRAWN = f"each of several processes has drawn a seed of its own, and they read other epochs: {need_a_seed}"


class Position:
    """Which index was read last, and which one began the epoch.

    Cherimoya spots the next epoch by an index that is less than the last one. That holds for
    indices in order, and for the part of them that a rank or a worker process has; not for a
    sampler that shuffles.
    """

    def __init__(self) -> None:
        self.first: int | None = None
        self.last = -1
        self._told: set[str] = set()

    def goes_back(self, index: int) -> bool:
        """Takes an index that is read; whether it begins the next epoch."""
        worker = get_worker_info()
        if worker is not None and worker.id == 0:
            self._tell(_WORKERS)
        back = index < self.last
        if back and self.first is not None and index > self.first:
            self._tell(_GOES_BACK)
        if back or self.first is None:
            self.first = index
        self.last = index
        return back

    def warn_of_other_seeds(self) -> None:
        """Warns where other processes read the same data set, with other seeds."""
        if group_of_several():
            self._tell(_DRAWN)

    def _tell(self, text: str) -> None:
        """Warns once in a process."""
        if text not in self._told:
            self._told.add(text)
            warnings.warn(text, stacklevel=5)
