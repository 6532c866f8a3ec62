"""The training script in examples/python runs, learns, and leaves a state."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "examples" / "python" / "train.py"


@pytest.mark.parametrize("controls", [True, False])
def test_train(atemoya, simulated, tmp_path, run_environment, controls):
    command = [
        sys.executable, str(SCRIPT), "--sequences", simulated.file("genome.fa"),
        "--peaks", simulated.file("peaks.narrowPeak"), "--negatives", simulated.file("negatives.bed"),
        "--exclusion-lists", simulated.file("exclusion.bed"),
        "--signals", f"{simulated.file('plus.bw')},{simulated.file('minus.bw')}", simulated.file("control.bw"),
        "--in-window", "300", "--out-window", "100", "--steps", "10", "--checkpoint", "state.json",
        *(["--controls", simulated.file("control.bw")] if controls else []),
    ]
    done = subprocess.run(command, cwd=tmp_path, env=run_environment, timeout=120, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout
    losses = [float(loss) for loss in re.findall(r"loss ([\d.]+)", done.stdout)]
    assert len(losses) == 4
    assert losses[-1] < losses[0]
    assert json.loads((tmp_path / "state.json").read_text())
