"""The extension module: stores, data sets, streams and batches, for the modules of this package."""

from collections.abc import Callable
from datetime import timedelta
from os import PathLike
from pathlib import Path
from typing import Any, Final, final

from numpy import bool_, int64
from numpy.typing import NDArray
from typing_extensions import CapsuleType

__all__ = [
    "Batch", "Dataset", "Device", "DeviceBatch", "DeviceStream", "Gatherer", "Genome", "InputError", "Store",
    "StoreError", "Stream", "Tensor", "__version__", "cache_directory", "cache_entries", "cached", "index",
    "pack", "parse_size", "prune_cache", "run_command", "use_cached",
]  # fmt: skip

__version__: Final[str]

# `show` is called with the phase, how much of it is done, and its total.
_Show = Callable[[str, int, int], object]
# Called with a number of bytes; returns an address, and the object that owns as many bytes there.
_Allocate = Callable[[int], tuple[int, object]]
_Path = str | PathLike[str]
# Contigs (uint32), centres (int64) and rows (uint32) of loci.
_Loci = tuple[bytes, bytes, bytes]
# Arrays by the names of their contigs, (1, channels, length).
_Contigs = list[tuple[str, NDArray[Any]]]
# Dictionaries that `_options` makes.
_Sampling = dict[str, Any]
_Examples = dict[str, Any]
_Streaming = dict[str, Any]

class StoreError(ValueError):
    """A path is not a store, or a file of a store is damaged or of an unknown version.

    Attributes
    ----------
    path : Path
        The file.
    offset : int or None
        The byte at which it is damaged; None where it is no damage.

    Examples
    --------
    >>> import atemoya
    >>> try:
    ...     atemoya.Store(".")
    ... except atemoya.StoreError as error:
    ...     print(error.path, error.offset)
    . None
    """

    path: Path
    offset: int | None

class InputError(ValueError):
    """An input file (FASTA, bigWig, BED) cannot be used.

    Attributes
    ----------
    path : Path or None
        The file; None for a table in memory.
    line : int or None
        The line, counted from 1; None where the file has no lines.

    Examples
    --------
    >>> import atemoya
    >>> try:
    ...     atemoya.Loader("demo.atemoya", peaks="genome.fa")
    ... except atemoya.InputError as error:
    ...     print(error.path, error.line)
    genome.fa 1
    """

    path: Path | None
    line: int | None

@final
class Tensor:
    """A column of a batch: an array in C order.

    It keeps the memory of its batch, which does not change while the tensor, or an array made of
    it, lives. ``numpy.asarray(tensor)``, ``torch.from_dlpack(tensor)`` and
    ``jax.dlpack.from_dlpack(tensor)`` make arrays of it without a copy; on a device, DLPack alone
    does. :meth:`Batch.tensor` returns one.

    Examples
    --------
    >>> import atemoya, numpy
    >>> tensor = next(iter(atemoya.Loader("demo.atemoya"))).tensor("signal")
    >>> numpy.asarray(tensor).shape
    (32, 2, 1000)
    """

    @property
    def shape(self) -> tuple[int, ...]:
        """The size of each dimension.

        Examples
        --------
        >>> import atemoya
        >>> next(iter(atemoya.Loader("demo.atemoya"))).tensor("labels").shape
        (32,)
        """

    @property
    def dtype(self) -> str:
        """numpy's name of the elements' type; ``bfloat16`` is none of numpy's.

        Examples
        --------
        >>> import atemoya
        >>> next(iter(atemoya.Loader("demo.atemoya"))).tensor("labels").dtype
        'int64'
        """

    @property
    def __array_interface__(self) -> dict[str, Any]: ...
    def __len__(self) -> int: ...
    def __dlpack_device__(self) -> tuple[int, int]: ...
    def __dlpack__(
        self, *, stream: object = None, max_version: tuple[int, int] | None = None,
        dl_device: tuple[int, int] | None = None, copy: bool | None = None,
    ) -> CapsuleType: ...  # fmt: skip

@final
class Batch:
    """A batch of examples.

    Its memory does not change while the batch, one of its tensors or an array made from one lives.
    """

    @property
    def epoch(self) -> int: ...
    @property
    def index(self) -> int: ...
    @property
    def address(self) -> int: ...
    @property
    def device(self) -> None: ...
    @property
    def stream(self) -> None: ...
    def __len__(self) -> int: ...
    def tensor(self, name: str) -> Tensor | None: ...
    def columns(self) -> list[tuple[str, str, list[int], int]]: ...

@final
class Store:
    """An open store."""
    def __new__(cls, path: _Path) -> Store: ...
    @property
    def path(self) -> Path: ...
    @property
    def checksum(self) -> str: ...
    @property
    def has_sequence(self) -> bool: ...
    def contigs(self) -> list[tuple[str, int]]: ...
    def groups(self) -> list[tuple[str, bool, list[str]]]: ...
    def warnings(self, groups: list[str] | None = None, contigs: list[str] | None = None) -> list[str]: ...
    def indices(self) -> list[str]: ...
    def verify(self, show: _Show | None) -> None: ...
    def verify_once(self, cache: _Path | None, show: _Show | None) -> bool: ...
    def gatherer(self, sequence: bool, groups: list[str] | None, dtype: str) -> Gatherer: ...

@final
class Gatherer:
    """Gathers windows of a store in one type."""
    def shape(self, width: int) -> list[int]: ...
    def gather(
        self, width: int, contigs: NDArray[int64], starts: NDArray[int64], turned: NDArray[bool_] | None,
        out: NDArray[Any],
    ) -> None: ...  # fmt: skip

@final
class Genome:
    """A genome and its tracks: a store, arrays of whole contigs, or both."""
    @staticmethod
    def of_store(store: Store) -> Genome: ...
    @staticmethod
    def of_arrays(sequences: _Contigs, tracks: Store | None) -> Genome: ...
    def with_signals(self, signals: list[_Contigs], groups: list[int]) -> Genome: ...
    def with_controls(self, controls: list[_Contigs], groups: list[int]) -> Genome: ...
    def contigs(self) -> list[tuple[str, int]]: ...
    @property
    def sequence_dtype(self) -> str | None: ...

@final
class Dataset:
    """The examples of all epochs."""
    @staticmethod
    def from_files(
        genome: Genome, peaks: list[str], negatives: list[str], sampling: _Sampling, examples: _Examples
    ) -> Dataset: ...
    @staticmethod
    def from_index(genome: Genome, name: str | None, sampling: _Sampling, examples: _Examples) -> Dataset: ...
    @staticmethod
    def from_selected(
        genome: Genome, peaks: _Loci, negatives: _Loci, sampling: _Sampling, examples: _Examples
    ) -> Dataset: ...
    @staticmethod
    def from_arrays(
        arrays: dict[str, NDArray[Any]], sampling: _Sampling, windows: tuple[int, int, int],
        permutations: tuple[list[int] | None, list[int] | None],
    ) -> Dataset: ...  # fmt: skip
    @property
    def n_peaks(self) -> int: ...
    @property
    def n_negatives(self) -> int: ...
    @property
    def seed(self) -> int: ...
    def __len__(self) -> int: ...
    def ledger(self) -> list[list[tuple[str, int]]]: ...
    def warnings(self) -> list[str]: ...
    def with_seed(self, seed: int) -> Dataset: ...
    def loci(self, is_peak: bool) -> _Loci: ...
    def plan(self, epoch: int) -> tuple[bytes, bytes, bytes, bytes]: ...
    def fetch(self, epoch: int, indices: list[int]) -> Batch: ...
    def fetch_sources(self, is_peak: bool, sources: list[int], offset: int) -> Batch: ...
    def stream(self, seed: int, streaming: _Streaming, allocate: _Allocate | None) -> Stream: ...
    def device_stream(
        self, seed: int, streaming: _Streaming, device: Device, delivery: dict[str, Any]
    ) -> DeviceStream: ...

@final
class Stream:
    """A stream of batches, which worker threads gather before they are asked for."""
    def usable(self) -> bool: ...
    def epochs(self, first: int, count: int) -> None: ...
    def resume(self, state: str, further_epochs: int) -> None: ...
    def state(self) -> str: ...
    def stop(self) -> None: ...
    def batches_per_epoch(self) -> int: ...
    def next(self, allocate: _Allocate | None = None) -> Batch | None: ...

@final
class Device:
    """A CUDA device."""
    def __new__(cls, ordinal: int) -> Device: ...

@final
class DeviceStream:
    """A stream of batches to a device."""
    def usable(self) -> bool: ...
    def epochs(self, first: int, count: int) -> None: ...
    def resume(self, state: str, further_epochs: int) -> None: ...
    def state(self) -> str: ...
    def stop(self) -> None: ...
    def batches_per_epoch(self) -> int: ...
    def next(self, allocate: _Allocate | None = None) -> DeviceBatch | None: ...

@final
class DeviceBatch:
    """A batch of examples on a device."""
    @property
    def epoch(self) -> int: ...
    @property
    def index(self) -> int: ...
    @property
    def device(self) -> int: ...
    @property
    def stream(self) -> int: ...
    def __len__(self) -> int: ...
    def tensor(self, name: str) -> Tensor | None: ...
    def wait_on(self, stream: int | None) -> None: ...
    def done_on(self, stream: int | None) -> None: ...

def pack(
    out: _Path, *, fasta: _Path | None, chrom_sizes: _Path | None, signals: list[tuple[str, list[str]]],
    controls: list[tuple[str, list[str]]], contigs: list[str] | None, alias: str | None, allow_empty: bool,
    tile_log2: int, replace: bool, show: _Show | None,
) -> tuple[list[str], list[str]]: ...  # fmt: skip
def index(
    store: Store, name: str, peaks: list[str], negatives: list[str], examples: _Examples, *, replace: bool,
    show: _Show | None,
) -> tuple[Path, str, list[str]]: ...  # fmt: skip

# A store of a cache: path, bytes, time of its last use in seconds since 1970, whether it is in use,
# inputs, whether some of these are missing, damage, and why it was not removed.
_CacheEntry = tuple[Path, int, float, bool, list[Path], bool, str | None, str | None]

def cache_directory() -> Path: ...
def cached(
    directory: _Path, *, fasta: _Path | None, signals: list[tuple[str, list[str]]],
    controls: list[tuple[str, list[str]]], alias: str | None, allow_empty: bool, show: _Show | None,
) -> Store: ...  # fmt: skip
def use_cached(store: _Path) -> None: ...
def cache_entries(directory: _Path) -> list[_CacheEntry]: ...
def prune_cache(
    directory: _Path, *, older_than: timedelta | None, missing_inputs: bool, all: bool, max_bytes: int | None,
    dry_run: bool,
) -> list[_CacheEntry]: ...  # fmt: skip
def parse_size(text: str) -> int: ...
def run_command(arguments: list[str]) -> int: ...
