"""`python -m atemoya.cherimoya COMMAND` writes what cherimoya's own command writes, to the bit."""

import inspect
import subprocess
import sys

import pytest
from cherimoya_runs import differing, numba_runs, outputs, parameters, written  # noqa: F401
from conftest import needed

HEAVY = ("torch", "lightning", "tangermeme", "cherimoya")


@pytest.fixture
def command(atemoya, training):
    """The function behind `python -m atemoya.cherimoya`."""
    from atemoya.cherimoya import main

    return main


@pytest.mark.parametrize("changes", [dict(num_workers=1), dict(num_threads=4, controls=None)])
@pytest.mark.usefixtures("numba_runs")
def test_fit_writes_the_same(command, cherimoya_io, training, simulated, tmp_path, monkeypatch, changes):
    from cherimoya_cli.__main__ import main as theirs

    replaced = cherimoya_io.PeakGenerator, subprocess.run, training.CherimoyaModule
    found = []
    for name, main in (("theirs", theirs), ("ours", command)):
        folder = written(tmp_path / name, parameters(simulated, **changes))
        monkeypatch.chdir(folder)
        monkeypatch.setattr(sys, "argv", ["cherimoya", "fit", "-p", "fit.json"])
        main()
        found.append(outputs(folder))
    assert sorted(found[0]) == ["fit.json", "tiny.detailed.log", "tiny.final.torch", "tiny.log", "tiny.torch",
                                "tiny.validation.evaluate.json", "tiny.validation.performance.tsv"]
    assert differing(*found) == []
    assert len(found[0]["tiny.log"]) == 3, "a header and two epochs"
    assert replaced == (cherimoya_io.PeakGenerator, subprocess.run, training.CherimoyaModule), "all is put back"


MOTIF = """MEME version 4

ALPHABET= ACGT

MOTIF tiny
letter-probability matrix: alength= 4 w= 4
1 0 0 0
0 1 0 0
0 0 0.5 0.5
0 0 0 1
"""


@pytest.mark.usefixtures("numba_runs")
def test_the_other_commands_write_the_same(command, training, simulated, tmp_path, monkeypatch):
    import pandas
    from cherimoya_cli.__main__ import main as theirs

    needed("seaborn")  # for the plots of marginalize
    # Compiling tangermeme's own takes 15 seconds. It reads no loci.
    seqlets = pandas.DataFrame([(0, 3, 9, 0.5, 0.01), (7, 60, 70, 0.25, 0.01), (40, 100, 120, 0.125, 0.001)],
                               columns=["example_idx", "start", "end", "attribution", "p-value"])
    monkeypatch.setattr("tangermeme.seqlet.recursive_seqlets", lambda *_, **__: seqlets)
    data = simulated.arguments()
    runs = dict(
        fit=parameters(simulated, max_epochs=1),
        attribute=dict(n_shuffles=2, attr_window=120, **data_of(data, "peaks")),
        seqlets=dict(ohe_filename="attributions.ohe.npz", attr_filename="attributions.attr.npz", threshold=0.9,
                     idx_filename="attributions.idx.npy", **data_of(data, "peaks")),
        marginalize=dict(motifs="motifs.meme", n_loci=20, shuffle=True, **data_of(data, "negatives")))
    written_by = []
    for name, main in (("theirs", theirs), ("ours", command)):
        monkeypatch.chdir(written(tmp_path / name, {}, "empty.json"))
        (tmp_path / name / "motifs.meme").write_text(MOTIF)
        for step, values in runs.items():
            written(tmp_path / name, values, f"{step}.json")
            monkeypatch.setattr(sys, "argv", ["cherimoya", step, "-p", f"{step}.json"])
            main()
        written_by.append(outputs(tmp_path / name))
    assert differing(*written_by) == []
    assert {"attributions.ohe.npz", "attributions.attr.npz", "attributions.idx.npy", "seqlets.bed",
            "tiny.validation.performance.tsv"} <= written_by[0].keys()
    assert written_by[0]["seqlets.bed"] and len(written_by[0]["attributions.idx.npy"]) > 128
    assert any(name.startswith("marginalize/") for name in written_by[0])


def data_of(data: dict, loci: str) -> dict:
    """What the commands after `fit` are told."""
    return dict(sequences=data["sequences"], loci=data[loci], exclusion_lists=data["exclusion_lists"],
                chroms=["chr1", "chr2"], model="tiny.torch", in_window=200, out_window=100, device="cpu",
                compile=False)


def test_fit_trains_with_our_loader(command, atemoya, training, simulated, tmp_path, monkeypatch):
    seen = []
    loader_class = atemoya.PeakLoader

    class Seen(loader_class):
        def __iter__(self):
            seen.append((self.batch_size, self.num_workers, len(self)))
            return super().__iter__()

    from atemoya.cherimoya import _module

    monkeypatch.setattr(_module, "PeakLoader", Seen)
    monkeypatch.chdir(written(tmp_path / "run", parameters(simulated, max_epochs=1, num_workers=2)))
    monkeypatch.setattr(sys, "argv", ["cherimoya", "fit", "-p", "fit.json"])
    command()
    # The short batch at the end is left out.
    assert seen == [(16, 2, 7)]


def test_fit_with_two_processes(training, simulated, tmp_path, run_environment):
    """Lightning starts the second rank by the same command again. Numba starts its threads in each
    process: torch has the same number of them in both runs, or the weights would differ.
    """
    values = parameters(simulated, devices=2, max_epochs=1, num_threads=1)
    found = []
    for module in ("cherimoya_cli", "atemoya.cherimoya"):
        folder = written(tmp_path / module, values)
        done = subprocess.run([sys.executable, "-m", module, "fit", "-p", "fit.json"], cwd=folder, timeout=120,
                              env=run_environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert done.returncode == 0, done.stdout
        found.append(outputs(folder))
    assert differing(*found) == []


def test_commands_that_read_no_data_import_no_torch(cherimoya_io, tmp_path, run_environment):
    code = """
import runpy, sys
sys.argv[0] = "atemoya.cherimoya"
try:
    runpy.run_module("atemoya.cherimoya", run_name="__main__")
except SystemExit as ended:
    assert ended.code == 0
heavy = {name.partition(".")[0] for name in sys.modules} & set(%r)
print("imported", sorted(heavy))
""" % (HEAVY,)
    made = tmp_path / "made.json"
    for arguments in (["--help"], ["fit", "--help"],
                      ["pipeline-json", "-s", "genome.fa", "-i", "a.bw", "-n", "tiny", "-o", str(made)]):
        done = subprocess.run([sys.executable, "-c", code, *arguments], env=run_environment, timeout=60,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert done.returncode == 0 and done.stdout.endswith("imported []\n"), done.stdout
    theirs = tmp_path / "theirs.json"
    subprocess.run([sys.executable, "-m", "cherimoya_cli", "pipeline-json", "-s", "genome.fa", "-i", "a.bw",
                    "-n", "tiny", "-o", str(theirs)], env=run_environment, timeout=60, check=True)
    assert made.read_bytes() == theirs.read_bytes()


def test_what_the_command_says_is_cherimoyas(command, monkeypatch, capsys):
    for argument, status, words in (("--version", 0, "cherimoya 0.3.1"), ("no-such-command", 2, "no-such-command")):
        monkeypatch.setattr(sys, "argv", ["atemoya.cherimoya", argument])
        with pytest.raises(SystemExit) as ended:
            command()
        assert ended.value.code == status
        assert words in "".join(capsys.readouterr())


def test_a_pipeline_for_several_devices_stays_with_this_command(atemoya):
    from atemoya.cherimoya._patches import starting_this_module

    seen = []
    replaced = starting_this_module(lambda *arguments, **named: seen.append((*arguments, named)))
    replaced([sys.executable, "-m", "cherimoya_cli", "fit", "-p", "a.fit.json"], check=True)
    replaced(["macs3", "callpeak"], check=True)
    assert seen == [([sys.executable, "-m", "atemoya.cherimoya", "fit", "-p", "a.fit.json"], {"check": True}),
                    (["macs3", "callpeak"], {"check": True})]


def test_without_cherimoya(atemoya, monkeypatch):
    from atemoya.cherimoya import main

    monkeypatch.setitem(sys.modules, "cherimoya_cli", None)
    monkeypatch.setitem(sys.modules, "cherimoya_cli.__main__", None)
    monkeypatch.setattr(sys, "argv", ["atemoya.cherimoya", "fit"])
    with pytest.raises(SystemExit, match="which cannot be imported"):
        main()


def test_defaults_are_cherimoyas(atemoya, cherimoya_io):
    """cherimoya's command leaves some arguments out, and has other defaults than atemoya."""
    from atemoya.cherimoya._patches import with_signature_of

    seen = {}
    replaced = with_signature_of(cherimoya_io.PeakGenerator, lambda **arguments: seen.update(arguments))
    replaced("peaks", None, "genome", signals=["a.bw"], verbose=True)
    expected = {name: parameter.default for name, parameter
                in inspect.signature(cherimoya_io.PeakGenerator).parameters.items()}
    expected.update(peaks="peaks", negatives=None, sequences="genome", signals=["a.bw"], verbose=True)
    assert seen == {**expected, "rank": 0, "world_size": 1}
    assert (seen["max_jitter"], seen["negative_ratio"], seen["batch_size"]) == (500, 0.25, 64)
    inspect.signature(atemoya.PeakGenerator).bind(**seen)
