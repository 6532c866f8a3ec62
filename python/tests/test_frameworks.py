"""Frameworks as they are: two gloo processes get every example once, and torchdata saves where it
stands.
"""

import hashlib
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import frameworks
import pytest
import torch
from comparing import assert_same_batches
from conftest import needed

torchdata = needed("torchdata.stateful_dataloader")
SCRIPT = Path(__file__).with_name("frameworks.py")


@pytest.fixture(scope="module")
def arguments(simulated):
    """Of 192 examples, which two ranks share evenly in batches of 12."""
    return simulated.arguments(batch_size=12, negative_ratio=0.334, num_workers=1)


@pytest.fixture(scope="module")
def make(atemoya, arguments):
    return lambda **changes: atemoya.PeakGenerator(**{**arguments, **changes})


@pytest.fixture(scope="module")
def epochs(make):
    loader = make()
    assert len(loader.dataset) == 192
    return [list(loader) for _ in range(4)]


@pytest.fixture(scope="module")
def ranks(arguments, tmp_path_factory, run_environment) -> list[dict]:
    """What each of two processes has got, of each framework."""
    folder = tmp_path_factory.mktemp("frameworks")
    (folder / "task.json").write_text(json.dumps(dict(arguments=arguments, folder=str(folder))))
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", str(SCRIPT)]
    done = subprocess.run([*command, str(folder / "task.json")], env=run_environment, timeout=400, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout
    return [torch.load(folder / f"rank{rank}.pt") for rank in range(2)]


def examples(batches) -> Counter:
    """Returns how often each example occurs, by a hash of its bytes."""
    return Counter(hashlib.sha256(b"".join(part.numpy().tobytes() for part in example)).hexdigest()[:12]
                   for batch in batches for example in zip(*batch))


@pytest.mark.parametrize("work", [work.__name__ for work in frameworks.TASKS])
def test_every_example_once(ranks, epochs, work):
    for epoch in range(frameworks.EPOCHS):
        shares = [examples(rank[work][epoch]) for rank in ranks]
        assert shares[0].total() == shares[1].total() > 0
        expected = {"lightning_overfit": epochs[0][:2], "lightning_predict": epochs[0]}.get(work, epochs[epoch])
        assert shares[0] + shares[1] == examples(expected)


@pytest.mark.parametrize("work", ["loader_alone", "ray_train", "fabric", "lightning_fit", "lightning_resumed"])
def test_a_loader_that_shares_by_itself_gives_slices_of_its_batches(ranks, epochs, work):
    for epoch in range(frameworks.EPOCHS):
        both = zip(*(rank[work][epoch] for rank in ranks), strict=True)
        assert_same_batches([[torch.cat(parts) for parts in zip(*batch)] for batch in both], epochs[epoch])


def test_a_loader_on_one_rank_alone(ranks, epochs):
    """It takes explicit ranks, warns of those of the process group, and waits for no rank."""
    said = ranks[0]["on rank zero alone"]
    assert_same_batches(said["whole"], epochs[0])
    assert said["said nothing"] == []
    assert len(said["said once"]) == 1
    for words in ("rank 0 of 2", "rank=0, world_size=1"):
        assert words in said["said once"][0]


def test_a_drawn_seed_among_several_ranks(ranks, epochs):
    said = ranks[0]["on rank zero alone"]
    for name in ("drawn", "drawn, by the sampler"):
        assert [text.split(":")[0] for text in said[name]][-1:] == ["ValueError"] and "random_state" in said[name][-1]
    assert len(said["drawn, by the data set"]) == 1 and "random_state" in said["drawn, by the data set"][0]
    assert_same_batches(said["given later"], [[part[:6] for part in batch] for batch in epochs[0]])


def test_what_the_samplers_say_where_a_process_group_is(ranks):
    """With loader.sampler in place, the loader shares.

    Users of the batch sampler share themselves.
    """
    said = ranks[0]["on rank zero alone"]
    assert len(said["the sampler"]) == 1 and "every rank all examples" in said["the sampler"][0]
    assert said["the batch sampler"] == []


# ---- torchdata ----------------------------------------------------------------------------------


def stateful(loader, way: str, workers: int):
    by = {"sampler": dict(sampler=loader.sampler, batch_size=12), "data set": dict(batch_size=12),
          "batch_sampler": dict(batch_sampler=loader.batch_sampler)}[way]
    options = dict(timeout=60, persistent_workers=True) if workers else {}
    return torchdata.StatefulDataLoader(loader.dataset, num_workers=workers, **by, **options)


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("way", ["sampler", "batch_sampler", "data set"])
@pytest.mark.parametrize(("epoch", "taken"), [(0, 0), (0, 3), (1, 0), (1, 5), (2, 15), (1, 16)])
def test_torchdata_goes_on_where_it_stood(make, epochs, way, workers, epoch, taken):
    first = stateful(make(), way, workers)
    for number in range(epoch):
        assert_same_batches(list(first), epochs[number])
    running = iter(first)
    assert_same_batches([next(running) for _ in range(taken)], epochs[epoch][:taken])
    state = first.state_dict()
    second = stateful(make(), way, workers)
    second.load_state_dict(state)
    rest = epochs[epoch][taken:]
    assert_same_batches(list(second), rest)
    assert_same_batches(list(second), epochs[epoch + 1])


def test_torchdata_with_other_examples(make):
    first = stateful(make(), "data set", 0)
    next(iter(first))
    for changes in (dict(random_state=99), dict(negative_ratio=0.1)):
        other = stateful(make(**changes), "data set", 0)
        other.load_state_dict(first.state_dict())
        with pytest.raises(ValueError, match="random_state"):
            next(iter(other))
    drawn = make(random_state=None)
    other = stateful(drawn, "data set", 0)
    other.load_state_dict(first.state_dict())
    next(iter(other))
    assert drawn.dataset._base_seed == make().dataset._base_seed


def test_a_sampler_that_shuffles_is_told(make):
    """Indices that go back begin the next epoch, as with cherimoya: the examples are of many epochs
    then.
    """
    dataset = make().dataset
    with pytest.warns(UserWarning, match="shuffle=False"):
        list(torch.utils.data.DataLoader(dataset, shuffle=True, batch_size=12))


# ---- Accelerate ---------------------------------------------------------------------------------


def test_the_state_of_a_loader_that_another_one_gives_is_an_error(make, epochs):
    accelerator = needed("accelerate").Accelerator(cpu=True)
    loader = make()
    state = loader.state_dict()
    prepared = accelerator.prepare(loader)
    assert loader.state_dict() == state
    next(iter(prepared))
    with pytest.raises(RuntimeError, match="another loader gives epoch 0.*use_stateful_dataloader=True"):
        loader.state_dict()
    loader.set_epoch(1)
    assert loader.state_dict() == {**state, "epoch": 1}
    assert_same_batches(list(prepared), epochs[0])
    with pytest.raises(RuntimeError, match="another loader gives epoch 0"):
        loader.state_dict()
    loader.load_state_dict(state)
    assert loader.state_dict() == state
    list(prepared)
    assert_same_batches([next(iter(loader))], epochs[1][:1])
    assert loader.state_dict() == {**state, "epoch": 1, "step": 1}
