"""Packing into the cache, once for each input, and directories that cannot be written or locked."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from cached import age, cache, given, inputs, pack, stores
from comparing import assert_same_batches


def test_touched_copied_and_moved_inputs_are_recognised(atemoya, simulated, inputs, cache, tmp_path):
    """Inputs are recognised by length and hash.

    Other content of the same length is another input.
    """
    expected = list(atemoya.PeakGenerator(**given(simulated, inputs, cache)))
    [store] = stores(cache)
    made = (cache / store / "manifest.json").stat().st_mtime_ns
    for name in ("genome.fa", "minus.bw"):
        os.utime(inputs / name, (1e9, 1e9))
    assert_same_batches(list(atemoya.PeakGenerator(**given(simulated, inputs, cache))), expected)
    moved = inputs.rename(tmp_path / "elsewhere")
    assert_same_batches(list(atemoya.PeakGenerator(**given(simulated, moved, cache))), expected)
    assert stores(cache) == [store] and (cache / store / "manifest.json").stat().st_mtime_ns == made
    [entry] = atemoya.cache_entries(cache)
    assert not entry.misses_inputs, "the copies are there, under whatever name"
    letters = (moved / "genome.fa").read_bytes()
    (moved / "genome.fa").write_bytes(letters[:-2] + bytes([letters[-2] ^ 2]) + letters[-1:])
    atemoya.PeakGenerator(**given(simulated, moved, cache))
    assert len(stores(cache)) == 2


def test_one_genome_is_packed_once(atemoya, simulated, inputs, cache, tmp_path):
    """All stores of a genome share its file, whatever the tracks and the name of the genome are."""
    expected = list(atemoya.PeakGenerator(**given(simulated, inputs, cache, cache_dir=tmp_path / "other")))
    atemoya.PeakGenerator(**given(simulated, inputs, cache, signals=[str(inputs / "minus.bw")], controls=None))
    [first] = stores(cache)
    os.utime(inputs / "genome.fa", (1e9, 1e9))
    assert_same_batches(list(atemoya.PeakGenerator(**given(simulated, inputs, cache))), expected)
    [second] = set(stores(cache)) - {first}
    assert (cache / first / "sequence.atm").samefile(cache / second / "sequence.atm")
    shared, alone = (sum(entry.bytes for entry in atemoya.cache_entries(cache)),
                     sum(path.stat().st_size for name in (first, second) for path in (cache / name).iterdir()))
    assert abs(alone - shared - (cache / first / "sequence.atm").stat().st_size) < 10
    shutil.rmtree(cache / first)
    atemoya.Store(cache / second).verify()
    letters = (inputs / "genome.fa").read_bytes()
    (inputs / "genome.fa").write_bytes(letters[:-2] + bytes([letters[-2] ^ 2]) + letters[-1:])
    os.utime(inputs / "genome.fa", (1e9, 1e9))
    other = dict(signals=[str(inputs / "control.bw")], controls=None)
    loader = atemoya.PeakGenerator(**given(simulated, inputs, cache, **other))
    assert len(list(loader)) == len(loader)
    [third] = set(stores(cache)) - {second}
    assert not (cache / third / "sequence.atm").samefile(cache / second / "sequence.atm")
    atemoya.Store(cache / third).verify()


def flip(path: Path) -> None:
    """Flips a bit, and puts the file's times back, as far as a program can."""
    before = path.stat()
    damaged = bytearray(path.read_bytes())
    damaged[4096] ^= 1
    with open(path, "r+b") as file:
        file.write(damaged)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_a_damaged_genome_is_not_taken_for_other_stores(atemoya, simulated, run_environment, cache):
    """Neither when its store is removed and packed again, nor for other tracks."""
    first, second = (pack(simulated, run_environment, cache, name) for name in ("plus.bw", "minus.bw"))
    assert (first / "sequence.atm").samefile(second / "sequence.atm")
    flip(first / "sequence.atm")
    shutil.rmtree(first)
    third = pack(simulated, run_environment, cache, "control.bw")
    assert pack(simulated, run_environment, cache, "plus.bw") == first
    for store in (first, third):
        atemoya.Store(store).verify()
    with pytest.raises(atemoya.StoreError, match="sequence.atm"):
        atemoya.Store(second).verify()


def test_a_store_that_cannot_be_opened_now_stays(atemoya, simulated, run_environment, cache):
    """With too few files that may be open, for example. The store is not damaged."""
    store = pack(simulated, run_environment, cache, "plus.bw", "minus.bw")
    code = """
import os, resource, sys
from atemoya._source import from_inputs
opened = max(map(int, os.listdir("/proc/self/fd")))
refused = 0
for limit in range(opened, opened + 16):
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    try:
        from_inputs(sys.argv[1], sys.argv[2:4], None, None, None, alias=None, allow_empty=False,
                    cache_dir=sys.argv[4], verbose=False)
    except OSError:
        refused += 1
    assert os.path.exists(sys.argv[5] + "/sequence.atm"), limit
assert 0 < refused < 16, refused
"""
    files = [simulated.file(name) for name in ("genome.fa", "plus.bw", "minus.bw")]
    command = [sys.executable, "-c", code, *files, cache, store]
    subprocess.run(command, env=run_environment, check=True, timeout=120)
    assert stores(cache) == [store.name]
    atemoya.Store(store).verify()


def test_a_damaged_store_is_packed_again_once_nobody_uses_it(atemoya, simulated, run_environment, cache):
    giver = """
import sys
from atemoya._source import from_inputs
source = from_inputs(sys.argv[1], [sys.argv[2]], None, None, None, alias=None, allow_empty=False,
                     cache_dir=sys.argv[3], verbose=False)
print("ready", flush=True)
sys.stdin.read()
"""
    store = pack(simulated, run_environment, cache, "plus.bw")
    command = [sys.executable, "-c", giver, simulated.file("genome.fa"), simulated.file("plus.bw"), str(cache)]
    with subprocess.Popen(command, env=run_environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"ready\n"
        manifest = store / "manifest.json"
        manifest.write_bytes(manifest.read_bytes()[:-9])
        refused = subprocess.run(command, env=run_environment, input="", stderr=subprocess.PIPE, text=True, timeout=60)
        assert "it is damaged, and cannot be replaced: it is in use" in refused.stderr, refused.stderr
        assert (store / "sequence.atm").exists()
        other.kill()
    subprocess.run(command, env=run_environment, input="", check=True, text=True, timeout=60)
    assert stores(cache) == [store.name]
    atemoya.Store(store).verify()
    (store / "sequence.atm").unlink()
    subprocess.run(command, env=run_environment, input="", check=True, text=True, timeout=60)
    atemoya.Store(store).verify()


def test_a_file_in_the_place_of_another_is_read(atemoya, simulated, inputs, cache):
    """Even if it has the same length and modification time."""
    expected = list(atemoya.PeakGenerator(**given(simulated, inputs, cache)))
    plus, before = inputs / "plus.bw", (inputs / "plus.bw").stat()
    kept = shutil.copy(plus, inputs / "kept.bw")
    os.utime(kept, ns=(before.st_atime_ns, before.st_mtime_ns))
    letters = (inputs / "genome.fa").read_bytes()
    time = (inputs / "genome.fa").stat()
    (inputs / "other.fa").write_bytes(letters[:-2] + bytes([letters[-2] ^ 2]) + letters[-1:])
    os.utime(inputs / "other.fa", ns=(time.st_atime_ns, time.st_mtime_ns))
    os.replace(inputs / "other.fa", inputs / "genome.fa")
    atemoya.PeakGenerator(**given(simulated, inputs, cache))
    assert len(stores(cache)) == 2
    # The same content is the same, whichever file has it.
    os.replace(kept, plus)
    (inputs / "genome.fa").write_bytes(letters)
    assert_same_batches(list(atemoya.PeakGenerator(**given(simulated, inputs, cache))), expected)
    assert len(stores(cache)) == 2


def test_the_same_files_in_other_groups_are_another_store(atemoya, simulated, inputs, cache):
    paths = [str(inputs / "plus.bw"), str(inputs / "minus.bw")]
    for signals in ([paths], paths, paths[::-1]):
        loader = atemoya.PeakGenerator(**given(simulated, inputs, cache, signals=signals))
        assert np.array_equal(next(iter(loader))[-2].shape[1], 2)
    assert len(stores(cache)) == 3


@pytest.mark.parametrize("by", ["argument", "environment"])
def test_a_cache_that_cannot_be_written(atemoya, simulated, tmp_path, monkeypatch, by):
    blocked = tmp_path / "file"
    blocked.write_text("no directory")
    if by == "environment":
        monkeypatch.setenv("ATEMOYA_CACHE", str(blocked / "cache"))
    with pytest.raises(OSError) as raised:
        atemoya.PeakGenerator(**simulated.arguments(**({"cache_dir": blocked / "cache"} if by == "argument" else {})))
    for words in ("cache_dir=", "ATEMOYA_CACHE", str(blocked / "cache"), "Not a directory"):
        assert str(raised.value).count(words) == 1


def test_a_cache_without_room(simulated, run_environment, cache):
    code = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
import atemoya
from atemoya._source import from_inputs
try:
    from_inputs(sys.argv[1], [sys.argv[2]], None, None, None, alias=None, allow_empty=False,
                cache_dir=sys.argv[3], verbose=False)
except OSError as error:
    print(error)
"""
    command = [sys.executable, "-c", code, simulated.file("genome.fa"), simulated.file("plus.bw"), cache]
    done = subprocess.run(command, env=run_environment, check=True, timeout=60, stdout=subprocess.PIPE, text=True)
    assert "cache_dir=" in done.stdout and "prune_cache()" in done.stdout and str(cache) in done.stdout, done.stdout
    assert list(cache.iterdir()) == []


NO_LOCKS = """
#include <errno.h>
int flock(int f, int o) { errno = ENOLCK; return -1; }
int flock64(int f, int o) { return flock(f, o); }
"""


def test_a_file_system_without_locks(atemoya, simulated, run_environment, tmp_path, cache):
    """NFS and Lustre, as some sites mount them.

    Two processes pack at once, and one store results.
    """
    (tmp_path / "locks.c").write_text(NO_LOCKS)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", tmp_path / "locks.so", tmp_path / "locks.c"], check=True)
    lockless = {**run_environment, "LD_PRELOAD": str(tmp_path / "locks.so")}
    code = """
import fcntl, os, sys
from atemoya._source import from_inputs
with open(sys.argv[1]) as file:
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
    except OSError:
        print("no locks")
from_inputs(sys.argv[1], [sys.argv[2]], None, None, None, alias=None, allow_empty=False,
            cache_dir=sys.argv[3], verbose=False)
"""
    command = [sys.executable, "-c", code, simulated.file("genome.fa"), simulated.file("plus.bw"), str(cache)]
    running = [subprocess.Popen(command, env=lockless, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert [process.communicate(timeout=120)[0] for process in running] == ["no locks\n"] * 2
    assert [process.returncode for process in running] == [0, 0]
    [store] = stores(cache)
    prune = "import sys, atemoya; [gone] = atemoya.prune_cache(sys.argv[1], everything=True); print(gone.kept)"
    pruning = [sys.executable, "-c", prune, str(cache)]
    done = subprocess.run(pruning, env=lockless, check=True, stdout=subprocess.PIPE, text=True)
    assert "30 days" in done.stdout and (cache / store).exists()
    age(cache / store, 31)
    done = subprocess.run(pruning, env=lockless, check=True, stdout=subprocess.PIPE, text=True)
    assert done.stdout == "None\n" and stores(cache) == []
