"""Measures atemoya beside cherimoya, figwig and GenVarLoader in one run, and prints the tables.

    python benches/peers/run.py [--quick] [--out table.md] [--data FOLDER]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

import data
import report
import training
import windows


def main() -> None:
    arguments = parse()
    start = time.perf_counter()

    def say(message: str) -> None:
        print(f"[{time.perf_counter() - start:6.1f} s] {message}", file=sys.stderr, flush=True)

    made = data.ensure(arguments.data, say)
    (made.folder / "workers.log").unlink(missing_ok=True)
    read = loaded = None
    if "windows" in arguments.only:
        read = windows.measure(
            made, arguments.tracks, arguments.windows, arguments.rounds, arguments.seconds, arguments.again, say
        )
    if "training" in arguments.only:
        loaded = training.measure(
            made, arguments.peaks, arguments.negatives, arguments.training_rounds, arguments.training_seconds, say
        )
    text = report.text(read, loaded, arguments)
    print(text)
    if arguments.out:
        arguments.out.write_text(text)
    say("done")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer windows, loci and rounds: to see that all works")
    parser.add_argument("--out", type=Path, help="also write the tables into this file")
    parser.add_argument("--data", type=Path, default=Path(tempfile.gettempdir()) / "atemoya-peers",
                        help="where the simulated data and all files made of it go, and are kept (%(default)s)")
    parser.add_argument("--again", action="store_true", help="make everybody's files again, as after a new version")
    parser.add_argument("--only", nargs="+", default=["windows", "training"], choices=["windows", "training"])
    parser.add_argument("--tracks", type=int, nargs="+", default=[1, 6, 48])
    arguments = parser.parse_args()
    arguments.data = arguments.data.resolve()
    quick = arguments.quick
    arguments.windows = 1_024 if quick else 8_192
    arguments.rounds, arguments.seconds = (3, 0.1) if quick else (9, 0.4)
    arguments.peaks, arguments.negatives = (3_000, 6_000) if quick else (data.PEAKS, data.NEGATIVES)
    arguments.training_rounds, arguments.training_seconds = (2, 0.5) if quick else (5, 3.0)
    return arguments


if __name__ == "__main__":
    main()
