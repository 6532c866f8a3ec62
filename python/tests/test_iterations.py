"""Iterations of a loader in odd orders: threads that share one, old ones, failures, and drawn
seeds.
"""

import signal
import sys
import threading
import time

import numpy as np
import pytest
import torch
from comparing import assert_same_batches
from test_processes import ended, in_a_child


@pytest.fixture(scope="module")
def make(atemoya, simulated):
    return lambda **changes: atemoya.PeakGenerator(**simulated.arguments(**{"num_workers": 1, **changes}))


def test_threads_that_share_an_iteration_get_each_batch_once(make):
    loader = make(num_workers=2)
    expected = list(make())
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(20):
            loader.set_epoch(0)
            running, taken = iter(loader), []
            threads = [threading.Thread(target=lambda: taken.extend(running)) for _ in range(6)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
            assert sorted(batch[-1].tolist() for batch in taken) == sorted(batch[-1].tolist() for batch in expected)
    finally:
        sys.setswitchinterval(interval)
    loader.set_epoch(0)
    assert_same_batches(list(loader), expected)


def test_an_old_iteration_says_nothing_of_the_place(make):
    loader = make()
    old = iter(loader)
    next(old)
    for _ in range(3):
        list(loader)
    assert (loader.state_dict()["epoch"], loader.state_dict()["step"]) == (4, 0)
    del old
    assert (loader.state_dict()["epoch"], loader.state_dict()["step"]) == (4, 0)
    running = iter(loader)
    next(running)
    loader.set_epoch(9)
    assert (loader.state_dict()["epoch"], loader.state_dict()["step"]) == (9, 0)
    assert len(list(running)) == len(loader) - 1
    assert loader.state_dict()["epoch"] == 9


def test_a_batch_that_found_no_memory_comes_the_next_time(make):
    dataset = make().dataset

    class Memory:
        calls = 0

        def __call__(self, size):
            Memory.calls += 1
            if Memory.calls in (7, 8):
                raise MemoryError("none left")
            buffer = torch.empty(size + 256, dtype=torch.uint8)
            return buffer.data_ptr() + -buffer.data_ptr() % 256, buffer

    streaming = dict(num_workers=1, batch_size=16, slots=4, rank=0, world_size=1, drop_last=False)
    memory = Memory()
    stream = dataset.native.stream(dataset.seed, streaming, memory)
    stream.epochs(0, 1)
    places = []
    while True:
        try:
            batch = stream.next(memory)
        except MemoryError:
            continue
        if batch is None:
            break
        places.append((batch.epoch, batch.index))
    assert places == [(0, step) for step in range(len(make()))]


def test_a_loaded_state_outlives_a_failed_beginning(make):
    loader = make()
    running = iter(loader)
    for _ in range(3):
        next(running)
    state, rest = loader.state_dict(), list(running)
    loader.load_state_dict(state)
    native, loader._feed.source = loader._feed.source, None
    with pytest.raises(AttributeError):
        iter(loader)
    loader._feed.source = native
    assert loader.state_dict() == state
    assert_same_batches(list(loader), rest)


def test_a_drawn_seed_is_taken_from_a_state(make):
    np.random.seed(5)
    first = make(random_state=None)
    running = iter(first)
    next(running)
    state, rest = first.state_dict(), list(running)
    second = make(random_state=None)
    assert second.dataset._base_seed != first.dataset._base_seed
    second.load_state_dict(state)
    assert_same_batches(list(second), rest)


def test_ranks_by_argument_need_a_seed(make):
    with pytest.raises(ValueError, match="random_state"):
        make(random_state=None, rank=0, world_size=2)


def test_fork_while_a_thread_plans_epochs(make):
    dataset = make(negative_ratio=200).dataset
    done = threading.Event()

    def plan():
        epoch = 0
        while not done.is_set():
            epoch += 1
            dataset.native.fetch(epoch, [0])

    thread = threading.Thread(target=plan)
    thread.start()
    try:
        for _ in range(6):
            time.sleep(0.003)

            def work():
                signal.signal(signal.SIGALRM, signal.SIG_DFL)
                signal.alarm(20)
                assert len(dataset.native.fetch(5, [3])) == 1

            assert ended(in_a_child(work)) == 0
    finally:
        done.set()
        thread.join()


@pytest.mark.parametrize("index", [
    0, -1, slice(2, 9, 3), [1, 1, 0], np.array([[0, 1], [2, 3]]), (slice(0, 3), 0, slice(5, 9)), (2, Ellipsis, 0),
    Ellipsis, (Ellipsis, 0), None, ([0, 1], [0, 1]), (slice(None), [0, 1], [3, 4]), (3, slice(None), [0, 2])])
def test_lazy_arrays_are_indexed_as_numpys(make, index):
    signals = make().dataset.peak_signals
    assert np.array_equal(signals[index], np.asarray(signals)[index])


def test_examples_are_a_list_that_may_be_changed(make):
    dataset = make().dataset
    examples = dataset.__getitems__([(0, i) for i in range(5)])
    assert isinstance(examples, list)
    ready = torch.utils.data.default_collate(examples)
    examples.reverse()
    turned = torch.utils.data.default_collate(examples)
    for now, then in zip(turned, ready):
        assert torch.equal(now, then.flip(0))
    assert len(torch.utils.data.default_collate(examples + examples)[0]) == 10
    assert dataset.__getitems__([]) == []
