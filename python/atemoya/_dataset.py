"""Examples by epoch and index, as PyTorch's DataLoader and cherimoya's trainer read them."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import numpy
import torch
from numpy.typing import NDArray
from torch.utils.data import get_worker_info

from . import _native
from ._collate import Examples
from ._options import base_seed, sampling
from ._plain_indices import PlainIndices
from ._settings import check_name
from ._tensors import tensors


class EpochDataset(torch.utils.data.Dataset[tuple[Any, ...]]):
    """A data set whose examples are drawn anew in each epoch, over a native data set.

    Settings that are assigned apply from the next epoch on. Subclasses have ``_make``, which makes
    the native data set of some settings and a seed, and ``typed``, which gives columns the types
    that a user expects.
    """

    # Whether the user has given no seed: that of a saved state may replace it.
    seed_is_drawn = False

    def __setattr__(self, name: str, value: Any) -> None:
        check_name(self, name)
        super().__setattr__(name, value)

    def _set_up(self, order, random_state, parameters):
        """Takes the parameters, draws a seed if none is given, and makes the data set."""
        self._order = order
        self.seed_is_drawn = random_state is None
        if random_state is None:
            random_state = int(numpy.random.randint(0, 2**31 - 1))
        self._seed = base_seed(order, random_state)
        # Of the epochs to come, and of the current one.
        self._settings = self._epoch_settings = parameters
        self._assigned: dict[str, Any] = {}  # replaced by each assignment, never changed
        self._native = self._epoch_native = self._make(parameters, self._seed)
        self._plain_indices = PlainIndices()
        self._epoch = 0
        self._plan = None

    def _change(self, name: str, value: Any, at_once: bool) -> None:
        """Sets a parameter of the epochs to come, or raises and changes nothing.

        With ``at_once`` the current epoch has the new value as well.
        """
        later = {**self._settings, name: value}
        now, epoch_native = self._epoch_settings, self._epoch_native
        try:
            native = self._make(later, self._seed)
            if at_once:
                now = {**now, name: value}
                same = now == later and epoch_native.seed == self._seed
                epoch_native = native if same else self._make(now, epoch_native.seed)
        except ValueError as error:
            raise ValueError(f"{name} = {value!r}: {error}") from error
        self._settings, self._native = later, native
        self._assigned = {**self._assigned, name: value}
        self._epoch_settings, self._epoch_native = now, epoch_native

    def _sampling(self, settings: dict, seed: int) -> dict:
        names = ("negative_ratio", "reverse_complement", "shuffle")
        return sampling(order=self._order, random_state=seed, **{name: settings[name] for name in names})

    @property
    def native(self) -> _native.Dataset:
        """The data set of the extension module, for the epochs to come."""
        return self._native

    @property
    def seed(self) -> int:
        """The seed of all epochs: ``random_state``, or the one that was drawn.

        Examples
        --------
        >>> import atemoya
        >>> atemoya.PeakGenerator(store="demo.atemoya", random_state=7).dataset.seed
        7
        """
        return self._seed

    @property
    def _base_seed(self) -> int:
        return self._seed

    @_base_seed.setter
    def _base_seed(self, seed: int):
        # Cherimoya's trainer sets the same seed on all ranks.
        self.reseed(seed)
        self.seed_is_drawn = False

    def reseed(self, seed: int) -> None:
        """Sets the seed of the epochs to come.

        As in cherimoya, the current epoch keeps its examples.

        Parameters
        ----------
        seed : int
            The seed, as ``random_state``.

        Examples
        --------
        >>> import atemoya
        >>> data = atemoya.PeakGenerator(store="demo.atemoya", random_state=7).dataset
        >>> data.reseed(8)
        >>> data.seed
        8
        """
        seed = base_seed(self._order, seed)
        if seed == self._seed:
            return
        self._seed = seed
        self._native = self._native.with_seed(self._seed)

    def __len__(self) -> int:
        return len(self._native)

    def _prepare_epoch(self, epoch: int) -> None:
        """Makes an epoch the current one, with the settings as they are now."""
        self._epoch, self._plan = epoch, None
        self._epoch_native, self._epoch_settings = self._native, self._settings

    def begin_epoch(self, epoch: int) -> dict[str, Any]:
        """Begins an epoch with the settings as they are now.

        Returns what was assigned since the data set was made, for its copies in worker processes.
        """
        if epoch == self._epoch and self._epoch_native is not self._native:
            self._prepare_epoch(epoch)
        return self._assigned

    def _planned(self):
        """Returns labels, sources, offsets and orientations of the current epoch, ``(n,)`` each."""
        if self._plan is None:
            columns = self._epoch_native.plan(self._native_epoch(self._epoch))
            types = (bool, numpy.int64, numpy.int64, bool)
            self._plan = [numpy.frombuffer(column, dtype) for column, dtype in zip(columns, types)]
        return self._plan

    _labels = property(lambda self: self._planned()[0])
    _source_idx = property(lambda self: self._planned()[1])
    _jitters = property(lambda self: self._planned()[2])
    _rc_flags = property(lambda self: self._planned()[3])

    @property
    def peak_ordering(self) -> NDArray[Any]:
        """The indices of the peaks in the order of the current epoch, ``(n_peaks,)`` int64.

        Examples
        --------
        >>> import atemoya
        >>> data = atemoya.PeakGenerator(store="demo.atemoya", random_state=7).dataset
        >>> data.peak_ordering.shape == (data.n_peaks,)
        True
        """
        return self._source_idx[self._labels]

    def _locate(self, index) -> tuple[int, int]:
        """Moves to the epoch of an index, and returns both as the native data set takes them."""
        if self.seed_is_drawn:
            self._plain_indices.warn_of_seeds()
        if isinstance(index, tuple):
            epoch, index, *assigned = index
            in_worker = bool(assigned) and get_worker_info() is not None
            if in_worker and (self._assigned != assigned[0] or self._epoch_native is not self._native):
                # The epoch brings what was assigned since the worker process was started.
                for name, value in assigned[0].items():
                    setattr(self, name, value)
                self._prepare_epoch(operator.index(epoch))
            elif epoch != self._epoch:
                self._prepare_epoch(operator.index(epoch))
        elif self._plain_indices.begins_epoch(index):
            self._prepare_epoch(self._epoch + 1)
        length = len(self._epoch_native)
        if not hasattr(index, "__index__"):
            raise IndexError(f"the index of an example must be an integer, not {index!r}")
        if not -length <= index < length:
            raise IndexError(f"index {index} is out of bounds for {length} examples")
        return self._native_epoch(self._epoch), int(index) % length

    def _native_epoch(self, epoch: int) -> int:
        """Returns an epoch as the native data set takes it.

        Cherimoya's epochs repeat modulo 2^31 - 1, also below 0.
        """
        if 0 <= epoch < 2**63:
            return epoch
        if self._order != "cherimoya":
            raise ValueError(f"epoch must be at least 0 and less than 2^63, got {epoch}")
        return epoch % (2**31 - 1)

    def columns(self, batch) -> list[torch.Tensor]:
        """Returns the tensors of a native batch, in the types that the arrays have."""
        return self._typed(tensors(batch))

    def __getitem__(self, index: int | tuple[int, int]) -> tuple[Any, ...]:
        epoch, index = self._locate(index)
        return tuple(Examples(self.columns(self._epoch_native.fetch(epoch, [index])))[0])

    def __getitems__(self, indices: Sequence[int | tuple[int, int]]) -> Examples:
        """Returns the examples at several indices.

        Each run of one epoch is gathered in one call.
        """
        runs = []
        for index in indices:
            epoch, index = self._locate(index)
            if not runs or runs[-1][1] != epoch:
                runs.append((self._epoch_native, epoch, []))
            runs[-1][2].append(index)
        if not runs:
            return Examples([])
        gathered = [self.columns(native.fetch(epoch, indices)) for native, epoch, indices in runs]
        if len(gathered) == 1:
            return Examples(gathered[0])
        return Examples([torch.cat(columns) for columns in zip(*gathered)])

    def state_dict(self) -> dict[str, Any]:
        """Returns the current epoch, and the last index that was read without an epoch.

        torchdata's ``StatefulDataLoader`` asks for it. To resume a loader, save the loader's state.

        Returns
        -------
        dict
            A few numbers.

        Examples
        --------
        >>> import atemoya
        >>> data = atemoya.PeakGenerator(store="demo.atemoya", random_state=7).dataset
        >>> data.state_dict()["epoch"]
        0
        """
        read = {"first_index": self._plain_indices.first, "last_index": self._plain_indices.last}
        return {"epoch": self._epoch, **read, "seed": self._seed, "examples": len(self)}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Resumes the state of a data set of the same parameters.

        Parameters
        ----------
        state_dict : dict
            What :meth:`state_dict` returned.

        Raises
        ------
        ValueError
            If the state has another number of examples, or another seed than was given here.

        Examples
        --------
        >>> import atemoya
        >>> data = atemoya.PeakGenerator(store="demo.atemoya", random_state=7).dataset
        >>> data.load_state_dict(data.state_dict())
        """
        state, examples = state_dict, len(self)
        if state["examples"] != examples or (state["seed"] != self._seed and not self.seed_is_drawn):
            raise ValueError(
                f"the state has {state['examples']} examples and the seed {state['seed']}, and this data set has "
                f"{examples} examples and the seed {self._seed}: make the data set with the same parameters and "
                "random_state"
            )
        self.reseed(state["seed"])
        self.seed_is_drawn = False
        self._prepare_epoch(state["epoch"])
        self._plain_indices.first, self._plain_indices.last = state["first_index"], state["last_index"]

    def __getstate__(self):
        return {**self.__dict__, "_native": None, "_epoch_native": self._epoch_native.seed, "_plan": None}

    def __setstate__(self, state):
        self.__dict__.update(state)
        seed, self._native = self._epoch_native, self._make(self._settings, self._seed)
        same = seed == self._seed and self._epoch_settings == self._settings
        self._epoch_native = self._native if same else self._make(self._epoch_settings, seed)
