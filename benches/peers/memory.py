"""Watches the memory of a process and its children from outside, and remembers the most."""

from __future__ import annotations

import threading
from pathlib import Path


class Watch:
    """A context in which the process `pid` is looked at ten times a second.

    `peak` is the most that the resident sizes of all processes add up to, as tools show it: pages
    that several of them share count for each. `private` is the most of what no file backs, shared
    pages counted once: what the machine must have, and cannot read again.
    """

    def __init__(self, pid: int, interval: float = 0.1):
        self.pid = pid
        self.interval = interval
        self.peak = 0
        self.private = 0
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.look()
        self.stop.set()
        self.thread.join()

    def run(self) -> None:
        while not self.stop.wait(self.interval):
            self.look()

    def look(self) -> None:
        rss = private = 0
        for pid in family(self.pid):
            sizes = rollup(pid)
            rss += sizes.get("Rss", 0)
            private += sizes.get("Pss_Anon", 0) + sizes.get("Pss_Shmem", 0)
        self.peak = max(self.peak, rss)
        self.private = max(self.private, private)


def family(pid: int) -> list[int]:
    """The process and all that descend from it."""
    members = [pid]
    for member in members:
        for children in Path(f"/proc/{member}/task").glob("*/children"):
            try:
                members += [int(child) for child in children.read_text().split()]
            except OSError:
                continue
    return members


def rollup(pid: int) -> dict[str, int]:
    """Bytes by kind of memory; nothing for a process that is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    except OSError:
        return {}
    fields = (line.split() for line in lines)
    return {field[0].rstrip(":"): int(field[1]) * 1024 for field in fields if len(field) == 3}
