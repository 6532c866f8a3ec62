"""Runs the examples of docstrings that need a device, in the folder of `demo_files`."""

import doctest
import inspect

from demo_files import ON_DEVICE

import atemoya

for name in ON_DEVICE:
    text = inspect.getdoc(getattr(atemoya.Batch, name)) or ""
    test = doctest.DocTestParser().get_doctest(text, {}, name, None, 0)
    assert "device=0" in text and doctest.DocTestRunner().run(test).failed == 0, name
