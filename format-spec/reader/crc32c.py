"""CRC32C (RFC 3720) in numpy: many pieces at once, byte column by byte column, then joined.

A CRC is linear: the raw CRC (initial value 0, no final XOR) of A followed by B is that of A,
advanced over len(B) zero bytes, XOR that of B; and leading zero bytes change nothing. The initial
value 0xFFFFFFFF is the same as inverting the first four bytes.
"""
import numpy as np

PIECE = 1024


def _table():
    t = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        t = (t >> np.uint32(1)) ^ np.where(t & 1, np.uint32(0x82F63B78), np.uint32(0))
    return t


TABLE = _table()


def _zeros_table():
    """advance[i][b]: byte i of a CRC being b, what it becomes after PIECE zero bytes."""
    state = np.arange(256, dtype=np.uint32) << (np.arange(4, dtype=np.uint32)[:, None] * np.uint32(8))
    for _ in range(PIECE):
        state = TABLE[state & np.uint32(255)] ^ (state >> np.uint32(8))
    return state


ADVANCE = _zeros_table()


def _raw(data):
    """Raw CRCs of the rows of (n, k * PIECE) bytes."""
    n = len(data)
    columns = np.ascontiguousarray(data.reshape(-1, PIECE).T)
    crc = np.zeros(columns.shape[1], np.uint32)
    for column in columns:
        crc = TABLE[(crc ^ column) & np.uint32(255)] ^ (crc >> np.uint32(8))
    total = np.zeros(n, np.uint32)
    for piece in crc.reshape(n, -1).T:
        low = ADVANCE[0][total & 255] ^ ADVANCE[1][total >> 8 & 255]
        high = ADVANCE[2][total >> 16 & 255] ^ ADVANCE[3][total >> 24]
        total = low ^ high ^ piece
    return total


def crc32c(data):
    """The CRC32C of one run of bytes."""
    data = np.frombuffer(data, np.uint8)
    if len(data) < 2 * PIECE:
        crc, table = 0xFFFFFFFF, TABLE.tolist()
        for byte in data.tolist():
            crc = table[(crc ^ byte) & 255] ^ crc >> 8
        return crc ^ 0xFFFFFFFF
    padded = np.zeros((1, -(-len(data) // PIECE) * PIECE), np.uint8)
    first = padded.shape[1] - len(data)
    padded[0, first:] = data
    padded[0, first : first + 4] ^= 255
    return int(_raw(padded)[0]) ^ 0xFFFFFFFF


def crc32c_blocks(data, block):
    """The CRC32C of each `block` bytes of `data`, as an array of uint32.

    The last block is as long as what is left.
    """
    whole, out = len(data) // block, []
    for at in range(0, whole, 256):
        rows = data[at * block : min(at + 256, whole) * block].reshape(-1, block).copy()
        rows[:, :4] ^= 255
        out.append(_raw(rows) ^ np.uint32(0xFFFFFFFF))
    if len(data) % block:
        out.append(np.array([crc32c(data[whole * block :])], np.uint32))
    return np.concatenate(out) if out else np.zeros(0, np.uint32)
