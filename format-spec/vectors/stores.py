"""The valid stores: their truth (plain lists) and their encoding."""
import hashlib
import io
import json
import math
import os
import random
import struct
from types import SimpleNamespace

from encode import ALL_CODES, cheapest, file_entry, fits, panel_file, seal, sequence_file

HERE = os.path.dirname(os.path.abspath(__file__))
BY = "atemoya test vectors 1"


def f32(x):
    return struct.unpack("<f", struct.pack("<f", x))[0]


class Store:
    """A store being made: `truth` is what it holds, `files` are its bytes by path, `laid` where things lie in them."""

    def __init__(self, name, contigs, sequence=True, version=(1, 0), **extra):
        self.name, self.contigs, self.files, self.laid = name, contigs, {}, {}
        self.header = {"minor": version[1], "optional": extra.pop("optional", 0)}
        self.panels, self.loci = [], {}
        self.manifest = {
            "format": "atemoya", "version": list(version), "required_features": [], "optional_features": [], "created_by": BY,
            "contigs": [{"name": n, "length": len(s)} for n, s in contigs], "sequence": None, "panels": [], "groups": [],
            "files": [], "inputs": []} | extra
        self.has_sequence = sequence
        if sequence:
            self.laid["sequence.atm"], acgt = sequence_file(contigs, **self.header)
            self.manifest["sequence"] = {"file": "sequence.atm", "acgt": acgt}
            self.input("sequence", "genome.fa")

    def input(self, role, path, absent=(), **more):
        self.manifest["inputs"].append({
            "role": role, "path": path, "length": 1000 + len(path), "modified": 1700000000, "sha256": hashlib.sha256(path.encode()).hexdigest(),
            "contigs_absent": list(absent), "contigs_ignored": ["chrUn"], **more})

    def panel(self, tile, tracks, **options):
        """`tracks`: {name: [values per contig]}."""
        name = f"panel-{len(self.panels)}.atm"
        lengths = [len(s) for _, s in self.contigs]
        for values in tracks.values():
            assert [len(v) for v in values] == lengths
            assert all(f32(x) == x for v in values for x in v)
        self.laid[name] = panel_file(lengths, tile, list(tracks.values()), **options, **self.header)
        self.panels.append((name, tracks))
        stated = []
        for track, values in tracks.items():
            flat = [x for v in values for x in v] or [0.0]
            whole = all(x == int(x) and x >= 0 for x in flat)
            kind = "u8" if whole and max(flat) < 256 else "u16" if whole and max(flat) < 65536 else "f32"
            number = (lambda x: x) if kind == "f32" else int
            stated.append({"name": track, "type": kind, "nonzero": sum(x != 0 for x in flat), "sum": number(math.fsum(flat)),
                           "min": number(min(flat)), "max": number(max(flat))})
            self.input("signal", f"{track}.bw")
        self.manifest["panels"].append({"file": name, "tile": tile, "tracks": stated})

    def group(self, name, role, panel, tracks):
        self.manifest["groups"].append({"name": name, "role": role, "panel": panel, "tracks": tracks})

    def tile(self, panel, row, track):
        """The true values of one tile, with the zeros past its contig's end."""
        size = self.manifest["panels"][panel]["tile"]
        values = list(self.panels[panel][1].values())[track]
        cut = [v[base : base + size] for v in values for base in range(0, len(v), size)][row]
        return cut + [0.0] * (size - len(cut))

    def finish(self):
        for name in sorted(self.laid):
            self.files[name] = self.laid[name].bytes
            self.manifest["files"].append(file_entry(name, self.laid[name].bytes))
        self.files["manifest.json"] = seal(self.manifest)
        return self

    def add_loci(self, name, inputs, options, selection=None, extra_column=False, excluded=False, renamed={}):
        """`inputs`: [(role, path, [(line, contig, start, end, summit)])], exclusion lists last. Comes after `finish`. With `excluded`, of version 1.1."""
        rows = []
        for role in ("peaks", "negatives"):
            of_role = [(i, loci) for i, (r, _, loci) in enumerate(inputs) if r == role]
            keyed = [(k * len(of_role) + j, i, locus) for j, (i, loci) in enumerate(of_role) for k, locus in enumerate(loci)]
            for _, i, (line, contig, start, end, summit) in sorted(keyed):
                centre = start + summit if role == "peaks" and options["summits"] else start + (end - start) // 2
                row = {"role": role[:-1], "file": i, "line": line, "contig": contig, "start": start, "end": end, "summit": summit, "centre": centre}
                if selection:
                    row |= verdict(self, row, inputs, options, selection)
                for g in self.manifest["groups"]:
                    if g["role"] == "signal":
                        row["counts_" + g["name"]] = self.total(g, g["tracks"], contig, centre, options["counts_window"], 0)
                if extra_column:
                    row["note"] = f"row {len(rows)}"
                rows.append(row)
        self.loci[name] = rows
        parquet = parquet_bytes(rows, os.path.join(HERE, "valid", self.name, "loci", name, "index.parquet"))
        self.files[f"loci/{name}/index.parquet"] = parquet
        peaks = sum(row["role"] == "peak" for row in rows)
        more = {}
        if excluded:
            stretches = excluded_bed([n for n, _ in self.contigs], [region for r, _, regions in inputs if r == "exclusion" for region in regions])
            self.files[f"loci/{name}/excluded.bed"] = stretches
            more = {"excluded": {"name": "excluded.bed", "length": len(stretches), "sha256": hashlib.sha256(stretches).hexdigest()}}
        self.files[f"loci/{name}/index.json"] = seal({
            "format": "atemoya-loci", "version": [1, 1] if excluded else self.manifest["version"], "name": name, "store": json.loads(self.files["manifest.json"])["checksum"],
            "created_by": BY, "options": options, **({"selection": selection} if selection else {}),
            "inputs": [{"role": r, "path": p, "length": 500, "modified": 1700000000, "sha256": hashlib.sha256(p.encode()).hexdigest(),
                        **({"contigs_renamed": renamed[p]} if p in renamed else {})} for r, p, _ in inputs],
            "rows": len(rows), "peaks": peaks, "negatives": len(rows) - peaks,
            "file": {"name": "index.parquet", "length": len(parquet), "sha256": hashlib.sha256(parquet).hexdigest()}, **more})

    def total(self, group, tracks, contig, centre, w, j):
        """The sum of some tracks of a group over a window with j more bases on either side."""
        names = [n for n, _ in self.contigs]
        if contig not in names:
            return 0.0
        values = [list(self.panels[group["panel"]][1].values())[t][names.index(contig)] for t in tracks]
        window = range(max(0, centre - w // 2 - j), min(len(values[0]), centre + w // 2 + w % 2 + j))
        return math.fsum(v[p] for v in values for p in window)


def excluded_bed(contigs, regions):
    """The stretches of section 9.2, chunk by chunk."""
    lines = []
    for name in contigs:
        chunks = sorted({base // 100 for _, contig, start, end, _ in regions if contig == name for base in range(start, end)})
        ends = [c for c in chunks if c + 1 not in chunks]
        starts = [c for c in chunks if c - 1 not in chunks]
        lines += [f"{name}\t{100 * a}\t{100 * b + 100}\n" for a, b in zip(starts, ends)]
    return "".join(lines).encode()


LEDGER = ["reason", "exclusion_file", "exclusion_line", "exclusion_start", "exclusion_end", "measured", "threshold", "outlier_group"]


def verdict(s, row, inputs, options, selection):
    """The ledger's columns of a row, base by base (section 9.1). No outliers; counts are of all tracks, or of whole numbers."""
    def of(reason, **more):
        return dict.fromkeys(LEDGER) | {"reason": reason} | more
    lengths = {n: len(q) for n, q in s.contigs}
    j = selection["max_jitter"] if row["role"] == "peak" else 0
    if options["chroms"] is not None and row["contig"] not in options["chroms"]:
        return of("contig")
    bases = [p for w in (selection["in_window"], selection["out_window"]) for p in (row["centre"] - w // 2 - j, row["centre"] + w // 2 + w % 2 + j - 1)]
    if min(bases) < 0 or max(bases) >= lengths[row["contig"]]:
        return of("edge")
    chunks = {p // 100 for p in range(min(bases), max(bases) + 1)}
    regions = []
    for i, (role, _, lines) in enumerate(inputs):
        for line, contig, start, end, _ in lines if role == "exclusion" else []:
            touched = {p // 100 for p in range(start, end)}
            if contig == row["contig"] and touched & chunks:
                regions.append((min(touched), i, line, start, end))
    if regions:
        return of("excluded", **dict(zip(LEDGER[1:5], min(regions)[1:])))
    groups = [next(g for g in s.manifest["groups"] if g["name"] == name) for name in selection["signals"]]
    compatible = selection["order"] == "cherimoya"
    if selection["counts_tracks"] is not None:
        counted = [named(s, name) for name in selection["counts_tracks"]]
    else:
        counted = [(groups[0], groups[0]["tracks"][:1])] if compatible else [(g, g["tracks"]) for g in groups]
    total = math.fsum(s.total(g, t, row["contig"], row["centre"], selection["out_window"], j if compatible else 0) for g, t in counted)
    if selection["min_counts"] is not None and total < selection["min_counts"]:
        return of("under_counts", measured=total, threshold=selection["min_counts"])
    if selection["max_counts"] is not None and total > selection["max_counts"]:
        return of("over_counts", measured=total, threshold=selection["max_counts"])
    return of("kept")


def named(s, name):
    """The group, and those of its tracks, that a name of `counts_tracks` means."""
    groups = {g["name"]: g for g in s.manifest["groups"]}
    if name in groups:
        return groups[name], groups[name]["tracks"]
    stem, channel = name.rsplit(".", 1)
    return groups[stem], [groups[stem]["tracks"][int(channel)]]


def parquet_bytes(rows, committed):
    """The parquet file of `rows`. Its bytes depend on the version of pyarrow, so the committed file is kept while it says the same."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    types = dict.fromkeys(("role", "contig", "note", "reason", "outlier_group"), pa.string()) | dict.fromkeys(("file", "exclusion_file"), pa.int32())
    types |= dict.fromkeys(("measured", "threshold"), pa.float64())
    fields = [(k, types.get(k, pa.float64() if k.startswith("counts_") else pa.int64())) for k in rows[0]]
    schema = pa.schema([pa.field(k, t, nullable=k == "summit" or k in LEDGER[1:]) for k, t in fields])
    table = pa.Table.from_pylist(rows, schema)
    if os.path.exists(committed):
        old = pq.ParquetFile(committed).read()
        if old.schema.equals(schema) and old.equals(table):
            with open(committed, "rb") as f:
                return f.read()
    out = io.BytesIO()
    pq.write_table(table, out, compression="NONE", use_dictionary=False, write_statistics=False, store_schema=False)
    return out.getvalue()


def letters(rng, length):
    """Mostly ACGT in both cases, with runs of N and single IUPAC letters."""
    out = []
    while len(out) < length:
        if rng.random() < 0.01:
            out += "N" * (1 + rng.getrandbits(6))
        out.append("RYKMSWBDHVNUnryu"[rng.getrandbits(4)] if rng.random() < 0.02 else "ACGTacgt"[rng.getrandbits(3)])
    return "".join(out[:length])


def sparse_values(rng, length, density, top):
    """Values 0 .. top (whole numbers); top None: f32 of both signs; top 1: ones."""
    value = (lambda: f32(8 * rng.random() - 4)) if top is None else (lambda: float(1 + int(rng.random() * top)))
    return [value() if rng.random() < density else 0.0 for _ in range(length)]


def run_values(rng, length, mean, value):
    out = []
    while len(out) < length:
        out += [value()] * (1 + int(2 * mean * rng.random()))
    return out[:length]


def codes():
    """Every tile code but three of u4, at tile 512; contigs around the block size; every kind of row."""
    rng = random.Random(1)
    body = 512 * 15 + 100
    sizes = {"empty": 0, "one": 1, "b63": 63, "b64": 64, "scaffold|7 αβ": 65, "body": body, "x" * 255: 300, "also_empty": 0}
    s = Store("codes", [(n, letters(rng, k)) for n, k in sizes.items()])
    small = sum(k > 0 for k in list(sizes.values())[:5])  # rows before those of `body`
    silent = {small + 2, small + 5, small + 6, small + 14}  # rows that are zero in every track
    tracks = {}
    for name, top, density in (("plus", 255, 0.1), ("minus", 65535, 0.05), ("ones", 1, 0.15), ("scores", None, 0.04), ("control", 3, 0.002)):
        tracks[name] = []
        row = 0
        for length in sizes.values():
            values = []
            for base in range(0, length, 512):
                n = min(512, length - base)
                if row in silent:
                    values += [0.0] * n
                elif top in (255, None) and row % 3 == 0:
                    values += run_values(rng, n, 20, lambda: 0.0 if rng.random() < 0.3 else f32(rng.random() * 10) if top is None else float(rng.getrandbits(8)))
                else:
                    values += sparse_values(rng, n, density, top)
                row += 1
            tracks[name].append(values)
    tracks["plus"][5][512 * 3 : 512 * 4] = [7.0] * 512                              # one run
    tracks["scores"][5][512 * 4 : 512 * 5] = [float(i + 1) / 4 for i in range(512)]  # as many runs as bases, every base non-zero
    tracks["plus"][1], tracks["minus"][1], tracks["scores"][1] = [5.0], [65535.0], [f32(-1e-45)]
    tracks["scores"][5][0:2] = [f32(3.4028234663852886e38), f32(-3.4028234663852886e38)]
    wanted = {0: [7, 22, 12, 17, 8, 13, 18, 23, 9, 14, 19, 24], 1: [8, 13, 18, 23, 9, 14, 19, 24], 2: [10, 15, 22, 7, 12, 17], 3: [9, 14, 19, 24]}

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


def wide():
    """Alignment of long contigs, tiles of 4,096 and 32,768, two panels, empty rows at contig ends, and a locus index."""
    rng = random.Random(2)
    sizes = {"short": 100, "long": 65536, "almost": 65535, "tiny": 1}
    motif = letters(rng, 960)
    s = Store("wide", [(n, (motif * (k // 960 + 1))[:k]) for n, k in sizes.items()])

    def quiet(length, spans, fill):
        values = [0.0] * length
        for begin, end in spans:
            if begin < length:
                values[begin:end] = fill(min(end, length) - begin)
        return values

    counts, score, depth = [], [], []
    for name, length in sizes.items():
        spans = {"short": [(0, 100)], "long": [(4200, 8000), (20000, 24700)], "almost": [(4095, 4098), (65000, 65535)], "tiny": [(0, 1)]}[name]
        counts.append(quiet(length, spans, lambda n: sparse_values(rng, n, 0.1, 40)))
        score.append(quiet(length, spans[:1], lambda n: run_values(rng, n, 30, lambda: f32(rng.random()))))
        depth.append(quiet(length, [(0, 40000)] if name == "long" else [(100, 300)], lambda n: run_values(rng, n, 400, lambda: float(rng.getrandbits(10)))))
    counts[3], score[3] = [200.0], [0.25]
    depth[2] = [1.0] * 32768 + depth[2][32768:]  # a bitmap whose last running count is 32,768

    s.panel(4096, {"counts": counts, "score": score})
    s.panel(32768, {"depth": depth}, choose=lambda row, track, values: 15 if values == [1.0] * 32768 else cheapest(values))
    s.group("counts", "signal", 0, [0])
    s.group("score", "signal", 0, [1])
    s.group("depth", "control", 1, [0])
    s.finish()
    s.add_loci("training", [
        ("peaks", "a.narrowPeak.gz", [(1, "long", 4300, 4500, 120), (2, "almost", 65500, 65535, 35), (4, "long", 0, 10, 0)]),
        ("negatives", "n.bed", [(1, "short", 10, 21, None), (2, "long", 30000, 30000, None)]),
        ("peaks", "b.narrowPeak", [(3, "tiny", 0, 1, 0)])],
        {"summits": True, "chroms": None, "counts_window": 201})
    s.add_loci("v-1.test", [("peaks", "b.bed", [(1, "long", 20001, 24000, 3), (2, "long", 7999, 8001, None)])],
               {"summits": False, "chroms": ["long", "chrM"], "counts_window": 1000})
    # Counts of whole numbers decide, so that any order of additions gives the same.
    regions = [(1, "long", 6000, 6401, None), (2, "long", 30000, 30000, None), (3, "short", 0, 100, None), (4, "chrQ", 0, 100, None)]
    s.add_loci("judged", [
        ("peaks", "a.bed", [(1, "chrM", 4, 9, None), (2, "long", 4500, 4520, None), (3, "long", 7001, 7002, None), (4, "almost", 49, 50, None), (6, "long", 64, 65, None), (7, "long", 5950, 5953, None)]),
        ("peaks", "b.bed", [(1, "long", 65400, 65500, None), (2, "long", 65471, 65471, None), (3, "long", 65472, 65473, None), (4, "long", 6540, 6541, None)]),
        ("negatives", "n.bed", [(1, "long", 50, 51, None), (2, "long", 49, 50, None), (3, "long", 21000, 21100, None), (4, "tiny", 0, 1, None), (5, "short", 50, 51, None)]),
        ("exclusion", "x.bed", regions), ("exclusion", "y.bed", [(7, "long", 5900, 6001, None), (8, "long", 6050, 6060, None)])],
        {"summits": False, "chroms": ["long", "short", "chrM2"], "counts_window": 7},
        {"order": "native", "signals": ["counts"], "in_window": 101, "out_window": 40, "max_jitter": 14,
         "min_counts": 1, "max_counts": 100.5, "counts_tracks": None, "outlier_filter": False})
    s.add_loci("judged-as-cherimoya", [
        ("peaks", "a.bed", [(1, "long", 4500, 4520, None), (2, "long", 4230, 4231, None), (3, "long", 4185, 4186, None), (4, "long", 7700, 7701, None)])],
        {"summits": False, "chroms": None, "counts_window": 7},
        {"order": "cherimoya", "signals": ["counts"], "in_window": 10, "out_window": 40, "max_jitter": 14,
         "min_counts": 0.1, "max_counts": 120, "counts_tracks": None, "outlier_filter": False})
    # Rounded to f32 the least counts would be those of the locus at 23,500; foreign names are as
    # long as they may be, and `chroms` are any texts.
    depth, channel = named(s, "depth"), named(s, "counts.0")
    least = sum(s.total(g, t, "long", 23500, 40, 14) for g, t in (depth, channel))
    s.add_loci("judged-by-tracks", [
        ("peaks", "a.bed", [(1, "y" * 255, 4, 9, None), (2, "z" * 200, 4, 9, None), (3, "long", 21000, 21001, None), (4, "long", 4500, 4520, None),
                            (5, "long", 50000, 50001, None), (6, "almost", 150, 151, None), (7, "almost", 65500, 65501, None), (8, "long", 23500, 23501, None)]),
        ("negatives", "n.bed", [(1, "long", 21000, 21001, None), (2, "long", 23500, 23501, None)])],
        {"summits": False, "chroms": ["long", "almost", "", "chr\t9", "x" * 300], "counts_window": 7},
        {"order": "cherimoya", "signals": ["score"], "in_window": 10, "out_window": 40, "max_jitter": 14,
         "min_counts": least + 1e-6, "max_counts": 40000, "counts_tracks": ["depth", "counts.0"], "outlier_filter": False})
    return s


def plain():
    """No sequence, no group, one panel of one track."""
    rng = random.Random(3)
    s = Store("plain", [("chr1", "N" * 1300)], sequence=False)
    s.panel(1024, {"signal": [sparse_values(rng, 1300, 0.3, 9)]})
    return s.finish()


def silent():
    """A panel whose DATA is empty, and a sequence of nothing but N."""
    s = Store("silent", [("a", "N" * 700), ("b", "")])
    s.panel(512, {"t1": [[0.0] * 700, []], "t2": [[0.0] * 700, []]})
    s.group("both", "signal", 0, [1, 0])
    return s.finish()


def bare():
    """A sequence alone."""
    return Store("bare", [("chr1", "ACGTNacgtnRYU" * 20)]).finish()


def future():
    """What a reader of version 1.0 must read: minor version 7, unknown optional bits and features, members and columns."""
    rng = random.Random(4)
    s = Store("future", [("chr1", letters(rng, 900))], version=(1, 7), optional=1 << 63 | 5, optional_features=["haplotypes"], colour={"of": ["the sky"]})
    s.panel(512, {"signal": [sparse_values(rng, 900, 0.1, 300)]})
    s.group("signal", "signal", 0, [0])
    s.manifest["contigs"][0]["circular"] = False
    s.manifest["panels"][0]["tracks"][0]["unit"] = "reads"
    s.finish()
    s.add_loci("peaks", [("peaks", "p.bed", [(1, "chr1", 400, 500, None)])], {"summits": False, "chroms": None, "counts_window": 100, "later": 1}, extra_column=True)
    return s


def excluded():
    """A locus index of version 1.1: what its exclusion lists exclude, on contigs in the store's order, and one that its lists name in vain."""
    rng = random.Random(9)
    s = Store("excluded", [("chr2", letters(rng, 2500)), ("#chr 1", letters(rng, 1000)), ("chr3", letters(rng, 300))])
    s.panel(512, {"signal": [sparse_values(rng, n, 0.1, 300) for n in (2500, 1000, 300)]})
    s.group("signal", "signal", 0, [0])
    s.finish()
    lists = [("exclusion", "x.bed", [(1, "#chr 1", 990, 1200, None), (2, "chr2", 250, 251, None), (4, "chr2", 108, 234, None), (5, "chr2", 1000, 1000, None), (6, "chrUn", 0, 9, None)]),
             ("exclusion", "y.bed", [(1, "chr2", 300, 301, None), (2, "chr2", 2000, 2100, None)])]
    loci = [("peaks", "p.bed", [(line, "chr2", at, at + 10, None) for line, at in enumerate(range(90, 2400, 97), 1)] + [(40, "#chr 1", 800, 801, None), (41, "#chr 1", 870, 880, None)]),
            ("negatives", "n.bed", [(1, "chr2", 2150, 2160, None), (2, "chr3", 100, 110, None)])]
    judged = {"order": "native", "signals": ["signal"], "in_window": 61, "out_window": 20, "max_jitter": 5, "min_counts": None, "max_counts": None,
              "counts_tracks": None, "outlier_filter": False}
    s.add_loci("judged", loci + lists, {"summits": False, "chroms": None, "counts_window": 50}, judged, excluded=True)
    s.add_loci("in-vain", loci + [("exclusion", "z.bed", [(1, "chrUn", 0, 9, None)])], {"summits": False, "chroms": None, "counts_window": 50}, excluded=True)
    return s


def nibbles():
    """Values of 0 to 15, two in a byte: odd and even numbers of them, tiles that a contig's end cuts, and what a writer should choose."""
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
        for name, fill in (("dense", lambda n, _: some(n, n - n // 8)), ("sparse", some), ("runs", runs), ("bitmap", some)):
            tracks[name].append([x for n, k in spans for x in fill(n, k)])
    s.panel(512, tracks, choose=lambda row, track, values: [6, 11, 21, 16][track] if any(values) else 0)

    # The cheapest code of a tile of 1,024 bases, and of one that a contig's end cuts
    number = iter(range(99))
    chosen = {name: [[0.0] * n for n in sizes.values()] for name in ("ones", "limit", "ties", "few", "level", "half", "every")}
    for c, length in enumerate(sizes.values()):
        for base in range(0, length, 1024):
            n, k = min(1024, length - base), next(number)
            for name, values in {
                    "ones": [min(v, 1.0) for v in some(n, 50)], "limit": [15.0] * n if k % 2 else [15.0] * (n - 1) + [16.0],
                    "ties": some(n, [1, 751, 128][k % 3]), "few": some(n, 60 + k), "level": runs(n, 20 + k), "half": some(n, 400 + k), "every": some(n, n)}.items():
                chosen[name][c][base : base + n] = values
    s.panel(1024, chosen)
    found = s.laid["panel-1.atm"].tiles
    assert [[found[row, t][1] for t in range(7)] for row in (0, 1)] == [[10, 22, 11, 11, 21, 16, 6], [10, 21, 6, 11, 21, 16, 6]]
    s.group("explicit", "signal", 0, [0, 1, 2, 3])
    s.group("chosen", "signal", 1, [0, 1, 2, 3, 4, 5, 6])
    return s.finish()


def renamed():
    """Version 1.1: contigs that inputs call otherwise or have with another length; data files of version 1.0, and an index of renamed loci."""
    rng = random.Random(7)
    sizes = {"chr1": 1100, "chr2": 600, "chrM": 90}
    s = Store("renamed", [(n, letters(rng, k)) for n, k in sizes.items()])
    s.panel(512, {"atac": [sparse_values(rng, 1100, 0.2, 20), sparse_values(rng, 600, 0.2, 20), [0.0] * 90]})
    s.group("atac", "signal", 0, [0])
    s.manifest["inputs"].pop()
    s.input("atac", "ensembl.bw", contigs_renamed=[{"from": "1", "to": "chr1"}, {"from": "2\t", "to": "chr2"}, {"from": "MT", "to": "chrM"}],
            contigs_other_length=[{"name": "chrM", "length": 91}])
    s.manifest["version"] = [1, 1]
    s.finish()
    s.add_loci("ensembl", [("peaks", "p.bed", [(1, "chr1", 500, 600, None), (2, "chr2", 300, 310, None)])],
               {"summits": False, "chroms": None, "counts_window": 50}, renamed={"p.bed": [{"from": "1", "to": "chr1"}]})
    return s


STORES = [codes, wide, plain, nibbles, silent, bare, future, renamed, excluded]


def expected(s):
    """The values of a store in the form of `atemoya_reader.py --hashes`, some literal windows, and the rows of its loci."""
    one_hot = {n: [bytes(x.upper() == base for x in seq) for base in "ACGT"] for n, seq in s.contigs}
    names = [n for n, _ in s.contigs]
    out = {
        "sequence": {n: hashlib.sha256(b"".join(rows)).hexdigest() for n, rows in one_hot.items()} if s.has_sequence else None,
        "panels": [{"file": file, "tracks": {
            t: {n: hashlib.sha256(struct.pack(f"<{len(v)}f", *v)).hexdigest() for n, v in zip(names, values)} for t, values in tracks.items()}}
            for file, tracks in s.panels],
        "windows": [], "loci": s.loci}
    rng = random.Random(5)
    spans = {"codes": [("body", 500, 530), ("body", 7600, 7780), ("b63", 0, 63), ("scaffold|7 αβ", 60, 65), ("empty", 0, 0)],
             "nibbles": [("whole", 500, 531), ("whole", 1021, 1060), ("cut", 1001, 1101), ("one", 0, 1), ("odd", 255, 300), ("two", 1, 2)],
             "wide": [("long", 4090, 4300), ("almost", 65500, 65535), ("tiny", 0, 1)]}
    for contig, start, end in spans.get(s.name, [(n, len(q) // 3, min(len(q), len(q) // 3 + 40)) for n, q in s.contigs]):
        if s.has_sequence:
            out["windows"].append({"contig": contig, "start": start, "end": end, "sequence": ["".join(map(str, r[start:end])) for r in one_hot[contig]]})
        for p, (_, tracks) in enumerate(s.panels):
            for t, values in enumerate(tracks.values()):
                window = values[names.index(contig)][start:end]
                if any(window) or rng.random() < 0.2:
                    out["windows"].append({"contig": contig, "start": start, "end": end, "panel": p, "track": t,
                                           "values": [int(v) if v == int(v) and abs(v) < 2**31 else v for v in window]})
    return out
