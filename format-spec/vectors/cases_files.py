"""Invalid header pages, section tables, CONTIGS, sequence data, INDEX and row directories (sections
3, 4 and 5)."""
import struct

from draft import CHAIN, PANEL as P, SEQUENCE as S, window


def header_cases(c):
    c.header("header-magic", "3.1", "a text-mode copy has turned CR LF into LF LF", 4, "B", 0x0A)
    c.header("header-kind-unknown", "3.1", "kind 3", 8, "I", 3)
    c.header("header-kind-exchanged", "3.1", "a panel file says that it is a sequence", 8, "I", 1)
    c.header("header-major-2", "VERSIONING", "major version 2", 12, "H", 2)
    c.header("header-major-0", "VERSIONING", "major version 0", 12, "H", 0)
    c.header("header-required-bit-0", "3.1", "an unknown required feature bit", 16, "Q", 1)
    c.header("header-required-bit-63", "3.1", "an unknown required feature bit", 16, "Q", 1 << 63, file=S)
    c.header("header-file-length", "3.1", "file_length is not the file's", 32, "Q", 1 << 40)
    c.header("header-section-count-0", "3.1", "no sections", 40, "I", 0)
    c.header("header-section-count-3", "3.1", "a panel file of three sections", 40, "I", 3)
    c.header("header-section-count-17", "3.1", "more sections than the limit", 40, "I", 17)
    c.header("header-section-count-huge", "3.1", "a table that does not fit in the page", 40, "I", 0xFFFFFFFF)
    c.header("header-check-block", "3.1", "check blocks of 128 KiB", 44, "I", 17)
    c.header("header-contig-count", "3.3", "contig_count is not the manifest's", 48, "Q", 7)
    c.header("header-contig-count-huge", "7", "contig_count above the limit", 48, "Q", 1 << 60)
    c.header("header-tile-other", "3.3", "tile_log2 is not the manifest's", 56, "I", 10)
    c.header("header-tile-huge", "3.1", "tile_log2 of 64", 56, "I", 64)
    c.header("header-tile-in-sequence", "3.1", "a sequence file with a tile size", 56, "I", 12, file=S)
    c.header("header-track-count", "3.3", "track_count is not the manifest's", 60, "I", 4)
    c.header("header-track-count-in-sequence", "3.1", "a sequence file with tracks", 60, "I", 1, file=S)
    c.header("header-reserved-low", "1", "a reserved byte of the header is not 0", 127, "B", 1)
    c.header("header-reserved-high", "1", "a reserved byte after the section table is not 0", 4091, "B", 1)
    c.header("header-reserved-section", "1", "a reserved byte of a section entry is not 0", 128 + 31, "B", 1)
    c.header("header-reserved-entry", "1", "an entry after the last section is not 0", 128 + 4 * 32, "I", 4)
    c.add("header-crc", "open", "3.1", "the header's CRC is wrong, and the manifest repeats it",
          lambda d: d.field(P, 4092, "I", 0x12345678), skip=("header",))
    c.add("header-flip-unsealed", "open", "3.1", "a bit of the header has flipped", lambda d: d.field(P, 24, "Q", 1),
          skip=CHAIN)
    c.add("header-other-file", "open", "8", "the header is whole, but not the one that the manifest names",
          lambda d: d.field(P, 24, "Q", 1), skip=("files",))
    c.add("file-missing", "open", "3.3", "a data file is missing", lambda d: d.final.update({P: None}))
    c.add("file-longer", "open", "3.3", "a byte follows the file",
          lambda d: d.final.update({P: d.base.files[P] + b"\0"}))
    c.add("file-shorter", "open", "3.3", "the file has lost its last byte",
          lambda d: d.final.update({P: d.base.files[P][:-1]}))
    c.add("file-empty", "open", "3.3", "the file is empty", lambda d: d.final.update({P: b""}))
    c.add("file-half-page", "open", "3.3", "the file ends inside its header page",
          lambda d: d.final.update({S: d.base.files[S][:2048]}))

    def stretched(d):
        d.files[P] += b"\0" * 8
        d.field(P, 32, "Q", len(d.files[P]))
    c.add("file-tail", "open", "3.1", "eight bytes follow CHECKS, and every length includes them", stretched)


def section_cases(c):
    def entry(i, offset, layout, value, file=P):
        return lambda d: d.field(file, 128 + 32 * i + offset, layout, value)

    def add(name, what, edit, rule="3.1", **more):
        c.add(name, "open", rule, what, edit, skip=("sections",), **more)

    def at(d, section, file=P):
        return d.laid[file].sections[section]

    def swap(d):
        raw = bytes(d.files[P])
        d.put(P, 128 + 32, raw[128 + 64 : 128 + 96] + raw[128 + 32 : 128 + 64])
    add("section-order", "CONTIGS and INDEX are exchanged in the table", swap)
    add("section-twice", "CONTIGS stands twice", lambda d: d.put(P, 128 + 64, bytes(d.files[P])[160:192]))
    add("section-unknown", "an unknown section", entry(2, 0, "I", 9))
    add("section-data-crc", "the CRC of DATA is not 0", entry(0, 4, "I", 1))
    add("section-data-offset", "DATA starts at 8,192", entry(0, 8, "Q", 8192))
    add("section-unaligned", "INDEX does not start at a multiple of 4,096",
        lambda d: entry(2, 8, "Q", at(d, "INDEX")[0] + 8)(d))
    add("section-overlap", "INDEX starts inside CONTIGS", lambda d: entry(2, 8, "Q", at(d, "CONTIGS")[0])(d))
    add("section-gap", "CHECKS starts a page too late", lambda d: entry(3, 8, "Q", at(d, "CHECKS")[0] + 4096)(d))
    add("section-past-end", "CHECKS runs past the end of the file", lambda d: entry(3, 16, "Q", 1 << 20)(d))
    add("section-length-overflow", "offset + length of DATA is above 2^64", entry(0, 16, "Q", 2**64 - 8))
    add("section-contigs-short", "CONTIGS is one entry too short",
        lambda d: entry(1, 16, "Q", at(d, "CONTIGS")[1] - 32)(d), rule="4")
    add("section-index-short", "INDEX is one item too short", lambda d: entry(2, 16, "Q", at(d, "INDEX")[1] - 8)(d),
        rule="5")

    def checks(d):
        d.files[P] += b"\0" * 4
        d.field(P, 32, "Q", len(d.files[P]))
        entry(3, 16, "Q", at(d, "CHECKS")[1] + 4)(d)
    add("section-checks-long", "CHECKS has an item too many", checks, rule="3.2")
    c.add("section-contigs-crc", "open", "3.3", "the CRC of CONTIGS is wrong", entry(1, 4, "I", 0xDEADBEEF),
          skip=("sections",))
    c.add("section-index-crc", "verify", "3.3", "the CRC of INDEX is wrong", entry(2, 4, "I", 0xDEADBEEF),
          skip=("sections",))
    c.add("section-checks-crc", "verify", "3.3", "the CRC of CHECKS is wrong", entry(3, 4, "I", 0xDEADBEEF),
          skip=("sections",))
    c.add("section-block-crc", "verify", "3.2", "CHECKS disagrees with a block of DATA",
          lambda d: d.in_section(P, "CHECKS", 0, "I", 1), skip=("blocks",))
    c.add("section-block-crc-last", "verify", "3.2", "CHECKS disagrees with the last, shorter block of DATA",
          lambda d: d.in_section(S, "CHECKS", 4, "I", 1), base="wide", skip=("blocks",))
    c.add("section-padding", "verify", "1", "a byte between two sections is not 0",
          lambda d: d.field(P, sum(at(d, "CONTIGS")) + 1, "B", 1))


def sequence_cases(c):
    def contigs(name, stage, what, index, offset, layout, value, rule="4", file=S, **more):
        c.add(name, stage, rule, what, lambda d: d.in_section(file, "CONTIGS", 32 * index + offset, layout, value),
              **more)

    contigs("sequence-contig-length", "open", "a contig's length is not the manifest's", 5, 8, "Q", 7779)
    contigs("sequence-contig-unaligned", "open", "a contig starts at a multiple of 32, not of 64", 1, 0, "Q", 96)
    contigs("sequence-contig-overlap", "open", "a contig starts inside the one before", 5, 0, "Q", 0)
    contigs("sequence-contig-past-end", "open", "a contig lies past the end of DATA", 7, 0, "Q", 1 << 30)
    contigs("sequence-contig-overflow", "open", "a contig's offset is near 2^64", 7, 0, "Q", 2**64 - 64)
    contigs("sequence-contig-reserved", "open", "a reserved byte is not 0", 2, 24, "Q", 1, rule="1")
    contigs("sequence-contig-long-unaligned", "open", "a contig of 65,536 bases starts at a multiple of 64 only", 1, 0,
            "Q", 128, base="wide")
    contigs("panel-contig-length", "open", "a contig's length is not the manifest's", 5, 8, "Q", 7779, rule="5", file=P)
    contigs("panel-contig-first-row", "open", "first_row is not the sum of the rows before", 6, 0, "Q", 19, rule="5",
            file=P)
    contigs("panel-contig-reserved", "open", "a reserved byte is not 0", 2, 16, "Q", 1, rule="1", file=P)

    def base(d, i):
        return struct.unpack_from("<Q", d.files[S], d.laid[S].sections["CONTIGS"][0] + 32 * i)[0]

    def acgt(d):
        for index, step in ((5, 1), (6, -1)):  # the sum in the manifest stays right
            at = d.laid[S].sections["CONTIGS"][0] + 32 * index + 16
            d.field(S, at, "Q", struct.unpack_from("<Q", d.files[S], at)[0] + step)
    c.add("sequence-acgt", "verify", "4", "acgt of two contigs is wrong, their sum right", acgt)

    def two_bits(d):
        for i in range(64):
            masks = struct.unpack_from("<4Q", d.files[S], 4096 + base(d, 5))
            if masks[0] >> i & 1:
                d.field(S, 4096 + base(d, 5) + 24, "Q", masks[3] | 1 << i)
                at = d.laid[S].sections["CONTIGS"][0] + 32 * 5 + 16
                d.field(S, at, "Q", struct.unpack_from("<Q", d.files[S], at)[0] + 1)
                d.manifest["sequence"]["acgt"] += 1
                return
    c.add("sequence-two-bits", "verify", "4", "a base is both A and T", two_bits)

    def past_end(d):
        """A base's bit moves behind the end, so that their number stays."""
        for channel in range(0, 32, 8):
            at = 4096 + base(d, 2) + channel
            mask, = struct.unpack_from("<Q", d.files[S], at)
            if mask:
                d.field(S, at, "Q", mask & (mask - 1) | 1 << 63)
                return
    c.add("sequence-bit-past-end", "verify", "4", "a bit past a contig's end is set (contig of 63 bases)", past_end)
    c.add("sequence-guard", "verify", "4", "a guard block is not zero",
          lambda d: d.in_data(S, base(d, 3) + 32 + 31, b"\x01"))
    c.add("sequence-guard-empty", "verify", "4", "the guard block of an empty contig is not zero",
          lambda d: d.in_data(S, base(d, 0), b"\x01"))
    c.add("sequence-gap", "verify", "4", "a byte between two contigs is not zero",
          lambda d: d.in_data(S, base(d, 1) - 1, b"\x01"))
    c.add("sequence-tail", "verify", "4", "a byte of DATA after the last contig is not zero",
          lambda d: d.in_data(S, d.lengthen(S, 64) + 63, b"\x01"))


def row_cases(c):
    def index(d, row, value):
        d.in_section(P, "INDEX", 8 * row, "Q", value)

    def add(name, stage, what, edit, **more):
        c.add(name, stage, "5", what, edit, **more)

    def at_index(change):
        def edit(d):
            row = 7
            begin, end = d.laid[P].rows[row]
            change(d, row, begin, end)
            return window(d, row, 0)
        return edit
    add("index-decreasing", "read", "a row ends before it begins", at_index(lambda d, r, b, e: index(d, r + 1, b - 8)))
    add("index-past-end", "read", "a row ends past DATA", at_index(lambda d, r, b, e: index(d, r + 1, 1 << 40)))
    add("index-overflow", "read", "a row lies near 2^64",
        at_index(lambda d, r, b, e: (index(d, r, 2**64 - 8), index(d, r + 1, 2**64 - 8))))
    add("index-unaligned", "read", "a row does not start at a multiple of 8",
        at_index(lambda d, r, b, e: index(d, r, b + 4)))
    add("index-small-row", "read", "a row is smaller than its directory",
        at_index(lambda d, r, b, e: index(d, r, e - 16)))
    add("index-last-short", "verify", "INDEX does not end with the length of DATA, eight bytes of zeros being left",
        lambda d: d.lengthen(P, 8) and None)

    def first(d):
        """All rows move on by 64 bytes."""
        length = d.lengthen(P, 64)
        d.in_data(P, 0, bytes(64) + bytes(d.files[P][4096 : 4096 + length]))
        for row, (begin, _) in enumerate(d.laid[P].rows):
            index(d, row, begin + 64)
        index(d, len(d.laid[P].rows), length + 64)
    add("index-first", "verify", "the first row does not start at 0", first, base="future")

    def long_row(d):
        """The first row with bytes of the long contig moves 64 bytes back, into the padding before
        it."""
        begin, end = next((b, e) for b, e in d.laid[P].rows if 0 < b < e)
        assert begin % 4096 == 0 and not any(d.files[P][4096 + begin - 64 : 4096 + begin])
        d.in_data(P, begin - 64, bytes(d.files[P][4096 + begin : 4096 + end]) + bytes(64))
        for row, (b, _) in enumerate(d.laid[P].rows):
            if b == begin:
                index(d, row, begin - 64)
    add("index-long-unaligned", "verify", "the first row of a contig of 65,536 bases starts at a multiple of 64 only",
        long_row, base="wide")

    def entry(change, row=7, track=2):
        def edit(d):
            begin, end = d.laid[P].rows[row]
            old = struct.unpack_from("<I", d.files[P], 4096 + begin + 4 * track)[0]
            assert old
            d.in_data(P, begin + 4 * track, struct.pack("<I", change(old, begin, end)))
            return window(d, row, track)
        return edit
    add("directory-past-row", "read", "a tile starts past the end of its row",
        entry(lambda old, b, e: (e - b) // 8 * 32 + old % 32))
    add("directory-far", "read", "a tile's offset is the greatest that an entry can hold",
        entry(lambda old, b, e: 0xFFFFFFE0 | old % 32))
    add("directory-runs-over", "read", "a dense tile starts so late that it leaves its row",
        entry(lambda old, b, e: ((e - b) // 8 - 1) * 32 + 7))
    add("directory-in-directory", "verify", "a tile starts inside the directory", entry(lambda old, b, e: 32 + 7))

    def zero(d):
        for row, (begin, end) in enumerate(d.laid[P].rows):
            if begin < end and (row, 4) not in d.laid[P].tiles:
                d.in_data(P, begin + 16, struct.pack("<I", 3 * 32))
                return window(d, row, 4)
    add("directory-zero-with-offset", "verify", "a zero tile has an offset", zero)

    def reserved(code):
        def edit(d):
            if code == 20:  # one run of type `one`, were there such a tile
                d.in_data(P, d.laid[P].tiles[7, 2][0], struct.pack("<IH", 1, 512))
            return entry(lambda old, b, e: old & ~31 | code)(d)
        return edit
    for code in (1, 2, 3, 4, 5, 20, 25, 26, 27, 28, 29, 30, 31):
        add(f"directory-reserved-code-{code}", "read", f"a tile has the reserved code {code}", reserved(code))

    def exchange(d):
        """The tiles of tracks 0 and 1 change places, directory and all: every value stays right."""
        begin, _ = d.laid[P].rows[7]
        a, b, c = struct.unpack_from("<III", d.files[P], 4096 + begin)
        first, second, third = (e // 32 * 8 for e in (a, b, c))
        one, two = (bytes(d.files[P][4096 + begin + i : 4096 + begin + j])
                    for i, j in ((first, second), (second, third)))
        assert one and two
        d.in_data(P, begin + first, two + one)
        d.in_data(P, begin, struct.pack("<II", (first + len(two)) // 8 * 32 + a % 32, first // 8 * 32 + b % 32))
        return window(d, 7, 0)
    add("directory-order", "verify", "two tiles do not follow one another in track order", exchange)

    def overlap(d):
        """Track 1 gets the tile of track 0, its own becomes zeros, and its totals follow."""
        begin, _ = d.laid[P].rows[7]
        at, _, length = d.laid[P].tiles[7, 1]
        d.in_data(P, begin + 4, d.files[P][4096 + begin : 4096 + begin + 4])
        d.in_data(P, at, bytes(length))
        totals, new, old = d.manifest["panels"][0]["tracks"][1], d.base.tile(0, 7, 0), d.base.tile(0, 7, 1)
        totals["nonzero"] += sum(map(bool, new)) - sum(map(bool, old))
        totals["sum"] += int(sum(new) - sum(old))
        return window(d, 7, 1)
    add("directory-overlap", "verify", "two tracks share one tile", overlap)
    add("directory-padding", "verify", "the padding after the directory is not 0",
        lambda d: d.in_data(P, d.laid[P].rows[7][0] + 20, b"\x01"))

    def row_padding(d):
        for row, (begin, end) in enumerate(d.laid[P].rows):
            tiles = [v for (r, _), v in d.laid[P].tiles.items() if r == row]
            if tiles and tiles[-1][0] + tiles[-1][2] < end:
                d.in_data(P, end - 1, b"\x01")
                return
    add("row-padding", "verify", "the last byte of a row, behind its last tile, is not 0", row_padding)

    def tile_padding(d):
        tiles = sorted(v for v in d.laid[P].tiles.values())
        for (at, _, length), (after, _, _) in zip(tiles, tiles[1:]):
            if at + length < after < at + length + 8:
                d.in_data(P, after - 1, b"\x01")
                return
    add("tile-gap", "verify", "a byte between two tiles is not 0", tile_padding)
