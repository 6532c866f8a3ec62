"""Invalid manifests and totals (sections 7 and 8)."""
import hashlib

from draft import CHAIN, PANEL as P


def manifest_cases(c):
    def j(name, what, edit, rule="8", **more):
        c.json("manifest-" + name, "open", rule, what, edit, **more)

    def setter(*path, value):
        def edit(m):
            for key in path[:-1]:
                m = m[key]
            m[path[-1]] = value
        return edit

    c.text("manifest-flip", "8", "a letter has changed", lambda b: b.replace(b"genome.fa", b"genome.fb"))
    c.text("manifest-checksum", "8", "the checksum is another",
           lambda b: b[:-88] + b'"checksum": "sha256:' + b"0" * 64 + b'"\n}\n')
    c.text("manifest-no-last-newline", "8", "the last LF is missing", lambda b: b[:-1])
    c.text("manifest-extra-newline", "8", "a LF too many at the end", lambda b: b + b"\n")
    c.text("manifest-crlf", "8", "the file ends in CR LF", lambda b: b[:-3] + b"\r\n}\r\n")
    c.text("manifest-empty", "8", "the file is empty", lambda b: b"")
    c.text("manifest-truncated", "8", "the file has lost its end", lambda b: b[: len(b) // 2])
    c.add("manifest-missing", "open", "8", "there is no manifest", lambda d: d.final.update({"manifest.json": None}))

    def resealed(edit):
        def apply(b):
            head = edit(b[:-88])
            return head + b'"checksum": "sha256:' + hashlib.sha256(head).hexdigest().encode() + b'"\n}\n'
        return apply
    c.text("manifest-not-json", "8", "a comma is missing; the checksum is right",
           resealed(lambda b: b.replace(b'"atemoya",', b'"atemoya"', 1)))
    c.text("manifest-not-utf8", "8", "a byte that is not UTF-8; the checksum is right",
           resealed(lambda b: b.replace(b"genome.fa", b"genome\xff.f", 1)))
    c.text("manifest-nan", "8", "a total is NaN, which is not JSON",
           resealed(lambda b: b.replace(b'"min": 0,', b'"min": NaN,', 1)))
    c.text("manifest-sum-infinite", "8", "a sum that no f64 holds",
           resealed(lambda b: b.replace(b'"sum": ', b'"sum": 1e999, "was": ', 1)))
    j("contig-text", "a contig that is no object", setter("contigs", 0, value="empty"))
    j("feature-number", "an optional feature that is a number", setter("optional_features", value=[1]))
    j("format", "another format", setter("format", value="zarr"))
    j("major-2", "major version 2", setter("version", value=[2, 0]), "VERSIONING")
    j("version-short", "a version of one number", setter("version", value=[1]))
    j("required-feature", "an unknown required feature", setter("required_features", value=["haplotypes"]))
    for member in ("contigs", "sequence", "panels", "groups", "files", "inputs", "created_by", "optional_features"):
        j("no-" + member.replace("_", "-"), f"`{member}` is missing", lambda m, k=member: m.pop(k))
    j("contig-twice", "two contigs of one name", setter("contigs", 2, "name", value="one"), "7")
    j("contig-name-empty", "an empty contig name", setter("contigs", 0, "name", value=""), "7")
    j("contig-name-long", "a contig name of 256 bytes (128 characters)", setter("contigs", 0, "name", value="é" * 128),
      "7")
    j("contig-name-control", "a control character in a contig name", setter("contigs", 0, "name", value="chr\t1"), "7")
    j("contig-name-c1", "the control character U+0085 in a contig name",
      setter("contigs", 0, "name", value="chr\u00851"), "7")
    j("contig-length-negative", "a negative contig length", setter("contigs", 0, "length", value=-1))
    j("contig-length-float", "a contig length with a fraction", setter("contigs", 0, "length", value=0.5))
    j("contig-length-text", "a contig length that is text", setter("contigs", 0, "length", value="0"))
    j("contig-length-2-40", "a contig of 2^40 bases", setter("contigs", 0, "length", value=1 << 40), "7")
    j("contig-length-other", "a contig's length is not the data files'", setter("contigs", 1, "length", value=2), "3.3")
    j("contig-missing", "a contig of the data files is missing", lambda m: m["contigs"].pop(), "3.3")
    j("contig-extra", "a contig that the data files lack",
      lambda m: m["contigs"].append({"name": "extra", "length": 0}), "3.3")
    j("tile-odd", "a tile that is no power of two", setter("panels", 0, "tile", value=600))
    j("tile-256", "a tile below the least", setter("panels", 0, "tile", value=256))
    j("tile-other", "a tile that is not the panel file's", setter("panels", 0, "tile", value=1024), "3.3")
    j("track-twice", "two tracks of one name in a panel", setter("panels", 0, "tracks", 1, "name", value="plus"), "7")
    j("track-type", "an unknown type", setter("panels", 0, "tracks", 1, "type", value="i8"))
    j("track-missing", "a track of the panel file is missing",
      lambda m: (m["panels"][0]["tracks"].pop(), m["groups"].pop()), "3.3")
    j("track-none", "a panel without tracks", lambda m: (m["panels"][0]["tracks"].clear(), m["groups"].clear()))
    j("group-twice", "two groups of one name", setter("groups", 1, "name", value="stranded"))
    j("group-role", "an unknown role", setter("groups", 1, "role", value="negative"))
    j("group-panel", "a group points to a missing panel", setter("groups", 1, "panel", value=1))
    j("group-track", "a group points to a missing track", setter("groups", 1, "tracks", value=[5]))
    j("group-track-negative", "a group points to track -1", setter("groups", 1, "tracks", value=[-1]))
    j("group-empty", "a group without tracks", setter("groups", 1, "tracks", value=[]))
    j("group-track-shared", "two groups share a track", setter("groups", 1, "tracks", value=[1]))
    j("group-track-repeated", "a group names a track twice", setter("groups", 1, "tracks", value=[2, 2]))
    j("file-name-separator", "a data file outside the store",
      lambda m: (m["files"][0].update(name="../panel-0.atm"), m["panels"][0].update(file="../panel-0.atm")))
    j("file-name-hidden", "a data file whose name begins with a dot",
      lambda m: (m["files"][0].update(name=".panel"), m["panels"][0].update(file=".panel")))
    j("file-unlisted", "`files` lacks a data file", lambda m: m["files"].pop(0))
    j("file-unused", "`files` lists a file that nothing uses",
      lambda m: m["files"].append({**m["files"][1], "name": "spare.atm"}))
    j("file-order", "`files` is not sorted", lambda m: m["files"].reverse())
    j("file-twice", "`files` lists a file twice", lambda m: m["files"].insert(0, {**m["files"][0]}))
    j("file-shared", "two panels use one file", lambda m: m["panels"].append({**m["panels"][0]}))
    j("file-length", "a file's length is not the one stated",
      lambda m: m["files"][0].update(length=m["files"][0]["length"] + 1), "3.3")
    j("file-sha256-capitals", "a hash in capital letters",
      lambda m: m["files"][0].update(sha256=m["files"][0]["sha256"].upper()), "1")
    j("file-sha256-short", "a hash of 63 digits", lambda m: m["files"][0].update(sha256=m["files"][0]["sha256"][1:]))
    j("file-header-crc", "header_crc32c is another", setter("files", 0, "header_crc32c", value="00000000"), "3.3")

    def k(name, what, member, value):
        j(name, what, lambda m: m["inputs"][1].update({member: value}), base="renamed")
    k("renamed-text", "a renamed contig that is no object", "contigs_renamed", ["1"])
    k("renamed-from", "a renamed contig without the name that it had", "contigs_renamed", [{"to": "chr1"}])
    k("renamed-to-empty", "a contig that is renamed to nothing", "contigs_renamed", [{"from": "1", "to": ""}])
    k("renamed-object", "renamed contigs that are no list", "contigs_renamed", {"1": "chr1"})
    k("other-length-text", "another length that is text", "contigs_other_length", [{"name": "chrM", "length": "91"}])
    k("other-length-none", "a contig of another length without the length", "contigs_other_length", [{"name": "chrM"}])
    k("other-length-2-40", "another length of 2^40", "contigs_other_length", [{"name": "chrM", "length": 1 << 40}])
    k("other-length-name", "another length of a contig without a name", "contigs_other_length",
      [{"name": "", "length": 91}])
    c.json("manifest-file-sha256", "verify", "3.3", "a file's hash is another",
           setter("files", 0, "sha256", value="0" * 64))
    c.add("file-flip-unsealed", "verify", "3.3", "a bit of DATA has flipped, nothing recomputed",
          lambda d: d.in_data(P, d.tile(7)[2], bytes([d.files[P][4096 + d.tile(7)[2]] ^ 1])), skip=CHAIN)


def total_cases(c):
    def total(name, track, key, change, what):
        def edit(m):
            item = m["panels"][0]["tracks"][track]
            item[key] = change(item[key])
        c.json("totals-" + name, "verify", "8", what, edit)
    total("nonzero", 0, "nonzero", lambda v: v + 1, "`nonzero` is one too many")
    total("sum", 0, "sum", lambda v: v + 1, "`sum` is one too much")
    total("sum-small", 2, "sum", lambda v: v * (1 + 3e-9), "`sum` is wrong by 3e-9 of the absolute values' sum")
    total("min", 3, "min", lambda v: 0, "`min` is another")
    total("max", 1, "max", lambda v: v - 1, "`max` is another")
    total("type-wide", 0, "type", lambda v: "u16", "`type` is wider than the values need")
    total("type-narrow", 3, "type", lambda v: "u16", "`type` is narrower than the values need")

    def acgt(m):
        m["sequence"]["acgt"] -= 1
    c.json("totals-acgt", "verify", "8", "`acgt` is another", acgt)
