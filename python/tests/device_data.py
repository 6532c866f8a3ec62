"""Loaders over one store, on the host and on a device, and the bytes of their batches."""

from pathlib import Path

from cuda_driver import Driver
from dlpack_consumer import Taken

import atemoya

COLUMNS = ("sequence", "controls", "signal", "labels", "sources", "offsets", "reverse_complement")

class Data:
    """Loaders over the store in a folder."""

    def __init__(self, folder: Path):
        self.folder = folder

    def loader(self, **changes) -> atemoya.Loader:
        parameters = dict(
            peaks=self.folder / "peaks.narrowPeak", negatives=self.folder / "negatives.bed", summits=True,
            in_window=200, out_window=100, max_jitter=16, negative_ratio=0.3, random_state=3, batch_size=16,
        )
        return atemoya.Loader(self.folder / "simulated.atemoya", **{**parameters, **changes})

    def on_device(self, **changes) -> atemoya.Loader:
        return self.loader(**{"device": 0, **changes})


def as_bytes(batch) -> dict:
    """The columns of a batch on the host: type, shape and bytes."""
    arrays = {name: getattr(batch, name) for name in COLUMNS}
    return {name: (str(array.dtype), array.shape, array.tobytes()) for name, array in arrays.items()}


def read(driver: Driver, batch, stream=None, versioned=True) -> dict:
    """The same of a batch on a device, through DLPack."""
    columns = {}
    for name in COLUMNS:
        taken = Taken(batch.tensor(name), stream, versioned)
        if stream == -1:
            driver("cuStreamSynchronize", batch.stream)
        elif stream is not None and stream > 2:
            driver("cuStreamSynchronize", stream)
        columns[name] = (taken.dtype, taken.shape, driver.copy(taken.address, taken.size))
        taken.free()
    return columns


def wrong(function, *arguments, says="", raises=ValueError, **named) -> None:
    try:
        function(*arguments, **named)
    except raises as error:
        assert says in str(error), error
    else:
        raise AssertionError(f"{raises.__name__} was expected: {says}")
