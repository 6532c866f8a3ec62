"""Channel groups: tracks whose channels swap under reverse complement, as in cherimoya 0.3.1."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any


def check_groups(groups: Any, label: str = "signal_groups") -> None:
    """Raises ``ValueError`` unless ``groups`` is a non-empty list or tuple of positive integers."""
    if not isinstance(groups, (list, tuple)):
        raise ValueError(f"{label} must be a list of positive ints; got {groups!r}")
    if len(groups) == 0:
        raise ValueError(f"{label} must be non-empty; got an empty list")
    for size in groups:
        if not isinstance(size, int) or isinstance(size, bool) or size < 1:
            raise ValueError(f"{label} entries must be positive ints; got {size!r} in {list(groups)!r}")


def normalize_signal_groups(
    signals: Sequence[str | Sequence[str]] | None,
) -> tuple[list[str] | None, list[int]]:
    """Flattens ``signals`` or ``controls``, as ``cherimoya.io.normalize_signal_groups`` does.

    Parameters
    ----------
    signals : None, or list of (str or list of str)
        A string is a group of one channel; a list is a group whose channels swap under reverse
        complement, a stranded pair, say.

    Returns
    -------
    files : list of str or None
        All files, group by group; None if ``signals`` is None.
    group_sizes : list of int
        The number of channels of each group.

    Raises
    ------
    TypeError
        If it is not a list, or an entry is neither a string nor a list of strings.
    ValueError
        If a group is empty.

    Examples
    --------
    >>> from atemoya import normalize_signal_groups
    >>> normalize_signal_groups(["rna.bw", ["pro.plus.bw", "pro.minus.bw"]])
    (['rna.bw', 'pro.plus.bw', 'pro.minus.bw'], [1, 2])
    """
    if signals is None:
        return None, []
    if not isinstance(signals, (list, tuple)):
        raise TypeError(f"signals must be a list/tuple or None; got {type(signals).__name__!r}")
    files: list[str] = []
    sizes: list[int] = []
    for entry in signals:
        group = [entry] if isinstance(entry, str) else entry
        if not isinstance(group, (list, tuple)):
            raise TypeError(f"signal entries must be str or list[str]; got {type(entry).__name__!r}")
        if len(group) == 0:
            raise ValueError("signal group is empty")
        for file in group:
            if not isinstance(file, str):
                raise TypeError(f"signal group entries must be strings; got {type(file).__name__!r}")
        files.extend(group)
        sizes.append(len(group))
    return files, sizes


def cut(items: Iterable[str], sizes: Iterable[int]) -> list[list[str]]:
    """Cuts a list into groups of these sizes."""
    items = iter(items)
    return [[next(items) for _ in range(size)] for size in sizes]


def permutation(sizes: Iterable[int]) -> list[int]:
    """Returns the channel that each one is read from under reverse complement.

    Within each group the channels are reversed.
    """
    channels: list[int] = []
    first = 0
    for size in sizes:
        channels.extend(range(first + size - 1, first - 1, -1))
        first += size
    return channels
