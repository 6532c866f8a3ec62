"""The peaks or negatives of a data set as an array that is gathered when it is looked at."""

from __future__ import annotations

import numpy


class LociArray:
    """One column of all kept peaks, or negatives, as cherimoya keeps them in memory: indexing gathers the rows asked for.

    ``numpy.asarray`` gathers all of them.
    """

    def __init__(self, native, is_peak: bool, name: str, count: int, channels: int, width: int, dtype: str):
        self._native, self._is_peak, self._name = native, is_peak, name
        self.shape = (count, channels, width)
        self.dtype = numpy.dtype(dtype)

    ndim = 3

    @property
    def size(self) -> int:
        """Elements of all rows."""
        return self.shape[0] * self.shape[1] * self.shape[2]

    @property
    def nbytes(self) -> int:
        """Bytes that all rows would take."""
        return self.size * self.dtype.itemsize

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, index):
        rows, *rest = index if isinstance(index, tuple) else (index,)
        plain = all(isinstance(part, slice) or hasattr(part, "__index__") for part in rest)
        chosen = None if rows is Ellipsis or rows is None or not plain else numpy.arange(len(self))[rows]
        if chosen is None or chosen.ndim > 1:
            return numpy.asarray(self)[index]
        if chosen.ndim == 0:
            return self._gather(chosen[None])[(0, *rest)]
        return self._gather(chosen)[(slice(None), *rest)]

    def _gather(self, rows) -> numpy.ndarray:
        if rows.size == 0:
            return numpy.empty((0, *self.shape[1:]), dtype=self.dtype)
        batch = self._native.fetch_sources(self._is_peak, rows.ravel().tolist(), 0)
        return numpy.asarray(batch.tensor(self._name))

    def __array__(self, dtype=None, copy=None):
        if copy is False:
            raise ValueError("the array is gathered when it is looked at, so that there is no way without a copy")
        array = self._gather(numpy.arange(len(self)))
        return array if dtype is None else array.astype(dtype, copy=False)

    def __repr__(self) -> str:
        return f"LociArray({self._name} of {'peaks' if self._is_peak else 'negatives'}, shape={self.shape})"
