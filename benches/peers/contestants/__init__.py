"""Who takes part: each contestant's name in the tables, and the class that speaks for it."""

from __future__ import annotations

import importlib

# Every class has `load` (its imports), `open`, `check`, `turn` and `size`, and most have `prepare`;
# see `reader` and `loader`.
CONTESTANTS = {
    "memcpy": "memcpy:Memcpy",
    "memcpy, with sequence": "memcpy:MemcpyWithSequence",
    "atemoya": "with_atemoya:Windows",
    "atemoya, with sequence": "with_atemoya:WindowsWithSequence",
    "figwig .fw": "with_figwig:FigWig",
    "figwig bigWig": "with_figwig:BigWig",
    "GenVarLoader": "with_genvarloader:Samples",
    "GenVarLoader, with sequence": "with_genvarloader:TracksWithSequence",
    "cherimoya's PeakGenerator": "with_cherimoya:Generator",
    "atemoya's PeakGenerator": "with_atemoya:Generator",
}

# The packages whose versions the report names.
PACKAGES = ["atemoya", "cherimoya", "tangermeme", "figwig", "genvarloader", "torch", "numba", "numpy"]


def make(name: str, job: dict):
    """The contestant of this name, with a job to do."""
    module, kind = CONTESTANTS[name].split(":")
    return getattr(importlib.import_module(f"contestants.{module}"), kind)(job)
