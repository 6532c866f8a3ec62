"""Batches: numpy arrays on the host, or tensors of DLPack on a CUDA device."""

from __future__ import annotations

from typing import Any

import numpy
from numpy.typing import NDArray

from . import _native


class Batch:
    """A batch of examples: numpy views of its memory, which does not change while any of them lives.

    On a CUDA device its arrays raise TypeError: :meth:`tensor` has the columns there. The memory is
    used again when the batch and all that was made of it are let go of, behind what the consumers'
    streams were given until then; nobody waits for that.
    """

    __slots__ = ("_native",)

    def __init__(self, native: _native.Batch | _native.DeviceBatch) -> None:
        self._native = native

    def tensor(self, name: str) -> _native.Tensor | None:
        """A column for DLPack, which also has types that numpy lacks, and columns on a device: ``torch.from_dlpack(tensor)``.

        On a device, whoever takes it names the stream that it works on, as the protocol has it, and
        that stream waits for the batch.
        """
        return self._native.tensor(name)

    @property
    def device(self) -> int | None:
        """The number of the CUDA device that it is on; None on the host."""
        return self._native.device

    @property
    def stream(self) -> int | None:
        """The stream that it was delivered to, a ``CUstream``, valid as long as the batch; None on the host.

        Who takes a column with ``__dlpack__(stream=-1)`` has its own stream wait for this one
        before it works, and this one for its own before it lets go of the batch.
        """
        return self._native.stream

    def wait_on(self, stream: int | None) -> None:
        """Lets a stream of the device use the batch, as ``__dlpack__(stream=stream)`` does: what it is given from now on finds the
        batch complete, and what it was given by then is waited for before the memory is used again.

        Parameters
        ----------
        stream : int or None
            A
            ``CUstream``, as ``torch.cuda.Stream.cuda_stream``; 1 or None for the legacy default stream. 2, the default stream of each thread, is refused. It must exist until the batch and all that was made of it are let go of, or until :meth:`done_on`.
        """
        self._on_device().wait_on(stream)

    def done_on(self, stream: int | None) -> None:
        """Says that a stream is done with the batch: what it is given from now on does not use it, and it need not exist any longer."""
        self._on_device().done_on(stream)

    def _on_device(self) -> _native.DeviceBatch:
        if self.device is None:
            raise TypeError("the batch is in the memory of the host, which has no streams")
        assert isinstance(self._native, _native.DeviceBatch)
        return self._native

    def _given(self, name: str) -> NDArray[Any] | None:
        if self.device is not None:
            raise TypeError(f"the batch is on the CUDA device {self.device}: take tensor({name!r}) by DLPack")
        tensor = self._native.tensor(name)
        return None if tensor is None else numpy.asarray(tensor)

    def _always(self, name: str) -> NDArray[Any]:
        return numpy.asarray(self._given(name))

    @property
    def sequence(self) -> NDArray[Any] | None:
        """One-hot sequence, ``(n, 4, in_window)`` int8, channels A, C, G, T; None where the store has no genome."""
        return self._given("sequence")

    @property
    def controls(self) -> NDArray[Any] | None:
        """Controls, ``(n, channels, in_window)`` float32, or None."""
        return self._given("controls")

    @property
    def signal(self) -> NDArray[Any] | None:
        """Signal, ``(n, channels, out_window)`` float32, or None."""
        return self._given("signal")

    @property
    def labels(self) -> NDArray[numpy.int64]:
        """1 for a peak, 0 for a negative: ``(n,)``."""
        return self._always("labels")

    @property
    def sources(self) -> NDArray[numpy.int64]:
        """Which of the kept peaks or of the kept negatives: ``(n,)``."""
        return self._always("sources")

    @property
    def offsets(self) -> NDArray[numpy.int64]:
        """The jitter, ``(n,)``: a peak's window is shifted by ``offset - max_jitter``; 0 for a negative."""
        return self._always("offsets")

    @property
    def reverse_complement(self) -> NDArray[numpy.uint8]:
        """1 where the example is reverse-complemented: ``(n,)``."""
        return self._always("reverse_complement")

    @property
    def epoch(self) -> int:
        """The epoch that it is of."""
        return self._native.epoch

    @property
    def index(self) -> int:
        """Its number in the epoch, the same on every rank."""
        return self._native.index

    def __len__(self) -> int:
        return len(self._native)

    def __repr__(self) -> str:
        place = "" if self.device is None else f", on the CUDA device {self.device}"
        return f"Batch(epoch={self.epoch}, index={self.index}, {len(self)} examples{place})"
