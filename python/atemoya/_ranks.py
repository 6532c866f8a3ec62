"""Rank and world size: those of a PyTorch process group, or by argument."""

from __future__ import annotations

import torch

from ._warnings import warn

need_a_seed = "give random_state, the same number on every rank"


def group_of_several() -> bool:
    """Returns whether a process group of several ranks is running."""
    running = torch.distributed.is_available() and torch.distributed.is_initialized()
    return running and torch.distributed.get_world_size() > 1


class Ranks:
    """Returns rank and world size of a loader: those given, or those of a running process group.

    It does not communicate with other processes, since a loader may be on one rank only.
    """

    def __init__(self, rank: int | None, world_size: int | None):
        self.rank, self.world_size = rank, world_size
        self._warned = False

    def grouped(self) -> bool:
        """Returns whether they are those of a process group."""
        return self.rank is None and self.world_size is None and group_of_several()

    def given(self) -> tuple[int, int]:
        """Returns those that were given, or 0 and 1."""
        return self.rank or 0, 1 if self.world_size is None else self.world_size

    def __call__(self) -> tuple[int, int]:
        if not self.grouped():
            return self.given()
        rank, world_size = torch.distributed.get_rank(), torch.distributed.get_world_size()
        if not self._warned:
            # Once for each loader, since any of them may be meant for one rank only.
            self._warned = True
            warn(
                f"this is rank {rank} of {world_size} in a running process group: the loader gives this rank's share "
                "of each batch. A loader that is on one rank only, for validation say, needs rank=0, world_size=1"
            )
        return rank, world_size
