"""The training scripts of examples/python run, learn, leave no file unless they are told to, and go
on where they were stopped.
"""

import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import needed
from demo_files import demo_files

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "python"
MODULES = ("model", "loaders", "train")


class Stopped(Exception):
    """What stops a script before it saves an epoch's end."""


def arguments(simulated, *more, controls: bool = True) -> list[str]:
    return [
        "--sequences", simulated.file("genome.fa"), "--peaks", simulated.file("peaks.narrowPeak"),
        "--negatives", simulated.file("negatives.bed"), "--exclusion-lists", simulated.file("exclusion.bed"),
        "--signals", f"{simulated.file('plus.bw')},{simulated.file('minus.bw')}", simulated.file("control.bw"),
        *(["--controls", simulated.file("control.bw")] if controls else []),
        "--in-window", "300", "--out-window", "100", "--batch-size", "16", "--chroms", "chr1", "chr10",
        "--validation-chroms", "chr2", *more]


@pytest.fixture
def run(atemoya, simulated, tmp_path, monkeypatch, capfd):
    """Runs a script within this process, in an empty directory, and returns what it prints."""
    monkeypatch.syspath_prepend(str(FOLDER))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")

    def run(script: str, *more: str, **changes) -> str:
        monkeypatch.setattr(sys, "argv", [script, *arguments(simulated, *more, **changes)])
        runpy.run_path(str(FOLDER / script), run_name="__main__")
        return capfd.readouterr().out

    yield run
    for name in MODULES:
        sys.modules.pop(name, None)


def epochs(printed: str) -> list[str]:
    return re.findall(r"^epoch \d+: .*$", printed.replace("\r", "\n"), re.MULTILINE)


def losses(printed: str) -> list[float]:
    return [float(loss) for loss in re.findall(r"(?<!validation )\bloss(?:_epoch)? ([\d.]+)", printed)]


@pytest.mark.parametrize("controls", [True, False])
def test_train(run, tmp_path, controls):
    printed = run("train.py", "--epochs", "3", controls=controls)
    first, _, last = losses(printed)
    assert last < first
    assert all("validation loss" in line and "correlation" in line for line in epochs(printed))
    assert list(tmp_path.iterdir()) == []


def stop_before_the_epochs_end(monkeypatch):
    """The last checkpoint is one within the epoch."""
    import model

    def stop(*_):
        raise Stopped

    with monkeypatch.context() as patch:
        patch.setattr(model, "validate", stop)
        yield


def test_train_goes_on(run, monkeypatch, tmp_path):
    whole = epochs(run("train.py", "--epochs", "2"))
    assert epochs(run("train.py", "--epochs", "1", "--out", "kept")) == whole[:1]
    rest = run("train.py", "--epochs", "2", "--out", "kept", "--resume")
    assert epochs(rest) == whole[1:], rest
    for _ in stop_before_the_epochs_end(monkeypatch):
        with pytest.raises(Stopped):
            run("train.py", "--epochs", "2", "--out", "stopped", "--save-every", "4")
    rest = run("train.py", "--epochs", "2", "--out", "stopped", "--resume")
    assert "resumed at epoch 0, batch 4" in rest
    # Of the first epoch, the mean loss is that of the rest alone.
    assert epochs(rest)[0].partition("validation")[2] == whole[0].partition("validation")[2]
    assert epochs(rest)[1] == whole[1]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kept", "stopped"]


def test_train_lightning(run, tmp_path):
    needed("lightning")
    printed = run("train_lightning.py", "--epochs", "2")
    assert len(epochs(printed)) == 2 and "validation_loss" in printed
    assert list(tmp_path.iterdir()) == []
    whole = epochs(printed)
    assert epochs(run("train_lightning.py", "--epochs", "1", "--out", "kept")) == whole[:1]
    assert [path.name for path in (tmp_path / "kept").iterdir()] == ["lightning.ckpt"]
    assert epochs(run("train_lightning.py", "--epochs", "2", "--out", "kept", "--resume")) == whole[1:]


def test_fit(atemoya, simulated, tmp_path, monkeypatch):
    needed("cherimoya.training")
    data = tmp_path / "data"
    data.mkdir()
    demo_files(atemoya, simulated, data)
    monkeypatch.setattr(sys, "argv", ["fit.py", str(data), "--out", str(tmp_path / "fitted")])
    runpy.run_path(str(FOLDER / "fit.py"), run_name="__main__")
    log = (tmp_path / "fitted" / "tiny.log").read_text().splitlines()
    assert len(log) == 1 + 6 and {len(line.split("\t")) for line in log} == {15}
    written = {path.name for path in (tmp_path / "fitted").iterdir()}
    assert {"tiny.torch", "tiny.validation.performance.tsv"} <= written and "tiny.resume.ckpt" not in written


def torchrun(simulated, folder: Path, environment: dict, *more: str, processes: int = 2) -> str:
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(processes), "--",
               str(FOLDER / "train_ddp.py"), *arguments(simulated, *more)]
    done = subprocess.run(command, cwd=folder, env=environment, timeout=240, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_train_ddp(simulated, run_environment, tmp_path):
    environment = {**run_environment, "CUDA_VISIBLE_DEVICES": ""}
    printed = torchrun(simulated, tmp_path, environment, "--epochs", "2")
    assert "on 2 ranks" in printed and len(epochs(printed)) >= 2 and "validation loss" in printed
    assert list(tmp_path.iterdir()) == []
    torchrun(simulated, tmp_path, environment, "--epochs", "1", "--out", "kept")
    rest = torchrun(simulated, tmp_path, environment, "--epochs", "2", "--out", "kept", "--resume", processes=1)
    assert "on 1 rank; from epoch 1, batch 0" in rest
