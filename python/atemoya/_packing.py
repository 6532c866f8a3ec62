"""``pack``: makes a store of files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from . import _native
from ._options import flag, names, whole
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
        The genome: FASTA, plain or compressed by gzip, BGZF, bzip2, xz or zstd. None, the default,
        packs tracks alone.
    signals : dict of str to (path or list of paths), default {}
        The names of signal groups, and the bigWig files of each. Several files of a group are its
        channels, which swap under reverse complement.
    controls : dict of str to (path or list of paths), default {}
        The names of control groups, and the bigWig files of each.
    contigs : list of str, optional
        The contigs to pack. None, the default, packs all.
    chrom_sizes : path, optional
        A file of contig names and lengths, two columns, for a store without a genome. None, the
        default, takes the contigs of all bigWigs; each has the length that the first bigWig with it
        says.
    alias : "chr" or path, optional
        For bigWigs whose contigs have other names than the genome's. ``"chr"`` takes 1 for chr1 and
        the like, and MT for chrM. A file has on each line the names of one contig, as UCSC's
        ``chromAlias.txt``. None, the default, renames nothing. The store records what was renamed.
    allow_empty : bool, default False
        Whether zeros are packed for a bigWig that has no contig of the genome, or none of its
        length. Otherwise that is an error.
    tile : int, default 4096
        The bases of a tile, the stretch of a track that is compressed by itself: a power of two
        from 512 to 32768.
    replace : bool, default False
        Whether to replace an existing store, with its locus indices.
    verbose : bool, default False
        Whether to show progress on standard error, and to print notes about the inputs.

    Returns
    -------
    Store
        The new store.

    Raises
    ------
    InputError
        If an input cannot be used, with its path and line. Among these are a bigWig without any
        contig of the genome, and one that has another length for a contig named in ``contigs``.
    FileExistsError
        If ``out`` exists and ``replace`` is false.
    ValueError, TypeError
        If an argument is out of range or has a wrong type.

    Warns
    -----
    UserWarning
        If a bigWig lacks a contig, has it with another length, or has no values: zeros are packed.
        Each loader on the store warns again, of what it reads.

    Examples
    --------
    >>> import atemoya
    >>> store = atemoya.pack("new.atemoya", fasta="genome.fa",
    ...                      signals={"atac": ["signal.plus.bw", "signal.minus.bw"]},
    ...                      controls={"input": "control.bw"}, replace=True)
    >>> store.signals, store.controls
    ({'atac': ['atac.0', 'atac.1']}, {'input': ['input']})
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
