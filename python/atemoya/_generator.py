"""``PeakGenerator``: from what users have, files or arrays, to a loader."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from . import _native
from ._cache import cached_store
from ._groups import check_groups, cut, normalize_signal_groups
from ._loci_files import bed_files
from ._options import counted, examples, group_names, names, whole
from ._store import Store
from ._store_sampler import StoreSampler
from ._torch_loader import PeakLoader


def PeakGenerator(
    peaks,
    negatives=None,
    sequences=None,
    signals=None,
    controls=None,
    chroms=None,
    in_window=2114,
    out_window=1000,
    max_jitter=50,
    negative_ratio=0.1,
    reverse_complement=True,
    shuffle=True,
    min_counts=None,
    max_counts=None,
    summits=False,
    exclusion_lists=None,
    random_state=None,
    pin_memory=True,
    num_workers=1,
    batch_size=32,
    verbose=False,
    signal_groups=None,
    control_groups=None,
    *,
    store=None,
    order="cherimoya",
    counts_tracks=None,
    rank=None,
    world_size=None,
    drop_last=None,
    cache_dir=None,
) -> PeakLoader:
    """Makes a loader of training batches, peaks mixed with negatives, as ``cherimoya.io.PeakGenerator`` does.

    The first call packs the files into a store, which takes as long as reading them; later calls open it in milliseconds.
    Nothing is copied to memory but the batches.

    Parameters
    ----------
    peaks, negatives : path, pandas.DataFrame, or list of these
        BED or narrowPeak files, or tables whose first columns are contig, start and end; several are interleaved. Without negatives,
        ``negative_ratio`` must be 0.
    sequences : path
        The genome: FASTA.
    signals, controls : list of (path or list of paths)
        bigWig files. An entry is a group: a file, unstranded, or a list of files whose channels swap under reverse complement.
        With ``store``, names of its groups; all by default.
    chroms : list of str, optional
        The contigs to use; all by default.
    in_window, out_window : int
        Bases of sequence and controls, and of signal.
    max_jitter : int
        A peak's windows are shifted by up to this many bases either way.
    negative_ratio : float
        Negatives drawn for each peak, with replacement.
    reverse_complement : bool
        Whether each example is reverse-complemented with probability 1/2.
    shuffle : bool
        Whether peaks come in random order.
    min_counts, max_counts : float, optional
        Bounds, both inclusive, of a locus's counts.
    summits : bool
        Whether peaks are centred on their summits, column 10 of narrowPeak.
    exclusion_lists : path, pandas.DataFrame, or list of these, optional
        Regions that no window may touch, in steps of 100 bases.
    random_state : int, optional
        The seed. None draws one from numpy's global generator.
    pin_memory : bool
        Whether batches are in page-locked memory, where there is CUDA.
    num_workers : int
        Threads that gather ahead; with 0 the one that iterates does.
    batch_size : int
        Examples of a batch, of all ranks together.
    verbose : bool
        Whether to show progress, and how many loci were left out.
    signal_groups, control_groups : list of int, optional
        Channels of each group, which must be as ``signals`` and ``controls`` have them.
    store : Store or path, optional
        A store in place of ``sequences`` and of the files of ``signals`` and ``controls``.
    order : str
        ``cherimoya``: the examples of cherimoya 0.3.1, to the bit. ``native``: an order of the package's own.
    counts_tracks : str or list of str, optional
        What ``min_counts`` and ``max_counts`` count: ``"all"`` signal tracks, ``"first"``, or tracks by their names. By default what
        the order does: cherimoya's documentation says all, and cherimoya counts the first; the native order counts all.
    rank, world_size : int, optional
        Which contiguous slice of each batch this process takes; by default as ``torch.distributed`` has it, if it is initialised.
    drop_last : bool, optional
        Whether the short batch at an epoch's end is dropped; by default with several ranks only.
    cache_dir : path, optional
        Where packed stores are kept, :func:`cache_dir` by default.

    Returns
    -------
    PeakLoader
        A ``torch.utils.data.DataLoader``, whose ``dataset`` is a ``PeakNegativeSampler``.

    Raises
    ------
    ValueError
        If an argument is out of its range, an input cannot be used, or no locus is left.
    TypeError
        If an argument is of a type that is not accepted.
    OSError
        If a file cannot be read.
    """
    whole("max_jitter", max_jitter)
    if negative_ratio < 0:
        raise ValueError(f"negative_ratio must be non-negative, got {negative_ratio}")
    if negatives is None and negative_ratio > 0:
        raise ValueError(
            f"negative_ratio is {negative_ratio} but no negative sequences were given; pass negatives or set "
            "negative_ratio to 0"
        )
    chroms = names("chroms", chroms)
    if store is None:
        opened, chosen = _packed(sequences, signals, controls, signal_groups, control_groups, cache_dir, verbose)
    else:
        opened, chosen = _named(store, sequences, signals, controls, signal_groups, control_groups)
    signal_names, control_names, signal_groups, control_groups = chosen
    with tempfile.TemporaryDirectory(prefix="atemoya-") as directory:
        files = [
            bed_files(name, value, Path(directory), summits=summits and name == "peaks")
            for name, value in [("peaks", peaks), ("negatives", negatives), ("exclusion_lists", exclusion_lists)]
        ]
        options = examples(
            in_window=in_window,
            out_window=out_window,
            max_jitter=max_jitter,
            min_counts=min_counts,
            max_counts=max_counts,
            counts_tracks=counted(counts_tracks, opened, signal_names),
            summits=bool(summits),
            chroms=chroms,
            exclusion_lists=files[2],
            signals=signal_names,
            controls=control_names,
        )
        dataset = StoreSampler(
            opened,
            lambda store, sampling, options: _native.Dataset.from_files(store, *files[:2], sampling, options),
            options,
            signal_groups,
            control_groups,
            order=order,
            random_state=random_state,
            negative_ratio=negative_ratio,
            reverse_complement=reverse_complement,
            shuffle=shuffle,
        )
    if verbose:
        for role, account in dataset.ledger.items():
            print(f"Filtered {role.title()}: {account['total'] - account['contig'] - account['kept']}")
    return PeakLoader(
        dataset,
        batch_size=batch_size,
        num_workers=num_workers,
        pin_memory=pin_memory,
        rank=rank,
        world_size=world_size,
        drop_last=drop_last,
    )


def _resolved(spec, explicit, label):
    """The groups of files that an argument gives."""
    if isinstance(spec, (list, tuple)):
        spec = [_text(entry) for entry in spec]
    files, sizes = normalize_signal_groups(spec)
    for file in files or []:
        if "://" in file:
            raise ValueError(f"{label}s: {file} is a URL, but bigWig files are read from local paths only; download it first")
    if explicit is not None:
        check_groups(explicit, label=f"{label}_groups")
        if list(explicit) != sizes:
            raise ValueError(
                f"{label}_groups={list(explicit)} disagrees with the grouping inferred from {label}={sizes}"
            )
    return cut(files or [], sizes)


def _text(entry):
    """Paths as strings."""
    if isinstance(entry, os.PathLike):
        return os.fspath(entry)
    return [_text(file) for file in entry] if isinstance(entry, (list, tuple)) else entry


def _packed(sequences, signals, controls, signal_groups, control_groups, cache_dir, verbose):
    """The store of files, and what is read of it."""
    if sequences is None or signals is None:
        missing = "sequences" if sequences is None else "signals"
        raise TypeError(f"PeakGenerator needs {missing}, or a store")
    if not isinstance(sequences, (str, os.PathLike)):
        raise TypeError(f"sequences must be the path of a FASTA file; got {type(sequences).__name__!r}")
    signals = _resolved(signals, signal_groups, "signal")
    controls = _resolved(controls, control_groups, "control")
    if not signals:
        raise ValueError("signals is an empty list")
    opened = cached_store(os.fspath(sequences), signals, controls, directory=cache_dir, verbose=verbose)
    of_signals, of_controls = ([len(files) for files in groups] for groups in (signals, controls))
    signal_names = [f"signal{i}" for i in range(len(signals))]
    return opened, (signal_names, [f"control{i}" for i in range(len(controls))], of_signals, of_controls)


def _named(store, sequences, signals, controls, signal_groups, control_groups):
    """A store of the user's, and what is read of it."""
    if sequences is not None:
        raise TypeError("sequences are those of the store: leave them out")
    store = store if isinstance(store, Store) else Store(store)
    chosen, sizes = [], []
    for known, wanted, explicit, label in (
        (store.signals, signals, signal_groups, "signal"),
        (store.controls, controls, control_groups, "control"),
    ):
        chosen.append(group_names(label, wanted, known))
        sizes.append([len(known[name]) for name in chosen[-1]])
        if explicit is not None and list(explicit) != sizes[-1]:
            raise ValueError(f"{label}_groups={list(explicit)} disagrees with the store's groups, {sizes[-1]}")
    return store._native, (*chosen, *sizes)
