#!/usr/bin/env python3
"""Checks the vectors and the reader against each other.

1. generate.py gives the committed files, byte for byte.
2. Every manifest and index of a valid store keeps its schema.
3. The reader accepts every valid store and finds the expected values.
4. The reader refuses every invalid store, at the stated stage at the latest, with FormatError and
   nothing else.
5. Every flip of a bit anywhere in a valid store is refused (a fixed sample).
"""
import json
import os
import random
import shutil
import sys
import tempfile

import numpy as np

SPEC = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VECTORS = os.path.join(SPEC, "vectors")
sys.path[:0] = [os.path.join(SPEC, "reader"), VECTORS]

from atemoya_reader import FormatError, Store  # noqa: E402
from generate import generate  # noqa: E402


def committed():
    out = {}
    for top in ("valid", "expected.json", "invalid.json"):
        path = os.path.join(VECTORS, top)
        for folder, _, names in os.walk(path) if os.path.isdir(path) else [(VECTORS, [], [top])]:
            for name in names:
                with open(os.path.join(folder, name), "rb") as f:
                    out[os.path.relpath(os.path.join(folder, name), VECTORS)] = f.read()
    return out


def load(name):
    with open(os.path.join(VECTORS, name), encoding="utf-8") as f:
        return json.load(f)


def apply(patches, folder):
    """Applies the patches of invalid.json, in order."""
    for patch in patches:
        path = os.path.join(folder, patch["file"])
        if patch.get("delete"):
            os.remove(path)
            continue
        with open(path, "rb") as f:
            data = bytearray(f.read())
        if "truncate" in patch:
            del data[patch["truncate"] :]
        else:
            new, at = bytes.fromhex(patch["hex"]), patch["offset"]
            data[at : at + patch.get("cut", len(new))] = new
        with open(path, "wb") as f:
            f.write(data)


def check_schemas():
    import jsonschema
    schemas = {n: json.load(open(os.path.join(SPEC, f"{n}.schema.json"), encoding="utf-8"))
               for n in ("manifest", "loci")}
    for schema in schemas.values():
        jsonschema.Draft202012Validator.check_schema(schema)
    for path, data in sorted(committed().items()):
        if path.endswith((".json")) and path.startswith("valid/"):
            kind = "manifest" if path.endswith("manifest.json") else "loci"
            jsonschema.validate(json.loads(data), schemas[kind], cls=jsonschema.Draft202012Validator)


def check_generated():
    new, old = generate(), committed()
    differ = [path for path in sorted(set(new) | set(old)) if new.get(path) != old.get(path)]
    assert not differ, f"generate.py gives other bytes for {differ}"


def check_valid(case):
    store = Store(os.path.join(VECTORS, "valid", case["name"]))
    store.verify()
    found = store.hashes()
    for key in ("sequence", "panels"):
        assert found[key] == case[key], f"the values of {key} are others"
    for w in case["windows"]:
        place = (w["contig"], w["start"], w["end"])
        if "sequence" in w:
            assert ["".join(map(str, row)) for row in store.sequence(*place)] == w["sequence"], place
        else:
            values = store.track(w["panel"], w["track"], *place)
            assert values.dtype == np.float32 and values.tolist() == w["values"], place
    assert store.loci_names() == sorted(case["loci"])
    for name, rows in case["loci"].items():
        assert store.loci(name)[0].to_pylist() == rows, name


def refused(act):
    try:
        act()
    except FormatError as e:
        return str(e)
    return None


def read(store, at):
    if "loci" in at:
        store.loci(at["loci"])
    else:
        store.track(at["panel"], at["track"], at["contig"], at["start"], at["end"])


def check_invalid(case, show):
    with tempfile.TemporaryDirectory() as folder:
        folder = os.path.join(folder, "store")
        shutil.copytree(os.path.join(VECTORS, "valid", case["base"]), folder)
        apply(case["patches"], folder)
        found = refused(lambda: Store(folder))
        if found is None:
            assert case["stage"] != "open", "is opened"
            store = Store(folder)
            at_read = refused(lambda: read(store, case["read"])) if "read" in case else None
            assert at_read or case["stage"] != "read", "is read"
            found = refused(store.verify)
            assert found, "is verified"
            found = f"read: {at_read}\n      verify: {found}"
        if show:
            print(f"  {case['name']}: {case['what']}\n      {found}")


def check_flips(name):
    rng = random.Random(name)
    with tempfile.TemporaryDirectory() as folder:
        folder = os.path.join(folder, "store")
        shutil.copytree(os.path.join(VECTORS, "valid", name), folder)
        files = sorted(os.path.join(d, f) for d, _, names in os.walk(folder) for f in names)
        files = [path for path in files if os.path.getsize(path) > 0]
        for _ in range(20):
            path = files[int(rng.random() * len(files))]
            at, bit = int(rng.random() * os.path.getsize(path)), 1 << rng.getrandbits(3)
            with open(path, "r+b") as f:
                for again in (False, True):
                    f.seek(at)
                    old = f.read(1)[0]
                    f.seek(at)
                    f.write(bytes([old ^ bit]))
                    f.flush()
                    if not again:
                        where = f"byte {at} of {os.path.relpath(path, folder)}"
                        assert refused(lambda: Store(folder).verify()), f"a flip of {where} is not seen"


def main():
    show = "-v" in sys.argv[1:]
    passed = failed = 0
    checks = [("generated", check_generated), ("schemas", check_schemas)]
    expected, invalid = load("expected.json")["stores"], load("invalid.json")["cases"]
    checks += [(f"valid {c['name']}", lambda c=c: check_valid(c)) for c in expected]
    checks += [(f"invalid {c['name']}", lambda c=c: check_invalid(c, show)) for c in invalid]
    checks += [(f"flips {c['name']}", lambda c=c: check_flips(c["name"])) for c in expected]
    for name, check in checks:
        try:
            check()
            passed += 1
        except Exception as e:  # noqa: BLE001 (any other exception of the reader is a failure too)
            failed += 1
            print(f"FAILED {name}: {type(e).__name__}: {e}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
