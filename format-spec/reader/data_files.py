"""The data files of a store (sections 3, 4 and 5): sequence and panels, read and verified.

A part of atemoya_reader.py.
"""
import hashlib
import math
import mmap
import os
import struct
from types import SimpleNamespace

import numpy as np

from crc32c import crc32c, crc32c_blocks
from manifest import TRACK_TYPES, FormatError
from tile import align, decode_tile

PAGE, BLOCK = 4096, 65536
MAGIC = b"\x89ATM\r\n\x1a\n"
SECTIONS = {"sequence": ["DATA", "CONTIGS", "CHECKS"], "panel": ["DATA", "CONTIGS", "INDEX", "CHECKS"]}
SECTION_ID = {"DATA": 1, "CONTIGS": 2, "INDEX": 3, "CHECKS": 4}


class DataFile:
    """A data file's header page, section table and CONTIGS, all checked against the manifest."""

    def __init__(self, directory, name, kind, manifest, panel=None):
        self.name = name
        entry, path = manifest.files[name], os.path.join(directory, name)
        try:
            with open(path, "rb") as f:
                self.need(os.fstat(f.fileno()).st_size == entry.length, None, f"is not {entry.length} bytes long")
                self.bytes = np.frombuffer(mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ), np.uint8)
        except OSError as e:
            raise FormatError(name, None, f"cannot be read: {e.strerror}") from e
        head = self.bytes[:PAGE].tobytes()
        (magic, number, major, _minor, required, _optional, file_length, section_count, check_block, contig_count,
         tile_log2, track_count) = struct.unpack_from("<8sIHHQQQIIQII", head)
        self.need(magic == MAGIC, 0, "bad magic")
        self.need(major == 1, 12, f"has major version {major}; this reader knows 1")
        crc = struct.unpack_from("<I", head, 4092)[0]
        self.need(crc == crc32c(head[:4092]), 4092, "the header page's CRC is wrong")
        self.need(f"{crc:08x}" == entry.header_crc32c, 4092, "the header page is not the manifest's")
        bits = [i for i in range(64) if required >> i & 1]
        self.need(not bits, 16, f"required feature bits {bits} are unknown to this reader (version 1.0)")
        self.need(number == {"sequence": 1, "panel": 2}[kind], 8, f"kind {number} is not {kind}")
        self.need(file_length == entry.length, 32, "file_length disagrees with the file")
        self.need(section_count == len(SECTIONS[kind]), 40, f"section_count is {section_count}")
        self.need(check_block == 16, 44, f"check_block is {check_block}")
        self.need(contig_count == len(manifest.contigs), 48, "contig_count disagrees with the manifest")
        self.need(tile_log2 == (panel.tile.bit_length() - 1 if panel else 0), 56,
                  "tile_log2 disagrees with the manifest")
        self.need(track_count == (len(panel.tracks) if panel else 0), 60, "track_count disagrees with the manifest")
        self.need(not any(head[64:128]) and not any(head[128 + 32 * section_count : 4092]), None,
                  "a reserved byte is not 0")
        self.section, self.crc, end = {}, {}, PAGE
        for i, section in enumerate(SECTIONS[kind]):
            at = 128 + 32 * i
            number, self.crc[section], offset, length, reserved = struct.unpack_from("<IIQQQ", head, at)
            self.need(number == SECTION_ID[section], at, f"section {number} stands where {section} must be")
            self.need(offset == align(end, PAGE), at + 8, f"{section} starts at {offset}")
            self.need(reserved == 0, at + 24, "a reserved byte is not 0")
            end = offset + length
            self.need(end <= file_length, at + 16, f"{section} runs past the end of the file")
            self.section[section] = (offset, length)
        self.need(self.crc["DATA"] == 0, 132, "the CRC of DATA is not 0")
        self.need(end == file_length, 32, "the file does not end with CHECKS")
        self.data_at, self.data_length = self.section["DATA"]
        self.data = self.part("DATA", np.uint8)
        self.checks = self.part("CHECKS", np.dtype("<u4"), -(-self.data_length // BLOCK))
        self.contigs = self.part("CONTIGS", np.dtype("<u8"), 4 * contig_count).reshape(-1, 4)
        self.check_crc("CONTIGS")

    def need(self, ok, offset, what):
        if not ok:
            raise FormatError(self.name, offset, what)

    def part(self, section, dtype, count=None):
        offset, length = self.section[section]
        self.need(count is None or length == count * dtype.itemsize, offset, f"{section} is {length} bytes long")
        return self.bytes[offset : offset + length].view(dtype)

    def check_crc(self, section):
        offset, length = self.section[section]
        self.need(crc32c(self.bytes[offset : offset + length]) == self.crc[section], offset,
                  f"the CRC of {section} is wrong")

    def verify(self, sha256):
        """All that needs no knowledge of what DATA means."""
        self.need(hashlib.sha256(self.bytes).hexdigest() == sha256, None, "SHA-256 mismatch")
        for section in list(self.section)[1:]:
            self.check_crc(section)
        wrong = np.flatnonzero(crc32c_blocks(self.data, BLOCK) != self.checks)
        self.need(not len(wrong), self.data_at + BLOCK * int(wrong[0]) if len(wrong) else 0,
                  "the CRC of a block of DATA is wrong")
        for offset, length in self.section.values():
            end = offset + length
            self.need(not self.bytes[end : align(end, PAGE)].any(), end, "padding is not 0")


class Sequence(DataFile):
    """Section 4."""

    def __init__(self, directory, manifest):
        super().__init__(directory, manifest.sequence, "sequence", manifest)
        end, at, self.spans, self.acgt = 0, self.section["CONTIGS"][0], [], []
        for (name, bases), (offset, length, acgt, reserved) in zip(manifest.contigs, self.contigs.tolist()):
            self.need(length == bases, at + 8, f"the length of {name} disagrees with the manifest")
            self.need(acgt <= length, at + 16, f"acgt of {name} is above its length")
            self.need(reserved == 0, at + 24, "a reserved byte is not 0")
            self.need(offset >= end and offset % (PAGE if bases >= 65536 else 64) == 0, at,
                      f"{name} starts at {offset}")
            end = offset + 32 * (-(-bases // 64) + 1)
            self.need(end <= self.data_length, at, f"{name} runs past the end of DATA")
            self.spans.append((offset, end))
            self.acgt.append(acgt)
            at += 32
        self.need(sum(self.acgt) == manifest.acgt, None, "the sum of acgt disagrees with the manifest")

    def read(self, contig, start, end):
        first, last = start // 64, -(-end // 64)
        begin = self.spans[contig][0] + 32 * first
        blocks = self.data[begin : begin + 32 * (last - first)].reshape(-1, 4, 8)
        bits = np.unpackbits(blocks.transpose(1, 0, 2).reshape(4, -1), axis=1, bitorder="little")
        return np.ascontiguousarray(bits[:, start - 64 * first : end - 64 * first])

    def verify(self, manifest):
        super().verify(manifest.files[self.name].sha256)
        gap = 0
        for (name, bases), (begin, end), acgt in zip(manifest.contigs, self.spans, self.acgt):
            self.need(not self.data[gap:begin].any(), self.data_at + gap, f"bytes before {name} are not 0")
            self.need(not self.data[end - 32 : end].any(), self.data_at + end - 32,
                      f"the guard block of {name} is not 0")
            count = 0
            for at in range(begin, end - 32, 1 << 22):
                masks = self.data[at : min(at + (1 << 22), end - 32)].view("<u8").reshape(-1, 4)
                a, c, g, t = masks.T
                self.need(not ((a & c) | (g & t) | ((a | c) & (g | t))).any(), self.data_at + at,
                          f"a base of {name} has two bits")
                count += int(np.unpackbits(masks.view(np.uint8)).sum())
            if bases % 64:
                tail = self.data[end - 64 : end - 32].view("<u8") >> np.uint64(bases % 64)
                self.need(not tail.any(), self.data_at + end - 64, f"bits past the end of {name} are set")
            self.need(count == acgt, self.section["CONTIGS"][0], f"{name} has {count} A, C, G or T, not {acgt}")
            gap = end
        self.need(not self.data[gap:].any(), self.data_at + gap, "bytes after the last contig are not 0")


class Panel(DataFile):
    """Section 5."""

    def __init__(self, directory, manifest, panel):
        super().__init__(directory, panel.file, "panel", manifest, panel)
        self.tile, self.tracks = panel.tile, panel.tracks
        rows, at, self.first_row = 0, self.section["CONTIGS"][0], []
        for (name, bases), (first_row, length, *reserved) in zip(manifest.contigs, self.contigs.tolist()):
            self.need(first_row == rows, at, f"first_row of {name} is {first_row}, not {rows}")
            self.need(length == bases, at + 8, f"the length of {name} disagrees with the manifest")
            self.need(not any(reserved), at + 16, "a reserved byte is not 0")
            self.first_row.append(rows)
            rows += -(-bases // self.tile)
            at += 32
        self.index = self.part("INDEX", np.dtype("<u8"), rows + 1)

    def row(self, row):
        """Where a row lies in DATA, bounds-checked, and its directory.

        The directory of a row of no bytes is None.
        """
        begin, end = self.index[row : row + 2].tolist()
        at = self.section["INDEX"][0] + 8 * row
        self.need(begin <= end <= self.data_length, at, f"row {row} lies at {begin} .. {end} of DATA")
        self.need(begin % 8 == 0 and end % 8 == 0, at, f"row {row} is not aligned to 8 bytes")
        if begin == end:
            return begin, end, None
        size = align(4 * len(self.tracks), 8)
        self.need(size <= end - begin, self.data_at + begin, "a row is smaller than its directory")
        return begin, end, self.data[begin : begin + 4 * len(self.tracks)].view("<u4")

    def tile_values(self, row, track, bases):
        """One tile of one track, or None if it is zero; and where it begins and ends in DATA.

        `bases` of it lie in the contig.
        """
        begin, end, directory = self.row(row)
        entry = 0 if directory is None else int(directory[track])
        if entry == 0:
            return None, begin, begin
        at, code = begin + entry // 32 * 8, entry % 32
        place = f"track {track} of row {row}"
        self.need(code != 0, self.data_at + begin + 4 * track, f"{place} is zero and has an offset")
        self.need(begin + align(4 * len(self.tracks), 8) <= at < end, self.data_at + begin + 4 * track,
                  f"{place} lies outside its row")
        try:
            values, size = decode_tile(self.tile, code, self.data[at:end])
            if values[bases:].any():
                raise ValueError("has values past the end of its contig")
        except ValueError as e:
            raise FormatError(self.name, self.data_at + at, f"{place} {e}") from e
        return values, at, at + size

    def read(self, track, contig, length, start, end):
        out = np.zeros(end - start, np.float32)
        for k in range(start // self.tile, -(-end // self.tile)):
            base = k * self.tile
            values, _, _ = self.tile_values(self.first_row[contig] + k, track, length - base)
            if values is not None:
                a, b = max(start, base), min(end, base + self.tile)
                out[a - start : b - start] = values[a - base : b - base]
        return out

    def verify(self, manifest):
        super().verify(manifest.files[self.name].sha256)
        index, index_at = self.index, self.section["INDEX"][0]
        self.need(index[0] == 0, index_at, "the first row does not start at 0")
        self.need(index[-1] == self.data_length, index_at + 8 * len(index) - 8,
                  "INDEX does not end with the length of DATA")
        wrong = np.flatnonzero((index[1:] < index[:-1]) | (index[1:] % 8 != 0))
        self.need(not len(wrong), index_at + 8 * int(wrong[0]) + 8 if len(wrong) else 0,
                  "INDEX decreases or is not aligned")
        totals = [SimpleNamespace(nonzero=0, sum=0.0, absolute=0.0, min=math.inf, max=-math.inf, bases=0, rank=0)
                  for _ in self.tracks]
        for (name, bases), first in zip(manifest.contigs, self.first_row):
            rows = np.flatnonzero(np.diff(self.index[first : first + -(-bases // self.tile) + 1]))
            if len(rows):
                begin = int(self.index[first + rows[0]])
                self.need(begin % (PAGE if bases >= 65536 else 64) == 0, self.data_at + begin,
                          f"the first row of {name} is not aligned")
            for k in rows.tolist():
                self.verify_row(first + k, min(self.tile, bases - k * self.tile), totals)
        bases = sum(length for _, length in manifest.contigs)
        for track, total in zip(self.tracks, totals):
            zero = [0.0] if total.bases < bases or bases == 0 else []
            found = {"nonzero": total.nonzero, "min": min([total.min, *zero]), "max": max([total.max, *zero]),
                     "type": TRACK_TYPES[total.rank]}
            with np.errstate(over="ignore"):
                stated = {"nonzero": track.nonzero, "min": float(np.float32(track.min)),
                          "max": float(np.float32(track.max)), "type": track.type}
            self.need(found == stated, None,
                      f"the totals of track {track.name} are {found}, the manifest states {stated}")
            self.need(abs(total.sum - track.sum) <= 1e-9 * total.absolute, None,
                      f"the sum of track {track.name} is {total.sum}, not {track.sum}")

    def verify_row(self, row, bases, totals):
        begin, end, directory = self.row(row)
        done = begin + 4 * len(self.tracks)
        for track in np.flatnonzero(directory).tolist():
            values, at, tile_end = self.tile_values(row, track, bases)
            self.need(at >= done, self.data_at + at, f"track {track} of row {row} overlaps the one before it")
            self.need(not self.data[done:at].any(), self.data_at + done, "padding is not 0")
            done, v, total = tile_end, values[:bases], totals[track]
            wide = v.astype(np.float64)
            total.nonzero += int(np.count_nonzero(v))
            total.sum += float(wide.sum())
            total.absolute += float(np.abs(wide).sum())
            low, high = float(v.min()), float(v.max())
            total.min, total.max, total.bases = min(total.min, low), max(total.max, high), total.bases + bases
            whole = low >= 0 and high <= 65535 and (v == np.floor(v)).all()
            total.rank = max(total.rank, (0 if high <= 255 else 1) if whole else 2)
        self.need(not self.data[done:end].any(), self.data_at + done, "padding is not 0")
