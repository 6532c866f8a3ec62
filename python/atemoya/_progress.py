"""Progress of long work: a bar of tqdm if it is installed, else lines on standard error."""

from __future__ import annotations

import sys

from ._options import flag

# Without a unit: phases count bases, bytes, tiles or loci.
_BAR = "{desc}: {percentage:3.0f}%|{bar}| {elapsed}"
# For a phase whose total is not known.
_COUNT = "{desc}: {n_fmt}, {elapsed}"


class Progress:
    """Shows one phase after the other.

    Used as ``with Progress(verbose) as show``, where ``show`` is a function, or None if nothing is
    to be shown.
    """

    def __init__(self, verbose: bool):
        self._verbose = flag("verbose", verbose)
        self._phase = None
        self._bar = None

    def __enter__(self):
        return self._show if self._verbose else None

    def __exit__(self, *_):
        self._close()

    def _close(self):
        if self._bar is not None:
            self._bar.close()
        self._bar = None

    def _show(self, phase: str, done: int, total: int) -> None:
        if not phase:
            return  # before the first phase
        if phase != self._phase:
            self._close()
            self._phase = phase
            try:
                from tqdm.auto import tqdm
            except ImportError:
                print(f"atemoya: {phase} ...", file=sys.stderr)
            else:
                form = _BAR if total else _COUNT
                self._bar = tqdm(total=total or None, desc=phase, leave=False, unit_scale=True, bar_format=form)
        if self._bar is not None:
            self._bar.n = min(done, total) if total else done
            self._bar.refresh()
