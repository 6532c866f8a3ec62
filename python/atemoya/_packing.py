"""Making stores: packing files, and putting loci into a store."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from . import _native
from ._options import counted, examples, flag, group_names, names, whole
from ._paths import Pathlike, local_path, path_list
from ._progress import Progress
from ._store import Store


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

    The store appears in one step when it is complete; interrupted, nothing is left behind.

    Parameters
    ----------
    out : path
        The store, a directory that is made.
    fasta : path, optional
        The genome: FASTA, plain or compressed by gzip, BGZF, bzip2, xz or zstd.
    signals, controls : dict
        Names of groups to bigWig files. Several files of a name are its channels, which swap under
        reverse complement.
    contigs : list of str, optional
        The contigs to pack; all by default.
    chrom_sizes : path, optional
        Contig names and lengths, for a store without a genome.
    alias : "chr" or path, optional
        Contigs that bigWigs call otherwise than the genome: ``"chr"`` (1 for chr1 and the like, MT
        for chrM), or a file whose lines are names of one contig, as UCSC's ``chromAlias.txt``. The
        store says what was renamed.
    allow_empty : bool
        Whether zeros are packed for a bigWig that has no contig of the genome, or none with its
        length. By default that is an error.
    tile : int
        Bases of a tile, a power of two from 512 to 32768.
    replace : bool
        Whether an existing store is replaced.
    verbose : bool
        Whether to show progress.

    Raises
    ------
    InputError
        For an input that cannot be used, with its path and line; among these a bigWig that has no
        contig of the genome, and one that has another length of a contig that is named in
        ``contigs``.
    FileExistsError
        If ``out`` exists and ``replace`` is false.

    Warns
    -----
    UserWarning
        For contigs that a bigWig lacks or has with another length, and for a bigWig without values:
        zeros are packed. Each loader that is made on the store warns again, of what it reads.
    """
    for name, groups in (("signals", signals), ("controls", controls)):
        if not isinstance(groups, Mapping):
            raise TypeError(f"{name} must be a dictionary of groups' names to files, not {type(groups).__name__}")
    tile = whole("tile", tile)
    if tile < 1 or tile & (tile - 1):
        raise ValueError(f"tile must be a power of two from 512 to 32768, not {tile}")
    target = local_path("out", out)
    with Progress(verbose) as show:
        said, notes = _native.pack(
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
    for message in said:
        warnings.warn(message, stacklevel=2)
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

    They become a table with every row of the BED files, its counts, and what becomes of it under a
    selection.

    Parameters
    ----------
    store : Store or path
        Where to.
    name : str
        What a loader calls it by.
    peaks, negatives : path or list of paths
        BED or narrowPeak files, interleaved.
    summits : bool, optional
        Whether peaks are centred on their summits (column 10) or on their midpoints. None is
        midpoints too, with a warning where all peaks have summits.
    chroms : list of str, optional
        The contigs whose loci may be used.
    alias : "chr" or path, optional
        Contigs that the files call otherwise than the store, as :func:`pack` has them. The index
        says what was renamed.
    allow_empty : bool
        Whether the index may be without a peak, and ``chroms`` and exclusion lists may share no
        name with the store's contigs. These are errors otherwise.
    replace : bool
        Whether an index of the same name is replaced.
    verbose : bool
        Whether to show progress, and to print how many loci are kept.
    **selection
        Parameters of :class:`Loader` that decide which loci are used (``in_window``,
        ``min_counts``, ...): the table says of every locus whether they keep it. A loader on the
        index takes its ``exclusion_lists``, ``min_counts``, ``max_counts``, ``counts_tracks`` and
        ``outlier_filter`` unless it is given its own.

    Returns
    -------
    Path
        The directory of the index, in which ``index.parquet`` is the table.
    """
    store = store if isinstance(store, Store) else Store(store)
    order = selection.pop("order", "native")
    wanted = group_names("signal", selection.get("signals"), store.signals)
    sizes = [len(store.signals[name]) for name in wanted]
    selection["counts_tracks"] = counted(selection.get("counts_tracks"), wanted, sizes)
    try:
        chosen = examples(summits=summits, chroms=chroms, alias=alias, allow_empty=allow_empty, **selection)
    except TypeError as error:
        raise TypeError(str(error).replace("examples()", "index()")) from None
    with Progress(verbose) as show:
        path, account, said = _native.index(
            store._native,
            name,
            path_list("peaks", peaks),
            path_list("negatives", () if negatives is None else negatives),
            chosen,
            order_name=order,
            replace=flag("replace", replace),
            show=show,
        )
    for message in said:
        warnings.warn(message, stacklevel=2)
    if verbose:
        print(account)
    return Path(path)
