#!/usr/bin/env python3
"""Compiles expand.cu for the host, with sanitizers, and compares what it writes with a plain model.

    python3 host_check.py

The library's tests interpret expand.ptx. This check compiles the source instead: it finds undefined
behaviour and accesses outside the buffers, and needs only `c++`. The exit code is 1 if an element
differs.
"""

import pathlib
import random
import struct
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
SANITIZE = ["-fsanitize=undefined,address", "-fno-sanitize-recover=all"]
BITS, FROM_U8, FROM_U16, FROM_F32 = range(4)
F32, F16, BF16, U8 = range(4)
SIZE, ELEMENTS, ONE = "IHHB", (4, 8, 8, 16), (0x3F800000, 0x3C00, 0x3F80, 1)
WIDTHS = (1, 2, 7, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 999)
UNUSED = 0xFFFFFFFF
NOTHING = (0, UNUSED, 0, 0, 0, b"", b"")
SPECIAL = (
    *(0x7F800000, 0xFF800000, 0x7F800001, 0xFFC12345, 0x7FFFFFFF, 0x00000001, 0x807FFFFF),
    *(0x80000000, 0x7F7FFFFF, 0x7F7F7FFF, 0x3F808000, 0x3F818000, 0x477FEFFF, 0x477FF000),
    *(0x45001000, 0x45003000, 0x33000000, 0x33000001, 0x38800000, 0x387FFFFF),
)


def value(bits):
    return struct.unpack("<f", struct.pack("<I", bits))[0]


def bits_of(x):
    return struct.unpack("<I", struct.pack("<f", x))[0]


def f16(x):
    if x != x:
        return 0x7FFF
    try:
        return struct.unpack("<H", struct.pack("<e", x))[0]
    except OverflowError:
        return 0xFC00 if x < 0 else 0x7C00


def bf16(bits):
    """Rounds to the nearest, ties to even. One step beyond the largest number is infinity."""
    size, sign = bits & 0x7FFFFFFF, bits >> 16 & 0x8000
    if size > 0x7F800000:
        return bits >> 16 | 0x40
    below = size >> 16
    if size & 0xFFFF == 0:
        return sign | below
    low, high = value(below << 16), 2.0**128 if below == 0x7F7F else value((below + 1) << 16)
    down, up = value(size) - low, high - value(size)
    return sign | (below + (up < down or (up == down and below & 1)))


def bits(rng, output, rows, width):
    """Returns a column of bits, whose source ends after the last word that is read."""
    words = (width + 31) // 32 + rng.randrange(3)
    source = [rng.getrandbits(32) for _ in range((rows - 1) * words + (width + 31) // 32)]
    target = [ONE[output] * (source[row * words + p // 32] >> p % 32 & 1) for row in range(rows) for p in range(width)]
    source = struct.pack(f"<{len(source)}I", *source)
    return rows * width, output, width, words, source, struct.pack(f"<{len(target)}{SIZE[output]}", *target)


def numbers(source, output, values):
    """Returns a column of numbers; those of an f32 column are its bits."""
    as_f32 = values if source == FROM_F32 else [bits_of(float(x)) for x in values]
    if output == F32:
        target = as_f32
    else:
        target = [f16(value(x)) if output == F16 else bf16(x) for x in as_f32]
    packed = struct.pack(f"<{len(values)}{' BHI'[source]}", *values)
    return len(values), 4 * source + output, 0, 0, packed, struct.pack(f"<{len(target)}{SIZE[output]}", *target)


def launch(columns, excess=0):
    """Returns a launch: its blocks, and its columns, each with its first block."""
    blocks, placed = 0, []
    for column in columns:
        items, conversion = column[:2]
        placed.append((items, blocks, *column[1:]))
        blocks += -(-items // (256 * ELEMENTS[conversion % 4]))
    return blocks + excess, placed + [NOTHING] * (3 - len(placed))


def launches(rng):
    def some(source, n):
        if source == FROM_F32:
            candidates = lambda: (rng.choice(SPECIAL), rng.getrandbits(32), bits_of(rng.gauss(0, 100)))
            return [rng.choice(candidates()) for _ in range(n)]
        return [rng.randrange(256 if source == FROM_U8 else 65536) for _ in range(n)]

    kinds = [(s, o) for s in (FROM_U8, FROM_U16, FROM_F32) for o in (F32, F16, BF16) if (s, o) != (FROM_F32, F32)]
    for n in range(1, 20):
        for three in zip(kinds, kinds[1:] + kinds[:1], kinds[2:] + kinds[:2]):
            yield launch([numbers(*kind, some(kind[0], n + 1000 * i)) for i, kind in enumerate(three)], n % 2)
    for width in WIDTHS:
        for output in range(4):
            yield launch([bits(rng, (output + i) % 4, rng.randrange(1, 10), width) for i in range(3)], width % 2)
    for output in (F32, F16, BF16):
        yield launch([numbers(FROM_U8, output, range(256)), numbers(FROM_U16, output, range(65536))])
    for output in (F16, BF16):
        yield launch([numbers(FROM_F32, output, list(SPECIAL) + [x << 16 | 0x8000 for x in range(0, 65536, 7)])])
    missing = [4 * s + o for s, o in ((FROM_U8, U8), (FROM_U16, U8), (FROM_F32, F32), (FROM_F32, U8))]
    for conversion in missing + [16, 21, UNUSED]:
        yield 2, [(256, 0, conversion, 8, 1, bytes(1024), b"\xa5" * 1024), NOTHING, NOTHING]
    yield 2, [(256, 0, F32, 0, 1, bytes(1024), b"\xa5" * 1024), NOTHING, NOTHING]
    late = numbers(FROM_U8, F32, [1, 2, 3])
    yield 3, [NOTHING, NOTHING, (late[0], 1, *late[1:])]
    yield 3, [(late[0], 1, *late[1:]), NOTHING, NOTHING]
    yield 2, [(4096, UNUSED, 4 * FROM_U8 + F32, 0, 0, bytes(4096), b"\xa5" * 16384), NOTHING, NOTHING]


def main():
    cases = list(launches(random.Random(1)))
    launched = bytearray()
    for blocks, columns in cases:
        launched += struct.pack("<I", blocks)
        for *numbers_of, source, target in columns:
            launched += struct.pack("<7I", *numbers_of, len(source), len(target))
        launched += b"".join(column[5] for column in columns)
    with tempfile.TemporaryDirectory() as directory:
        program = f"{directory}/host"
        options = ["-std=c++17", "-O1", "-g", "-Wall", "-Wno-unknown-pragmas", *SANITIZE]
        command = ["c++", *options, "-o", program, HERE / "host.cpp"]
        if subprocess.run(command).returncode:
            sys.exit("expand.cu does not compile for the host")
        done = subprocess.run([program], input=launched, stdout=subprocess.PIPE)
    if done.returncode:
        sys.exit(f"the kernel on the host stopped with {done.returncode}, see above")
    at = elements = 0
    for blocks, columns in cases:
        for items, first, conversion, width, words, _, target in columns:
            if done.stdout[at : at + len(target)] != target:
                where = f"width {width}, words {words}, block {first} of {blocks}"
                sys.exit(f"conversion {conversion} of {items} items ({where}) differs")
            at += len(target)
            elements += items
    assert at == len(done.stdout)
    print(f"{len(cases)} launches, {elements} elements as expected")


if __name__ == "__main__":
    main()
