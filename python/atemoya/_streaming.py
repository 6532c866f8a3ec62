"""``StreamingOptions``: what a ``PeakLoader`` asks of its streams."""

from __future__ import annotations

from ._options import batches_per_epoch, streaming
from ._ranks import Ranks


class StreamingOptions:
    """The options of a loader's streams, with the rank and world size at the time of the call."""

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
