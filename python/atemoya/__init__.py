"""Feeds genomics models with batches of a reference genome, base-resolution tracks and loci.

- ``PeakGenerator`` makes a PyTorch loader from files, arrays or a store. It and
  ``PeakNegativeSampler`` are drop-in replacements for those of ``cherimoya.io``. They need torch,
  which is imported when one of them is first used.
- ``pack``, ``index``, ``Store`` and ``Loader`` need numpy alone.
- ``cache_dir``, ``cache_entries`` and ``prune_cache`` are about the stores that ``PeakGenerator``
  packs.

Coordinates are 0-based and half-open. The default order of examples is cherimoya's for
``PeakGenerator`` and ``PeakNegativeSampler``, and the package's own, ``native``, for ``Loader`` and
``index``.

What Rust's loader has and Python's has not: counters of page faults (``stats``), plans of your own
(``follow``), every kept locus once (``validation``), and each locus's verdict, which Python reads
from ``index.parquet``.
"""

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from ._batch import Batch
from ._cache import CacheEntry, cache_dir, cache_entries, prune_cache
from ._groups import normalize_signal_groups
from ._indexing import index
from ._ledger import Ledger
from ._loader import Loader
from ._native import InputError, StoreError, Tensor, __version__
from ._packing import pack
from ._store import Store

if TYPE_CHECKING:
    from ._generator import PeakGenerator as PeakGenerator
    from ._permutation import channel_permutation_from_groups as channel_permutation_from_groups
    from ._sampler import PeakNegativeSampler as PeakNegativeSampler
    from ._sharded import ShardedEpochSampler as ShardedEpochSampler
    from ._torch_loader import PeakLoader as PeakLoader

# Names that need torch, and their modules.
_TORCH = {
    "PeakGenerator": "._generator",
    "PeakLoader": "._torch_loader",
    "PeakNegativeSampler": "._sampler",
    "ShardedEpochSampler": "._sharded",
    "channel_permutation_from_groups": "._permutation",
}

__all__ = [
    "Batch",
    "CacheEntry",
    "InputError",
    "Ledger",
    "Loader",
    "Store",
    "StoreError",
    "Tensor",
    "__version__",
    "cache_dir",
    "cache_entries",
    "index",
    "normalize_signal_groups",
    "pack",
    "prune_cache",
    "PeakGenerator",
    "PeakLoader",
    "PeakNegativeSampler",
    "ShardedEpochSampler",
    "channel_permutation_from_groups",
]


if find_spec("torch") is None:
    # Names that cannot be imported are not listed.
    __all__ = [name for name in __all__ if name not in _TORCH]


def __getattr__(name: str) -> Any:
    if name not in _TORCH:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        value = getattr(import_module(_TORCH[name], __name__), name)
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise
        raise ImportError(f"atemoya.{name} needs PyTorch: pip install torch") from error
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
