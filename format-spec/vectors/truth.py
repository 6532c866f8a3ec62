"""The truth of the valid stores: random letters and values, and what becomes of each locus."""
import math
import struct

LEDGER = ["reason", "exclusion_file", "exclusion_line", "exclusion_start", "exclusion_end", "measured", "threshold",
          "outlier_group"]


def f32(x):
    return struct.unpack("<f", struct.pack("<f", x))[0]


def letters(rng, length):
    """Mostly ACGT in both cases, with runs of N and single IUPAC letters."""
    out = []
    while len(out) < length:
        if rng.random() < 0.01:
            out += "N" * (1 + rng.getrandbits(6))
        out.append("RYKMSWBDHVNUnryu"[rng.getrandbits(4)] if rng.random() < 0.02 else "ACGTacgt"[rng.getrandbits(3)])
    return "".join(out[:length])


def sparse_values(rng, length, density, top):
    """Values 0 .. top (whole numbers); top None: f32 of both signs; top 1: ones."""
    value = (lambda: f32(8 * rng.random() - 4)) if top is None else (lambda: float(1 + int(rng.random() * top)))
    return [value() if rng.random() < density else 0.0 for _ in range(length)]


def run_values(rng, length, mean, value):
    out = []
    while len(out) < length:
        out += [value()] * (1 + int(2 * mean * rng.random()))
    return out[:length]


def excluded_bed(contigs, regions):
    """The stretches of section 9.2, chunk by chunk."""
    lines = []
    for name in contigs:
        chunks = sorted({base // 100 for _, contig, start, end, _ in regions if contig == name
                         for base in range(start, end)})
        ends = [c for c in chunks if c + 1 not in chunks]
        starts = [c for c in chunks if c - 1 not in chunks]
        lines += [f"{name}\t{100 * a}\t{100 * b + 100}\n" for a, b in zip(starts, ends)]
    return "".join(lines).encode()


def verdict(s, row, inputs, options, selection):
    """The ledger's columns of a row, base by base (section 9.1).

    No outliers; counts are of all tracks, or of whole numbers.
    """
    def of(reason, **more):
        return dict.fromkeys(LEDGER) | {"reason": reason} | more
    lengths = {n: len(q) for n, q in s.contigs}
    j = selection["max_jitter"] if row["role"] == "peak" else 0
    if options["chroms"] is not None and row["contig"] not in options["chroms"]:
        return of("contig")
    bases = [p for w in (selection["in_window"], selection["out_window"])
             for p in (row["centre"] - w // 2 - j, row["centre"] + w // 2 + w % 2 + j - 1)]
    if min(bases) < 0 or max(bases) >= lengths[row["contig"]]:
        return of("edge")
    chunks = {p // 100 for p in range(min(bases), max(bases) + 1)}
    regions = []
    for i, (role, _, lines) in enumerate(inputs):
        for line, contig, start, end, _ in lines if role == "exclusion" else []:
            touched = {p // 100 for p in range(start, end)}
            if contig == row["contig"] and touched & chunks:
                regions.append((min(touched), i, line, start, end))
    if regions:
        return of("excluded", **dict(zip(LEDGER[1:5], min(regions)[1:])))
    groups = [next(g for g in s.manifest["groups"] if g["name"] == name) for name in selection["signals"]]
    compatible = selection["order"] == "cherimoya"
    if selection["counts_tracks"] is not None:
        counted = [named(s, name) for name in selection["counts_tracks"]]
    else:
        counted = [(groups[0], groups[0]["tracks"][:1])] if compatible else [(g, g["tracks"]) for g in groups]
    total = math.fsum(s.total(g, t, row["contig"], row["centre"], selection["out_window"], j if compatible else 0)
                      for g, t in counted)
    if selection["min_counts"] is not None and total < selection["min_counts"]:
        return of("under_counts", measured=total, threshold=selection["min_counts"])
    if selection["max_counts"] is not None and total > selection["max_counts"]:
        return of("over_counts", measured=total, threshold=selection["max_counts"])
    return of("kept")


def named(s, name):
    """The group, and those of its tracks, that a name of `counts_tracks` means."""
    groups = {g["name"]: g for g in s.manifest["groups"]}
    if name in groups:
        return groups[name], groups[name]["tracks"]
    stem, channel = name.rsplit(".", 1)
    return groups[stem], [groups[stem]["tracks"][int(channel)]]
