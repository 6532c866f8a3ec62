"""manifest.json and index.json: the checksum at their end, and every rule of the schema (sections
7, 8 and 9)."""
import hashlib
import json
import math
import os
import re
import unicodedata
from types import SimpleNamespace

TRACK_TYPES = ["u8", "u16", "f32"]
PLAIN_NAME = re.compile(r"(?!\.)[A-Za-z0-9._-]{1,64}")
ENDING = re.compile(rb'"checksum": "sha256:([0-9a-f]{64})"\n}\n')


class FormatError(Exception):
    """The store breaks the format: in which file, at which byte (None: no single place), and
    how."""

    def __init__(self, file, offset, what):
        place = file if offset is None else f"{file}, byte {offset}"
        super().__init__(f"{place}: {what}")
        self.file, self.offset, self.what = file, offset, what


def read_json(path, file):
    """The members of a JSON file that checks itself; the file MUST end with its own SHA-256."""
    try:
        if os.path.getsize(path) > 256 << 20:
            raise FormatError(file, None, "larger than 256 MiB")
        with open(path, "rb") as f:
            raw = f.read()
    except OSError as e:
        raise FormatError(file, None, f"cannot be read: {e.strerror}") from e
    ending = ENDING.fullmatch(raw[-88:])
    if not ending:
        raise FormatError(file, max(0, len(raw) - 88), "does not end with its checksum")
    if hashlib.sha256(raw[:-88]).hexdigest().encode() != ending[1]:
        raise FormatError(file, len(raw) - 88, "checksum mismatch")
    try:
        document = json.loads(raw.decode("utf-8"), parse_constant=lambda name: math.nan)
    except (ValueError, RecursionError) as e:
        raise FormatError(file, None, f"is not UTF-8 JSON: {e}") from e
    if list(document if isinstance(document, dict) else [])[-1:] != ["checksum"]:
        raise FormatError(file, None, "is not an object whose last member is `checksum`")
    return document


def is_name(text):
    """Section 7: 1 to 255 bytes of UTF-8 without control characters."""
    size = len(text.encode("utf-8", "surrogatepass"))
    return 1 <= size <= 255 and not any(unicodedata.category(c) in ("Cc", "Cs") for c in text)


class Fields:
    """Takes typed members out of a JSON object, so that each rule of the schema is one line;
    unknown members are ignored."""

    def __init__(self, file, where, value):
        self.file, self.where, self.value = file, where, value
        self.need(isinstance(value, dict), "is not an object")

    def need(self, ok, what):
        if not ok:
            raise FormatError(self.file, None, f"{self.where} {what}")

    def get(self, key, kind):
        self.need(key in self.value, f"has no `{key}`")
        value = self.value[key]
        self.need(isinstance(value, kind) and (kind is bool or not isinstance(value, bool)),
                  f"`{key}` has a wrong type")
        return value

    def integer(self, key, low=0, high=2**64 - 1):
        value = self.get(key, int)
        self.need(low <= value <= high, f"`{key}` is out of range: {value}")
        return value

    def number(self, key):
        value = self.get(key, (int, float))
        self.need(abs(value) < 2**1023, f"`{key}` is not finite")
        return float(value)

    def text(self, key, pattern=r"(?s).+"):
        value = self.get(key, str)
        self.need(re.fullmatch(pattern, value), f"`{key}` is malformed: {value[:80]!r}")
        return value

    def name(self, key):
        value = self.get(key, str)
        self.need(is_name(value), f"`{key}` is not a name: {value[:80]!r}")
        return value

    def texts(self, key):
        values = self.get(key, list)
        self.need(all(isinstance(v, str) for v in values), f"`{key}` holds something else than text")
        return values

    def objects(self, key, low=0, high=2**24):
        values = self.get(key, list)
        self.need(low <= len(values) <= high, f"`{key}` has {len(values)} items")
        return [Fields(self.file, f"{key}[{i}]", v) for i, v in enumerate(values)]

    def unique(self, names, what):
        self.need(len(set(names)) == len(names), f"has two {what} of the same name")


def check_head(top, form):
    top.need(top.get("format", str) == form, f"`format` is not {form!r}")
    version = top.get("version", list)
    top.need(len(version) == 2 and all(type(v) is int and 0 <= v <= 65535 for v in version), "`version` is malformed")
    top.need(version[0] == 1, f"has version {version}; this reader knows 1.x")
    top.text("created_by")


def check_inputs(inputs, roles):
    for item in inputs:
        item.need(re.fullmatch(roles, item.text("role")), "`role` is unknown")
        item.text("path"), item.integer("length"), item.integer("modified", -2**63, 2**63)
        item.text("sha256", "[0-9a-f]{64}")
        for key in ("contigs_absent", "contigs_ignored"):
            if roles == "(?s).+" or key in item.value:
                item.texts(key)
        for renamed in item.objects("contigs_renamed") if "contigs_renamed" in item.value else []:
            renamed.text("from"), renamed.text("to")
        for other in item.objects("contigs_other_length") if "contigs_other_length" in item.value else []:
            other.name("name"), other.integer("length", 0, 2**40 - 1)


def check_manifest(top):
    """Section 8; returns what a reader needs of it."""
    check_head(top, "atemoya")
    for feature in top.texts("required_features"):
        raise FormatError(top.file, None, f"required feature {feature!r} is unknown to this reader (version 1.0)")
    top.texts("optional_features")
    m = SimpleNamespace(checksum=top.text("checksum"), sequence=None, acgt=0, panels=[], groups=[], files={})
    m.contigs = [(c.name("name"), c.integer("length", 0, 2**40 - 1)) for c in top.objects("contigs")]
    top.unique([name for name, _ in m.contigs], "contigs")
    for f in top.objects("files", high=1025):
        name = f.text("name", PLAIN_NAME.pattern)
        f.need(not m.files or name > max(m.files), f"is out of order: {name}")
        m.files[name] = SimpleNamespace(length=f.integer("length", 4096), sha256=f.text("sha256", "[0-9a-f]{64}"),
                                        header_crc32c=f.text("header_crc32c", "[0-9a-f]{8}"))
    if top.get("sequence", (dict, type(None))) is not None:
        s = Fields(top.file, "sequence", top.value["sequence"])
        m.sequence, m.acgt = s.text("file", PLAIN_NAME.pattern), s.integer("acgt")
    for p in top.objects("panels", high=1024):
        panel = SimpleNamespace(file=p.text("file", PLAIN_NAME.pattern), tile=p.integer("tile"), tracks=[])
        p.need(panel.tile in (512 << i for i in range(7)), f"`tile` is {panel.tile}")
        for t in p.objects("tracks", 1, 4096):
            t.need(t.get("type", str) in TRACK_TYPES, "`type` is unknown")
            panel.tracks.append(SimpleNamespace(
                name=t.name("name"), type=t.value["type"], nonzero=t.integer("nonzero"),
                sum=t.number("sum"), min=t.number("min"), max=t.number("max")))
        p.unique([t.name for t in panel.tracks], "tracks")
        m.panels.append(panel)
    used = [p.file for p in m.panels] + ([m.sequence] if m.sequence else [])
    top.need(sorted(used) == list(m.files), "`files` does not list each data file of `sequence` and `panels` once")
    taken = set()
    for g in top.objects("groups", high=65536):
        group = SimpleNamespace(name=g.name("name"), role=g.text("role", "signal|control"),
                                tracks=g.get("tracks", list),
                                panel=g.integer("panel", 0, len(m.panels) - 1))
        count = len(m.panels[group.panel].tracks)
        g.need(group.tracks and all(type(t) is int and 0 <= t < count for t in group.tracks),
               "`tracks` names a missing track")
        for track in group.tracks:
            g.need((group.panel, track) not in taken, f"shares track {track} of panel {group.panel}")
            taken.add((group.panel, track))
        m.groups.append(group)
    top.unique([g.name for g in m.groups], "groups")
    check_inputs(top.objects("inputs"), "(?s).+")
    return m
