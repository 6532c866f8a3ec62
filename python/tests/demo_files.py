"""The simulated data under the names of the demo's files, which the documentation's examples use.
"""

import shutil
from pathlib import Path

NAMES = {
    "genome.fa": "genome.fa",
    "peaks.narrowPeak": "peaks.narrowPeak",
    "negatives.bed": "negatives.bed",
    "exclusion.bed": "exclusion.bed",
    "plus.bw": "signal.plus.bw",
    "minus.bw": "signal.minus.bw",
    "control.bw": "control.bw",
}

# The methods whose examples need a device: test_device.py runs those.
ON_DEVICE = ("wait_on", "done_on")


def demo_files(atemoya, simulated, folder: Path) -> Path:
    """Writes what `atemoya demo --keep FOLDER` writes, of the small data."""
    for ours, name in NAMES.items():
        shutil.copy(simulated.file(ours), folder / name)
    signals = [str(folder / f"signal.{strand}.bw") for strand in ("plus", "minus")]
    store = atemoya.pack(folder / "demo.atemoya", fasta=folder / "genome.fa", signals={"signal": signals},
                         controls={"control": folder / "control.bw"})
    atemoya.index(store, peaks=folder / "peaks.narrowPeak", negatives=folder / "negatives.bed", summits=True,
                  exclusion_lists=folder / "exclusion.bed")
    return folder
