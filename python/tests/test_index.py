"""Loaders on a locus index, which has values for options; and stores without a column."""

import pytest
from comparing import assert_same_batches
from stored import arguments, assert_same, copies, groups, packed

WINDOWS = dict(in_window=200, out_window=100, max_jitter=16)


@pytest.fixture(scope="module")
def indexed(atemoya, simulated, tmp_path_factory):
    """A store with an index that was made with an exclusion list, bounds of counts and summits."""
    store = packed(atemoya, simulated, tmp_path_factory.mktemp("indexed") / "all.atemoya")
    files = {name: simulated.file(file) for name, file in (
        ("peaks", "peaks.narrowPeak"), ("negatives", "negatives.bed"), ("exclusion_lists", "exclusion.bed"))}
    atemoya.index(store, **files, summits=True, min_counts=40, counts_tracks=["atac"], **WINDOWS)
    return store


@pytest.fixture(scope="module")
def generate(atemoya, simulated, indexed):
    """PeakGenerator on the store, with the loci of the files or of the index."""
    files = ("peaks", "negatives", "exclusion_lists", "summits")

    def generate(of_files: bool, **changes):
        given = simulated.arguments(store=indexed, sequences=None, signals=["atac"], controls=None)
        for name in () if of_files else files:
            del given[name]
        return atemoya.PeakGenerator(**{**given, **changes})

    return generate


@pytest.mark.parametrize("loci", ["default", None])
def test_peak_generator_on_an_index(generate, loci):
    """Its batches are those of the index's files, exclusion list and bounds."""
    ours, files = generate(False, loci=loci), generate(True, min_counts=40, counts_tracks=["atac"])
    assert ours.dataset.ledger == files.dataset.ledger
    assert all(ours.dataset.ledger[role][why] > 0 for role in ("peaks", "negatives") for why in ("excluded", "kept"))
    for _ in range(2):
        assert_same_batches(list(ours), list(files))


def test_no_exclusion_list_of_peak_generator(generate):
    """An empty list stands for no exclusion list, None for the lists of the index."""
    ours = generate(False, loci="default", exclusion_lists=[])
    files = generate(True, exclusion_lists=None, min_counts=40, counts_tracks=["atac"])
    assert ours.dataset.ledger == files.dataset.ledger != generate(False, exclusion_lists=None).dataset.ledger
    assert ours.dataset.ledger["peaks"]["excluded"] == 0
    assert_same_batches(list(ours), list(files))


def test_exclusion_lists_of_loader(atemoya, simulated, indexed):
    """An empty list stands for no exclusion list, None for the lists of the index."""
    given = arguments(simulated, min_counts=40, counts_tracks=["atac"])
    on_index = {name: value for name, value in given.items() if name not in ("peaks", "negatives", "summits")}
    ledgers = []
    for lists, same in (([], None), (None, simulated.file("exclusion.bed"))):
        ours = atemoya.Loader(indexed, **on_index, exclusion_lists=lists)
        files = atemoya.Loader(indexed, **given, exclusion_lists=same)
        assert ours.ledger == files.ledger
        assert_same(copies(ours), copies(files))
        ledgers.append(ours.ledger)
    assert ledgers[0]["peaks"]["excluded"] == 0 < ledgers[1]["peaks"]["excluded"]


def test_names_that_are_not_there(atemoya, indexed, generate):
    with pytest.raises(KeyError, match="there is no locus index 'other'; there is 'default'"):
        generate(False, loci="other")
    with pytest.raises(KeyError, match="there is no locus index 'other'; there is 'default'"):
        atemoya.Loader(indexed, loci="other")
    with pytest.raises(KeyError, match="there is no signal group 'chip'; there is 'atac', 'one'"):
        generate(False, signals=["chip"])
    with pytest.raises(KeyError, match="there is no control group 'atac'; there is 'input'"):
        atemoya.Loader(indexed, controls=["atac"])


def test_one_name_in_place_of_a_list(atemoya, simulated, indexed, generate, tmp_path):
    """A text is a list of letters, too: it is an error wherever there is a list of names."""
    calls = {
        "signals=['atac']": lambda: generate(False, signals="atac"),
        "controls=['input']": lambda: atemoya.Loader(indexed, controls="input"),
        "chroms=['chr1']": lambda: atemoya.Loader(indexed, chroms="chr1"),
        "contigs=['chr1']": lambda: atemoya.pack(tmp_path / "x", fasta=simulated.file("genome.fa"), contigs="chr1"),
    }
    for remedy, call in calls.items():
        with pytest.raises(ValueError, match="must be a list of names, not '.*'") as raised:
            call()
        assert str(raised.value).endswith(remedy)


def test_stores_that_lack_a_column(atemoya, simulated, generate, tmp_path):
    """A model takes the first tensor of a batch for the sequence: there is none of another kind."""
    sizes = tmp_path / "sizes.txt"
    sizes.write_text("chr1\t40000\nchr10\t12000\nchr2\t25000\n")
    tracks = atemoya.pack(tmp_path / "tracks", chrom_sizes=sizes, **groups(simulated))
    with pytest.raises(ValueError, match=r"no sequence.*\(fasta=\).*atemoya\.Loader"):
        generate(True, store=tracks)
    genome = atemoya.pack(tmp_path / "genome", fasta=simulated.file("genome.fa"))
    with pytest.raises(ValueError, match=r"no signals.*\(signals=\).*atemoya\.Loader"):
        generate(True, store=genome, signals=None)
    with pytest.raises(ValueError, match="no signals"):
        generate(False, signals=[])
    assert next(iter(atemoya.Loader(tracks, **arguments(simulated)))).sequence is None
