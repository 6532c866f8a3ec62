"""Invalid tiles (section 6)."""
import struct

from draft import PANEL as P, window
from encode import tile_bytes


def u16(raw, at):
    return struct.unpack_from("<H", raw, at)[0]


def h(v):
    return struct.pack("<H", v)


def tile_cases(c):
    f = lambda v: struct.pack("<f", v)
    zero_item = lambda begin: (lambda raw: next(i for i in range(begin, len(raw), 4) if raw[i : i + 4] == bytes(4)))
    nan, inf = bytes.fromhex("0000c07f"), bytes.fromhex("0000807f")
    # sparse: u16 ends[2], V, low
    c.tile("sparse-too-many", "read", "the last of `ends` leads out of the row", 14, 2, h(65535))
    c.tile("sparse-ends-descending", "verify", "`ends` decrease", 12, 0, lambda raw: h(u16(raw, 2) + 1), least=20)
    c.tile("sparse-ends-block", "verify", "a block has more than 256 items", 10, 0, h(300), least=20)
    c.tile("sparse-low-equal", "verify", "two items of a block are at one position", 12, lambda raw: 4 + u16(raw, 2),
           lambda raw: raw[4 + u16(raw, 2) + 1 :][:1], least=20)
    c.tile("sparse-low-descending", "verify", "the items of a block do not ascend", 10, 4,
           lambda raw: raw[5:6] + raw[4:5], least=20)
    c.tile("sparse-zero-u8", "verify", "a sparse value is 0", 12, 4, b"\0", least=20, lost="B")
    c.tile("sparse-zero-u16", "verify", "a sparse value is 0", 13, 4, h(0), least=20, lost="H")
    c.tile("sparse-zero-f32", "verify", "a sparse value is 0", 14, 4, f(0.0), least=20, lost="f")
    c.tile("sparse-minus-zero", "verify", "a sparse value is -0.0", 14, 4, f(-0.0), least=20, lost="f")
    c.tile("sparse-nan", "verify", "a sparse value is NaN", 14, 4, nan, least=20)
    # bitmap: u64 bits[8], u16 ends[2], V
    c.tile("bitmap-too-many", "read", "the last of `ends` leads out of the row", 19, 66, h(65535))
    c.tile("bitmap-popcount", "verify", "a bit is set that `ends` do not count", 15,
           lambda raw: next(i for i in range(64) if raw[i] != 255), lambda raw: bytes([255]), least=20)
    c.tile("bitmap-ends-inner", "verify", "an inner running count disagrees with the bits", 17, 64,
           lambda raw: h(u16(raw, 64) ^ 1), least=20)
    c.tile("bitmap-ends-last", "verify", "the last running count disagrees with the bits", 18, 66,
           lambda raw: h(u16(raw, 66) - 1), least=80)
    c.tile("bitmap-zero-u8", "verify", "a value of a set bit is 0", 17, 68, b"\0", least=70, lost="B")
    c.tile("bitmap-zero-f32", "verify", "a value of a set bit is 0", 19, 68, f(0.0), least=72, lost="f")
    c.tile("bitmap-inf", "verify", "a value is infinite", 19, 68, inf, least=72)
    # runs: u32 n, V, u16 ends
    c.tile("runs-none", "read", "n is 0", 22, 0, struct.pack("<I", 0))
    c.tile("runs-above-tile", "verify", "n is the tile's size and one", 22, 0, struct.pack("<I", 513))
    c.tile("runs-huge", "read", "n is 2^32 - 1", 24, 0, struct.pack("<I", 0xFFFFFFFF))
    ends = lambda size: (lambda raw: -(-(4 + size * struct.unpack_from("<I", raw)[0]) // 2) * 2)
    c.tile("runs-ends-equal", "verify", "two runs end at one position", 22, lambda raw: ends(1)(raw) + 2,
           lambda raw: raw[ends(1)(raw) :][:2], least=20)
    c.tile("runs-ends-descending", "verify", "the ends of runs decrease", 23, lambda raw: ends(2)(raw),
           lambda raw: h(u16(raw, ends(2)(raw) + 2) + 1), least=20)
    c.tile("runs-first-end-zero", "verify", "the first run is empty", 24, lambda raw: ends(4)(raw), h(0), least=20)
    c.tile("runs-last-end-short", "verify", "the last run ends before the tile", 22, lambda raw: len(raw) - 2, h(511),
           least=20)
    c.tile("runs-last-end-long", "verify", "the last run ends after the tile", 23, lambda raw: len(raw) - 2, h(513),
           least=20)
    c.tile("runs-nan", "verify", "a run's value is NaN", 24, 4, nan, least=20)
    c.tile("runs-minus-zero", "verify", "a run's value is -0.0", 24, zero_item(4), f(-0.0), least=80)

    def odd(d):
        for (row, t), (at, code, length) in d.laid[P].tiles.items():
            if code == 22 and d.files[P][4096 + at] % 2:
                n = struct.unpack_from("<I", d.files[P], 4096 + at)[0]
                d.in_data(P, at + 4 + n, b"\x01")
                return window(d, row, t)
    c.add("runs-padding", "verify", "6", "the padding between the values and the ends of runs is not 0", odd)
    c.tile("dense-nan", "verify", "a dense value is NaN", 9, 0, nan)
    c.tile("dense-minus-inf", "verify", "a dense value is -infinity", 9, 8, bytes.fromhex("000080ff"))
    c.tile("dense-minus-zero", "verify", "a dense value is -0.0", 9, zero_item(0), f(-0.0), least=1024)

    for family, name in ((1, "dense"), (2, "sparse"), (3, "bitmap")):
        c.add(f"{name}-past-contig", "verify", "6", "a value stands past the contig's end",
              past_end(range(5 * family, 5 * family + 5)))

    def run_past_end(d):
        for (row, t), (at, code, length) in d.laid[P].tiles.items():
            place = window(d, row, t)
            if code == 22 and place["end"] - place["start"] < 512:
                n = struct.unpack_from("<I", d.files[P], 4096 + at)[0]
                assert d.files[P][4096 + at + 3 + n] == 0
                d.in_data(P, at + 3 + n, b"\x05")
                return place
    c.add("runs-past-contig", "verify", "6", "the last run, past the contig's end, has a value", run_past_end)


def past_end(codes):
    """The last non-zero value of a tile moves behind the contig's end, so that the tile's own
    totals stay."""
    def edit(d):
        for (row, t), (at, code, length) in d.laid[P].tiles.items():
            place = window(d, row, t)
            values = d.base.tile(0, row, t)
            if code not in codes or place["end"] - place["start"] == 512 or not any(values[1:]):
                continue
            last = max(p for p in range(512) if values[p])
            values[last], values[511] = 0.0, values[last]
            new = tile_bytes(values, code)
            assert len(new) == length
            d.in_data(P, at, new)
            return place
    return edit


def pair_cases(c):
    """Tiles of type u4, of the store `nibbles`."""
    # Of item i(raw) of the values, which begin at `at`: where its byte is, and the byte with v in
    # its half
    byte = lambda at, i: lambda raw: at + i(raw) // 2
    put = lambda at, i, v: lambda raw: bytes([raw[at + i(raw) // 2] & (0x0F if i(raw) % 2 else 0xF0)
                                              | v << i(raw) % 2 * 4])
    half_used = "the four bits after an odd number of values are not 0"

    def tile(name, stage, what, code, offset, data, **more):
        c.tile(name, stage, what, code, offset, data, base="nibbles", **more)

    # sparse: u16 ends[2], V, u8 low[n]; bitmap: u64 bits[8], u16 ends[2], V; runs: u32 n, V, u16
    # ends[n]
    count = {"sparse": lambda raw: u16(raw, 2), "bitmap": lambda raw: u16(raw, 66), "runs": lambda raw: u16(raw, 0)}
    for name, code, at in (("sparse", 11, 4), ("bitmap", 16, 68), ("runs", 21, 4)):
        n = count[name]
        odd = lambda raw, n=n: n(raw) % 2 == 1 and n(raw) > 4
        tile(f"{name}-u4-half-byte", "verify", half_used, code, byte(at, n), put(at, n, 3), suits=odd)
        if name == "runs":
            continue
        tile(f"{name}-u4-too-many", "read", "the last of `ends` leads out of the row", code, at - 2, h(65535))
        last = lambda raw, n=n: n(raw) - 1
        for which, item in (("even", lambda raw: 2), ("odd", lambda raw: 1), ("last", last)):
            tile(f"{name}-u4-zero-{which}", "verify", f"a {name} value is 0 ({which} item)", code, byte(at, item),
                 put(at, item, 0), suits=odd, lost="u4")
        tile(f"{name}-u4-last-high", "verify", "the last of an odd number of values is in the high four bits", code,
             byte(at, last), lambda raw, at=at, last=last: bytes([raw[at + last(raw) // 2] << 4]), suits=odd)
    low = lambda raw: 4 + -(-u16(raw, 2) // 2)
    several = lambda raw: u16(raw, 0) > 2 and u16(raw, 2) % 2
    tile("sparse-u4-low-equal", "verify", "two items of a block are at one position", 11, lambda raw: low(raw) + 1,
         lambda raw: raw[low(raw) :][:1], suits=several)
    tile("sparse-u4-low-descending", "verify", "the items of a block do not ascend", 11, low,
         lambda raw: raw[low(raw) :][1::-1], suits=several)
    tile("bitmap-u4-ends-last", "verify", "the last running count disagrees with the bits", 16, 66,
         lambda raw: h(u16(raw, 66) - 1), suits=lambda raw: u16(raw, 66) > u16(raw, 64) > 0)

    def one_out(d):
        """The ninth value of a bitmap that ends with its row is the first byte of the next one."""
        for (row, t), (at, code, length) in d.laid[P].tiles.items():
            if code == 16 and t == 3 and length == 72 and u16(d.files[P], 4096 + at + 66) == 8:
                assert d.laid[P].rows[row][1] == at + length
                i = next(i for i in range(32, 64) if d.files[P][4096 + at + i] % 2 == 0)
                d.in_data(P, at + i, bytes([d.files[P][4096 + at + i] + 1]))
                d.in_data(P, at + 66, h(9))
                return window(d, row, t)
    c.add("bitmap-u4-one-out", "read", "6", "the last of an odd number of values is past the end of the row", one_out,
          base="nibbles")

    ends = lambda raw: -(-(4 + -(-u16(raw, 0) // 2)) // 2) * 2
    padded = lambda raw: u16(raw, 0) > 4 and -(-u16(raw, 0) // 2) % 2
    tile("runs-u4-none", "read", "n is 0", 21, 0, struct.pack("<I", 0))
    tile("runs-u4-above-tile", "verify", "n is the tile's size and one", 21, 0, struct.pack("<I", 513))
    tile("runs-u4-huge", "read", "n is 2^32 - 1", 21, 0, struct.pack("<I", 0xFFFFFFFF))
    tile("runs-u4-padding", "verify", "the padding between the values and the ends of runs is not 0", 21,
         lambda raw: ends(raw) - 1, b"\x10", suits=padded)
    tile("runs-u4-ends-equal", "verify", "two runs end at one position", 21, lambda raw: ends(raw) + 2,
         lambda raw: raw[ends(raw) :][:2], suits=padded)
    tile("runs-u4-last-end-short", "verify", "the last run ends before the tile", 21, lambda raw: len(raw) - 2, h(511),
         least=20)

    def ends_out(d):
        """n goes up to the tile's size: its values are inside the row, its ends are not."""
        for (row, t), (at, code, length) in d.laid[P].tiles.items():
            if code == 21 and at + 4 + 256 <= d.laid[P].rows[row][1] < at + 4 + 256 + 1024:
                d.in_data(P, at, struct.pack("<I", 512))
                return window(d, row, t)
    c.add("runs-u4-ends-out", "read", "6", "the ends of runs lead out of the row, their values do not", ends_out,
          base="nibbles")

    def late(d):
        (begin, end), code = d.laid[P].rows[0], 6
        assert code == d.laid[P].tiles[0, 0][1]
        d.in_data(P, begin, struct.pack("<I", ((end - begin - 256) // 8 + 1) * 32 + code))
        return window(d, 0, 0)
    c.add("dense-u4-runs-over", "read", "5", "a dense tile starts so late that its last eight bytes are out of its row",
          late, base="nibbles")

    for code, name in ((6, "dense"), (11, "sparse"), (16, "bitmap")):
        c.add(f"{name}-u4-past-contig", "verify", "6", "a value stands past the contig's end", past_end([code]),
              base="nibbles")

    def shared(d):
        for (row, t), (at, code, length) in d.laid[P].tiles.items():
            place = window(d, row, t)
            bases = place["end"] - place["start"]
            old = d.files[P][4096 + at + bases // 2] if code == 6 and bases % 2 else 0
            if old:
                assert old < 16
                d.in_data(P, at + bases // 2, bytes([old | 5 << 4]))
                return place
    c.add("dense-u4-past-contig-shared", "verify", "6",
          "a value stands one past the contig's end, in the byte of the last base", shared, base="nibbles")

    def run_past_end(d):
        for (row, t), (at, code, length) in d.laid[P].tiles.items():
            place = window(d, row, t)
            if code == 21 and place["end"] - place["start"] < 512:
                raw = d.files[P][4096 + at : 4096 + at + length]
                last = lambda raw: u16(raw, 0) - 1
                assert d.base.tile(0, row, t)[511] == 0
                d.in_data(P, at + byte(4, last)(raw), put(4, last, 5)(raw))
                return place
    c.add("runs-u4-past-contig", "verify", "6", "the last run, past the contig's end, has a value", run_past_end,
          base="nibbles")
