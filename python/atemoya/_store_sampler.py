"""The data set of a store: what ``PeakGenerator(...).dataset`` is when its inputs are files."""

from __future__ import annotations

import torch

from . import _native
from ._groups import permutation
from ._sampler import PeakNegativeSampler
from ._windows import LociArray


class StoreSampler(PeakNegativeSampler):
    """Peaks and negatives of a store, gathered when they are asked for; otherwise as its base class.

    Parameters
    ----------
    store : Store of the extension module
    select : callable
        Called with the store, the sampling and the options of examples; returns the native data set.
    options : dict
        The options of examples.
    signal_groups, control_groups : list of int
        Channels of each group.
    **parameters
        Those of the base class that have nothing to do with arrays.
    """

    def __init__(self, store, select, options, signal_groups, control_groups, *, order, random_state, **parameters):
        self._store, self._select, self._options = store, select, options
        self.signal_groups, self.control_groups = signal_groups, control_groups
        self.signal_perm = torch.tensor(permutation(signal_groups), dtype=torch.long) if signal_groups else None
        self.control_perm = torch.tensor(permutation(control_groups), dtype=torch.long) if control_groups else None
        windows = {name: options[name] for name in ("in_window", "out_window", "max_jitter")}
        self._begin(order, random_state, **windows, **parameters)
        self._select = None

    def _make(self) -> _native.Dataset:
        return self._select(self._store, self._sampling(), self._options)

    def typed(self, columns: list[torch.Tensor]) -> list[torch.Tensor]:
        """The columns as they are."""
        return columns

    def _wide(self, is_peak: bool) -> _native.Dataset:
        """The same loci, with windows that hold all that jitter reaches, which negatives have none of."""
        margin = 2 * self.max_jitter if is_peak else 0
        windows = {"in_window": self.in_window + margin, "out_window": self.out_window + margin, "max_jitter": 0}
        loci = (self._native.loci(True), self._native.loci(False))
        sampling = {**self._sampling(), "negative_ratio": 0.0}
        return _native.Dataset.from_selected(self._store, *loci, sampling, {**self._options, **windows})

    def _column(self, is_peak: bool, name: str) -> LociArray | None:
        margin = 2 * self.max_jitter if is_peak else 0
        groups = {"sequence": [4], "signal": self.signal_groups, "controls": self.control_groups}[name]
        if not groups:
            return None
        width = (self.out_window if name == "signal" else self.in_window) + margin
        count = self.n_peaks if is_peak else self.n_negatives
        dtype = self._options["sequence_type"] if name == "sequence" else "float32"
        return LociArray(self._wide(is_peak), is_peak, name, count, sum(groups), width, dtype)

    peak_sequences = property(lambda self: self._column(True, "sequence"))
    peak_signals = property(lambda self: self._column(True, "signal"))
    peak_controls = property(lambda self: self._column(True, "controls"))
    negative_sequences = property(lambda self: self._column(False, "sequence"))
    negative_signals = property(lambda self: self._column(False, "signal"))
    negative_controls = property(lambda self: self._column(False, "controls"))

    @property
    def ledger(self) -> dict[str, dict[str, int]]:
        """How many loci were kept, and why the others were not, of peaks and negatives."""
        peaks, negatives = self._native.ledger()
        return {"peaks": dict(peaks), "negatives": dict(negatives)}

    def __getstate__(self):
        loci = (self._native.loci(True), self._native.loci(False))
        store = (str(self._store.path), self._store.checksum)
        return {**super().__getstate__(), "_store": None, "_pickled": (store, loci)}

    def __setstate__(self, state):
        (path, checksum), loci = state.pop("_pickled")
        self.__dict__.update(state)
        self._store = _native.Store(path)
        if self._store.checksum != checksum:
            raise ValueError(f"{path} is not the store that the data set was pickled with")
        self._revive(_native.Dataset.from_selected(self._store, *loci, self._sampling(), self._options))
