"""The cache of packed files: what is packed once, what is removed, and directories that cannot be written or locked."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from atemoya.cache import main
from comparing import assert_same_batches


@pytest.fixture
def cache(tmp_path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def inputs(simulated, tmp_path) -> Path:
    """A copy of the files, which a test may change."""
    folder = tmp_path / "inputs"
    folder.mkdir()
    for name in ("genome.fa", "plus.bw", "minus.bw", "control.bw"):
        shutil.copy(simulated.file(name), folder / name)
    return folder


def given(simulated, folder: Path, cache: Path, **changes) -> dict:
    files = dict(sequences=str(folder / "genome.fa"), signals=[[str(folder / "plus.bw"), str(folder / "minus.bw")]],
                 controls=[str(folder / "control.bw")], cache_dir=cache)
    return simulated.arguments(**{**files, **changes})


def stores(cache: Path) -> list[str]:
    return sorted(path.name for path in cache.glob("*.atemoya"))


def age(store: Path, days: float) -> None:
    """Lets a store seem to have been used so long ago, and by nobody now."""
    used = store.with_suffix(".used")
    # A lock is on the file that was opened, not on its name.
    used.unlink()
    used.touch()
    then = time.time() - days * 86400
    os.utime(used, (then, then))


def bytes_of(*stores: Path) -> int:
    """Of all files, of those that several stores share once."""
    stats = [path.stat() for store in stores for path in store.iterdir()]
    return sum({stat.st_ino: stat.st_size for stat in stats}.values())


def pack(simulated, run_environment, cache: Path, *signals: str, sequences: str = "genome.fa") -> Path:
    """Packs in a process of its own, so that this one uses nothing of the cache. Returns the new store."""
    before = set(cache.glob("*.atemoya"))
    code = """
import json, sys
from atemoya._source import from_inputs
arguments = json.loads(sys.argv[1])
from_inputs(arguments["sequences"], arguments["signals"], None, None, None, alias=None, allow_empty=False,
            cache_dir=arguments["cache"], verbose=False)
"""
    tracks = [simulated.file(name) for name in signals]
    files = dict(sequences=simulated.file(sequences), signals=tracks, cache=str(cache))
    subprocess.run([sys.executable, "-c", code, json.dumps(files)], env=run_environment, check=True, timeout=120)
    [new] = set(cache.glob("*.atemoya")) - before
    return new


def test_touched_copied_and_moved_inputs_are_recognised(atemoya, simulated, inputs, cache, tmp_path):
    """By length and hash; of the same length with other content they are others."""
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
    """Its file is that of all stores, whatever the tracks and the name of the genome; another one has its own."""
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
    """Not when its store is removed and packed again, nor for other tracks."""
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
    """With too few files that may be open, say. Nothing is wrong with the store."""
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
    """Even one of the same length and time of change."""
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


def test_what_is_in_the_cache(atemoya, simulated, inputs, cache):
    assert atemoya.cache_entries(cache) == []
    atemoya.PeakGenerator(**given(simulated, inputs, cache))
    cache.joinpath("thesis").mkdir()
    cache.joinpath("notes.atemoya").mkdir()
    [entry] = atemoya.cache_entries(cache)
    assert [path.name for path in entry.inputs] == ["genome.fa", "plus.bw", "minus.bw", "control.bw"]
    assert entry.bytes == sum(path.stat().st_size for path in entry.path.iterdir())
    assert len({entry.path.with_suffix(suffix).stat().st_mode & 0o777 for suffix in (".json", ".used")}) == 1
    assert abs(entry.last_use.timestamp() - time.time()) < 3600
    assert entry.in_use and not entry.misses_inputs and entry.damage is entry.kept is None
    (inputs / "plus.bw").unlink()
    assert atemoya.cache_entries(cache)[0].misses_inputs


def test_a_store_in_use_is_never_removed(atemoya, simulated, run_environment, cache):
    """By the process that has opened it, as long as that lives."""
    loader = atemoya.PeakGenerator(**simulated.arguments(cache_dir=cache))
    [store] = stores(cache)
    code = "import sys, atemoya; [gone] = atemoya.prune_cache(sys.argv[1], everything=True); print(gone.kept)"
    done = subprocess.run([sys.executable, "-c", code, cache], env=run_environment, check=True, timeout=60,
                          stdout=subprocess.PIPE, text=True)
    assert done.stdout == "it is in use\n" and stores(cache) == [store]
    assert [entry.kept for entry in atemoya.prune_cache(cache, everything=True)] == ["it is in use"]
    assert [entry.kept for entry in atemoya.prune_cache(cache, everything=True, dry_run=True)] == ["it is in use"]
    assert len(list(loader)) == len(loader)


def test_who_is_given_a_loader_uses_its_store(atemoya, simulated, run_environment, cache, tmp_path):
    """A process that unpickles it, and has not packed or looked for anything itself."""
    giver = """
import json, pickle, sys, atemoya
pickle.dump(atemoya.PeakGenerator(**json.loads(sys.argv[1])), open(sys.argv[2], 'wb'))
"""
    arguments = json.dumps(simulated.arguments(cache_dir=str(cache)))
    given_away = tmp_path / "loader"
    subprocess.run([sys.executable, "-c", giver, arguments, given_away], env=run_environment, check=True, timeout=120)
    receiver = """
import pickle, sys
loader = pickle.load(open(sys.argv[1], 'rb'))
print('ready', flush=True)
sys.stdin.read()
"""
    with subprocess.Popen([sys.executable, "-c", receiver, given_away], env=run_environment, stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"ready\n"
        assert [entry.kept for entry in atemoya.prune_cache(cache, everything=True)] == ["it is in use"]
        other.kill()
    assert [entry.kept for entry in atemoya.prune_cache(cache, everything=True)] == [None]
    assert stores(cache) == []


def test_pruning(atemoya, simulated, run_environment, cache):
    old, middle, new = (pack(simulated, run_environment, cache, name) for name in ("plus.bw", "minus.bw", "control.bw"))
    for store, days in ((old, 40), (middle, 20), (new, 1)):
        age(store, days)
    for rules in (dict(older_than=30), dict(older_than=timedelta(days=30)), dict(max_size=10**12, older_than=30.5)):
        [doomed] = atemoya.prune_cache(cache, **rules, dry_run=True)
        assert doomed.path == old and doomed.kept is None and old.exists()
    room = bytes_of(middle, new)
    assert atemoya.prune_cache(cache, max_size=bytes_of(old, middle, new)) == []
    assert [entry.path for entry in atemoya.prune_cache(cache, max_size=room, dry_run=True)] == [old]
    left = cache / f".{new.name}.atemoya-abc123.tmp"
    left.mkdir()
    (left / ".atemoya-unfinished").touch()
    (left / "panel-0.atm").write_bytes(b"half of it")
    assert [entry.path for entry in atemoya.prune_cache(cache, max_size=room)] == [old]
    assert not left.exists(), "whoever packed it has died"
    assert atemoya.prune_cache(cache, max_size=str(room)) == []
    assert [entry.path for entry in atemoya.prune_cache(cache, older_than=10)] == [middle]
    assert {path.name for path in cache.iterdir()} == {new.name, new.stem + ".json", new.stem + ".used"}
    assert [entry.path for entry in atemoya.prune_cache(cache, everything=True)] == [new]
    assert list(cache.iterdir()) == []
    with pytest.raises(ValueError, match="older_than, max_size"):
        atemoya.prune_cache(cache)
    with pytest.raises(ValueError, match="200G"):
        atemoya.prune_cache(cache, max_size="much")


def test_missing_inputs(atemoya, simulated, run_environment, inputs, cache):
    kept = pack(simulated, run_environment, cache, "plus.bw")
    shutil.copy(simulated.file("control.bw"), inputs / "gone.bw")
    doomed = pack(simulated, run_environment, cache, str(inputs / "gone.bw"))
    (inputs / "gone.bw").unlink()
    assert [entry.path for entry in atemoya.prune_cache(cache, missing_inputs=True)] == [doomed]
    assert stores(cache) == [kept.name]


def test_what_is_not_ours_stays(atemoya, simulated, run_environment, cache):
    """Not even in a directory that is called like a store of the cache, or in one that is one."""
    store = pack(simulated, run_environment, cache, "plus.bw")
    (store / "chapter1.txt").write_text("words")
    lookalike = cache / f"thesis-{'0123456789ab' * 2}.atemoya"
    lookalike.mkdir()
    (lookalike / "manifest.json").write_text('{"name": "my web page"}')
    (lookalike / "chapter2.txt").write_text("words")
    linked = cache / f"thesis-{'0123456789ac' * 2}.atemoya"
    linked.symlink_to(simulated.folder)
    pruned = atemoya.prune_cache(cache, everything=True)
    assert {entry.path for entry in pruned} == {store, lookalike} and all(entry.kept for entry in pruned)
    assert (store / "chapter1.txt").exists() and (store / "manifest.json").exists()
    assert (lookalike / "chapter2.txt").exists() and linked.is_symlink() and simulated.folder.is_dir()


def test_a_limit(atemoya, simulated, run_environment, cache):
    """The least recently used goes when another is packed; without a limit, none does."""
    old, new = (pack(simulated, run_environment, cache, name) for name in ("plus.bw", "minus.bw"))
    age(old, 2), age(new, 3)
    elsewhere = pack(simulated, run_environment, cache.with_name("other"), "control.bw")
    room = bytes_of(old) + bytes_of(elsewhere) - (elsewhere / "sequence.atm").stat().st_size
    limited = {**run_environment, "ATEMOYA_CACHE_SIZE": str(room)}
    third = pack(simulated, limited, cache, "control.bw")
    assert stores(cache) == sorted([old.name, third.name])
    unlimited = pack(simulated, run_environment, cache, "minus.bw")
    assert stores(cache) == sorted([old.name, third.name, unlimited.name])
    tight = {**run_environment, "ATEMOYA_CACHE_SIZE": "1"}
    last = pack(simulated, tight, cache, "plus.bw", "minus.bw")
    assert stores(cache) == [last.name], "what is packed now is in use"


def test_a_limit_that_is_none(atemoya, simulated, cache, monkeypatch):
    monkeypatch.setenv("ATEMOYA_CACHE_SIZE", "plenty")
    with pytest.raises(ValueError, match="ATEMOYA_CACHE_SIZE.*'?\"plenty\".*200G"):
        atemoya.PeakGenerator(**simulated.arguments(cache_dir=cache))


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
    """NFS and Lustre, as they are mounted at some places. Two processes pack at once: one store comes of it."""
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


def test_the_command(atemoya, simulated, run_environment, cache):
    store = pack(simulated, run_environment, cache, "plus.bw")
    run = [sys.executable, "-m", "atemoya.cache"]

    def said(*arguments: str) -> str:
        return subprocess.run([*run, *arguments, "--dir", str(cache)], env=run_environment, check=True, timeout=60,
                              stdout=subprocess.PIPE, text=True).stdout

    listed = said("list")
    assert store.name in listed and "plus.bw" in listed and "used today" in listed and "1 stores" in listed
    dry = said("prune", "--all", "--dry-run")
    assert dry.startswith(f"would go  {store.name}") and dry.endswith("kB would be removed\n") and store.exists()
    age(store, 1.5)
    assert f"{store.name}  {dry.splitlines()[-1].removesuffix(' would be removed')}, used a day ago" in said("list")
    assert said("prune", "--older-than", "3") == "0 B removed\n" and store.exists()
    removed = said("prune", "--max-size", "0")
    assert removed.startswith(f"removed   {store.name}") and removed.endswith("kB removed\n") and not store.exists()
    assert said("prune", "--older-than", "0") == "0 B removed\n"


@pytest.mark.parametrize("arguments, says", [
    ([], "say what is to be removed: --older-than, --max-size, --missing-inputs or --all"),
    (["--older-than=-1"], "--older-than: it must be a number of days from 0 on, not -1"),
    (["--max-size", "much"], "--max-size: .*200G"),
])
def test_the_command_refuses_in_its_own_words(capsys, arguments, says):
    with pytest.raises(SystemExit) as raised:
        main(["prune", *arguments])
    assert raised.value.code == 2 and re.search(says, capsys.readouterr().err)
