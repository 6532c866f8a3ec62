"""One tile (section 6): bytes to values, with every rule that the section states."""
import numpy as np

# Type 0, `one`, has no array, and 1, `u4`, two items in a byte
VALUE_TYPES = {2: np.dtype("u1"), 3: np.dtype("<u2"), 4: np.dtype("<f4")}
# And 0, which has no bytes
CODES = {6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 21, 22, 23, 24}


def align(x, a):
    return -(-x // a) * a


def decode_tile(tile, code, data):
    """The float32 values of a tile and its length in bytes; `data` runs from its start to the end
    of its row.

    Raises ValueError for anything that section 6 does not allow.
    """
    at = 0

    def need(ok, what):
        if not ok:
            raise ValueError(what)

    def part(dtype, count):
        nonlocal at
        begin = align(at, np.dtype(dtype).itemsize)
        end = begin + count * np.dtype(dtype).itemsize
        need(end <= len(data), "runs past the end of its row")
        need(not data[at:begin].any(), "has padding that is not 0")
        at = end
        return data[begin:end].view(dtype)

    def items(count):
        if kind == 0:
            return np.ones(count, np.float32)
        if kind == 1:
            pairs = part("u1", align(count, 2) // 2)
            v = np.stack([pairs & 15, pairs >> 4], axis=1).reshape(-1)
            need(not v[count:].any(), "has bits after its last value that are not 0")
            v = v[:count]
        else:
            v = part(VALUE_TYPES[kind], count)
        if kind == 4:
            need(np.isfinite(v).all(), "has a value that is not finite")
            need(not (np.signbit(v) & (v == 0)).any(), "has a value of -0.0")
        need(family not in (2, 3) or v.all(), "stores a value of 0")
        return v.astype(np.float32)

    need(code in CODES, f"has the reserved code {code}")
    family, kind = divmod(code, 5)
    values = np.zeros(tile, np.float32)
    if family == 1:  # dense
        values[:] = items(tile)
    elif family == 2:  # sparse
        ends = part("<u2", tile // 256).astype(np.int64)
        counts = np.diff(ends, prepend=0)
        need((counts >= 0).all() and (counts <= 256).all(), "has block ends that cannot be")
        n = int(ends[-1])
        v = items(n)
        position = np.repeat(np.arange(0, tile, 256), counts) + part("u1", n)
        need((np.diff(position) > 0).all(), "has positions that do not ascend")
        values[position] = v
    elif family == 3:  # bitmap
        present = np.unpackbits(part("<u8", tile // 64).view("u1"), bitorder="little")
        ends = part("<u2", tile // 256)
        need((np.cumsum(present.reshape(-1, 256).sum(axis=1)) == ends).all(),
             "has block ends that disagree with its bits")
        values[present != 0] = items(int(ends[-1]))
    elif family == 4:  # runs
        n = int(part("<u4", 1)[0])
        need(1 <= n <= tile, f"has {n} runs")
        v = items(n)
        lengths = np.diff(part("<u2", n).astype(np.int64), prepend=0)
        need((lengths > 0).all() and lengths.sum() == tile, "has run ends that cannot be")
        values[:] = np.repeat(v, lengths)
    return values, at
