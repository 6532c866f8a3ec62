"""The command ``atemoya``, also as ``python -m atemoya``: the same as the one built by Cargo."""

from __future__ import annotations

import signal
import sys


def main() -> None:
    """Runs the command with the arguments of the process, and ends the process."""
    # Python's handler would wait for the command to end. Without it, Ctrl-C ends the process, or
    # what the command installs while it works. It goes before anything else is imported, whose
    # traceback Ctrl-C would print. A signal that is ignored stays so.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from ._native import run_command

    sys.exit(run_command(sys.argv[1:]))


if __name__ == "__main__":
    main()
