"""Random windows of 2,048 bp into f32: in batches of 64 and in one call, of 1, 6 and 48 tracks, one
core each."""

from __future__ import annotations

import contextlib
import json
import random
import shutil
from pathlib import Path

from data import Data
from memory import Watch
from truth import random_windows, write_truth
from turns import Missing, Worker, one_core, take_turns

WIDTH = 2048
BATCH = 64
SIGNAL = ["memcpy", "atemoya", "figwig .fw", "figwig bigWig", "GenVarLoader"]
SEQUENCE = ["memcpy, with sequence", "atemoya, with sequence", "GenVarLoader, with sequence"]


class Question:
    """The contest for one number of tracks."""

    def __init__(self, data: Data, tracks: int, windows: int, again: bool, say):
        self.data, self.tracks, self.again, self.say = data, tracks, again, say
        self.log = data.folder / "workers.log"
        self.windows = data.folder / f"windows.{windows}.npz"
        self.truth = data.folder / f"truth.{tracks}.{windows}.npz"
        self.number = windows
        random_windows(self.windows, windows, WIDTH, seed=11)
        write_truth(self.truth, data, self.windows, WIDTH, tracks, BATCH)

    def job(self, name: str, bulk: bool, core: int | None) -> dict:
        return {
            "data": str(self.data.folder),
            "place": str(self.place(name)),
            "tracks": self.tracks,
            "width": WIDTH,
            "batch": BATCH,
            "bulk": bulk,
            "windows": str(self.windows),
            "truth": str(self.truth),
            "core": core,
        }

    def place(self, name: str) -> Path:
        return self.data.folder / "prepared" / f"{plain(name)}.{self.tracks}.{self.number}"

    def worker(self, name: str, bulk: bool = False, core: int | None = None, making: bool = False) -> Worker:
        numba = self.data.folder / "numba" / (plain(name) + (".making" if making else ""))
        return Worker(name, self.job(name, bulk, core), numba, self.log)

    def prepare(self, name: str) -> dict:
        """Makes a contestant's files on all cores, unless they are there: seconds and peak
        memory."""
        place = self.place(name)
        report = place / "prepared.json"
        if report.exists() and not self.again:
            return json.loads(report.read_text())
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        with self.worker(name, making=True) as worker:
            worker.ask("load")
            # The first time compiles, and does not count.
            if name == "figwig .fw":
                worker.ask("prepare")
            with Watch(worker.process.pid) as watch:
                answer = worker.ask("prepare")
        made = {"seconds": answer["seconds"], "peak": max(watch.peak, answer["peak"])}
        report.write_text(json.dumps(made))
        return made

    def warm_up(self, name: str, again: bool) -> float:
        """Has numba compile what is needed: seconds of import and first batch where nothing was
        compiled yet."""
        report = self.data.folder / "numba" / f"{plain(name)}.json"
        fresh = again or not report.exists()
        if fresh:
            shutil.rmtree(report.with_suffix(""), ignore_errors=True)
        with self.worker(name, core=one_core()) as worker:
            took = worker.ask("load")["seconds"] + worker.ask("open")["seconds"]
        if fresh:
            report.parent.mkdir(exist_ok=True)
            report.write_text(json.dumps(took))
        return json.loads(report.read_text())

    def contest(self, names: list[str], bulk: bool, rounds: int, seconds: float, seed: int) -> dict[str, dict]:
        """Opens all, compares what they read with the truth, and lets them take turns."""
        core = one_core()
        results: dict[str, dict] = {}
        with contextlib.ExitStack() as stack:
            workers = []
            for name in names:
                worker = stack.enter_context(self.worker(name, bulk, core))
                with Watch(worker.process.pid) as watch:
                    load, opened = worker.ask("load"), worker.ask("open")
                    difference = worker.ask("check")["result"]
                    if difference:
                        raise SystemExit(f"{name}, {self.tracks} tracks: {difference}")
                    answer = worker.ask("turn", seconds=0.5)
                    size = worker.ask("size")
                workers.append(worker)
                results[name] = {
                    "load": load["seconds"],
                    "open": opened["seconds"],
                    "size": size["result"],
                    "peak": max(watch.peak, size["peak"]),
                    "private": watch.private,
                    "warm": answer["items"] / answer["seconds"],
                }
            for name, rates in take_turns(workers, rounds, seconds, random.Random(seed)).items():
                results[name]["rates"] = rates
        return results


def plain(name: str) -> str:
    """The name for a file."""
    return "".join(c if c.isalnum() else "-" for c in name)


def measure(data: Data, tracks: list[int], windows: int, rounds: int, seconds: float, again: bool, say) -> dict:
    """All results, by number of tracks and kind of reading; and who is missing."""
    results: dict = {"contests": {}, "prepared": {}, "first": {}, "missing": {}}
    for number in tracks:
        question = Question(data, number, windows, again, say)
        for name in SIGNAL + SEQUENCE:
            say(f"{number} tracks: {name} makes its files ...")
            try:
                results["prepared"][number, name] = question.prepare(name)
            except Missing as missing:
                results["missing"][name] = str(missing)
        here = [name for name in SIGNAL + SEQUENCE if name not in results["missing"]]
        for name in here:
            first = question.warm_up(name, again and number == tracks[0])
            results["first"].setdefault(name, first)
        for kind, names, bulk in [("batches", SIGNAL, False), ("bulk", SIGNAL, True), ("sequence", SEQUENCE, False)]:
            say(f"{number} tracks: {kind} ...")
            names = [name for name in names if name in here]
            results["contests"][number, kind] = question.contest(names, bulk, rounds, seconds, seed=number)
    return results
