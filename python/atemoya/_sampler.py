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
from ._options import base_seed, flag, ratio, sampling, whole
from ._position import Position
from ._settings import Fixed, Setting, as_tensor, channels, check_name, check_negatives, check_permutation
from ._tensors import tensors

# What examples are cut from.
Values = torch.Tensor | NDArray[Any]

_ARRAYS = "make another PeakNegativeSampler of other arrays"


class PeakNegativeSampler(torch.utils.data.Dataset[tuple[Any, ...]]):
    """Mixes peaks with negatives, jitters peaks and reverse-complements examples, as ``cherimoya.io.PeakNegativeSampler`` does.

    The examples of an epoch are a function of the parameters, ``random_state`` and the epoch: those
    of cherimoya 0.3.1, to the bit. The arrays are read where they lie, and must not be written to
    while the sampler is used.

    ``negative_ratio``, ``max_jitter``, ``reverse_complement`` and ``shuffle`` may be assigned later: the epochs that follow have the new value. ``in_window``, ``out_window``, ``signal_perm`` and ``control_perm``
    may be, too: the current epoch has the new value as well. An iteration of a loader keeps what it
    began with. Nothing else can be assigned.

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
        self._begin(order, random_state, parameters)

    # A seed that the user has not given may be replaced by that of a saved state.
    seed_is_drawn = False

    def __setattr__(self, name: str, value: Any) -> None:
        check_name(self, name)
        super().__setattr__(name, value)

    def _begin(self, order, random_state, parameters):
        """Takes the parameters, and makes the data set."""
        self._order = order
        self.seed_is_drawn = random_state is None
        if random_state is None:
            random_state = int(numpy.random.randint(0, 2**31 - 1))
        self._seed = base_seed(order, random_state)
        # Those of the epochs to come, and those of the current one.
        self._settings = self._settings_of_epoch = parameters
        self._assigned: dict[str, Any] = {}  # a new dictionary with each assignment
        self._native = self._of_epoch = self._make(parameters, self._seed)
        self._position = Position()
        self._epoch = 0
        self._drawn = None

    negative_ratio = Setting(ratio)
    in_window = Setting(lambda name, value: whole(name, value, 1), at_once=True)
    out_window = Setting(lambda name, value: whole(name, value, 1), at_once=True)
    max_jitter = Setting(whole)
    reverse_complement = Setting(flag)
    shuffle = Setting(flag)
    signal_perm = Setting(channels, at_once=True, show=as_tensor)
    control_perm = Setting(channels, at_once=True, show=as_tensor)

    order = Fixed("make another with order=", lambda data: data._order)
    n_peaks = Fixed("make another of other peaks", lambda data: data._native.n_peaks)
    n_negatives = Fixed("make another of other negatives", lambda data: data._native.n_negatives)
    peak_sequences = Fixed(_ARRAYS, lambda data: data._arrays.get("peak_sequences"))
    peak_signals = Fixed(_ARRAYS, lambda data: data._arrays.get("peak_signals"))
    peak_controls = Fixed(_ARRAYS, lambda data: data._arrays.get("peak_controls"))
    negative_sequences = Fixed(_ARRAYS, lambda data: data._arrays.get("negative_sequences"))
    negative_signals = Fixed(_ARRAYS, lambda data: data._arrays.get("negative_signals"))
    negative_controls = Fixed(_ARRAYS, lambda data: data._arrays.get("negative_controls"))

    def _change(self, name: str, value: Any, at_once: bool) -> None:
        """Takes another value of a parameter, or raises and changes nothing."""
        later = {**self._settings, name: value}
        now, of_epoch = self._settings_of_epoch, self._of_epoch
        try:
            native = self._make(later, self._seed)
            if at_once:
                now = {**now, name: value}
                same = now == later and of_epoch.seed == self._seed
                of_epoch = native if same else self._make(now, of_epoch.seed)
        except ValueError as error:
            raise ValueError(f"{name} = {value!r}: {error}") from error
        self._settings, self._native = later, native
        self._assigned = {**self._assigned, name: value}
        self._settings_of_epoch, self._of_epoch = now, of_epoch

    def _sampling(self, settings: dict, seed: int) -> dict:
        names = ("negative_ratio", "reverse_complement", "shuffle")
        return sampling(order=self._order, random_state=seed, **{name: settings[name] for name in names})

    def _make(self, settings: dict, seed: int) -> _native.Dataset:
        arrays = self._arrays
        check_negatives(settings["negative_ratio"], len(arrays["negative_sequences"]) > 0)
        for name in ("signal", "control"):
            check_permutation(name, settings[f"{name}_perm"], arrays.get(f"peak_{name}s"))
        # Where there are no negatives, nobody cares what they are like.
        given = {
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
            given, self._sampling(settings, seed), (*windows, settings["max_jitter"]), permutations
        )

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
        # Whoever sets it sees to it that all ranks have the same.
        self.reseed(seed)
        self.seed_is_drawn = False

    def reseed(self, seed: int) -> None:
        """Takes another seed; as with cherimoya, the current epoch stays as it is until another one is named."""
        self._seed = base_seed(self._order, seed)
        self._native = self._native.with_seed(self._seed)

    def __len__(self) -> int:
        return len(self._native)

    def _prepare_epoch(self, epoch: int) -> None:
        """Makes an epoch the current one."""
        self._epoch, self._drawn = epoch, None
        self._of_epoch, self._settings_of_epoch = self._native, self._settings

    def begin_epoch(self, epoch: int) -> dict[str, Any]:
        """Begins an epoch, which has what was assigned before it; returns that, for copies in worker processes."""
        if epoch == self._epoch and self._of_epoch is not self._native:
            self._prepare_epoch(epoch)
        return self._assigned

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
        """Moves to the epoch that an index names; returns it, and the place in it."""
        if self.seed_is_drawn:
            self._position.warn_of_other_seeds()
        if isinstance(index, tuple):
            epoch, index, *assigned = index
            is_copy = bool(assigned) and torch.utils.data.get_worker_info() is not None
            if is_copy and (self._assigned != assigned[0] or self._of_epoch is not self._native):
                # In a worker process: what was assigned since it was started comes with the epoch.
                for name, value in assigned[0].items():
                    setattr(self, name, value)
                self._prepare_epoch(operator.index(epoch))
            elif epoch != self._epoch:
                self._prepare_epoch(operator.index(epoch))
        elif self._position.goes_back(index):
            self._prepare_epoch(self._epoch + 1)
        length = len(self._of_epoch)
        if not hasattr(index, "__index__"):
            raise IndexError(f"an example has a whole number, and not {index!r}")
        if not -length <= index < length:
            raise IndexError(f"index {index} is out of bounds for {length} examples")
        return self._counted(self._epoch), int(index) % length

    def _counted(self, epoch: int) -> int:
        """An epoch as the extension module counts them, from 0. Cherimoya's are the same modulo 2^31 - 1, also below 0."""
        if 0 <= epoch < 2**63:
            return epoch
        if self._order != "cherimoya":
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

    def state_dict(self) -> dict[str, Any]:
        """Says which epoch is the current one, and which index without an epoch was read last.

        torchdata's ``StatefulDataLoader`` asks for it.
        """
        position = {"first_index": self._position.first, "last_index": self._position.last}
        return {"epoch": self._epoch, **position, "seed": self._seed, "examples": len(self)}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Goes on where a data set of the same parameters stood.

        Raises
        ------
        ValueError
            If it was saved of another number of examples, or with another seed than was given here.
        """
        state, examples = state_dict, len(self)
        if state["examples"] != examples or (state["seed"] != self._seed and not self.seed_is_drawn):
            raise ValueError(
                f"the state is of {state['examples']} examples and the seed {state['seed']}, and here are {examples} "
                f"examples and the seed {self._seed}: make the data set of the same parameters and random_state"
            )
        if state["seed"] != self._seed:
            self.reseed(state["seed"])
        self.seed_is_drawn = False
        self._prepare_epoch(state["epoch"])
        self._position.first, self._position.last = state["first_index"], state["last_index"]

    def __getstate__(self):
        return {**self.__dict__, "_native": None, "_of_epoch": self._of_epoch.seed, "_drawn": None}

    def __setstate__(self, state):
        self.__dict__.update(state)
        seed, self._native = self._of_epoch, self._make(self._settings, self._seed)
        same = seed == self._seed and self._settings_of_epoch == self._settings
        self._of_epoch = self._native if same else self._make(self._settings_of_epoch, seed)


def _array(name: str, value) -> numpy.ndarray:
    if isinstance(value, torch.Tensor):
        return value.numpy(force=True)
    if not isinstance(value, numpy.ndarray):
        raise TypeError(f"{name} must be a tensor or a numpy array, not {type(value).__name__}")
    return native_order(value)
