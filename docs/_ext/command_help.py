"""The reference of the command as Markdown, from ``atemoya --help`` and that of each subcommand."""

import re
import subprocess
import textwrap
from dataclasses import dataclass, field

# An option, an argument or a subcommand; the text that explains it may begin on the same line.
ENTRY = re.compile(r"^ {2,6}(?P<name>(?:-|<|\[)\S.*?|\w[\w-]*)(?: {2,}(?P<text>\S.*))?$")
HEADING = re.compile(r"^(?P<title>[A-Z].*):$")
FLAG = re.compile(r"(?<![\w`-])(--[a-z][a-z-]+)(?!`)")
# Every command has them; they are said once, and help is what the page is made of.
EVERYWHERE = {"-q, --quiet", "-h, --help", "-V, --version"}
HELP = EVERYWHERE - {"-q, --quiet"}


@dataclass
class Section:
    """A part of a help text: its heading, and its entries with the lines that explain each."""

    title: str
    lines: list[str] = field(default_factory=list)

    def entries(self) -> list[tuple[str, str]]:
        """Returns the name and the text of each entry."""
        found: list[tuple[str, list[str]]] = []
        for line in self.lines:
            if entry := ENTRY.match(line):
                found.append((entry["name"], [entry["text"] or ""]))
            elif found:
                found[-1][1].append(line.strip())
        return [(name, "\n".join(text).strip()) for name, text in found]


def help_of(command: list[str]) -> str:
    """Returns what ``atemoya COMMAND --help`` prints."""
    told = subprocess.run(["atemoya", *command, "--help"], capture_output=True, text=True, check=True)
    return told.stdout


def sections_of(text: str) -> tuple[str, str, list[Section]]:
    """Returns what a help text says in front of the usage, the usage, and its sections."""
    about, _, rest = text.partition("Usage: ")
    usage, _, rest = rest.partition("\n\n")
    sections: list[Section] = []
    for line in rest.splitlines():
        if heading := HEADING.match(line):
            sections.append(Section(heading["title"]))
        elif sections:
            sections[-1].lines.append(line)
    return about, usage, sections


def prose(text: str) -> str:
    """Returns text of a help as Markdown: paragraphs, with the names of options as code."""
    marked = []
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        paragraph = " ".join(paragraph.split())
        parts = re.split(r"(`[^`]*`)", paragraph)
        parts[::2] = [FLAG.sub(r"`\1`", re.sub(r"([<*\\])", r"\\\1", part)) for part in parts[::2]]
        marked.append("".join(parts))
    return "\n\n".join(marked)


def sentences(text: str) -> str:
    """Returns text of a help as Markdown: full stops, and the default at the end."""
    text = re.sub(r"\s*\[default:\s+([^\]]*)\]", r". Default: \1.", text)
    text = re.sub(r"\s*\[possible values:\s+([^\]]*)\]", r": \1.", text)
    text = re.sub(r"(?<=[^.:\s])(\n\s*\n|$)", r".\1", text.strip())
    return prose(re.sub(r"\.\.(?!\.)", ".", text))


def of_command(command: list[str]) -> list[str]:
    """Returns the Markdown of a command and of its subcommands, a part for each."""
    about, usage, sections = sections_of(help_of(command))
    name = " ".join(["atemoya", *command])
    parts = [f"({name.replace(' ', '-')})=\n{'#' * min(len(command) + 1, 3)} {name}\n", sentences(about), ""]
    parts += ["```text", re.sub(r"\n\s*", "\n    ", usage), "```", f"\n```{{program}} {name}\n```\n"]
    below = []
    for section in sections:
        if section.title == "Commands":
            entries = [entry for entry in section.entries() if entry[0] != "help"]
            for subcommand, text in entries:
                anchor = "-".join(["atemoya", *command, subcommand])
                parts.append(f"[{' '.join([*command, subcommand])}](#{anchor})\n: {sentences(text)}\n")
                below += of_command([*command, subcommand])
        elif section.title.startswith("Example"):
            shown = textwrap.dedent("\n".join(line for line in section.lines if line.startswith(" "))).strip()
            parts.append(f"**{section.title}**\n\n```sh\n{shown}\n```\n")
            parts.append(prose("\n".join(line for line in section.lines if not line.startswith(" "))))
        elif entries := [entry for entry in section.entries() if entry[0] not in (EVERYWHERE if command else HELP)]:
            parts.append(f"**{section.title}**\n")
            for option, text in entries:
                parts.append(f"````{{option}} {option}\n\n{sentences(text)}\n````\n")
    return parts + below


def markdown() -> str:
    """Returns the reference of all commands."""
    return "\n".join(of_command([])).replace("(atemoya)=\n# atemoya\n", "", 1)
