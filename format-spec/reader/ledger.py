"""The ledger of a locus index (section 9.1): what became of each locus, checked by the rules.

A part of atemoya_reader.py.
"""
import bisect
import re

import numpy as np

from manifest import Fields, FormatError

TYPES = {"reason": "string", "exclusion_file": "int32", "exclusion_line": "int64", "exclusion_start": "int64",
         "exclusion_end": "int64",
         "measured": "double", "threshold": "double", "outlier_group": "string"}
NULLABLE = list(TYPES)[1:]
REGION, MEASURED = NULLABLE[:4], ["measured", "threshold"]
FILLED = {"kept": [], "contig": [], "edge": [], "excluded": REGION, "under_counts": MEASURED, "over_counts": MEASURED,
          "outlier": MEASURED + ["outlier_group"]}


def check_head(top):
    """The members of `selection`."""
    selection = Fields(top.file, "selection", top.get("selection", dict))
    selection.text("order", "native|cherimoya"), selection.texts("signals")
    selection.integer("in_window", 1, 2**30)
    selection.integer("out_window", 1, 2**30)
    selection.integer("max_jitter", 0, 2**30)
    for bound in ("min_counts", "max_counts"):
        if selection.get(bound, (int, float, type(None))) is not None:
            selection.number(bound)
    if selection.get("counts_tracks", (list, type(None))) is not None:
        selection.texts("counts_tracks")
    selection.get("outlier_filter", bool)


def verify(store, index, rows, file, excluded=None):
    """Checks which columns hold something, and, of every locus, its contig, edges and bounds on
    counts by the values.

    The exclusion lists are not in the store: among the regions that the table names, an excluded
    locus must touch the one that it names first, and no other locus may touch one. Thresholds of
    outliers are not computed: a group must state a single one, an outlier's sum must be about
    `measured`, which is above it, and by the thresholds that are stated, its group must be the
    first, and no kept peak may be above. Sums of groups are taken in f64 and so compared to about
    1e-5, those that bounds are on to what the format says.
    """
    selection, chroms, lists = index["selection"], index["options"]["chroms"], []
    for i, item in enumerate(index["inputs"]):
        lists += [i] if item["role"] == "exclusion" else []
    groups = {g.name: g for g in store.manifest.groups if g.role == "signal"}
    signals = [groups.get(name) for name in selection["signals"]]
    if None in signals or len(set(selection["signals"])) != len(signals):
        raise FormatError(file, None, "`signals` are not signal groups of the store, each once")
    counted = Counted(store, selection, signals, file)
    regions, thresholds = Regions(rows), {}
    for number, row in enumerate(rows):
        def need(ok, what):
            if not ok:
                raise FormatError(file, None, f"row {number}: {what}")
        reason, contig, centre, peak = row["reason"], row["contig"], row["centre"], row["role"] == "peak"
        need(reason in FILLED, f"reason {reason!r} is none")
        need([c for c in NULLABLE if row[c] is not None] == [c for c in NULLABLE if c in FILLED[reason]],
             f"other columns are filled than those of {reason}")
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
        first = regions.first(contig, a // 100, (b - 1) // 100)
        need((reason == "excluded") == (first is not None),
             f"reason is {reason}, and the first region touched is {first}")
        if excluded is not None:
            begin, limit = a // 100 * 100, (b - 1) // 100 * 100 + 100
            touched = any(start < limit and end > begin for start, end in excluded.get(contig, []))
            stretch = f"{'a' if touched else 'no'} stretch of excluded.bed"
            need((reason == "excluded") == touched, f"reason is {reason}, and {a}..{b} touches {stretch}")
        if first:
            need(row["exclusion_file"] in lists and row["exclusion_line"] >= 1, "the region is of no exclusion list")
            need(row["exclusion_start"] < row["exclusion_end"], "the region is empty")
            need((row["exclusion_file"], row["exclusion_line"]) == first, f"the region is not that of line {first[1]}")
            continue
        if counted.bounds != (None, None):
            value, low, high = counted.sum(contig, centre, peak), *counted.bounds
            wanted = None
            if low is not None and value < low:
                wanted = "under_counts"
            elif high is not None and value > high:
                wanted = "over_counts"
            need(wanted == (reason if reason in ("under_counts", "over_counts") else None),
                 f"reason is {reason} for {value} counts")
            if wanted:
                need(abs(row["measured"] - value) <= (0 if counted.single else 1e-9) * max(1, abs(value)),
                     f"measured is {row['measured']}, not {value}")
                need(row["threshold"] == selection["min_counts" if wanted == "under_counts" else "max_counts"],
                     "threshold is another")
        if reason == "outlier":
            need(peak and selection["outlier_filter"] and row["outlier_group"] in selection["signals"],
                 "cannot be an outlier")
            need(row["measured"] > row["threshold"], "measured is not above threshold")
            need(thresholds.setdefault(row["outlier_group"], row["threshold"]) == row["threshold"],
                 "a second threshold of one group")
            total, error = counted.group(groups[row["outlier_group"]], contig, centre)
            need(abs(row["measured"] - total) <= error, f"measured is {row['measured']}, not about {total}")
    stated = [name for name in selection["signals"] if name in thresholds]
    for number, row in enumerate(rows):
        if row["role"] != "peak" or row["reason"] not in ("kept", "outlier"):
            continue
        for name in stated:
            if name == row["outlier_group"]:
                break
            total, error = counted.group(groups[name], row["contig"], row["centre"])
            if total > thresholds[name] + error:
                above = f"{total} of {name} is above {thresholds[name]}"
                raise FormatError(file, None, f"row {number}: reason is {row['reason']}, and {above}")


class Regions:
    """The regions that excluded rows name, each once."""

    def __init__(self, rows):
        found, self.contigs = {}, {}
        for r in rows:
            if r["reason"] != "excluded" or None in (r[c] for c in REGION):
                continue
            file, line, start, end = (r[c] for c in REGION)
            if start < end:
                found.setdefault(r["contig"], set()).add((start // 100, file, line, (end - 1) // 100))
        for contig, regions in found.items():
            regions, reach = sorted(regions), []
            for region in regions:  # the last chunk of any so far
                reach.append(max(region[3], reach[-1]) if reach else region[3])
            self.contigs[contig] = (regions, reach)

    def first(self, contig, start, end):
        """File and line of the first region that touches the chunks `start ..= end`, or None.

        The first is that by chunk, file and line.
        """
        regions, reach = self.contigs.get(contig, ([], []))
        i = bisect.bisect_left(reach, start)
        return regions[i][1:3] if i < len(regions) and regions[i][0] <= end else None


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
        if selection["counts_tracks"] is not None and not 0 < len(self.tracks) == len(set(self.tracks)):
            raise FormatError(file, None, "counts_tracks names no track, or one twice")
        if self.bounds != (None, None) and not (self.tracks and signals):
            raise FormatError(file, None, "bounds on counts without tracks to count")

    def named(self, name, file):
        for g in self.store.manifest.groups:
            if name == g.name:
                return [(g.panel, t) for t in g.tracks]
        stem, _, channel = name.rpartition(".")
        for g in self.store.manifest.groups:
            if stem == g.name and re.fullmatch("[0-9]{1,9}", channel) and int(channel) < len(g.tracks):
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
        """A group's sum, and how far an f32 sum in whatever order may be from it."""
        values = np.array(self.values([(group.panel, t) for t in group.tracks], contig, centre, self.jitter),
                          np.float64)
        return float(values.sum()), 1e-5 * max(1, float(np.abs(values).sum()))
