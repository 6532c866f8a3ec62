"""Batches as lists of torch tensors, and memory of torch's for them."""

from __future__ import annotations

from weakref import WeakValueDictionary

import torch
from torch.utils.dlpack import from_dlpack

# Columns of a batch start at multiples of this.
_ALIGNMENT = 256

_COLUMNS = ("sequence", "controls", "signal", "labels")


def tensors(batch) -> list[torch.Tensor]:
    """The columns that cherimoya's batches have, sharing the batch's memory."""
    columns = (batch.tensor(name) for name in _COLUMNS)
    return [from_dlpack(column.__dlpack__()) for column in columns if column is not None]


class TorchMemory:
    """Gives batches memory that torch has allocated, page-locked where ``pinned``.

    Torch keeps page-locked memory from being used again while a copy that it has begun still reads
    it, which it can only do for memory of its own: a batch therefore keeps its buffer, and the
    stream gets another.
    """

    def __init__(self, pinned: bool):
        self.pinned = pinned
        # Those that streams have: they keep them.
        self._buffers = WeakValueDictionary()

    def __call__(self, size: int):
        """An address, and what keeps the memory there."""
        buffer = torch.empty(size + _ALIGNMENT, dtype=torch.uint8, pin_memory=self.pinned)
        first = -buffer.data_ptr() % _ALIGNMENT
        buffer = buffer[first : first + size]
        self._buffers[buffer.data_ptr()] = buffer
        return buffer.data_ptr(), buffer

    def tensors(self, batch) -> list[torch.Tensor]:
        """The columns of a batch, as parts of its buffer."""
        buffer = self._buffers.pop(batch.address)
        places = {name: place for name, *place in batch.places()}
        columns = []
        for name in _COLUMNS:
            if name in places:
                dtype, shape, start = places[name]
                dtype = getattr(torch, dtype)
                count = torch.Size(shape).numel()
                columns.append(buffer[start : start + count * dtype.itemsize].view(dtype).view(shape))
        return columns

    def __getstate__(self):
        return {"pinned": self.pinned}

    def __setstate__(self, state):
        self.__init__(**state)
