"""The golden cases: plans and bytes that cherimoya 0.3.1 computed on the yeast set."""

import hashlib
import json

import numpy as np
import pytest

CASES = ["stranded", "controls_groups", "interleaved_counts", "peaks_only", "plain_odd_windows"]


def digest(example) -> str:
    sha = hashlib.sha256()
    for tensor in example[:-1]:
        sha.update(np.ascontiguousarray(tensor.numpy()).tobytes())
    return sha.hexdigest()


def inside(folder, spec):
    """The paths of a case, made absolute."""
    if isinstance(spec, list):
        return [inside(folder, entry) for entry in spec]
    return spec if spec is None else str(folder / spec)


@pytest.fixture(scope="module", params=CASES)
def case(request, shared):
    return json.loads((shared / "golden" / "batches" / f"{request.param}.json").read_text())


@pytest.fixture(scope="module")
def generator(case, atemoya, yeast):
    """Makes a loader of the case; what was packed once is found again."""
    files = ("peaks", "negatives", "sequences", "signals", "controls", "exclusion_lists")
    arguments = {name: inside(yeast, value) if name in files else value for name, value in case["args"].items()}

    def make(**changes):
        return atemoya.PeakGenerator(**arguments, pin_memory=False, batch_size=64, **changes)

    return make


@pytest.fixture(scope="module")
def dataset(generator):
    return generator(num_workers=0).dataset


def test_sizes_and_permutations(case, dataset):
    assert (len(dataset), dataset.n_peaks, dataset.n_negatives) == (case["n"], case["n_peaks"], case["n_negatives"])
    for name in ("signal_perm", "control_perm"):
        perm = getattr(dataset, name)
        assert (None if perm is None else perm.tolist()) == case[name]


def test_examples_by_epoch_and_index(case, dataset):
    for epoch, golden in enumerate(case["epochs"]):
        for index in range(case["n"]):
            example = dataset[(epoch, index)]
            assert example[-1] == golden["label"][index]
            assert digest(example) == golden["sha256"][index], f"epoch {epoch}, example {index}"
        assert dataset._epoch == epoch
        assert dataset._labels.astype(int).tolist() == golden["label"]
        assert dataset._source_idx.tolist() == golden["source"]
        assert dataset._jitters.tolist() == golden["offset"]
        assert dataset._rc_flags.astype(int).tolist() == golden["rc"]


@pytest.mark.parametrize("workers", [0, 1, 2])
def test_two_epochs_by_the_loader(case, generator, workers):
    loader = generator(num_workers=workers)
    for golden in case["epochs"]:
        seen = []
        for batch in loader:
            labels = batch[-1].tolist()
            assert labels == golden["label"][len(seen):len(seen) + len(labels)]
            seen += [digest(example) for example in zip(*batch)]
        assert seen == golden["sha256"]
