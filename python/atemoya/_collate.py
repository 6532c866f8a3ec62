"""Examples that were gathered together, so that PyTorch's default collation finds their batch ready."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch.utils.data._utils.collate import default_collate_fn_map


class Example(tuple):
    """``(X, y, label)``, or ``(X, controls, y, label)``."""

    __slots__ = ()


class Examples(Sequence):
    """The examples of one batch: each a tuple of its rows; together the batch itself, without a copy."""

    def __init__(self, columns: list[torch.Tensor]):
        self.columns = columns

    def __len__(self) -> int:
        return len(self.columns[-1])

    def __getitem__(self, index):
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        *tensors, labels = self.columns
        return Example((*(tensor[index] for tensor in tensors), int(labels[index])))


def _collate(batch, *, collate_fn_map=None):
    if isinstance(batch, Examples):
        return batch.columns
    from torch.utils.data import default_collate

    return [default_collate(column) for column in zip(*batch)]


default_collate_fn_map[Example] = _collate
