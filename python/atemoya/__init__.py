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

from __future__ import annotations

import sys
from importlib import import_module

# That of `typing`, which takes as long to import as all the rest here. Type checkers know the name.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any

    from ._batch import Batch as Batch
    from ._cache import CacheEntry as CacheEntry
    from ._cache import cache_dir as cache_dir
    from ._cache import cache_entries as cache_entries
    from ._cache import prune_cache as prune_cache
    from ._generator import PeakGenerator as PeakGenerator
    from ._groups import normalize_signal_groups as normalize_signal_groups
    from ._indexing import index as index
    from ._ledger import Ledger as Ledger
    from ._loader import Loader as Loader
    from ._native import InputError as InputError
    from ._native import StoreError as StoreError
    from ._native import Tensor as Tensor
    from ._native import __version__ as __version__
    from ._packing import pack as pack
    from ._permutation import channel_permutation_from_groups as channel_permutation_from_groups
    from ._sampler import PeakNegativeSampler as PeakNegativeSampler
    from ._sharded import ShardedEpochSampler as ShardedEpochSampler
    from ._store import Store as Store
    from ._torch_loader import PeakLoader as PeakLoader

# Each name and its module, which is imported when the name is first used. So the command, whose
# entry imports this package, starts without numpy.
_NUMPY = {
    "Batch": "._batch",
    "CacheEntry": "._cache",
    "InputError": "._native",
    "Ledger": "._ledger",
    "Loader": "._loader",
    "Store": "._store",
    "StoreError": "._native",
    "Tensor": "._native",
    "__version__": "._native",
    "cache_dir": "._cache",
    "cache_entries": "._cache",
    "index": "._indexing",
    "normalize_signal_groups": "._groups",
    "pack": "._packing",
    "prune_cache": "._cache",
}
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


if "torch" not in sys.modules and not any(finder.find_spec("torch", None) for finder in sys.meta_path):
    # Names that cannot be imported are not listed.
    __all__ = [name for name in __all__ if name not in _TORCH]


def __getattr__(name: str) -> Any:
    module = _NUMPY.get(name) or _TORCH.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        value = getattr(import_module(module, __name__), name)
    except ModuleNotFoundError as error:
        if error.name != "torch" or name not in _TORCH:
            raise
        raise ImportError(f'atemoya.{name} needs PyTorch: pip install "atemoya[torch]"') from None
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
