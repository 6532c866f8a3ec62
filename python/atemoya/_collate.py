"""Native batches as what an iteration yields, and examples that PyTorch's default collation returns
as the batch that they came from.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import torch
from torch.utils.data._utils.collate import default_collate_fn_map

from ._tensors import TorchMemory, tensors

if TYPE_CHECKING:
    from ._sampler import PeakNegativeSampler


class Example(tuple):
    """``(X, y, label)``, or ``(X, controls, y, label)``."""

    __slots__ = ()


class Examples(list):
    """The examples of one batch: a list of tuples of tensors, which are views of it."""

    def __init__(self, columns: list[torch.Tensor]):
        *parts, labels = columns or [torch.empty(0)]
        super().__init__(map(Example, zip(*(part.unbind() for part in parts), labels.tolist())))
        self._columns, self._rows = columns, tuple(self)

    def batch(self) -> list[torch.Tensor] | None:
        """Returns the batch without a copy; None if the list was changed."""
        same = len(self) == len(self._rows) and all(now is then for now, then in zip(self, self._rows))
        return self._columns if same else None


class Conversion:
    """Converts native batches to what an iteration yields.

    Parameters
    ----------
    dataset : PeakNegativeSampler
    memory : TorchMemory or None
        The memory of the batches, if torch has allocated it.
    collate : callable or None
        The user's, called with the list of a batch's examples.
    """

    def __init__(
        self, dataset: PeakNegativeSampler, memory: TorchMemory | None, collate: Callable[[list[Any]], Any] | None
    ):
        self.dataset, self.memory, self.collate = dataset, memory, collate

    def __call__(self, batch: Any) -> Any:
        columns = self.dataset._typed(tensors(batch) if self.memory is None else self.memory.tensors(batch))
        return columns if self.collate is None else self.collate(Examples(columns))


def _collate(batch, *, collate_fn_map=None):
    ready = batch.batch() if isinstance(batch, Examples) else None
    if ready is not None:
        return ready
    return [torch.utils.data.default_collate(column) for column in zip(*batch)]


default_collate_fn_map[Example] = _collate
