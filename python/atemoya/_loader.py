"""``Loader``: batches from a store, as numpy arrays, or on a CUDA device as DLPack tensors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from types import SimpleNamespace
from typing import Any

from . import _native
from ._batch import Batch
from ._device import DeviceData, delivery, on_the_host, open_device
from ._feed import Feed
from ._options import (
    base_seed,
    batches_per_epoch,
    cannot_change,
    check_loci,
    counted,
    examples,
    flag,
    group_names,
    sampling,
    streaming,
    whole,
)
from ._paths import Pathlike, path_list
from ._store import Store
from ._warnings import warn


class Loader:
    """Streams batches of peaks mixed with negatives from a store.

    Threads gather the batches before they are asked for. A batch has the columns that the store
    has: without a genome there is no sequence. Each iteration is the next epoch. A batch depends
    only on the parameters, the seed, its epoch and its index. Making a loader warns of what looks
    like a mistake and is no error.

    Parameters
    ----------
    store : Store or path
    peaks, negatives : path or list of paths, optional
        BED or narrowPeak files. Without them the loci are those of an index of the store.
    loci : str, optional
        The name of a locus index, if no peaks are given; needed only if the store has several. The
        index has values for ``exclusion_lists``, ``min_counts``, ``max_counts``, ``counts_tracks``,
        ``outlier_filter``, ``summits`` and ``chroms`` that are not given here. It has none for the
        windows, ``max_jitter``, ``order`` and ``signals``.
    signals, controls : list of str, optional
        Names of groups, in the order of their channels; all by default.
    exclusion_lists : path or list of paths, optional
        BED files of regions to avoid. None takes those of the index, an empty list takes none.
    min_counts, max_counts : float, optional
        Inclusive bounds of the counts of a locus. None takes those of the index; ``-inf`` and
        ``inf`` are no bounds.
    outlier_filter : bool, optional
        Whether peaks are dropped whose counts in any signal group exceed 1.2 times the quantile
        0.99. None does as the index says; for files, True in cherimoya's order only.
    summits : bool, optional
        Whether peaks are centred on their summits or on their midpoints. None does as the index
        says, and takes the midpoints of files, with a warning if all peaks have summits.
    alias : "chr" or path, optional
        For files of loci and exclusion lists whose contigs have other names than the store's.
        ``"chr"`` takes 1 for chr1 and the like, and MT for chrM. A file has on each line the names
        of one contig, as UCSC's ``chromAlias.txt``.
    allow_empty : bool
        Whether ``chroms`` and exclusion lists may have no contig of the store. By default that is
        an error.
    order : str
        ``native``, or ``cherimoya`` for the batches of cherimoya 0.3.1.
    rank, world_size : int
        Which contiguous slice of each batch this process takes.
    slots : int, optional
        How many batches may be gathered or held at once; ``num_workers + 3`` by default, since an
        iteration holds the batch before the next one. With a device, ``num_workers + 2 +
        prefetch_to_device``.
    sequence_type, controls_type, signal_type : str
        The types of the columns. Sequence: ``int8``, ``uint8``, ``float16``, ``bfloat16``,
        ``float32``, or ``uint64``, in which each base is a bit. Tracks: ``float32``, or ``uint16``
        or ``uint8`` if it holds all values; on a device also ``float16`` and ``bfloat16``.
    device : int, optional
        The number of a CUDA device. Batches are copied there before they are asked for, and their
        columns are taken by DLPack. None for the host.
    transfer : str
        With a device, what crosses the bus. ``compact``: sequence as bits and tracks in their
        narrowest type, which the device expands. ``dense``: the types of the columns. The values
        are the same.
    prefetch_to_device : int
        With a device, how many batches are copied there before they are asked for.
    device_slots : int, optional
        With a device, how many batches fit there, those held by the consumer included;
        ``prefetch_to_device + 2`` by default. If all are held, asking for another raises a
        RuntimeError; after one is freed, the iteration continues with the next batch. A ``for``
        loop holds a batch while it asks for the next one.
    verify : bool
        Whether to check every byte of the store first, once on each machine, by
        ``Store.verify(once=True)``. Opening a store does not read bases and values (see
        :class:`Store`).
    **parameters
        The other parameters are those of :func:`PeakGenerator`. Their defaults differ in three:
        ``order`` is ``native``, ``random_state`` is 0 and must be an integer, and ``drop_last`` is
        False.

    Raises
    ------
    KeyError
        For a group or an index that the store lacks.
    ValueError
        If an argument is out of range, an input cannot be used, or no locus is kept.
    TypeError
        If an argument has a wrong type.
    OSError
        If a file cannot be read.
    RuntimeError
        If there is no CUDA driver, or no such device.
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
        verify: bool = False,
    ) -> None:
        self._arguments = {name: value for name, value in locals().items() if name != "self"}
        opened = None if device is None else open_device(device)
        if isinstance(random_state, bool) or not hasattr(random_state, "__index__"):
            raise TypeError(f"random_state must be an integer, not {type(random_state).__name__}")
        self._store = store if isinstance(store, Store) else Store(store)
        check_loci(peaks, negatives, loci, self.store)
        if flag("verify", verify):
            self.store.verify(once=True)
        drawn = sampling(
            order=order,
            random_state=random_state,
            negative_ratio=negative_ratio,
            reverse_complement=reverse_complement,
            shuffle=shuffle,
        )
        known = self.store.signals
        signal_names = group_names("signal", signals, known)
        group_names("control", controls, self.store.controls)
        chosen = examples(
            in_window=in_window,
            out_window=out_window,
            max_jitter=max_jitter,
            min_counts=min_counts,
            max_counts=max_counts,
            counts_tracks=counted(counts_tracks, signal_names, [len(known[name]) for name in signal_names]),
            outlier_filter=outlier_filter,
            summits=summits,
            chroms=chroms,
            exclusion_lists=exclusion_lists,
            alias=alias,
            allow_empty=allow_empty,
            signals=signals,
            controls=controls,
            sequence_type=sequence_type,
            controls_type=controls_type if device is None else on_the_host(controls_type),
            signal_type=signal_type if device is None else on_the_host(signal_type),
        )
        loader_options = streaming(
            num_workers=num_workers,
            batch_size=batch_size,
            rank=rank,
            world_size=world_size,
            drop_last=drop_last,
            slots=slots,
        )
        genome = _native.Genome.of_store(self.store._native)
        if peaks is None:
            native = _native.Dataset.from_index(genome, loci, drawn, chosen)
        else:
            files = (path_list("peaks", peaks), path_list("negatives", () if negatives is None else negatives))
            native = _native.Dataset.from_files(genome, *files, drawn, chosen)
        for message in native.warnings():
            warn(message)
        self._native, self._options = native, loader_options
        streamed = native
        if opened is not None:
            if slots is None:
                # The library's default has slots for batches on the way to the device.
                loader_options["slots"] = None
            types = {"sequence_type": sequence_type, "controls_type": controls_type, "signal_type": signal_type}
            delivered = delivery(
                transfer=transfer, prefetch_to_device=prefetch_to_device, device_slots=device_slots, **types
            )
            streamed = DeviceData(native, opened, delivered)
        source = SimpleNamespace(native=streamed, seed=base_seed(order, random_state))
        self._feed = Feed(source, loader_options.copy, Batch)
        if opened is not None:
            self._feed.prepare()

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self.__dict__.get("_arguments", ()):
            raise cannot_change(name, "loader")
        if type(self) is Loader and not name.startswith("_") and not hasattr(Loader, name):
            raise AttributeError(f"a Loader has no attribute {name!r}: its parameters are given when it is made")
        super().__setattr__(name, value)

    @property
    def store(self) -> Store:
        """The store that the loader reads."""
        return self._store

    def __iter__(self) -> Iterator[Batch]:
        return iter(self._feed)

    def __len__(self) -> int:
        return batches_per_epoch(len(self._native), self._options["batch_size"], self._options["drop_last"])

    @property
    def ledger(self) -> dict[str, dict[str, int]]:
        """How many peaks and negatives were kept, and how many each rule left out."""
        peaks, negatives = self._native.ledger()
        return {"peaks": dict(peaks), "negatives": dict(negatives)}

    def set_epoch(self, epoch: int) -> None:
        """Sets the epoch of the next iteration."""
        self._feed.set_epoch(epoch)

    def state_dict(self) -> dict[str, Any]:
        """Returns the state, which names the next batch. JSON can hold it."""
        return self._feed.state_dict()

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Resumes a state in the next iteration, with any number of workers and ranks."""
        self._feed.load_state_dict(state)

    def __getstate__(self) -> tuple[dict[str, Any], dict[str, Any]]:
        return self._arguments, self.state_dict()

    def __setstate__(self, state: tuple[dict[str, Any], dict[str, Any]]) -> None:
        # Selects loci anew. If they are others now, the state is refused.
        self.__init__(**state[0])  # type: ignore[misc]
        self.load_state_dict(state[1])

    def fetch(self, epoch: int, indices: Iterable[int]) -> Batch:
        """Returns the examples at some indices of an epoch, in their order, in host memory."""
        return Batch(self._native.fetch(whole("epoch", epoch), [whole("indices", index) for index in indices]))
