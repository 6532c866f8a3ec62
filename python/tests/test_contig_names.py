"""bigWigs whose contigs have other names or lengths than the genome's, or are missing."""

import functools
import json
import re
import warnings
from pathlib import Path

import numpy as np
import pytest
from bigwig_writer import write_bigwig

LOCI = dict(negatives=None, negative_ratio=0, in_window=200, out_window=100, max_jitter=10, random_state=1,
            pin_memory=False)

# Where ensembl.bw has its values.
VALUES = dict(peaks="chr1\t100\t120\n", out_window=200, max_jitter=0)


@pytest.fixture
def odd(shared):
    """The path of an odd file."""
    return lambda name: str(shared / "data" / "odd" / name)


def warned(make):
    """Returns the result of a function, and its warnings."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        made = make()
    return made, [str(warning.message) for warning in caught if warning.category is UserWarning]


def signals(loader):
    """The signals of an epoch, one example after another."""
    return np.concatenate([batch[1].numpy() for batch in loader])


def generator(atemoya, odd, tmp_path, signals, peaks="chr1\t3000\t3200\nchr1\t4000\t4100\n", **more):
    bed = tmp_path / "peaks.bed"
    bed.write_text(peaks)
    options = LOCI | {"cache_dir": tmp_path / "cache", "sequences": odd("base/genome.fa")} | more
    return atemoya.PeakGenerator(bed, signals=signals, **options)


def test_names_of_ensembl(atemoya, odd, tmp_path):
    track, genome = odd("ensembl.bw"), odd("base/genome.fa")
    for make in (
        lambda: generator(atemoya, odd, tmp_path, [track]),
        lambda: atemoya.pack(tmp_path / "store", fasta=genome, signals={"atac": track}),
    ):
        says = 'it has "1", "2", "10".*"chr1", "chr2", "chr10".*alias.*chr.*allow_empty'
        with pytest.raises(atemoya.InputError, match=says):
            make()
    aliases = tmp_path / "aliases.txt"
    aliases.write_text("# ucsc\tensembl\nchr1\t1\nchr2\t2\nchr10\t10\n")
    for number, alias in enumerate(["chr", aliases]):
        options = dict(fasta=genome, signals={"atac": track}, alias=alias)
        store, _ = warned(lambda: atemoya.pack(tmp_path / str(number), **options))
        options = dict(alias=alias, reverse_complement=False, **VALUES)
        loader, _ = warned(lambda: generator(atemoya, odd, tmp_path, [track], **options))
        renamed = json.loads((store.path / "manifest.json").read_text())["inputs"][1]["contigs_renamed"]
        assert renamed == [{"from": name, "to": f"chr{name}"} for name in ("1", "2", "10")]
        # The file has 1 on the bases 10 to 20 of its contig 1.
        assert np.array_equal(np.flatnonzero(store.signal("chr1", 0, 60_000)), np.arange(10, 20))
        assert np.array_equal(signals(loader), [[[1] * 10 + [0] * 190]])


def test_what_an_alias_says_is_part_of_what_is_cached(atemoya, odd, tmp_path):
    """A store that was packed otherwise is not taken."""
    track = odd("ensembl.bw")
    loader, said = warned(lambda: generator(atemoya, odd, tmp_path, [track], allow_empty=True))
    assert not signals(loader).any() and any("zeros everywhere" in message for message in said)
    loader, _ = warned(lambda: generator(atemoya, odd, tmp_path, [track], alias="chr", **VALUES))
    assert signals(loader).any()
    with pytest.raises(atemoya.InputError):
        generator(atemoya, odd, tmp_path, [track])


def test_each_loader_warns(atemoya, odd, tmp_path):
    """The first call packs, and later ones use the cache."""
    peaks = "chr1\t3000\t3200\nchr2\t4000\t4100\n"

    def make(**more):
        return warned(lambda: generator(atemoya, odd, tmp_path, [odd("missing_contigs.bw")], peaks, **more))

    for _ in range(3):
        _, said = make()
        assert len(said) == 1 and '"chr2"' in said[0] and "missing_contigs.bw" in said[0], said
    assert make(chroms=["chr1"])[1] == []


def test_an_empty_bigwig(atemoya, odd, tmp_path):
    for _ in range(2):
        tracks = dict(signals=[odd("base/plus.bw")], controls=[odd("empty.bw")])
        loader, said = warned(lambda: generator(atemoya, odd, tmp_path, **tracks))
        assert len(said) == 1 and "empty.bw" in said[0] and "zeros everywhere" in said[0], said
    batch = next(iter(loader))
    assert not batch[1].any() and batch[2].any(), "controls are zeros, signals are not"


def test_a_contig_of_another_length(atemoya, odd, tmp_path):
    track = odd("chrM_other_length.bw")
    store, said = warned(lambda: atemoya.pack(tmp_path / "store", fasta=odd("base/genome.fa"), signals={"atac": track}))
    assert said == store.warnings() and "5002 bases there and 5000" in said[0]
    assert (store.warnings(contigs=["chr1"]), store.warnings(groups=[])) == ([], [])
    assert store.warnings(groups=["atac"], contigs=("chrM",)) == said
    with pytest.raises(atemoya.InputError, match='"chrM" has 5002 bases.* 5000 '):
        atemoya.pack(tmp_path / "named", fasta=odd("base/genome.fa"), signals={"atac": track}, contigs=["chr1", "chrM"])
    loader, said = warned(lambda: generator(atemoya, odd, tmp_path, [track], chroms=["chr1"]))
    assert said == [] and signals(loader).any()


def test_another_build_is_refused(atemoya, odd, tmp_path):
    track = tmp_path / "other.bw"
    write_bigwig(track, {"chr1": np.ones(60_001, np.float32), "chr2": np.ones(29_999, np.float32)})
    with pytest.raises(atemoya.InputError, match="other lengths.*60001.*60000.*genome build"):
        generator(atemoya, odd, tmp_path, [str(track)])


def test_aliases_that_are_none(atemoya, odd, tmp_path):
    bad = tmp_path / "bad.txt"
    bad.write_text("chr1 1\nchr2\n")
    for alias, expected in [(bad, atemoya.InputError), (tmp_path / "none", FileNotFoundError), (3, TypeError)]:
        with pytest.raises(expected):
            signals = {"atac": odd("ensembl.bw")}
            atemoya.pack(tmp_path / "store", fasta=odd("base/genome.fa"), signals=signals, alias=alias)
        with pytest.raises(expected):
            generator(atemoya, odd, tmp_path, [odd("ensembl.bw")], alias=alias)
    assert not Path(tmp_path / "store").exists()


def test_a_genome_of_arrays_beside_files(atemoya, odd, tmp_path):
    """Nothing compares them when the files are packed: the data set does."""
    one_hot = lambda length: np.zeros((4, length), np.int8)  # noqa: E731

    def make(sequences, peaks="chr1\t3000\t3200\n", **more):
        bed = tmp_path / "peaks.bed"
        bed.write_text(peaks)
        options = LOCI | {"cache_dir": tmp_path / "cache"} | more
        return warned(lambda: atemoya.PeakGenerator(bed, sequences=sequences, signals=[odd("base/plus.bw")], **options))

    assert make({"chr1": one_hot(60_000)})[1] == []
    with pytest.raises(ValueError, match='they have "1", "2"; rename the contigs.*allow_empty='):
        make({"1": one_hot(60_000), "2": one_hot(30_000)}, peaks="1\t3000\t3200\n")
    _, said = make({"1": one_hot(60_000)}, peaks="1\t3000\t3200\n", allow_empty=True)
    assert len(said) == 1 and 'lacks "1", where they are zeros' in said[0], said
    others = {"chr1": one_hot(60_000), "chr7": one_hot(900), "chr2": one_hot(29_000)}
    _, said = make(others, peaks="chr1\t3000\t3200\nchr7\t400\t500\n")
    assert len(said) == 1 and 'lacks "chr7"' in said[0], said
    with pytest.raises(ValueError, match='"chr2" .29000 bases here and 30000 there.*genome build'):
        make(others, peaks="chr2\t3000\t3200\n")
    assert make(others)[1] == [], "no locus is on the others"


def test_arrays_of_another_length_than_the_genome(atemoya, tmp_path):
    bed = tmp_path / "peaks.bed"
    bed.write_text("chr1\t3000\t3200\n")
    sequences = {"chr1": np.zeros((4, 6000), np.int8)}
    for length, expected in [(6000, 0), (5000, 1)]:
        signals = [{"chr1": np.ones(length, np.float32)}]
        given = dict(sequences=sequences, signals=signals, **LOCI)
        _, said = warned(lambda: atemoya.PeakGenerator(bed, **given))  # noqa: B023
        assert len(said) == expected and all("chr1" in message and "zero past" in message for message in said), said


def test_arrays_without_a_contig_of_the_genome(atemoya, odd, tmp_path):
    """A genome of a file or of arrays; signals and controls."""
    of = lambda *names: {name: np.ones(60_000, np.float32) for name in names}  # noqa: E731
    right, wrong = of("chr1", "chr2"), of("1", "2")
    genome = {"chr1": np.zeros((4, 60_000), np.int8), "chr2": np.zeros((4, 60_000), np.int8)}
    for sequences in (odd("base/genome.fa"), genome):
        for name, tracks in (
            ("signals[0]", {"signals": [wrong]}),
            ("signals[1]", {"signals": [right, wrong]}),
            ("controls[0]", {"signals": [right], "controls": [wrong]}),
        ):
            given = {"sequences": sequences, **tracks}
            make = functools.partial(generator, atemoya, odd, tmp_path, **given)
            has = r"it has '1', '2'.*genome has 'chr1', 'chr2'.*rename.*allow_empty=True"
            says = rf"{re.escape(name)} has no contig.*{has}"
            with pytest.raises(ValueError, match=says):
                make()
            loader, said = warned(lambda: make(allow_empty=True))  # noqa: B023
            assert any(name in message and "reads as zero" in message for message in said), said
            # The wrong track is the last channel of what follows the sequence.
            assert all(not batch[1][:, -1].any() for batch in loader)


def test_regions_and_loci_by_other_names_are_told_of(atemoya, odd, tmp_path):
    """Some names of a list are the genome's, and others mean contigs of it: these are left out with
    a warning.
    """
    excluded = tmp_path / "excluded.bed"
    excluded.write_text("1\t0\t60000\nchr2\t0\t300\nchrUn\t0\t10\n")
    track = odd("base/plus.bw")
    make = lambda **more: generator(atemoya, odd, tmp_path, [track], **more)  # noqa: E731
    for _ in range(2):
        _, messages = warned(lambda: make(exclusion_lists=[excluded]))
        [said] = [message for message in messages if "excluded.bed" in message]
        assert '"1" exclude nothing' in said and "alias=" in said and "chrUn" not in said, said
    with pytest.raises(ValueError, match="no peak is left"):
        make(exclusion_lists=[excluded], alias="chr")
    loci = "chr1\t3000\t3200\n1\t4000\t4100\n2\t4000\t4100\n"
    for _ in range(2):
        _, messages = warned(lambda: make(peaks=loci, chroms=["chr1"]))
        [said] = [message for message in messages if "left out" in message]
        assert 'the loci on "1" are left out' in said and "alias=" in said, said
    renamed = loci.replace("chr1", "1")
    loader, messages = warned(lambda: make(peaks=renamed, chroms=["chr1"], alias="chr"))
    assert len(loader.dataset) == 2 and not messages, messages
