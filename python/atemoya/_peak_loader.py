"""What ``PeakGenerator`` does: opens or packs a store, selects loci, and makes the loader."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from . import _native
from ._genome_sampler import GenomeSampler
from ._loci_files import LociFiles
from ._options import check_loci, counted, examples, flag, names, ratio, whole
from ._settings import check_negatives
from ._source import Source, from_inputs, from_store
from ._store import Store
from ._torch_loader import PeakLoader
from ._warnings import warn

# Parameters that are passed on as they are.
_EXAMPLES = (
    "in_window", "out_window", "max_jitter", "min_counts", "max_counts", "summits", "alias", "access", "ask_ahead",
)  # fmt: skip
_SAMPLING = ("order", "random_state", "negative_ratio", "reverse_complement", "shuffle")
_LOADER = ("batch_size", "num_workers", "rank", "world_size")


def peak_loader(**arguments: Any) -> PeakLoader:
    """Makes the loader. The parameters are those of ``PeakGenerator``."""
    given = SimpleNamespace(**arguments)

    def some(chosen: tuple[str, ...]) -> dict[str, Any]:
        return {name: arguments[name] for name in chosen}

    whole("max_jitter", given.max_jitter)
    verbose, pin_memory = flag("verbose", given.verbose), flag("pin_memory", given.pin_memory)
    drop_last = None if given.drop_last is None else flag("drop_last", given.drop_last)
    ratio("negative_ratio", given.negative_ratio)
    if isinstance(given.peaks, Store):
        raise TypeError("peaks is a Store: pass it as store=")
    store = given.store if given.store is None or isinstance(given.store, Store) else Store(given.store)
    if store is None:
        missing = [name for name in ("peaks", "sequences", "signals") if arguments[name] is None]
        if missing:
            raise TypeError(f"PeakGenerator needs {' and '.join(missing)}, or a store that has them (store=)")
    check_loci(given.peaks, given.negatives, given.loci, store)
    if given.peaks is not None:
        check_negatives(given.negative_ratio, given.negatives is not None)
    chroms, allow_empty = names("chroms", given.chroms), flag("allow_empty", given.allow_empty)
    columns = (given.sequences, given.signals, given.controls, given.signal_groups, given.control_groups)
    if store is None:
        source = from_inputs(
            *columns, alias=given.alias, allow_empty=allow_empty, cache_dir=given.cache_dir, verbose=verbose
        )
    else:
        source = from_store(store, *columns)
        _check_columns(store, source)
    if flag("verify", given.verify) and source.store is not None:
        Store(source.store).verify(verbose, once=True, cache_dir=given.cache_dir)
    with LociFiles() as tables:
        files = [
            tables.of(name, arguments[name], summits=bool(given.summits) and name == "peaks")
            for name in ("peaks", "negatives", "exclusion_lists")
        ]
        options = examples(
            **some(_EXAMPLES),
            counts_tracks=counted(given.counts_tracks, source.signals.group_names(), source.signals.sizes),
            chroms=chroms,
            exclusion_lists=None if given.exclusion_lists is None else files[2],
            allow_empty=allow_empty,
            signals=source.signals.names,
            controls=source.controls.names,
        )

        def select(genome, sampling, options):
            if given.peaks is None:
                return _native.Dataset.from_index(genome, given.loci, sampling, options)
            return _native.Dataset.from_files(genome, *files[:2], sampling, options)

        dataset = GenomeSampler(source, select, options, **some(_SAMPLING))
        for message in dataset.native.warnings():
            warn(tables.named(message))
    if verbose:
        for role, counts in dataset.ledger.items():
            print(f"Filtered {role.title()}: {counts['total'] - counts['contig'] - counts['kept']}")
    return PeakLoader(dataset, pin_memory=pin_memory, drop_last=drop_last, **some(_LOADER))


def _check_columns(store: Store, source: Source) -> None:
    """Raises ValueError unless the store has a sequence and signals, which each batch must have."""
    if not store._native.has_sequence:
        raise ValueError(
            f"{store.path} has no sequence, and batches of PeakGenerator begin with it: pack the store with a genome "
            "(fasta=), or use atemoya.Loader, whose batches have the columns that the store has"
        )
    if not source.signals.sizes:
        raise ValueError(
            f"no signals of {store.path} are read, and batches of PeakGenerator have some: name some, pack the store "
            "with some (signals=), or use atemoya.Loader, whose batches have the columns that the store has"
        )
