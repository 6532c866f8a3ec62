"""cherimoya's own command line with atemoya's loader: ``python -m atemoya.cherimoya fit -p fit.json``.

Any command of cherimoya's works; nothing but ``cherimoya.io.PeakGenerator`` is replaced.
"""

from __future__ import annotations

import functools
import inspect
import subprocess
import sys
from typing import Any, Callable

__all__ = ["main"]

NAME = "atemoya.cherimoya"


def _in_place_of(theirs: Callable[..., Any], ours: Callable[..., Any]) -> Callable[..., Any]:
    """`ours` with the signature of `theirs`, so that what a caller leaves out has cherimoya's defaults."""
    signature = inspect.signature(theirs)

    @functools.wraps(theirs)
    def peak_generator(*args: Any, **kwargs: Any) -> Any:
        call = signature.bind(*args, **kwargs)
        call.apply_defaults()
        # cherimoya shards by a sampler of its own over the whole dataset
        return ours(**call.arguments, rank=0, world_size=1)

    return peak_generator


def _staying_here(run: Callable[..., Any]) -> Callable[..., Any]:
    """`subprocess.run`, but `cherimoya_cli`, as a pipeline for several devices starts it, is run by this module."""
    theirs = [sys.executable, "-m", "cherimoya_cli"]

    @functools.wraps(run)
    def run_by_this(*args: Any, **kwargs: Any) -> Any:
        if args and isinstance(args[0], list) and args[0][:3] == theirs:
            args = ([sys.executable, "-m", NAME, *args[0][3:]], *args[1:])
        return run(*args, **kwargs)

    return run_by_this


def main() -> None:
    """Runs the command that stands in ``sys.argv``."""
    try:
        import cherimoya.io
        from cherimoya_cli.__main__ import main as command
    except ImportError as error:
        raise SystemExit(f"{NAME} runs cherimoya's commands, and cherimoya cannot be imported ({error}): "
                         "pip install cherimoya") from error

    from atemoya import PeakGenerator

    saved = cherimoya.io.PeakGenerator, subprocess.run
    cherimoya.io.PeakGenerator = _in_place_of(saved[0], PeakGenerator)
    subprocess.run = _staying_here(saved[1])
    try:
        command()
    finally:
        cherimoya.io.PeakGenerator, subprocess.run = saved


if __name__ == "__main__":
    main()
