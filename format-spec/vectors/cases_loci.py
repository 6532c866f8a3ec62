"""Invalid locus indexes (section 9)."""
import hashlib
import struct


def loci_cases(c):
    json_path, parquet_path = "loci/training/index.json", "loci/training/index.parquet"

    def j(name, what, edit, stage="read", **more):
        c.add("loci-" + name, stage, "9", what, lambda d: edit(d.indexes[json_path]), base="wide",
              read={"loci": "training"}, **more)

    j("store", "the index belongs to another store", lambda m: m.update(store="sha256:" + "0" * 64))
    j("name", "the index has another name than its directory", lambda m: m.update(name="v-1.test"))
    j("format", "another format", lambda m: m.update(format="atemoya"))
    j("major-2", "major version 2", lambda m: m.update(version=[2, 0]))
    j("length", "the length of index.parquet is another", lambda m: m["file"].update(length=m["file"]["length"] + 1))
    j("file-name", "the index names a file elsewhere", lambda m: m["file"].update(name="../v-1.test/index.parquet"))
    j("rows", "`rows` is not peaks + negatives", lambda m: m.update(negatives=m["negatives"] + 1))
    j("rows-parquet", "`rows` is not the table's", lambda m: m.update(rows=m["rows"] + 1, peaks=m["peaks"] + 1))
    j("role", "an unknown role of an input", lambda m: m["inputs"][0].update(role="peak"))
    j("exclusion-order", "an exclusion list before a file of loci, which has none", lambda m: m["inputs"].extend(
        [{**m["inputs"][0], "role": "exclusion"}, m["inputs"][0]]), stage="verify")
    j("window-zero", "a counts_window of 0", lambda m: m["options"].update(counts_window=0))
    j("sha256", "the hash of index.parquet is another", lambda m: m["file"].update(sha256="0" * 64), stage="verify")
    j("roles-moved", "a peak less and a negative more than the table has",
      lambda m: m.update(peaks=m["peaks"] - 1, negatives=m["negatives"] + 1), stage="verify")
    j("window", "the counts are not those of `counts_window`", lambda m: m["options"].update(counts_window=202),
      stage="verify")
    j("summits", "the centres are not those of `summits`", lambda m: m["options"].update(summits=False), stage="verify")
    c.add("loci-checksum", "read", "9", "a letter of index.json has changed", base="wide", read={"loci": "training"},
          edit=lambda d: d.final.update({json_path: d.base.files[json_path].replace(b"n.bed", b"m.bed")}))
    c.add("loci-missing", "read", "9", "index.parquet is missing", base="wide", read={"loci": "training"},
          edit=lambda d: d.final.update({parquet_path: None}))

    def value(name, what, layout, old, new):
        """Other values in a column of the parquet file, whose pages are plain."""
        def edit(d):
            raw, before = bytes(d.files[parquet_path]), struct.pack("<" + layout, *old)
            assert raw.count(before) == 1, name
            d.put(parquet_path, raw.index(before), struct.pack("<" + layout, *new))
            d.indexes[json_path]["file"]["sha256"] = hashlib.sha256(bytes(d.files[parquet_path])).hexdigest()
        c.add("loci-" + name, "verify", "9", what, edit, base="wide", read={"loci": "training"})
    rows = c.stores["wide"].loci["training"]
    centre, count, files = rows[0]["centre"], rows[0]["counts_counts"], [row["file"] for row in rows]
    value("centre", "a centre is wrong", "q", [centre], [centre + 1])
    value("counts", "a count is wrong", "d", [count], [count + 1])
    lines = [row["line"] for row in rows]
    value("line", "a line is 0", "6q", lines, [0, *lines[1:]])
    value("file-missing", "a locus is from a file that is not one of `inputs`", "6i", files, files[:5] + [3])
    value("file-role", "a negative is from a file of peaks", "6i", files, files[:5] + [0])
    value("order", "the peaks are not in interleaved order", "6i", files, [files[i] for i in (0, 2, 1, 3, 4, 5)])
    ledger_cases(c)
    excluded_cases(c)
    kept = "loci/kept/index.json"
    c.add("chosen-otherwise", "read", "9.1", "another outlier filter was chosen than that of `selection`",
          lambda d: d.indexes[kept]["options"].update(outlier_filter=True), base="chosen", read={"loci": "kept"})
    c.add("chosen-alone", "read", "9.1", "an outlier filter was chosen, and there is no `selection`",
          lambda d: d.indexes[kept].__delitem__("selection"), base="chosen", read={"loci": "kept"})


def excluded_cases(c):
    """Section 9.2.

    A text in place of the stretches is sealed with its length and hash, so that only what it says
    is wrong.
    """
    json_path, bed = "loci/judged/index.json", "loci/judged/excluded.bed"
    good = c.stores["excluded"].files[bed].decode()

    def text(name, what, text, stage="read"):
        def edit(d):
            raw = text.encode()
            d.files[bed] = bytearray(raw)
            d.indexes[json_path]["excluded"].update(length=len(raw), sha256=hashlib.sha256(raw).hexdigest())
        c.add("excluded-" + name, stage, "9.2", what, edit, base="excluded", read={"loci": "judged"})

    def j(name, what, edit):
        c.add("excluded-" + name, "read", "9.2", what, lambda d: edit(d.indexes[json_path]), base="excluded",
              read={"loci": "judged"})

    j("name", "the index names a file elsewhere", lambda m: m["excluded"].update(name="../in-vain/excluded.bed"))
    j("length", "the length of excluded.bed is another",
      lambda m: m["excluded"].update(length=m["excluded"]["length"] + 1))
    j("sha256", "the hash of excluded.bed is another", lambda m: m["excluded"].update(sha256="0" * 64))
    j("no-lists", "excluded stretches without an exclusion list",
      lambda m: m.update(inputs=[i for i in m["inputs"] if i["role"] != "exclusion"]))
    c.add("excluded-missing", "read", "9.2", "excluded.bed is missing", base="excluded", read={"loci": "judged"},
          edit=lambda d: d.final.update({bed: None}))
    text("contig", "a stretch on a contig that the store lacks", good + "chrUn\t0\t100\n")
    text("multiple", "an end that is no multiple of 100", good.replace("400", "350", 1))
    text("zeros", "a start with leading zeros", good.replace("\t100\t", "\t0100\t", 1))
    text("empty", "an empty stretch", good.replace("\t400", "\t100", 1))
    text("adjoining", "two stretches that adjoin", good.replace("100\t400", "100\t300\nchr2\t300\t400", 1))
    text("order", "contigs that are not in the store's order", "".join(reversed(good.splitlines(True))))
    text("line", "a last line without its end", good[:-1])
    text("column", "a fourth column", good.replace("\n", "\t.\n", 1))
    text("less", "a stretch less than the loci that were left out", good.replace("chr2\t2000\t2100\n", "", 1),
         stage="verify")
    text("more", "a stretch that a kept locus touches", good.replace("2100", "2400", 1), stage="verify")


def ledger_cases(c):
    json_path = "loci/judged/index.json"

    def j(name, what, edit, stage="read"):
        c.add("ledger-" + name, stage, "9.1", what, lambda d: edit(d.indexes[json_path]), base="wide",
              read={"loci": "judged"})

    j("foreign", "a locus on a contig that the store lacks may be used", lambda m: m["options"].update(chroms=None),
      stage="verify")
    j("foreign-chrom", "a locus on a contig that the store lacks is on one of `chroms`",
      lambda m: m["options"]["chroms"].append("chrM"), stage="verify")
    j("order", "an unknown order", lambda m: m["selection"].update(order="random"))
    j("in-window-zero", "an in_window of 0", lambda m: m["selection"].update(in_window=0))
    j("out-window-zero", "an out_window of 0", lambda m: m["selection"].update(out_window=0))
    j("jitter-large", "a max_jitter above 2^30", lambda m: m["selection"].update(max_jitter=2**30 + 1))
    j("member", "`selection` lacks a member", lambda m: m["selection"].pop("signals") and None)
    j("inputs", "an exclusion list before a file of loci", lambda m: m["inputs"].insert(0, m["inputs"].pop()))
    c.add("ledger-columns", "read", "9.1", "a table without the ledger's columns",
          lambda d: d.indexes["loci/training/index.json"].update(
        selection=d.indexes[json_path]["selection"]), base="wide", read={"loci": "training"})
    j("chroms", "a locus that is kept is on none of `chroms`", lambda m: m["options"].update(chroms=["short"]),
      stage="verify")
    j("window", "the windows are wider than those that were judged", lambda m: m["selection"].update(in_window=103),
      stage="verify")
    j("jitter", "the jitter is less than that of what was judged", lambda m: m["selection"].update(max_jitter=13),
      stage="verify")
    j("max-counts", "max_counts is above what a locus is over", lambda m: m["selection"].update(max_counts=1e6),
      stage="verify")
    j("min-counts", "min_counts is 0", lambda m: m["selection"].update(min_counts=0), stage="verify")
    j("signals", "a signal that the store lacks", lambda m: m["selection"].update(signals=["nope"]), stage="verify")
    j("control", "a signal that is a control", lambda m: m["selection"].update(signals=["depth"]), stage="verify")
    j("lists", "a region is of an exclusion list that is not one of `inputs`", lambda m: m["inputs"].pop() and None,
      stage="verify")

    def value(name, what, old, new, index="judged"):
        """Other bytes in the parquet file, whose pages are plain; the first of several."""
        def edit(d):
            parquet = f"loci/{index}/index.parquet"
            raw = bytes(d.files[parquet])
            assert raw.count(old) >= 1, name
            d.put(parquet, raw.index(old), new)
            d.indexes[f"loci/{index}/index.json"]["file"]["sha256"] = hashlib.sha256(
                bytes(d.files[parquet])).hexdigest()
        c.add("ledger-" + name, "verify", "9.1", what, edit, base="wide", read={"loci": index})
    value("reason-edge", "a locus that is kept has reason edge", b"\4\0\0\0kept", b"\4\0\0\0edge")
    value("reason-kept", "a locus too near an end has reason kept", b"\4\0\0\0edge", b"\4\0\0\0kept")
    value("reason-unknown", "an unknown reason", b"\4\0\0\0kept", b"\4\0\0\0Kept")
    rows = c.stores["wide"].loci["judged"]
    excluded = [row for row in rows if row["reason"] == "excluded"]
    counted = [row for row in rows if row["measured"] is not None]
    assert excluded and {"under_counts", "over_counts"} <= {row["reason"] for row in counted}
    for column, other, what in (("exclusion_line", 0, "is 0"), ("exclusion_start", 99999, "is past its end"),
                                ("exclusion_end", 7, "is before its start")):
        values = [row[column] for row in excluded]
        value(column.replace("_", "-"), f"{column} {what}", struct.pack(f"<{len(values)}q", *values),
              struct.pack("<q", other))
    for column in ("measured", "threshold"):
        values = [row[column] for row in counted]
        value(column, f"{column} is another", struct.pack(f"<{len(values)}d", *values),
              struct.pack("<d", values[0] + 1))
    over = next(row["measured"] for row in counted if row["reason"] == "over_counts")
    values = [row["measured"] for row in counted]
    value("measured-infinite", "the measured counts of a locus that is over max_counts are infinite",
          struct.pack(f"<{len(values)}d", *values),
          struct.pack(f"<{len(values)}d", *(float("inf") if v == over else v for v in values)))
    # A bit of the definition levels of 15 rows: the last of the values is there still, and no
    # row's.
    ends = struct.pack(f"<{len(excluded)}q", *(row["exclusion_end"] for row in excluded))
    value("null-for-value", "a row whose reason is excluded has a null exclusion_end", b"\5\x80\2" + ends, b"\5\x80\0")
    # Three reasons that are together as long as the old ones.
    value("value-for-null", "a row whose reason is contig names an exclusion list",
          b"\x08\0\0\0excluded\x0c\0\0\0under_counts\4\0\0\0edge",
          b"\6\0\0\0contig\x0c\0\0\0under_counts\6\0\0\0contig")
    value("foreign-name-control", "a control character in the name of a contig that the store lacks", b"\4\0\0\0chrM",
          b"\4\0\0\0ch\7M")
    value("foreign-name-long", "a name of 300 bytes of a contig that the store lacks",
          b"\xff\0\0\0" + b"y" * 255 + b"\xc8\0\0\0" + b"z" * 200,
          b"\x2c\1\0\0" + b"y" * 300 + b"\x9b\0\0\0" + b"z" * 155, index="judged-by-tracks")
    tracks = "loci/judged-by-tracks/index.json"
    for name, what, edit in (
            ("tracks-none", "`counts_tracks` names no track", lambda s: s.update(counts_tracks=[])),
            ("tracks-missing", "a channel to count that the store lacks",
             lambda s: s.update(counts_tracks=["depth", "counts.1"])),
            ("tracks-digit", "a channel to count that is no decimal number",
             lambda s: s.update(counts_tracks=["depth", "counts.²"])),
            ("tracks-twice", "a track to count is named twice", lambda s: s["counts_tracks"].append("counts")),
            ("tracks-null", "the counts are of `counts_tracks`, which is null", lambda s: s.update(counts_tracks=None)),
            ("tracks-order", "the counts are those of another order", lambda s: s.update(order="native"))):
        c.add("ledger-" + name, "verify", "9.1", what, lambda d, edit=edit: edit(d.indexes[tracks]["selection"]),
              base="wide", read={"loci": "judged-by-tracks"})
