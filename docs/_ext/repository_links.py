"""Lets pages link to files of the repository, ``[text](../../examples/c/train_feed.c)``.

Such a link works in a clone. On the site it leads to the file in the repository, which must exist.
"""

import re
from pathlib import Path

from docutils import nodes
from sphinx.util import logging

ROOT = Path(__file__).parents[2]
LINK = re.compile(r"\]\((?P<path>(?:\.\./)+[^)#\s]+)(?P<anchor>#[^)\s]*)?\)")
log = logging.getLogger(__name__)


def lead(app, page, source):
    """Makes the links of a page that leave the documentation lead to the repository."""

    def repository(link: re.Match) -> str:
        target = (Path(app.env.doc2path(page)).parent / link["path"]).resolve()
        if target.is_relative_to(ROOT / "docs"):
            return link[0]
        return f"](repo:{target.relative_to(ROOT).as_posix()}{link['anchor'] or ''})"

    source[0] = LINK.sub(repository, source[0])


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
    app.connect("source-read", lead)
    app.connect("doctree-read", check)
    return {"parallel_read_safe": True, "version": "1"}
