"""The command ``python -m atemoya.cache``: lists and removes packed stores, as ``atemoya cache`` does."""

from __future__ import annotations

import argparse
from datetime import datetime

from ._cache import CacheEntry, cache_dir, cache_entries, prune_cache


def _line(entry: CacheEntry) -> str:
    days = max((datetime.now() - entry.last_use).days, 0)
    said = [f"{entry.bytes / 1e6:.1f} MB", "used today" if days == 0 else f"used {days} days ago"]
    said += ["in use"] * entry.in_use + ["its inputs are gone"] * entry.misses_inputs
    said += [f"damaged ({entry.damage})"] if entry.damage else []
    return f"{entry.path.name}  {', '.join(said)}"


def main(arguments: list[str] | None = None) -> None:
    """Runs the command; ``arguments`` are those of the process by default."""
    parser = argparse.ArgumentParser(prog="python -m atemoya.cache", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    listing = commands.add_parser("list", help="show the stores: sizes, last use, inputs")
    pruning = commands.add_parser("prune", help="remove stores; none that is in use, and nothing that is not a store of the cache")
    for command in (listing, pruning):
        command.add_argument("--dir", metavar="DIR", help="the cache's directory; that of the environment by default")
    pruning.add_argument("--older-than", type=float, metavar="DAYS", help="what was not used for so many days")
    pruning.add_argument("--max-size", metavar="SIZE", help="what was used the longest ago, until the rest takes no more (200G)")
    pruning.add_argument("--missing-inputs", action="store_true", help="stores whose input files are gone")
    pruning.add_argument("--all", action="store_true", dest="everything", help="all")
    pruning.add_argument("--dry-run", action="store_true", help="remove nothing, and say what would be removed")
    given = vars(parser.parse_args(arguments))
    command, directory = given.pop("command"), given.pop("dir")
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
    print(f"{directory or cache_dir()}: {len(entries)} stores, {sum(entry.bytes for entry in entries) / 1e6:.1f} MB")


def _prune(directory: str | None, rules: dict) -> None:
    for entry in prune_cache(directory, **rules):
        if entry.kept is not None:
            print(f"kept     {_line(entry)}: {entry.kept}")
        else:
            print(f"{'would go' if rules['dry_run'] else 'removed '}  {_line(entry)}")


if __name__ == "__main__":
    main()
