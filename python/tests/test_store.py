"""Windows of an open store beside plain numpy, and what it says of itself."""

import pickle

import numpy as np
import pytest
from simulated import CONTIGS
from stored import packed, sequences, signals


@pytest.fixture(scope="module")
def store(atemoya, simulated, tmp_path_factory):
    return packed(atemoya, simulated, tmp_path_factory.mktemp("store") / "all.atemoya")


@pytest.fixture(scope="module")
def windows() -> list[tuple[str, int]]:
    """Windows everywhere, and over both ends of every contig, up to none of it."""
    rng = np.random.default_rng(4)
    inside = [(contig, int(rng.integers(0, CONTIGS[contig]))) for contig in rng.choice(list(CONTIGS), 60).tolist()]
    ends = [(contig, at) for contig, length in CONTIGS.items()
            for at in (-300, -257, -1, 0, length - 257, length - 256, length - 1, length, length + 5000)]
    return inside + ends + [("chr2", -2**63), ("chr2", 2**63 - 1), ("chr1", 20_000 - 100)]


def split(windows):
    return [contig for contig, _ in windows], [start for _, start in windows]


def test_what_a_store_says_of_itself(atemoya, store):
    assert store.contigs == CONTIGS and list(store.contigs) == list(CONTIGS)
    assert store.signals == {"atac": ["atac.0", "atac.1"], "one": ["one"]}
    assert store.controls == {"input": ["input"]}
    assert store.has_sequence is True
    assert store.loci == []
    assert store.path.is_dir() and (store.path / "manifest.json").exists()
    assert store.checksum.startswith("sha256:") and str(store.path) in repr(store)
    assert store.verify() is None


@pytest.mark.parametrize("width", [1, 63, 257, 1000])
def test_windows(simulated, store, windows, width):
    contigs, starts = split(windows)
    sequence, signal = store.sequence(contigs, starts, width), store.signal(contigs, starts, width)
    assert (sequence.dtype, signal.dtype) == (np.int8, np.float32)
    assert np.array_equal(sequence, sequences(simulated, windows, width))
    assert np.array_equal(signal, signals(simulated, ["atac.0", "atac.1", "one"], windows, width))


def test_contigs_by_name_and_by_number(simulated, store, windows):
    contigs, starts = split(windows)
    expected = sequences(simulated, windows, 40)
    numbers = [list(CONTIGS).index(contig) for contig in contigs]
    for given in (np.array(contigs), np.array(contigs, object), numbers, np.array(numbers, np.uint8), tuple(contigs),
                  [numbers[0], *contigs[1:]]):
        assert np.array_equal(store.sequence(given, np.array(starts), 40), expected)


def test_one_contig_for_all_windows(simulated, store):
    starts = np.array([5, -3, 24_990], np.int32)
    expected = signals(simulated, ["one"], [("chr2", int(start)) for start in starts], 30)
    for contig in ("chr2", 2, np.int64(2), ["chr2"], np.array(["chr2"]), np.array(2)):
        assert np.array_equal(store.signal(contig, starts, 30, groups=["one"]), expected)
    assert np.array_equal(store.signal("chr2", 5, 30, groups=["one"]), expected[:1])
    assert store.signal("chr2", [], 30).shape == (0, 3, 30)


def test_reverse_complement(simulated, store, windows):
    """Positions turn, bases are complemented, and channels swap within their group."""
    contigs, starts = split(windows)
    turned = np.arange(len(windows)) % 3 == 1
    sequence, signal = sequences(simulated, windows, 90), signals(simulated, ["input", "atac.0", "atac.1"], windows, 90)
    sequence[turned] = sequence[turned][:, ::-1, ::-1]
    signal[turned] = signal[turned][:, [0, 2, 1], ::-1]
    assert np.array_equal(store.sequence(contigs, starts, 90, reverse_complement=turned), sequence)
    found = store.signal(contigs, starts, 90, groups=["input", "atac"], reverse_complement=turned.tolist())
    assert np.array_equal(found, signal)
    everything = store.sequence(contigs, starts, 90, reverse_complement=True)
    assert np.array_equal(everything[:, ::-1, ::-1], store.sequence(contigs, starts, 90))


def test_strands(store, windows):
    """As BED has them: only ``-`` is read backwards."""
    contigs, starts = split(windows)
    strands = [("+", "-", ".")[number % 3] for number in range(len(windows))]
    for read in (store.sequence, store.signal):
        expected = read(contigs, starts, 90, reverse_complement=[strand == "-" for strand in strands])
        for given in (strands, tuple(strands), np.array(strands), np.array(strands, object)):
            assert np.array_equal(read(contigs, starts, 90, strand=given), expected)
        assert np.array_equal(read(contigs, starts, 90, strand="-"), read(contigs, starts, 90, reverse_complement=True))
        assert np.array_equal(read(contigs, starts, 90, strand="+"), read(contigs, starts, 90))


def test_flags_as_numbers(store):
    expected = store.signal("chr1", [9, 99], 50, reverse_complement=[False, True])
    for flags in ([0, 1], np.array([0, 1], np.uint8), (np.int64(0), True), np.array([False, True], bool)):
        assert np.array_equal(store.signal("chr1", [9, 99], 50, reverse_complement=flags), expected)


@pytest.mark.parametrize("flags", [
    ["+", "-"], "-", [1, -1], -1, ["False", "False"], [2, 0], [0.0, 1.0], [None, True], np.nan])
def test_what_is_no_flag_turns_nothing(store, flags):
    for read in (store.sequence, store.signal):
        with pytest.raises((TypeError, ValueError), match=r"reverse_complement.*strand=\['\+', '-'\]"):
            read("chr1", [9, 99], 50, reverse_complement=flags)


@pytest.mark.parametrize("strand", [["+", "reverse"], "", "+-", [1, -1], [True, False], ["+", None], b"-"])
def test_what_is_no_strand(store, strand):
    with pytest.raises(ValueError, match="strand must be"):
        store.sequence("chr1", [9, 99], 50, strand=strand)


def test_a_strand_and_a_flag(store):
    with pytest.raises(TypeError, match="either reverse_complement or strand"):
        store.sequence("chr1", 9, 50, strand="-", reverse_complement=False)


@pytest.mark.parametrize("dtype", ["int8", "uint8", "float16", "float32", np.float32, np.dtype("uint8")])
def test_types_of_sequence(simulated, store, windows, dtype):
    found = store.sequence(*split(windows), 70, dtype=dtype)
    assert found.dtype == np.dtype(dtype)
    assert np.array_equal(found, sequences(simulated, windows, 70))


@pytest.mark.parametrize("width", [1, 64, 65, 200])
def test_sequence_as_bits(simulated, store, windows, width):
    found = store.sequence(*split(windows), width, dtype="uint64")
    assert found.shape == (len(windows), 4, -(-width // 64))
    bits = np.unpackbits(found.view(np.uint8), axis=-1, bitorder="little")
    assert np.array_equal(bits[..., :width], sequences(simulated, windows, width))
    assert not bits[..., width:].any()


@pytest.mark.parametrize("dtype", ["uint8", "uint16", np.float32])
def test_types_of_signal(simulated, store, windows, dtype):
    found = store.signal(*split(windows), 70, groups=["atac"], dtype=dtype)
    assert found.dtype == np.dtype(dtype)
    assert np.array_equal(found, signals(simulated, ["atac.0", "atac.1"], windows, 70))


def test_arrays_of_the_users(simulated, store, windows):
    out = np.full((len(windows), 1, 50), 7, np.float32)
    for shift in (0, 11):
        moved = [(contig, start + shift) for contig, start in windows[:-3]] + windows[-3:]
        assert store.signal(*split(moved), 50, groups=["input"], out=out) is out
        assert np.array_equal(out, signals(simulated, ["input"], moved, 50))
    part = np.zeros((3, 4, 50), np.int8)
    store.sequence("chr1", [1, 2], 50, out=part[:2])
    assert part[:2].any() and not part[2].any()


BAD = {
    "a contig that is not": (dict(contigs="chrZ"), KeyError, "chrZ"),
    "one of several": (dict(contigs=["chr1", "chrY"]), KeyError, "chrY"),
    "a number too high": (dict(contigs=[0, 3]), KeyError, "3"),
    "a number below 0": (dict(contigs=-1), KeyError, "-1"),
    "a number with a fraction": (dict(contigs=[0.5, 1]), TypeError, "contigs"),
    "no contig": (dict(contigs=None), TypeError, "contigs"),
    "contigs of another length": (dict(contigs=["chr1"] * 3), ValueError, "contigs"),
    "starts with a fraction": (dict(starts=[0.5, 1]), TypeError, "starts"),
    "starts of two dimensions": (dict(starts=[[0, 1]]), ValueError, "starts"),
    "strands of another length": (dict(strand=["+", "-", "+"]), ValueError, "strand must be one"),
    "flags of another length": (dict(reverse_complement=[True] * 3), ValueError, "reverse_complement"),
    "no width": (dict(width=0), ValueError, "width"),
    "a width with a fraction": (dict(width=2.5), TypeError, "width"),
    "a group that is not": (dict(groups=["atac", "chip"]), KeyError, "chip"),
    "a group without its list": (dict(groups="atac"), ValueError, "groups=['atac']"),
    "no groups": (dict(groups=[]), ValueError, "group"),
    "a type that is too narrow": (dict(groups=["input"], dtype="uint8"), ValueError, "uint8"),
    "a type for no track": (dict(dtype="float64"), ValueError, "float64"),
    "no type": (dict(dtype="nonsense"), TypeError, "nonsense"),
    "an array of another shape": (dict(out=np.zeros((2, 3, 11), np.float32)), ValueError, "shape"),
    "an array of another type": (dict(out=np.zeros((2, 3, 10), np.float64)), TypeError, "<f4"),
    "an array with gaps": (dict(out=np.zeros((2, 3, 20), np.float32)[..., ::2]), TypeError, "C order"),
    "no array": (dict(out=[0.0]), TypeError, "out"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_arguments(store, name):
    changes, expected, says = BAD[name]
    arguments = {**dict(contigs="chr1", starts=[0, 1], width=10), **changes}
    with pytest.raises(expected) as raised:
        store.signal(**arguments)
    assert says in str(raised.value)


def test_warnings_of_names(store):
    with pytest.raises(ValueError, match=r"groups must be a list of names, not 'atac': groups=\['atac'\]"):
        store.warnings(groups="atac")
    with pytest.raises(ValueError, match=r"contigs=\['chr1'\]"):
        store.warnings(contigs="chr1")
    with pytest.raises(KeyError, match="there is no group 'chip'; there is 'atac', 'one', 'input'"):
        store.warnings(groups=["atac", "chip"])
    with pytest.raises(KeyError, match="there is no contig 'chrZ'; there is 'chr1', 'chr10', 'chr2'"):
        store.warnings(contigs=["chrZ"])


def test_an_array_that_is_read_only(store):
    out = np.zeros((1, 4, 10), np.int8)
    out.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        store.sequence("chr1", 9, 10, out=out)
    assert not out.any()


def test_what_is_no_store(atemoya, tmp_path):
    for path in (tmp_path, tmp_path / "not-there"):
        with pytest.raises(atemoya.StoreError) as raised:
            atemoya.Store(path)
        assert raised.value.path == path and raised.value.offset is None


def test_pickling(store):
    copy = pickle.loads(pickle.dumps(store))
    assert (copy.path, copy.checksum, copy.contigs) == (store.path, store.checksum, store.contigs)
    assert np.array_equal(copy.signal("chr1", 77, 50), store.signal("chr1", 77, 50))
