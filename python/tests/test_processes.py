"""PyTorch's worker processes over the dataset, pickling, and fork with a live loader."""

import multiprocessing
import os
import pickle
import signal
import time

import pytest
import torch
from comparing import assert_same_batch, assert_same_batches

SECONDS = 60


@pytest.fixture(scope="module")
def arguments(simulated):
    return simulated.arguments(num_workers=2)


@pytest.fixture(scope="module")
def epochs(atemoya, arguments):
    loader = atemoya.PeakGenerator(**arguments)
    return [list(loader) for _ in range(2)]


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_pytorchs_workers_over_the_dataset(atemoya, arguments, epochs, method):
    """Bare indices: the workers persist, and find out by themselves that the next epoch begins."""
    dataset = atemoya.PeakGenerator(**arguments).dataset
    loader = torch.utils.data.DataLoader(dataset, batch_size=arguments["batch_size"], num_workers=2, timeout=SECONDS,
                                         multiprocessing_context=method, persistent_workers=True)
    for epoch in (0, 1):
        assert_same_batches(list(loader), epochs[epoch])


@pytest.mark.parametrize("way", ["sampler", "batch_sampler"])
@pytest.mark.parametrize("method", ["fork", "spawn"])
@pytest.mark.parametrize("workers", [0, 2])
def test_what_is_assigned_reaches_the_workers(atemoya, arguments, way, method, workers):
    """Before the first epoch, and while the workers have copies: from the next epoch on, as in the
    loader itself.
    """
    ours, foreign = (atemoya.PeakGenerator(**arguments) for _ in range(2))
    size = arguments["batch_size"]
    if way == "sampler":
        by = dict(sampler=foreign.sampler, batch_size=size)
    else:
        by = dict(batch_sampler=foreign.batch_sampler)
    if workers:
        by |= dict(num_workers=workers, timeout=SECONDS, multiprocessing_context=method, persistent_workers=True)
    other = torch.utils.data.DataLoader(foreign.dataset, **by)
    plain = dict(reverse_complement=False, shuffle=False)
    for changes in (dict(negative_ratio=1), {}, plain, dict(negative_ratio=0.1)):
        for name, value in changes.items():
            setattr(ours.dataset, name, value)
            setattr(foreign.dataset, name, value)
        assert_same_batches(list(other), list(ours))


def test_workers_that_begin_at_the_same_epoch_again_say_so(atemoya, arguments, epochs, capfd):
    dataset = atemoya.PeakGenerator(**arguments).dataset
    # Spawned workers: what pytest does to warnings is not theirs.
    loader = torch.utils.data.DataLoader(dataset, batch_size=arguments["batch_size"], num_workers=2, timeout=SECONDS,
                                         multiprocessing_context="spawn")
    for _ in range(2):
        assert_same_batches(list(loader), epochs[0])
        assert capfd.readouterr().err.count("persistent_workers=True") == 1


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_pytorchs_workers_over_a_sampler_of_tensors(atemoya, method):
    torch.manual_seed(1)
    sampler = atemoya.PeakNegativeSampler(
        torch.randint(0, 2, (30, 4, 28), dtype=torch.int8), torch.rand(30, 2, 18),
        torch.randint(0, 2, (9, 4, 20), dtype=torch.int8), torch.rand(9, 2, 10), in_window=20, out_window=10,
        max_jitter=4, negative_ratio=0.5, reverse_complement=True, random_state=2, signal_perm=[1, 0])
    shards = atemoya.ShardedEpochSampler(len(sampler), 8)
    shards.set_epoch(3)
    loader = torch.utils.data.DataLoader(sampler, sampler=shards, batch_size=8, num_workers=2, timeout=SECONDS,
                                         multiprocessing_context=method)
    expected = [sampler[pair] for pair in shards]
    seen = [tuple(example) for batch in loader for example in zip(*batch)]
    assert len(seen) == len(expected) == 40
    for ours, example in zip(seen, expected):
        assert all(torch.equal(a, torch.as_tensor(b)) for a, b in zip(ours, example))


def test_a_dataset_that_was_pickled(atemoya, arguments):
    dataset = atemoya.PeakGenerator(**arguments).dataset
    dataset[(4, 0)]
    copy = pickle.loads(pickle.dumps(dataset))
    assert (len(copy), copy._epoch, copy._base_seed) == (len(dataset), 4, dataset._base_seed)
    for index in range(0, len(dataset), 7):
        assert_same_batch(list(map(torch.as_tensor, copy[(4, index)])), list(map(torch.as_tensor, dataset[(4, index)])))


def test_a_dataset_is_pickled_without_its_examples(atemoya, arguments):
    dataset = atemoya.PeakGenerator(**arguments).dataset
    held = sum(a.nbytes for a in map(torch.as_tensor, dataset[(0, 0)][:-1])) * len(dataset)
    assert len(pickle.dumps(dataset)) < held / 4


def test_a_loader_that_was_pickled(atemoya, arguments, epochs):
    loader = atemoya.PeakGenerator(**arguments)
    assert_same_batches(list(loader), epochs[0])
    copy = pickle.loads(pickle.dumps(loader))
    assert len(copy) == len(loader)
    copy.set_epoch(1)
    assert_same_batches(list(copy), epochs[1])


def in_a_child(work) -> int:
    """Forks, runs `work` in the child, and gives its exit status; a child that hangs is killed, and
    fails.
    """
    child = os.fork()
    if child == 0:
        status = 1
        try:
            signal.alarm(SECONDS)
            work()
            status = 0
        finally:
            os._exit(status)
    return child


def ended(child: int) -> int:
    for _ in range(20 * SECONDS):
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.05)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return -signal.SIGKILL


@pytest.mark.parametrize("moment", ["before the first batch", "in an epoch", "after an epoch"])
def test_fork_with_a_live_loader(atemoya, arguments, epochs, moment):
    """The child begins its own epoch, and the parent continues."""
    loader = atemoya.PeakGenerator(**arguments)
    running = iter(loader)
    taken = {"before the first batch": 0, "in an epoch": 2, "after an epoch": len(epochs[0])}[moment]
    before = [next(running) for _ in range(taken)]

    def work():
        loader.set_epoch(1)
        assert_same_batches(list(loader), epochs[1])

    child = in_a_child(work)
    rest = list(running)
    assert ended(child) == 0
    assert_same_batches(before + rest, epochs[0])
    assert_same_batches(list(loader), epochs[1])


def spawned(loader, queue) -> None:
    queue.put([int(batch[-1].sum()) for batch in loader])


def test_a_loader_in_a_spawned_process(atemoya, arguments, epochs):
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    process = context.Process(target=spawned, args=(atemoya.PeakGenerator(**arguments), queue))
    process.start()
    try:
        assert queue.get(timeout=SECONDS) == [int(batch[-1].sum()) for batch in epochs[0]]
        process.join(SECONDS)
        assert process.exitcode == 0
    finally:
        process.kill()


def test_batches_that_a_child_lets_go_of(atemoya, simulated):
    """The child frees what it has of the parent's batches, at whatever the parent's threads were
    when it was forked.
    """
    loader = atemoya.PeakGenerator(**simulated.arguments(num_workers=2, batch_size=2))
    running = iter(loader)
    for _ in range(40):
        held = [next(running) for _ in range(2)]
        child = in_a_child(held.clear)
        assert ended(child) == 0
        assert len(held) == 2
    assert len(list(running)) == len(loader) - 80
