"""The dense truth: windows made from the simulated counts themselves, with no reader in between."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from data import CONTIGS, Data

CHECKED = 128


def random_windows(path: Path, number: int, width: int, seed: int) -> None:
    """Writes windows at random places of all contigs: their contigs, by number and by name, and
    starts."""
    rng = np.random.default_rng(seed)
    lengths = np.array(list(CONTIGS.values()))
    contigs = rng.choice(len(lengths), size=number, p=lengths / lengths.sum())
    starts = (rng.random(number) * (lengths[contigs] - width)).astype(np.int64)
    np.savez(path, contigs=contigs, names=np.array(list(CONTIGS))[contigs], starts=starts)


def write_truth(path: Path, data: Data, windows: Path, width: int, tracks: int, batch: int) -> None:
    """Writes signal and letters of the first batch, and of some more windows for the reads in one
    call."""
    with np.load(windows) as all_windows:
        contigs, starts = all_windows["contigs"], all_windows["starts"]
    others = np.random.default_rng(5).choice(np.arange(batch, len(starts)), size=CHECKED - batch, replace=False)
    chosen = np.concatenate([np.arange(batch), others])
    names = list(CONTIGS)
    signal = np.zeros((len(chosen), tracks, width), dtype=np.float32)
    for track in range(tracks):
        with np.load(data.counts(track)) as counts:
            arrays = {key: counts[key] for key in counts.files}
        for row, window in enumerate(chosen):
            name, start = names[contigs[window]], starts[window]
            positions = arrays[f"{name}.positions"]
            low, high = np.searchsorted(positions, [start, start + width])
            signal[row, track, positions[low:high] - start] = arrays[f"{name}.counts"][low:high]
    genome = letters_of(data.fasta)
    letters = np.stack([genome[names[contigs[w]]][starts[w] : starts[w] + width] for w in chosen])
    np.savez(path, chosen=chosen, signal=signal, letters=letters)


def letters_of(fasta: Path) -> dict[str, np.ndarray]:
    """The FASTA file's sequences, a byte a base."""
    sequences = {}
    for record in fasta.read_bytes().split(b">")[1:]:
        name, _, lines = record.partition(b"\n")
        sequences[name.decode()] = np.frombuffer(lines.replace(b"\n", b""), dtype=np.uint8)
    return sequences


def differences(result, truth: str, n: int, sequence: bool) -> str:
    """What differs between the first n windows as somebody read them and the truth; nothing if it
    is empty."""
    with np.load(truth) as arrays:
        chosen, signal, letters = arrays["chosen"], arrays["signal"], arrays["letters"]
    known = chosen < n
    chosen, signal, letters = chosen[known], signal[known], letters[known]
    read = np.asarray(result[0] if sequence else result)
    if read.dtype != np.float32 or read.shape != (n, *signal.shape[1:]):
        return f"signal is {read.dtype} {read.shape}"
    if not np.array_equal(read[chosen], signal):
        return f"{(read[chosen] != signal).any(axis=(1, 2)).sum()} of {len(chosen)} windows differ"
    if not sequence:
        return ""
    read = np.asarray(result[1])
    if read.dtype == np.dtype("S1"):
        read = np.ascontiguousarray(read).view(np.uint8)
        return "" if np.array_equal(read[chosen], letters) else "letters differ"
    one_hot = (letters[:, None, :] == np.frombuffer(b"ACGT", dtype=np.uint8)[None, :, None]).astype(np.int8)
    return "" if np.array_equal(read[chosen], one_hot) else "one-hot sequence differs"
