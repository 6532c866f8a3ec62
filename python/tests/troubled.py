"""The files that the messages of `docs/troubleshooting.md` are about, under the names that it uses.

Good files have the names of those of `atemoya demo`; the others each have one thing wrong.
"""

from pathlib import Path

import numpy as np
from bigwig_writer import write_bigwig

CONTIGS = {"chr1": 40_000, "chr2": 25_000}


def _lines(path: Path, rows) -> None:
    path.write_text("".join("\t".join(map(str, row)) + "\n" for row in rows))


def _fasta(path: Path, contigs: dict[str, int]) -> None:
    path.write_text("".join(f">{name}\n{'ACGT' * (length // 4)}\n" for name, length in contigs.items()))


def _bigwig(path: Path, contigs: dict[str, int], count: float = 1) -> None:
    """Writes counts everywhere but on the last 5,000 bases of each contig."""
    tracks = {name: np.resize(np.float32([0, count, 0]), length) for name, length in contigs.items()}
    for values in tracks.values():
        values[-5_000:] = 0
    write_bigwig(path, tracks)


def _peaks(contigs, summit: int = 30) -> list[tuple]:
    """Peaks of 200 bases with summits, every 1,000 bases."""
    return [(name, start, start + 200, "peak", 0, ".", 1, 1, 1, summit)
            for name in contigs for start in range(2_000, CONTIGS.get(name, 8_000) - 2_000, 1_000)]


def make(folder: Path) -> None:
    """Writes all files into a folder."""
    _fasta(folder / "genome.fa", CONTIGS)
    peaks = _peaks(CONTIGS)
    negatives = [(name, start + 500, end + 500) for name, start, end, *_ in peaks]
    _lines(folder / "peaks.narrowPeak", peaks)
    _lines(folder / "negatives.bed", negatives)
    _lines(folder / "quiet.bed", [(name, length - 3_000, length - 2_800) for name, length in CONTIGS.items()])
    _lines(folder / "exclusion.bed", [("chr1", 0, 1_000)])
    _bigwig(folder / "signal.plus.bw", CONTIGS)
    _bigwig(folder / "signal.minus.bw", CONTIGS)
    _bigwig(folder / "control.bw", CONTIGS)

    without_chr = {"1": 40_000, "2": 25_000}
    _bigwig(folder / "ensembl.bw", without_chr)
    _bigwig(folder / "hg19.bw", {"chr1": 41_000, "chr2": 26_000})
    _bigwig(folder / "one_other.bw", {"chr1": 40_000, "chr2": 26_000})
    _bigwig(folder / "only_chr1.bw", {"chr1": 40_000})
    _bigwig(folder / "empty.bw", CONTIGS, 0)
    _lines(folder / "ensembl.narrowPeak", [(name[3:], *rest) for name, *rest in peaks])
    _lines(folder / "macs3.narrowPeak", [("chrM", 5, 205, "peak", 0, ".", 1, 1, 1, 30), *peaks])
    _lines(folder / "mixed.bed", [("1", 500, 700), *negatives])
    _lines(folder / "blacklist.bed", [("1", 0, 1_000)])
    _lines(folder / "mixed_blacklist.bed", [("1", 0, 1_000), ("chr2", 0, 1_000)])
    _lines(folder / "no_regions.bed", [])
    _lines(folder / "everything.bed", [(name, 0, length) for name, length in CONTIGS.items()])
    _lines(folder / "all_chr1.bed", [("chr1", 0, 40_000)])
    _lines(folder / "no_summit.narrowPeak", _peaks(CONTIGS, -1))
    _lines(folder / "past_end.narrowPeak", _peaks(CONTIGS, 300))
    _lines(folder / "three_columns.bed", [row[:3] for row in peaks])
    _lines(folder / "backwards.bed", [("chr1", 9_000, 8_000)])
    _lines(folder / "negative_start.bed", [("chr1", -10, 190)])
    (folder / "spaces.bed").write_text("chr1;500;700\n")
    (folder / "text.bw").write_text("chr1\t0\t100\t1.5\n")
    (folder / "letters.fa").write_text("ACGT\n")
