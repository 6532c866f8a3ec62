"""Contestants in processes of their own, which take turns in random order."""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


class Missing(Exception):
    """A package that a contestant needs is not installed."""


class Worker:
    """The process of one contestant; a context that ends it."""

    def __init__(self, name: str, job: dict, numba: Path, log: Path):
        self.name = name
        environment = dict(os.environ, NUMBA_CACHE_DIR=str(numba), PYTHONDONTWRITEBYTECODE="1")
        if job["core"] is not None:
            for variable in ("GVL_NUM_THREADS", "RAYON_NUM_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS"):
                environment[variable] = "1"
        with open(log, "a") as errors:
            self.process = subprocess.Popen(
                [sys.executable, str(HERE / "worker.py"), name, json.dumps(job)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                env=environment,
            )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()

    def ask(self, do: str, **arguments) -> dict:
        """Sends a command and waits for its answer."""
        self.process.stdin.write(json.dumps({"do": do, **arguments}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name}: the process ended while it was to {do}")
        answer = json.loads(line)
        if "missing" in answer:
            raise Missing(answer["missing"])
        if "error" in answer:
            raise RuntimeError(f"{self.name}, {do}:\n{answer['error']}")
        return answer


def take_turns(workers: list[Worker], rounds: int, seconds: float, rng: random.Random) -> dict[str, list[float]]:
    """Items a second of every contestant in every round, after one round that does not count."""
    rates: dict[str, list[float]] = {worker.name: [] for worker in workers}
    for number in range(rounds + 1):
        for worker in rng.sample(workers, len(workers)):
            answer = worker.ask("turn", seconds=seconds if number else seconds / 4)
            if number:
                rates[worker.name].append(answer["items"] / answer["seconds"])
    return rates


def ratio(ours: list[float] | None, theirs: list[float]) -> float | None:
    """How many times as fast we are: the median over the rounds."""
    return statistics.median(a / b for a, b in zip(ours, theirs)) if ours else None


def one_core() -> int:
    """The core that all share who run on one."""
    return max(os.sched_getaffinity(0))
