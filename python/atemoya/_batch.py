"""Batches: numpy arrays on the host, or DLPack tensors on a CUDA device."""

from __future__ import annotations

from typing import Any

import numpy
from numpy.typing import NDArray

from . import _native


class Batch:
    """A batch of examples, whose columns are numpy views of its memory.

    A :class:`Loader` makes batches. The memory does not change while the batch or one of its arrays
    lives. On a CUDA device the arrays raise ``TypeError``, and :meth:`tensor` has the columns.
    There the memory is used again once the batch and all its tensors are freed and the CUDA streams
    of their consumers have done the work that they were given until then; no thread waits for that.

    Parameters
    ----------
    native : _native.Batch or _native.DeviceBatch
        The batch of the extension module.

    Examples
    --------
    >>> import atemoya
    >>> batch = next(iter(atemoya.Loader("demo.atemoya")))
    >>> len(batch), batch.sequence.shape, batch.signal.shape, batch.labels.shape
    (32, (32, 4, 2114), (32, 2, 1000), (32,))
    """

    __slots__ = ("_native",)

    def __init__(self, native: _native.Batch | _native.DeviceBatch) -> None:
        self._native = native

    def tensor(self, name: str) -> _native.Tensor | None:
        """Returns a column as ``torch.from_dlpack`` takes it, without a copy.

        It may have a type that numpy lacks, and may be on a device. There the consumer names its
        CUDA stream, as the protocol has it, and that stream waits for the batch.

        Parameters
        ----------
        name : str
            The name of an attribute of the batch: ``sequence``, ``controls``, ``signal``,
            ``labels``, ``sources``, ``offsets`` or ``reverse_complement``.

        Returns
        -------
        Tensor or None
            The column; None if the batch lacks it.

        Raises
        ------
        KeyError
            If batches have no column of this name.

        Examples
        --------
        >>> import atemoya
        >>> batch = next(iter(atemoya.Loader("demo.atemoya", sequence_type="bfloat16")))
        >>> batch.tensor("sequence").dtype
        'bfloat16'
        """
        return self._native.tensor(name)

    @property
    def device(self) -> int | None:
        """The number of the batch's CUDA device; None on the host.

        Examples
        --------
        >>> import atemoya
        >>> next(iter(atemoya.Loader("demo.atemoya"))).device is None
        True
        """
        return self._native.device

    @property
    def stream(self) -> int | None:
        """The CUDA stream that the batch was copied on, a ``CUstream``; None on the host.

        It is valid as long as the batch. A consumer that takes a column by
        ``__dlpack__(stream=-1)`` must let its own stream wait for this one before it reads the
        column, and let this one wait for its own before it frees the batch.

        Examples
        --------
        >>> import atemoya
        >>> next(iter(atemoya.Loader("demo.atemoya"))).stream is None
        True
        """
        return self._native.stream

    def wait_on(self, stream: int | None) -> None:
        """Lets a CUDA stream of the device read the batch, as ``__dlpack__(stream=stream)`` does.

        Work that the stream is given from now on finds the batch complete. The batch's memory is
        not used again before the work that the stream was given while the batch lived.

        Parameters
        ----------
        stream : int or None
            A ``CUstream``, as ``torch.cuda.Stream.cuda_stream``; 1 or None for the legacy default
            stream. 2, the default stream of each thread, is refused. The stream must exist until
            the batch and all its tensors are freed, or until :meth:`done_on`.

        Raises
        ------
        TypeError
            If the batch is in host memory.

        Examples
        --------
        >>> import atemoya
        >>> batch = next(iter(atemoya.Loader("demo.atemoya", device=0)))
        >>> batch.wait_on(None)
        """
        self._on_device().wait_on(stream)

    def done_on(self, stream: int | None) -> None:
        """Declares that a CUDA stream is done with the batch.

        Work that the stream is given from now on must not read the batch. The stream may be
        destroyed.

        Parameters
        ----------
        stream : int or None
            The stream, as it was given to :meth:`wait_on`.

        Raises
        ------
        TypeError
            If the batch is in host memory.

        Examples
        --------
        >>> import atemoya
        >>> batch = next(iter(atemoya.Loader("demo.atemoya", device=0)))
        >>> batch.wait_on(None)
        >>> batch.done_on(None)
        """
        self._on_device().done_on(stream)

    def _on_device(self) -> _native.DeviceBatch:
        if self.device is None:
            raise TypeError("the batch is in host memory: CUDA streams are for batches of a Loader with device=")
        assert isinstance(self._native, _native.DeviceBatch)
        return self._native

    def _array(self, name: str) -> NDArray[Any] | None:
        if self.device is not None:
            raise TypeError(
                f"the batch is on the CUDA device {self.device}: use torch.from_dlpack(batch.tensor({name!r})) instead"
            )
        tensor = self._native.tensor(name)
        return None if tensor is None else numpy.asarray(tensor)

    def _required(self, name: str) -> NDArray[Any]:
        return numpy.asarray(self._array(name))

    @property
    def sequence(self) -> NDArray[Any] | None:
        """One-hot sequence, ``(n, 4, in_window)`` int8, channels A, C, G, T; None without a genome.

        Examples
        --------
        >>> import atemoya
        >>> next(iter(atemoya.Loader("demo.atemoya"))).sequence.shape
        (32, 4, 2114)
        """
        return self._array("sequence")

    @property
    def controls(self) -> NDArray[Any] | None:
        """Controls, ``(n, channels, in_window)`` float32; None if there are none.

        Examples
        --------
        >>> import atemoya
        >>> next(iter(atemoya.Loader("demo.atemoya"))).controls.shape
        (32, 1, 2114)
        """
        return self._array("controls")

    @property
    def signal(self) -> NDArray[Any] | None:
        """Signal, ``(n, channels, out_window)`` float32; None if there is none.

        Examples
        --------
        >>> import atemoya
        >>> next(iter(atemoya.Loader("demo.atemoya"))).signal.shape
        (32, 2, 1000)
        """
        return self._array("signal")

    @property
    def labels(self) -> NDArray[numpy.int64]:
        """1 for a peak and 0 for a negative, ``(n,)`` int64.

        Examples
        --------
        >>> import atemoya
        >>> set(next(iter(atemoya.Loader("demo.atemoya"))).labels.tolist()) <= {0, 1}
        True
        """
        return self._required("labels")

    @property
    def sources(self) -> NDArray[numpy.int64]:
        """The index of each example among the kept peaks or the kept negatives, ``(n,)`` int64.

        Examples
        --------
        >>> import atemoya
        >>> loader = atemoya.Loader("demo.atemoya", negative_ratio=0)
        >>> int(next(iter(loader)).sources.max()) < loader.ledger["peaks"]["kept"]
        True
        """
        return self._required("sources")

    @property
    def offsets(self) -> NDArray[numpy.int64]:
        """The jitter, ``(n,)`` int64, in bases; 0 for a negative.

        The windows of a peak are shifted by ``offset - max_jitter``.

        Examples
        --------
        >>> import atemoya
        >>> int(next(iter(atemoya.Loader("demo.atemoya", max_jitter=8))).offsets.max()) <= 16
        True
        """
        return self._required("offsets")

    @property
    def reverse_complement(self) -> NDArray[numpy.uint8]:
        """1 where the example is reverse-complemented, else 0, ``(n,)`` uint8.

        Examples
        --------
        >>> import atemoya
        >>> loader = atemoya.Loader("demo.atemoya", reverse_complement=False)
        >>> int(next(iter(loader)).reverse_complement.sum())
        0
        """
        return self._required("reverse_complement")

    @property
    def epoch(self) -> int:
        """The epoch of the batch, from 0.

        Examples
        --------
        >>> import atemoya
        >>> next(iter(atemoya.Loader("demo.atemoya"))).epoch
        0
        """
        return self._native.epoch

    @property
    def index(self) -> int:
        """The number of the batch in its epoch, from 0, the same on every rank.

        Examples
        --------
        >>> import atemoya
        >>> [batch.index for batch in atemoya.Loader("demo.atemoya")][:3]
        [0, 1, 2]
        """
        return self._native.index

    def __len__(self) -> int:
        return len(self._native)

    def __repr__(self) -> str:
        tensors = [(name, self.tensor(name)) for name in ("sequence", "controls", "signal")]
        columns = [f"{name} {tensor.dtype} {tensor.shape}" for name, tensor in tensors if tensor is not None]
        columns += [] if self.device is None else [f"on the CUDA device {self.device}"]
        return f"Batch(epoch {self.epoch}, index {self.index}, {len(self)} examples: {', '.join(columns)})"
