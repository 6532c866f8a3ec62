"""The valid stores, and what a reader must find in each."""
import hashlib
import random
import struct

from store import Store
from stores_loci import chosen, excluded, future, renamed, wide
from stores_tiles import codes, nibbles
from truth import sparse_values


def plain():
    """No sequence, no group, one panel of one track."""
    rng = random.Random(3)
    s = Store("plain", [("chr1", "N" * 1300)], sequence=False)
    s.panel(1024, {"signal": [sparse_values(rng, 1300, 0.3, 9)]})
    return s.finish()


def silent():
    """A panel whose DATA is empty, and a sequence of nothing but N."""
    s = Store("silent", [("a", "N" * 700), ("b", "")])
    s.panel(512, {"t1": [[0.0] * 700, []], "t2": [[0.0] * 700, []]})
    s.group("both", "signal", 0, [1, 0])
    return s.finish()


def bare():
    """A sequence alone."""
    return Store("bare", [("chr1", "ACGTNacgtnRYU" * 20)]).finish()


STORES = [codes, wide, plain, nibbles, silent, bare, future, renamed, excluded, chosen]


def expected(s):
    """The values of a store in the form of `atemoya_reader.py --hashes`, some literal windows, and
    the rows of its loci."""
    one_hot = {n: [bytes(x.upper() == base for x in seq) for base in "ACGT"] for n, seq in s.contigs}
    names = [n for n, _ in s.contigs]
    out = {
        "sequence": {n: hashlib.sha256(b"".join(rows)).hexdigest() for n, rows in one_hot.items()} if s.has_sequence
        else None,
        "panels": [{"file": file, "tracks": {
            t: {n: hashlib.sha256(struct.pack(f"<{len(v)}f", *v)).hexdigest() for n, v in zip(names, values)}
            for t, values in tracks.items()}}
            for file, tracks in s.panels],
        "windows": [], "loci": s.loci}
    rng = random.Random(5)
    spans = {"codes": [("body", 500, 530), ("body", 7600, 7780), ("b63", 0, 63), ("scaffold|7 αβ", 60, 65),
                       ("empty", 0, 0)],
             "nibbles": [("whole", 500, 531), ("whole", 1021, 1060), ("cut", 1001, 1101), ("one", 0, 1),
                         ("odd", 255, 300), ("two", 1, 2)],
             "wide": [("long", 4090, 4300), ("almost", 65500, 65535), ("tiny", 0, 1)]}
    for contig, start, end in spans.get(s.name,
                                        [(n, len(q) // 3, min(len(q), len(q) // 3 + 40)) for n, q in s.contigs]):
        if s.has_sequence:
            out["windows"].append({"contig": contig, "start": start, "end": end,
                                   "sequence": ["".join(map(str, r[start:end])) for r in one_hot[contig]]})
        for p, (_, tracks) in enumerate(s.panels):
            for t, values in enumerate(tracks.values()):
                window = values[names.index(contig)][start:end]
                if any(window) or rng.random() < 0.2:
                    out["windows"].append({"contig": contig, "start": start, "end": end, "panel": p, "track": t,
                                           "values": [int(v) if v == int(v) and abs(v) < 2**31 else v for v in window]})
    return out
