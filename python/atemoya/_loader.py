"""``Loader``: batches from a store, as numpy arrays, or on a CUDA device as DLPack tensors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ._batch import Batch
from ._epochs import Epochs
from ._ledger import Ledger
from ._loader_source import source_of
from ._options import batches_per_epoch, cannot_change, whole
from ._paths import Pathlike
from ._store import Store


class Loader(Epochs):
    """Streams training batches from a store, peaks mixed with negatives, without PyTorch.

    Worker threads gather batches before they are asked for. Each iteration is the next epoch; one
    that gives no batch does not count. What is in a batch depends only on the parameters below, the
    epoch and the number of the batch. A batch has the columns that the store has: without a genome
    there is no sequence. What looks like a mistake and is no error is a ``UserWarning``.

    Coordinates are 0-based and half-open. A window of ``w`` bases around a centre ``c`` is
    ``[c - w // 2, c + w // 2 + w % 2)``.

    Parameters
    ----------
    store : Store or path
        The store to read.
    peaks, negatives : path or list of paths, optional
        BED or narrowPeak files of loci; several are interleaved. None, the default, takes the loci
        of a locus index of the store. Negatives need peaks beside them.
    loci : str, optional
        The name of the locus index to use. None, the default, takes the only one; it must be given
        if the store has several. An index has values for ``exclusion_lists``, ``min_counts``,
        ``max_counts``, ``counts_tracks``, ``outlier_filter``, ``summits`` and ``chroms``, which
        hold where these are None. It has none for the windows, ``max_jitter``, ``order`` and
        ``signals``.
    signals, controls : list of str, optional
        The names of the groups of tracks to read, in the order of their channels. None, the
        default, reads all; an empty list reads none.
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
        Whether the examples come in random order.
    min_counts, max_counts : float, optional
        The least and the greatest sum of signal over the output window of a locus, both inclusive.
        None, the default, takes that of the index, if any; ``-inf`` and ``inf`` are no bounds.
    counts_tracks : str or list of str, optional
        The tracks that are summed for ``min_counts`` and ``max_counts``: ``"all"``, ``"first"``, or
        names of groups (``"atac"``) and tracks (``"atac.0"``). None, the default, takes those of
        the index; without one, all signal tracks in the native order, and the first one in
        cherimoya's.
    outlier_filter : bool, optional
        Whether peaks are dropped whose counts in any signal group exceed 1.2 times their 0.99
        quantile. None, the default, does as the index says; for files, it is True in cherimoya's
        order and False in the native one.
    summits : bool, optional
        Whether peaks are centred on their summits, column 10 of narrowPeak, or on their midpoints.
        None, the default, does as the index says; for files, it takes the midpoints, with a warning
        if all peaks have summits.
    exclusion_lists : path or list of paths, optional
        BED files of regions to avoid. A locus is dropped if its windows, jitter included, touch a
        chunk of 100 bases that a region touches. None, the default, takes the regions of the index;
        an empty list takes none.
    alias : "chr" or path, optional
        For files of loci and exclusion lists whose contigs have other names than the store's.
        ``"chr"`` takes 1 for chr1 and the like, and MT for chrM. A file has on each line the names
        of one contig, as UCSC's ``chromAlias.txt``. None, the default, renames nothing.
    allow_empty : bool, default False
        Whether ``chroms`` and exclusion lists may have no contig of the store. Otherwise that is a
        ``ValueError``.
    random_state : int, default 0
        The seed of all epochs: 0 to 2**64 - 1 in the native order, any integer in cherimoya's.
        Give every rank the same one.
    num_workers : int, default 1
        The threads that gather batches, at most 1024. With 0, the iterating thread gathers.
    batch_size : int, default 32
        Examples of a batch, those of all ranks together.
    order : str, default "native"
        The order of examples: ``"native"``, the package's own, or ``"cherimoya"`` for the batches
        of cherimoya 0.3.1. :func:`PeakGenerator` has the other default, ``"cherimoya"``.
    rank, world_size : int, default 0, 1
        Which of how many contiguous slices of each batch this process takes. ``world_size`` divides
        ``batch_size``. :func:`PeakGenerator` takes them from ``torch.distributed``; this class does
        not.
    drop_last : bool, default False
        Whether the short batch at an epoch's end is dropped.
    slots : int, optional
        How many batches may be in memory at once, those that you hold included. None, the default,
        is ``num_workers + 3``; with a device, ``num_workers + 2 + prefetch_to_device``.
    sequence_type : str, default "int8"
        The type of the sequence: ``int8``, ``uint8``, ``float16``, ``bfloat16``, ``float32``, or
        ``uint64``, in which each base is a bit, the lowest first.
    controls_type, signal_type : str, default "float32"
        The types of tracks: ``float32``, or ``uint16`` or ``uint8`` if it holds all values; on a
        device also ``float16`` and ``bfloat16``.
    device : int, optional
        The number of a CUDA device, from 0. Batches are copied there before they are asked for, and
        their columns are taken by DLPack. None, the default, leaves them in host memory. This was
        run on an emulator of the driver only, and never on a GPU.
    transfer : str, default "compact"
        With a device, what crosses the bus. ``"compact"``: sequence as bits and tracks in the
        narrowest type that holds them, which the device expands. ``"dense"``: the types of the
        columns. The values are the same.
    prefetch_to_device : int, default 2
        With a device, how many batches are copied there before they are asked for.
    device_slots : int, optional
        With a device, how many batches fit there, those that you hold included. None, the default,
        is ``prefetch_to_device + 2``. If you hold all of them, asking for another is a
        ``RuntimeError``; drop one and ask again. A ``for`` loop holds a batch while it asks for the
        next one.
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

    Raises
    ------
    KeyError
        If the store lacks a group or an index.
    InputError
        If a file cannot be used: a ``ValueError`` with its path and line.
    ValueError
        If an argument is out of range, or no locus is kept.
    TypeError
        If an argument has a wrong type.
    OSError
        If a file cannot be read.
    RuntimeError
        If there is no CUDA driver, or no such device.

    See Also
    --------
    PeakGenerator : The same as a ``torch.utils.data.DataLoader``, from files, arrays or a store.

    Examples
    --------
    >>> import atemoya
    >>> loader = atemoya.Loader("demo.atemoya", batch_size=16, random_state=7)
    >>> for batch in loader:  # each loop is the next epoch
    ...     X, y, labels = batch.sequence, batch.signal, batch.labels
    ...     break
    >>> X.shape, y.shape, labels.shape
    ((16, 4, 2114), (16, 2, 1000), (16,))
    """

    def __init__(
        self,
        store: Store | Pathlike,
        *,
        peaks: Pathlike | Sequence[Pathlike] | None = None,
        negatives: Pathlike | Sequence[Pathlike] | None = None,
        loci: str | None = None,
        signals: Sequence[str] | None = None,
        controls: Sequence[str] | None = None,
        chroms: Sequence[str] | None = None,
        in_window: int = 2114,
        out_window: int = 1000,
        max_jitter: int = 50,
        negative_ratio: float = 0.1,
        reverse_complement: bool = True,
        shuffle: bool = True,
        min_counts: float | None = None,
        max_counts: float | None = None,
        counts_tracks: str | Sequence[str] | None = None,
        outlier_filter: bool | None = None,
        summits: bool | None = None,
        exclusion_lists: Pathlike | Sequence[Pathlike] | None = None,
        alias: Pathlike | None = None,
        allow_empty: bool = False,
        random_state: int = 0,
        num_workers: int = 1,
        batch_size: int = 32,
        order: str = "native",
        rank: int = 0,
        world_size: int = 1,
        drop_last: bool = False,
        slots: int | None = None,
        sequence_type: str = "int8",
        controls_type: str = "float32",
        signal_type: str = "float32",
        device: int | None = None,
        transfer: str = "compact",
        prefetch_to_device: int = 2,
        device_slots: int | None = None,
        access: str = "map",
        ask_ahead: bool = True,
        verify: bool = False,
    ) -> None:
        self._arguments = {name: value for name, value in locals().items() if name != "self"}
        self._store, self._native, self._options, self._feed = source_of(**self._arguments)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self.__dict__.get("_arguments", ()):
            raise cannot_change(name, "loader")
        of_the_package = type(self).__module__.partition(".")[0] == __name__.partition(".")[0]
        if of_the_package and not name.startswith("_") and not hasattr(type(self), name):
            raise AttributeError(f"a Loader has no attribute {name!r}: its parameters are given when it is made")
        super().__setattr__(name, value)

    @property
    def store(self) -> Store:
        """The :class:`Store` that the loader reads.

        Examples
        --------
        >>> import atemoya
        >>> atemoya.Loader("demo.atemoya").store.loci
        ['default']
        """
        return self._store

    def __iter__(self) -> Iterator[Batch]:
        return iter(self._feed)

    def __len__(self) -> int:
        return batches_per_epoch(len(self._native), self._options["batch_size"], self._options["drop_last"])

    @property
    def ledger(self) -> Ledger:
        """How many peaks and negatives are kept, and how many each rule left out: a ``Ledger``.

        Examples
        --------
        >>> import atemoya
        >>> ledger = atemoya.Loader("demo.atemoya").ledger
        >>> sum(ledger["peaks"].values()) == 2 * ledger["peaks"]["total"]
        True
        """
        return Ledger(*self._native.ledger())

    def fetch(self, epoch: int, indices: Iterable[int]) -> Batch:
        """Gathers the examples at some indices of an epoch, in the calling thread.

        Parameters
        ----------
        epoch : int
            The epoch, from 0.
        indices : iterable of int
            The places of the examples in the order of that epoch, from 0.

        Returns
        -------
        Batch
            The examples in the order of ``indices``, in host memory.

        Raises
        ------
        ValueError
            If an index is negative, or past the last example.
        TypeError
            If an index is not an integer.

        Examples
        --------
        >>> import atemoya
        >>> batch = atemoya.Loader("demo.atemoya").fetch(epoch=2, indices=[5, 0, 5])
        >>> batch.sequence.shape
        (3, 4, 2114)
        """
        return Batch(self._native.fetch(whole("epoch", epoch), [whole("indices", index) for index in indices]))

    def __getstate__(self) -> tuple[dict[str, Any], dict[str, Any]]:
        return self._arguments, self.state_dict()

    def __setstate__(self, state: tuple[dict[str, Any], dict[str, Any]]) -> None:
        # Selects loci anew. If they are others now, the state is refused.
        type(self).__init__(self, **state[0])
        self.load_state_dict(state[1])

    def __repr__(self) -> str:
        given, ledger = self._arguments, self.ledger
        facts = [f"{ledger['peaks']['kept']} peaks, {ledger['negatives']['kept']} negatives",
                 f"{len(self)} batches of {given['batch_size']} an epoch", f"order {given['order']}"]
        facts += [f"rank {given['rank']} of {given['world_size']}"] if given["world_size"] > 1 else []
        facts += [] if given["device"] is None else [f"CUDA device {given['device']}"]
        return f"{type(self).__name__}({str(self.store.path)!r}: {'; '.join(facts)})"
