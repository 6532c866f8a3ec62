"""Checks links to files of the repository, ``[text](repo:PATH#anchor)``: the file must exist."""

from pathlib import Path

from docutils import nodes
from sphinx.util import logging

ROOT = Path(__file__).parents[2]
log = logging.getLogger(__name__)


def check(app, document):
    """Warns of each link of a page whose file the repository lacks."""
    start = f"{app.config.repository}/blob/main/"
    for link in document.findall(nodes.reference):
        uri = link.get("refuri", "")
        if uri.startswith(start):
            path = uri.removeprefix(start).partition("#")[0]
            if not (ROOT / path).exists():
                log.warning("the repository has no %s", path, location=link)


def setup(app):
    app.add_config_value("repository", "", "env", str)
    app.connect("doctree-read", check)
    return {"parallel_read_safe": True, "version": "1"}
