"""``PeakGenerator``: makes a loader from files, arrays or a store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from numpy.typing import NDArray

from . import _native
from ._genome_sampler import GenomeSampler
from ._loci_files import Loci, LociFiles
from ._options import check_loci, counted, examples, flag, names, ratio, whole
from ._paths import Pathlike
from ._settings import check_negatives
from ._source import Source, from_inputs, from_store
from ._store import Store
from ._torch_loader import PeakLoader
from ._warnings import warn


def PeakGenerator(
    peaks: Loci | None = None,
    negatives: Loci | None = None,
    sequences: Pathlike | Mapping[str, NDArray[Any]] | None = None,
    signals: Sequence[Any] | None = None,
    controls: Sequence[Any] | None = None,
    chroms: Sequence[str] | None = None,
    in_window: int = 2114,
    out_window: int = 1000,
    max_jitter: int = 50,
    negative_ratio: float = 0.1,
    reverse_complement: bool = True,
    shuffle: bool = True,
    min_counts: float | None = None,
    max_counts: float | None = None,
    summits: bool | None = None,
    exclusion_lists: Loci | None = None,
    random_state: int | None = None,
    pin_memory: bool = True,
    num_workers: int = 1,
    batch_size: int = 32,
    verbose: bool = False,
    signal_groups: Sequence[int] | None = None,
    control_groups: Sequence[int] | None = None,
    *,
    store: Store | Pathlike | None = None,
    loci: str | None = None,
    order: str = "cherimoya",
    counts_tracks: str | Sequence[str] | None = None,
    rank: int | None = None,
    world_size: int | None = None,
    drop_last: bool | None = None,
    alias: Pathlike | None = None,
    allow_empty: bool = False,
    cache_dir: Pathlike | None = None,
    verify: bool = False,
) -> PeakLoader:
    """Makes a loader of training batches, peaks mixed with negatives.

    It takes the parameters of ``cherimoya.io.PeakGenerator``. The first call packs the files into a
    store, which takes as long as reading them; later calls open it in milliseconds. Only batches
    are copied to memory.

    Parameters
    ----------
    peaks, negatives : path, table, list of rows, or list of these
        BED or narrowPeak files; or tables of pandas or polars, or rows, whose first three columns
        are contig, start and end, by position. Several are interleaved. Without negatives,
        ``negative_ratio`` must be 0.
    sequences : path or mapping
        The genome: FASTA; or a numpy array or CPU tensor ``(4, length)`` for each contig, whose
        values are used as they are.
    signals, controls : list of (path or list of paths), or list of mappings
        bigWig files. An entry is a group: an unstranded file, or a list of files whose channels
        swap under reverse complement. Or one mapping for each channel, with a numpy array or CPU
        tensor ``(length,)`` for each contig. Sequences, signals and controls may each be files or
        arrays. With ``store``, names of its groups; all by default. Arrays and memory maps are not
        copied, and must not be written to.
    chroms : list of str, optional
        The contigs to use; all by default.
    in_window, out_window : int
        Bases of sequence and controls, and of signal.
    max_jitter : int
        The windows of a peak are shifted by up to this many bases to either side. (cherimoya
        0.3.1's default is 500.)
    negative_ratio : float
        How many negatives are drawn for each peak, with replacement. (cherimoya 0.3.1's default is
        0.25.)
    reverse_complement : bool
        Whether each example is reverse-complemented with probability 1/2.
    shuffle : bool
        Whether peaks come in random order.
    min_counts, max_counts : float, optional
        Inclusive bounds of the counts of a locus. With an index, None takes its bounds; ``-inf``
        and ``inf`` are no bounds.
    summits : bool, optional
        Whether peaks are centred on their summits, column 10 of narrowPeak, or on their midpoints.
        None takes the midpoints of files, with a warning if all peaks have summits; with an index
        it does as the index says.
    exclusion_lists : path, table, list of rows, or list of these, optional
        Regions to avoid: a locus is dropped if its window, jitter included, shares a chunk of 100
        bases with one. With an index, None takes its regions, and an empty list takes none.
    random_state : int, optional
        The seed. None draws one from numpy's global generator. Several ranks must be given the
        same.
    pin_memory : bool
        Whether batches are in page-locked memory, if there is CUDA.
    num_workers : int
        Threads that gather batches before they are asked for. With 0 the iterating thread gathers.
    batch_size : int
        Examples of a batch, of all ranks together. (cherimoya 0.3.1's default is 64.)
    verbose : bool
        Whether to show progress, and how many loci were left out.
    signal_groups, control_groups : list of int, optional
        How many channels each group has, for arrays. By default each channel is a group. Files are
        grouped in ``signals`` and ``controls``.
    store : Store or path, optional
        A store in place of ``sequences`` and of the files of ``signals`` and ``controls``. It must
        have a genome and signals.
    loci : str, optional
        The name of a locus index of the store, if no peaks are given; needed only if the store has
        several. The index has values for ``exclusion_lists``, ``min_counts``, ``max_counts``,
        ``counts_tracks``, ``summits`` and ``chroms`` that are not given here.
    order : str
        ``cherimoya``: the examples of cherimoya 0.3.1, to the bit; like it, this drops peaks whose
        counts are above 1.2 times their 0.99 quantile. ``native``: the package's own order.
    counts_tracks : str or list of str, optional
        The tracks that ``min_counts`` and ``max_counts`` are about: ``"all"`` signal tracks,
        ``"first"``, or names of tracks. By default the native order counts all, and cherimoya's
        order the first, as cherimoya does (its documentation says all).
    rank, world_size : int, optional
        Which contiguous slice of each batch this process takes. By default they are those of the
        process group of ``torch.distributed``, if one is running when an iteration begins; a
        warning says so once. A loader that is on one rank only, for validation say, needs
        ``rank=0, world_size=1``.
    drop_last : bool, optional
        Whether the short batch at an epoch's end is dropped; by default with several ranks only.
    alias : "chr" or path, optional
        For bigWigs, files of loci and exclusion lists whose contigs have other names than the
        genome's. ``"chr"`` takes 1 for chr1 and the like, and MT for chrM. A file has on each line
        the names of one contig, as UCSC's ``chromAlias.txt``.
    allow_empty : bool
        Whether a bigWig, or a track of arrays, without any contig of the genome is read as zeros,
        and whether ``chroms`` and exclusion lists may have no contig of the genome. By default
        these are errors; cherimoya reads zeros and excludes nothing.
    cache_dir : path, optional
        The directory of packed stores, :func:`cache_dir` by default.
    verify : bool
        Whether to check every byte of the store first, once on each machine, by
        ``Store.verify(once=True)``. Opening a store does not read bases and values (see
        :class:`Store`).

    Returns
    -------
    PeakLoader
        A ``torch.utils.data.DataLoader``, whose ``dataset`` is a ``PeakNegativeSampler``;
        ``dataset.ledger`` has how many loci were kept, and how many each rule left out.

    Raises
    ------
    ValueError
        If an argument is out of range, an input cannot be used, or no locus is kept.
    TypeError
        If an argument has a wrong type.
    OSError
        If a file cannot be read.
    """
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
