"""Writes the results as Markdown: one table a question, the machine, and everybody's version."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import statistics
from pathlib import Path

from contestants import PACKAGES
from training import OURS, THEIRS
from turns import ratio

MB = 1e6
KINDS = {
    "batches": "Windows of 2,048 bp into f32, in batches of 64, windows/s",
    "bulk": "Windows of 2,048 bp into f32, {windows:,} in one call, windows/s",
    "sequence": "Windows of 2,048 bp into f32 with their sequence, in batches of 64, windows/s",
}


def text(windows: dict | None, training: dict | None, arguments) -> str:
    """The whole report."""
    parts = [machine(), versions()]
    missing = {**(windows or {}).get("missing", {}), **(training or {}).get("missing", {})}
    parts += [f"Not measured: {name} ({package} is not installed)." for name, package in missing.items()]
    if windows:
        for kind, title in KINDS.items():
            parts.append(rates_of_windows(windows, kind, title.format(windows=arguments.windows)))
        parts.append(setup_of_windows(windows))
    if training:
        parts.append(rates_of_training(training, arguments))
    return "\n\n".join(parts) + "\n"


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def rates_of_windows(results: dict, kind: str, title: str) -> str:
    rows = []
    for (tracks, its_kind), contest in results["contests"].items():
        if its_kind != kind:
            continue
        ours = next((result["rates"] for name, result in contest.items() if name.startswith("atemoya")), None)
        for name, result in contest.items():
            rows.append([str(tracks), name, *three(result["rates"]), times(ratio(ours, result["rates"]))])
    return f"### {title}\n\n" + table(["tracks", "contestant", "median", "least", "most", "atemoya is"], rows)


def setup_of_windows(results: dict) -> str:
    rows = []
    for (tracks, name), prepared in results["prepared"].items():
        if name.startswith("memcpy"):
            continue
        kind = "sequence" if name.endswith("sequence") else "batches"
        result = results["contests"][tracks, kind][name]
        first = results["first"].get(name) if tracks == next(iter(results["contests"]))[0] else None
        makes = prepared["seconds"] > 0.001
        rows.append([
            str(tracks), name,
            seconds(prepared["seconds"]) if makes else "", mega(prepared["peak"]) if makes else "",
            mega(result["size"]), "" if first is None else seconds(first), seconds(result["load"]),
            seconds(result["open"]), mega(result["peak"]), mega(result["private"]),
        ])
    head = ["tracks", "contestant", "making the files, s", "its memory, MB", "on disk, MB", "first use ever, s",
            "import, s", "open and first batch, s", "memory, MB", "of it private, MB"]
    return "### Windows: set-up, memory and disk\n\n" + table(head, rows)


def rates_of_training(results: dict, arguments) -> str:
    rows = []
    for (name, workers), runs in results["runs"].items():
        rates = [run["rate"] for run in runs]
        ours = [run["rate"] for run in results["runs"].get((OURS, workers), [])]
        first = results["first"][name]
        rows.append([
            name, str(workers), *three(rates), times(ratio(ours, rates)),
            seconds(first["open"]) if workers == 0 else "",
            seconds(statistics.median(run["open"] for run in runs)),
            mega(statistics.median(run["peak"] for run in runs)),
            mega(statistics.median(run["private"] for run in runs)),
            mega(runs[0]["size"]),
        ])
    head = ["contestant", "workers", "median", "least", "most", "atemoya is", "first set-up, s", "set-up, s",
            "memory, MB", "of it private, MB", "on disk, MB"]
    both = {OURS, THEIRS} <= results["first"].keys()
    compared = "All contestants' batches are the same, bit for bit." if both else "Only one of the two ran."
    title = f"### Training batches of 64, {arguments.peaks:,} peaks and {arguments.negatives:,} negatives, examples/s"
    return f"{title}\n\n{table(head, rows)}\n\n{compared}"


def three(rates: list[float]) -> list[str]:
    return [f"{three_digits(value):,}" for value in (statistics.median(rates), min(rates), max(rates))]


def three_digits(value: float) -> int:
    return int(float(f"{value:.3g}"))


def times(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}x" if value < 10 else f"{value:.0f}x"


def seconds(value: float) -> str:
    return f"{value:.3f}" if value < 0.1 else f"{value:.2f}" if value < 10 else f"{value:.0f}"


def mega(value: float) -> str:
    return f"{value / MB:,.1f}" if value < 10 * MB else f"{value / MB:,.0f}"


def machine() -> str:
    """The machine, without its name."""
    fields = [line.split(":", 1) for line in Path("/proc/cpuinfo").read_text().splitlines() if ":" in line]
    cpu = {key.strip(): value.strip() for key, value in fields}
    flags = set(cpu.get("flags", "").split())
    sets = [label for flag, label in [("avx2", "AVX2"), ("avx512bw", "AVX-512")] if flag in flags]
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    cores = len(os.sched_getaffinity(0))
    guest = "virtual machine" if "hypervisor" in flags else "machine"
    return (
        f"Measured on a {guest} with {cores} cores "
        f"({cpu.get('vendor_id', 'unknown')} of family {cpu.get('cpu family')}, "
        f"model {cpu.get('model')}, {' and '.join(sets) or 'neither AVX2 nor AVX-512'}), {memory:.0f} GiB of memory, "
        f"{platform.system()}, Python {platform.python_version()}."
    )


def versions() -> str:
    found = []
    for package in PACKAGES:
        try:
            found.append(f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            found.append(f"{package} (not installed)")
    return "Versions: " + ", ".join(found) + "."
