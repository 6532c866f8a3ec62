"""Parameters as attributes: those that may be assigned, and those that may not."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy
import torch

from ._options import cannot_change


class Setting:
    """A parameter of a data set that may be assigned, and applies from the next epoch on.

    Parameters
    ----------
    check : callable
        Called with the name and the value that is assigned; returns the value to keep, or raises.
    at_once : bool
        Whether it applies to the current epoch as well: cherimoya reads some parameters with every
        example.
    show : callable, optional
        Converts the kept value to the one that is read.
    """

    def __init__(
        self, check: Callable[[str, Any], Any], at_once: bool = False, show: Callable[[Any], Any] | None = None
    ):
        self.check, self.at_once, self.show = check, at_once, show

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, data: Any, owner: type | None = None) -> Any:
        if data is None:
            return self
        value = data._settings[self.name]
        return value if self.show is None else self.show(value)

    def __set__(self, data: Any, value: Any) -> None:
        data._change(self.name, self.check(self.name, value), self.at_once)


class Fixed:
    """A parameter of a data set that may not be assigned.

    Parameters
    ----------
    remedy : str
        What to do instead of assigning it.
    read : callable, optional
        Called with the data set; returns the value. By default it is read from the settings.
    """

    def __init__(self, remedy: str, read: Callable[[Any], Any] | None = None):
        self.remedy, self.read = remedy, read

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, data: Any, owner: type | None = None) -> Any:
        if data is None:
            return self
        return data._settings[self.name] if self.read is None else self.read(data)

    def __set__(self, data: Any, value: Any) -> None:
        raise cannot_change(self.name, "data set", self.remedy)


def is_parameter(name: str) -> bool:
    """Returns whether ``PeakGenerator`` has a parameter of this name."""
    from ._generator import PeakGenerator  # not at the top: it imports this module

    return name in inspect.signature(PeakGenerator).parameters


def check_name(data: Any, name: str) -> None:
    """Raises AttributeError unless a data set may be assigned an attribute of this name.

    A user's subclass may have attributes of its own.
    """
    kind = type(data)
    if name.startswith("_") or hasattr(kind, name):
        return
    if is_parameter(name):
        raise cannot_change(name, "data set")
    if kind.__module__.partition(".")[0] == __name__.partition(".")[0]:
        known = [known for known in dir(kind) if isinstance(getattr(kind, known), Setting)]
        raise AttributeError(f"a data set has no attribute {name!r}: {', '.join(known)} may be assigned")


def channels(name: str, value: Any) -> list[int] | None:
    """Returns the channel that each one is read from, or None."""
    return None if value is None else torch.as_tensor(value, dtype=torch.long).tolist()


def as_tensor(value: list[int] | None) -> torch.Tensor | None:
    """Returns a permutation as a new tensor. A change of it does not reach the data set."""
    return None if value is None else torch.tensor(value, dtype=torch.long)


def check_negatives(negative_ratio: float, given: bool) -> None:
    """Raises ValueError if negatives are to be drawn, and none were given."""
    if negative_ratio > 0 and not given:
        raise ValueError(
            f"negative_ratio is {negative_ratio} but no negative sequences were given; pass negatives "
            "or set negative_ratio to 0"
        )


def check_permutation(name: str, permutation: list[int] | None, array: numpy.ndarray | None) -> None:
    """Raises ValueError unless a permutation fits the array of ``name``, signal or control."""
    if permutation is None:
        return
    if array is None:
        raise ValueError(f"{name}_perm was supplied but peak_{name}s is None")
    if len(permutation) != array.shape[1]:
        raise ValueError(
            f"{name}_perm length ({len(permutation)}) does not match peak_{name}s channel count ({array.shape[1]})"
        )
