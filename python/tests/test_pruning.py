"""The entries of the cache, which stores are in use, and which are removed."""

import json
import re
import shutil
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from atemoya.cache import main
from cached import age, bytes_of, cache, given, inputs, pack, stores


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
    """It is in use by the process that has opened it, as long as that lives."""
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
    """A process that unpickles a loader uses its store, without having packed or looked for it."""
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
    assert not left.exists(), "the process that packed it has died"
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
    """Neither in a directory that is named like a store of the cache, nor in a store."""
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
    """The least recently used store is removed when another is packed; without a limit, none is."""
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


def test_the_command(atemoya, simulated, run_environment, cache):
    store = pack(simulated, run_environment, cache, "plus.bw")
    run = [sys.executable, "-m", "atemoya.cache"]

    def said(*arguments: str) -> str:
        return subprocess.run([*run, *arguments, "--dir", str(cache)], env=run_environment, check=True, timeout=60,
                              stdout=subprocess.PIPE, text=True).stdout

    listed = said("list")
    assert store.name in listed and "plus.bw" in listed and "used today" in listed and "1 store, " in listed
    dry = said("prune", "--all", "--dry-run")
    assert dry.startswith(f"would go  {store.name}") and dry.endswith("kB would be removed\n") and store.exists()
    age(store, 1.5)
    assert f"{store.name}  {dry.splitlines()[-1].removesuffix(' would be removed')}, used a day ago" in said("list")
    assert said("prune", "--older-than", "3") == "0 B removed\n" and store.exists()
    removed = said("prune", "--max-size", "0")
    assert removed.startswith(f"removed   {store.name}") and removed.endswith("kB removed\n") and not store.exists()
    assert said("prune", "--older-than", "0") == "0 B removed\n"


@pytest.mark.parametrize("arguments, status, says", [
    ([], 1, "say what is to be removed: --older-than, --max-size, --missing-inputs or --all"),
    (["--older-than=-1"], 2, "'-1' for '--older-than <DAYS>'"),
    (["--max-size", "much"], 2, "'much' for '--max-size <SIZE>': .*200G"),
])
def test_the_command_refuses_in_its_own_words(capfd, arguments, status, says):
    with pytest.raises(SystemExit) as raised:
        main(["prune", *arguments])
    assert raised.value.code == status and re.search(says, capfd.readouterr().err)


def test_the_command_within_a_program(capfd, cache):
    assert main(["list", "--dir", str(cache)]) is None
    assert capfd.readouterr().out == f"{cache}: 0 stores, 0 B\n"
