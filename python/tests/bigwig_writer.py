"""Writes small bigWig files: one compressed bedGraph section per 512 intervals, no zoom levels."""

import struct
import zlib
from pathlib import Path

import numpy as np

ITEMS_PER_SECTION = 512


def _intervals(values: np.ndarray) -> list[tuple[int, int, float]]:
    """Runs of equal values; zero is left uncovered."""
    edges = np.flatnonzero(np.diff(values)) + 1
    starts = np.concatenate([[0], edges]).tolist()
    ends = np.concatenate([edges, [len(values)]]).tolist()
    return [(s, e, float(values[s])) for s, e in zip(starts, ends) if e > s and values[s] != 0]


def write_bigwig(path: Path, tracks: dict[str, np.ndarray]) -> Path:
    """Writes a dense array per chromosome; a chromosome without data is in the header only."""
    names = sorted(tracks, key=str.encode)
    sections: list[tuple[tuple[int, int, int], bytes]] = []
    largest = 0
    values = np.concatenate([np.asarray(tracks[name], np.float64) for name in names])
    for number, name in enumerate(names):
        intervals = _intervals(np.asarray(tracks[name], np.float32))
        for at in range(0, len(intervals), ITEMS_PER_SECTION):
            items = intervals[at:at + ITEMS_PER_SECTION]
            first, last = items[0][0], items[-1][1]
            raw = struct.pack("<IIIIIBBH", number, first, last, 0, 0, 1, 0, len(items))
            raw += b"".join(struct.pack("<IIf", *item) for item in items)
            largest = max(largest, len(raw))
            sections.append(((number, first, last), zlib.compress(raw)))

    key = max(len(name.encode()) for name in names)
    tree = struct.pack("<IIIIQQ", 0x78CA8C91, len(names), key, 8, len(names), 0)
    tree += struct.pack("<BBH", 1, 0, len(names))
    for number, name in enumerate(names):
        tree += name.encode().ljust(key, b"\0") + struct.pack("<II", number, len(tracks[name]))

    covered = values[values != 0]
    summary = struct.pack("<Qdddd", len(covered), values.min(), values.max(), covered.sum(), (covered**2).sum())
    data_at = 64 + len(summary) + len(tree)
    at, data, leaves = data_at + 8, b"", b""
    for (number, first, last), packed in sections:
        leaves += struct.pack("<IIIIQQ", number, first, number, last, at, len(packed))
        data, at = data + packed, at + len(packed)
    bounds = (sections[0][0][0], sections[0][0][1], sections[-1][0][0], sections[-1][0][2]) if sections else (0,) * 4
    index = struct.pack("<IIQIIIIQII", 0x2468ACE0, max(2, len(sections)), len(sections), *bounds, at, 1, 0)
    index += struct.pack("<BBH", 1, 0, len(sections)) + leaves

    header = struct.pack("<IHHQQQHHQQIQ", 0x888FFC26, 4, 0, 64 + len(summary), data_at, at, 0, 0, 0, 64, largest, 0)
    path.write_bytes(header + summary + tree + struct.pack("<Q", len(sections)) + data + index + header[:4])
    return path
