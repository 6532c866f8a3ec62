"""PeakNegativeSampler over tensors beside cherimoya's, which is the oracle, in many random
configurations.
"""

import pickle
import random

import numpy as np
import pytest
import torch

TYPES = [torch.int8, torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.uint8, torch.int16,
         torch.int64, torch.bool]
NUMPY_HAS_NO = (torch.bfloat16,)


def random_tensor(rng: random.Random, shape, dtype) -> torch.Tensor:
    """Random values, sometimes in a layout that is not contiguous."""
    generator = torch.Generator().manual_seed(rng.randrange(2**31))

    def fill(shape):
        whole = torch.randint(0, 100, shape, generator=generator)
        return (whole % 2 == 0) if dtype == torch.bool else whole.to(dtype)

    n, c, length = shape
    layout = rng.choice(["plain", "plain", "transposed", "strided", "part"])
    if layout == "transposed":
        return fill((length, n, c)).permute(1, 2, 0)
    if layout == "strided":
        return fill((2 * n, c, 2 * length))[::2, :, 1::2]
    if layout == "part":
        return fill((n + 2, c + 1, length + 5))[1:1 + n, 1:, 2:2 + length]
    return fill(shape)


def random_arguments(rng: random.Random) -> dict:
    in_window, out_window = rng.randint(1, 41), rng.randint(1, 41)
    jitter = rng.choice([0, 0, 1, 2, 7])
    n_peaks, n_negatives = rng.randint(1, 40), rng.choice([0, 1, 2, 13])
    channels, controls = rng.randint(1, 5), rng.choice([0, 0, 1, 2, 3])
    x_type, y_type, c_type = (rng.choice([t for t in TYPES if t not in NUMPY_HAS_NO]) for _ in range(3))
    extra = rng.choice([0, 0, 3])
    wide_in, wide_out = in_window + 2 * jitter + extra, out_window + 2 * jitter + extra
    arguments = dict(
        peak_sequences=random_tensor(rng, (n_peaks, 4, wide_in), x_type),
        peak_signals=random_tensor(rng, (n_peaks, channels, wide_out), y_type),
        negative_sequences=random_tensor(rng, (n_negatives, 4, in_window + extra), x_type),
        negative_signals=random_tensor(rng, (n_negatives, channels, out_window + extra), y_type),
        negative_ratio=rng.choice([0, 0.29, 1, 2.5]) if n_negatives else 0,
        in_window=in_window, out_window=out_window, max_jitter=jitter,
        reverse_complement=rng.random() < 0.7, shuffle=rng.random() < 0.7, random_state=rng.randrange(-10, 2**33),
    )
    if controls:
        arguments["peak_controls"] = random_tensor(rng, (n_peaks, controls, wide_in), c_type)
        arguments["negative_controls"] = random_tensor(rng, (n_negatives, controls, in_window + extra), c_type)
    for name, width in (("signal_perm", channels), ("control_perm", controls)):
        if width and rng.random() < 0.7:
            perm = rng.sample(range(width), width)
            arguments[name] = rng.choice([perm, torch.tensor(perm), np.array(perm), torch.tensor(perm).int()])
    return arguments


@pytest.fixture
def pair(atemoya, cherimoya_io):
    def make(**arguments):
        return atemoya.PeakNegativeSampler(**arguments), cherimoya_io.PeakNegativeSampler(**arguments)

    return make


def assert_same_example(ours, theirs) -> None:
    assert isinstance(ours, tuple)
    assert type(theirs) is tuple
    assert len(ours) == len(theirs)
    for a, b in zip(ours[:-1], theirs[:-1]):
        assert (a.dtype, a.shape) == (b.dtype, b.shape)
        assert torch.equal(a, b)
    assert type(ours[-1]) is type(theirs[-1]) is int
    assert ours[-1] == theirs[-1]


@pytest.mark.parametrize("seed", range(60))
def test_random_configurations(pair, seed):
    rng = random.Random(seed)
    ours, theirs = pair(**random_arguments(rng))
    assert len(ours) == len(theirs)
    for epoch in (0, 1, 7, 7, 2, 10**12, 0):
        indices = [rng.randrange(-len(theirs), len(theirs)) for _ in range(12)]
        for index in indices:
            assert_same_example(ours[(epoch, index)], theirs[(epoch, index)])
        assert ours._epoch == theirs._epoch == epoch
        batch = torch.utils.data.default_collate(ours.__getitems__([(epoch, index) for index in indices]))
        expected = torch.utils.data.default_collate([theirs[(epoch, index)] for index in indices])
        assert len(batch) == len(expected)
        for a, b in zip(batch, expected):
            assert a.dtype == b.dtype
            assert torch.equal(a, b)


@pytest.mark.parametrize("seed", range(12))
def test_private_arrays(pair, seed):
    ours, theirs = pair(**random_arguments(random.Random(1000 + seed)))
    for epoch in (0, 5):
        ours[(epoch, 0)], theirs[(epoch, 0)]
        for name in ("peak_ordering", "_labels", "_source_idx", "_jitters", "_rc_flags"):
            assert np.array_equal(np.asarray(getattr(ours, name)), getattr(theirs, name)), name


@pytest.mark.parametrize("seed", range(10))
def test_bare_indices_move_the_epoch_when_they_go_back(pair, seed):
    rng = random.Random(2000 + seed)
    ours, theirs = pair(**random_arguments(rng))
    n = len(theirs)
    for _ in range(60):
        index = rng.choice([rng.randrange(-n, n), rng.randrange(n), n - 1, 0, (3, 0)])
        assert_same_example(ours[index], theirs[index])
        assert ours._epoch == theirs._epoch


def test_bare_indices_in_a_list(pair):
    ours, theirs = pair(**random_arguments(random.Random(5)))
    for indices in ([0, 1, 2], [2, 1], [0], [0, 0], [1]):
        indices = [index % len(theirs) for index in indices]
        for a, b in zip(ours.__getitems__(indices), [theirs[index] for index in indices]):
            assert_same_example(a, b)
        assert ours._epoch == theirs._epoch


def test_an_index_out_of_range(pair):
    ours, theirs = pair(**random_arguments(random.Random(6)))
    n = len(theirs)
    for index in (n, (2, n), (2, -n - 1), -n - 1):
        for dataset in (ours, theirs):
            with pytest.raises(IndexError):
                dataset[index]
        assert ours._epoch == theirs._epoch
    assert_same_example(ours[0], theirs[0])
    assert ours._epoch == theirs._epoch


def test_a_seed_that_is_set_later(pair):
    """The epoch that was drawn stays as it is, others follow the new seed."""
    ours, theirs = pair(**random_arguments(random.Random(7)))
    for dataset in (ours, theirs):
        dataset._base_seed = 99
    assert ours._base_seed == 99
    for epoch in (0, 1, 0):
        for index in range(len(theirs)):
            assert_same_example(ours[(epoch, index)], theirs[(epoch, index)])


def test_pickled_in_the_middle_of_an_epoch(pair):
    ours, theirs = pair(**random_arguments(random.Random(8)))
    for index in (3, 1, 2):
        ours[index % len(theirs)], theirs[index % len(theirs)]
    copy = pickle.loads(pickle.dumps(ours))
    for index in (0, 1, 0):
        assert_same_example(copy[index % len(theirs)], theirs[index % len(theirs)])


def test_positional_arguments(atemoya, cherimoya_io):
    torch.manual_seed(0)
    positional = (torch.randint(0, 2, (9, 4, 16), dtype=torch.int8), torch.rand(9, 2, 12),
                  torch.randint(0, 2, (5, 4, 10), dtype=torch.int8), torch.rand(5, 2, 6),
                  torch.rand(9, 1, 16), torch.rand(5, 1, 10), 0.5, 10, 6, 3, True, False, 17, [1, 0], [0])
    ours, theirs = atemoya.PeakNegativeSampler(*positional), cherimoya_io.PeakNegativeSampler(*positional)
    for index in range(len(theirs)):
        assert_same_example(ours[index], theirs[index])


def test_tensors_are_read_in_place(atemoya):
    signals = torch.zeros(3, 1, 8)
    dataset = atemoya.PeakNegativeSampler(torch.zeros(3, 4, 8, dtype=torch.int8), signals, torch.zeros(0, 4, 8),
                                          torch.zeros(0, 1, 8), negative_ratio=0, in_window=8, out_window=8)
    before = dataset[(0, 0)][1].clone()
    signals += 5
    assert torch.equal(dataset[(0, 0)][1], before + 5)


BAD = {
    "negative jitter": dict(max_jitter=-1),
    "negative ratio": dict(negative_ratio=-0.1),
    "no negatives to draw": dict(negative_ratio=0.5, negative_sequences=torch.zeros(0, 4, 10),
                                 negative_signals=torch.zeros(0, 2, 10)),
    "a permutation of another length": dict(signal_perm=[0, 1, 2]),
    "a permutation of no controls": dict(control_perm=[0]),
    "no number as a seed": dict(random_state="seed"),
    "arrays that are no tensors": dict(peak_sequences=[[0]]),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_arguments(atemoya, cherimoya_io, name):
    good = dict(peak_sequences=torch.zeros(4, 4, 10), peak_signals=torch.zeros(4, 2, 10),
                negative_sequences=torch.zeros(2, 4, 10), negative_signals=torch.zeros(2, 2, 10),
                in_window=10, out_window=10)
    with pytest.raises(Exception) as theirs:
        cherimoya_io.PeakNegativeSampler(**{**good, **BAD[name]})
    with pytest.raises(Exception) as ours:
        atemoya.PeakNegativeSampler(**{**good, **BAD[name]})
    expected = TypeError if theirs.type is AttributeError else theirs.type
    assert ours.type in (expected, theirs.type)
    if theirs.type is ValueError:
        assert str(ours.value)
