"""Ends of every kind: Ctrl-C, early breaks, abandoned iterators, many loaders, batches that outlive
their loader.
"""

import contextlib
import gc
import os
import signal
import threading
import time

import pytest
import torch
from comparing import assert_same_batches, cloned


@pytest.fixture(scope="module", params=[0, 2], ids=["no workers", "two workers"])
def workers(request):
    return request.param


@pytest.fixture(scope="module")
def make(atemoya, simulated, workers):
    def make(**changes):
        return atemoya.PeakGenerator(**simulated.arguments(**{"num_workers": workers, **changes}))

    return make


@pytest.fixture(scope="module")
def epochs(make):
    loader = make()
    return [cloned(loader) for _ in range(3)]


def test_ctrl_c_in_a_loop(make, epochs):
    """A real SIGINT ends the loop; the loader can be used again, from any epoch."""
    loader = make()
    timer = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
    seen = 0
    with pytest.raises(KeyboardInterrupt):
        timer.start()
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            for batch in loader:
                seen += len(batch[-1])
    timer.join()
    assert seen > 0
    loader.set_epoch(1)
    assert_same_batches(list(loader), epochs[1])


def test_ctrl_c_between_batches(make, epochs):
    loader = make()
    with pytest.raises(KeyboardInterrupt):
        for number, _ in enumerate(loader):
            if number == 1:
                os.kill(os.getpid(), signal.SIGINT)
                time.sleep(5)
    assert_same_batches(list(loader), epochs[1])


def test_an_early_break_goes_on_with_the_next_epoch(make, epochs):
    loader = make()
    for _ in loader:
        break
    assert_same_batches(list(loader), epochs[1])
    for number, _ in enumerate(loader):
        if number == 2:
            break
    loader.set_epoch(0)
    assert_same_batches(list(loader), epochs[0])


def test_two_iterators_over_one_loader(make, epochs):
    loader = make()
    first, second = iter(loader), iter(loader)
    seen = ([], [])
    for a, b in zip(first, second):
        seen[0].append(a)
        seen[1].append(b)
    assert_same_batches(seen[0], epochs[0])
    assert_same_batches(seen[1], epochs[1])
    assert_same_batches(list(loader), epochs[2])


def test_an_iterator_outlives_its_loader(make, epochs):
    running = iter(make())
    gc.collect()
    assert_same_batches(list(running), epochs[0])
    with pytest.raises(StopIteration):
        next(running)


def test_batches_never_change(make, epochs):
    """All batches of two epochs are kept, while more is streamed and after the loader is gone."""
    loader = make()
    kept = list(loader)
    copies = cloned(kept)
    kept += list(loader)
    copies += cloned(kept[len(copies):])
    for _ in loader:
        pass
    del loader
    gc.collect()
    assert_same_batches(kept, copies)
    assert_same_batches(kept, epochs[0] + epochs[1])


def test_writing_to_a_batch_changes_nothing_else(make, epochs):
    loader = make()
    for batch in loader:
        for tensor in batch:
            tensor.zero_()
    loader.set_epoch(0)
    assert_same_batches(list(loader), epochs[0])


def in_use() -> tuple[int, int, int, int]:
    """Threads, child processes, open files and resident kB of this process."""
    tasks = os.listdir("/proc/self/task")
    children = 0
    for task in tasks:
        with contextlib.suppress(FileNotFoundError):  # the thread has just ended
            with open(f"/proc/self/task/{task}/children") as file:
                children += len(file.read().split())
    with open("/proc/self/status") as file:
        resident = next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))
    return len(tasks), children, len(os.listdir("/proc/self/fd")), resident


def settled(before: tuple) -> tuple:
    """Returns what is in use, after threads that were told to end had time to do so."""
    for _ in range(100):
        gc.collect()
        now = in_use()
        if now[:3] <= before[:3] and all(a <= b for a, b in zip(now[:3], before[:3])):
            break
        time.sleep(0.05)
    return now


def test_abandoned_iterators_leave_nothing(make):
    loader = make()
    next(iter(loader))
    before = settled(in_use())
    for _ in range(50):
        next(iter(loader))
    del loader
    after = settled(before)
    assert all(a <= b for a, b in zip(after[:3], before[:3])), f"{before} before, {after} after"


def test_a_thousand_loaders(make):
    def use(times: int) -> None:
        for number in range(times):
            running = iter(make())
            next(running)
            if number % 2:
                del running

    use(50)
    before = settled(in_use())
    use(1000)
    after = settled(before)
    assert all(a <= b for a, b in zip(after[:3], before[:3])), f"{before} before, {after} after"
    assert after[3] < before[3] + 20_000, f"resident kB: {before[3]} before, {after[3]} after"


def test_threads_that_share_a_loader(make, epochs):
    """Each thread has an iterator, and each iterator an epoch: that of its first batch."""
    loader = make()
    running = [iter(loader) for _ in range(3)]
    seen: list = [None] * 3

    def work(number: int) -> None:
        seen[number] = list(running[number])

    threads = [threading.Thread(target=work, args=(number,), daemon=True) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert all(seen), "a thread hangs or failed"
    first = [epoch[0][0] for epoch in epochs]
    found = [next(n for n, X in enumerate(first) if torch.equal(X, batches[0][0])) for batches in seen]
    assert sorted(found) == [0, 1, 2]
    for number, batches in zip(found, seen):
        assert_same_batches(batches, epochs[number])


def test_pinned_memory_where_there_is_cuda(make, epochs):
    loader = make(pin_memory=True)
    batches = list(loader)
    assert all(tensor.is_pinned() for tensor in batches[0]) == torch.cuda.is_available()
    assert_same_batches(batches, epochs[0])
