"""PeakGenerator beside cherimoya's, on the same arguments: every batch of two epochs, and the
attributes.
"""

import numpy as np
import pytest
from comparing import assert_same_epochs
from conftest import needed

pandas = needed("pandas")

SMALL = dict(chroms=["chrI", "chrVI"], in_window=800, out_window=400, max_jitter=40, negative_ratio=0.3,
             summits=True, random_state=11, pin_memory=False, num_workers=0, batch_size=32)


@pytest.fixture(scope="module")
def both(atemoya, cherimoya_io, yeast):
    """Both loaders on the yeast set; `changes` override the arguments."""

    def make(**changes):
        arguments = dict(
            peaks=str(yeast / "macs3_callpeak.narrowPeak"), negatives=str(yeast / "negatives.bed"),
            sequences=str(yeast / "sacCer3.fa"), signals=[str(yeast / "atac5p.unstranded.bw")], **SMALL)
        arguments.update(changes)
        return atemoya.PeakGenerator(**arguments), cherimoya_io.PeakGenerator(**arguments)

    return make


@pytest.fixture(scope="module")
def stranded(yeast):
    return [str(yeast / "atac5p.plus.bw"), str(yeast / "atac5p.minus.bw")]


@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize("workers", [0, 1, 2])
def test_workers_and_shuffle(both, workers, shuffle):
    assert_same_epochs(*both(num_workers=workers, shuffle=shuffle))


@pytest.mark.parametrize("seed", [0, -1, 2**31 - 1, 2**40 + 5])
def test_seeds(both, seed):
    assert_same_epochs(*both(random_state=seed, chroms=["chrI"]), epochs=1)


def test_no_seed_follows_numpys_global_generator(both, atemoya, cherimoya_io, yeast, stranded):
    arguments = dict(SMALL, chroms=["chrI"], random_state=None, peaks=str(yeast / "macs3_callpeak.narrowPeak"),
                     negatives=str(yeast / "negatives.bed"), sequences=str(yeast / "sacCer3.fa"), signals=stranded)
    after, loaders = [], []
    for module in (atemoya, cherimoya_io):
        np.random.seed(123)
        loaders.append(module.PeakGenerator(**arguments))
        after.append(np.random.randint(0, 2**31 - 1))
    assert after[0] == after[1], "one number is drawn, and no more"
    assert_same_epochs(*loaders, epochs=1)


def test_controls_and_groups(both, stranded, yeast):
    unstranded = str(yeast / "atac5p.unstranded.bw")
    ours, theirs = both(signals=[unstranded, stranded], controls=[stranded, unstranded],
                        signal_groups=[1, 2], control_groups=[2, 1])
    assert_same_epochs(ours, theirs)
    assert ours.dataset.signal_perm.tolist() == theirs.dataset.signal_perm.tolist() == [0, 2, 1]
    assert ours.dataset.control_perm.tolist() == theirs.dataset.control_perm.tolist() == [1, 0, 2]


def test_attributes(both, stranded):
    ours, theirs = (loader.dataset for loader in both(signals=[stranded], controls=[stranded]))
    assert len(ours) == len(theirs)
    for name in ("n_peaks", "n_negatives", "in_window", "out_window", "max_jitter", "negative_ratio",
                 "reverse_complement", "shuffle", "_base_seed", "_epoch"):
        assert getattr(ours, name) == getattr(theirs, name), name
    for epoch in (0, 3):
        ours[(epoch, 0)], theirs[(epoch, 0)]
        for name in ("peak_ordering", "_labels", "_source_idx", "_jitters", "_rc_flags"):
            a, b = np.asarray(getattr(ours, name)), getattr(theirs, name)
            assert a.dtype == b.dtype, name
            assert np.array_equal(a, b), name


@pytest.mark.parametrize("name", [f"{kind}_{what}" for kind in ("peak", "negative")
                                  for what in ("sequences", "signals", "controls")])
def test_windows_as_arrays(both, stranded, name):
    ours, theirs = (getattr(loader.dataset, name) for loader in both(signals=[stranded], controls=[stranded]))
    assert tuple(ours.shape) == theirs.shape
    assert len(ours) == len(theirs)
    for key in (0, -1, slice(2, 9, 3), np.array([5, 1, 5])):
        assert np.array_equal(np.asarray(ours[key]), theirs[key])
    with pytest.raises(IndexError):
        ours[len(ours)]
    whole = np.asarray(ours)
    assert whole.dtype == theirs.dtype
    assert np.array_equal(whole, theirs)


def test_absent_controls_are_none(both):
    ours, theirs = (loader.dataset for loader in both(chroms=["chrI"]))
    for name in ("peak_controls", "negative_controls", "control_perm"):
        assert getattr(ours, name) is getattr(theirs, name) is None


def test_data_frames(both, yeast):
    """Columns count by place; further columns and the names do not matter."""
    peaks = pandas.read_csv(yeast / "macs3_callpeak.narrowPeak", sep="\t", header=None)
    peaks.columns = [f"column {i}" for i in range(peaks.shape[1])]
    peaks["another"] = 1.5
    peaks.index = range(100, 100 + len(peaks))
    negatives = pandas.read_csv(yeast / "negatives.bed", sep="\t", header=None)
    exclusion = pandas.read_csv(yeast / "exclusion.bed", sep="\t", header=None)
    assert_same_epochs(*both(peaks=peaks, negatives=negatives, exclusion_lists=[exclusion]))


def test_interleaved_loci(both, yeast):
    frame = pandas.read_csv(yeast / "macs3_callpeak.narrowPeak", sep="\t", header=None).iloc[::2]
    paths = [yeast / "macs_hmmratac_yeast500k.narrowPeak", frame]
    assert_same_epochs(*both(peaks=paths, negatives=(str(yeast / "negatives.bed"), yeast / "negatives.bed")))


@pytest.mark.parametrize("counts", [dict(min_counts=24), dict(max_counts=120.5),
                                    dict(min_counts=8, max_counts=np.float32(400))])
def test_counts(both, stranded, counts):
    ours, theirs = both(signals=[stranded], **counts)
    everything, _ = both(signals=[stranded])
    kept, all_of_them = ours.dataset, everything.dataset
    assert kept.n_peaks + kept.n_negatives < all_of_them.n_peaks + all_of_them.n_negatives
    assert_same_epochs(ours, theirs, epochs=1)


@pytest.mark.parametrize("changes", [dict(summits=False), dict(in_window=801, out_window=333), dict(max_jitter=0),
                                     dict(in_window=300, out_window=700), dict(reverse_complement=False),
                                     dict(negative_ratio=0), dict(negative_ratio=2.3, batch_size=7)])
def test_other_settings(both, yeast, changes):
    assert_same_epochs(*both(chroms=("chrI",), exclusion_lists=[str(yeast / "exclusion.bed")], **changes))


def test_peaks_alone(both):
    assert_same_epochs(*both(negatives=None, negative_ratio=0))


def test_all_loci_without_chroms(atemoya, cherimoya_io, simulated):
    ours = atemoya.PeakGenerator(**simulated.arguments())
    theirs = cherimoya_io.PeakGenerator(**simulated.arguments())
    assert_same_epochs(ours, theirs, epochs=3)


@pytest.mark.parametrize("fortran", [False, True])
def test_dicts_of_arrays(atemoya, cherimoya_io, simulated, fortran):
    sequences = {c: np.asfortranarray(a) if fortran else a for c, a in simulated.onehot.items()}
    signals = [simulated.tracks["plus"], simulated.tracks["minus"]]
    controls = [{c: a.astype(np.float64) for c, a in simulated.tracks["control"].items()}]
    arguments = simulated.arguments(sequences=sequences, signals=signals, controls=controls, signal_groups=[2])
    ours, theirs = atemoya.PeakGenerator(**arguments), cherimoya_io.PeakGenerator(**arguments)
    assert_same_epochs(ours, theirs)
    assert_same_epochs(atemoya.PeakGenerator(**arguments), atemoya.PeakGenerator(**simulated.arguments()), epochs=1)


def test_arrays_that_are_short_or_hold_nan(atemoya, cherimoya_io, simulated, tmp_path):
    """Past an array's end and for NaN the value is 0; a memory map is an array."""
    signal = {c: a[:-3000].astype(np.float32) for c, a in simulated.tracks["plus"].items()}
    signal["chr1"][::7] = np.nan
    signal["chr2"][::11] = np.inf
    mapped = np.lib.format.open_memmap(tmp_path / "a.npy", "w+", np.float32, signal["chr10"].shape)
    mapped[:] = signal["chr10"]
    signal["chr10"] = mapped
    arguments = simulated.arguments(signals=[signal], controls=None, sequences=simulated.onehot)
    assert_same_epochs(atemoya.PeakGenerator(**arguments), cherimoya_io.PeakGenerator(**arguments))


def test_integer_chromosome_names(atemoya, cherimoya_io, simulated):
    """1 and "1" are the same chromosome, in loci, in `chroms` and as keys."""
    number = {"chr1": 1, "chr10": 10, "chr2": 2}
    frames = []
    for name, columns in (("peaks.narrowPeak", 10), ("negatives.bed", 3)):
        frame = pandas.read_csv(simulated.file(name), sep="\t", header=None).iloc[:, :columns]
        frame[0] = frame[0].map(number).astype(int)
        frames.append(frame)
    sequences = {number[c]: a for c, a in simulated.onehot.items()}
    signals = [{number[c]: a for c, a in simulated.tracks["plus"].items()}]
    arguments = simulated.arguments(peaks=frames[0], negatives=frames[1], sequences=sequences, signals=signals,
                                    controls=None, exclusion_lists=None, chroms=[1, "2"])
    assert_same_epochs(atemoya.PeakGenerator(**arguments), cherimoya_io.PeakGenerator(**arguments))
