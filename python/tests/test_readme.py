"""The batches of the README's Python example have the shapes and types that it says."""

import re
from pathlib import Path

import torch

README = Path(__file__).parents[2] / "README.md"


def test_the_readmes_example(simulated, monkeypatch):
    [code] = re.findall(r"```python\n(from atemoya import PeakGenerator.*?)```", README.read_text(), re.DOTALL)
    monkeypatch.chdir(simulated.folder)
    seen = []
    # docs/run_blocks.py runs the block as it is, on the demo's files.
    code = code.replace("signal.plus", "plus").replace("signal.minus", "minus")
    exec(code.replace("    pass", "    train(X, y, labels)"), {"train": lambda *batch: seen.append(batch)})
    assert len(seen) > 1
    for X, y, labels in seen:
        n = len(labels)
        assert (X.shape, X.dtype) == ((n, 4, 2114), torch.int8)
        assert (y.shape, y.dtype) == ((n, 2, 1000), torch.float32)
        assert labels.dtype == torch.int64
    assert sum(len(labels) for _, _, labels in seen) > 64
