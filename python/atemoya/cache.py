"""The command ``python -m atemoya.cache``: lists and removes packed stores.

It takes the options of ``atemoya cache`` except ``--json``, in place of which programs have
``atemoya.cache_entries()``.
"""

from __future__ import annotations

import argparse
from datetime import datetime
from typing import Any

from . import _native
from ._cache import CacheEntry, cache_dir, cache_entries, prune_cache

__all__ = ["main"]

_RULES = ("older_than", "max_size", "missing_inputs", "everything")


def _line(entry: CacheEntry) -> str:
    days = max((datetime.now() - entry.last_use).days, 0)
    used = {0: "used today", 1: "used a day ago"}.get(days, f"used {days} days ago")
    facts = [_size([entry]), used]
    facts += ["in use"] * entry.in_use + ["its inputs are gone"] * entry.misses_inputs
    facts += [f"damaged ({entry.damage})"] if entry.damage else []
    return f"{entry.path.name}  {', '.join(facts)}"


def _size(entries: list[CacheEntry]) -> str:
    """Returns the total size, with at most three digits before the point: ``12.3 MB``."""
    size = sum(entry.bytes for entry in entries)
    for unit, name in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if size >= unit:
            return f"{size / unit:.1f} {name}"
    return f"{size} B"


def _days(text: str) -> float:
    days = float(text)
    if not 0 <= days < 1e6:
        raise argparse.ArgumentTypeError(f"it must be a number of days from 0 on, not {text}")
    return days


def _bytes(text: str) -> int:
    try:
        return _native.parse_size(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def main(arguments: list[str] | None = None) -> None:
    """Runs the command.

    Parameters
    ----------
    arguments : list of str, optional
        The arguments. None, the default, takes those of the process.

    Raises
    ------
    SystemExit
        If the arguments are wrong, or the cache cannot be read or changed.

    Examples
    --------
    >>> import atemoya.cache
    >>> atemoya.cache.main(["list", "--dir", "cache"])
    cache: 0 stores, 0 B
    """
    parser = argparse.ArgumentParser(prog="python -m atemoya.cache", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    listing = commands.add_parser("list", help="show the stores: sizes, last use, inputs")
    removes = "remove stores of the cache that are not in use"
    pruning = commands.add_parser("prune", help=removes)
    for command in (listing, pruning):
        place = "the directory of the cache; by default $ATEMOYA_CACHE or ~/.cache/atemoya"
        command.add_argument("--dir", metavar="DIR", help=place)
    unused = "remove stores that were not used for this many days"
    pruning.add_argument("--older-than", type=_days, metavar="DAYS", help=unused)
    largest = "remove the least recently used stores until the others take at most this much (200G)"
    pruning.add_argument("--max-size", type=_bytes, metavar="SIZE", help=largest)
    pruning.add_argument("--missing-inputs", action="store_true", help="remove stores whose input files are gone")
    pruning.add_argument("--all", action="store_true", dest="everything", help="remove all stores")
    pruning.add_argument("--dry-run", action="store_true", help="remove nothing, and show what would be removed")
    given = vars(parser.parse_args(arguments))
    command, directory = given.pop("command"), given.pop("dir")
    if command == "prune" and all(given[name] is None or given[name] is False for name in _RULES):
        parser.error("say what is to be removed: --older-than, --max-size, --missing-inputs or --all")
    try:
        if command == "list":
            _list(directory)
        else:
            _prune(directory, given)
    except (OSError, ValueError) as error:
        parser.error(str(error))


def _list(directory: str | None) -> None:
    entries = cache_entries(directory)
    for entry in entries:
        print(_line(entry))
        for path in entry.inputs:
            print(f"    {path}{'' if path.exists() else '  (gone)'}")
    print(f"{directory or cache_dir()}: {len(entries)} stores, {_size(entries)}")


def _prune(directory: str | None, rules: dict[str, Any]) -> None:
    pruned = prune_cache(directory, **rules)
    for entry in pruned:
        if entry.kept is not None:
            print(f"kept     {_line(entry)}: {entry.kept}")
        else:
            print(f"{'would go' if rules['dry_run'] else 'removed '}  {_line(entry)}")
    what = "would be removed" if rules["dry_run"] else "removed"
    print(f"{_size([entry for entry in pruned if entry.kept is None])} {what}")


if __name__ == "__main__":
    main()
