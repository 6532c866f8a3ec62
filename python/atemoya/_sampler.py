"""The data sets: peaks mixed with negatives, from arrays, for PyTorch's DataLoader and for cherimoya's trainer."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import numpy
import torch
from numpy.typing import NDArray

from . import _native
from ._collate import Examples
from ._contig_arrays import native_order
from ._options import base_seed, number, sampling, whole
from ._tensors import tensors

# What examples are cut from.
Values = torch.Tensor | NDArray[Any]


class PeakNegativeSampler(torch.utils.data.Dataset[tuple[Any, ...]]):
    """Mixes peaks with negatives, jitters peaks and reverse-complements examples, as ``cherimoya.io.PeakNegativeSampler`` does.

    The examples of an epoch are a function of the parameters, ``random_state`` and the epoch: those of cherimoya 0.3.1, to the bit.
    The arrays are read where they lie, and must not be written to while the sampler is used.

    Parameters
    ----------
    peak_sequences : tensor or array, (n_peaks, 4, in_window + 2 * max_jitter)
    peak_signals : tensor or array, (n_peaks, channels, out_window + 2 * max_jitter)
    negative_sequences : tensor or array, (n, 4, in_window)
    negative_signals : tensor or array, (n, channels, out_window)
    peak_controls, negative_controls : tensors or arrays, (n, channels, in_window [+ 2 * max_jitter]), optional
    negative_ratio : float
        Negatives drawn for each peak, with replacement; the product is truncated.
    in_window, out_window, max_jitter : int
    reverse_complement : bool
        Whether each example is reverse-complemented with probability 1/2.
    shuffle : bool
        Whether peaks come in random order.
    random_state : int, optional
        The seed. None draws one from numpy's global generator.
    signal_perm, control_perm : tensor of int, optional
        The channel that each one is read from under reverse complement; None flips positions alone.
    order : str
        ``cherimoya``, or ``native`` for an order of the package's own.

    Raises
    ------
    ValueError
        If an argument is out of its range, or arrays do not fit each other or the windows.
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
        if negative_ratio is None or number("negative_ratio", negative_ratio) < 0:
            raise ValueError(f"negative_ratio must be non-negative, got {negative_ratio}")
        self.peak_sequences = _array("peak_sequences", peak_sequences)
        self.peak_signals = _array("peak_signals", peak_signals)
        self.negative_sequences = _array("negative_sequences", negative_sequences)
        self.negative_signals = _array("negative_signals", negative_signals)
        self.peak_controls = self.negative_controls = None
        if peak_controls is not None:
            self.peak_controls = _array("peak_controls", peak_controls)
            self.negative_controls = _array("negative_controls", negative_controls)
        if negative_ratio > 0 and len(self.negative_sequences) == 0:
            raise ValueError(
                f"negative_ratio is {negative_ratio} but no negative sequences were given; pass negatives or set "
                "negative_ratio to 0"
            )
        self.signal_perm = _permutation(signal_perm)
        self.control_perm = _permutation(control_perm)
        self._check_permutations()
        self._begin(order, random_state, negative_ratio, in_window, out_window, max_jitter, reverse_complement, shuffle)

    def _check_permutations(self):
        signals, controls = self.peak_signals, self.peak_controls
        if self.signal_perm is not None and len(self.signal_perm) != signals.shape[1]:
            raise ValueError(
                f"signal_perm length ({len(self.signal_perm)}) does not match peak_signals channel count "
                f"({signals.shape[1]})"
            )
        if self.control_perm is not None:
            if controls is None:
                raise ValueError("control_perm was supplied but peak_controls is None")
            if len(self.control_perm) != controls.shape[1]:
                raise ValueError(
                    f"control_perm length ({len(self.control_perm)}) does not match peak_controls channel count "
                    f"({controls.shape[1]})"
                )

    def _begin(
        self, order, random_state, negative_ratio, in_window, out_window, max_jitter, reverse_complement, shuffle
    ):
        """Takes the parameters, and makes the data set."""
        self.order = order
        self.negative_ratio = negative_ratio
        self.in_window = in_window
        self.out_window = out_window
        self.max_jitter = max_jitter
        self.reverse_complement = reverse_complement
        self.shuffle = shuffle
        # A seed that the user has not given may be replaced by that of a saved state.
        self.seed_is_drawn = random_state is None
        if random_state is None:
            random_state = int(numpy.random.randint(0, 2**31 - 1))
        self._seed = base_seed(order, random_state)
        self._native = self._of_epoch = self._make()
        self.n_peaks, self.n_negatives = self._native.n_peaks, self._native.n_negatives
        self._last_idx = -1
        self._epoch = 0
        self._drawn = None

    def _sampling(self) -> dict:
        return sampling(
            order=self.order,
            random_state=self._seed,
            negative_ratio=self.negative_ratio,
            reverse_complement=self.reverse_complement,
            shuffle=self.shuffle,
        )

    def _make(self) -> _native.Dataset:
        # Where there are no negatives, nobody cares what they are like.
        given = [name for name in _ARRAYS if name.startswith("peak") or len(self.negative_sequences) > 0]
        arrays = {name: getattr(self, name) for name in given if getattr(self, name) is not None}
        permutations = tuple(
            None if permutation is None else [int(c) % max(1, len(permutation)) for c in permutation]
            for permutation in (self.signal_perm, self.control_perm)
        )
        windows = (whole("in_window", self.in_window, 1), whole("out_window", self.out_window, 1), self.max_jitter)
        return _native.Dataset.from_arrays(arrays, self._sampling(), windows, permutations)

    @property
    def native(self) -> _native.Dataset:
        """The data set of the extension module."""
        return self._native

    @property
    def seed(self) -> int:
        """The seed of all epochs."""
        return self._seed

    @property
    def _base_seed(self) -> int:
        return self._seed

    @_base_seed.setter
    def _base_seed(self, seed: int):
        # As with cherimoya, the current epoch stays as it is until another one is named.
        self._seed = base_seed(self.order, seed)
        self._native = self._native.with_seed(self._seed)

    def __len__(self) -> int:
        return len(self._native)

    def _prepare_epoch(self, epoch: int) -> None:
        """Makes an epoch the current one."""
        self._epoch, self._drawn, self._of_epoch = epoch, None, self._native

    def _draws(self):
        """Labels, sources, offsets and orientations of the current epoch."""
        if self._drawn is None:
            columns = self._of_epoch.plan(self._counted(self._epoch))
            types = (bool, numpy.int64, numpy.int64, bool)
            self._drawn = [numpy.frombuffer(column, dtype) for column, dtype in zip(columns, types)]
        return self._drawn

    _labels = property(lambda self: self._draws()[0])
    _source_idx = property(lambda self: self._draws()[1])
    _jitters = property(lambda self: self._draws()[2])
    _rc_flags = property(lambda self: self._draws()[3])

    @property
    def peak_ordering(self) -> NDArray[Any]:
        """The peaks in the order of the current epoch."""
        return self._source_idx[self._labels]

    def _place(self, index) -> tuple[int, int]:
        """The epoch and the place in it that an index names, after moving to that epoch."""
        if isinstance(index, tuple):
            epoch, index = index
            if epoch != self._epoch:
                self._prepare_epoch(operator.index(epoch))
        else:
            if index < self._last_idx:
                self._prepare_epoch(self._epoch + 1)
            self._last_idx = index
        length = len(self)
        if not hasattr(index, "__index__"):
            raise IndexError(f"an example has a whole number, and not {index!r}")
        if not -length <= index < length:
            raise IndexError(f"index {index} is out of bounds for {length} examples")
        return self._counted(self._epoch), int(index) % length

    def _counted(self, epoch: int) -> int:
        """An epoch as the extension module counts them, from 0. Cherimoya's are the same modulo 2^31 - 1, also below 0."""
        if 0 <= epoch < 2**63:
            return epoch
        if self.order != "cherimoya":
            raise ValueError(f"epoch {epoch} is not between 0 and 2^63")
        return epoch % (2**31 - 1)

    def columns(self, batch) -> list[torch.Tensor]:
        """The tensors of a native batch, of the types that the arrays have."""
        return self.typed(tensors(batch))

    def typed(self, columns: list[torch.Tensor]) -> list[torch.Tensor]:
        """Columns as flags where the arrays have these, which the extension module takes for numbers of 8 bits."""
        arrays = [self.peak_sequences, self.peak_controls, self.peak_signals]
        flags = [array.dtype == bool for array in arrays if array is not None] + [False]
        return [column.view(torch.bool) if flag else column for column, flag in zip(columns, flags)]

    def __getitem__(self, index: int | tuple[int, int]) -> tuple[Any, ...]:
        epoch, place = self._place(index)
        return tuple(Examples(self.columns(self._of_epoch.fetch(epoch, [place])))[0])

    def __getitems__(self, indices: Sequence[int | tuple[int, int]]) -> Examples:
        """The examples at several indices, gathered in one call for each epoch among them."""
        runs = []
        for index in indices:
            epoch, place = self._place(index)
            if not runs or runs[-1][1] != epoch:
                runs.append((self._of_epoch, epoch, []))
            runs[-1][2].append(place)
        if not runs:
            return Examples([])
        gathered = [self.columns(native.fetch(epoch, places)) for native, epoch, places in runs]
        if len(gathered) == 1:
            return Examples(gathered[0])
        return Examples([torch.cat(columns) for columns in zip(*gathered)])

    def __getstate__(self):
        return {**self.__dict__, "_native": None, "_of_epoch": self._of_epoch.seed, "_drawn": None}

    def __setstate__(self, state):
        self.__dict__.update(state)
        self._revive(self._make())

    def _revive(self, native: _native.Dataset):
        """Takes the data set that was made anew after unpickling."""
        self._native, seed = native, self._of_epoch
        self._of_epoch = native if native.seed == seed else native.with_seed(seed)


_ARRAYS = (
    "peak_sequences",
    "peak_signals",
    "peak_controls",
    "negative_sequences",
    "negative_signals",
    "negative_controls",
)


def _array(name: str, value) -> numpy.ndarray:
    if isinstance(value, torch.Tensor):
        return value.numpy(force=True)
    if not isinstance(value, numpy.ndarray):
        raise TypeError(f"{name} must be a tensor or a numpy array, not {type(value).__name__}")
    return native_order(value)


def _permutation(value) -> torch.Tensor | None:
    return None if value is None else torch.as_tensor(value, dtype=torch.long)
