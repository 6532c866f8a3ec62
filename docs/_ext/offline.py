"""Checks that the built site needs no other host: no script, style, font or picture of the web."""

import re
from pathlib import Path

from sphinx.errors import ExtensionError

FETCHED = re.compile(
    r"""<(?:script|img|iframe|source|object)\b[^>]*\b(?:src|data)=["'](?:https?:)?//[^"']+"""
    r"""|<link\b(?![^>]*rel=["'](?:canonical|prev|next))[^>]*\bhref=["'](?:https?:)?//[^"']+"""
    r"""|@import\s+["'](?:https?:)?//[^"']+|url\(["']?(?:https?:)?//[^)]+"""
)


def check(app, error):
    """Fails where a page or a style sheet would fetch something."""
    if error or app.builder.format != "html":
        return
    files = [path for end in ("html", "css") for path in sorted(Path(app.outdir).rglob(f"*.{end}"))]
    found = [f"{path.relative_to(app.outdir)}: {hit}" for path in files
             for hit in FETCHED.findall(path.read_text(encoding="utf-8"))]
    if found:
        raise ExtensionError("the site would fetch from other hosts:\n" + "\n".join(found))


def setup(app):
    app.connect("build-finished", check)
    return {"parallel_read_safe": True, "version": "1"}
