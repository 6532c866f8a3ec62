"""Marks short inline code, so that a line never breaks within ``--max-jitter`` (atemoya.css)."""

from docutils import nodes

# Characters that fit on a line of a narrow screen, beside some words.
SHORT = 24


def mark(app, document, page):
    for code in document.findall(nodes.literal):
        if len(code.astext()) <= SHORT:
            code["classes"].append("short")


def setup(app):
    app.connect("doctree-resolved", mark)
    return {"parallel_read_safe": True, "version": "1"}
