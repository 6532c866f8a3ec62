"""Training batches of 64 as cherimoya makes them.

X int8 (4, 2114), two controls, two signals of 1,000 f32.
"""

from __future__ import annotations

import random
import shutil

from data import Data
from memory import Watch
from turns import Missing, Worker

BATCH = 64
WORKERS = [0, 1, 2]
THEIRS = "cherimoya's PeakGenerator"
OURS = "atemoya's PeakGenerator"


class Question:
    """The contest for one number of loci."""

    def __init__(self, data: Data, peaks: int, negatives: int):
        self.data, self.peaks, self.negatives = data, peaks, negatives
        self.place = data.folder / "prepared" / "generator"
        self.numba = data.folder / "numba" / "generators"

    def run(self, name: str, workers: int, seconds: float) -> dict:
        """One process: set-up, two epochs that are compared and warm up, and the epochs that
        count."""
        job = {
            "data": str(self.data.folder),
            "place": str(self.place),
            "peaks": self.peaks,
            "negatives": self.negatives,
            "workers": workers,
            "batch": BATCH,
            "core": None,
        }
        log = self.data.folder / "workers.log"
        with Worker(name, job, self.numba, log) as worker:
            with Watch(worker.process.pid) as watch:
                load, opened = worker.ask("load"), worker.ask("open")
                digest = worker.ask("check")["result"]
            answer = worker.ask("turn", seconds=seconds)
            size = worker.ask("size")
        return {
            "load": load["seconds"],
            "open": opened["seconds"],
            "digest": digest,
            "peak": max(watch.peak, size["peak"]),
            "private": watch.private,
            "rate": answer["items"] / answer["seconds"],
            "size": size["result"],
        }

    def first_use(self, name: str) -> dict:
        """The first time: ours packs the files, and theirs compiles."""
        for folder in (self.place, self.numba):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
        return self.run(name, 0, 0.0)


def measure(data: Data, peaks: int, negatives: int, rounds: int, seconds: float, say) -> dict:
    """All runs of every contestant, their first uses, and who is missing."""
    question = Question(data, peaks, negatives)
    results: dict = {"runs": {}, "first": {}, "missing": {}}
    for name in (OURS, THEIRS):
        say(f"training batches: {name} for the first time ...")
        try:
            results["first"][name] = question.first_use(name)
        except Missing as missing:
            results["missing"][name] = str(missing)
    contestants = [(name, workers) for name in results["first"] for workers in WORKERS]
    results["runs"] = {contestant: [] for contestant in contestants}
    rng = random.Random(13)
    for number in range(rounds):
        say(f"training batches: round {number + 1} of {rounds} ...")
        for name, workers in rng.sample(contestants, len(contestants)):
            results["runs"][name, workers].append(question.run(name, workers, seconds))
    every = [run for runs in results["runs"].values() for run in runs] + list(results["first"].values())
    if len({run["digest"] for run in every}) > 1:
        of_each = [(who, run["digest"]) for who, runs in results["runs"].items() for run in runs]
        lines = [f"{name}, {workers} workers: {digest}" for (name, workers), digest in of_each]
        raise SystemExit("batches differ:\n" + "\n".join(lines))
    return results
