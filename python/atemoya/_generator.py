"""``PeakGenerator``: makes a loader from files, arrays or a store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from numpy.typing import NDArray

from ._loci_files import Loci
from ._paths import Pathlike
from ._peak_loader import peak_loader
from ._store import Store
from ._torch_loader import PeakLoader


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
    access: str = "map",
    ask_ahead: bool = True,
    verify: bool = False,
) -> PeakLoader:
    """Makes a PyTorch loader of training batches, peaks mixed with negatives.

    It has the parameters of ``cherimoya.io.PeakGenerator`` in the same order, and with the same
    values it gives the batches of cherimoya 0.3.1 to the bit. Three defaults differ:
    ``max_jitter`` (cherimoya 0.3.1 has 500), ``negative_ratio`` (0.25) and ``batch_size`` (64).

    The first call packs the files into a store in the cache. Later calls open that in milliseconds.
    Only batches are copied to memory.

    Coordinates are 0-based and half-open. A window of ``w`` bases around a centre ``c`` is
    ``[c - w // 2, c + w // 2 + w % 2)``.

    Parameters
    ----------
    peaks : path, table, list of rows, or list of these, optional
        The peaks: BED or narrowPeak files; or tables of pandas or polars, or rows, whose first
        three columns are contig, start and end, by position. Several are interleaved. It is needed
        unless ``store`` has a locus index.
    negatives : path, table, list of rows, or list of these, optional
        The negatives, in the same forms. None, the default, is for ``negative_ratio=0``.
    sequences : path or mapping, optional
        The genome: a FASTA file; or a numpy array or CPU tensor ``(4, length)`` for each contig,
        whose values are used as they are. It is needed unless ``store`` is given.
    signals : list of (path or list of paths), or list of mappings, optional
        The signal, as bigWig files. An entry is a group: an unstranded file, or a list of files
        whose channels swap under reverse complement. Or one mapping for each channel, with a numpy
        array or CPU tensor ``(length,)`` for each contig; arrays are not copied, and must not be
        written to. With ``store``, names of its groups; None, the default, takes all of them.
        Without a store it is needed.
    controls : list of (path or list of paths), or list of mappings, optional
        The controls, in the same forms. None, the default, has none; with ``store``, all.
    chroms : list of str, optional
        The contigs whose loci are used. None, the default, uses all; with an index, those of the
        index.
    in_window : int, default 2114
        The width of the sequence and of the controls, in bases.
    out_window : int, default 1000
        The width of the signal, in bases.
    max_jitter : int, default 50
        The windows of a peak are shifted by a random number of bases, at most this many to either
        side. Negatives are not shifted.
    negative_ratio : float, default 0.1
        How many negatives an epoch has for each peak. They are drawn with replacement.
    reverse_complement : bool, default True
        Whether each example is reverse-complemented with probability 1/2.
    shuffle : bool, default True
        Whether peaks come in random order.
    min_counts, max_counts : float, optional
        The least and the greatest sum of signal over the output window of a locus, both inclusive;
        in cherimoya's order a peak's window has the jitter added on both sides. None, the default,
        takes that of the index, if any; ``-inf`` and ``inf`` are no bounds.
    summits : bool, optional
        Whether peaks are centred on their summits, column 10 of narrowPeak, or on their midpoints.
        None, the default, does as the index says; for files, it takes the midpoints, with a warning
        if all peaks have summits.
    exclusion_lists : path, table, list of rows, or list of these, optional
        Regions to avoid. A locus is dropped if its windows, jitter included, touch a chunk of 100
        bases that a region touches. None, the default, takes the regions of the index, if any; an
        empty list takes none.
    random_state : int, optional
        The seed of all epochs. None, the default, draws one from numpy's global generator. Several
        ranks must be given the same.
    pin_memory : bool, default True
        Whether batches are in page-locked memory, if there is CUDA.
    num_workers : int, default 1
        The threads that gather batches before they are asked for, at most 1024. With 0, the
        iterating thread gathers.
    batch_size : int, default 32
        Examples of a batch, those of all ranks together.
    verbose : bool, default False
        Whether to show progress on standard error, and print how many loci were left out.
    signal_groups, control_groups : list of int, optional
        How many channels each group has, for arrays. None, the default, makes each channel a group.
        Files are grouped in ``signals`` and ``controls``.
    store : Store or path, optional
        A store to read in place of ``sequences`` and of the files of ``signals`` and ``controls``.
        It must have a genome and signals. None, the default, packs the files.
    loci : str, optional
        The name of the locus index of ``store`` to use, if no peaks are given. None, the default,
        takes the only one. An index has values for ``exclusion_lists``, ``min_counts``,
        ``max_counts``, ``counts_tracks``, ``summits`` and ``chroms``, which hold where these are
        None, and says whether outliers are dropped.
    order : str, default "cherimoya"
        The order of examples. ``"cherimoya"``: that of cherimoya 0.3.1, to the bit; like it, this
        drops peaks whose counts are above 1.2 times their 0.99 quantile. ``"native"``: the
        package's own, which is the default of :class:`Loader`.
    counts_tracks : str or list of str, optional
        The tracks that are summed for ``min_counts`` and ``max_counts``: ``"all"``, ``"first"``, or
        names of groups and tracks. None, the default, takes those of the index; without one, all
        signal tracks in the native order, and the first one in cherimoya's, as cherimoya does (its
        documentation says all).
    rank, world_size : int, optional
        Which of how many contiguous slices of each batch this process takes. None, the default,
        takes those of the process group of ``torch.distributed``, if one is running when an
        iteration begins; a warning says so once. A loader that is on one rank only, for validation
        say, needs ``rank=0, world_size=1``.
    drop_last : bool, optional
        Whether the short batch at an epoch's end is dropped. None, the default, drops it with
        several ranks only.
    alias : "chr" or path, optional
        For bigWigs, files of loci and exclusion lists whose contigs have other names than the
        genome's. ``"chr"`` takes 1 for chr1 and the like, and MT for chrM. A file has on each line
        the names of one contig, as UCSC's ``chromAlias.txt``. None, the default, renames nothing.
    allow_empty : bool, default False
        Whether a bigWig, or a track of arrays, without any contig of the genome is read as zeros,
        and whether ``chroms`` and exclusion lists may have no contig of the genome. Otherwise these
        are errors; cherimoya reads zeros and excludes nothing.
    cache_dir : path, optional
        The directory of packed stores. None, the default, is :func:`cache_dir`.
    access : str, default "map"
        How the store's files are read. ``"map"`` maps them into memory. ``"read"`` reads the bytes
        of each batch: for network file systems, and for disks whose failure must be an error and
        not the end of the process. Opening a store and selecting loci by counts still use maps. The
        batches are the same.
    ask_ahead : bool, default True
        Whether the system is asked to read what the next batches need, if that is not in memory.
        The batches are the same.
    verify : bool, default False
        Whether to check every byte of the store first, once on each machine, by
        ``Store.verify(once=True)``. Opening a store does not read bases and values.

    Returns
    -------
    PeakLoader
        A ``torch.utils.data.DataLoader``. Each iteration is the next epoch, of batches
        ``[X, y, labels]`` or ``[X, controls, y, labels]``: ``X`` int8 ``(n, 4, in_window)``,
        ``controls`` float32 ``(n, channels, in_window)``, ``y`` float32
        ``(n, channels, out_window)``, ``labels`` int64 ``(n,)``, 1 for a peak. Its ``dataset`` is a
        :class:`PeakNegativeSampler`, whose ``ledger`` says how many loci were kept.

    Raises
    ------
    InputError
        If a file cannot be used: a ``ValueError`` with its path and line.
    ValueError
        If an argument is out of range, or no locus is kept.
    TypeError
        If an argument has a wrong type.
    OSError
        If a file cannot be read.
    ImportError
        If PyTorch is not installed, when ``atemoya.PeakGenerator`` is first used.

    See Also
    --------
    Loader : The same from a store, as numpy arrays, without PyTorch.

    Examples
    --------
    >>> from atemoya import PeakGenerator
    >>> loader = PeakGenerator(
    ...     peaks="peaks.narrowPeak", negatives="negatives.bed", sequences="genome.fa",
    ...     signals=[["signal.plus.bw", "signal.minus.bw"]], summits=True, random_state=7,
    ...     num_workers=2, batch_size=16)
    >>> for X, y, labels in loader:  # each loop is the next epoch
    ...     break
    >>> X.shape, y.shape, labels.shape
    (torch.Size([16, 4, 2114]), torch.Size([16, 2, 1000]), torch.Size([16]))

    From a store, with the loci of its index:

    >>> loader = PeakGenerator(store="demo.atemoya", controls=[], random_state=7)
    >>> loader.dataset.ledger["peaks"]["kept"] == loader.dataset.n_peaks
    True
    """
    return peak_loader(**locals())
