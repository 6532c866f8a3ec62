"""The valid stores that have locus indexes."""
import random

from encode import cheapest
from store import Store
from truth import f32, letters, named, run_values, sparse_values


def wide():
    """Alignment of long contigs, tiles of 4,096 and 32,768, two panels, empty rows at contig ends,
    and a locus index."""
    rng = random.Random(2)
    sizes = {"short": 100, "long": 65536, "almost": 65535, "tiny": 1}
    motif = letters(rng, 960)
    s = Store("wide", [(n, (motif * (k // 960 + 1))[:k]) for n, k in sizes.items()])

    def quiet(length, spans, fill):
        values = [0.0] * length
        for begin, end in spans:
            if begin < length:
                values[begin:end] = fill(min(end, length) - begin)
        return values

    counts, score, depth = [], [], []
    for name, length in sizes.items():
        spans = {"short": [(0, 100)], "long": [(4200, 8000), (20000, 24700)], "almost": [(4095, 4098), (65000, 65535)],
                 "tiny": [(0, 1)]}[name]
        counts.append(quiet(length, spans, lambda n: sparse_values(rng, n, 0.1, 40)))
        score.append(quiet(length, spans[:1], lambda n: run_values(rng, n, 30, lambda: f32(rng.random()))))
        depth.append(quiet(length, [(0, 40000)] if name == "long" else [(100, 300)],
                           lambda n: run_values(rng, n, 400, lambda: float(rng.getrandbits(10)))))
    counts[3], score[3] = [200.0], [0.25]
    depth[2] = [1.0] * 32768 + depth[2][32768:]  # a bitmap whose last running count is 32,768

    s.panel(4096, {"counts": counts, "score": score})
    s.panel(32768, {"depth": depth}, choose=lambda row, track, values: 15 if values == [1.0] * 32768
            else cheapest(values))
    s.group("counts", "signal", 0, [0])
    s.group("score", "signal", 0, [1])
    s.group("depth", "control", 1, [0])
    s.finish()
    s.add_loci("training", [
        ("peaks", "a.narrowPeak.gz",
         [(1, "long", 4300, 4500, 120), (2, "almost", 65500, 65535, 35), (4, "long", 0, 10, 0)]),
        ("negatives", "n.bed", [(1, "short", 10, 21, None), (2, "long", 30000, 30000, None)]),
        ("peaks", "b.narrowPeak", [(3, "tiny", 0, 1, 0)])],
        {"summits": True, "chroms": None, "counts_window": 201})
    s.add_loci("v-1.test", [("peaks", "b.bed", [(1, "long", 20001, 24000, 3), (2, "long", 7999, 8001, None)])],
               {"summits": False, "chroms": ["long", "chrM"], "counts_window": 1000})
    # Counts of whole numbers decide, so that any order of additions gives the same.
    regions = [(1, "long", 6000, 6401, None), (2, "long", 30000, 30000, None), (3, "short", 0, 100, None),
               (4, "chrQ", 0, 100, None)]
    s.add_loci("judged", [
        ("peaks", "a.bed",
         [(1, "chrM", 4, 9, None), (2, "long", 4500, 4520, None), (3, "long", 7001, 7002, None),
          (4, "almost", 49, 50, None), (6, "long", 64, 65, None), (7, "long", 5950, 5953, None)]),
        ("peaks", "b.bed",
         [(1, "long", 65400, 65500, None), (2, "long", 65471, 65471, None), (3, "long", 65472, 65473, None),
          (4, "long", 6540, 6541, None)]),
        ("negatives", "n.bed",
         [(1, "long", 50, 51, None), (2, "long", 49, 50, None), (3, "long", 21000, 21100, None),
          (4, "tiny", 0, 1, None), (5, "short", 50, 51, None)]),
        ("exclusion", "x.bed", regions),
        ("exclusion", "y.bed", [(7, "long", 5900, 6001, None), (8, "long", 6050, 6060, None)])],
        {"summits": False, "chroms": ["long", "short", "chrM2"], "counts_window": 7},
        {"order": "native", "signals": ["counts"], "in_window": 101, "out_window": 40, "max_jitter": 14,
         "min_counts": 1, "max_counts": 100.5, "counts_tracks": None, "outlier_filter": False})
    s.add_loci("judged-as-cherimoya", [
        ("peaks", "a.bed",
         [(1, "long", 4500, 4520, None), (2, "long", 4230, 4231, None), (3, "long", 4185, 4186, None),
          (4, "long", 7700, 7701, None)])],
        {"summits": False, "chroms": None, "counts_window": 7},
        {"order": "cherimoya", "signals": ["counts"], "in_window": 10, "out_window": 40, "max_jitter": 14,
         "min_counts": 0.1, "max_counts": 120, "counts_tracks": None, "outlier_filter": False})
    # Rounded to f32 the least counts would be those of the locus at 23,500; foreign names are as
    # long as they may be, and `chroms` are any texts.
    depth, channel = named(s, "depth"), named(s, "counts.0")
    least = sum(s.total(g, t, "long", 23500, 40, 14) for g, t in (depth, channel))
    s.add_loci("judged-by-tracks", [
        ("peaks", "a.bed",
         [(1, "y" * 255, 4, 9, None), (2, "z" * 200, 4, 9, None), (3, "long", 21000, 21001, None),
          (4, "long", 4500, 4520, None),
                            (5, "long", 50000, 50001, None), (6, "almost", 150, 151, None),
          (7, "almost", 65500, 65501, None), (8, "long", 23500, 23501, None)]),
        ("negatives", "n.bed", [(1, "long", 21000, 21001, None), (2, "long", 23500, 23501, None)])],
        {"summits": False, "chroms": ["long", "almost", "", "chr\t9", "x" * 300], "counts_window": 7},
        {"order": "cherimoya", "signals": ["score"], "in_window": 10, "out_window": 40, "max_jitter": 14,
         "min_counts": least + 1e-6, "max_counts": 40000, "counts_tracks": ["depth", "counts.0"],
         "outlier_filter": False})
    return s


def future():
    """What a reader of version 1.0 must read: minor version 7, unknown optional bits and features,
    members and columns."""
    rng = random.Random(4)
    s = Store("future", [("chr1", letters(rng, 900))], version=(1, 7), optional=1 << 63 | 5,
              optional_features=["haplotypes"], colour={"of": ["the sky"]})
    s.panel(512, {"signal": [sparse_values(rng, 900, 0.1, 300)]})
    s.group("signal", "signal", 0, [0])
    s.manifest["contigs"][0]["circular"] = False
    s.manifest["panels"][0]["tracks"][0]["unit"] = "reads"
    s.finish()
    s.add_loci("peaks", [("peaks", "p.bed", [(1, "chr1", 400, 500, None)])],
               {"summits": False, "chroms": None, "counts_window": 100, "later": 1}, extra_column=True)
    return s


def excluded():
    """A locus index of version 1.1: what its exclusion lists exclude, on contigs in the store's
    order, and one that its lists name in vain."""
    rng = random.Random(9)
    s = Store("excluded", [("chr2", letters(rng, 2500)), ("#chr 1", letters(rng, 1000)), ("chr3", letters(rng, 300))])
    s.panel(512, {"signal": [sparse_values(rng, n, 0.1, 300) for n in (2500, 1000, 300)]})
    s.group("signal", "signal", 0, [0])
    s.finish()
    lists = [("exclusion", "x.bed",
              [(1, "#chr 1", 990, 1200, None), (2, "chr2", 250, 251, None), (4, "chr2", 108, 234, None),
               (5, "chr2", 1000, 1000, None), (6, "chrUn", 0, 9, None)]),
             ("exclusion", "y.bed", [(1, "chr2", 300, 301, None), (2, "chr2", 2000, 2100, None)])]
    loci = [("peaks", "p.bed",
             [(line, "chr2", at, at + 10, None) for line, at in enumerate(range(90, 2400, 97), 1)]
             + [(40, "#chr 1", 800, 801, None), (41, "#chr 1", 870, 880, None)]),
            ("negatives", "n.bed", [(1, "chr2", 2150, 2160, None), (2, "chr3", 100, 110, None)])]
    judged = {"order": "native", "signals": ["signal"], "in_window": 61, "out_window": 20, "max_jitter": 5,
              "min_counts": None, "max_counts": None,
              "counts_tracks": None, "outlier_filter": False}
    s.add_loci("judged", loci + lists, {"summits": False, "chroms": None, "counts_window": 50}, judged, excluded=True)
    s.add_loci("in-vain", loci + [("exclusion", "z.bed", [(1, "chrUn", 0, 9, None)])],
               {"summits": False, "chroms": None, "counts_window": 50}, excluded=True)
    return s


def renamed():
    """Version 1.1: contigs that inputs call otherwise or have with another length; data files of
    version 1.0, and an index of renamed loci."""
    rng = random.Random(7)
    sizes = {"chr1": 1100, "chr2": 600, "chrM": 90}
    s = Store("renamed", [(n, letters(rng, k)) for n, k in sizes.items()])
    s.panel(512, {"atac": [sparse_values(rng, 1100, 0.2, 20), sparse_values(rng, 600, 0.2, 20), [0.0] * 90]})
    s.group("atac", "signal", 0, [0])
    s.manifest["inputs"].pop()
    s.input("atac", "ensembl.bw",
            contigs_renamed=[{"from": "1", "to": "chr1"}, {"from": "2\t", "to": "chr2"}, {"from": "MT", "to": "chrM"}],
            contigs_other_length=[{"name": "chrM", "length": 91}])
    s.manifest["version"] = [1, 1]
    s.finish()
    s.add_loci("ensembl", [("peaks", "p.bed", [(1, "chr1", 500, 600, None), (2, "chr2", 300, 310, None)])],
               {"summits": False, "chroms": None, "counts_window": 50},
               renamed={"p.bed": [{"from": "1", "to": "chr1"}]})
    return s


def chosen():
    """A locus index of version 1.2: its outlier filter was chosen as its order has it by itself."""
    rng = random.Random(11)
    s = Store("chosen", [("chr1", letters(rng, 900))])
    s.panel(512, {"signal": [sparse_values(rng, 900, 0.1, 300)]})
    s.group("signal", "signal", 0, [0])
    s.finish()
    loci = [("peaks", "p.bed", [(line, "chr1", at, at + 10, None) for line, at in enumerate(range(10, 880, 40), 1)])]
    judged = {"order": "native", "signals": ["signal"], "in_window": 60, "out_window": 20, "max_jitter": 5,
              "min_counts": None, "max_counts": None, "counts_tracks": None, "outlier_filter": False}
    options = {"summits": False, "chroms": None, "counts_window": 50, "outlier_filter": False}
    s.add_loci("kept", loci, options, judged)
    return s
