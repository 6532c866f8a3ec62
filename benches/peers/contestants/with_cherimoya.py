"""cherimoya 0.3.1's PeakGenerator, which extracts all loci into memory and returns PyTorch's
DataLoader."""

from __future__ import annotations

from contestants.loader import BatchLoader


class Generator(BatchLoader):
    """The loader as cherimoya makes it, with the workers of the job."""

    def load(self) -> None:
        import cherimoya.io

        self.make = cherimoya.io.PeakGenerator

    def open(self) -> None:
        self.loader = self.make(**self.options)

    def size(self) -> int:
        files = [self.data.fasta, *(self.data.bigwig(track) for track in range(4))]
        return sum(path.stat().st_size for path in files)
