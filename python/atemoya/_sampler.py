"""``PeakNegativeSampler``: peaks mixed with negatives, from arrays of windows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy
import torch
from numpy.typing import NDArray

from . import _native
from ._contig_arrays import native_order
from ._dataset import EpochDataset
from ._options import flag, ratio, whole
from ._settings import Fixed, Setting, as_tensor, channels, check_negatives, check_permutation

if TYPE_CHECKING:
    from ._ledger import Ledger

Values = torch.Tensor | NDArray[Any]

_ARRAYS = "make another PeakNegativeSampler from other arrays"


class PeakNegativeSampler(EpochDataset):
    """Mixes peaks with negatives, jitters peaks and reverse-complements examples.

    A PyTorch data set. It gives the examples of ``cherimoya.io.PeakNegativeSampler`` of cherimoya
    0.3.1, to the bit. They depend on the parameters, ``random_state`` and the epoch alone. The
    arrays are not copied, and must not be written to while the data set is used.

    ``data[i]`` is the example at the index ``i`` of the current epoch, ``data[(epoch, i)]`` that of
    any epoch: ``(X, y, label)``, or ``(X, controls, y, label)``. ``len(data)`` is the number of
    examples of an epoch. :class:`PeakLoader` makes batches of them.

    ``negative_ratio``, ``max_jitter``, ``reverse_complement`` and ``shuffle`` may be assigned; they
    apply from the next epoch on. ``in_window``, ``out_window``, ``signal_perm`` and
    ``control_perm`` may be assigned as well; they apply at once. An iteration of a loader keeps the
    values that it began with. The data set of :func:`PeakGenerator` takes the assignment of
    ``negative_ratio``, ``reverse_complement`` and ``shuffle`` alone. Nothing else can be assigned.

    Parameters
    ----------
    peak_sequences : tensor or array, shape (n_peaks, 4, in_window + 2 * max_jitter)
        The one-hot sequences of the peaks, with the jitter on either side.
    peak_signals : tensor or array, shape (n_peaks, channels, out_window + 2 * max_jitter)
        The signal of the peaks.
    negative_sequences : tensor or array, shape (n_negatives, 4, in_window)
        The one-hot sequences of the negatives.
    negative_signals : tensor or array, shape (n_negatives, channels, out_window)
        The signal of the negatives.
    peak_controls : tensor or array, shape (n_peaks, channels, in_window + 2 * max_jitter), optional
        The controls of the peaks. None, the default, is for no controls.
    negative_controls : tensor or array, shape (n_negatives, channels, in_window), optional
        The controls of the negatives; needed if ``peak_controls`` is given.
    negative_ratio : float, default 0.1
        How many negatives an epoch has for each peak. They are drawn with replacement, and their
        number is rounded down.
    in_window : int, default 2114
        The width of the sequence and of the controls, in bases.
    out_window : int, default 1000
        The width of the signal, in bases.
    max_jitter : int, default 0
        The windows of a peak are shifted by a random number of bases, at most this many to either
        side. :func:`PeakGenerator` has another default, 50.
    reverse_complement : bool, default False
        Whether each example is reverse-complemented with probability 1/2. :func:`PeakGenerator` has
        the other default, True.
    shuffle : bool, default True
        Whether peaks come in random order.
    random_state : int, optional
        The seed of all epochs. None, the default, draws one from numpy's global generator.
    signal_perm, control_perm : tensor or list of int, optional
        For each channel, the one that it is read from under reverse complement
        (:func:`channel_permutation_from_groups`). None, the default, reverses positions only.
    order : str, default "cherimoya"
        The order of examples: ``"cherimoya"``, or ``"native"`` for the package's own.

    Attributes
    ----------
    n_peaks, n_negatives : int
        The numbers of kept peaks and negatives.
    signal_groups, control_groups : list of int
        Of the data set of :func:`PeakGenerator`: the number of channels of each group.
    ledger : Ledger
        Of the data set of :func:`PeakGenerator`: how many loci were kept, and how many each rule
        left out.
    negative_ratio, in_window, out_window, max_jitter, reverse_complement, shuffle, order
        The parameters, for the epochs to come.
    signal_perm, control_perm : tensor of int64 or None
        The parameters, as new tensors.
    peak_sequences, peak_signals, peak_controls : array or None
        The peaks, with the jitter on either side. Of :func:`PeakGenerator` they are gathered when
        they are indexed, or by ``numpy.asarray``.
    negative_sequences, negative_signals, negative_controls : array or None
        The negatives.
    seed_is_drawn : bool
        Whether no ``random_state`` was given, so that a seed was drawn.

    Raises
    ------
    ValueError
        If an argument is out of range, or arrays do not fit each other or the windows.
    TypeError
        If an array is neither a tensor nor an array of numpy's.

    Examples
    --------
    >>> import numpy
    >>> from atemoya import PeakNegativeSampler
    >>> X, y = numpy.zeros((8, 4, 24), "int8"), numpy.zeros((8, 1, 14), "float32")
    >>> data = PeakNegativeSampler(X, y, X[:, :, 2:-2], y[:, :, 2:-2], negative_ratio=0.5,
    ...                            in_window=20, out_window=10, max_jitter=2, random_state=0)
    >>> len(data)
    12
    >>> X, y, label = data[(3, 0)]  # epoch 3
    >>> X.shape, y.shape
    (torch.Size([4, 20]), torch.Size([1, 10]))
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

    if TYPE_CHECKING:  # the descriptors below, and what the data set of PeakGenerator has beside
        negative_ratio: float
        in_window: int
        out_window: int
        max_jitter: int
        reverse_complement: bool
        shuffle: bool
        signal_perm: torch.Tensor | None
        control_perm: torch.Tensor | None
        order: str
        n_peaks: int
        n_negatives: int
        signal_groups: list[int]
        control_groups: list[int]
        ledger: Ledger
    else:
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

    def _typed(self, columns: list[torch.Tensor]) -> list[torch.Tensor]:
        """Returns columns in the types that the arrays have: native batches lack booleans."""
        arrays = [self.peak_sequences, self.peak_controls, self.peak_signals]
        boolean = [array.dtype == bool for array in arrays if array is not None] + [False]
        return [column.view(torch.bool) if is_boolean else column for column, is_boolean in zip(columns, boolean)]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._described()})"

    def _described(self) -> str:
        """Returns what it has, in one line."""
        settings = self._settings
        windows = ", ".join(f"{name} {settings[name]}" for name in ("in_window", "out_window", "max_jitter"))
        loci = f"{self.n_peaks} peaks, {self.n_negatives} negatives"
        return f"{loci}; {len(self)} examples an epoch; {windows}; order {self.order}"


def _array(name: str, value) -> numpy.ndarray:
    if isinstance(value, torch.Tensor):
        return value.numpy(force=True)
    if not isinstance(value, numpy.ndarray):
        raise TypeError(f"{name} must be a tensor or a numpy array, not {type(value).__name__}")
    return native_order(value)
