#!/usr/bin/env python3
"""Runs the code blocks of Markdown pages: ``python docs/run_blocks.py README.md docs/howto/*.md``.

Each page gets a directory of its own that holds the files of ``atemoya demo --keep DIR``. Its
blocks run there in their order: each ``sh`` block by a ``bash -eu -o pipefail`` of its own, all
``python`` blocks in one namespace. ``atemoya`` must be on the path, and importable by this Python.

A block with ``<!-- not run: REASON -->`` directly above it is counted and not run. Every other
block must be ``sh`` or ``python``, or data, which does not run (``text``, ``toml``, ``json``, ...).
Blocks of MyST directives (``{code-cell}``, ``{literalinclude}``) do not run here; a ``{code-cell}``
that could hide a failure is refused. The exit status is 0 if all blocks passed, and 1 otherwise.
"""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
import traceback
import types
from dataclasses import dataclass
from pathlib import Path

RUNS = {"sh", "python"}
DATA = {"text", "toml", "yaml", "json", "bibtex"}
# Directives whose body is no Markdown; {note} and the like may hold blocks.
OPAQUE = {"code-cell", "literalinclude", "math", "raw", "eval-rst", "toctree", "image", "figure", "glossary"}
FENCE = re.compile(r"^[\s>]*(?P<marks>`{3,}|~{3,}|:{3,})\s*(?P<info>\S*)")
SILENT = re.compile(r"^!|raises-exception|skip-execution", re.MULTILINE)
NOT_RUN = re.compile(r"^\s*<!--\s*not run\b:?\s*(?P<reason>.*?)\s*-->\s*$")


@dataclass
class Block:
    """A code block: the line of its first line, counted from 1, its language and its text."""

    line: int
    language: str
    text: str
    not_run: str | None


class Wrong(Exception):
    """A page that breaks one of these rules, with the line."""


def blocks_of(page: Path) -> list[Block]:
    """Returns the blocks of a page that run, and those that are said not to run."""
    found, containers, reason = [], [], None
    lines = page.read_text(encoding="utf-8").splitlines()
    number = 0
    while number < len(lines):
        line, here = lines[number], f"{page}:{number + 1}"
        number += 1
        if comment := NOT_RUN.match(line):
            reason = comment["reason"]
            if not reason:
                raise Wrong(f"{here}: `not run` has no reason: write <!-- not run: REASON -->")
            continue
        fence = FENCE.match(line)
        if not fence:
            if line.strip() and reason is not None:
                raise Wrong(f"{here}: `not run` stands above no code block")
            continue
        marks, info = fence["marks"], fence["info"]
        if info.startswith("{") and info.strip("{}") not in OPAQUE | {"code-block"}:
            containers.append(marks)
            continue
        if not info and containers and marks.startswith(containers[-1]):
            containers.pop()
            continue
        first = number
        closing = re.compile(rf"^\s*{marks[0]}{{{len(marks)},}}\s*$")
        while number < len(lines) and not closing.match(lines[number]):
            number += 1
        if number == len(lines):
            raise Wrong(f"{here}: the block is not closed")
        text, number = "\n".join(lines[first:number]), number + 1
        if info == "{code-cell}" and (silent := SILENT.search(text)):
            raise Wrong(f"{here}: a cell with {silent[0]!r} passes when it fails: use %%bash, and let cells fail")
        if info.strip("{}") in OPAQUE:
            continue
        if info not in RUNS | DATA and reason is None:
            raise Wrong(f"{here}: {info or 'a block without a language'} does not run: use one of "
                        f"{', '.join(sorted(RUNS | DATA))}, or say why by <!-- not run: REASON --> above it")
        if info in RUNS or reason is not None:
            found.append(Block(first + 1, info, textwrap.dedent(text), reason))
        reason = None
    if containers:
        raise Wrong(f"{page}: a directive opened by {containers[-1]} is not closed")
    return found


def run_block(page: Path, block: Block, namespace: dict) -> bool:
    """Runs a block. Tracebacks of Python name the page and its line."""
    try:
        if block.language == "sh":
            command = ["bash", "-eu", "-o", "pipefail", "-c", block.text]
            return subprocess.run(command, stdin=subprocess.DEVNULL).returncode == 0
        exec(compile("\n" * (block.line - 1) + block.text, str(page), "exec"), namespace)
    except BaseException:  # SystemExit too: a page ends where its last block does
        traceback.print_exc()
        return False
    return True


def captured(page: Path, block: Block, namespace: dict, seconds: int) -> tuple[bool, str]:
    """Runs a block for so many seconds at most. Returns whether it passed, and what it printed."""

    def stop(*_):
        raise TimeoutError(f"the block takes longer than {seconds} s")

    with tempfile.TemporaryFile() as output:
        sys.stdout.flush()
        saved = os.dup(1), os.dup(2)
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
        signal.signal(signal.SIGALRM, stop)
        signal.alarm(seconds)
        passed = run_block(page, block, namespace)
        signal.alarm(0)
        sys.stdout.flush()
        sys.stderr.flush()
        for here, number in zip(saved, (1, 2)):
            os.dup2(here, number)
            os.close(here)
        output.seek(0)
        return passed, output.read().decode(errors="replace")


def run_page(page: Path, blocks: list[Block], seconds: int) -> int:
    """Runs the blocks of a page in the current directory, up to the first that fails."""
    main = types.ModuleType("__main__")
    sys.modules["__main__"] = main
    for block in blocks:
        where = f"  line {block.line:<4} {block.language:<7}"
        if block.not_run is not None:
            print(f"{where} not run: {block.not_run}", flush=True)
            continue
        begun = time.monotonic()
        passed, output = captured(page, block, main.__dict__, seconds)
        print(f"{where} {'ok' if passed else 'FAILED'} {time.monotonic() - begun:.1f} s", flush=True)
        if not passed:
            print(textwrap.indent(block.text, "    | "), textwrap.indent(output, "    "), sep="\n")
            print("  the rest of this page did not run")
            return 1
    return 0


def run_apart(page: Path, blocks: list[Block], demo: Path, seconds: int) -> bool:
    """Runs a page in a process, a directory, a home and a cache of its own."""
    with tempfile.TemporaryDirectory(prefix="blocks-") as place:
        files = Path(place, "files")
        shutil.copytree(demo, files)
        Path(place, "home").mkdir()
        child = os.fork()
        if child == 0:
            os.environ.update(HOME=f"{place}/home", ATEMOYA_CACHE=f"{place}/cache", MPLBACKEND="Agg")
            os.chdir(files)
            sys.path[0], status = str(files), 1
            try:
                status = run_page(page, blocks, seconds)
            finally:
                sys.stdout.flush()
                os._exit(status)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="+", type=Path, metavar="PAGE")
    parser.add_argument("--demo", type=Path, metavar="DIR", help="the demo's files, in place of making them")
    parser.add_argument("--timeout", type=int, default=120, metavar="SECONDS", help="of one block (default: 120)")
    given = parser.parse_args()
    try:
        pages = {page.resolve(): blocks_of(page) for page in given.pages}
    except Wrong as wrong:
        print(wrong)
        return 1
    every, failed = [block for blocks in pages.values() for block in blocks], []
    skipped = sum(block.not_run is not None for block in every)
    with tempfile.TemporaryDirectory(prefix="demo-") as place:
        demo = given.demo or Path(place, "demo")
        if given.demo is None and len(every) > skipped:
            subprocess.run(["atemoya", "demo", "--keep", str(demo)], check=True, stdout=subprocess.DEVNULL)
        for page, blocks in pages.items():
            print(os.path.relpath(page), flush=True)
            runs = any(block.not_run is None for block in blocks)
            passed = run_apart(page, blocks, demo, given.timeout) if runs else run_page(page, blocks, 0) == 0
            failed += [] if passed else [os.path.relpath(page)]
    print(f"{len(pages)} pages: {len(every) - skipped} blocks to run, {skipped} not run; "
          + (f"FAILED: {', '.join(failed)}" if failed else "all passed"))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
