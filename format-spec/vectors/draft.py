"""Making an invalid store from a valid one: edits, recomputed checksums, and the patches that say
the same."""
import copy
import json
import os
import struct

from encode import crc32c, file_entry, seal

PANEL, SEQUENCE = "panel-0.atm", "sequence.atm"
CHAIN = ("blocks", "sections", "header", "files", "manifest")


class Draft:
    """A store under the knife.

    Edits first; then `reseal` recomputes, from the inside out, the parts of CHAIN that are named.
    """

    def __init__(self, base):
        self.base, self.files, self.laid = base, {k: bytearray(v) for k, v in base.files.items()}, base.laid
        self.manifest = json.loads(base.files["manifest.json"])
        self.indexes = {k: json.loads(v) for k, v in base.files.items() if k.endswith("/index.json")}
        self.final, self.touched = {}, set()

    def put(self, file, offset, data):
        self.touched.add(file)
        self.files[file][offset : offset + len(data)] = data

    def field(self, file, offset, layout, value):
        self.put(file, offset, struct.pack("<" + layout, value))

    def in_section(self, file, section, offset, layout, value):
        self.field(file, self.laid[file].sections[section][0] + offset, layout, value)

    def in_data(self, file, offset, data):
        self.put(file, 4096 + offset, data)

    def lengthen(self, file, by):
        """DATA takes in `by` bytes of the padding behind it, and the header says so."""
        laid = copy.copy(self.laid[file])
        offset, length = laid.sections["DATA"]
        assert by <= -length % 4096
        laid.sections = laid.sections | {"DATA": (offset, length + by)}
        self.laid = self.laid | {file: laid}
        self.field(file, 128 + 16, "Q", length + by)
        return length

    def tile(self, code, least=0, suits=lambda raw: True):
        """(file, (row, track), offset in DATA, length) of the first tile of at least `least` bytes
        stored under `code` whose bytes suit."""
        data = self.files[PANEL][4096:]
        return next((PANEL, at, offset, length) for at, (offset, c, length) in self.laid[PANEL].tiles.items()
                    if c == code and length >= least and suits(data[offset : offset + length]))

    def reseal(self, skip=()):
        for file in sorted(self.touched & set(self.laid)):
            sections, raw = self.laid[file].sections, self.files[file]
            if "blocks" not in skip:
                data, length = sections["DATA"]
                for i in range(0, length, 65536):
                    struct.pack_into("<I", raw, sections["CHECKS"][0] + i // 16384,
                                     crc32c(raw[data + i : data + min(i + 65536, length)]))
            if "sections" not in skip:
                for i, (name, (offset, length)) in enumerate(sections.items()):
                    if name != "DATA":
                        struct.pack_into("<I", raw, 128 + 32 * i + 4, crc32c(raw[offset : offset + length]))
            if "header" not in skip:
                struct.pack_into("<I", raw, 4092, crc32c(raw[:4092]))
            if "files" not in skip:
                new = file_entry(file, bytes(raw))
                for entry in self.manifest["files"]:
                    if entry["name"] == file:
                        entry.update(new)
        if "manifest" not in skip:
            self.files["manifest.json"] = bytearray(seal(self.manifest))
            checksum = json.loads(self.files["manifest.json"])["checksum"]
            for path, index in self.indexes.items():
                if index["store"] == json.loads(self.base.files["manifest.json"])["checksum"]:
                    index["store"] = checksum
                self.files[path] = bytearray(seal(index))
        for path, data in self.final.items():
            self.files.pop(path, None)
            if data is not None:
                self.files[path] = bytearray(data)
        return self


def patches(old, new):
    """What turns the files `old` into `new`: {file, delete}, {file, truncate: length} and {file,
    offset, cut, hex} (the bytes `hex` in the place of `cut` bytes at `offset`; `cut` is left out
    where it is as many as `hex` holds), to be applied in order."""
    out = [{"file": f, "delete": True} for f in sorted(set(old) - set(new))]
    for file in sorted(new):
        a, b = bytes(old[file]), bytes(new[file])
        if len(a) != len(b) and file.endswith(".json") and a[-88:-68] == b[-88:-68]:
            # All but the checksum at the end: one run of bytes in the place of another.
            x, y = a[:-88], b[:-88]
            head = len(os.path.commonprefix([x, y]))
            tail = len(os.path.commonprefix([x[head:][::-1], y[head:][::-1]]))
            out.append({"file": file, "offset": head, "cut": len(x) - tail - head,
                        "hex": y[head : len(y) - tail].hex()})
            a = y + a[-88:]
        if len(a) > len(b):
            out.append({"file": file, "truncate": len(b)})
        differ, start = [i for i in range(min(len(a), len(b))) if a[i] != b[i]], None
        for i, following in zip(differ, differ[1:] + [len(b) + 99]):
            start = i if start is None else start
            if following - i > 8:
                out.append({"file": file, "offset": start, "hex": b[start : i + 1].hex()})
                start = None
        if len(b) > len(a):
            out.append({"file": file, "offset": len(a), "cut": 0, "hex": b[len(a) :].hex()})
    return out


class Cases:
    """The invalid stores made so far, and how to make one more."""

    def __init__(self, stores):
        self.stores, self.out = {s.name: s for s in stores}, []

    def add(self, name, stage, rule, what, edit, base="codes", skip=(), read=None):
        """`edit(draft)` changes the store and may return the window to read."""
        draft = Draft(self.stores[base])
        read = edit(draft) or read
        draft.reseal(skip)
        case = {"name": name, "base": base, "stage": stage, "rule": rule, "what": what, "not_resealed": list(skip)}
        if read:
            case["read"] = read
        assert name not in {c["name"] for c in self.out}, name
        case["patches"] = patches(self.stores[base].files, draft.files)
        assert case["patches"] and (stage != "read" or read), name
        self.out.append(case)

    # -- shorthands --

    def header(self, name, rule, what, offset, layout, value, file="panel-0.atm", **more):
        self.add(name, "open", rule, what, lambda d: d.field(file, offset, layout, value), skip=("sections",), **more)

    def json(self, name, stage, rule, what, edit, **more):
        """`edit(manifest)`."""
        self.add(name, stage, rule, what, lambda d: edit(d.manifest), **more)

    def text(self, name, rule, what, edit):
        """`edit(bytes of the sealed manifest)` gives what is written in its place."""
        self.add(name, "open", rule, what,
                 lambda d: d.final.update({"manifest.json": edit(d.base.files["manifest.json"])}))

    def tile(self, name, stage, what, code, offset, data, least=0, lost=None, suits=lambda raw: True, **more):
        """Writes `data` at `offset` of the first tile of at least `least` bytes stored under `code`
        whose bytes suit; both may be functions of the tile's bytes. `lost` is the type of a value
        that is no longer there (`u4`: in either half of the byte)."""
        def edit(d):
            file, (row, t), at, length = d.tile(code, least, suits)
            raw = bytes(d.files[file][4096 + at : 4096 + at + length])
            where = offset(raw) if callable(offset) else offset
            d.in_data(file, at + where, data(raw) if callable(data) else data)
            if lost:  # the totals follow, so that they do not give the case away
                totals = d.manifest["panels"][0]["tracks"][t]
                totals["nonzero"] -= 1
                old, new = raw[where], d.files[file][4096 + at + where]
                if lost == "u4":
                    totals["sum"] -= old % 16 + old // 16 - new % 16 - new // 16
                else:
                    totals["sum"] -= struct.unpack_from("<" + lost, raw, where)[0]
            return window(d, row, t)
        self.add(name, stage, "6", what, edit, **more)


def window(d, row, track):
    """The whole of a row's tile, in panel 0, as a window to read."""
    panel = d.manifest["panels"][0]
    for contig in d.manifest["contigs"]:
        rows = -(-contig["length"] // panel["tile"])
        if row < rows:
            return {"panel": 0, "track": track, "contig": contig["name"], "start": row * panel["tile"],
                    "end": min(contig["length"], (row + 1) * panel["tile"])}
        row -= rows
