"""Run by torchrun: each rank iterates the loader over its share and saves its batches; arguments
are a JSON file.
"""

import importlib
import json
import os
import sys
from pathlib import Path

import torch
import torch.distributed


def main() -> None:
    task = json.loads(Path(sys.argv[1]).read_text())
    torch.distributed.init_process_group("gloo")
    rank = torch.distributed.get_rank()
    module = importlib.import_module(os.environ.get("ATEMOYA_TEST_MODULE", "atemoya"))
    loader = module.PeakGenerator(**task["arguments"])
    if task.get("seeds"):
        seed = [task["seeds"][rank]]
        torch.distributed.broadcast_object_list(seed, src=0)
        loader.dataset._base_seed = seed[0]
    if task.get("state"):
        loader.load_state_dict(task["state"])
    epochs = []
    for _ in range(task["epochs"]):
        epochs.append(list(loader))
    torch.save({"epochs": epochs, "length": len(loader), "examples": len(loader.dataset)},
               Path(task["folder"]) / f"rank{rank}.pt")
    torch.distributed.destroy_process_group()


if __name__ == "__main__":
    main()
