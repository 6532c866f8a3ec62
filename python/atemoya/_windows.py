"""The peaks or negatives of a data set as an array that is gathered when it is read."""

from __future__ import annotations

from typing import Any

import numpy
from numpy.lib.mixins import NDArrayOperatorsMixin

# These would change the gathered copy, and not the source.
_CHANGING = frozenset(
    ["fill", "partition", "put", "resize", "setfield", "setflags", "sort", "data", "ctypes", "flat"]
)


class LociArray(NDArrayOperatorsMixin):
    """One column of all kept peaks, or of all kept negatives; read-only.

    cherimoya has them in memory. Here, indexing gathers the rows that are asked for. All else that
    numpy's arrays do (``sum``, ``T``, ``astype``, ``copy``, ``array > 0``) gathers all rows, as
    ``numpy.asarray`` does. ``torch.as_tensor`` makes a tensor of it. ``torch.from_numpy`` needs an
    array of numpy's, so write ``torch.from_numpy(numpy.asarray(array))``.
    """

    def __init__(self, native, is_peak: bool, name: str, count: int, channels: int, width: int, dtype: str):
        self._native, self._is_peak, self._name = native, is_peak, name
        self._shape, self._dtype = (count, channels, width), numpy.dtype(dtype)

    ndim = property(lambda self: 3)

    @property
    def shape(self) -> tuple[int, int, int]:
        """The numbers of loci, channels and positions."""
        return self._shape

    @property
    def dtype(self) -> numpy.dtype[Any]:
        """The type of the elements."""
        return self._dtype

    @property
    def size(self) -> int:
        """The number of elements."""
        return self.shape[0] * self.shape[1] * self.shape[2]

    @property
    def nbytes(self) -> int:
        """The bytes that all rows would take."""
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
            raise ValueError("a LociArray is gathered when it is read, which always makes a copy: leave out copy=False")
        array = self._gather(numpy.arange(len(self)))
        return array if dtype is None else array.astype(dtype, copy=False)

    def __array_ufunc__(self, ufunc, method, *inputs, **keywords):
        if any(isinstance(out, LociArray) for out in keywords.get("out", ())):
            raise TypeError("a LociArray cannot be changed: make an array in memory of it by numpy.asarray")
        inputs = tuple(numpy.asarray(value) if isinstance(value, LociArray) else value for value in inputs)
        return getattr(ufunc, method)(*inputs, **keywords)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name in _CHANGING or not hasattr(numpy.ndarray, name):
            raise AttributeError(f"LociArray has no {name!r}: make an array in memory of it by numpy.asarray")
        return getattr(numpy.asarray(self), name)

    def __dlpack__(self, **keywords):
        return numpy.asarray(self).__dlpack__(**keywords)

    def __dlpack_device__(self):
        return numpy.empty(0).__dlpack_device__()

    def __reduce__(self):
        # Pickling and copying gather the array.
        return numpy.array, (numpy.asarray(self),)

    def __repr__(self) -> str:
        return f"LociArray({self._name} of {'peaks' if self._is_peak else 'negatives'}, shape={self.shape})"
