"""Locus indexes (section 9): reading with pyarrow, and checking every row.

A part of atemoya_reader.py.
"""
import hashlib
import os
import re

import numpy as np

import ledger
from manifest import PLAIN_NAME, Fields, FormatError, check_head, check_inputs, is_name, read_json

TYPES = {"role": "string", "file": "int32", "line": "int64", "contig": "string", "start": "int64", "end": "int64",
         "summit": "int64", "centre": "int64"}
ROLES = {"peaks": "peak", "negatives": "negative", "exclusion": None}


def head(store, name):
    """The members of index.json, checked, and the length of its file."""
    if not PLAIN_NAME.fullmatch(name):
        raise FormatError(f"loci/{name}", None, "is not named as an index may be")
    folder = os.path.join(store.path, "loci", name)
    top = Fields(f"loci/{name}/index.json", "the index",
                 read_json(os.path.join(folder, "index.json"), f"loci/{name}/index.json"))
    check_head(top, "atemoya-loci")
    top.need(top.get("name", str) == name, "has another name than its directory")
    top.need(top.get("store", str) == store.manifest.checksum, "belongs to another store")
    options = Fields(top.file, "options", top.get("options", dict))
    options.get("summits", bool), options.integer("counts_window", 1, 2**24)
    if options.get("chroms", (list, type(None))) is not None:
        options.texts("chroms")
    check_inputs(top.objects("inputs"), "peaks|negatives|exclusion")
    last = [item["role"] == "exclusion" for item in top.value["inputs"]]
    top.need(last == sorted(last), "has an input of loci after an exclusion list")
    if "selection" in top.value:
        ledger.check_head(top)
    if "outlier_filter" in options.value:
        top.need(options.get("outlier_filter", bool) == top.value.get("selection", {}).get("outlier_filter"),
                 "has another outlier filter in `options` than in `selection`")
    top.need(top.integer("rows") == top.integer("peaks") + top.integer("negatives"),
             "has other rows than peaks and negatives")
    entry = Fields(top.file, "file", top.get("file", dict))
    entry.need(entry.get("name", str) == "index.parquet", "`name` is not index.parquet")
    length, path, file = entry.integer("length"), os.path.join(folder, "index.parquet"), f"loci/{name}/index.parquet"
    entry.text("sha256", "[0-9a-f]{64}")
    if not os.path.isfile(path) or os.path.getsize(path) != length:
        raise FormatError(file, None, f"is missing or not {length} bytes long")
    if "excluded" in top.value:
        top.need(any(last), "has `excluded` and no exclusion list")
        stretches(store, name, Fields(top.file, "excluded", top.get("excluded", dict)))
    return top.value


def stretches(store, name, entry):
    """Section 9.2: what is excluded, by contig, as [(start, end)]."""
    entry.need(entry.get("name", str) == "excluded.bed", "`name` is not excluded.bed")
    length, digest, file = entry.integer("length"), entry.text("sha256", "[0-9a-f]{64}"), f"loci/{name}/excluded.bed"
    try:
        with open(os.path.join(store.path, file), "rb") as f:
            raw = f.read(length + 1)
    except OSError as e:
        raise FormatError(file, None, f"cannot be read: {e.strerror}") from e
    if len(raw) != length or hashlib.sha256(raw).hexdigest() != digest:
        raise FormatError(file, None, f"is not {length} bytes long, or has another SHA-256")
    found, order, before = {}, list(store.contigs), (-1, 0)
    for number, line in enumerate(raw.decode("utf-8", "replace").split("\n")[:-1]):
        match = re.fullmatch(r"([^\t]*)\t(0|[1-9][0-9]*)\t([1-9][0-9]*)", line)
        if not match or match[1] not in store.contigs:
            raise FormatError(file, None, f"line {number + 1} is no stretch on a contig of the store")
        contig, start, end = match[1], int(match[2]), int(match[3])
        place = order.index(contig)
        if start % 100 or end % 100 or start >= end or end > 2**40 + 100 or (place, start) <= before:
            raise FormatError(file, None,
                              f"line {number + 1} is no stretch of whole chunks apart from the others, in order")
        found.setdefault(contig, []).append((start, end))
        before = (place, end)
    if raw and not raw.endswith(b"\n"):
        raise FormatError(file, None, "does not end with a line's end")
    return found


def read(store, name):
    """The table of an index, its columns, names and numbers checked, and its index.json."""
    import pyarrow.compute
    import pyarrow.parquet
    index, file = head(store, name), f"loci/{name}/index.parquet"
    counts = {f"counts_{g.name}": "double" for g in store.manifest.groups if g.role == "signal"}
    try:
        parquet = pyarrow.parquet.ParquetFile(os.path.join(store.path, file))
        for group in map(parquet.metadata.row_group, range(parquet.metadata.num_row_groups)):
            for column in map(group.column, range(group.num_columns)):
                if column.compression not in ("UNCOMPRESSED", "ZSTD"):
                    raise FormatError(file, None,
                                      f"column `{column.path_in_schema}` is compressed with {column.compression}")
        table = parquet.read()
        table.validate(full=True)
    except (pyarrow.ArrowException, OSError) as e:
        raise FormatError(file, None, f"cannot be read: {e}") from e
    for column, kind in (TYPES | counts | (ledger.TYPES if "selection" in index else {})).items():
        if table.schema.get_field_index(column) < 0 or str(table.schema.field(column).type) != kind:
            raise FormatError(file, None, f"has no single column `{column}` of type {kind}")
        if column not in ("summit", *ledger.NULLABLE) and table[column].null_count:
            raise FormatError(file, None, f"column `{column}` has a null")
        if kind == "double" and pyarrow.compute.all(pyarrow.compute.is_finite(table[column])).as_py() is False:
            raise FormatError(file, None, f"column `{column}` has a number that is not finite")
    for column in table.column_names:
        if column.startswith("counts_") and column not in counts:
            raise FormatError(file, None, f"column `{column}` is of no signal group")
    for contig in table["contig"].unique().to_pylist():
        if not is_name(contig):
            raise FormatError(file, None, f"contig {contig[:80]!r} is not a name")
    if table.num_rows != index["rows"]:
        raise FormatError(file, None, f"has {table.num_rows} rows")
    return table, index


def verify(store, name):
    """Checks the hash, the order, and every centre and count."""
    index, file = head(store, name), f"loci/{name}/index.parquet"
    options, inputs = index["options"], index["inputs"]
    with open(os.path.join(store.path, file), "rb") as f:
        if hashlib.file_digest(f, "sha256").hexdigest() != index["file"]["sha256"]:
            raise FormatError(file, None, "SHA-256 mismatch")
    rows = read(store, name)[0].to_pylist()
    seen, last = [0] * len(inputs), (False, -1)
    of_role = {role: [i for i, item in enumerate(inputs) if ROLES[item["role"]] == role]
               for role in ("peak", "negative")}
    for number, row in enumerate(rows):
        def need(ok, what):
            if not ok:
                raise FormatError(file, None, f"row {number}: {what}")
        role, i = row["role"], row["file"]
        need(role == ("peak" if number < index["peaks"] else "negative"), f"role {role!r} is out of place")
        need(i in of_role[role], f"file {i} is not an input of {role} loci")
        key = (role == "negative", seen[i] * len(of_role[role]) + of_role[role].index(i))
        need(key > last, "is not in interleaved order")
        seen[i], last = seen[i] + 1, key
        need(row["line"] >= 1, "line is below 1")
        unused = options["chroms"] is not None and row["contig"] not in options["chroms"]
        need(row["contig"] in store.contigs or unused, f"contig {row['contig']!r} is not one of the store's")
        summits = options["summits"] and role == "peak"
        need(not summits or row["summit"] is not None, "has no summit")
        centre = row["start"] + (row["summit"] if summits else (row["end"] - row["start"]) // 2)
        need(row["centre"] == centre, f"centre is {row['centre']}, not {centre}")
    w = options["counts_window"]
    for group in (g for g in store.manifest.groups if g.role == "signal"):
        for contig, length in store.contigs.items():
            here = [(n, row) for n, row in enumerate(rows) if row["contig"] == contig]
            values = [store.track(group.panel, t, contig, 0, length) for t in group.tracks] if here else []
            for number, row in here:
                a, b = max(0, row["centre"] - w // 2), min(length, row["centre"] + w // 2 + w % 2)
                window = np.array([v[min(a, length) : max(a, b, 0)] for v in values], np.float64)
                if not abs(row[f"counts_{group.name}"] - window.sum()) <= 1e-9 * np.abs(window).sum():
                    raise FormatError(file, None, f"row {number}: counts_{group.name} is not {window.sum()}")
        for number, row in enumerate(rows):
            if row["contig"] not in store.contigs and row[f"counts_{group.name}"] != 0:
                raise FormatError(file, None,
                                  f"row {number}: counts_{group.name} is not 0 on a contig that is not the store's")
    if "selection" in index:
        excluded = stretches(store, name, Fields(file, "excluded", index["excluded"])) if "excluded" in index else None
        ledger.verify(store, index, rows, file, excluded)
