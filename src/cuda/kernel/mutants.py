#!/usr/bin/env python3
"""Changes one instruction of expand.ptx at a time, and runs a test that should notice.

    python3 mutants.py [--every N] [--jobs N] COMMAND...

COMMAND is the test; `{}` in it stands for the path of the changed PTX. A test that notices the
change has an exit code other than 0. The survivors are printed, and a human must judge them: many
are equivalent to the original, such as a signed comparison of small numbers, or a conversion that
drops bits which nothing reads.
"""

import argparse
import concurrent.futures
import os
import pathlib
import re
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
SWAPS = [
    ("setp.lt", "setp.le"), ("setp.ge", "setp.gt"), ("setp.gt", "setp.ge"), ("setp.eq", "setp.ne"),
    ("setp.ne", "setp.eq"), ("@%p", "@!%p"), ("@!%p", "@%p"), ("add.s32", "sub.s32"), ("add.s64", "sub.s64"),
    ("sub.s32", "add.s32"), ("and.b32", "or.b32"), ("or.b32", "and.b32"), ("and.b16", "or.b16"),
    ("and.b64", "or.b64"), ("shl.b32", "shr.u32"), ("shr.u32", "shl.b32"), ("shl.b64", "shr.u64"),
    ("min.u32", "max.u32"), ("not.b32", "mov.u32"), ("mul.lo.s32", "add.s32"), ("shf.r.wrap", "shf.l.wrap"),
    ("cvt.rn.f32.u16", "cvt.rn.f32.s16"), ("ld.global.u8", "ld.global.s8"), ("4180", "4181"),
    ("32767", "32768"), ("setp.lt.u32", "setp.lt.s32"), ("setp.gt.u32", "setp.gt.s32"),
    ("mul.wide.u32", "mul.wide.s32"), ("cvt.u64.u32", "cvt.s64.s32"),
]  # fmt: skip


def mutants(lines):
    """Yields the number of a line, and the line that replaces it."""
    for at, line in enumerate(lines):
        if re.match(r"\s+(@!?%p\d+ )?\s*[a-z]", line) and "bra.uni" not in line:
            for old, new in SWAPS:
                if old in line:
                    yield at, line.replace(old, new, 1)


def survives(command, lines, at, line):
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / "mutant.ptx"
        path.write_text("\n".join([*lines[:at], line, *lines[at + 1 :]]))
        run = [part.replace("{}", str(path)) for part in command]
        return subprocess.run(run, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--every", type=int, default=1, help="only every N-th mutant")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="tests at a time")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    arguments = parser.parse_args()
    lines = (HERE / "expand.ptx").read_text().split("\n")
    if not any("{}" in part for part in arguments.command):
        parser.error("COMMAND has no {}")
    if not survives(arguments.command, lines, 0, lines[0]):
        parser.error("the test fails with the unchanged PTX")
    chosen = list(mutants(lines))[:: arguments.every]
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        alive = list(pool.map(lambda mutant: survives(arguments.command, lines, *mutant), chosen))
    for (at, line), lives in zip(chosen, alive):
        if lives:
            print(f"line {at + 1}: {lines[at].strip()}  ->  {line.strip()}")
    print(f"{len(chosen)} mutants, {sum(alive)} survive")


if __name__ == "__main__":
    main()
