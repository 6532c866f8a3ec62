"""The valid stores that hold every encoding of a tile."""
import random

from encode import ALL_CODES, cheapest, fits
from store import Store
from truth import f32, letters, run_values, sparse_values


def codes():
    """Every tile code but three of u4, at tile 512; contigs around the block size; every kind of
    row."""
    rng = random.Random(1)
    body = 512 * 15 + 100
    sizes = {"empty": 0, "one": 1, "b63": 63, "b64": 64, "scaffold|7 αβ": 65, "body": body, "x" * 255: 300,
             "also_empty": 0}
    s = Store("codes", [(n, letters(rng, k)) for n, k in sizes.items()])
    small = sum(k > 0 for k in list(sizes.values())[:5])  # rows before those of `body`
    silent = {small + 2, small + 5, small + 6, small + 14}  # rows that are zero in every track
    tracks = {}
    for name, top, density in (("plus", 255, 0.1), ("minus", 65535, 0.05), ("ones", 1, 0.15), ("scores", None, 0.04),
                               ("control", 3, 0.002)):
        tracks[name] = []
        row = 0
        for length in sizes.values():
            values = []
            for base in range(0, length, 512):
                n = min(512, length - base)
                if row in silent:
                    values += [0.0] * n
                elif top in (255, None) and row % 3 == 0:
                    values += run_values(rng, n, 20, lambda: 0.0 if rng.random() < 0.3 else f32(rng.random() * 10)
                                         if top is None else float(rng.getrandbits(8)))
                else:
                    values += sparse_values(rng, n, density, top)
                row += 1
            tracks[name].append(values)
    tracks["plus"][5][512 * 3 : 512 * 4] = [7.0] * 512                              # one run
    # As many runs as bases, every base non-zero
    tracks["scores"][5][512 * 4 : 512 * 5] = [float(i + 1) / 4 for i in range(512)]
    tracks["plus"][1], tracks["minus"][1], tracks["scores"][1] = [5.0], [65535.0], [f32(-1e-45)]
    tracks["scores"][5][0:2] = [f32(3.4028234663852886e38), f32(-3.4028234663852886e38)]
    wanted = {0: [7, 22, 12, 17, 8, 13, 18, 23, 9, 14, 19, 24], 1: [8, 13, 18, 23, 9, 14, 19, 24],
              2: [10, 15, 22, 7, 12, 17], 3: [9, 14, 19, 24]}

    def choose(row, track, values):
        if row == small + 6 and track == 1:
            return 8  # dense, and every value is 0: not what a writer should do, but valid
        if not any(values):
            return 0
        if row == small + 3 and track == 0:
            return 22
        if row == small + 4 and track == 3:
            return 24
        if track == 4:
            return cheapest(values)
        code = next((code for code in wanted[track] if fits(values, code)), None)
        if code is None:
            return cheapest(values)
        wanted[track].remove(code)
        wanted[track].append(code)
        return code

    s.panel(512, tracks, choose=choose, spelled_out={small + 5})
    assert {code for _, code, _ in s.laid["panel-0.atm"].tiles.values()} == set(ALL_CODES) - {6, 16, 21}
    s.group("stranded", "signal", 0, [0, 1])
    s.group("ones", "signal", 0, [2])
    s.group("scores é", "signal", 0, [3])
    s.group("input", "control", 0, [4])
    return s.finish()


def nibbles():
    """Values of 0 to 15, two in a byte: odd and even numbers of them, tiles that a contig's end
    cuts, and what a writer should choose."""
    rng = random.Random(6)
    sizes = {"whole": 512 * 9, "cut": 512 * 2 + 77, "one": 1, "odd": 511, "two": 2}
    s = Store("nibbles", [(n, "N" * k) for n, k in sizes.items()], sequence=False)
    value = lambda: float(1 + rng.getrandbits(8) % 15)

    def some(length, count):
        """`count` of the bases have a value (all, if there are fewer)."""
        out = [0.0] * length
        for i in sorted(range(length), key=lambda _: rng.random())[:count]:
            out[i] = value()
        return out

    def runs(length, count):
        """As many runs; each value is another than the one before."""
        ends = sorted(sorted(range(1, length), key=lambda _: rng.random())[: count - 1]) + [length]
        out, old = [], 0.0
        for end in ends:
            old = next(v for v in iter(lambda: float(rng.getrandbits(4)), None) if v != old)
            out += [old] * (end - len(out))
        return out

    # How many values each row's tile has: 512 and 511 of them, few, odd and even
    numbers = iter([8, 512, 511, 1, 2, 33, 64, 101, 8, 17, 200, 77, 1, 256, 2])
    tracks = {name: [] for name in ("dense", "sparse", "runs", "bitmap")}
    for length in sizes.values():
        spans = [(min(512, length - base), next(numbers)) for base in range(0, length, 512)]
        for name, fill in (("dense", lambda n, _: some(n, n - n // 8)), ("sparse", some), ("runs", runs),
                           ("bitmap", some)):
            tracks[name].append([x for n, k in spans for x in fill(n, k)])
    s.panel(512, tracks, choose=lambda row, track, values: [6, 11, 21, 16][track] if any(values) else 0)

    # The cheapest code of a tile of 1,024 bases, and of one that a contig's end cuts
    number = iter(range(99))
    chosen = {name: [[0.0] * n for n in sizes.values()]
              for name in ("ones", "limit", "ties", "few", "level", "half", "every")}
    for c, length in enumerate(sizes.values()):
        for base in range(0, length, 1024):
            n, k = min(1024, length - base), next(number)
            for name, values in {
                    "ones": [min(v, 1.0) for v in some(n, 50)], "limit": [15.0] * n if k % 2
                    else [15.0] * (n - 1) + [16.0],
                    "ties": some(n, [1, 751, 128][k % 3]), "few": some(n, 60 + k), "level": runs(n, 20 + k),
                    "half": some(n, 400 + k), "every": some(n, n)}.items():
                chosen[name][c][base : base + n] = values
    s.panel(1024, chosen)
    found = s.laid["panel-1.atm"].tiles
    assert [[found[row, t][1] for t in range(7)] for row in (0, 1)] == [[10, 22, 11, 11, 21, 16, 6],
                                                                        [10, 21, 6, 11, 21, 16, 6]]
    s.group("explicit", "signal", 0, [0, 1, 2, 3])
    s.group("chosen", "signal", 1, [0, 1, 2, 3, 4, 5, 6])
    return s.finish()
