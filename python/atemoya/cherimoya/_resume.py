"""``fit --resume``: finds the checkpoint of an interrupted fit, and checks its parameters."""

from __future__ import annotations

import os
import sys
from typing import Any

ENDING = ".resume.ckpt"

# A fit may be resumed with other values of these.
_FREE = ("num_workers", "num_threads", "verbose", "progress_bar", "test_chroms")


class Resume:
    """The checkpoint that a fit writes while it trains, and goes on from if it is asked to.

    Parameters
    ----------
    parameters : str
        The JSON file of ``fit``.
    wanted : bool
        Whether the fit goes on from the checkpoint.

    Attributes
    ----------
    given : dict
        The parameters, cherimoya's defaults included. A seed that an interrupted fit has drawn is
        among them.
    checkpoint : dict or None
        What the fit goes on from, as Lightning loads it.
    """

    def __init__(self, parameters: str, wanted: bool) -> None:
        from cherimoya_cli.defaults import default_fit_parameters
        from cherimoya_cli.utils import merge_parameters

        self.given: dict[str, Any] = merge_parameters(parameters, default_fit_parameters)
        self.checkpoint: dict[str, Any] | None = None
        if self.given["skip"]:
            return
        name = self.given["name"] or f"cherimoya.{self.given['n_filters']}.{self.given['n_layers']}"
        self.path = f"{name}{ENDING}"
        exists = os.path.exists(self.path)
        if not wanted and exists:
            self.say(f"{self.path} of an interrupted fit is not used, and will be overwritten: --resume goes on from "
                     "it")
        elif wanted and not exists:
            if os.path.exists(f"{name}.final.torch"):
                raise SystemExit(f"there is no {self.path}, and {name}.final.torch is there: that fit has ended. "
                                 "Without --resume a fit begins anew and overwrites it")
            self.say(f"there is no {self.path} to resume: the fit begins")
        elif wanted:
            self._load()

    def _load(self) -> None:
        import torch

        try:
            found = torch.load(self.path, map_location="cpu", weights_only=False)
            ours = found["atemoya"]
        except Exception as error:
            raise SystemExit(f"{self.path} cannot be read ({error}): remove it, and fit without --resume") from error
        then = dict(ours["parameters"])
        if self.given["random_state"] is None:
            # The fit had drawn it.
            self.given["random_state"] = then["random_state"]
        names = then.keys() | self.given.keys()
        other = sorted(name for name in names - set(_FREE) if then.get(name) != self.given.get(name))
        if other:
            raise SystemExit(f"{self.path} is of a fit with other parameters: {', '.join(other)}. Restore these to "
                             "resume, or fit without --resume, which begins anew")
        self.checkpoint = found

    def parameters(self, seed: int) -> dict[str, Any]:
        """Returns the parameters to be saved, with the seed if it was drawn."""
        drawn = self.given["random_state"] is None
        return {**self.given, "random_state": seed} if drawn else self.given

    def done(self) -> None:
        """Removes the checkpoint, after the whole command."""
        if not self.given["skip"] and _is_first() and os.path.exists(self.path):
            os.remove(self.path)

    def say(self, words: str) -> None:
        """Prints on standard error, in the first process alone."""
        if _is_first():
            print(words, file=sys.stderr, flush=True)


def _is_first() -> bool:
    """Returns whether this is the first of the processes that Lightning or SLURM has started."""
    return int(os.environ.get("LOCAL_RANK", os.environ.get("SLURM_PROCID", 0))) == 0
