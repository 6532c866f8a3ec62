"""Runs cherimoya's commands with this loader: ``python -m atemoya.cherimoya fit -p fit.json``.

Each command of cherimoya works. Only ``cherimoya.io.PeakGenerator`` is replaced.
"""

from __future__ import annotations

import functools
import inspect
import subprocess
import sys
from typing import Any, Callable

__all__ = ["main"]

NAME = "atemoya.cherimoya"


def _with_signature_of(theirs: Callable[..., Any], ours: Callable[..., Any]) -> Callable[..., Any]:
    """Returns ``ours`` with the signature of ``theirs``, and so with cherimoya's defaults."""
    signature = inspect.signature(theirs)

    @functools.wraps(theirs)
    def peak_generator(*args: Any, **kwargs: Any) -> Any:
        call = signature.bind(*args, **kwargs)
        call.apply_defaults()
        # cherimoya shares the whole data set among ranks by a sampler of its own.
        return ours(**call.arguments, rank=0, world_size=1)

    return peak_generator


def _starting_this_module(run: Callable[..., Any]) -> Callable[..., Any]:
    """Returns ``subprocess.run`` that starts this module in place of ``cherimoya_cli``.

    A pipeline for several devices starts that.
    """
    theirs = [sys.executable, "-m", "cherimoya_cli"]

    @functools.wraps(run)
    def run_by_this(*args: Any, **kwargs: Any) -> Any:
        if args and isinstance(args[0], list) and args[0][:3] == theirs:
            args = ([sys.executable, "-m", NAME, *args[0][3:]], *args[1:])
        return run(*args, **kwargs)

    return run_by_this


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
    try:
        import cherimoya.io
        from cherimoya_cli.__main__ import main as command
    except ImportError as error:
        raise SystemExit(f"{NAME} runs the commands of cherimoya, which cannot be imported ({error}): "
                         "pip install cherimoya") from error

    from atemoya import PeakGenerator

    saved = cherimoya.io.PeakGenerator, subprocess.run
    cherimoya.io.PeakGenerator = _with_signature_of(saved[0], PeakGenerator)
    subprocess.run = _starting_this_module(saved[1])
    try:
        command()
    finally:
        cherimoya.io.PeakGenerator, subprocess.run = saved


if __name__ == "__main__":
    main()
