"""The reference of the command as Markdown, from ``atemoya --help`` and that of each command."""


def markdown() -> str:
    return ""
