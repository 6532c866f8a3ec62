"""Streaming batches from a store, without torch: numpy arrays on the host, or tensors of DLPack on a CUDA device."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from . import _native
from ._batch import Batch
from ._device import DeviceData, delivery, on_the_host, open_device
from ._feed import Feed, Source
from ._options import base_seed, check_loci, counted, examples, flag, group_names, sampling, streaming, whole
from ._paths import Pathlike, path_list
from ._store import Store


class Loader:
    """Streams batches of peaks mixed with negatives from a store, by threads that gather ahead.

    A batch has the columns that the store has: of one without a genome there is no sequence. What
    looks like a mistake and is no error is warned of each time a loader is made. Each iteration is
    the next epoch. Batches depend on the parameters, the seed and their place alone.

    Parameters
    ----------
    store : Store or path
    peaks, negatives : path or list of paths, optional
        BED files. Without them, ``loci`` names an index of the store, which may be left out when
        there is only one. What is not given is as that was made: ``exclusion_lists``,
        ``min_counts``, ``max_counts``, ``counts_tracks``, ``outlier_filter``, ``summits`` and
        ``chroms``. The windows, ``max_jitter``, ``order`` and ``signals`` are the loader's own.
    signals, controls : list of str, optional
        Names of groups, in the order of their channels; all by default.
    exclusion_lists : path or list of paths, optional
        BED files of regions to stay out of; an empty list for none, None for those of the index.
    min_counts, max_counts : float, optional
        Bounds, both inclusive, of a locus's counts; None for those of the index, ``-inf`` and
        ``inf`` for none.
    summits : bool, optional
        Whether peaks are centred on their summits; None as the index was made, and of files for
        their midpoints, with a warning where all peaks have summits.
    alias : "chr" or path, optional
        Contigs that files of loci and exclusion lists call otherwise than the store: ``"chr"`` (1
        for chr1 and the like, MT for chrM), or a file whose lines are names of one contig, as
        UCSC's ``chromAlias.txt``.
    allow_empty : bool
        Whether ``chroms`` and exclusion lists may share no name with the store's contigs, which is
        an error otherwise.
    order : str
        ``native``, or ``cherimoya`` for the batches of cherimoya 0.3.1.
    rank, world_size : int
        Which contiguous slice of each batch this process takes.
    slots : int, optional
        Batches that are gathered ahead or held at once; ``num_workers + 3`` by default.
    sequence_type, controls_type, signal_type : str
        The types of the columns. Sequence: ``int8``, ``uint8``, ``float16``, ``bfloat16``,
        ``float32``, or ``uint64``, which packs it. Tracks: ``float32``, or ``uint16`` or ``uint8``
        where it holds all values; on a device also ``float16`` and ``bfloat16``.
    device : int, optional
        The number of a CUDA device: batches are copied there ahead, and their columns are taken by
        DLPack. None for the host.
    transfer : str
        With a device: ``compact``, sequence as bits and tracks in the narrowest type over the bus,
        of which the device makes the types that are asked for; or ``dense``, in these types. It
        changes no value.
    prefetch_to_device : int
        With a device: up to so many batches are under way there, or there, before they are asked
        for.
    device_slots : int, optional
        With a device: batches there at once, those that are held included; ``prefetch_to_device +
        2`` by default. Who holds all of them and asks for another gets a RuntimeError; once one is
        let go of, the iteration goes on with the batch that is next. A ``for`` loop holds a batch
        while it asks for the next one.
    verify : bool
        Whether every byte of the store is checked first, once for each machine:
        ``Store.verify(once=True)``. Opening alone does not read bases and values (see
        :class:`Store`).
    **parameters
        As those of :func:`PeakGenerator`.

    Raises
    ------
    KeyError
        For a group or an index that the store lacks.
    ValueError
        If an argument is out of its range, an input cannot be used, or no locus is left.
    TypeError
        If an argument is of a type that is not accepted.
    OSError
        If a file cannot be read.
    RuntimeError
        Where there is no CUDA driver, or no such device.
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
        running = streaming(
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
            warnings.warn(message, stacklevel=2)
        self._native = native
        self._running = running
        streamed = native
        if opened is not None:
            if slots is None:
                running["slots"] = None  # as many as the library thinks right, some for those under way
            types = {"sequence_type": sequence_type, "controls_type": controls_type, "signal_type": signal_type}
            ways = delivery(
                transfer=transfer, prefetch_to_device=prefetch_to_device, device_slots=device_slots, **types
            )
            streamed = DeviceData(native, opened, ways)
        self._feed = Feed(Source(streamed, base_seed(order, random_state)), running.copy, Batch)
        if opened is not None:
            self._feed.prepare()

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self.__dict__.get("_arguments", ()):
            raise AttributeError(f"{name} cannot be changed once the loader is made: make another with {name}=")
        if type(self) is Loader and not name.startswith("_") and not hasattr(Loader, name):
            raise AttributeError(f"a Loader has no attribute {name!r}, and none of its parameters can be assigned")
        super().__setattr__(name, value)

    @property
    def store(self) -> Store:
        """The store that it reads."""
        return self._store

    def __iter__(self) -> Iterator[Batch]:
        return iter(self._feed)

    def __len__(self) -> int:
        examples, running = len(self._native), self._running
        whole, rest = divmod(examples, running["batch_size"])
        return whole + (rest > 0 and not running["drop_last"])

    @property
    def ledger(self) -> dict[str, dict[str, int]]:
        """How many loci were kept, and why the others were not, of peaks and negatives."""
        peaks, negatives = self._native.ledger()
        return {"peaks": dict(peaks), "negatives": dict(negatives)}

    def set_epoch(self, epoch: int) -> None:
        """Sets the epoch of the next iteration."""
        self._feed.set_epoch(epoch)

    def state_dict(self) -> dict[str, Any]:
        """Where the loader stands, as a few numbers and strings; it can be saved as JSON."""
        return self._feed.state_dict()

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Goes on, in the next iteration, with the very next batch, on any number of workers and ranks."""
        self._feed.load_state_dict(state)

    def __getstate__(self) -> tuple[dict[str, Any], dict[str, Any]]:
        return self._arguments, self.state_dict()

    def __setstate__(self, state: tuple[dict[str, Any], dict[str, Any]]) -> None:
        # Loci are selected anew: a state of others would be refused.
        self.__init__(**state[0])  # type: ignore[misc]
        self.load_state_dict(state[1])

    def fetch(self, epoch: int, indices: Iterable[int]) -> Batch:
        """The examples at some places of an epoch, in any order, in the memory of the host."""
        places = [whole("indices", place) for place in indices]
        return Batch(self._native.fetch(whole("epoch", epoch), places))
