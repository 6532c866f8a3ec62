"""Compares every value that `atemoya extract` gives with what this reader reads.

    python3 compare_extract.py ATEMOYA STORE

ATEMOYA is the command. The last line is `N passed, N failed`; the exit code is 1 when something
differs.
"""

import hashlib
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

from atemoya_reader import Store


def extracted(command, store, out, contig, what):
    """The SHA-256 of the array that the command writes."""
    arguments = [command, "extract", store, "--contig", contig, *what, "--force", "--out", out]
    subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL)
    return hashlib.sha256(np.ascontiguousarray(np.load(out)).tobytes()).hexdigest()


def main():
    command, store = sys.argv[1:]
    hashes = Store(pathlib.Path(store)).hashes()
    wanted = [(contig, ["--sequence"], sha) for contig, sha in (hashes["sequence"] or {}).items()]
    for panel in hashes["panels"]:
        for track, contigs in panel["tracks"].items():
            wanted += [(contig, ["--track", track], sha) for contig, sha in contigs.items()]
    failed = 0
    with tempfile.TemporaryDirectory() as directory:
        for contig, what, sha in wanted:
            if extracted(command, store, f"{directory}/x.npy", contig, what) != sha:
                failed += 1
                print(f"{contig} {' '.join(what)} differs", file=sys.stderr)
    print(f"{len(wanted) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
