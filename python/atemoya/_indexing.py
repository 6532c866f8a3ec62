"""``index``: puts loci into a store."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from . import _native
from ._options import counted, examples, flag, group_names
from ._paths import Pathlike, path_list
from ._progress import Progress
from ._store import Store
from ._warnings import warn


def index(
    store: Store | Pathlike,
    name: str = "default",
    *,
    peaks: Pathlike | Sequence[Pathlike],
    negatives: Pathlike | Sequence[Pathlike] | None = None,
    summits: bool | None = None,
    chroms: Sequence[str] | None = None,
    exclusion_lists: Pathlike | Sequence[Pathlike] | None = None,
    min_counts: float | None = None,
    max_counts: float | None = None,
    counts_tracks: str | Sequence[str] | None = None,
    outlier_filter: bool | None = None,
    in_window: int = 2114,
    out_window: int = 1000,
    max_jitter: int = 50,
    order: str = "native",
    signals: Sequence[str] | None = None,
    alias: Pathlike | None = None,
    allow_empty: bool = False,
    replace: bool = False,
    verbose: bool = False,
) -> Path:
    """Puts loci into a store, as a locus index that loaders find by its name.

    The index is a table with each row of the BED files, its counts, and whether a loader of these
    parameters keeps it. A loader on the index takes its ``exclusion_lists``, ``min_counts``,
    ``max_counts``, ``counts_tracks``, ``outlier_filter``, ``summits`` and ``chroms``, unless it is
    given its own. Windows, ``max_jitter``, ``order`` and ``signals`` are always the loader's: here
    they decide the table's account alone.

    Parameters
    ----------
    store : Store or path
        The store that gets the index.
    name : str, default "default"
        The name of the index.
    peaks : path or list of paths
        BED or narrowPeak files of peaks; several are interleaved.
    negatives : path or list of paths, optional
        BED files of negatives. None, the default, has none.
    summits : bool, optional
        Whether peaks are centred on their summits, column 10 of narrowPeak, or on their midpoints.
        None, the default, takes midpoints, with a warning if all peaks have summits.
    chroms : list of str, optional
        The contigs whose loci are used. None, the default, uses all, and loci on a contig that the
        store lacks are an error.
    exclusion_lists : path or list of paths, optional
        BED files of regions to avoid. A locus is left out if its windows, jitter included, touch a
        chunk of 100 bases that a region touches. None, the default, has none.
    min_counts, max_counts : float, optional
        The least and the greatest sum of signal over the output window of a locus, both inclusive.
        None, the default, is no bound.
    counts_tracks : str or list of str, optional
        The tracks that are summed for them: ``"all"``, ``"first"``, or names of groups (``"atac"``)
        and tracks (``"atac.0"``). None, the default, takes all signal tracks in the native order,
        and the first one in cherimoya's.
    outlier_filter : bool, optional
        Whether peaks are left out whose counts in any signal group exceed 1.2 times their 0.99
        quantile. None, the default, is True in cherimoya's order and False in the native one.
    in_window : int, default 2114
        The width of the sequence and of the controls, in bases.
    out_window : int, default 1000
        The width of the signal, in bases.
    max_jitter : int, default 50
        By how many bases the windows of a peak may be shifted to either side.
    order : str, default "native"
        The order of examples, ``"native"`` or ``"cherimoya"``, which also says how counts are
        taken.
    signals : list of str, optional
        The signal groups that are counted, in the order of their channels. None, the default, takes
        all.
    alias : "chr" or path, optional
        For files whose contigs have other names than the store's. ``"chr"`` takes 1 for chr1 and
        the like, and MT for chrM. A file has on each line the names of one contig, as UCSC's
        ``chromAlias.txt``. None, the default, renames nothing. The index records what was renamed.
    allow_empty : bool, default False
        Whether the index may have no peak, and ``chroms`` and exclusion lists may have no contig of
        the store. Otherwise these are errors.
    replace : bool, default False
        Whether to replace an index of the same name.
    verbose : bool, default False
        Whether to show progress on standard error, and to print how many loci are kept.

    Returns
    -------
    Path
        The directory of the index. Its file ``index.parquet`` is the table.

    Raises
    ------
    InputError
        If a file cannot be used, with its path and line.
    FileExistsError
        If there is an index of this name and ``replace`` is false.
    ValueError, TypeError
        If an argument is out of range or has a wrong type.

    Warns
    -----
    UserWarning
        Of what looks like a mistake and is no error.

    Examples
    --------
    >>> import atemoya
    >>> store = atemoya.pack("new.atemoya", fasta="genome.fa", replace=True,
    ...                      signals={"atac": ["signal.plus.bw", "signal.minus.bw"]})
    >>> path = atemoya.index(store, "chr1", peaks="peaks.narrowPeak", negatives="negatives.bed",
    ...                      summits=True, chroms=["chr1"])
    >>> path.name, store.loci
    ('chr1', ['chr1'])
    """
    store = store if isinstance(store, Store) else Store(store)
    wanted = group_names("signal", signals, store.signals)
    sizes = [len(store.signals[name]) for name in wanted]
    chosen = examples(
        summits=summits,
        chroms=chroms,
        exclusion_lists=exclusion_lists,
        min_counts=min_counts,
        max_counts=max_counts,
        counts_tracks=counted(counts_tracks, wanted, sizes),
        outlier_filter=outlier_filter,
        in_window=in_window,
        out_window=out_window,
        max_jitter=max_jitter,
        order=order,
        signals=signals,
        alias=alias,
        allow_empty=allow_empty,
    )
    with Progress(verbose) as show:
        path, ledger, messages = _native.index(
            store._native,
            name,
            path_list("peaks", peaks),
            path_list("negatives", () if negatives is None else negatives),
            chosen,
            replace=flag("replace", replace),
            show=show,
        )
    for message in messages:
        warn(message)
    if verbose:
        print(ledger)
    return Path(path)
