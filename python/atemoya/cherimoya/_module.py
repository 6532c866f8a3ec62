"""cherimoya's Lightning module, with this package's loader of training batches."""

from __future__ import annotations

from typing import Any

from cherimoya.training import CherimoyaModule

from atemoya import PeakLoader, PeakNegativeSampler


class Module(CherimoyaModule):
    """A ``CherimoyaModule`` whose training batches are gathered by native threads.

    The batches are cherimoya's, and so is torch's generator after each of them.
    """

    def train_dataloader(self) -> Any:
        data = self.training_data
        if not isinstance(data, PeakNegativeSampler):
            return super().train_dataloader()
        world_size = self.trainer.world_size
        if self.batch_size % world_size != 0:
            raise ValueError(f"batch_size ({self.batch_size}) must be divisible by the number of devices "
                             f"({world_size})")
        # Without its last batch if that is short, as cherimoya's trainer does on one device, too.
        return PeakLoader(data, batch_size=self.batch_size, num_workers=self.num_workers,
                          pin_memory=self.device.type != "cpu", rank=self.global_rank, world_size=world_size,
                          drop_last=True)
