"""The Python example of the README runs unchanged, on files with the names that it uses."""

import re
from pathlib import Path

import torch

README = Path(__file__).parents[2] / "README.md"


def test_the_readmes_example(simulated, monkeypatch):
    [code] = re.findall(r"```python\n(from atemoya import PeakGenerator.*?)```", README.read_text(), re.DOTALL)
    monkeypatch.chdir(simulated.folder)
    seen = []
    exec(code, {"train": lambda *batch: seen.append(batch)})
    assert len(seen) > 1
    for X, y, labels in seen:
        n = len(labels)
        assert (X.shape, X.dtype) == ((n, 4, 2114), torch.int8)
        assert (y.shape, y.dtype) == ((n, 2, 1000), torch.float32)
        assert labels.dtype == torch.int64
    assert sum(len(labels) for _, _, labels in seen) > 64
