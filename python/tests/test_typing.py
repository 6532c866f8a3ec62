"""A user's program passes `mypy --strict`, and mistakes in one are found."""

import os
import subprocess
import sys
from pathlib import Path

from conftest import needed

needed("mypy")

PROGRAM = '''
from pathlib import Path

import atemoya
import numpy
import torch


def train(x: torch.Tensor, y: torch.Tensor) -> None: ...


store: atemoya.Store = atemoya.pack(
    "a.atemoya", fasta=Path("genome.fa"), signals={"atac": ["plus.bw", "minus.bw"]}, controls={"input": "input.bw"})
index: Path = atemoya.index(store, peaks=["a.narrowPeak", Path("b.narrowPeak")], negatives="n.bed", summits=True)
x: numpy.ndarray = store.sequence(["chr1", "chr2"], [0, 100], 2114, strand=["+", "-"])
loader = atemoya.Loader(store, chroms=("chr1",), batch_size=64, access="read", ask_ahead=False)
kept: int = loader.ledger["peaks"]["kept"]
for batch in loader:
    sequence, signal = batch.sequence, batch.signal
    assert sequence is not None and signal is not None
    total: float = float(signal.sum())
    labels: int = int(batch.labels.sum())
state: dict[str, object] = loader.state_dict()
loader.load_state_dict(loader.state_dict())

peaks = atemoya.PeakGenerator(
    peaks="peaks.narrowPeak", negatives=[("chr1", 0, 100)], sequences={"chr1": numpy.zeros((4, 9), "int8")},
    signals=[["plus.bw", "minus.bw"]], summits=True, random_state=7)
for X, y, labels_of in peaks:
    train(X, y)
peaks.set_epoch(3)
peaks.dataset.negative_ratio = 0.2
n: int = peaks.dataset.n_peaks + peaks.dataset.ledger["peaks"]["kept"] + sum(peaks.dataset.signal_groups)
entries: list[atemoya.CacheEntry] = atemoya.prune_cache(max_size="200G")
try:
    atemoya.Store("b.atemoya").verify(once=True)
except atemoya.StoreError as error:
    print(error.path, error.offset)
'''
WRONG = '''
import atemoya

atemoya.Loader("a.atemoya", batch_size="many")
atemoya.Store(3)
atemoya.PeakGenerator(nonsense=1)
'''


def mypy(folder: Path, text: str) -> tuple[int, str]:
    (folder / "program.py").write_text(text)
    package = Path(__import__("atemoya").__file__).parents[1]
    environment = dict(os.environ)
    if package.name != "site-packages":
        environment["MYPYPATH"] = str(package)
    # Of the package, its types alone are of interest, as where it is installed.
    command = [sys.executable, "-m", "mypy", "--strict", "--follow-imports", "silent", "--cache-dir",
               str(folder / "cache"), "program.py"]
    done = subprocess.run(command, cwd=folder, env=environment, text=True, timeout=600, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    return done.returncode, done.stdout


def test_a_users_program_is_typed(tmp_path):
    code, said = mypy(tmp_path, PROGRAM)
    assert code == 0, said


def test_mistakes_are_found(tmp_path):
    code, said = mypy(tmp_path, WRONG)
    assert code == 1 and "Found 3 errors" in said, said


def test_the_package_is_marked_as_typed(atemoya):
    assert (Path(atemoya.__file__).parent / "py.typed").is_file()
