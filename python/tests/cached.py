"""A cache of packed stores in a test's own directory, and what tests do with it."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest


@pytest.fixture
def cache(tmp_path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def inputs(simulated, tmp_path) -> Path:
    """Returns a copy of the files, which a test may change."""
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
    """Makes a store look as if it was last used some days ago, and is not in use."""
    used = store.with_suffix(".used")
    # A lock is on the file that was opened, not on its name.
    used.unlink()
    used.touch()
    then = time.time() - days * 86400
    os.utime(used, (then, then))


def bytes_of(*stores: Path) -> int:
    """Returns the bytes of all files; a file that several stores share counts once."""
    stats = [path.stat() for store in stores for path in store.iterdir()]
    return sum({stat.st_ino: stat.st_size for stat in stats}.values())


def pack(simulated, run_environment, cache: Path, *signals: str, sequences: str = "genome.fa") -> Path:
    """Packs in a separate process, so that this one uses nothing of the cache.

    Returns the new store.
    """
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
