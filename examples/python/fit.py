"""Fits a tiny model by cherimoya's command, interrupts it, resumes it and shows its evaluation.

pip install cherimoya
atemoya demo --keep demo
python examples/python/fit.py demo --out fitted

In a shell: python -m atemoya.cherimoya fit -p fit.json, and the same with --resume.
"""

import argparse
import json
import os
import signal
import sys
import threading
import time
from pathlib import Path

from atemoya.cherimoya import main as cherimoya


def fit(*more: str) -> None:
    sys.argv = ["atemoya.cherimoya", "fit", "-p", "fit.json", *more]
    cherimoya()


def interrupt_after(log: Path) -> None:
    """Does what Ctrl-C does, when the log of the first epoch is there."""
    while not log.exists():
        time.sleep(0.01)
    os.kill(os.getpid(), signal.SIGINT)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder of the files")
    parser.add_argument("--out", type=Path, required=True, help="a new folder for what is written")
    args = parser.parse_args()
    data = args.data.resolve()
    parameters = dict(
        name="tiny", sequences=f"{data}/genome.fa", loci=[f"{data}/peaks.narrowPeak"], summits=True,
        signals=[[f"{data}/signal.plus.bw", f"{data}/signal.minus.bw"]], negatives=[f"{data}/negatives.bed"],
        training_chroms=["chr1"], validation_chroms=["chr2"], test_chroms=None, in_window=600, out_window=200,
        max_jitter=50, n_filters=8, n_layers=2, max_epochs=6, min_total_steps=None, batch_size=16, random_state=0,
        device="cpu", compile=False)
    args.out.mkdir()
    os.chdir(args.out)
    Path("fit.json").write_text(json.dumps(parameters, indent=4))
    threading.Thread(target=interrupt_after, args=[Path("tiny.log")], daemon=True).start()
    try:
        fit()
    except SystemExit:
        print("interrupted after", len(Path("tiny.log").read_text().splitlines()) - 1, "epochs")
    fit("--resume")
    print(Path("tiny.log").read_text(), Path("tiny.validation.performance.tsv").read_text(), sep="\n")


if __name__ == "__main__":
    main()
