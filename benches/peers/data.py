"""Simulates the data set of the comparison: a genome, clustered 5'-end counts in bigWigs, peaks and
negatives."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

CONTIGS = {"chr1": 9_000_000, "chr2": 7_000_000, "chr3": 5_000_000, "chr4": 3_000_000}
TRACKS = 48
PEAKS = 30_000
NEGATIVES = 60_000
SEED = 20_240_607

# Of the 3% of the bases that have a count, one percent is background, and the rest lies around the
# peaks' summits.
BACKGROUND = 0.0095
NEAR_PEAKS = 0.0225
SPREAD = 70.0

VERSION = 1


class Data:
    """Where the simulated files lie."""

    def __init__(self, folder: Path):
        self.folder = Path(folder)
        self.fasta = self.folder / "genome.fa"
        self.peaks = self.folder / "peaks.bed"
        self.negatives = self.folder / "negatives.bed"
        self.marker = self.folder / "complete.json"

    def bigwig(self, track: int) -> Path:
        return self.folder / "bigwig" / f"t{track:02d}.bw"

    def counts(self, track: int) -> Path:
        """The track's simulated positions and counts, from which the truth is made."""
        return self.folder / "truth" / f"t{track:02d}.npz"

    def bigwigs(self, tracks: int) -> list[str]:
        return [str(self.bigwig(track)) for track in range(tracks)]

    def first_loci(self, kind: str, number: int) -> Path:
        """A BED file of the first loci of `peaks` or `negatives`; the loci are in random order."""
        path = self.folder / f"{kind}.{number}.bed"
        if not path.exists():
            lines = (self.folder / f"{kind}.bed").read_text().splitlines(keepends=True)[:number]
            path.write_text("".join(lines))
        return path


def ensure(folder: Path, say=print) -> Data:
    """Makes the data set, unless the folder has it."""
    data = Data(folder)
    if data.marker.exists() and json.loads(data.marker.read_text()) == recipe():
        return data
    say(f"simulating {sum(CONTIGS.values()) / 1e6:.0f} Mb and {TRACKS} bigWigs in {data.folder} ...")
    for path in (data.folder / "bigwig", data.folder / "truth"):
        path.mkdir(parents=True, exist_ok=True)
    data.marker.unlink(missing_ok=True)
    rng = np.random.default_rng(SEED)
    write_fasta(data.fasta, rng)
    summits = {c: np.sort(rng.integers(3_000, n - 3_000, size=share(n, PEAKS))) for c, n in CONTIGS.items()}
    others = {c: rng.integers(3_000, n - 3_000, size=share(n, NEGATIVES)) for c, n in CONTIGS.items()}
    write_bed(data.peaks, summits, rng)
    write_bed(data.negatives, others, rng)
    strength = {c: rng.lognormal(0.0, 0.8, size=len(s)) for c, s in summits.items()}
    for track in range(TRACKS):
        write_track(data, track, summits, strength)
    data.marker.write_text(json.dumps(recipe()))
    return data


def recipe() -> dict:
    """What the files depend on."""
    return {"version": VERSION, "seed": SEED, "contigs": CONTIGS, "tracks": TRACKS, "peaks": PEAKS,
            "negatives": NEGATIVES, "rates": [BACKGROUND, NEAR_PEAKS, SPREAD]}


def share(length: int, total: int) -> int:
    """As many of `total` loci as a contig of this length gets."""
    return round(total * length / sum(CONTIGS.values()))


def write_fasta(path: Path, rng: np.random.Generator) -> None:
    """Random bases with a stretch of N near the beginning of each contig, 60 to a line."""
    with open(path, "wb") as file:
        for contig, length in CONTIGS.items():
            bases = np.frombuffer(b"ACGT", dtype=np.uint8)[rng.integers(0, 4, size=length)]
            bases[1_000:1_500] = ord("N")
            file.write(f">{contig}\n".encode())
            whole = length // 60 * 60
            lines = np.full((whole // 60, 61), ord("\n"), dtype=np.uint8)
            lines[:, :60] = bases[:whole].reshape(-1, 60)
            file.write(lines.tobytes())
            if whole < length:
                file.write(bases[whole:].tobytes() + b"\n")


def write_bed(path: Path, centres: dict[str, np.ndarray], rng: np.random.Generator) -> None:
    """Loci of 200 bases around the centres, in random order."""
    rows = [(contig, int(c) - 100, int(c) + 100) for contig, places in centres.items() for c in places]
    path.write_text("".join("{}\t{}\t{}\n".format(*rows[i]) for i in rng.permutation(len(rows))))


def write_track(data: Data, track: int, summits: dict, strength: dict) -> None:
    """One track as a bigWig (with zoom levels, as tools write them), and its counts for the
    truth."""
    import pyBigWig

    rng = np.random.default_rng([SEED, track])
    arrays = {}
    bigwig = pyBigWig.open(str(data.bigwig(track)), "w")
    bigwig.addHeader(list(CONTIGS.items()))
    for contig, length in CONTIGS.items():
        own = strength[contig] * rng.lognormal(0.0, 0.5, size=len(strength[contig]))
        places = rng.choice(summits[contig], size=int(NEAR_PEAKS * length), p=own / own.sum())
        places = np.rint(places + rng.normal(0.0, SPREAD, size=len(places))).astype(np.int64)
        background = rng.integers(0, length, size=int(BACKGROUND * length))
        positions, counts = np.unique(np.concatenate([places, background]), return_counts=True)
        bigwig.addEntries(contig, positions, values=counts.astype(np.float64), span=1)
        arrays[f"{contig}.positions"] = positions.astype(np.int32)
        arrays[f"{contig}.counts"] = counts.astype(np.uint16)
    bigwig.close()
    np.savez(data.counts(track), **arrays)
