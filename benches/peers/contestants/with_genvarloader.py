"""GenVarLoader 0.43.1, on regions that it extracted beforehand: the very windows that are read."""

from __future__ import annotations

import shutil

from contestants.reader import WindowReader


class Samples(WindowReader):
    """Tracks as the samples of one track, which it reads about twice as fast as tracks of one
    sample."""

    writes_into_buffers = False

    def load(self) -> None:
        import genvarloader
        import polars
        from loguru import logger

        logger.disable("genvarloader")
        self.gvl, self.polars = genvarloader, polars

    def regions(self):
        return self.polars.DataFrame(
            {"chrom": self.names, "chromStart": self.starts, "chromEnd": self.starts + self.width}
        )

    def bigwigs(self):
        return self.gvl.BigWigs("t", {f"t{i:02d}": str(self.data.bigwig(i)) for i in range(self.tracks)})

    def prepare(self) -> None:
        self.gvl.write(self.place / "windows.gvl", self.regions(), tracks=self.bigwigs())

    def open(self) -> None:
        self.dataset = self.gvl.Dataset.open(self.place / "windows.gvl").with_len(self.width)
        self.read(slice(0, self.batch), None)

    def read(self, part: slice, out):
        # (n, samples, tracks, width)
        return self.dataset[part, :].reshape(-1, self.tracks, self.width)


class TracksWithSequence(Samples):
    """Tracks of one sample, which share its sequence; letters come as one byte each, not
    one-hot."""

    sequence = True

    def bigwigs(self):
        return [self.gvl.BigWigs(f"t{i:02d}", {"s": str(self.data.bigwig(i))}) for i in range(self.tracks)]

    def prepare(self) -> None:
        super().prepare()
        # It keeps the genome in a cache beside the FASTA file.
        (self.place / "genome").mkdir()
        shutil.copy(self.data.fasta, self.place / "genome")
        self.gvl.Reference.from_path(self.place / "genome" / self.data.fasta.name)

    def open(self) -> None:
        reference = self.place / "genome" / self.data.fasta.name
        dataset = self.gvl.Dataset.open(self.place / "windows.gvl", reference=reference).with_len(self.width)
        self.dataset = dataset.with_seqs("reference").with_tracks([f"t{i:02d}" for i in range(self.tracks)])
        self.read(slice(0, self.batch), None)

    def read(self, part: slice, out):
        letters, signal = self.dataset[part, 0]
        # This version lays several tracks out as (tracks, n, width), whatever the array's shape
        # says.
        return signal.reshape(self.tracks, -1, self.width).transpose(1, 0, 2), letters

    def size(self) -> int:
        return super().size() - self.data.fasta.stat().st_size
