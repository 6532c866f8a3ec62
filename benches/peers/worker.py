"""A contestant's own process: reads commands, one JSON object a line, and answers each with
another."""

from __future__ import annotations

import json
import os
import resource
import sys
import time
import traceback

# What contestants print goes to the standard error; the answers have the standard output for
# themselves.
ANSWERS = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)


def main() -> None:
    name, job = sys.argv[1], json.loads(sys.argv[2])
    if job["core"] is not None:
        os.sched_setaffinity(0, {job["core"]})
    from contestants import make

    contestant = make(name, job)
    for line in sys.stdin:
        command = json.loads(line)
        try:
            answer = obey(contestant, **command)
        except ModuleNotFoundError as error:
            answer = {"missing": error.name}
        except Exception:
            answer = {"error": traceback.format_exc()}
        print(json.dumps(answer), file=ANSWERS, flush=True)


def obey(contestant, do: str, seconds: float = 0.0) -> dict:
    """Does what a command says, and measures it."""
    if do == "turn":
        return contestant.turn(seconds)
    start = time.perf_counter()
    result = getattr(contestant, do)()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"result": result, "seconds": time.perf_counter() - start, "peak": peak}


if __name__ == "__main__":
    main()
