"""``pack`` and ``index``: make a store of files, and put loci into it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from . import _native
from ._options import counted, examples, flag, group_names, names, whole
from ._paths import Pathlike, local_path, path_list
from ._progress import Progress
from ._store import Store
from ._warnings import warn


def pack(
    out: Pathlike,
    *,
    fasta: Pathlike | None = None,
    signals: Mapping[str, Pathlike | Sequence[Pathlike]] = {},
    controls: Mapping[str, Pathlike | Sequence[Pathlike]] = {},
    contigs: Sequence[str] | None = None,
    chrom_sizes: Pathlike | None = None,
    alias: Pathlike | None = None,
    allow_empty: bool = False,
    tile: int = 4096,
    replace: bool = False,
    verbose: bool = False,
) -> Store:
    """Packs a genome and bigWig tracks into a store, and opens it.

    The store appears when it is complete. If packing is interrupted, nothing is left behind.

    Parameters
    ----------
    out : path
        The directory of the store, which is made.
    fasta : path, optional
        The genome: FASTA, plain or compressed by gzip, BGZF, bzip2, xz or zstd.
    signals, controls : dict
        Names of groups to bigWig files. Several files of a group are its channels, which swap under
        reverse complement.
    contigs : list of str, optional
        The contigs to pack; all by default.
    chrom_sizes : path, optional
        A file of contig names and lengths, for a store without a genome.
    alias : "chr" or path, optional
        For bigWigs whose contigs have other names than the genome's. ``"chr"`` takes 1 for chr1 and
        the like, and MT for chrM. A file has on each line the names of one contig, as UCSC's
        ``chromAlias.txt``. The store records what was renamed.
    allow_empty : bool
        Whether zeros are packed for a bigWig that has no contig of the genome, or none of its
        length. By default that is an error.
    tile : int
        Bases of a tile, a power of two from 512 to 32768.
    replace : bool
        Whether to replace an existing store.
    verbose : bool
        Whether to show progress.

    Raises
    ------
    InputError
        If an input cannot be used, with its path and line. Among these are a bigWig without any
        contig of the genome, and one that has another length for a contig named in ``contigs``.
    FileExistsError
        If ``out`` exists and ``replace`` is false.

    Warns
    -----
    UserWarning
        If a bigWig lacks a contig, has it with another length, or has no values: zeros are packed.
        Each loader on the store warns again, of what it reads.
    """
    for name, groups in (("signals", signals), ("controls", controls)):
        if not isinstance(groups, Mapping):
            raise TypeError(f"{name} must be a dictionary from names of groups to files, not {type(groups).__name__}")
    tile = whole("tile", tile)
    if tile < 1 or tile & (tile - 1):
        raise ValueError(f"tile must be a power of two from 512 to 32768, got {tile}")
    target = local_path("out", out)
    with Progress(verbose) as show:
        messages, notes = _native.pack(
            target,
            fasta=None if fasta is None else local_path("fasta", fasta),
            chrom_sizes=None if chrom_sizes is None else local_path("chrom_sizes", chrom_sizes),
            signals=[(name, path_list("signals", paths)) for name, paths in signals.items()],
            controls=[(name, path_list("controls", paths)) for name, paths in controls.items()],
            contigs=names("contigs", contigs),
            alias=None if alias is None else local_path("alias", alias),
            allow_empty=flag("allow_empty", allow_empty),
            tile_log2=tile.bit_length() - 1,
            replace=flag("replace", replace),
            show=show,
        )
    for message in messages:
        warn(message)
    if verbose:
        print(*notes, sep="\n", end="\n" if notes else "")
    return Store(target)


def index(
    store: Store | Pathlike,
    name: str = "default",
    *,
    peaks: Pathlike | Sequence[Pathlike],
    negatives: Pathlike | Sequence[Pathlike] | None = None,
    summits: bool | None = None,
    chroms: Sequence[str] | None = None,
    alias: Pathlike | None = None,
    allow_empty: bool = False,
    replace: bool = False,
    verbose: bool = False,
    **selection: Any,
) -> Path:
    """Puts loci into a store.

    They become a table. It has each row of the BED files, its counts, and whether a selection of
    loci keeps it.

    Parameters
    ----------
    store : Store or path
        The store that gets the index.
    name : str
        The name of the index, by which a loader finds it.
    peaks, negatives : path or list of paths
        BED or narrowPeak files. Several are interleaved.
    summits : bool, optional
        Whether peaks are centred on their summits (column 10) or on their midpoints. None takes
        midpoints, with a warning if all peaks have summits.
    chroms : list of str, optional
        The contigs whose loci may be used; all by default.
    alias : "chr" or path, optional
        For files whose contigs have other names than the store's, as for :func:`pack`. The index
        records what was renamed.
    allow_empty : bool
        Whether the index may have no peak, and ``chroms`` and exclusion lists may have no contig of
        the store. By default these are errors.
    replace : bool
        Whether to replace an index of the same name.
    verbose : bool
        Whether to show progress, and to print how many loci are kept.
    **selection
        Parameters of :class:`Loader` that decide which loci are used (``in_window``,
        ``min_counts``, ...). The table has for each locus whether they keep it. A loader on the
        index takes ``exclusion_lists``, ``min_counts``, ``max_counts``, ``counts_tracks`` and
        ``outlier_filter`` of the index unless it is given its own.

    Returns
    -------
    Path
        The directory of the index. Its file ``index.parquet`` is the table.
    """
    store = store if isinstance(store, Store) else Store(store)
    wanted = group_names("signal", selection.get("signals"), store.signals)
    sizes = [len(store.signals[name]) for name in wanted]
    selection["counts_tracks"] = counted(selection.get("counts_tracks"), wanted, sizes)
    try:
        chosen = examples(summits=summits, chroms=chroms, alias=alias, allow_empty=allow_empty, **selection)
    except TypeError as error:
        raise TypeError(str(error).replace("examples()", "index()")) from None
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
