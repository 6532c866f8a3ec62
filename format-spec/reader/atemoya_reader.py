#!/usr/bin/env python3
"""An independent reader of atemoya stores, written from ../FORMAT.md alone.

It can be read as a second specification.

    python3 atemoya_reader.py STORE             verify the store and print a summary
    python3 atemoya_reader.py --hashes STORE    verify, then print the SHA-256 of the values of each
                                                contig and track as JSON

Exit code 1 and a message on a damaged store. Needs Python 3.11 and numpy; pyarrow only for locus
indexes.
"""
import argparse
import hashlib
import json
import os
import sys

import loci
from data_files import Panel, Sequence
from manifest import Fields, FormatError, check_manifest, read_json


class Store:
    """An open store. Opening checks what section 3.3 lists for it; `verify` checks everything."""

    def __init__(self, path):
        self.path = os.fspath(path)
        self.manifest = check_manifest(Fields("manifest.json", "the manifest",
                                              read_json(os.path.join(self.path, "manifest.json"), "manifest.json")))
        self.contigs = dict(self.manifest.contigs)
        self.contig_number = {name: i for i, name in enumerate(self.contigs)}
        self.sequence_file = Sequence(self.path, self.manifest) if self.manifest.sequence else None
        self.panels = [Panel(self.path, self.manifest, p) for p in self.manifest.panels]

    def window(self, contig, start, end):
        if contig not in self.contigs:
            raise KeyError(f"no contig {contig!r}")
        if not 0 <= start <= end <= self.contigs[contig]:
            raise IndexError(f"{start} .. {end} is not inside {contig} of {self.contigs[contig]} bases")
        return self.contig_number[contig]

    def sequence(self, contig, start, end):
        """One-hot bases: uint8 (4, end - start), rows A, C, G, T."""
        number = self.window(contig, start, end)
        if self.sequence_file is None:
            raise KeyError("the store has no sequence")
        return self.sequence_file.read(number, start, end)

    def track(self, panel, track, contig, start, end):
        """The values of a track, float32 (end - start,).

        The panel is given by number, the track by number or name.
        """
        number, panel = self.window(contig, start, end), self.panels[panel]
        if isinstance(track, str):
            track = [t.name for t in panel.tracks].index(track)
        return panel.read(range(len(panel.tracks))[track], number, self.contigs[contig], start, end)

    def loci_names(self):
        try:
            names = os.listdir(os.path.join(self.path, "loci"))
        except FileNotFoundError:
            return []
        return sorted(name for name in names if not name.startswith("."))

    def loci(self, name):
        """A locus index as a pyarrow table, and its index.json."""
        return loci.read(self, name)

    def verify(self):
        """Checks everything; raises FormatError at the first thing that is wrong."""
        for file in [self.sequence_file, *self.panels]:
            if file is not None:
                file.verify(self.manifest)
        for name in self.loci_names():
            loci.verify(self, name)

    def hashes(self):
        """SHA-256 of the values.

        Of each contig, one-hot (4, L) bytes in C order; of each panel, track and contig, dense
        `<f4`.
        """
        sequence = {} if self.sequence_file else None
        for name, length in self.manifest.contigs if self.sequence_file else []:
            digest = hashlib.sha256()
            for base in range(4):
                for at in range(0, length, 1 << 22):
                    digest.update(self.sequence(name, at, min(at + (1 << 22), length))[base].tobytes())
            sequence[name] = digest.hexdigest()
        panels = [{"file": p.name, "tracks": {t.name: {} for t in p.tracks}} for p in self.panels]
        for number, panel in enumerate(self.panels):
            for k, track in enumerate(panel.tracks):
                for name, length in self.manifest.contigs:
                    digest = hashlib.sha256()
                    for at in range(0, length, 1 << 22):
                        digest.update(self.track(number, k, name, at,
                                                 min(at + (1 << 22), length)).astype("<f4").tobytes())
                    panels[number]["tracks"][track.name][name] = digest.hexdigest()
        return {"sequence": sequence, "panels": panels}


def main():
    parser = argparse.ArgumentParser(description="Verifies an atemoya store.")
    parser.add_argument("store")
    parser.add_argument("--hashes", action="store_true", help="print the SHA-256 of all values as JSON")
    options = parser.parse_args()
    try:
        store = Store(options.store)
        store.verify()
        if options.hashes:
            print(json.dumps(store.hashes(), indent=1, ensure_ascii=False))
            return 0
    except FormatError as e:
        print(f"{options.store}: {e}", file=sys.stderr)
        return 1
    print(f"{options.store}: valid; {len(store.contigs)} contigs, {sum(store.contigs.values())} bases")
    if store.sequence_file:
        print(f"  {store.sequence_file.name}: {store.manifest.acgt} A, C, G or T")
    for panel in store.panels:
        print(f"  {panel.name}: tile {panel.tile}, {len(panel.tracks)} tracks, {len(panel.bytes)} bytes")
        for t in panel.tracks:
            print(f"    {t.name}: {t.type}, {t.nonzero} non-zero, sum {t.sum:g}, {t.min:g} .. {t.max:g}")
    for g in store.manifest.groups:
        print(f"  group {g.name}: {g.role}, panel {g.panel}, tracks {g.tracks}")
    for name in store.loci_names():
        print(f"  loci {name}: {store.loci(name)[1]['rows']} rows")
    return 0


if __name__ == "__main__":
    sys.exit(main())
