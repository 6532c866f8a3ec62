"""A plain encoder of the format, written from ../FORMAT.md for the test vectors: slow, literal, and
free to choose any valid tile code. It shares nothing with the reader."""
import hashlib
import json
import struct

LETTERS = "ACGT"
KIND = {"sequence": 1, "panel": 2}
SECTION_ID = {"DATA": 1, "CONTIGS": 2, "INDEX": 3, "CHECKS": 4}
ITEM = {2: "B", 3: "H", 4: "f"}
ALL_CODES = [6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 21, 22, 23, 24]


def _crc_table():
    table = []
    for n in range(256):
        for _ in range(8):
            n = n >> 1 ^ (0x82F63B78 if n & 1 else 0)
        table.append(n)
    return table


_CRC = _crc_table()


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in bytes(data):
        crc = _CRC[(crc ^ byte) & 255] ^ crc >> 8
    return crc ^ 0xFFFFFFFF


def pad(data, a):
    """`data` with zeros up to a multiple of `a`."""
    return data + bytes(-len(data) % a)


# ---- tiles ----

def fits(values, code):
    """Whether a tile of these values can be stored under `code`."""
    family, kind = divmod(code, 5)
    stored = [v for v in values if v] if family in (2, 3) else values
    if kind == 0:
        return all(v == 1 for v in stored)
    return kind == 4 or all(v == int(v) and 0 <= v < {1: 16, 2: 256, 3: 65536}[kind] for v in stored)


def tile_bytes(values, code):
    """A tile's bytes. `values` are Python floats, each exactly an f32."""
    assert fits(values, code), (code, values[:10])
    family, kind = divmod(code, 5)
    positions = [p for p, v in enumerate(values) if v]
    ends = b"".join(struct.pack("<H", sum(p < 256 * (k + 1) for p in positions)) for k in range(len(values) // 256))

    def array(items):
        if kind == 0:
            return b""
        if kind == 1:
            whole = [int(v) for v in items] + [0]  # the last one for an odd number of items
            return bytes(whole[i] + 16 * whole[i + 1] for i in range(0, len(items), 2))
        return struct.pack(f"<{len(items)}{ITEM[kind]}", *(v if kind == 4 else int(v) for v in items))

    size = {0: 1, 1: 1, 2: 1, 3: 2, 4: 4}[kind]
    if family == 1:
        return array(values)
    if family == 2:
        return pad(ends, size) + array([values[p] for p in positions]) + bytes(p % 256 for p in positions)
    if family == 3:
        bits = b"".join(struct.pack("<Q", sum(1 << i for i in range(64) if values[w + i]))
                        for w in range(0, len(values), 64))
        return pad(bits + ends, size) + array([values[p] for p in positions])
    last = [p for p in range(len(values)) if p + 1 == len(values) or values[p + 1] != values[p]]
    head = pad(struct.pack("<I", len(last)) + array([values[p] for p in last]), 2)
    return head + struct.pack(f"<{len(last)}H", *(p + 1 for p in last))


def cheapest(values):
    """What section 6 recommends: the fewest bytes with their padding, the lowest code among equals,
    0 for a tile of zeros."""
    if not any(values):
        return 0
    return min((len(pad(tile_bytes(values, code), 8)), code) for code in ALL_CODES if fits(values, code))[1]


# ---- data files ----

class File:
    """A data file and where its parts lie: `sections` {name: (offset, length)}, `rows` [(begin,
    end) in DATA], `tiles` {(row, track): (offset in DATA, code, length)}."""

    def __init__(self, kind, parts, contigs, tile_log2=0, tracks=0, minor=0, optional=0):
        self.kind, self.rows, self.tiles = kind, [], {}
        data = parts["DATA"]
        parts["CHECKS"] = b"".join(struct.pack("<I", crc32c(data[i : i + 65536])) for i in range(0, len(data), 65536))
        self.sections, body, table = {}, b"", b""
        for name, part in parts.items():
            body = pad(body, 4096)
            self.sections[name] = (4096 + len(body), len(part))
            table += struct.pack("<IIQQQ", SECTION_ID[name], 0 if name == "DATA" else crc32c(part), 4096 + len(body),
                                 len(part), 0)
            body += part
        head = b"\x89ATM\r\n\x1a\n" + struct.pack(
            "<IHHQQQIIQII", KIND[kind], 1, minor, 0, optional, 4096 + len(body), len(parts), 16, contigs, tile_log2,
            tracks)
        head = (head + bytes(64) + table).ljust(4092, b"\0")
        self.bytes = head + struct.pack("<I", crc32c(head)) + body


def sequence_file(contigs, **header):
    """The sequence file of [(name, letters)], and the sum of acgt."""
    data, table, total = b"", b"", 0
    for _, letters in contigs:
        data = pad(data, 4096 if len(letters) >= 65536 else 64)
        upper = letters.upper()
        acgt = sum(upper.count(x) for x in LETTERS)
        total += acgt
        table += struct.pack("<QQQQ", len(data), len(letters), acgt, 0)
        for b in range(0, len(letters), 64):
            for x in LETTERS:
                data += struct.pack("<Q", sum(1 << i for i, y in enumerate(upper[b : b + 64]) if y == x))
        data += bytes(32)
    return File("sequence", {"DATA": data, "CONTIGS": table}, len(contigs), **header), total


def panel_file(lengths, tile, tracks, choose=lambda row, track, values: cheapest(values), spelled_out=(), **header):
    """The panel file of `tracks` (one list of values per contig each). `choose` gives each tile's
    code; a row whose tiles are all zero has no bytes unless it is one of `spelled_out`."""
    data, index, row, first_rows, rows, tiles = b"", [], 0, b"", [], {}
    for c, length in enumerate(lengths):
        first_rows += struct.pack("<QQQQ", row, length, 0, 0)
        fresh = True
        for base in range(0, length, tile):
            cut = [(t[c][base : base + tile] + [0.0] * tile)[:tile] for t in tracks]
            codes = [choose(row, k, v) for k, v in enumerate(cut)]
            if any(codes) or row in spelled_out:
                if fresh:
                    aligned = pad(data, 4096 if length >= 65536 else 64)
                    index = [len(aligned) if offset == len(data) else offset for offset in index]
                    data, fresh = aligned, False
                directory, body = b"", bytes(-(-4 * len(tracks) // 8) * 8)
                for k, (code, values) in enumerate(zip(codes, cut)):
                    assert code or not any(values)
                    directory += struct.pack("<I", len(body) // 8 * 32 + code if code else 0)
                    if code:
                        part = tile_bytes(values, code)
                        tiles[row, k] = (len(data) + len(body), code, len(part))
                        body = pad(body + part, 8)
                index.append(len(data))
                data += directory + body[len(directory) :]
            else:
                index.append(len(data))
            row += 1
    index.append(len(data))
    parts = {"DATA": data, "CONTIGS": first_rows, "INDEX": struct.pack(f"<{len(index)}Q", *index)}
    file = File("panel", parts, len(lengths), tile.bit_length() - 1, len(tracks), **header)
    file.rows, file.tiles = list(zip(index, index[1:])), tiles
    return file


# ---- JSON ----

def seal(members):
    """The bytes of manifest.json or index.json: `members` and the checksum at the end."""
    members = {k: v for k, v in members.items() if k != "checksum"}
    text = json.dumps(members | {"checksum": ""}, indent=1, ensure_ascii=False)
    head = text[: text.rindex('"checksum"')].encode()
    return head + f'"checksum": "sha256:{hashlib.sha256(head).hexdigest()}"\n}}\n'.encode()


def file_entry(name, data):
    return {"name": name, "length": len(data), "sha256": hashlib.sha256(data).hexdigest(),
            "header_crc32c": data[4092:4096][::-1].hex()}
