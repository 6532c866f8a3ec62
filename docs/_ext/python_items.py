"""Keeps the Python reference whole: every public item is on a page, under its public name.

Items are defined in private modules (``atemoya._loader.Loader``). References to these names lead to
the public ones (``atemoya.Loader``).
"""

import re

import atemoya
from sphinx.util import logging

log = logging.getLogger(__name__)
# Names that are no items of a page.
LEFT_OUT = {"__version__"}


def public(app, env, node, content):
    """Returns the reference to the public name of an item, for one to its private name."""
    private = re.fullmatch(r"atemoya\._\w+\.(\w+(?:\.\w+)?)", node.get("reftarget", ""))
    if node.get("refdomain") != "py" or not private:
        return None
    return env.domains["py"].resolve_xref(
        env, node["refdoc"], app.builder, node["reftype"], f"atemoya.{private[1]}", node, content
    )


def check(app, env):
    """Warns of each public item that no page documents."""
    documented = env.domains["py"].objects
    for name in sorted(set(atemoya.__all__) - LEFT_OUT):
        if f"atemoya.{name}" not in documented:
            log.warning("docs/reference/python does not have atemoya.%s", name)


def setup(app):
    app.connect("missing-reference", public)
    app.connect("env-check-consistency", check)
    return {"parallel_read_safe": True, "version": "1"}
