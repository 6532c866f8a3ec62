"""Parameters of a data set as attributes: those that may be assigned, and those that may not."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy
import torch


class Setting:
    """A parameter of a data set that may be assigned: the epochs that follow have the new value.

    Parameters
    ----------
    check : callable
        Called with the name and a value that is assigned; returns what is kept, or raises.
    at_once : bool
        Whether the current epoch has the new value as well. Cherimoya reads some parameters with
        every example.
    show : callable, optional
        Makes of what is kept what is read.
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
    instead : str
        What to do in place of it.
    read : callable, optional
        Called with the data set; returns the value. By default it is among the settings.
    """

    def __init__(self, instead: str, read: Callable[[Any], Any] | None = None):
        self.instead, self.read = instead, read

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, data: Any, owner: type | None = None) -> Any:
        if data is None:
            return self
        return data._settings[self.name] if self.read is None else self.read(data)

    def __set__(self, data: Any, value: Any) -> None:
        raise AttributeError(f"{self.name} cannot be changed once the data set is made: {self.instead}")


def is_parameter(name: str) -> bool:
    """Whether ``PeakGenerator`` has a parameter of this name."""
    from ._generator import PeakGenerator  # here, since it imports this module

    return name in inspect.signature(PeakGenerator).parameters


def check_name(data: Any, name: str) -> None:
    """Raises AttributeError unless a data set may be assigned an attribute of this name.

    A subclass of a user's may have others than parameters.
    """
    kind = type(data)
    if name.startswith("_") or hasattr(kind, name):
        return
    if is_parameter(name):
        raise AttributeError(f"{name} cannot be changed once the data set is made: make another with {name}=")
    if kind.__module__.partition(".")[0] == __name__.partition(".")[0]:
        known = [known for known in dir(kind) if isinstance(getattr(kind, known), Setting)]
        raise AttributeError(f"a data set has no attribute {name!r}: what may be assigned is {', '.join(known)}")


def channels(name: str, value: Any) -> list[int] | None:
    """The channel that each one is read from, or None."""
    return None if value is None else torch.as_tensor(value, dtype=torch.long).tolist()


def as_tensor(value: list[int] | None) -> torch.Tensor | None:
    """A permutation as cherimoya has it: a new tensor, so that changing it in place changes nothing unseen."""
    return None if value is None else torch.tensor(value, dtype=torch.long)


def check_negatives(negative_ratio: float, given: bool) -> None:
    """Raises ValueError where negatives are to be drawn, and none were given."""
    if negative_ratio > 0 and not given:
        raise ValueError(
            f"negative_ratio is {negative_ratio} but no negative sequences were given; pass negatives "
            "or set negative_ratio to 0"
        )


def check_permutation(name: str, permutation: list[int] | None, array: numpy.ndarray | None) -> None:
    """Raises ValueError unless a permutation is of an array's channels; ``name`` is signal or control."""
    if permutation is None:
        return
    if array is None:
        raise ValueError(f"{name}_perm was supplied but peak_{name}s is None")
    if len(permutation) != array.shape[1]:
        raise ValueError(
            f"{name}_perm length ({len(permutation)}) does not match peak_{name}s channel count ({array.shape[1]})"
        )
