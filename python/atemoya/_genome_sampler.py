"""The data set of ``PeakGenerator``: examples that are gathered from a genome and its tracks."""

from __future__ import annotations

import torch

from . import _native
from ._groups import permutation
from ._ledger import Ledger
from ._sampler import PeakNegativeSampler
from ._settings import Fixed, as_tensor
from ._source import Source, check_arrays
from ._windows import LociArray

_WINDOWS = "which loci are kept depends on it; make another loader with {0}="
_CHANNELS = (
    "the groups of {0} decide which channels swap under reverse complement; make another loader with other groups"
)


class GenomeSampler(PeakNegativeSampler):
    """A ``PeakNegativeSampler`` of loci in a store, or in arrays of whole contigs.

    Parameters
    ----------
    source : Source
    select : callable
        Called with the genome, the options of sampling and those of examples. It selects loci and
        returns the native data set.
    options : dict
        The options of examples.
    **parameters
        Those of ``PeakNegativeSampler`` that do not concern arrays.
    """

    def __init__(self, source: Source, select, options: dict, *, order, random_state, **parameters):
        self._source, self._genome = source, source.open()
        check_arrays(source, self._genome, options["chroms"], options["allow_empty"])
        self._options = {**options, "sequence_type": self._genome.sequence_dtype or "int8"}
        self._select = select
        windows = {name: options[name] for name in ("in_window", "out_window", "max_jitter")}
        sizes = {"signal_perm": source.signals.sizes, "control_perm": source.controls.sizes}
        permutations = {name: permutation(groups) if groups else None for name, groups in sizes.items()}
        self._set_up(order, random_state, {**windows, **permutations, **parameters})
        # The files that it reads may be temporary.
        self._select = None

    in_window = Fixed(_WINDOWS.format("in_window"))
    out_window = Fixed(_WINDOWS.format("out_window"))
    max_jitter = Fixed(_WINDOWS.format("max_jitter"))
    signal_perm = Fixed(_CHANNELS.format("signals"), lambda data: as_tensor(data._settings["signal_perm"]))
    control_perm = Fixed(_CHANNELS.format("controls"), lambda data: as_tensor(data._settings["control_perm"]))
    signal_groups = Fixed(_CHANNELS.format("signals"), lambda data: list(data._source.signals.sizes))
    control_groups = Fixed(_CHANNELS.format("controls"), lambda data: list(data._source.controls.sizes))

    def _make(self, settings: dict, seed: int) -> _native.Dataset:
        sampling = self._sampling(settings, seed)
        if self._select is not None:
            return self._select(self._genome, sampling, self._options)
        return _native.Dataset.from_selected(self._genome, *self._loci(), sampling, self._options)

    def _typed(self, columns: list[torch.Tensor]) -> list[torch.Tensor]:
        """Returns columns in the types that the arrays have."""
        sequences = self._source.sequences
        if sequences and next(iter(sequences.values())).dtype == bool:
            columns = [columns[0].view(torch.bool), *columns[1:]]
        return columns

    def _loci(self):
        native = self._native
        return self._pickled if native is None else (native.loci(True), native.loci(False))

    def _column(self, is_peak: bool, name: str) -> LociArray | None:
        """Returns a column over all loci. Windows of peaks include the jitter on either side."""
        channels = {"sequence": 4, "signal": sum(self.signal_groups), "controls": sum(self.control_groups)}[name]
        if channels == 0:
            return None
        margin = 2 * self.max_jitter if is_peak else 0
        windows = {"in_window": self.in_window + margin, "out_window": self.out_window + margin, "max_jitter": 0}
        sampling = {**self._sampling(self._settings, self._seed), "negative_ratio": 0.0}
        wide = _native.Dataset.from_selected(self._genome, *self._loci(), sampling, {**self._options, **windows})
        width = windows["out_window"] if name == "signal" else windows["in_window"]
        count = self.n_peaks if is_peak else self.n_negatives
        dtype = self._options["sequence_type"] if name == "sequence" else "float32"
        return LociArray(wide, is_peak, name, count, channels, width, dtype)

    peak_sequences = property(lambda self: self._column(True, "sequence"))
    peak_signals = property(lambda self: self._column(True, "signal"))
    peak_controls = property(lambda self: self._column(True, "controls"))
    negative_sequences = property(lambda self: self._column(False, "sequence"))
    negative_signals = property(lambda self: self._column(False, "signal"))
    negative_controls = property(lambda self: self._column(False, "controls"))

    @property
    def ledger(self) -> Ledger:
        """How many peaks and negatives were kept, and how many each rule left out."""
        return Ledger(*self._native.ledger())

    def _described(self) -> str:
        where = "arrays" if self._source.store is None else repr(self._source.store)
        return f"{where}: {super()._described()}"

    def __getstate__(self):
        return {**super().__getstate__(), "_genome": None, "_pickled": self._loci()}

    def __setstate__(self, state):
        self._genome = state["_source"].open()
        super().__setstate__({**state, "_genome": self._genome})
        del self._pickled
