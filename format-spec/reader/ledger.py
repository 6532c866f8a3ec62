"""The ledger of a locus index (section 9.1): what became of each locus, checked by the rules. A part of atemoya_reader.py."""
import numpy as np

from manifest import Fields, FormatError

TYPES = {"reason": "string", "exclusion_file": "int32", "exclusion_line": "int64", "exclusion_start": "int64", "exclusion_end": "int64",
         "measured": "double", "threshold": "double", "outlier_group": "string"}
NULLABLE = list(TYPES)[1:]
REGION, MEASURED = NULLABLE[:4], ["measured", "threshold"]
FILLED = {"kept": [], "contig": [], "edge": [], "excluded": REGION, "under_counts": MEASURED, "over_counts": MEASURED, "outlier": MEASURED + ["outlier_group"]}


def check_head(top):
    """The members of `selection`, and that exclusion lists are the last inputs."""
    selection = Fields(top.file, "selection", top.get("selection", dict))
    selection.text("order", "native|cherimoya"), selection.texts("signals")
    selection.integer("in_window", 1, 2**30), selection.integer("out_window", 1, 2**30), selection.integer("max_jitter", 0, 2**30)
    for bound in ("min_counts", "max_counts"):
        selection.get(bound, (int, float, type(None)))
    if selection.get("counts_tracks", (list, type(None))) is not None:
        selection.texts("counts_tracks")
    selection.get("outlier_filter", bool)
    last = [item["role"] == "exclusion" for item in top.value["inputs"]]
    top.need(last == sorted(last), "has an input of loci after an exclusion list")


def verify(store, index, rows, file):
    """Every rule but the exclusion of kept loci, whose lists are not in the store, and the value of an outlier's threshold."""
    selection, chroms, lists = index["selection"], index["options"]["chroms"], []
    for i, item in enumerate(index["inputs"]):
        lists += [i] if item["role"] == "exclusion" else []
    groups = {g.name: g for g in store.manifest.groups if g.role == "signal"}
    signals = [groups.get(name) for name in selection["signals"]]
    if None in signals or len(set(selection["signals"])) != len(signals):
        raise FormatError(file, None, "`signals` are not signal groups of the store, each once")
    counted = Counted(store, selection, signals, file)
    regions = [(r["contig"], r["exclusion_start"] // 100, (r["exclusion_end"] - 1) // 100, r["exclusion_file"], r["exclusion_line"])
               for r in rows if r["reason"] == "excluded" and None not in (r["exclusion_start"], r["exclusion_end"])]
    thresholds = {}
    for number, row in enumerate(rows):
        def need(ok, what):
            if not ok:
                raise FormatError(file, None, f"row {number}: {what}")
        reason, contig, centre, peak = row["reason"], row["contig"], row["centre"], row["role"] == "peak"
        need(reason in FILLED, f"reason {reason!r} is none")
        need([c for c in NULLABLE if row[c] is not None] == [c for c in NULLABLE if c in FILLED[reason]], f"other columns are filled than those of {reason}")
        out = contig not in store.contigs or (chroms is not None and contig not in chroms)
        need((reason == "contig") == out, f"reason is {reason} on contig {contig!r}")
        if out:
            continue
        j = selection["max_jitter"] if peak else 0
        w = max(selection["in_window"], selection["out_window"] if signals else 0)
        a, b = centre - w // 2 - j, centre + w // 2 + w % 2 + j
        edge = a < 0 or b > store.contigs[contig]
        need((reason == "edge") == edge, f"reason is {reason} for {a}..{b} of {store.contigs[contig]}")
        if edge:
            continue
        touching = [r for r in regions if r[0] == contig and r[1] <= (b - 1) // 100 and r[2] >= a // 100]
        need((reason == "excluded") == bool(touching), f"reason is {reason}, and {len(touching)} regions are touched")
        if touching:
            need(row["exclusion_file"] in lists and row["exclusion_line"] >= 1, "the region is of no exclusion list")
            need(row["exclusion_start"] < row["exclusion_end"], "the region is empty")
            first = min(touching, key=lambda r: (r[1], r[3], r[4]))
            need((row["exclusion_file"], row["exclusion_line"]) == first[3:], f"the region is not that of line {first[4]}")
            continue
        if counted.bounds != (None, None):
            value, low, high = counted.sum(contig, centre, peak), *counted.bounds
            wanted = "under_counts" if low is not None and value < low else "over_counts" if high is not None and value > high else None
            need(wanted == (reason if reason in ("under_counts", "over_counts") else None), f"reason is {reason} for {value} counts")
            if wanted:
                need(abs(row["measured"] - value) <= 1e-9 * max(1, abs(value)), f"measured is {row['measured']}, not {value}")
                need(row["threshold"] == selection["min_counts" if wanted == "under_counts" else "max_counts"], "threshold is another")
        if reason == "outlier":
            need(peak and selection["outlier_filter"] and row["outlier_group"] in selection["signals"], "cannot be an outlier")
            need(row["measured"] > row["threshold"], "measured is not above threshold")
            need(thresholds.setdefault(row["outlier_group"], row["threshold"]) == row["threshold"], "a second threshold of one group")
            total = counted.group(groups[row["outlier_group"]], contig, centre)
            need(abs(row["measured"] - total) <= 1e-5 * max(1, abs(total)), f"measured is {row['measured']}, not about {total}")


class Counted:
    """Sums of signals over windows."""

    def __init__(self, store, selection, signals, file):
        self.store, self.window, self.jitter = store, selection["out_window"], selection["max_jitter"]
        self.compatible = selection["order"] == "cherimoya"
        self.single = self.compatible and selection["counts_tracks"] is None
        self.bounds = (selection["min_counts"], selection["max_counts"])
        if self.single:
            self.bounds = tuple(None if b is None else np.float32(b) for b in self.bounds)
        if selection["counts_tracks"] is not None:
            self.tracks = [t for name in selection["counts_tracks"] for t in self.named(name, file)]
        else:
            self.tracks = [(g.panel, t) for g in signals for t in g.tracks][: 1 if self.single else None]
        if self.bounds != (None, None) and not (self.tracks and signals):
            raise FormatError(file, None, "bounds on counts without tracks to count")

    def named(self, name, file):
        for g in self.store.manifest.groups:
            if name == g.name:
                return [(g.panel, t) for t in g.tracks]
        stem, _, channel = name.rpartition(".")
        for g in self.store.manifest.groups:
            if stem == g.name and channel.isdigit() and int(channel) < len(g.tracks):
                return [(g.panel, g.tracks[int(channel)])]
        raise FormatError(file, None, f"counts_tracks has {name!r}, which the store does not")

    def values(self, tracks, contig, centre, jitter):
        w = self.window
        a, b = centre - w // 2 - jitter, centre + w // 2 + w % 2 + jitter
        return [self.store.track(panel, t, contig, a, b) for panel, t in tracks]

    def sum(self, contig, centre, peak):
        values = self.values(self.tracks, contig, centre, self.jitter if self.compatible and peak else 0)
        return values[0].sum() if self.single else float(np.sum(values, dtype=np.float64))

    def group(self, group, contig, centre):
        return float(np.sum(self.values([(group.panel, t) for t in group.tracks], contig, centre, self.jitter), dtype=np.float64))
