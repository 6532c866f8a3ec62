"""A small simulated data set: a genome, three tracks, peaks with summits, negatives and an
exclusion list.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from bigwig_writer import write_bigwig

CONTIGS = {"chr1": 40_000, "chr10": 12_000, "chr2": 25_000}
LETTERS = np.frombuffer(b"ACGT", np.uint8)


@dataclass
class Simulated:
    """Files in `folder`, and the arrays that were written to them."""

    folder: Path
    onehot: dict[str, np.ndarray]
    tracks: dict[str, dict[str, np.ndarray]]

    def file(self, name: str) -> str:
        return str(self.folder / name)

    def arguments(self, **changes) -> dict:
        """Arguments of PeakGenerator that suit this data; `changes` override them."""
        arguments = dict(
            peaks=self.file("peaks.narrowPeak"), negatives=self.file("negatives.bed"),
            sequences=self.file("genome.fa"), signals=[[self.file("plus.bw"), self.file("minus.bw")]],
            controls=[self.file("control.bw")], in_window=200, out_window=100, max_jitter=16, negative_ratio=0.3,
            summits=True, exclusion_lists=[self.file("exclusion.bed")], random_state=3, num_workers=0,
            batch_size=16, pin_memory=False,
        )
        arguments.update(changes)
        return arguments


def _write_fasta(path: Path, sequences: dict[str, np.ndarray]) -> None:
    with open(path, "wb") as out:
        for name, letters in sequences.items():
            out.write(b">" + name.encode() + b" simulated\n")
            for at in range(0, len(letters), 60):
                out.write(letters[at:at + 60].tobytes() + b"\n")


def _track(rng: np.random.Generator, length: int, fractional: bool) -> np.ndarray:
    values = rng.poisson(0.3, length).astype(np.float32)
    return values * np.float32(0.37) if fractional else values


def simulate(folder: Path, seed: int = 0) -> Simulated:
    rng = np.random.default_rng(seed)
    letters, onehot = {}, {}
    for name, length in CONTIGS.items():
        letters[name] = LETTERS[rng.integers(0, 4, length)].copy()
        letters[name][length // 2:length // 2 + 150] = ord("N")
        onehot[name] = (letters[name] == LETTERS[:, None]).astype(np.int8)
        letters[name][1000:2000] += 32  # lower case
    _write_fasta(folder / "genome.fa", letters)

    tracks = {}
    for name in ("plus", "minus", "control"):
        tracks[name] = {c: _track(rng, length, name == "control") for c, length in CONTIGS.items()}
        write_bigwig(folder / f"{name}.bw", tracks[name])

    with open(folder / "peaks.narrowPeak", "w") as out:
        for number in range(150):
            contig = list(CONTIGS)[number % 3]
            width = int(rng.integers(80, 300))
            start = int(rng.integers(0, CONTIGS[contig] - width))
            summit = int(rng.integers(0, width))
            out.write(f"{contig}\t{start}\t{start + width}\tpeak{number}\t0\t.\t1.5\t2\t3\t{summit}\n")
    with open(folder / "negatives.bed", "w") as out:
        for number in range(200):
            contig = list(CONTIGS)[number % 3]
            start = int(rng.integers(200, CONTIGS[contig] - 400))
            out.write(f"{contig}\t{start}\t{start + 201}\n")
    (folder / "exclusion.bed").write_text("chr1\t5000\t6030\nchr2\t0\t900\nchrUn\t0\t100\n")
    return Simulated(folder, onehot, tracks)
