"""A store of the simulated data, and the values of its windows by plain numpy."""

import numpy as np

COLUMNS = ("sequence", "controls", "signal", "labels", "sources", "offsets", "reverse_complement")
IN, OUT, JITTER, BATCH = 200, 100, 16, 16
TRACKS = {"atac.0": "plus", "atac.1": "minus", "one": "plus", "input": "control"}


def groups(simulated) -> dict:
    return dict(signals={"atac": [simulated.file("plus.bw"), simulated.file("minus.bw")],
                         "one": simulated.file("plus.bw")}, controls={"input": simulated.file("control.bw")})


def packed(atemoya, simulated, path):
    return atemoya.pack(path, fasta=simulated.file("genome.fa"), **groups(simulated))


def arguments(simulated, **changes) -> dict:
    """Arguments of Loader that suit this data; `changes` override them."""
    return {**dict(peaks=simulated.file("peaks.narrowPeak"), negatives=simulated.file("negatives.bed"), summits=True,
                   in_window=IN, out_window=OUT, max_jitter=JITTER, negative_ratio=0.3, random_state=3, num_workers=0,
                   batch_size=BATCH), **changes}


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


def copies(batches) -> list[dict]:
    """The columns of each batch, in memory of their own."""
    return [{name: None if getattr(batch, name) is None else getattr(batch, name).copy() for name in COLUMNS}
            for batch in batches]


def assert_same(ours, theirs) -> None:
    """Compares what `copies` has made of batches, bit for bit."""
    assert len(ours) == len(theirs) > 0
    for number, (a, b) in enumerate(zip(ours, theirs)):
        for name in COLUMNS:
            assert np.array_equal(a[name], b[name]), f"{name} of batch {number}"
