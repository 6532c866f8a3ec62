"""Delivery to a CUDA device: its options, and the data set whose streams deliver there."""

from __future__ import annotations

from . import _native
from ._options import whole

# Types of tracks that only the device makes, from float32.
_DEVICE_TYPES = ("float16", "bfloat16")


def on_the_host(dtype: str) -> str:
    """Returns the type on the host of tracks that have a type on the device."""
    return "float32" if dtype in _DEVICE_TYPES else dtype


class DeviceData:
    """A data set in host memory whose streams deliver to a device.

    Parameters
    ----------
    native : _native.Dataset
    device : _native.Device
    delivery : dict
        The result of :func:`delivery`.
    """

    def __init__(self, native, device, delivery: dict):
        self.native, self.device, self.delivery = native, device, delivery

    def stream(self, seed: int, streaming: dict, allocate):
        """Returns a stream to the device, which allocates its own memory."""
        return self.native.device_stream(seed, streaming, self.device, self.delivery)


def open_device(ordinal: int) -> _native.Device:
    """Opens the device of a number. Raises RuntimeError if there is no driver or no such device."""
    return _native.Device(whole("device", ordinal))


def delivery(*, transfer, prefetch_to_device, device_slots, sequence_type, controls_type, signal_type) -> dict:
    """Returns the options of delivery: the types on the device, and how batches get there."""
    return {
        "transfer": transfer,
        "prefetch_to_device": whole("prefetch_to_device", prefetch_to_device),
        "device_slots": None if device_slots is None else whole("device_slots", device_slots, 1),
        "sequence_type": sequence_type,
        "controls_type": controls_type,
        "signal_type": signal_type,
    }
