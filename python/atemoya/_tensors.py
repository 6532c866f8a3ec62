"""Batches as lists of torch tensors, and memory that torch allocates for them."""

from __future__ import annotations

from weakref import WeakValueDictionary

import torch
from torch.utils.dlpack import from_dlpack

# Columns of a batch start at multiples of this many bytes.
_ALIGNMENT = 256

_COLUMNS = ("sequence", "controls", "signal", "labels")


def tensors(batch) -> list[torch.Tensor]:
    """Returns the columns that cherimoya's batches have, which share the batch's memory."""
    columns = (batch.tensor(name) for name in _COLUMNS)
    return [from_dlpack(column.__dlpack__()) for column in columns if column is not None]


class TorchMemory:
    """Allocates the memory of batches by torch, page-locked if ``pinned``.

    Torch does not use its page-locked memory again while a copy that it has begun still reads it.
    Therefore a batch keeps its buffer, and the stream allocates another.
    """

    def __init__(self, pinned: bool):
        self.pinned = pinned
        # By address; the streams own them.
        self._buffers = WeakValueDictionary()

    def __call__(self, size: int):
        """Returns an address, and the object that owns the memory there."""
        buffer = torch.empty(size + _ALIGNMENT, dtype=torch.uint8, pin_memory=self.pinned)
        first = -buffer.data_ptr() % _ALIGNMENT
        buffer = buffer[first : first + size]
        self._buffers[buffer.data_ptr()] = buffer
        return buffer.data_ptr(), buffer

    def tensors(self, batch) -> list[torch.Tensor]:
        """Returns the columns of a batch, as parts of its buffer."""
        buffer = self._buffers.pop(batch.address)
        present = {name: column for name, *column in batch.columns()}
        columns = []
        for name in _COLUMNS:
            if name in present:
                dtype, shape, start = present[name]
                dtype = getattr(torch, dtype)
                count = torch.Size(shape).numel()
                columns.append(buffer[start : start + count * dtype.itemsize].view(dtype).view(shape))
        return columns

    def __getstate__(self):
        return {"pinned": self.pinned}

    def __setstate__(self, state):
        self.__init__(**state)
