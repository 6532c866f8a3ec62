"""Parses a command line of cherimoya, and runs its command with what this package puts in place.

A command that reads no data imports no torch.
"""

from __future__ import annotations

import argparse
import importlib

from ._patches import NAME, patched
from ._resume import Resume

# Commands that read neither loci nor sequence nor signal.
_WITHOUT_DATA = ("pipeline-json", "install-skill")


def parser() -> argparse.ArgumentParser:
    """Returns cherimoya's parser, under this module's name.

    Raises SystemExit if cherimoya is not installed.
    """
    try:
        from cherimoya_cli.__main__ import _setup_parsers
    except ImportError as error:
        raise SystemExit(f"{NAME} runs the commands of cherimoya, which cannot be imported ({error}): "
                         "pip install cherimoya") from error

    found: argparse.ArgumentParser = _setup_parsers()
    found.prog = f"python -m {NAME}"
    for command, its in commands(found).items():
        its.prog = f"{found.prog} {command}"
    return found


def commands(whole: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Returns the parsers of the commands by their names."""
    [action] = [action for action in whole._actions if isinstance(action, argparse._SubParsersAction)]
    return dict(action.choices)


def run() -> None:
    """Runs the command in ``sys.argv``."""
    whole = parser()
    commands(whole)["fit"].add_argument(
        "--resume", action="store_true",
        help="Go on with the next batch of a fit that was interrupted, from NAME.resume.ckpt.")
    arguments = whole.parse_args()
    module = importlib.import_module("cherimoya_cli.commands." + arguments.cmd.replace("-", "_"))
    if arguments.cmd in _WITHOUT_DATA:
        module.run(arguments)
        return
    resume = Resume(arguments.parameters, arguments.resume) if arguments.cmd == "fit" else None
    if resume is not None and resume.checkpoint is not None:
        arguments.parameters = resume.given
    with patched(arguments.cmd, resume):
        module.run(arguments)
    if resume is not None:
        resume.done()
