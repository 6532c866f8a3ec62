"""What contestants that read windows have in common: batches, bulk, buffers, and the comparison
with the truth."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

from data import Data
from truth import differences

BUFFERS = 4


class WindowReader:
    """Reads the job's windows, a batch at a time or all in one call.

    A subclass defines `load`, `open` and `read`, and `prepare` if it needs files of its own in
    `self.place`. `read(part, out)` returns the windows of a slice as f32 (n, tracks, width), or
    these and their sequence; it may write them into `out`, a buffer from `output`, if
    `writes_into_buffers`.
    """

    sequence = False
    writes_into_buffers = True

    def __init__(self, job: dict):
        self.data = Data(Path(job["data"]))
        self.place = Path(job["place"])
        self.tracks = job["tracks"]
        self.width = job["width"]
        self.bulk = job["bulk"]
        with np.load(job["windows"]) as windows:
            self.contigs = windows["contigs"]
            self.names = windows["names"]
            self.starts = windows["starts"]
        self.truth = job["truth"]
        self.windows = len(self.starts)
        self.batch = self.windows if self.bulk else job["batch"]
        self.position = 0
        self.buffers = None

    def load(self) -> None:
        """Imports what it needs."""

    def prepare(self) -> None:
        """Makes files of its own."""

    def open(self) -> None:
        """Opens them, and reads the first batch."""
        raise NotImplementedError

    def read(self, part: slice, out):
        """The windows of this slice."""
        raise NotImplementedError

    def size(self) -> int:
        """Bytes on disk of what it reads."""
        files = (path for path in self.place.rglob("*") if path.is_file() and path.name != "prepared.json")
        return sum(path.stat().st_size for path in files)

    def output(self, n: int):
        """A buffer for n windows, whose pages are there."""
        out = np.empty((n, self.tracks, self.width), dtype=np.float32)
        out.fill(0.0)
        return out

    def output_for(self, n: int):
        return self.output(n) if self.writes_into_buffers else None

    def check(self) -> str:
        """What differs from the truth in the first batch, or in some windows of one call; nothing
        if it is empty."""
        result = self.read(slice(0, self.batch), self.output_for(self.batch))
        return differences(result, self.truth, self.batch, self.sequence)

    def turn(self, seconds: float) -> dict:
        """Reads windows for about so long: how many, and how long it took."""
        if self.bulk:
            buffers = [self.output_for(self.windows)]
        else:
            self.buffers = buffers = self.buffers or [self.output_for(self.batch) for _ in range(BUFFERS)]
        read, batch = self.read, self.batch
        last = self.windows - batch
        position, calls = self.position, 0
        now = start = time.perf_counter()
        while now - start < seconds or not calls:
            read(slice(position, position + batch), buffers[calls % len(buffers)])
            position = position + batch if position + batch <= last else 0
            calls += 1
            now = time.perf_counter()
        self.position = position
        return {"items": calls * batch, "seconds": now - start}
