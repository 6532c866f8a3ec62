"""Puts this package's parts in place of cherimoya's, where its commands look for them."""

from __future__ import annotations

import functools
import inspect
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from atemoya import PeakLoader

    from ._resume import Resume

NAME = "atemoya.cherimoya"

# Commands that train a model.
_TRAINING = ("fit", "pipeline")


@contextmanager
def patched(command: str, resume: Resume | None = None) -> Iterator[None]:
    """Has cherimoya's ``command`` use this package. All is put back at the end.

    A fit with ``resume`` writes checkpoints, and goes on from one if there is one to resume.
    """
    try:
        import cherimoya.io
    except ImportError as error:
        raise SystemExit(f"{NAME} {command} needs cherimoya, which cannot be imported ({error})") from error

    from atemoya import PeakGenerator

    with ExitStack() as at_the_end:

        def put(owner: Any, name: str, value: Any) -> None:
            at_the_end.callback(setattr, owner, name, getattr(owner, name))
            setattr(owner, name, value)

        threads = Threads(cherimoya.io.extract_loci)

        def peak_generator(**arguments: Any) -> PeakLoader:
            loader = PeakGenerator(**arguments)
            for counts in loader.dataset.ledger.values():
                threads.read(arguments["sequences"], counts["kept"] + counts["outlier"])
            return loader

        put(cherimoya.io, "PeakGenerator", with_signature_of(cherimoya.io.PeakGenerator, peak_generator))
        put(subprocess, "run", starting_this_module(subprocess.run))
        if command in _TRAINING:
            import cherimoya.training

            from ._module import Module

            put(cherimoya.training, "CherimoyaModule", Module)
        if resume is not None:
            import lightning

            from ._resumable import CheckpointIO, ResumableModule, trainer_of

            put(cherimoya.training, "CherimoyaModule", functools.partial(ResumableModule, resume))
            put(cherimoya.training, "_CherimoyaCheckpointIO", CheckpointIO)
            put(lightning, "Trainer", trainer_of(resume))
        yield


def with_signature_of(theirs: Callable[..., Any], ours: Callable[..., Any]) -> Callable[..., Any]:
    """Returns ``ours`` with the signature of ``theirs``, and so with cherimoya's defaults."""
    signature = inspect.signature(theirs)

    @functools.wraps(theirs)
    def generator(*args: Any, **kwargs: Any) -> Any:
        call = signature.bind(*args, **kwargs)
        call.apply_defaults()
        # cherimoya's trainer shares the whole data set among ranks.
        return ours(**call.arguments, rank=0, world_size=1)

    return generator


class Threads:
    """Sets torch's number of threads as ``tangermeme.io.extract_loci`` leaves it.

    That reads more than 64 windows of an uncompressed FASTA file in parallel, by numba. When numba
    starts its threads, with OpenMP, the number of torch's becomes that of numba's, whatever
    ``num_threads`` of the parameters says. The gradients of cherimoya's model depend on that
    number, and so do the weights.

    Parameters
    ----------
    extract_loci : callable
        tangermeme's. It reads one base many times, so that what it does to the threads is done,
        whatever that is on this machine.
    """

    def __init__(self, extract_loci: Callable[..., Any]) -> None:
        self.extract_loci = extract_loci

    def read(self, sequences: Any, windows: int) -> None:
        """Sets the number as if that many windows had been read."""
        if not isinstance(sequences, (str, os.PathLike)) or windows <= 64:
            return
        if os.fspath(sequences).lower().endswith((".gz", ".bgz")):
            return
        import pandas

        with tempfile.TemporaryDirectory() as folder:
            fasta = os.path.join(folder, "one.fa")
            with open(fasta, "w") as out:
                out.write(">one\nA\n")
            loci = pandas.DataFrame([("one", 0, 1)] * 65, columns=["chrom", "start", "end"])
            self.extract_loci(loci, fasta, in_window=1)


def starting_this_module(run: Callable[..., Any]) -> Callable[..., Any]:
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
