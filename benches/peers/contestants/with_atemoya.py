"""atemoya: windows of a store, and its PeakGenerator in place of cherimoya's."""

from __future__ import annotations

import numpy as np

from contestants.loader import BatchLoader
from contestants.reader import WindowReader


class Windows(WindowReader):
    """A store of the tracks that are read, opened once; one thread gathers."""

    def load(self) -> None:
        import atemoya

        self.atemoya = atemoya

    def path(self) -> str:
        return str(self.place / "tracks.atemoya")

    def prepare(self) -> None:
        signals = {f"t{track:02d}": str(self.data.bigwig(track)) for track in range(self.tracks)}
        fasta = str(self.data.fasta) if self.sequence else None
        self.atemoya.pack(self.path(), fasta=fasta, signals=signals, replace=True)

    def open(self) -> None:
        self.store = self.atemoya.Store(self.path())
        # Contigs by their number in the store.
        number = {name: i for i, name in enumerate(self.store.contigs)}
        names, which = np.unique(self.names, return_inverse=True)
        self.ids = np.array([number[str(name)] for name in names], dtype=np.int64)[which]
        self.read(slice(0, self.batch), self.output(self.batch))

    def read(self, part: slice, out):
        return self.store.signal(self.ids[part], self.starts[part], self.width, out=out)


class WindowsWithSequence(Windows):
    """The same with one-hot sequence, int8 (n, 4, width)."""

    sequence = True

    def output(self, n: int):
        sequence = np.empty((n, 4, self.width), dtype=np.int8)
        sequence.fill(0)
        return super().output(n), sequence

    def read(self, part: slice, out):
        ids, starts = self.ids[part], self.starts[part]
        signal = self.store.signal(ids, starts, self.width, out=out[0])
        return signal, self.store.sequence(ids, starts, self.width, out=out[1])


class Generator(BatchLoader):
    """The loader that takes cherimoya's arguments; the first time it packs the files into a
    cache."""

    def load(self) -> None:
        import atemoya

        self.make = atemoya.PeakGenerator

    def open(self) -> None:
        self.loader = self.make(**self.options, order="cherimoya", cache_dir=str(self.place))

    def size(self) -> int:
        return sum(path.stat().st_size for path in self.place.rglob("*") if path.is_file())
