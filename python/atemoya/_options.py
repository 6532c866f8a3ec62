"""Options, checked, as dictionaries that the extension module takes."""

from __future__ import annotations

import numpy
from numpy.typing import NDArray

from ._paths import local_path, path_list

_FLAGS = "True or False (or 1 or 0)"


def flag(name: str, value) -> bool:
    """Returns a boolean that was given as such or as 0 or 1.

    Refuses all else, among it ``"False"``.
    """
    if isinstance(value, (bool, numpy.bool_)) or isinstance(value, (int, numpy.integer)) and value in (0, 1):
        return bool(value)
    kind = ValueError if isinstance(value, (int, numpy.integer)) else TypeError
    raise kind(f"{name} must be {_FLAGS}, not {value!r}")


def flags(name: str, values) -> NDArray[numpy.bool_]:
    """Returns booleans, or one, by the rule of :func:`flag`."""
    array = numpy.asarray(values)
    if array.dtype == bool or array.size == 0:
        return array.astype(bool)
    remedy = f"{name} must be booleans (or 0 and 1)"
    if array.dtype.kind not in "iu":
        shown = array.ravel()[:1].tolist()[0]
        raise TypeError(f"{remedy}, not {shown!r}: strands are given as strand=['+', '-']")
    wrong = array[(array != 0) & (array != 1)]
    if wrong.size:
        raise ValueError(f"{remedy}, not {wrong[0]}: strands are given as strand=['+', '-']")
    return array.astype(bool)


def whole(name: str, value, least: int = 0) -> int:
    """Returns an integer of at least ``least``."""
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        single = ": batch_size=1 gives batches of one example, loader.dataset[i] single ones"
        remedy = single if name == "batch_size" else ""
        given = "None" if value is None else type(value).__name__
        raise TypeError(f"{name} must be an integer, not {given}{remedy}")
    value = value.__index__()
    if value < least:
        what = "non-negative" if least == 0 else f"at least {least}"
        raise ValueError(f"{name} must be {what}, got {value}")
    if value >= 2**63:
        raise ValueError(f"{name} is too large: {value}")
    return value


def number(name: str, value) -> float | None:
    """Returns a number, or None."""
    if value is not None and (isinstance(value, (bool, str)) or not hasattr(value, "__float__")):
        raise TypeError(f"{name} must be a number, not {type(value).__name__}")
    return None if value is None else float(value)


def ratio(name: str, value):
    """Returns a number of at least 0."""
    if value is None or number(name, value) < 0:
        raise ValueError(f"{name} must be non-negative, got {value}")
    return value


def names(name: str, value) -> list[str] | None:
    """Returns a list of names, or None. Refuses a single string, which is a sequence of letters."""
    if value is None:
        return None
    if isinstance(value, numpy.ndarray):
        value = value.tolist()
    if not isinstance(value, (list, tuple)):
        remedy = f": {name}=[{value!r}]" if isinstance(value, str) else ""
        raise ValueError(f"{name} must be a list of names, not {value!r}{remedy}")
    for entry in value:
        if isinstance(entry, bool) or not isinstance(entry, (str, int, numpy.integer)):
            raise TypeError(f"{name} must be a list of names, and {entry!r} is not a name")
    return [str(entry) for entry in value]


def some(known) -> str:
    """Returns names in quotes for a message, at most ten of them."""
    known = list(known)
    more = f" and {len(known) - 10} more" if len(known) > 10 else ""
    return ", ".join(repr(str(name)) for name in known[:10]) + more if known else "none"


def known_name(what: str, name, known) -> None:
    """Raises KeyError unless there is something of this name."""
    if name not in known:
        raise KeyError(f"there is no {what} {name!r}; there is {some(known)}")


def known_names(what: str, name: str, wanted, known) -> list[str]:
    """Returns the known names that the parameter ``name`` asks for, all for None."""
    chosen = list(known) if wanted is None else names(name, wanted)
    for entry in chosen:
        known_name(what, entry, known)
    return chosen


def group_names(label: str, wanted, known) -> list[str]:
    """Returns the wanted groups of a store, all for None."""
    return known_names(f"{label} group", f"{label}s", wanted, known)


def check_loci(peaks, negatives, loci, store) -> None:
    """Raises unless loci come either from files or from an index of the store."""
    if peaks is not None and loci is not None:
        raise TypeError("give either peaks or loci (the name of an index), not both")
    if peaks is None and negatives is not None:
        raise TypeError("negatives are given without peaks: give peaks, too; an index has its own negatives")
    if loci is not None:
        known_name("locus index", loci, store.loci)
    elif peaks is None and not store.loci:
        raise ValueError(f"{store.path} has no locus index: atemoya.index(...) makes one, or give peaks")


def counted(counts_tracks, signals: list[str], sizes: list[int]) -> list[str] | None:
    """Returns the tracks whose counts are taken, of signal groups of these names and sizes.

    None leaves it to the order.
    """
    if counts_tracks is None:
        return None
    if counts_tracks == "all":
        return list(signals)
    if counts_tracks == "first":
        if not signals:
            raise ValueError("counts_tracks='first' needs signals, and there are none")
        return [signals[0] if sizes[0] == 1 else f"{signals[0]}.0"]
    return names("counts_tracks", [counts_tracks] if isinstance(counts_tracks, str) else counts_tracks)


def _optional(check):
    return lambda name, value: None if value is None else check(name, value)


def _unchecked(_name: str, value):
    return value


def _access(name: str, value) -> str:
    if value not in ("map", "read"):
        raise ValueError(f"{name} must be 'map' or 'read', not {value!r}")
    return value


# The options of examples, each with the check that gives its value.
_EXAMPLES = {
    "order": _unchecked,
    "in_window": lambda name, value: whole(name, value, 1),
    "out_window": lambda name, value: whole(name, value, 1),
    "max_jitter": whole,
    "min_counts": number,
    "max_counts": number,
    "counts_tracks": _unchecked,
    "outlier_filter": _optional(flag),
    "summits": _optional(flag),
    "chroms": names,
    "exclusion_lists": _optional(path_list),
    "alias": _optional(local_path),
    "allow_empty": flag,
    "signals": names,
    "controls": names,
    "sequence_type": _unchecked,
    "controls_type": _unchecked,
    "signal_type": _unchecked,
    "access": _access,
    "ask_ahead": flag,
}


def examples(**given) -> dict:
    """Returns the options of examples: which loci are used, and what is read around them.

    What is not given has the library's default.
    """
    for name in given:
        if name not in _EXAMPLES:
            raise TypeError(f"examples() got an unexpected keyword argument {name!r}")
    return {name: check(name, given[name]) for name, check in _EXAMPLES.items() if name in given}


def sampling(*, order, random_state, negative_ratio, reverse_complement, shuffle) -> dict:
    """Returns the options of sampling: which examples an epoch has, and in which order."""
    return {
        "order": order,
        "seed": base_seed(order, random_state),
        "negative_ratio": float(ratio("negative_ratio", negative_ratio)),
        "reverse_complement": flag("reverse_complement", reverse_complement),
        "shuffle": flag("shuffle", shuffle),
    }


def base_seed(order: str, random_state: int) -> int:
    """Returns the seed of an order: cherimoya's are modulo 2^31 - 1, the native order's 64 bits."""
    try:
        seed = int(random_state)
    except (TypeError, ValueError) as error:
        raise type(error)(f"random_state must be an integer, not {random_state!r}") from None
    if order == "cherimoya":
        return seed % (2**31 - 1)
    if not 0 <= seed < 2**64:
        raise ValueError(f"random_state must be from 0 to 2**64 - 1 in the native order, got {seed}")
    return seed


def streaming(*, num_workers, batch_size, rank=0, world_size=1, drop_last=False, slots=None) -> dict:
    """Returns the options of a loader.

    By default there is a slot for each worker, and three for batches that the consumer holds.
    """
    workers, batch_size = whole("num_workers", num_workers), whole("batch_size", batch_size, 1)
    rank, world_size = whole("rank", rank), whole("world_size", world_size, 1)
    if rank >= world_size:
        raise ValueError(f"rank must be less than world_size, got rank {rank} of {world_size}")
    if batch_size % world_size != 0:
        raise ValueError(f"batch_size ({batch_size}) must be divisible by the number of ranks ({world_size})")
    return {
        "num_workers": workers,
        "batch_size": batch_size,
        "rank": rank,
        "world_size": world_size,
        "drop_last": flag("drop_last", drop_last),
        "slots": workers + 3 if slots is None else whole("slots", slots, 1),
    }


def cannot_change(name: str, owner: str, remedy: str | None = None) -> AttributeError:
    """Returns the error of assigning a parameter that a data set or a loader keeps."""
    return AttributeError(
        f"{name} cannot be changed once the {owner} is made: {remedy or f'make another with {name}='}"
    )


def batches_per_epoch(examples: int, batch_size: int, drop_last: bool) -> int:
    """Returns how many batches the examples of an epoch make."""
    full, rest = divmod(examples, batch_size)
    return full + (rest > 0 and not drop_last)
