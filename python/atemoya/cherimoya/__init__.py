"""Runs cherimoya's commands with this loader: ``python -m atemoya.cherimoya fit -p fit.json``.

Each command of cherimoya works, with cherimoya's parameters and output files. ``fit`` and
``pipeline`` read their training data by this package's ``PeakGenerator`` and ``PeakLoader``.
``fit --resume`` goes on with a fit that was interrupted.
"""

from __future__ import annotations

from ._commands import run

__all__ = ["main"]


def main() -> None:
    """Runs the command of cherimoya that is in ``sys.argv``.

    Raises
    ------
    SystemExit
        If cherimoya is not installed, or its command ends so.

    Examples
    --------
    ``python -m atemoya.cherimoya fit -p fit.json`` is the usual way. From Python:

    >>> import sys
    >>> import atemoya.cherimoya
    >>> sys.argv = ["atemoya.cherimoya", "fit", "--help"]
    >>> atemoya.cherimoya.main()
    Traceback (most recent call last):
    ...
    SystemExit: 0
    """
    run()
