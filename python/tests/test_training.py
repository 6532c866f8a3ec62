"""cherimoya's own training, by its function and by its command, gives the same losses with our
dataset.
"""

import inspect
import json
import subprocess
import sys
from pathlib import Path

import pytest

TIMES = ("Training Time", "Validation Time")
CONTIGS = dict(training_chroms=["chr1", "chr10"], validation_chroms=["chr2"])


def without_times(log: Path) -> list[list[str]]:
    rows = [line.split("\t") for line in log.read_text().splitlines()]
    keep = [number for number, name in enumerate(rows[0]) if name not in TIMES]
    assert len(keep) == len(rows[0]) - 2
    return [[row[number] for number in keep] for row in rows]


@pytest.fixture(scope="module")
def model(training):
    import torch
    from cherimoya import Cherimoya

    def make(folder: Path, controls: int) -> Cherimoya:
        torch.manual_seed(0)
        return Cherimoya(n_filters=8, n_layers=2, signal_groups=[2], n_control_tracks=controls, trimming=50,
                         name=str(folder / "tiny"), compile=False, verbose=False, random_state=0)

    return make


@pytest.fixture(scope="module")
def validation(training, simulated):
    from tangermeme.io import extract_loci

    arguments = simulated.arguments()
    return extract_loci(loci=arguments["peaks"], sequences=arguments["sequences"], signals=arguments["signals"][0],
                        in_signals=arguments["controls"], chroms=CONTIGS["validation_chroms"], in_window=200,
                        out_window=100, summits=True, ignore=list("QWERYUIOPSDFHJKLZXVBNM"))


@pytest.mark.parametrize(("workers", "controls"), [(0, True), (1, True), (2, False)])
def test_fit_gives_the_same_losses(atemoya, cherimoya_io, training, simulated, validation, model, tmp_path,
                                   workers, controls):
    arguments = simulated.arguments(chroms=CONTIGS["training_chroms"])
    if not controls:
        arguments["controls"] = None
    logs = {}
    for module in (cherimoya_io, atemoya):
        folder = tmp_path / module.__name__
        folder.mkdir()
        dataset = module.PeakGenerator(**arguments).dataset
        X, y, *rest = validation
        training.fit(model(folder, int(controls)), dataset, X, y, X_ctl_valid=rest[0] if controls else None,
                     max_epochs=2, accelerator="cpu", devices=1, batch_size=16, num_workers=workers)
        logs[module] = [without_times(folder / f"tiny{part}.log") for part in ("", ".detailed")]
    assert logs[atemoya] == logs[cherimoya_io]
    assert len(logs[atemoya][0]) == 3, "a header and two epochs"


def parameters(simulated, **changes) -> dict:
    data = simulated.arguments()
    parameters = dict(
        n_filters=8, n_layers=2, name="tiny", batch_size=16, in_window=200, out_window=100, summits=True,
        max_jitter=16, max_epochs=2, min_total_steps=None, n_warmup_epochs=1, num_threads=1, device="cpu",
        compile=False, test_chroms=None, loci=data["peaks"], random_state=5, num_workers=0,
        **{name: data[name] for name in ("sequences", "negatives", "signals", "controls", "exclusion_lists")},
        **CONTIGS)
    parameters.update(changes)
    return parameters


def logs_of(folder: Path) -> list:
    return [without_times(folder / f"tiny{part}.log") for part in ("", ".detailed")]


@pytest.fixture
def command(atemoya, training):
    """The function behind `python -m atemoya.cherimoya`."""
    from atemoya.cherimoya import main

    return main


def written(folder: Path, values: dict) -> Path:
    folder.mkdir()
    (folder / "fit.json").write_text(json.dumps(values))
    return folder


@pytest.mark.parametrize("controls", [True, False])
def test_the_command_writes_the_same_logs(command, cherimoya_io, simulated, tmp_path, monkeypatch, controls):
    from cherimoya_cli.__main__ import main as theirs

    replaced = cherimoya_io.PeakGenerator, subprocess.run
    logs = []
    for name, main in (("theirs", theirs), ("ours", command)):
        values = parameters(simulated)
        folder = written(tmp_path / name, values if controls else {**values, "controls": None})
        monkeypatch.chdir(folder)
        monkeypatch.setattr(sys, "argv", ["cherimoya", "fit", "-p", "fit.json"])
        main()
        assert (folder / "tiny.torch").exists()
        logs.append(logs_of(folder))
    assert logs[0] == logs[1]
    assert len(logs[0][0]) == 3, "a header and two epochs"
    assert replaced == (cherimoya_io.PeakGenerator, subprocess.run), "all is put back"


def test_the_command_with_two_processes(training, simulated, tmp_path, run_environment):
    """Lightning starts the second rank by the same command again."""
    values = parameters(simulated, devices=2, max_epochs=1)
    logs = []
    for module in ("cherimoya_cli", "atemoya.cherimoya"):
        folder = written(tmp_path / module, values)
        done = subprocess.run([sys.executable, "-m", module, "fit", "-p", "fit.json"], cwd=folder, timeout=120,
                              env=run_environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert done.returncode == 0, done.stdout
        logs.append(logs_of(folder))
    assert logs[0] == logs[1]


def test_what_the_command_says_is_cherimoyas(command, monkeypatch, capsys):
    for argument, status, words in (("--version", 0, "cherimoya 0.3.1"), ("no-such-command", 2, "no-such-command")):
        monkeypatch.setattr(sys, "argv", ["atemoya.cherimoya", argument])
        with pytest.raises(SystemExit) as ended:
            command()
        assert ended.value.code == status
        assert words in "".join(capsys.readouterr())


def test_a_pipeline_for_several_devices_stays_with_this_command(atemoya):
    from atemoya.cherimoya import _starting_this_module

    seen = []
    replaced = _starting_this_module(lambda *arguments, **named: seen.append((*arguments, named)))
    replaced([sys.executable, "-m", "cherimoya_cli", "fit", "-p", "a.fit.json"], check=True)
    replaced(["macs3", "callpeak"], check=True)
    assert seen == [([sys.executable, "-m", "atemoya.cherimoya", "fit", "-p", "a.fit.json"], {"check": True}),
                    (["macs3", "callpeak"], {"check": True})]


def test_without_cherimoya(atemoya, monkeypatch):
    from atemoya.cherimoya import main

    monkeypatch.setitem(sys.modules, "cherimoya", None)
    monkeypatch.setitem(sys.modules, "cherimoya.io", None)
    monkeypatch.setattr(sys, "argv", ["atemoya.cherimoya", "fit"])
    with pytest.raises(SystemExit, match="which cannot be imported"):
        main()


def test_defaults_are_cherimoyas(atemoya, cherimoya_io):
    """cherimoya's command leaves some arguments out, and has other defaults than atemoya."""
    from atemoya.cherimoya import _with_signature_of

    seen = {}
    replaced = _with_signature_of(cherimoya_io.PeakGenerator, lambda **arguments: seen.update(arguments))
    replaced("peaks", None, "genome", signals=["a.bw"], verbose=True)
    expected = {name: parameter.default for name, parameter
                in inspect.signature(cherimoya_io.PeakGenerator).parameters.items()}
    expected.update(peaks="peaks", negatives=None, sequences="genome", signals=["a.bw"], verbose=True)
    assert seen == {**expected, "rank": 0, "world_size": 1}
    assert (seen["max_jitter"], seen["negative_ratio"], seen["batch_size"]) == (500, 0.25, 64)
    inspect.signature(atemoya.PeakGenerator).bind(**seen)
