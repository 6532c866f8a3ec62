"""The command ``python -m atemoya.cache``, which lists and removes packed stores.

It is ``atemoya cache``. Programs have ``atemoya.cache_entries()`` and ``atemoya.prune_cache()``.
"""

from __future__ import annotations

import sys

from ._native import run_command

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> None:
    """Runs the command, which prints to the standard output of the process.

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
    """
    status = run_command(["cache", *(sys.argv[1:] if arguments is None else arguments)])
    if status != 0:
        raise SystemExit(status)


if __name__ == "__main__":
    main()
