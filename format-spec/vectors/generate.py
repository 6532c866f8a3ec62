#!/usr/bin/env python3
"""Writes the test vectors beside it: valid/, expected.json, invalid.json. Always the same bytes.

Reads nothing but the committed parquet files, whose bytes depend on the version of pyarrow (see
store.parquet_bytes).
"""
import json
import os
import shutil
import sys

import cases_files
import cases_json
import cases_loci
import cases_tiles
from draft import Cases
from store import HERE
from stores import STORES, expected


def lines(key, items):
    """A JSON list with one item a line, so that a change shows as one."""
    body = ",\n".join(" " + json.dumps(item, ensure_ascii=False) for item in items)
    return f'{{"{key}": [\n{body}\n]}}\n'


def all_cases(stores):
    cases = Cases(stores)
    for make in (cases_files.header_cases, cases_files.section_cases, cases_files.sequence_cases, cases_files.row_cases,
                 cases_tiles.tile_cases, cases_tiles.pair_cases, cases_json.manifest_cases, cases_json.total_cases,
                 cases_loci.loci_cases):
        make(cases)
    return cases.out


def generate():
    """All vectors: {path: bytes}."""
    stores = [make() for make in STORES]
    out = {f"valid/{s.name}/{path}": bytes(data) for s in stores for path, data in s.files.items()}
    # The lines of a docstring are one in the file.
    what = [" ".join(make.__doc__.split()) for make in STORES]
    described = [{"name": s.name, "what": text, **expected(s)} for s, text in zip(stores, what)]
    out["expected.json"] = lines("stores", described).encode()
    out["invalid.json"] = lines("cases", all_cases(stores)).encode()
    return out


def main():
    files = generate()
    shutil.rmtree(os.path.join(HERE, "valid"), ignore_errors=True)
    for path, data in files.items():
        path = os.path.join(HERE, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(data)
    print(f"{len(files)} files, {sum(map(len, files.values()))} bytes")


if __name__ == "__main__":
    sys.exit(main())
