"""What ``PeakGenerator`` does: opens or packs a store, selects loci, and makes the loader."""

from __future__ import annotations

from . import _native
from ._genome_sampler import GenomeSampler
from ._loci_files import LociFiles
from ._options import check_loci, counted, examples, flag, names, ratio, whole
from ._settings import check_negatives
from ._source import Source, from_inputs, from_store
from ._store import Store
from ._torch_loader import PeakLoader
from ._warnings import warn


def peak_loader(
    *, peaks, negatives, sequences, signals, controls, chroms, in_window, out_window, max_jitter, negative_ratio,
    reverse_complement, shuffle, min_counts, max_counts, summits, exclusion_lists, random_state, pin_memory,
    num_workers, batch_size, verbose, signal_groups, control_groups, store, loci, order, counts_tracks, rank,
    world_size, drop_last, alias, allow_empty, cache_dir, access, ask_ahead, verify,
) -> PeakLoader:  # fmt: skip
    """Makes the loader. The parameters are those of ``PeakGenerator``."""
    whole("max_jitter", max_jitter)
    verbose, pin_memory = flag("verbose", verbose), flag("pin_memory", pin_memory)
    drop_last = None if drop_last is None else flag("drop_last", drop_last)
    ratio("negative_ratio", negative_ratio)
    if isinstance(peaks, Store):
        raise TypeError("peaks is a Store: pass it as store=")
    if store is not None and not isinstance(store, Store):
        store = Store(store)
    if store is None:
        given = {"peaks": peaks, "sequences": sequences, "signals": signals}
        missing = [name for name, value in given.items() if value is None]
        if missing:
            raise TypeError(f"PeakGenerator needs {' and '.join(missing)}, or a store that has them (store=)")
    check_loci(peaks, negatives, loci, store)
    if peaks is not None:
        check_negatives(negative_ratio, negatives is not None)
    chroms, allow_empty = names("chroms", chroms), flag("allow_empty", allow_empty)
    columns = (sequences, signals, controls, signal_groups, control_groups)
    if store is None:
        source = from_inputs(*columns, alias=alias, allow_empty=allow_empty, cache_dir=cache_dir, verbose=verbose)
    else:
        source = from_store(store, *columns)
        _check_columns(store, source)
    if flag("verify", verify) and source.store is not None:
        Store(source.store).verify(verbose, once=True, cache_dir=cache_dir)
    with LociFiles() as tables:
        files = [
            tables.of(name, value, summits=bool(summits) and name == "peaks")
            for name, value in [("peaks", peaks), ("negatives", negatives), ("exclusion_lists", exclusion_lists)]
        ]
        options = examples(
            in_window=in_window,
            out_window=out_window,
            max_jitter=max_jitter,
            min_counts=min_counts,
            max_counts=max_counts,
            counts_tracks=counted(counts_tracks, source.signals.group_names(), source.signals.sizes),
            summits=summits,
            chroms=chroms,
            exclusion_lists=None if exclusion_lists is None else files[2],
            alias=alias,
            allow_empty=allow_empty,
            access=access,
            ask_ahead=ask_ahead,
            signals=source.signals.names,
            controls=source.controls.names,
        )

        def select(genome, sampling, options):
            if peaks is None:
                return _native.Dataset.from_index(genome, loci, sampling, options)
            return _native.Dataset.from_files(genome, *files[:2], sampling, options)

        dataset = GenomeSampler(
            source,
            select,
            options,
            order=order,
            random_state=random_state,
            negative_ratio=negative_ratio,
            reverse_complement=reverse_complement,
            shuffle=shuffle,
        )
        for message in dataset.native.warnings():
            warn(tables.named(message))
    if verbose:
        for role, counts in dataset.ledger.items():
            print(f"Filtered {role.title()}: {counts['total'] - counts['contig'] - counts['kept']}")
    return PeakLoader(
        dataset,
        batch_size=batch_size,
        num_workers=num_workers,
        pin_memory=pin_memory,
        rank=rank,
        world_size=world_size,
        drop_last=drop_last,
    )


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
