"""The command that pip installs: ``atemoya`` and ``python -m atemoya``, one entry into the same
Rust code as the program's.
"""

import json
import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from importlib.metadata import entry_points
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "atemoya"]
SKILL = Path(__file__).parents[2] / "tools" / "skill" / "SKILL.md"


@pytest.fixture(scope="module")
def run(run_environment):
    """Runs the command with these arguments."""

    def call(*arguments: str | Path, check: bool = True, **options) -> subprocess.CompletedProcess:
        options = {"env": run_environment, "timeout": 120, "text": True, "capture_output": True, **options}
        done = subprocess.run([*COMMAND, *map(str, arguments)], **options)
        assert not check or done.returncode == 0, done.stderr
        return done

    return call


@pytest.fixture(scope="module")
def demo(run, tmp_path_factory) -> Path:
    """The files of ``atemoya demo``."""
    folder = tmp_path_factory.mktemp("demo")
    run("demo", "--bases", "600000", "--keep", folder, "--quiet")
    return folder


def test_it_is_called_atemoya(atemoya, run):
    assert run("--version").stdout == f"atemoya {atemoya.__version__}\n"
    assert "\nUsage: atemoya index <STORE> " in run("index", "--help").stdout
    assert "_atemoya()" in run("completions", "bash").stdout
    [entry] = entry_points(group="console_scripts", name="atemoya")
    assert entry.value == "atemoya.__main__:main"


def test_from_files_to_a_store(atemoya, demo, run, tmp_path):
    """A name of a file need not be UTF-8."""
    name = os.fsdecode(b"c\xff.bw")
    (tmp_path / name).write_bytes((demo / "control.bw").read_bytes())
    packed = run("pack", "--signal", f"depth={name}", "--out", "s.atemoya", "--json", cwd=tmp_path)
    assert json.loads(packed.stdout)["tracks"] == 1
    run("index", "s.atemoya", "--peaks", demo / "peaks.narrowPeak", "--summits", cwd=tmp_path)
    assert "all good" in run("verify", "s.atemoya", cwd=tmp_path).stdout
    assert atemoya.Store(tmp_path / "s.atemoya").loci == ["default"]


def test_exit_statuses(run):
    for arguments, status, said in [
        (["verify", "nothing"], 1, "atemoya: nothing: "),
        (["verify"], 2, "error: "),
        (["--nonsense"], 2, "error: "),
    ]:
        done = run(*arguments, check=False)
        assert (done.returncode, done.stdout) == (status, "") and done.stderr.startswith(said), done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [["--help"], ["completions", "zsh"], ["inspect", "demo.atemoya", "--json"]])
def test_a_reader_that_goes_is_no_error(arguments, demo, run_environment):
    with subprocess.Popen([*COMMAND, *arguments], env=run_environment, cwd=demo, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_long_pack_and_leaves_nothing(number, demo, run_environment, tmp_path):
    """It is sent when the command has begun to write. What ends before that is sent again."""
    tracks = ",".join([str(demo / "signal.plus.bw")] * 150)
    command = [*COMMAND, "pack", "--signal", f"many={tracks}", "--threads", "1", "--out", tmp_path / "s.atemoya"]
    with subprocess.Popen(command, env=run_environment, stderr=subprocess.PIPE, text=True) as process:
        while not any(tmp_path.iterdir()):
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.01)
        process.send_signal(number)
        said = process.stderr.read()
    assert process.returncode == 130, said
    assert "interrupted; nothing was written" in said and "Traceback" not in said
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_ends_what_does_not_listen(run_environment):
    """As it ends any program: by the signal, and without a traceback."""
    code = """
import signal, os, sys
from atemoya import __main__, _native
_native.run_command = lambda arguments: os.kill(os.getpid(), signal.SIGINT)
__main__.main()
"""
    done = subprocess.run([sys.executable, "-c", code], env=run_environment, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (-signal.SIGINT, "")


def test_a_signal_that_is_ignored_stays_so(demo, run_environment, tmp_path):
    """As a shell has the background jobs of a script ignore SIGINT."""
    tracks = ",".join([str(demo / "signal.plus.bw")] * 20)
    command = [*COMMAND, "pack", "--signal", f"many={tracks}", "--threads", "1", "--out", tmp_path / "s.atemoya"]
    with subprocess.Popen(command, env=run_environment, stderr=subprocess.PIPE, text=True,
                          preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN)) as process:
        while not any(tmp_path.iterdir()):
            assert process.poll() is None, process.stderr.read()
            process.send_signal(signal.SIGINT)
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        said = process.stderr.read()
    assert process.returncode == 0, said
    assert "stopping" not in said and (tmp_path / "s.atemoya").is_dir()


def test_ctrl_c_at_once_is_quiet(run_environment):
    """While the package is imported, too, which takes no numpy."""
    code = """
import signal, os, sys
class Interrupting:
    def find_spec(self, name, path=None, target=None):
        assert name != "numpy"
        if name == "atemoya._native":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupting())
from atemoya.__main__ import main
main()
"""
    done = subprocess.run([sys.executable, "-c", code], env=run_environment, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (-signal.SIGINT, "")


def blocks(language: str) -> list[str]:
    """Returns the code of the skill."""
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```$", SKILL.read_text(), re.DOTALL | re.MULTILINE)
    return [textwrap.dedent(code) for _, code in found]


def test_the_skills_code_runs(demo, run_environment, tmp_path, monkeypatch, run):
    run("install-skill", "--dir", tmp_path / "skills")
    assert (tmp_path / "skills" / "atemoya" / "SKILL.md").read_text() == SKILL.read_text()
    here = tmp_path / "here"
    here.mkdir()
    for path in demo.iterdir():
        if path.is_file():
            (here / path.name).symlink_to(path)
    # A command of this interpreter, which need not be on the path.
    command = tmp_path / "bin" / "atemoya"
    command.parent.mkdir()
    command.write_text(f"#!/bin/sh\nexec {sys.executable} -m atemoya \"$@\"\n")
    command.chmod(0o755)
    environment = {**run_environment, "PATH": f"{command.parent}{os.pathsep}{run_environment['PATH']}"}
    for script in blocks("sh"):
        subprocess.run(["sh", "-eu", "-c", script], cwd=here, env=environment, check=True, timeout=120)
    monkeypatch.chdir(here)
    names: dict = {}
    for code in blocks("python"):
        exec(code, names)
    assert len(blocks("sh")) == 3 and len(blocks("python")) == 7
    assert names["X"].shape[1:] == (4, 2114) and names["batch"].controls.shape[1:] == (1, 2114)
