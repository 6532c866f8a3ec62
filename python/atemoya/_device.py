"""Batches on a CUDA device: what is said of them once, and the data set whose streams deliver there."""

from __future__ import annotations

from . import _native
from ._options import whole

# Tracks of these types are made by the device alone; the host has them as float32.
_OF_THE_DEVICE = ("float16", "bfloat16")


def on_the_host(dtype: str) -> str:
    """The type that tracks have on the host where they are of a type on a device."""
    return "float32" if dtype in _OF_THE_DEVICE else dtype


class DeviceData:
    """A data set on the host, streamed to a device.

    Parameters
    ----------
    native : _native.Dataset
    device : _native.Device
    delivery : dict
        From :func:`delivery`.
    """

    def __init__(self, native, device, delivery: dict):
        self.native, self.device, self.delivery = native, device, delivery

    def stream(self, seed: int, streaming: dict, allocate):
        """A stream to the device; its memory is its own."""
        return self.native.device_stream(seed, streaming, self.device, self.delivery)


def open_device(ordinal: int) -> _native.Device:
    """The device of a number; RuntimeError where there is no driver or no such device."""
    return _native.Device(whole("device", ordinal))


def delivery(*, transfer, prefetch_to_device, device_slots, sequence_type, controls_type, signal_type) -> dict:
    """What batches are on the device, and how they get there, as the extension module takes it."""
    return {
        "transfer": transfer,
        "prefetch_to_device": whole("prefetch_to_device", prefetch_to_device),
        "device_slots": None if device_slots is None else whole("device_slots", device_slots, 1),
        "sequence_type": sequence_type,
        "controls_type": controls_type,
        "signal_type": signal_type,
    }
