"""Loader: batches of numpy arrays beside plain numpy, its orders, epochs, types, loci and errors.
"""

import gc
import itertools

import numpy as np
import pytest
from simulated import CONTIGS
from stored import BATCH, COLUMNS, IN, JITTER, OUT, arguments, assert_same, copies, cut, packed, signals

@pytest.fixture(scope="module")
def store(atemoya, simulated, tmp_path_factory):
    return packed(atemoya, simulated, tmp_path_factory.mktemp("store") / "all.atemoya")


@pytest.fixture(scope="module")
def make(atemoya, store, simulated):
    def make(**changes):
        return atemoya.Loader(store, **arguments(simulated, **changes))

    return make


def kept_loci(simulated) -> tuple[list, list]:
    """Contig and centre of each locus whose windows lie in its contig: peaks by their summits, with
    room for jitter.
    """
    kept = []
    for file, summits in (("peaks.narrowPeak", True), ("negatives.bed", False)):
        loci = []
        for line in open(simulated.file(file)):
            contig, start, end, *rest = line.split("\t")
            centre = int(start) + int(rest[-1]) if summits else (int(start) + int(end)) // 2
            reach = IN // 2 + (JITTER if summits else 0)
            if centre - reach >= 0 and centre + reach <= CONTIGS[contig]:
                loci.append((contig, centre))
        kept.append(loci)
    return kept[0], kept[1]


@pytest.mark.parametrize("order", ["native", "cherimoya"])
@pytest.mark.parametrize("workers", [0, 2])
def test_batches_beside_numpy(simulated, make, order, workers):
    """What a batch says of its examples, looked up in the arrays that the files were written from.
    """
    loci = kept_loci(simulated)
    loader = make(order=order, num_workers=workers, outlier_filter=False)
    assert [loader.ledger[role]["kept"] for role in ("peaks", "negatives")] == [len(kept) for kept in loci]
    seen = 0
    for number, batch in enumerate(loader):
        n = len(batch)
        assert (batch.epoch, batch.index) == (0, number)
        assert [(a.dtype, a.shape) for a in (getattr(batch, name) for name in COLUMNS)] == [
            (np.int8, (n, 4, IN)), (np.float32, (n, 1, IN)), (np.float32, (n, 3, OUT)), (np.int64, (n,)),
            (np.int64, (n,)), (np.int64, (n,)), (np.uint8, (n,))]
        for row in range(n):
            contig, centre = loci[1 - batch.labels[row]][batch.sources[row]]
            centre += int(batch.offsets[row]) - JITTER if batch.labels[row] else 0
            x = cut(simulated.onehot[contig], centre - IN // 2, IN)
            c, = signals(simulated, ["input"], [(contig, centre - IN // 2)], IN)
            y, = signals(simulated, ["atac.0", "atac.1", "one"], [(contig, centre - OUT // 2)], OUT)
            if batch.reverse_complement[row]:
                x, c, y = x[::-1, ::-1], c[:, ::-1], y[[1, 0, 2], ::-1]
            assert np.array_equal(batch.sequence[row], x)
            assert np.array_equal(batch.controls[row], c)
            assert np.array_equal(batch.signal[row], y)
        seen += n
    assert number + 1 == len(loader) and seen == len(loci[0]) + int(0.3 * len(loci[0]))


def test_every_peak_once_and_all_kinds_of_draws(simulated, make):
    peaks, negatives = kept_loci(simulated)
    together = {name: np.concatenate([batch[name] for batch in copies(make(outlier_filter=False))]) for name in COLUMNS}
    is_peak = together["labels"] == 1
    assert sorted(together["sources"][is_peak]) == list(range(len(peaks)))
    assert together["sources"][~is_peak].max() < len(negatives)
    assert together["offsets"][is_peak].min() >= 0 and together["offsets"][is_peak].max() <= 2 * JITTER
    assert len(set(together["offsets"][is_peak])) > JITTER and not together["offsets"][~is_peak].any()
    assert set(together["reverse_complement"]) == {0, 1}


@pytest.mark.parametrize("workers", [0, 1])
def test_cherimoyas_order_is_that_of_peak_generator(atemoya, simulated, make, workers):
    theirs = atemoya.PeakGenerator(**simulated.arguments())
    ours = make(order="cherimoya", num_workers=workers, signals=["atac"],
                exclusion_lists=simulated.file("exclusion.bed"))
    assert len(ours) == len(theirs)
    for _ in range(2):
        for batch, tensors in itertools.zip_longest(ours, theirs):
            arrays = (batch.sequence, batch.controls, batch.signal, batch.labels)
            for array, tensor in zip(arrays, tensors, strict=True):
                assert array.dtype == tensor.numpy().dtype and np.array_equal(array, tensor)


def test_epochs(make):
    loader, other = make(), make(num_workers=2)
    epochs = [copies(loader) for _ in range(3)]
    assert not np.array_equal(epochs[0][0]["sequence"], epochs[1][0]["sequence"])
    for epoch in (2, 0, 1):
        other.set_epoch(epoch)
        assert [batch.epoch for batch in iter(other)] == [epoch] * len(loader)
        other.set_epoch(epoch)
        assert_same(copies(other), epochs[epoch])
    assert_same(copies(other), epochs[2])


def test_another_seed_is_another_order(make):
    first, second, again = (copies(make(random_state=seed)) for seed in (3, 4, 3))
    assert_same(first, again)
    assert any(not np.array_equal(a["sources"], b["sources"]) for a, b in zip(first, second))
    for outside in (-1, 2**64):
        with pytest.raises(ValueError, match="random_state must be from 0 to 2"):
            make(random_state=outside)


def test_without_shuffling_jitter_and_turns(make):
    loader = make(shuffle=False, max_jitter=0, reverse_complement=False, negative_ratio=0)
    batches = copies(loader)
    sources = np.concatenate([batch["sources"] for batch in batches])
    assert sources.tolist() == list(range(len(sources))) and len(sources) == loader.ledger["peaks"]["kept"]
    assert not any(batch["reverse_complement"].any() or batch["offsets"].any() for batch in batches)
    assert_same(copies(loader), batches)


def test_the_short_batch_at_the_end(make):
    whole, dropped = list(make()), list(make(drop_last=True))
    assert (len(make()), len(make(drop_last=True))) == (len(whole), len(dropped)) == (len(dropped) + 1, len(dropped))
    assert len(whole[-1]) < BATCH and all(len(batch) == BATCH for batch in dropped)
    assert_same(copies(dropped), copies(whole[:-1]))


@pytest.mark.parametrize(("changes", "name", "dtype"), [
    (dict(sequence_type="uint8"), "sequence", np.uint8), (dict(sequence_type="float16"), "sequence", np.float16),
    (dict(sequence_type="float32"), "sequence", np.float32),
    (dict(signal_type="uint8", controls=[]), "signal", np.uint8), (dict(signal_type="uint16"), "signal", np.uint16)])
def test_types(make, changes, name, dtype):
    for ours, theirs in zip(make(**changes), make(), strict=True):
        assert getattr(ours, name).dtype == dtype
        assert np.array_equal(getattr(ours, name), getattr(theirs, name))


@pytest.mark.parametrize("changes", [dict(access="read"), dict(ask_ahead=False), dict(access="read", num_workers=2)])
def test_how_files_are_read_changes_nothing(atemoya, simulated, make, changes):
    assert_same(copies(make(**changes)), copies(make()))
    ours, theirs = (atemoya.PeakGenerator(**simulated.arguments(**given)) for given in (changes, {}))
    for a, b in zip(ours, theirs, strict=True):
        assert all(np.array_equal(one, other) for one, other in zip(a, b, strict=True))
    for name, value in (("access", "mmap"), ("ask_ahead", "no")):
        with pytest.raises((ValueError, TypeError), match=f"^{name} must be"):
            make(**{name: value})


def test_sequence_as_bits(make):
    for ours, theirs in zip(make(sequence_type="uint64"), make(), strict=True):
        assert ours.sequence.shape == (len(theirs), 4, -(-IN // 64)) and ours.sequence.dtype == np.uint64
        bits = np.unpackbits(ours.sequence.view(np.uint8), axis=-1, bitorder="little")
        assert np.array_equal(bits[..., :IN], theirs.sequence)
        assert not bits[..., IN:].any()


def test_some_groups(make):
    everything, some = copies(make()), copies(make(signals=["one", "atac"], controls=[]))
    for ours, theirs in zip(some, everything, strict=True):
        assert ours["controls"] is None
        assert np.array_equal(ours["signal"], theirs["signal"][:, [2, 0, 1]])


@pytest.mark.parametrize("slots", [None, 1, 2])
@pytest.mark.parametrize("workers", [0, 2])
def test_batches_that_are_kept_never_change(make, workers, slots):
    loader = make(num_workers=workers, slots=slots)
    kept = list(loader)
    before = copies(kept)
    arrays = [batch.signal for batch in kept]
    for batch in loader:
        batch.signal[:] = -1
        batch.sequence[:] = -1
    assert_same(copies(kept), before)
    del kept, loader
    gc.collect()
    assert all(np.array_equal(array, batch["signal"]) for array, batch in zip(arrays, before, strict=True))


def test_fetching(make):
    loader = make()
    for epoch in (0, 5):
        loader.set_epoch(epoch)
        batches = copies(loader)
        rows = {name: np.concatenate([batch[name] for batch in batches]) for name in COLUMNS}
        places = np.random.default_rng(epoch).integers(0, len(rows["labels"]), 40)
        for given in (places, places.tolist()):
            fetched = loader.fetch(epoch, given)
            assert (len(fetched), fetched.epoch) == (40, epoch)
            assert_same(copies([fetched]), [{name: rows[name][places] for name in COLUMNS}])
    assert len(loader.fetch(0, [])) == 0
    for places, expected in (([-1], ValueError), ([10**6], ValueError), ([0.5], TypeError), (["a"], TypeError)):
        with pytest.raises(expected):
            loader.fetch(0, places)
    with pytest.raises(ValueError, match="epoch"):
        loader.fetch(-1, [0])


def test_the_ledger(make, simulated):
    loader = make(exclusion_lists=[simulated.file("exclusion.bed")], chroms=["chr1", "chr2"], min_counts=90)
    for role, total in (("peaks", 150), ("negatives", 200)):
        account = loader.ledger[role]
        assert account["total"] == total == sum(account.values()) - account["total"]
        assert all(account[reason] > 0 for reason in ("contig", "excluded", "under_counts", "kept"))
        assert account["contig"] == sum(list(CONTIGS)[number % 3] == "chr10" for number in range(total))


@pytest.mark.parametrize(("tracks", "counted"), [
    (None, ["atac.0", "atac.1", "one"]), ("all", ["atac.0", "atac.1", "one"]), ("first", ["atac.0"]),
    ("atac.1", ["atac.1"]), (["one", "atac.1"], ["one", "atac.1"]), (["atac"], ["atac.0", "atac.1"])])
def test_counts_beside_numpy(simulated, make, tracks, counted):
    windows = [(contig, centre - OUT // 2) for contig, centre in kept_loci(simulated)[1]]
    counts = signals(simulated, counted, windows, OUT).sum(axis=(1, 2))
    least, most = np.quantile(counts, [0.25, 0.75])
    account = make(counts_tracks=tracks, min_counts=least, max_counts=most).ledger["negatives"]
    assert account["kept"] == ((counts >= least) & (counts <= most)).sum() > 0
    assert (account["under_counts"], account["over_counts"]) == ((counts < least).sum(), (counts > most).sum())
