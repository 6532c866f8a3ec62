"""The C reference as Markdown, from include/atemoya.h."""


def markdown(header: str) -> str:
    return ""
