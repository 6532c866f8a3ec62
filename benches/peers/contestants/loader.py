"""What contestants that load training batches have in common: epochs in turns, and a digest of the
first batches."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

import numpy as np

from data import Data

COMPARED = 4


class BatchLoader:
    """Iterates over `self.loader`, which a subclass makes in `open`; its batches are tuples of
    tensors or arrays."""

    def __init__(self, job: dict):
        self.data = Data(Path(job["data"]))
        self.place = Path(job["place"])
        self.workers = job["workers"]
        self.options = {
            "peaks": str(self.data.first_loci("peaks", job["peaks"])),
            "negatives": str(self.data.first_loci("negatives", job["negatives"])),
            "sequences": str(self.data.fasta),
            "signals": [[str(self.data.bigwig(0)), str(self.data.bigwig(1))]],
            "controls": [[str(self.data.bigwig(2)), str(self.data.bigwig(3))]],
            "in_window": 2114,
            "out_window": 1000,
            "max_jitter": 50,
            "negative_ratio": 0.1,
            "reverse_complement": True,
            "shuffle": True,
            "random_state": 7,
            "pin_memory": False,
            "num_workers": self.workers,
            "batch_size": job["batch"],
        }
        self.loader = None

    def load(self) -> None:
        """Imports what it needs."""

    def open(self) -> None:
        """Makes the loader: what a user waits for before the first epoch."""
        raise NotImplementedError

    def size(self) -> int:
        """Bytes on disk of what it reads."""
        raise NotImplementedError

    def check(self) -> str:
        """A digest of the first batches and the last of two epochs, which warm up, too, and of how
        many there are."""
        # PyTorch gets one thread in this process, as it has in its workers: with more, its small
        # copies wait for each other, and batches come at a third of the rate. It is set late, as
        # numba sets it back when it starts its own.
        import torch

        torch.set_num_threads(1)
        digest = hashlib.sha256()
        for _ in range(2):
            batches, last = 0, None
            for batch in self.loader:
                if batches < COMPARED:
                    add(digest, batch)
                batches, last = batches + 1, batch
            add(digest, last)
            digest.update(f"{batches} batches".encode())
        return digest.hexdigest()

    def turn(self, seconds: float) -> dict:
        """Whole epochs, until so much time is over: how many examples, and how long it took."""
        examples = 0
        now = start = time.perf_counter()
        while now - start < seconds or not examples:
            for batch in self.loader:
                examples += len(batch[0])
            now = time.perf_counter()
        return {"items": examples, "seconds": now - start}


def add(digest, batch) -> None:
    """Adds types, shapes and bytes of a batch."""
    for column in batch:
        column = np.ascontiguousarray(column)
        digest.update(f"{column.dtype} {column.shape}".encode())
        digest.update(column.tobytes())
