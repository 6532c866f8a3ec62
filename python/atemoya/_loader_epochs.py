"""What a ``Loader`` does: selects loci, iterates epochs, saves its state, fetches examples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import SimpleNamespace
from typing import Any

from . import _native
from ._batch import Batch
from ._device import DeviceData, delivery, on_the_host, open_device
from ._feed import Feed
from ._ledger import Ledger
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
from ._paths import path_list
from ._store import Store
from ._warnings import warn

# Options of examples that a loader passes on as they are.
_SAME = (
    "in_window", "out_window", "max_jitter", "min_counts", "max_counts", "outlier_filter", "summits", "chroms",
    "exclusion_lists", "alias", "allow_empty", "signals", "controls", "sequence_type", "access", "ask_ahead",
)  # fmt: skip
_SAMPLING = ("order", "random_state", "negative_ratio", "reverse_complement", "shuffle")
_STREAMING = ("num_workers", "batch_size", "rank", "world_size", "drop_last", "slots")
_DELIVERY = ("transfer", "prefetch_to_device", "device_slots", "sequence_type", "controls_type", "signal_type")


class LoaderEpochs:
    """The epochs of a store. :class:`Loader` has the parameters."""

    def _make(self, arguments: dict[str, Any]) -> None:
        """Selects the loci, and prepares the epochs."""
        self._arguments = arguments
        given = SimpleNamespace(**arguments)

        def some(names: tuple[str, ...]) -> dict[str, Any]:
            return {name: arguments[name] for name in names}

        opened = None if given.device is None else open_device(given.device)
        if isinstance(given.random_state, bool) or not hasattr(given.random_state, "__index__"):
            raise TypeError(f"random_state must be an integer, not {type(given.random_state).__name__}")
        self._store = given.store if isinstance(given.store, Store) else Store(given.store)
        check_loci(given.peaks, given.negatives, given.loci, self.store)
        if flag("verify", given.verify):
            self.store.verify(once=True)
        drawn = sampling(**some(_SAMPLING))
        known = self.store.signals
        signals = group_names("signal", given.signals, known)
        group_names("control", given.controls, self.store.controls)
        types = some(("controls_type", "signal_type"))
        if opened is not None:
            types = {name: on_the_host(dtype) for name, dtype in types.items()}
        tracks = counted(given.counts_tracks, signals, [len(known[name]) for name in signals])
        chosen = examples(**some(_SAME), **types, counts_tracks=tracks)
        loader_options = streaming(**some(_STREAMING))
        genome = _native.Genome.of_store(self.store._native)
        if given.peaks is None:
            native = _native.Dataset.from_index(genome, given.loci, drawn, chosen)
        else:
            negatives = () if given.negatives is None else given.negatives
            files = (path_list("peaks", given.peaks), path_list("negatives", negatives))
            native = _native.Dataset.from_files(genome, *files, drawn, chosen)
        for message in native.warnings():
            warn(message)
        self._native, self._options = native, loader_options
        streamed: Any = native
        if opened is not None:
            if given.slots is None:
                # The library's default has slots for batches on the way to the device.
                loader_options["slots"] = None
            streamed = DeviceData(native, opened, delivery(**some(_DELIVERY)))
        source = SimpleNamespace(native=streamed, seed=base_seed(given.order, given.random_state))
        self._feed = Feed(source, loader_options.copy, Batch)
        if opened is not None:
            self._feed.prepare()

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
        """How many peaks and negatives are kept, and how many each rule left out.

        A dictionary of ``"peaks"`` and ``"negatives"``. Each is a dictionary with the number of
        loci: ``total``, those left out (``contig``, ``edge``, ``excluded``, ``under_counts``,
        ``over_counts``, ``outlier``), and ``kept``. The first rule that applies is counted.

        Examples
        --------
        >>> import atemoya
        >>> ledger = atemoya.Loader("demo.atemoya").ledger
        >>> list(ledger["peaks"])
        ['total', 'contig', 'edge', 'excluded', 'under_counts', 'over_counts', 'outlier', 'kept']
        >>> sum(ledger["peaks"].values()) == 2 * ledger["peaks"]["total"]
        True
        """
        return Ledger(*self._native.ledger())

    def set_epoch(self, epoch: int) -> None:
        """Sets the epoch of the next iteration.

        Parameters
        ----------
        epoch : int
            The epoch, from 0.

        Raises
        ------
        ValueError
            If it is negative.

        Examples
        --------
        >>> import atemoya
        >>> loader = atemoya.Loader("demo.atemoya")
        >>> loader.set_epoch(3)
        >>> next(iter(loader)).epoch
        3
        """
        self._feed.set_epoch(epoch)

    def state_dict(self) -> dict[str, Any]:
        """Returns the state, which names the next batch.

        Save it beside the model. It has a few numbers and texts, which JSON can hold.

        Returns
        -------
        dict
            ``epoch`` and ``step`` of the next batch, and what identifies the stream.

        Examples
        --------
        >>> import atemoya
        >>> loader = atemoya.Loader("demo.atemoya")
        >>> batch = next(iter(loader))
        >>> state = loader.state_dict()
        >>> state["epoch"], state["step"]
        (0, 1)
        """
        return self._feed.state_dict()

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Resumes a state: the next iteration begins with the batch that it names.

        The numbers of workers and ranks may be others than those of the loader that was saved.

        Parameters
        ----------
        state : dict
            What :meth:`state_dict` returned.

        Raises
        ------
        ValueError
            If the state is of other loci, another order, seed or batch size.

        Examples
        --------
        >>> import atemoya
        >>> first = atemoya.Loader("demo.atemoya")
        >>> batches = iter(first)
        >>> _ = next(batches)
        >>> state = first.state_dict()
        >>> second = atemoya.Loader("demo.atemoya", num_workers=2)
        >>> second.load_state_dict(state)
        >>> bool((next(iter(second)).signal == next(batches).signal).all())
        True
        """
        self._feed.load_state_dict(state)

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
