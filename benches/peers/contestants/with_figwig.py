"""figwig 0.2.0, on one thread: its own format, and bigWigs that are opened once."""

from __future__ import annotations

import os

from contestants.reader import WindowReader


class FigWig(WindowReader):
    """One .fw file, as `figwig bw2fw` makes it by default, of the tracks that are read."""

    def load(self) -> None:
        import figwig.bw2fw

        self.figwig = figwig

    def path(self) -> str:
        return str(self.place / "tracks.fw")

    def prepare(self) -> None:
        threads = str(len(os.sched_getaffinity(0)))
        self.figwig.bw2fw.main(["-f", "-p", threads, "-o", self.path(), *self.data.bigwigs(self.tracks)])

    def open(self) -> None:
        self.reader = self.figwig.FigWigReader(self.path())
        self.order = list(range(self.tracks))
        self.read(slice(0, self.batch), self.output(self.batch))

    def read(self, part: slice, out):
        return self.reader.read(
            self.names[part], self.starts[part], self.width, tracks=self.order, out=out, dtype="float32", n_jobs=1
        )


class BigWig(WindowReader):
    """The bigWigs themselves: nothing is prepared."""

    def load(self) -> None:
        import figwig

        self.figwig = figwig

    def open(self) -> None:
        self.readers = [self.figwig.BigWigReader(path) for path in self.data.bigwigs(self.tracks)]
        self.read(slice(0, self.batch), self.output(self.batch))

    def read(self, part: slice, out):
        return self.figwig.read_bigwig(self.readers, self.names[part], self.starts[part], self.width, out=out, n_jobs=1)

    def size(self) -> int:
        return sum(self.data.bigwig(track).stat().st_size for track in range(self.tracks))
