"""A valid store being made: its truth (plain lists) and its encoding."""
import hashlib
import io
import json
import math
import os

from encode import file_entry, panel_file, seal, sequence_file
from truth import LEDGER, excluded_bed, f32, verdict

HERE = os.path.dirname(os.path.abspath(__file__))
BY = "atemoya test vectors 1"


class Store:
    """A store being made.

    `truth` is what it holds, `files` are its bytes by path, `laid` where things lie in them.
    """

    def __init__(self, name, contigs, sequence=True, version=(1, 0), **extra):
        self.name, self.contigs, self.files, self.laid = name, contigs, {}, {}
        self.header = {"minor": version[1], "optional": extra.pop("optional", 0)}
        self.panels, self.loci = [], {}
        self.manifest = {
            "format": "atemoya", "version": list(version), "required_features": [], "optional_features": [],
            "created_by": BY,
            "contigs": [{"name": n, "length": len(s)} for n, s in contigs], "sequence": None, "panels": [],
            "groups": [],
            "files": [], "inputs": []} | extra
        self.has_sequence = sequence
        if sequence:
            self.laid["sequence.atm"], acgt = sequence_file(contigs, **self.header)
            self.manifest["sequence"] = {"file": "sequence.atm", "acgt": acgt}
            self.input("sequence", "genome.fa")

    def input(self, role, path, absent=(), **more):
        self.manifest["inputs"].append({
            "role": role, "path": path, "length": 1000 + len(path), "modified": 1700000000,
            "sha256": hashlib.sha256(path.encode()).hexdigest(),
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
            stated.append({"name": track, "type": kind, "nonzero": sum(x != 0 for x in flat),
                           "sum": number(math.fsum(flat)),
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
        """`inputs`: [(role, path, [(line, contig, start, end, summit)])], exclusion lists last.

        Comes after `finish`. With `excluded`, of version 1.1; with `outlier_filter` in `options`,
        of 1.2.
        """
        rows = []
        for role in ("peaks", "negatives"):
            of_role = [(i, loci) for i, (r, _, loci) in enumerate(inputs) if r == role]
            keyed = [(k * len(of_role) + j, i, locus) for j, (i, loci) in enumerate(of_role)
                     for k, locus in enumerate(loci)]
            for _, i, (line, contig, start, end, summit) in sorted(keyed):
                centre = start + summit if role == "peaks" and options["summits"] else start + (end - start) // 2
                row = {"role": role[:-1], "file": i, "line": line, "contig": contig, "start": start, "end": end,
                       "summit": summit, "centre": centre}
                if selection:
                    row |= verdict(self, row, inputs, options, selection)
                for g in self.manifest["groups"]:
                    if g["role"] == "signal":
                        row["counts_" + g["name"]] = self.total(g, g["tracks"], contig, centre,
                                                                options["counts_window"], 0)
                if extra_column:
                    row["note"] = f"row {len(rows)}"
                rows.append(row)
        self.loci[name] = rows
        parquet = parquet_bytes(rows, os.path.join(HERE, "valid", self.name, "loci", name, "index.parquet"))
        self.files[f"loci/{name}/index.parquet"] = parquet
        peaks = sum(row["role"] == "peak" for row in rows)
        more = {}
        if excluded:
            stretches = excluded_bed([n for n, _ in self.contigs],
                                     [region for r, _, regions in inputs if r == "exclusion" for region in regions])
            self.files[f"loci/{name}/excluded.bed"] = stretches
            more = {"excluded": {"name": "excluded.bed", "length": len(stretches),
                                 "sha256": hashlib.sha256(stretches).hexdigest()}}
        version = [1, 2] if "outlier_filter" in options else [1, 1] if excluded else self.manifest["version"]
        self.files[f"loci/{name}/index.json"] = seal({
            "format": "atemoya-loci", "version": version, "name": name,
            "store": json.loads(self.files["manifest.json"])["checksum"],
            "created_by": BY, "options": options, **({"selection": selection} if selection else {}),
            "inputs": [{"role": r, "path": p, "length": 500, "modified": 1700000000,
                        "sha256": hashlib.sha256(p.encode()).hexdigest(),
                        **({"contigs_renamed": renamed[p]} if p in renamed else {})} for r, p, _ in inputs],
            "rows": len(rows), "peaks": peaks, "negatives": len(rows) - peaks,
            "file": {"name": "index.parquet", "length": len(parquet), "sha256": hashlib.sha256(parquet).hexdigest()},
            **more})

    def total(self, group, tracks, contig, centre, w, j):
        """The sum of some tracks of a group over a window with j more bases on either side."""
        names = [n for n, _ in self.contigs]
        if contig not in names:
            return 0.0
        values = [list(self.panels[group["panel"]][1].values())[t][names.index(contig)] for t in tracks]
        window = range(max(0, centre - w // 2 - j), min(len(values[0]), centre + w // 2 + w % 2 + j))
        return math.fsum(v[p] for v in values for p in window)


def parquet_bytes(rows, committed):
    """The parquet file of `rows`.

    Its bytes depend on the version of pyarrow, so the committed file is kept while it says the
    same.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq
    types = dict.fromkeys(("role", "contig", "note", "reason", "outlier_group"),
                          pa.string()) | dict.fromkeys(("file", "exclusion_file"), pa.int32())
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
