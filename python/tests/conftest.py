"""Fixtures: the module under test, cherimoya beside it, the real data and a simulated set."""

import importlib
import os
import sys
from pathlib import Path
from typing import Any, NoReturn

import pytest
from simulated import Simulated, simulate

os.environ.setdefault("OMP_NUM_THREADS", "1")
MODULE = os.environ.get("ATEMOYA_TEST_MODULE", "atemoya")


def absent(what: str) -> NoReturn:
    """In CI nothing may be missing; elsewhere the tests that need it are skipped."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} is missing, which must not be in CI")
    pytest.skip(f"{what} is missing", allow_module_level=True)


def needed(name: str) -> Any:
    """Imports a module that tests need. It is `absent` if it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        absent(f"{name} ({error})")


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory) -> Path:
    """Packed files go here, and not to the user's cache; subprocesses inherit it."""
    folder = tmp_path_factory.mktemp("cache")
    os.environ["ATEMOYA_CACHE"] = str(folder)
    return folder


@pytest.fixture(scope="session")
def atemoya():
    return importlib.import_module(MODULE)


@pytest.fixture(scope="session")
def cherimoya_io():
    return needed("cherimoya.io")


@pytest.fixture(scope="session")
def training():
    return needed("cherimoya.training")


@pytest.fixture(scope="session")
def shared() -> Path:
    beside = Path(__file__).resolve().parents[2].parent / "shared"
    folder = Path(os.environ.get("ATEMOYA_SHARED", beside))
    if not (folder / "data").is_dir():
        absent("the folder shared (ATEMOYA_SHARED)")
    return folder


@pytest.fixture(scope="session")
def yeast(shared) -> Path:
    return shared / "data" / "yeast"


@pytest.fixture(scope="session")
def simulated(tmp_path_factory) -> Simulated:
    return simulate(tmp_path_factory.mktemp("simulated"))


@pytest.fixture
def pair(atemoya, cherimoya_io, simulated):
    """Makes a loader and cherimoya's, of the same parameters."""

    def make(**changes):
        arguments = simulated.arguments(**changes)
        return atemoya.PeakGenerator(**arguments), cherimoya_io.PeakGenerator(**arguments)

    return make


@pytest.fixture(scope="session")
def run_environment() -> dict[str, str]:
    """The environment of subprocesses that run files of this folder."""
    here = str(Path(__file__).resolve().parent)
    paths = [here, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONUNBUFFERED": "1",
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])}
