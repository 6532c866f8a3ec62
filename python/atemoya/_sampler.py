"""``PeakNegativeSampler``: peaks mixed with negatives, from arrays of windows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy
import torch
from numpy.typing import NDArray

from . import _native
from ._contig_arrays import native_order
from ._dataset import EpochDataset
from ._options import flag, ratio, whole
from ._settings import Fixed, Setting, as_tensor, channels, check_negatives, check_permutation

Values = torch.Tensor | NDArray[Any]

_ARRAYS = "make another PeakNegativeSampler from other arrays"


class PeakNegativeSampler(EpochDataset):
    """Mixes peaks with negatives, jitters peaks and reverse-complements examples.

    It gives the examples of ``cherimoya.io.PeakNegativeSampler`` of cherimoya 0.3.1, to the bit.
    They depend on the parameters, ``random_state`` and the epoch alone. The arrays are not copied,
    and must not be written to while the sampler is used.

    ``negative_ratio``, ``max_jitter``, ``reverse_complement`` and ``shuffle`` may be assigned; they
    apply from the next epoch on. ``in_window``, ``out_window``, ``signal_perm`` and
    ``control_perm`` may be assigned as well; they apply at once. An iteration of a loader keeps the
    values that it began with. Nothing else can be assigned.

    Parameters
    ----------
    peak_sequences : tensor or array, (n_peaks, 4, in_window + 2 * max_jitter)
    peak_signals : tensor or array, (n_peaks, channels, out_window + 2 * max_jitter)
    negative_sequences : tensor or array, (n, 4, in_window)
    negative_signals : tensor or array, (n, channels, out_window)
    peak_controls : tensor or array, (n_peaks, channels, in_window + 2 * max_jitter), optional
    negative_controls : tensor or array, (n, channels, in_window), optional
    negative_ratio : float
        How many negatives are drawn for each peak, with replacement. The number of an epoch is
        rounded down.
    in_window, out_window : int
        Bases of sequence and controls, and of signal.
    max_jitter : int
        The windows of a peak are shifted by up to this many bases to either side.
    reverse_complement : bool
        Whether each example is reverse-complemented with probability 1/2.
    shuffle : bool
        Whether peaks come in random order.
    random_state : int, optional
        The seed. None draws one from numpy's global generator.
    signal_perm, control_perm : tensor of int, optional
        For each channel, the one that it is read from under reverse complement. None reverses
        positions only.
    order : str
        ``cherimoya``, or ``native`` for the package's own order.

    Raises
    ------
    ValueError
        If an argument is out of range, or arrays do not fit each other or the windows.
    """

    def __init__(
        self,
        peak_sequences: Values,
        peak_signals: Values,
        negative_sequences: Values,
        negative_signals: Values,
        peak_controls: Values | None = None,
        negative_controls: Values | None = None,
        negative_ratio: float = 0.1,
        in_window: int = 2114,
        out_window: int = 1000,
        max_jitter: int = 0,
        reverse_complement: bool = False,
        shuffle: bool = True,
        random_state: int | None = None,
        signal_perm: Sequence[int] | Values | None = None,
        control_perm: Sequence[int] | Values | None = None,
        *,
        order: str = "cherimoya",
    ) -> None:
        whole("max_jitter", max_jitter)
        ratio("negative_ratio", negative_ratio)
        self._arrays = {
            "peak_sequences": _array("peak_sequences", peak_sequences),
            "peak_signals": _array("peak_signals", peak_signals),
            "negative_sequences": _array("negative_sequences", negative_sequences),
            "negative_signals": _array("negative_signals", negative_signals),
        }
        if peak_controls is not None:
            self._arrays["peak_controls"] = _array("peak_controls", peak_controls)
            self._arrays["negative_controls"] = _array("negative_controls", negative_controls)
        parameters = {
            "negative_ratio": negative_ratio,
            "in_window": in_window,
            "out_window": out_window,
            "max_jitter": max_jitter,
            "reverse_complement": reverse_complement,
            "shuffle": shuffle,
            "signal_perm": channels("signal_perm", signal_perm),
            "control_perm": channels("control_perm", control_perm),
        }
        self._set_up(order, random_state, parameters)

    negative_ratio = Setting(ratio)
    in_window = Setting(lambda name, value: whole(name, value, 1), at_once=True)
    out_window = Setting(lambda name, value: whole(name, value, 1), at_once=True)
    max_jitter = Setting(whole)
    reverse_complement = Setting(flag)
    shuffle = Setting(flag)
    signal_perm = Setting(channels, at_once=True, show=as_tensor)
    control_perm = Setting(channels, at_once=True, show=as_tensor)

    order = Fixed("make another with order=", lambda data: data._order)
    n_peaks = Fixed("make another from other peaks", lambda data: data._native.n_peaks)
    n_negatives = Fixed("make another from other negatives", lambda data: data._native.n_negatives)
    peak_sequences = Fixed(_ARRAYS, lambda data: data._arrays.get("peak_sequences"))
    peak_signals = Fixed(_ARRAYS, lambda data: data._arrays.get("peak_signals"))
    peak_controls = Fixed(_ARRAYS, lambda data: data._arrays.get("peak_controls"))
    negative_sequences = Fixed(_ARRAYS, lambda data: data._arrays.get("negative_sequences"))
    negative_signals = Fixed(_ARRAYS, lambda data: data._arrays.get("negative_signals"))
    negative_controls = Fixed(_ARRAYS, lambda data: data._arrays.get("negative_controls"))

    def _make(self, settings: dict, seed: int) -> _native.Dataset:
        arrays = self._arrays
        check_negatives(settings["negative_ratio"], len(arrays["negative_sequences"]) > 0)
        for name in ("signal", "control"):
            check_permutation(name, settings[f"{name}_perm"], arrays.get(f"peak_{name}s"))
        # Arrays of no negatives may have any shape.
        used = {
            name: array
            for name, array in arrays.items()
            if name.startswith("peak") or len(arrays["negative_sequences"]) > 0
        }
        permutations = tuple(
            None if permutation is None else [channel % max(1, len(permutation)) for channel in permutation]
            for permutation in (settings["signal_perm"], settings["control_perm"])
        )
        windows = tuple(whole(name, settings[name], 1) for name in ("in_window", "out_window"))
        return _native.Dataset.from_arrays(
            used, self._sampling(settings, seed), (*windows, settings["max_jitter"]), permutations
        )

    def typed(self, columns: list[torch.Tensor]) -> list[torch.Tensor]:
        """Returns columns in the types that the arrays have: native batches lack booleans."""
        arrays = [self.peak_sequences, self.peak_controls, self.peak_signals]
        boolean = [array.dtype == bool for array in arrays if array is not None] + [False]
        return [column.view(torch.bool) if is_boolean else column for column, is_boolean in zip(columns, boolean)]


def _array(name: str, value) -> numpy.ndarray:
    if isinstance(value, torch.Tensor):
        return value.numpy(force=True)
    if not isinstance(value, numpy.ndarray):
        raise TypeError(f"{name} must be a tensor or a numpy array, not {type(value).__name__}")
    return native_order(value)
