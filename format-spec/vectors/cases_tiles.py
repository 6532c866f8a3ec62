"""Invalid tiles (section 6)."""
import struct

from draft import PANEL as P, window
from encode import tile_bytes


def tile_cases(c):
    u16 = lambda raw, at: struct.unpack_from("<H", raw, at)[0]
    h = lambda v: struct.pack("<H", v)
    f = lambda v: struct.pack("<f", v)
    zero_item = lambda begin: (lambda raw: next(i for i in range(begin, len(raw), 4) if raw[i : i + 4] == bytes(4)))
    nan, inf = bytes.fromhex("0000c07f"), bytes.fromhex("0000807f")
    # sparse: u16 ends[2], V, low
    c.tile("sparse-too-many", "read", "the last of `ends` leads out of the row", 11, 2, h(65535))
    c.tile("sparse-ends-descending", "verify", "`ends` decrease", 9, 0, lambda raw: h(u16(raw, 2) + 1), least=20)
    c.tile("sparse-ends-block", "verify", "a block has more than 256 items", 8, 0, h(300), least=20)
    c.tile("sparse-low-equal", "verify", "two items of a block are at one position", 9, lambda raw: 4 + u16(raw, 2), lambda raw: raw[4 + u16(raw, 2) + 1 :][:1], least=20)
    c.tile("sparse-low-descending", "verify", "the items of a block do not ascend", 8, 4, lambda raw: raw[5:6] + raw[4:5], least=20)
    c.tile("sparse-zero-u8", "verify", "a sparse value is 0", 9, 4, b"\0", least=20, lost="B")
    c.tile("sparse-zero-u16", "verify", "a sparse value is 0", 10, 4, h(0), least=20, lost="H")
    c.tile("sparse-zero-f32", "verify", "a sparse value is 0", 11, 4, f(0.0), least=20, lost="f")
    c.tile("sparse-minus-zero", "verify", "a sparse value is -0.0", 11, 4, f(-0.0), least=20, lost="f")
    c.tile("sparse-nan", "verify", "a sparse value is NaN", 11, 4, nan, least=20)
    # bitmap: u64 bits[8], u16 ends[2], V
    c.tile("bitmap-too-many", "read", "the last of `ends` leads out of the row", 15, 66, h(65535))
    c.tile("bitmap-popcount", "verify", "a bit is set that `ends` do not count", 12, lambda raw: next(i for i in range(64) if raw[i] != 255), lambda raw: bytes([255]), least=20)
    c.tile("bitmap-ends-inner", "verify", "an inner running count disagrees with the bits", 13, 64, lambda raw: h(u16(raw, 64) ^ 1), least=20)
    c.tile("bitmap-ends-last", "verify", "the last running count disagrees with the bits", 14, 66, lambda raw: h(u16(raw, 66) - 1), least=80)
    c.tile("bitmap-zero-u8", "verify", "a value of a set bit is 0", 13, 68, b"\0", least=70, lost="B")
    c.tile("bitmap-zero-f32", "verify", "a value of a set bit is 0", 15, 68, f(0.0), least=72, lost="f")
    c.tile("bitmap-inf", "verify", "a value is infinite", 15, 68, inf, least=72)
    # runs: u32 n, V, u16 ends
    c.tile("runs-none", "read", "n is 0", 17, 0, struct.pack("<I", 0))
    c.tile("runs-above-tile", "verify", "n is the tile's size and one", 17, 0, struct.pack("<I", 513))
    c.tile("runs-huge", "read", "n is 2^32 - 1", 19, 0, struct.pack("<I", 0xFFFFFFFF))
    ends = lambda size: (lambda raw: -(-(4 + size * struct.unpack_from("<I", raw)[0]) // 2) * 2)
    c.tile("runs-ends-equal", "verify", "two runs end at one position", 17, lambda raw: ends(1)(raw) + 2, lambda raw: raw[ends(1)(raw) :][:2], least=20)
    c.tile("runs-ends-descending", "verify", "the ends of runs decrease", 18, lambda raw: ends(2)(raw), lambda raw: h(u16(raw, ends(2)(raw) + 2) + 1), least=20)
    c.tile("runs-first-end-zero", "verify", "the first run is empty", 19, lambda raw: ends(4)(raw), h(0), least=20)
    c.tile("runs-last-end-short", "verify", "the last run ends before the tile", 17, lambda raw: len(raw) - 2, h(511), least=20)
    c.tile("runs-last-end-long", "verify", "the last run ends after the tile", 18, lambda raw: len(raw) - 2, h(513), least=20)
    c.tile("runs-nan", "verify", "a run's value is NaN", 19, 4, nan, least=20)
    c.tile("runs-minus-zero", "verify", "a run's value is -0.0", 19, zero_item(4), f(-0.0), least=80)

    def odd(d):
        for (row, t), (at, code, length) in d.laid[P].tiles.items():
            if code == 17 and d.files[P][4096 + at] % 2:
                n = struct.unpack_from("<I", d.files[P], 4096 + at)[0]
                d.in_data(P, at + 4 + n, b"\x01")
                return window(d, row, t)
    c.add("runs-padding", "verify", "6", "the padding between the values and the ends of runs is not 0", odd)
    c.tile("dense-nan", "verify", "a dense value is NaN", 7, 0, nan)
    c.tile("dense-minus-inf", "verify", "a dense value is -infinity", 7, 8, bytes.fromhex("000080ff"))
    c.tile("dense-minus-zero", "verify", "a dense value is -0.0", 7, zero_item(0), f(-0.0), least=1024)

    def past_end(family):
        """The last non-zero value of a tile moves behind the contig's end, so that the tile's own totals stay."""
        def edit(d):
            for (row, t), (at, code, length) in d.laid[P].tiles.items():
                place = window(d, row, t)
                values = d.base.tile(0, row, t)
                if code // 4 != family or place["end"] - place["start"] == 512 or not any(values[1:]):
                    continue
                last = max(p for p in range(512) if values[p])
                values[last], values[511] = 0.0, values[last]
                new = tile_bytes(values, code)
                assert len(new) == length
                d.in_data(P, at, new)
                return place
        return edit
    for family, name in ((1, "dense"), (2, "sparse"), (3, "bitmap")):
        c.add(f"{name}-past-contig", "verify", "6", "a value stands past the contig's end", past_end(family))

    def run_past_end(d):
        for (row, t), (at, code, length) in d.laid[P].tiles.items():
            place = window(d, row, t)
            if code == 17 and place["end"] - place["start"] < 512:
                n = struct.unpack_from("<I", d.files[P], 4096 + at)[0]
                assert d.files[P][4096 + at + 3 + n] == 0
                d.in_data(P, at + 3 + n, b"\x05")
                return place
    c.add("runs-past-contig", "verify", "6", "the last run, past the contig's end, has a value", run_past_end)
