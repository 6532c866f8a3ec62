"""Batches on a GPU, with the driver's emulator in its place: `cargo build -p cuda-emu` makes it,
`ATEMOYA_CUDA_EMU` names it.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import absent
from demo_files import demo_files

HERE = Path(__file__).resolve().parent


@pytest.fixture(scope="module")
def folder(atemoya, simulated, tmp_path_factory) -> Path:
    """The simulated files under the names of the demo's, and stores of them."""
    folder = demo_files(atemoya, simulated, tmp_path_factory.mktemp("device"))
    atemoya.pack(
        folder / "simulated.atemoya", fasta=simulated.file("genome.fa"),
        signals={"counts": [simulated.file("plus.bw"), simulated.file("minus.bw")]},
        controls={"control": simulated.file("control.bw")},
    )
    return folder


@pytest.fixture(scope="module")
def emulator(tmp_path_factory) -> Path:
    """A folder where the dynamic linker finds the emulator by the driver's names."""
    target = Path(os.environ.get("CARGO_TARGET_DIR", HERE.parents[1] / "target"))
    file = Path(os.environ.get("ATEMOYA_CUDA_EMU", target / "debug" / "libcuda_emu.so"))
    if not file.is_file():
        absent(f"the driver's emulator, {file} (ATEMOYA_CUDA_EMU)")
    folder = tmp_path_factory.mktemp("driver")
    shutil.copy(file, folder / "libcuda.so.1")
    # One file: two would be two drivers in one process.
    (folder / "libcuda.so").symlink_to("libcuda.so.1")
    return folder


def run(program: str, data: Path, environment: dict[str, str]) -> tuple[str, str]:
    """Runs a program of `on_device.py`: what it printed on both streams."""
    command = [sys.executable, HERE / "on_device.py", program, data]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, f"{done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout, done.stderr


def on_emulator(program: str, data: Path, emulator: Path, environment: dict[str, str], **settings) -> str:
    """The same on the emulator: what it found against the rules."""
    settings = {f"CUDA_EMU_{name}": value for name, value in {"MODE": "eager", **settings}.items()}
    found, said = run(program, data, {**environment, "LD_LIBRARY_PATH": str(emulator), **settings})
    assert ("cuda-emu VIOLATION" in said) == bool(found), f"{found}{said}"
    return found


PROGRAMS = ["same_bytes", "types", "resuming", "lifetimes", "left", "held", "refusals", "forked"]


@pytest.mark.parametrize("program", PROGRAMS)
def test_on_the_emulator(folder, emulator, run_environment, program):
    assert on_emulator(program, folder, emulator, run_environment) == ""


@pytest.mark.parametrize("mode", ["eager", "random", "lazy"])
def test_streams_of_consumers_are_waited_for(folder, emulator, run_environment, mode):
    """Also where streams do as late as they may what they were given."""
    assert on_emulator("streams", folder, emulator, run_environment, MODE=mode) == ""


def test_two_devices(folder, emulator, run_environment):
    assert on_emulator("second", folder, emulator, run_environment, DEVICES="2") == ""


def test_without_pools(folder, emulator, run_environment):
    """A device that cannot free memory in the order of a stream."""
    assert on_emulator("lifetimes", folder, emulator, run_environment, POOLS="0") == ""


def test_the_emulator_tells_of_a_missing_wait(folder, emulator, run_environment):
    assert "[race]" in on_emulator("unwaited", folder, emulator, run_environment)


def test_the_examples_of_docstrings(folder, emulator, run_environment):
    environment = {**run_environment, "LD_LIBRARY_PATH": str(emulator), "CUDA_EMU_MODE": "eager"}
    done = subprocess.run([sys.executable, HERE / "device_examples.py"], cwd=folder, env=environment,
                          capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stdout) == (0, "") and "VIOLATION" not in done.stderr, done.stdout + done.stderr


def test_without_a_device(folder, emulator, run_environment):
    settings = {"LD_LIBRARY_PATH": str(emulator), "CUDA_EMU_DEVICES": "0"}
    assert run("none", folder, {**run_environment, **settings})[0] == ""


def test_without_a_driver(folder, run_environment):
    """A driver of this machine is made to show no device."""
    assert run("none", folder, {**run_environment, "CUDA_VISIBLE_DEVICES": ""})[0] == ""
