"""``Store``: what is in a store. Its methods that gather windows are in ``_store_windows``."""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import _native, _store_windows
from ._options import flag, known_names
from ._paths import Pathlike, local_path
from ._progress import Progress


class Store:
    """An open store: contigs, tracks, locus indices, and any window as a numpy array.

    Opening takes milliseconds at any size. It checks the manifest and, for each data file, its
    length, its header and its table of contigs. It does not read bases and values: a damaged byte
    of these is a ``StoreError`` when it is read, or a wrong value in an array. :meth:`verify` reads
    all of them. All processes of a machine share the data, by memory maps.

    Coordinates are 0-based and half-open.

    Parameters
    ----------
    path : path
        The directory that :func:`pack` or the command ``atemoya pack`` has made.

    Raises
    ------
    StoreError
        If it is not a store, or is damaged.
    FileNotFoundError
        If it does not exist.

    Examples
    --------
    >>> import atemoya
    >>> store = atemoya.Store("demo.atemoya")
    >>> store.sequence("chr1", 10_000, 2114).shape
    (1, 4, 2114)
    >>> store.signal(["chr1", "chr2"], [10_000, 9_000], 1000).shape
    (2, 2, 1000)
    """

    def __init__(self, path: Pathlike) -> None:
        self._native = _native.Store(local_path("store", path))
        self._ids = {name: number for number, (name, _) in enumerate(self._native.contigs())}
        self._gatherers: dict[Any, _native.Gatherer] = {}

    sequence = _store_windows.sequence
    signal = _store_windows.signal

    @property
    def path(self) -> Path:
        """The directory of the store.

        Examples
        --------
        >>> import atemoya
        >>> atemoya.Store("demo.atemoya").path.name
        'demo.atemoya'
        """
        return Path(self._native.path)

    @property
    def checksum(self) -> str:
        """The checksum of the manifest, which has the checksums of all data files.

        Two stores with the same checksum have the same bytes.

        Examples
        --------
        >>> import atemoya
        >>> atemoya.Store("demo.atemoya").checksum.split(":")[0]
        'sha256'
        """
        return self._native.checksum

    @property
    def contigs(self) -> dict[str, int]:
        """The names of the contigs and their lengths in bases, in the order of their numbers.

        Examples
        --------
        >>> import atemoya
        >>> list(atemoya.Store("demo.atemoya").contigs)[0]
        'chr1'
        """
        return dict(self._native.contigs())

    @property
    def signals(self) -> dict[str, list[str]]:
        """The signal groups, and the names of the tracks of each.

        Examples
        --------
        >>> import atemoya
        >>> atemoya.Store("demo.atemoya").signals
        {'signal': ['signal.0', 'signal.1']}
        """
        return {name: tracks for name, control, tracks in self._native.groups() if not control}

    @property
    def controls(self) -> dict[str, list[str]]:
        """The control groups, and the names of the tracks of each.

        Examples
        --------
        >>> import atemoya
        >>> atemoya.Store("demo.atemoya").controls
        {'control': ['control']}
        """
        return {name: tracks for name, control, tracks in self._native.groups() if control}

    @property
    def has_sequence(self) -> bool:
        """Whether the store has a genome.

        Examples
        --------
        >>> import atemoya
        >>> atemoya.Store("demo.atemoya").has_sequence
        True
        """
        return self._native.has_sequence

    @property
    def loci(self) -> list[str]:
        """The names of the locus indices.

        Examples
        --------
        >>> import atemoya
        >>> atemoya.Store("demo.atemoya").loci
        ['default']
        """
        return self._native.indices()

    def warnings(self, groups: Sequence[str] | None = None, contigs: Sequence[str] | None = None) -> list[str]:
        """Returns warnings about zeros in the store that were not measured.

        They are about contigs that a bigWig lacks or has with another length, and about bigWigs
        without values.

        Parameters
        ----------
        groups : list of str, optional
            The groups in question. None, the default, takes all signals and controls.
        contigs : list of str, optional
            The contigs in question. None, the default, takes all.

        Returns
        -------
        list of str
            A sentence for each.

        Raises
        ------
        KeyError
            If the store lacks a group or a contig.

        Examples
        --------
        >>> import atemoya
        >>> atemoya.Store("demo.atemoya").warnings()
        []
        """
        known = [*self.signals, *self.controls]
        return self._native.warnings(
            None if groups is None else known_names("group", "groups", groups, known),
            None if contigs is None else known_names("contig", "contigs", contigs, self.contigs),
        )

    def verify(self, verbose: bool = False, *, once: bool = False, cache_dir: Pathlike | None = None) -> None:
        """Checks every byte: checksums, tiles and loci.

        Parameters
        ----------
        verbose : bool, default False
            Whether to show progress on standard error.
        once : bool, default False
            Whether to skip the check if it has passed on this machine before, and no data file has
            changed since (inode, length and times). Locus indices are not read then: each loader
            compares the one that it uses with its checksum.
        cache_dir : path, optional
            The directory in which ``once`` is recorded, below ``verified``. None, the default, is
            :func:`cache_dir`.

        Raises
        ------
        StoreError
            For the first damage that is found, with its file and byte.

        Examples
        --------
        >>> import atemoya
        >>> atemoya.Store("demo.atemoya").verify(once=True)
        """
        once = flag("once", once)
        with Progress(flag("verbose", verbose)) as show:
            if once:
                self._native.verify_once(None if cache_dir is None else local_path("cache_dir", cache_dir), show)
            else:
                self._native.verify(show)

    def _facts(self) -> list[tuple[str, str]]:
        """Returns what is in the store, as texts for people."""
        contigs = self.contigs
        facts = [
            ("contigs", f"{len(contigs)} contigs, {sum(contigs.values()) / 1e6:.1f} Mb"),
            ("sequence", "with sequence" if self.has_sequence else "without sequence"),
        ]
        for label, groups in (("signals", self.signals), ("controls", self.controls), ("loci", self.loci)):
            facts.append((label, f"{label} {', '.join(groups) or 'none'}"))
        return facts

    def __repr__(self) -> str:
        return f"Store({str(self.path)!r}: {'; '.join(text for _, text in self._facts())})"

    def _repr_html_(self) -> str:
        """Returns a table for notebooks: contigs, sequence, groups of tracks, locus indices."""
        rows = "".join(
            f"<tr><th>{label}</th><td>{html.escape(text.removeprefix(label + ' '))}</td></tr>"
            for label, text in self._facts()
        )
        caption = f"<caption>Store {html.escape(str(self.path))}</caption>"
        return f"<table>{caption}<tbody>{rows}</tbody></table>"

    def __reduce__(self) -> tuple[type[Store], tuple[str]]:
        return Store, (str(self.path),)
