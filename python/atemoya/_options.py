"""The options of data sets as the extension module takes them: every key, checked."""

from __future__ import annotations

import os


def whole(name: str, value, least: int = 0) -> int:
    """A whole number of at least ``least``."""
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(f"{name} must be an integer, not {type(value).__name__}")
    value = value.__index__()
    if value < least:
        what = "non-negative" if least == 0 else f"at least {least}"
        raise ValueError(f"{name} must be {what}, got {value}")
    if value >= 2**63:
        raise ValueError(f"{name} is too large: {value}")
    return value


def number(name: str, value) -> float | None:
    """A number, or None."""
    if value is not None and (isinstance(value, (bool, str)) or not hasattr(value, "__float__")):
        raise TypeError(f"{name} must be a number, not {type(value).__name__}")
    return None if value is None else float(value)


def names(name: str, value) -> list[str] | None:
    """A list of names, or None."""
    if value is None:
        return None
    if not isinstance(value, (list, tuple)):
        raise ValueError(f"Provided {name} must be a list.")
    return [str(entry) for entry in value]


def group_names(label: str, wanted, known) -> list[str]:
    """The groups of a store that are wanted, all for None."""
    chosen = list(known) if wanted is None else names(f"{label}s", wanted)
    for name in chosen:
        if name not in known:
            raise KeyError(f"the store has no {label} group {name!r}, but {', '.join(known) or 'none'}")
    return chosen


def counted(counts_tracks, signals: list[str], sizes: list[int]) -> list[str] | None:
    """The tracks that counts are taken of, or None for what the order does; of signal groups of these names and sizes."""
    if counts_tracks is None:
        return None
    if counts_tracks == "all":
        return list(signals)
    if counts_tracks == "first":
        if not signals:
            raise ValueError("counts_tracks: there is no first track without signals")
        return [signals[0] if sizes[0] == 1 else f"{signals[0]}.0"]
    return [counts_tracks] if isinstance(counts_tracks, str) else list(counts_tracks)


def examples(
    *,
    in_window=2114,
    out_window=1000,
    max_jitter=50,
    min_counts=None,
    max_counts=None,
    counts_tracks=None,
    outlier_filter=None,
    summits=None,
    chroms=None,
    exclusion_lists=(),
    signals=None,
    controls=None,
    sequence_type="int8",
    controls_type="float32",
    signal_type="float32",
) -> dict:
    """What decides which loci are used, and what is read around them."""
    lists = [exclusion_lists] if isinstance(exclusion_lists, (str, os.PathLike)) else exclusion_lists or ()
    return {
        "in_window": whole("in_window", in_window, 1),
        "out_window": whole("out_window", out_window, 1),
        "max_jitter": whole("max_jitter", max_jitter),
        "min_counts": number("min_counts", min_counts),
        "max_counts": number("max_counts", max_counts),
        "counts_tracks": counts_tracks,
        "outlier_filter": outlier_filter,
        "summits": summits,
        "chroms": names("chroms", chroms),
        "exclusion_lists": [os.fspath(path) for path in lists],
        "signals": names("signals", signals),
        "controls": names("controls", controls),
        "sequence_type": sequence_type,
        "controls_type": controls_type,
        "signal_type": signal_type,
    }


def sampling(*, order, random_state, negative_ratio, reverse_complement, shuffle) -> dict:
    """What decides which example stands where."""
    if negative_ratio is None or number("negative_ratio", negative_ratio) < 0:
        raise ValueError(f"negative_ratio must be non-negative, got {negative_ratio}")
    return {
        "order": order,
        "seed": base_seed(order, random_state),
        "negative_ratio": float(negative_ratio),
        "reverse_complement": bool(reverse_complement),
        "shuffle": bool(shuffle),
    }


def base_seed(order: str, random_state: int) -> int:
    """The seed of an order for any integer: cherimoya's are modulo 2^31 - 1."""
    return int(random_state) % (2**31 - 1 if order == "cherimoya" else 2**64)


def streaming(*, num_workers, batch_size, rank=0, world_size=1, drop_last=False, slots=None) -> dict:
    """How a data set is streamed. What a consumer holds at once, the batch before the next one included, has slots of its own."""
    workers, batch_size = whole("num_workers", num_workers), whole("batch_size", batch_size, 1)
    rank, world_size = whole("rank", rank), whole("world_size", world_size, 1)
    if rank >= world_size:
        raise ValueError(f"rank {rank} is not below the world size, {world_size}")
    if batch_size % world_size != 0:
        raise ValueError(f"batch_size ({batch_size}) must be divisible by the number of ranks ({world_size})")
    return {
        "num_workers": workers,
        "batch_size": batch_size,
        "rank": rank,
        "world_size": world_size,
        "drop_last": bool(drop_last),
        "slots": workers + 3 if slots is None else whole("slots", slots, 1),
    }
