"""``Ledger``: how many loci were kept, and how many each rule left out."""

from __future__ import annotations

import html
from collections.abc import Iterable

# What each count says, in the order of the rules.
_MEANS = {
    "total": "all",
    "contig": "on contigs that are not used",
    "edge": "too near to a contig's end",
    "excluded": "in exclusion lists",
    "under_counts": "under min_counts",
    "over_counts": "over max_counts",
    "outlier": "outliers",
    "kept": "kept",
}


class Ledger(dict[str, dict[str, int]]):
    """How many peaks and negatives were kept, and how many each rule left out.

    A dictionary: ``ledger["peaks"]["kept"]``. The keys are ``peaks`` and ``negatives``. Each has
    these numbers of loci; a locus is counted by the first rule that leaves it out:

    - ``total``: all of them;
    - ``contig``: on contigs that ``chroms`` leaves out, or that the genome lacks;
    - ``edge``: windows, jitter included, do not fit on the contig;
    - ``excluded``: in exclusion lists;
    - ``under_counts``, ``over_counts``: counts outside ``min_counts`` and ``max_counts``;
    - ``outlier``: peaks that ``outlier_filter`` drops;
    - ``kept``: the loci that examples are made of.

    Notebooks show it as a table.

    Parameters
    ----------
    peaks, negatives : iterable of (str, int)
        The counts, by name.

    Examples
    --------
    >>> import atemoya
    >>> ledger = atemoya.Loader("demo.atemoya", chroms=["chr1"]).ledger
    >>> sorted(ledger)
    ['negatives', 'peaks']
    >>> ledger["peaks"]["kept"] + ledger["peaks"]["contig"] <= ledger["peaks"]["total"]
    True
    """

    def __init__(self, peaks: Iterable[tuple[str, int]], negatives: Iterable[tuple[str, int]]) -> None:
        super().__init__(peaks=dict(peaks), negatives=dict(negatives))

    def __repr__(self) -> str:
        return f"Ledger({'; '.join(_account(role, counts) for role, counts in self.items())})"

    def _repr_html_(self) -> str:
        """Returns a table for notebooks: a row for each rule that left loci out."""
        rows = [name for name in _MEANS if name in ("total", "kept") or any(counts[name] for counts in self.values())]
        head = "".join(f"<th>{html.escape(role)}</th>" for role in self)
        body = "".join(
            f"<tr><th>{_MEANS[name]}</th>{''.join(f'<td>{counts[name]:,}</td>' for counts in self.values())}</tr>"
            for name in rows
        )
        return f"<table><thead><tr><th></th>{head}</tr></thead><tbody>{body}</tbody></table>"


def _account(role: str, counts: dict[str, int]) -> str:
    """Returns one role's counts in one line, without the rules that left nothing out."""
    left_out = [f"{name} {count}" for name, count in counts.items() if name not in ("total", "kept") and count]
    return ", ".join([f"{role}: {counts['kept']} of {counts['total']} kept", *left_out])
