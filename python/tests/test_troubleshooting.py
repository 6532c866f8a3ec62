"""Provokes the messages of `docs/troubleshooting.md`: the page must have them as they are."""

import os
import pickle
import re
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
import torch
from torch.testing._internal.distributed.fake_pg import FakeStore
from troubled import make

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "troubleshooting.md"
COMMAND = [sys.executable, "-m", "atemoya"]

# The beginnings of messages that are not provoked here, and why.
NOT_PROVOKED = {
    "manifest.json: format version": "tests/vectors.rs has stores of later versions",
    "genome.fa: the file changed": "src/pack has tests that change files meanwhile",
    "it is damaged, and cannot be replaced": "test_cache.py has processes that use a damaged store",
    "all 4 batches": "Python holds any number of batches on the host; tests/feed.rs and test_device.py provoke it",
    "a worker thread failed": "a bug of ours",
    "UserWarning: worker processes read": "test_processes.py has worker processes",
    "atemoya: command not found": "the shell's",
    "ERROR: atemoya-0.1.0": "pip's",
    "ERROR: No matching distribution": "pip's",
    "ImportError: /lib/": "the system's",
    "ImportError: atemoya.PeakGenerator": "test_store.py runs without PyTorch",
    "error: rustc": "cargo's",
    "error: linker": "cargo's",
    "Bus error": "the system's",
    "Killed": "the system's",
}

COMMANDS = """
pack --fasta genome.fa --signal atac=signal.plus.bw,signal.minus.bw --control input=control.bw --out good.atemoya
pack --fasta genome.fa --out good.atemoya
pack --fasta genome.fa --out thesis --force
pack --fasta genome.fa --out mine.atemoya --force
pack --fasta genome.fa --signal atac=ensembl.bw --out new.atemoya
pack --signal a=signal.plus.bw --signal b=ensembl.bw --out new.atemoya
pack --fasta genome.fa --signal atac=hg19.bw --out new.atemoya
pack --fasta genome.fa --signal atac=one_other.bw --out other.atemoya
pack --fasta genome.fa --signal atac=only_chr1.bw --out only.atemoya
pack --fasta genome.fa --signal atac=empty.bw --out empty.atemoya
pack --fasta genome.fa --signal atac=text.bw --out new.atemoya
pack --fasta letters.fa --out new.atemoya
pack --fasta s3://bucket/genome.fa --out new.atemoya
pack --fasta genome.fa --signal a=signal.plus.bw --signal a=signal.minus.bw --out new.atemoya
extract good.atemoya --contig chr1 --sequence --out bases.npy
extract good.atemoya --contig chr1 --sequence --out bases.npy
inspect genome.fa
inspect missing.atemoya
inspect cut.atemoya
verify bad.atemoya
index other.atemoya --peaks peaks.narrowPeak --summits
index good.atemoya --peaks macs3.narrowPeak --summits
index good.atemoya --peaks ensembl.narrowPeak --summits
index good.atemoya --peaks peaks.narrowPeak --negatives mixed.bed --summits --chroms chr1,chr2 --name mixed
index good.atemoya --peaks peaks.narrowPeak --summits --chroms 1,2
index good.atemoya --peaks peaks.narrowPeak --summits --chroms fold_0.json
index good.atemoya --peaks peaks.narrowPeak --summits --chroms chr1,chrX --name mixed --force
index good.atemoya --peaks peaks.narrowPeak --summits --exclusion-lists missing.bed
index good.atemoya --peaks peaks.narrowPeak --summits --exclusion-lists blacklist.bed
index good.atemoya --peaks peaks.narrowPeak --summits --exclusion-lists mixed_blacklist.bed --name mixed --force
index good.atemoya --peaks peaks.narrowPeak --summits --exclusion-lists no_regions.bed --name mixed --force
index good.atemoya --peaks peaks.narrowPeak --summits --min-counts 1e9 --name mixed --force
index good.atemoya --peaks peaks.narrowPeak --name mixed --force
index good.atemoya --peaks negatives.bed --negatives peaks.narrowPeak --name mixed --force
index good.atemoya --peaks no_regions.bed --summits
index good.atemoya --peaks three_columns.bed --summits
index good.atemoya --peaks no_summit.narrowPeak --summits
index good.atemoya --peaks past_end.narrowPeak --summits
index good.atemoya --peaks spaces.bed
index good.atemoya --peaks backwards.bed
index good.atemoya --peaks negative_start.bed
index good.atemoya --peaks signal.plus.bw
sample only.atemoya --out batch.safetensors
sample two.atemoya --out batch.safetensors
sample two.atemoya --loci nope --out batch.safetensors
sample two.atemoya --loci default --negative-ratio 0 --in-window 30000 --out batch.safetensors --force
sample two.atemoya --loci default --negative-ratio 0 --exclusion-lists all_chr1.bed --out batch.safetensors --force
sample two.atemoya --loci default --negative-ratio 0 --in-window 500 --out batch.safetensors --force
cache list
"""


@pytest.fixture(scope="module")
def folder(atemoya, tmp_path_factory) -> Path:
    """The files, and the stores that the messages are about; it is the current directory."""
    folder = tmp_path_factory.mktemp("troubled")
    make(folder)
    before = Path.cwd()
    os.chdir(folder)
    signals = {"atac": ["signal.plus.bw", "signal.minus.bw"]}
    for name in ("two", "mine", "cut", "bad"):
        atemoya.pack(f"{name}.atemoya", fasta="genome.fa", signals=signals)
    for name in ("default", "strict"):
        atemoya.index("two.atemoya", peaks="peaks.narrowPeak", summits=True, name=name)
    Path("thesis").mkdir()
    for place in ("thesis", "mine.atemoya"):
        Path(place, "thesis.txt").touch()
    os.truncate("cut.atemoya/panel-0.atm", 5000)
    with open("bad.atemoya/panel-0.atm", "r+b") as file:
        file.seek(5000)
        file.write(b"x")
    yield folder
    os.chdir(before)


def said(call) -> list[str]:
    """What a call warns of, and the exception that it raises."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            call()
            raised = []
        except Exception as error:
            text = error.args[0] if isinstance(error, KeyError) else error
            raised = [f"{type(error).__name__}: {text}"]
    return [f"{warning.category.__name__}: {warning.message}" for warning in caught] + raised


def of_loaders(atemoya):
    """Calls of the package that need no PyTorch."""
    def loader(**changes):
        given = dict(loci="default", in_window=200, out_window=100, max_jitter=10, negative_ratio=0, batch_size=16)
        return atemoya.Loader("two.atemoya", **{**given, **changes})

    def in_a_fork():
        iteration = iter(loader())
        read, write = os.pipe()
        if os.fork() == 0:
            os.write(write, "\n".join(said(lambda: next(iteration))).encode())
            os._exit(0)
        os.wait()
        raise RuntimeError(os.read(read, 4096).decode().removeprefix("RuntimeError: "))

    state = loader().state_dict()
    return [
        lambda: loader(chroms="chr1"),
        lambda: loader(min_counts=1e9),
        lambda: loader(loci=None, peaks="peaks.narrowPeak", negatives="quiet.bed", summits=True, min_counts=1),
        lambda: loader(exclusion_lists="everything.bed"),
        lambda: loader(in_window=50_000),
        lambda: loader(signals=[], min_counts=5),
        lambda: loader(negative_ratio=0.1),
        lambda: loader(batch_size=10, world_size=3),
        lambda: iter(loader(batch_size=1_000, drop_last=True)),
        lambda: loader(random_state=4).load_state_dict(state),
        lambda: loader(max_jitter=11).load_state_dict(state),
        lambda: setattr(loader(), "batch_size", 3),
        lambda: loader(device=0),
        lambda: atemoya.pack("new.atemoya", fasta="https://example.org/genome.fa"),
        in_a_fork,
    ]


def of_pytorch(atemoya, cache):
    """Calls of the PyTorch loader."""
    def loader(**changes):
        given = dict(store="two.atemoya", loci="default", in_window=200, out_window=100, max_jitter=10,
                     negative_ratio=0, batch_size=16, random_state=0, pin_memory=False)
        return atemoya.PeakGenerator(**{**given, **changes})

    def in_a_group():
        torch.distributed.init_process_group("fake", rank=0, world_size=2, store=FakeStore())
        try:
            iter(loader())
            iter(loader().sampler)
            loader(random_state=None).dataset[0]
        finally:
            torch.distributed.destroy_process_group()

    def goes_back():
        dataset = loader().dataset
        return [dataset[index] for index in (3, 5, 4)]

    def resumed(epoch, step):
        made = loader()
        made.load_state_dict({**made.state_dict(), "epoch": epoch, "step": step})
        return made

    def skips():
        made = resumed(1, 1)
        iteration = iter(made)
        next(iteration)
        made.set_epoch(2)

    def another_gives():
        made = loader()
        next(iter(torch.utils.data.DataLoader(made.dataset, batch_sampler=made.batch_sampler)))
        made.state_dict()

    def gone():
        made = loader(store=None, loci=None, peaks="peaks.narrowPeak", sequences="genome.fa", summits=True,
                      signals=[["signal.plus.bw", "signal.minus.bw"]], cache_dir=cache)
        pickled = pickle.dumps(made.dataset)
        shutil.rmtree(cache)
        pickle.loads(pickled)

    return [
        lambda: loader(random_state=None, rank=0, world_size=2),
        in_a_group,
        goes_back,
        lambda: setattr(loader(), "prefetch_factor", 4),
        lambda: setattr(loader(), "worker_init_fn", print),
        lambda: atemoya.PeakLoader(loader().dataset, shuffle=True),
        lambda: setattr(loader(), "batch_size", 3),
        lambda: setattr(loader(), "reverse_complement", False),
        lambda: resumed(2, 1).set_epoch(0),
        skips,
        another_gives,
        gone,
        lambda: loader(store=None, loci=None, peaks="peaks.narrowPeak", sequences="genome.fa", summits=True,
                       signals=[["signal.plus.bw", "signal.minus.bw"]], cache_dir="genome.fa/cache"),
    ]


@pytest.fixture(scope="module")
def provoked(atemoya, folder, tmp_path_factory) -> str:
    """All that the command and the package say."""
    environment = {**os.environ, "ATEMOYA_CACHE_SIZE": "lots"}
    lines = []
    for arguments in COMMANDS.strip().splitlines():
        call = [*COMMAND, *arguments.split()]
        done = subprocess.run(call, env=environment, capture_output=True, text=True, timeout=60)
        lines.append(done.stderr)
    for call in [*of_loaders(atemoya), *of_pytorch(atemoya, tmp_path_factory.mktemp("gone"))]:
        messages = said(call)
        assert messages, call
        lines += messages
    return "\n".join(lines)


def blocks() -> list[str]:
    return [text.strip() for text in re.findall(r"^```text\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)]


def test_what_is_not_provoked_is_on_the_page():
    for beginning in NOT_PROVOKED:
        assert any(block.startswith(beginning) for block in blocks()), beginning


@pytest.mark.parametrize("block", [b for b in blocks() if not b.startswith(tuple(NOT_PROVOKED))])
def test_messages_are_what_the_page_says(provoked, block):
    """Dots on the page stand for anything."""
    words = ".*".join(re.escape(part) for part in block.split("..."))
    assert re.search(words, provoked), block
