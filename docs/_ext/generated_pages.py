"""Fills in the parts of pages that are made when the site is built.

A line ``<!-- made from SOURCE -->`` of a page is replaced by Markdown: the options of the command
from its own ``--help``, the C functions from the header, the Rust crate's first page, or a file of
the repository.
"""

import re
import shutil
from pathlib import Path

import c_header
import command_help

ROOT = Path(__file__).parents[2]
MARK = re.compile(r"^<!-- made from (?P<source>.+?) -->$", re.MULTILINE)
# [text](target "title"), not an image
LINK = re.compile(r"(?<!!)\[(?P<text>[^\]]+)\]\((?P<target>[^)\s]+)\)")
# Files of the repository that are pages of the site, and those pages.
PAGES = {
    "BENCHMARKS.md": "benchmarks.md",
    "CHANGELOG.md": "changelog.md",
    "format-spec/FORMAT.md": "reference/store-format.md",
    "format-spec/SAMPLER.md": "reference/native-order.md",
    "format-spec/VERSIONING.md": "reference/format-versions.md",
}


def of_file(path: Path) -> str:
    """Returns a Markdown file without its title, its links made to lead from the page."""

    def link(found: re.Match) -> str:
        target, hash, anchor = found["target"].partition("#")
        if not target or re.match(r"[a-z]+:", target):
            return found[0]
        target = (path.parent / target).resolve().relative_to(ROOT).as_posix()
        if target in PAGES:
            target = "/" + PAGES[target]
        else:
            target = f"repo:{target}"
        return f"[{found['text']}]({target}{hash}{anchor})"

    text = path.read_text(encoding="utf-8")
    return LINK.sub(link, re.sub(r"\A# .*\n", "", text))


def of_crate(path: Path) -> str:
    """Returns the sections of a crate's first page (``//! # ...``), its links made plain code."""
    lines = [line[3:].removeprefix(" ") for line in path.read_text(encoding="utf-8").splitlines() if line[:3] == "//!"]
    sections = "\n".join(lines).partition("\n# ")[2]
    return re.sub(r"\[(`[^`]+`)\](?!\()", r"\1", re.sub(r"^# ", "## ", f"# {sections}", flags=re.MULTILINE))


def fill(app, page, source):
    """Replaces the marks of a page."""

    def made(mark: re.Match) -> str:
        name = mark["source"]
        if name == "atemoya --help":
            app.env.note_dependency(shutil.which("atemoya"))
            return command_help.markdown()
        path = ROOT / name
        app.env.note_dependency(str(path))
        if path.suffix == ".rs":
            return of_crate(path)
        return c_header.markdown(path.read_text(encoding="utf-8")) if path.suffix == ".h" else of_file(path)

    source[0] = MARK.sub(made, source[0])


def setup(app):
    app.connect("source-read", fill)
    return {"parallel_read_safe": True, "version": "1"}
