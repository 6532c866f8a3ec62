"""The native order of examples, version 1, written from SAMPLER.md alone.

    python3 sampler.py --write ../vectors/sampler.json
    python3 sampler.py --check ../vectors/sampler.json

Needs nothing but Python's standard library. Integers of 64 bits are decimal strings in the vectors,
since not every reader of JSON keeps them exactly.
"""

import argparse
import hashlib
import json
import math
import struct
import sys

MASK = 2**64 - 1
G = 0x9E3779B97F4A7C15


def mix(z):
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def key(seed, epoch, stream):
    s = mix((seed + G) & MASK)
    s = mix(((s ^ epoch) + G) & MASK)
    return mix(((s ^ stream) + G) & MASK)


def rotate_left(x, k):
    return ((x << k) | (x >> (64 - k))) & MASK


class Generator:
    """xoshiro256++, as Blackman and Vigna publish it."""

    def __init__(self, seed, epoch, stream):
        start = key(seed, epoch, stream)
        self.s = [mix((start + (i + 1) * G) & MASK) for i in range(4)]

    def next(self):
        s = self.s
        result = (rotate_left((s[0] + s[3]) & MASK, 23) + s[0]) & MASK
        t = (s[1] << 17) & MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = rotate_left(s[3], 45)
        return result

    def bounded(self, m):
        high, low = divmod(self.next() * m, 2**64)
        if low < m:
            threshold = (2**64 - m) % m
            while low < threshold:
                high, low = divmod(self.next() * m, 2**64)
        return high


def plan(n_peaks, n_negatives, negative_ratio, max_jitter, reverse_complement, shuffle, seed, epoch):
    """The draws of an epoch: a list of (is_peak, source, offset, rc)."""
    drawn = math.trunc(float(n_peaks) * negative_ratio)
    n = n_peaks + drawn
    p = list(range(n))
    g = Generator(seed, epoch, 2**64 - 1)
    for i in range(n - 1, 0, -1):
        j = g.bounded(i + 1)
        p[i], p[j] = p[j], p[i]
    draws = []
    peaks_before = 0
    for i in range(n):
        g = Generator(seed, epoch, i)
        is_peak = p[i] < n_peaks
        if is_peak:
            source = p[i] if shuffle else peaks_before
            peaks_before += 1
            offset = g.bounded(2 * max_jitter + 1)
        else:
            source = g.bounded(n_negatives)
            offset = 0
        rc = g.next() >> 63 if reverse_complement else 0
        draws.append((int(is_peak), source, offset, rc))
    return draws


def digest(draws):
    """SHA-256 over the draws as u8 is_peak, u32 source, u32 offset, u8 rc, little-endian, ten bytes
    each."""
    return hashlib.sha256(b"".join(struct.pack("<BIIB", *draw) for draw in draws)).hexdigest()


def case(name, n_peaks, n_negatives, negative_ratio, max_jitter, rc=True, shuffle=True, seed=0, epochs=(0, 1)):
    options = {
        "n_peaks": n_peaks,
        "n_negatives": n_negatives,
        "negative_ratio": negative_ratio,
        "max_jitter": max_jitter,
        "reverse_complement": rc,
        "shuffle": shuffle,
        "seed": str(seed),
    }
    out = []
    for epoch in epochs:
        draws = plan(n_peaks, n_negatives, negative_ratio, max_jitter, rc, shuffle, seed, epoch)
        entry = {"epoch": str(epoch), "n": len(draws), "sha256": digest(draws)}
        if len(draws) <= 200:
            for place, member in enumerate(("is_peak", "source", "offset", "rc")):
                entry[member] = [draw[place] for draw in draws]
        out.append(entry)
    return {"name": name, "options": options, "epochs": out}


def vectors():
    words = [0, 1, 2, G, 2**31, 2**63, MASK]
    keys = [(0, 0, 0), (1, 2, 3), (3, 2, 1), (0, 0, MASK), (MASK, MASK, MASK), (2**63 + 11, 2**40, 12345)]
    # Above 2^63 about half of all outputs are rejected.
    bounds = [1, 2, 3, 7, 1001, 2**32, 10**12, 2**63, 2**63 + 1, 3 * 2**62 + 1, MASK]

    def outputs(k):
        g = Generator(*k)
        return [str(g.next()) for _ in range(6)]

    def bounded(m):
        g = Generator(5, 6, 7)
        return [str(g.bounded(m)) for _ in range(16)]

    return {
        "order": "native",
        "version": 1,
        "mix": [[str(w), str(mix(w))] for w in words],
        "generator": [{"key": [str(v) for v in k], "value": str(key(*k)), "outputs": outputs(k)} for k in keys],
        "bounded": [{"bound": str(m), "generator": ["5", "6", "7"], "values": bounded(m)} for m in bounds],
        "plans": [
            case("plain", 20, 9, 0.5, 500, seed=1234),
            case("not shuffled", 20, 9, 0.5, 500, shuffle=False, seed=1234),
            case("no reverse complement", 20, 9, 0.5, 500, rc=False, seed=1234),
            case("no jitter", 20, 9, 0.5, 0, seed=1234),
            case("nothing random but the order", 12, 3, 0.25, 0, rc=False, epochs=(0, 1, 2)),
            case("no negatives", 30, 0, 0.0, 3, seed=7),
            case("negatives that are not used", 10, 5, 0.05, 3, seed=7),
            case("the product is truncated", 100, 40, 0.29, 16, seed=99),
            case("more negatives than peaks", 8, 5, 1.5, 128, shuffle=False, rc=False, seed=42),
            case("one negative", 6, 1, 1.0, 1, seed=3),
            case("one peak", 1, 0, 0.0, 10, seed=8, epochs=(0, 1, 2, 3)),
            case("largest seed and epoch", 16, 4, 0.5, 50, seed=MASK, epochs=(2**32, 2**63 - 1, MASK)),
            case("largest jitter", 16, 4, 0.5, 2**31 - 1, seed=2**63),
            case("many negatives", 16, 2**32 - 1, 1.0, 5, seed=2**32),
            case("long", 20000, 6000, 0.1, 500, seed=20260101, epochs=(0, 11)),
            case("long, not shuffled", 9999, 6000, 0.333, 7, shuffle=False, seed=5, epochs=(3,)),
        ],
    }


def to_text(value, depth=0):
    """JSON with one line for each array of numbers or strings."""
    pad = " " * (depth + 1)
    if isinstance(value, dict):
        items = [f"{pad}{json.dumps(k)}: {to_text(v, depth + 1)}" for k, v in value.items()]
        return "{\n" + ",\n".join(items) + "\n" + " " * depth + "}"
    if isinstance(value, list) and any(isinstance(v, (dict, list)) for v in value):
        return "[\n" + ",\n".join(pad + to_text(v, depth + 1) for v in value) + "\n" + " " * depth + "]"
    return json.dumps(value)


def main():
    parser = argparse.ArgumentParser(description="Golden vectors of the native order.")
    group = parser.add_mutually_exclusive_group(required=True)
    group.add_argument("--write", metavar="FILE")
    group.add_argument("--check", metavar="FILE")
    args = parser.parse_args()
    text = to_text(vectors()) + "\n"
    if args.write:
        with open(args.write, "w", encoding="utf-8", newline="\n") as f:
            f.write(text)
        return
    with open(args.check, encoding="utf-8", newline="") as f:
        if f.read() != text:
            sys.exit(f"{args.check}: not what SAMPLER.md says")


if __name__ == "__main__":
    main()
