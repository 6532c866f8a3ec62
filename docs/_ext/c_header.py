"""The C reference as Markdown, from include/atemoya.h.

The header groups its items by ``/* ---- NAME ---- */`` and documents each by ``///`` above it.
"""

import re
import textwrap

# Groups of the header whose names are too short for a heading.
TITLES = {"about": "Versions", "dtype": "Element types", "dlpack": "DLPack", "plan": "Plans and draws"}
RULES = re.compile(r"Rules of every function:\n \*\n(?P<rules>.*?)\*/(?P<rest>.*)", re.DOTALL)
GROUP = re.compile(r"^/\* ---- (.+?) ---- \*/$", re.MULTILINE)
# What is there for older compilers, and says nothing to a reader.
NOISE = re.compile(r"^(#(?!define \w+ ).*|  : int32_t|typedef (enum \w+|int32_t) \w+;)\n", re.MULTILINE)
ITEM = re.compile(
    r"(?P<comment>(?:^///.*\n)+)(?P<code>^#define .*|^[^{;]*;|^[^{;]*\{(?P<body>(?:.*\n)*?)^\} ?\w*;)",
    re.MULTILINE,
)
PLAIN_COMMENT = re.compile(r"^/\* ((?:.(?!\*/))*.) ?\*/\n(?=#define)", re.MULTILINE | re.DOTALL)
MEMBER = re.compile(r"(?P<comment>(?:^ *///.*\n)+) *(?P<code>[^/;,]+)[;,]", re.MULTILINE)
WORD = re.compile(r"`(\w+)(?:\(\))?`|\b(ATEMOYA_[A-Z0-9_]*[A-Z0-9])\b")


def text_of(comment: str) -> str:
    """Returns the text of a ``///`` comment."""
    return "\n".join(line.strip().removeprefix("///").removeprefix(" ") for line in comment.splitlines())


def role_of(code: str) -> tuple[str, str]:
    """Returns the kind of a declaration, as Sphinx calls it, and its name."""
    for kind, pattern in [
        ("macro", r"#define (\w+)"),
        ("enum", r"enum (\w+)"),
        ("type", r"typedef \w+ \(\*(\w+)\)"),
        ("struct", r"typedef struct (\w+)"),
        ("function", r"[\w *]*?(\w+)\("),
    ]:
        if found := re.match(pattern, code):
            return kind, found[1]
    raise ValueError(f"include/atemoya.h: what is this? {code}")


def linked(text: str, roles: dict[str, str]) -> str:
    """Returns a comment in which the names of the header are links."""

    def link(word: re.Match) -> str:
        name = word[1] or word[2]
        return f"{{c:{roles[name]}}}`{name}`" if name in roles else f"`{name}`"

    return WORD.sub(link, text)


def directive(kind: str, signature: str, text: str, marks: str = "```") -> str:
    """Returns a directive that documents one item."""
    options = ":no-contents-entry:\n" if kind in ("enumerator", "member") else ""
    return f"{marks}{{c:{kind}}} {' '.join(signature.split())}\n{options}\n{text}\n{marks}\n"


def item(found: re.Match, roles: dict[str, str]) -> str:
    """Returns the directive of an item, with those of its members in it."""
    code, body = found["code"].strip(), found["body"]
    kind, name = role_of(code)
    text = linked(text_of(found["comment"]), roles)
    signature = {
        "macro": name,
        "enum": name,
        "struct": name,
        "type": code.removeprefix("typedef").rstrip(";"),
        "function": code.rstrip(";"),
    }[kind]
    if kind == "macro":
        text += f"\n\nIt is `{code.split(maxsplit=2)[2]}`."
    for member in MEMBER.finditer(body or ""):
        about = linked(text_of(member["comment"]), roles)
        member_kind = "enumerator" if kind == "enum" else "member"
        text += "\n\n" + directive(member_kind, member["code"], about)
    return directive(kind, signature, text, "````")


def markdown(header: str) -> str:
    """Returns the reference: the rules of every function, then a section for each group."""
    found = RULES.search(header)
    rules = textwrap.dedent("\n".join(line.removeprefix(" *") for line in found["rules"].splitlines()))
    first, *groups = GROUP.split(NOISE.sub("", found["rest"]))
    first = PLAIN_COMMENT.sub(lambda comment: f"/// {' '.join(comment[1].replace('*', ' ').split())}\n", first)
    sections = [("What holds of every function", first), *zip(groups[::2], groups[1::2])]
    roles = {}
    for _, text in sections:
        for declared in ITEM.finditer(text):
            kind, name = role_of(declared["code"])
            roles[name] = {"function": "func"}.get(kind, kind)
            if kind == "enum":
                members = MEMBER.finditer(declared["body"])
                roles.update((member["code"].split()[0], "enumerator") for member in members)
    made = []
    for title, text in sections:
        title = TITLES.get(title, title[0].upper() + title[1:])
        made.append(f"## {title}\n")
        made += [linked(rules, roles)] if not made[1:] else []
        made += [item(declared, roles) for declared in ITEM.finditer(text)]
    missing = set(re.findall(r"\b(atemoya_\w+)\(", NOISE.sub("", found["rest"]))) - set(roles)
    if missing:
        raise ValueError(f"include/atemoya.h: not understood: {', '.join(sorted(missing))}")
    return "\n".join(made)
