"""A store of the simulated data, and what stands in its windows, by plain numpy."""

import numpy as np

TRACKS = {"atac.0": "plus", "atac.1": "minus", "one": "plus", "input": "control"}


def groups(simulated) -> dict:
    return dict(signals={"atac": [simulated.file("plus.bw"), simulated.file("minus.bw")],
                         "one": simulated.file("plus.bw")}, controls={"input": simulated.file("control.bw")})


def packed(atemoya, simulated, path):
    return atemoya.pack(path, fasta=simulated.file("genome.fa"), **groups(simulated))


def cut(array: np.ndarray, start: int, width: int) -> np.ndarray:
    """Positions of the last axis, zeros where there are none."""
    out = np.zeros((*array.shape[:-1], width), array.dtype)
    first, last = max(start, 0), min(start + width, array.shape[-1])
    if first < last:
        out[..., first - start:last - start] = array[..., first:last]
    return out


def sequences(simulated, windows, width) -> np.ndarray:
    return np.stack([cut(simulated.onehot[contig], start, width) for contig, start in windows])


def signals(simulated, tracks, windows, width) -> np.ndarray:
    return np.stack([[cut(simulated.tracks[TRACKS[track]][contig], start, width) for track in tracks]
                     for contig, start in windows])
