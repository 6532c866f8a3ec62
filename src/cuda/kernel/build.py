#!/usr/bin/env python3
"""Compiles expand.cu to expand.ptx, or checks that the committed expand.ptx is up to date.

    pip install --no-deps --target DIR -r requirements.txt
    python3 build.py --tools DIR            writes expand.ptx
    python3 build.py --tools DIR --check    compares, and assembles it for the architectures below

No GPU, driver or CUDA toolkit is needed. The check also fails if the assembler uses local memory (a
stack, spilled registers) or more registers than REGISTERS.
"""

import argparse
import ctypes
import difflib
import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
OPTIONS = ["--gpu-architecture=compute_70", "--std=c++17"]
ARCHITECTURES = ["sm_70", "sm_80", "sm_90", "sm_100", "sm_120"]
REGISTERS = 40


def find(tools, pattern):
    """Returns the only file under `tools` whose path ends like `pattern`."""
    found = sorted(pathlib.Path(tools).glob(f"**/{pattern}"))
    if len(found) != 1:
        sys.exit(f"{len(found)} files {pattern} under {tools}, expected one: see requirements.txt")
    return found[0].resolve()


def compiled(tools):
    """Returns the PTX of expand.cu, as bytes."""
    nvrtc = ctypes.CDLL(str(find(tools, "libnvrtc.so.*")))

    def call(name, *arguments):
        code = getattr(nvrtc, name)(*arguments)
        nvrtc.nvrtcGetErrorString.restype = ctypes.c_char_p
        return nvrtc.nvrtcGetErrorString(code).decode() if code else None

    def must(name, *arguments):
        if error := call(name, *arguments):
            sys.exit(f"{name}: {error}")

    def text(what):
        size = ctypes.c_size_t()
        must(f"nvrtcGet{what}Size", program, ctypes.byref(size))
        out = ctypes.create_string_buffer(size.value)
        must(f"nvrtcGet{what}", program, out)
        return out.value

    program = ctypes.c_void_p()
    source = (HERE / "expand.cu").read_bytes()
    must("nvrtcCreateProgram", ctypes.byref(program), source, b"expand.cu", 0, None, None)
    options = (ctypes.c_char_p * len(OPTIONS))(*(o.encode() for o in OPTIONS))
    error = call("nvrtcCompileProgram", program, len(OPTIONS), options)
    if log := text("ProgramLog").strip():
        sys.exit(f"expand.cu: {error or 'the compiler warns'}\n{log.decode()}")
    if error:
        sys.exit(f"expand.cu: {error}")
    return text("PTX")


def compare(committed, made):
    if committed == made:
        return
    lines = [text.decode(errors="replace").splitlines(keepends=True) for text in (committed, made)]
    sys.stdout.writelines(difflib.unified_diff(*lines, "expand.ptx, committed", "expand.ptx, compiled now"))
    sys.exit("expand.ptx is not what the compiler makes of expand.cu: run build.py without --check")


def assemble(ptxas, architecture):
    """Assembles expand.ptx; prints and checks its registers and local memory."""
    command = [ptxas, "-v", f"-arch={architecture}", "-o", os.devnull, HERE / "expand.ptx"]
    done = subprocess.run(command, capture_output=True, text=True)
    output = done.stdout + done.stderr
    if done.returncode:
        sys.exit(f"ptxas for {architecture}: {output}")
    registers = re.findall(r"Used (\d+) registers", output)
    local = re.findall(r"(\d+) bytes (stack frame|spill stores|spill loads)", output)
    if len(registers) != 1 or len(local) != 3:
        sys.exit(f"ptxas for {architecture} says something else than expected: {output}")
    print(f"{architecture}: {registers[0]} registers, " + ", ".join(f"{n} bytes {what}" for n, what in local))
    if int(registers[0]) > REGISTERS or any(int(n) for n, _ in local):
        sys.exit(f"ptxas for {architecture}: more than {REGISTERS} registers, or local memory")


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tools", required=True, help="the directory into which pip installed requirements.txt")
    parser.add_argument("--check", action="store_true", help="compare with the committed file instead of writing it")
    arguments = parser.parse_args()
    made = compiled(arguments.tools)
    if not arguments.check:
        (HERE / "expand.ptx").write_bytes(made)
        print(f"expand.ptx: written, {len(made)} bytes")
        return
    compare((HERE / "expand.ptx").read_bytes(), made)
    print("expand.ptx: what the compiler makes of expand.cu")
    ptxas = find(arguments.tools, "bin/ptxas")
    os.chmod(ptxas, 0o755)
    known = subprocess.run([ptxas, "--help"], capture_output=True, text=True, check=True).stdout
    for architecture in ARCHITECTURES:
        if f"'{architecture}'" in known:
            assemble(ptxas, architecture)
        else:
            print(f"{architecture}: unknown to this ptxas")


if __name__ == "__main__":
    main()
