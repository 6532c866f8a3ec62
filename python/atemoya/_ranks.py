"""This process among others: which rank it is, in a process group of PyTorch's or by argument."""

from __future__ import annotations

import os
import sys
import warnings

import torch

need_a_seed = "give random_state, the same number on every rank"


def group_of_several() -> bool:
    """Whether a process group of more than one is running."""
    running = torch.distributed.is_available() and torch.distributed.is_initialized()
    return running and torch.distributed.get_world_size() > 1


class Ranks:
    """Rank and world size of a loader: those that were given, or those of a running process group.

    Nothing is asked of other processes: a loader may be there on one rank only.
    """

    def __init__(self, rank: int | None, world_size: int | None):
        self.rank, self.world_size = rank, world_size
        self._told = False

    def grouped(self) -> bool:
        """Whether they are those of a process group."""
        return self.rank is None and self.world_size is None and group_of_several()

    def given(self) -> tuple[int, int]:
        """Those that were given, or one rank alone."""
        return self.rank or 0, 1 if self.world_size is None else self.world_size

    def __call__(self) -> tuple[int, int]:
        if not self.grouped():
            return self.given()
        rank, world_size = torch.distributed.get_rank(), torch.distributed.get_world_size()
        if not self._told:
            # Of each loader: the one that is on one rank only may be the second.
            self._told = True
            warnings.warn(
                f"this is rank {rank} of {world_size} in a running process group: the loader gives this rank's share "
                "of each batch. A loader that is on one rank only, for validation say, needs rank=0, world_size=1",
                stacklevel=_outside(),
            )
        return rank, world_size


def _outside() -> int:
    """The ``stacklevel`` of a warning of the function that asks, by which it is of the line that called the package."""
    package = os.path.dirname(__file__) + os.sep
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and frame.f_code.co_filename.startswith(package):
        frame, level = frame.f_back, level + 1
    return level
