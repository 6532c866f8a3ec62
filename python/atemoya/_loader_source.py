"""Where the batches of a ``Loader`` come from: its store, its loci and its feed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from . import _native
from ._batch import Batch
from ._device import DeviceData, delivery, on_the_host, open_device
from ._feed import Feed
from ._options import base_seed, check_loci, counted, examples, flag, group_names, sampling, streaming
from ._paths import path_list
from ._store import Store
from ._warnings import warn

# Options of examples that a loader passes on as they are.
_SAME = (
    "in_window", "out_window", "max_jitter", "min_counts", "max_counts", "outlier_filter", "summits", "chroms",
    "exclusion_lists", "alias", "allow_empty", "signals", "controls", "sequence_type", "access", "ask_ahead",
)  # fmt: skip
_SAMPLING = ("order", "random_state", "negative_ratio", "reverse_complement", "shuffle")
_STREAMING = ("num_workers", "batch_size", "rank", "world_size", "drop_last", "slots")
_DELIVERY = ("transfer", "prefetch_to_device", "device_slots", "sequence_type", "controls_type", "signal_type")


def source_of(**arguments: Any) -> tuple[Store, _native.Dataset, dict[str, Any], Feed]:
    """Selects the loci. Returns the store, the data set, the options of streams, and the feed.

    The parameters are those of ``Loader``.
    """
    given = SimpleNamespace(**arguments)

    def some(names: tuple[str, ...]) -> dict[str, Any]:
        return {name: arguments[name] for name in names}

    opened = None if given.device is None else open_device(given.device)
    if isinstance(given.random_state, bool) or not hasattr(given.random_state, "__index__"):
        raise TypeError(f"random_state must be an integer, not {type(given.random_state).__name__}")
    store = given.store if isinstance(given.store, Store) else Store(given.store)
    check_loci(given.peaks, given.negatives, given.loci, store)
    if flag("verify", given.verify):
        store.verify(once=True)
    drawn = sampling(**some(_SAMPLING))
    known = store.signals
    signals = group_names("signal", given.signals, known)
    group_names("control", given.controls, store.controls)
    types = some(("controls_type", "signal_type"))
    if opened is not None:
        types = {name: on_the_host(dtype) for name, dtype in types.items()}
    tracks = counted(given.counts_tracks, signals, [len(known[name]) for name in signals])
    chosen = examples(**some(_SAME), **types, counts_tracks=tracks)
    loader_options = streaming(**some(_STREAMING))
    genome = _native.Genome.of_store(store._native)
    if given.peaks is None:
        native = _native.Dataset.from_index(genome, given.loci, drawn, chosen)
    else:
        negatives = () if given.negatives is None else given.negatives
        files = (path_list("peaks", given.peaks), path_list("negatives", negatives))
        native = _native.Dataset.from_files(genome, *files, drawn, chosen)
    for message in native.warnings():
        warn(message)
    streamed: Any = native
    if opened is not None:
        if given.slots is None:
            # The library's default has slots for batches on the way to the device.
            loader_options["slots"] = None
        streamed = DeviceData(native, opened, delivery(**some(_DELIVERY)))
    source = SimpleNamespace(native=streamed, seed=base_seed(given.order, given.random_state))
    feed = Feed(source, loader_options.copy, Batch)
    if opened is not None:
        feed.prepare()
    return store, native, loader_options, feed
