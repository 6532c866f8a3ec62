"""Streaming batches of numpy arrays from a store, without torch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy
from numpy.typing import NDArray

from . import _native
from ._feed import Feed, Source
from ._options import base_seed, counted, examples, group_names, sampling, streaming, whole
from ._store import Pathlike, Store, _paths


class Batch:
    """A batch of examples: numpy views of its memory, which does not change while any of them lives."""

    __slots__ = ("_native",)

    def __init__(self, native: _native.Batch) -> None:
        self._native = native

    def tensor(self, name: str) -> _native.Tensor | None:
        """A column for DLPack, which also has types that numpy lacks."""
        return self._native.tensor(name)

    def _given(self, name: str) -> NDArray[Any] | None:
        tensor = self._native.tensor(name)
        return None if tensor is None else numpy.asarray(tensor)

    def _always(self, name: str) -> NDArray[Any]:
        return numpy.asarray(self._native.tensor(name))

    @property
    def sequence(self) -> NDArray[Any] | None:
        """One-hot sequence, ``(n, 4, in_window)`` int8, channels A, C, G, T; None where the store has no genome."""
        return self._given("sequence")

    @property
    def controls(self) -> NDArray[Any] | None:
        """Controls, ``(n, channels, in_window)`` float32, or None."""
        return self._given("controls")

    @property
    def signal(self) -> NDArray[Any] | None:
        """Signal, ``(n, channels, out_window)`` float32, or None."""
        return self._given("signal")

    @property
    def labels(self) -> NDArray[numpy.int64]:
        """1 for a peak, 0 for a negative: ``(n,)``."""
        return self._always("labels")

    @property
    def sources(self) -> NDArray[numpy.int64]:
        """Which of the kept peaks or of the kept negatives: ``(n,)``."""
        return self._always("sources")

    @property
    def offsets(self) -> NDArray[numpy.int64]:
        """The jitter, ``(n,)``: a peak's window is shifted by ``offset - max_jitter``; 0 for a negative."""
        return self._always("offsets")

    @property
    def reverse_complement(self) -> NDArray[numpy.uint8]:
        """1 where the example is reverse-complemented: ``(n,)``."""
        return self._always("reverse_complement")

    @property
    def epoch(self) -> int:
        """The epoch that it is of."""
        return self._native.epoch

    @property
    def index(self) -> int:
        """Its number in the epoch, the same on every rank."""
        return self._native.index

    def __len__(self) -> int:
        return len(self._native)

    def __repr__(self) -> str:
        return f"Batch(epoch={self.epoch}, index={self.index}, {len(self)} examples)"


class Loader:
    """Streams batches of peaks mixed with negatives from a store, by threads that gather ahead.

    Each iteration is the next epoch. Batches depend on the parameters, the seed and their place alone.

    Parameters
    ----------
    store : Store or path
    peaks, negatives : path or list of paths, optional
        BED files. Without them, ``loci`` names an index of the store, which may be left out when there is only one.
    signals, controls : list of str, optional
        Names of groups, in the order of their channels; all by default.
    order : str
        ``native``, or ``cherimoya`` for the batches of cherimoya 0.3.1.
    rank, world_size : int
        Which contiguous slice of each batch this process takes.
    slots : int, optional
        Batches that are gathered ahead or held at once; ``num_workers + 3`` by default.
    sequence_type, controls_type, signal_type : str
        Types of the columns: ``int8``, ``uint8``, ``float16``, ``bfloat16``, ``float32``, or ``uint64`` for a bit for each base, for
        sequence; ``float32``, or ``uint16`` or ``uint8`` where these hold all values, for the others.
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
    """

    def __init__(
        self,
        store: Store | Pathlike,
        *,
        peaks: Pathlike | Sequence[Pathlike] | None = None,
        negatives: Pathlike | Sequence[Pathlike] = (),
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
        exclusion_lists: Pathlike | Sequence[Pathlike] = (),
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
    ) -> None:
        self.store = store if isinstance(store, Store) else Store(store)
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
            signals=signals,
            controls=controls,
            sequence_type=sequence_type,
            controls_type=controls_type,
            signal_type=signal_type,
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
            if _paths(negatives):
                raise TypeError("negatives need peaks: an index has its own")
            if loci is not None and loci not in self.store.loci:
                raise KeyError(f"the store has no locus index {loci!r}, but {', '.join(self.store.loci) or 'none'}")
            native = _native.Dataset.from_index(genome, loci, drawn, chosen)
        elif loci is not None:
            raise TypeError("give either peaks or loci")
        else:
            files = (_paths(peaks), _paths(negatives))
            native = _native.Dataset.from_files(genome, *files, drawn, chosen)
        self._native = native
        self._running = running
        self._feed = Feed(Source(native, base_seed(order, random_state)), running.copy, Batch)

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

    def fetch(self, epoch: int, indices: Iterable[int]) -> Batch:
        """The examples at some places of an epoch, in any order."""
        places = [whole("indices", place) for place in indices]
        return Batch(self._native.fetch(whole("epoch", epoch), places))
