"""Examples that PyTorch's default collation returns as the batch that they came from."""

from __future__ import annotations

import torch
from torch.utils.data._utils.collate import default_collate_fn_map


class Example(tuple):
    """``(X, y, label)``, or ``(X, controls, y, label)``."""

    __slots__ = ()


class Examples(list):
    """The examples of one batch: a list of tuples of tensors, which are views of it."""

    def __init__(self, columns: list[torch.Tensor]):
        *tensors, labels = columns or [torch.empty(0)]
        super().__init__(map(Example, zip(*(tensor.unbind() for tensor in tensors), labels.tolist())))
        self._columns, self._rows = columns, tuple(self)

    def batch(self) -> list[torch.Tensor] | None:
        """Returns the batch without a copy; None if the list was changed."""
        same = len(self) == len(self._rows) and all(now is then for now, then in zip(self, self._rows))
        return self._columns if same else None


def _collate(batch, *, collate_fn_map=None):
    ready = batch.batch() if isinstance(batch, Examples) else None
    if ready is not None:
        return ready
    return [torch.utils.data.default_collate(column) for column in zip(*batch)]


default_collate_fn_map[Example] = _collate
