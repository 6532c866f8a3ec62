"""The yardstick: copies as many bytes as the output has, one copy a window, from random places of
256 MiB."""

from __future__ import annotations

import numpy as np

from contestants.reader import WindowReader

SOURCE = 256 << 20


class Memcpy(WindowReader):
    """What a reader could do at best that holds every window ready in memory."""

    def row(self) -> int:
        return 4 * self.tracks * self.width

    def open(self) -> None:
        rng = np.random.default_rng(3)
        self.source = rng.integers(0, 256, size=(SOURCE // self.row(), self.row()), dtype=np.uint8)
        self.rows = rng.integers(0, len(self.source), size=self.windows)
        self.read(slice(0, self.batch), self.output(self.batch))

    def output(self, n: int):
        return np.zeros((n, self.row()), dtype=np.uint8) + np.uint8(0)

    def read(self, part: slice, out):
        # With mode="clip" numpy copies each row straight into `out`.
        return np.take(self.source, self.rows[part], axis=0, out=out, mode="clip")

    def check(self) -> str:
        out = self.read(slice(0, self.batch), self.output(self.batch))
        return "" if np.array_equal(out, self.source[self.rows[: self.batch]]) else "copies differ"

    def size(self) -> int:
        return 0


class MemcpyWithSequence(Memcpy):
    """The same with one-hot sequence of one byte a letter and base."""

    sequence = True

    def row(self) -> int:
        return 4 * self.tracks * self.width + 4 * self.width
