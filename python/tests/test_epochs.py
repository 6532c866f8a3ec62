"""The epoch of the next iteration: of a loader, of its samplers, and after ``set_epoch``."""

import pytest
import torch
from comparing import assert_same_batches
from conftest import needed
from test_iterations import make


class Epochs:
    """The batches of a loader, epoch by epoch."""

    def __init__(self, make):
        loader = make()
        self.batches = [list(loader) for _ in range(4)]

    def check(self, ours, epoch: int, first: int = 0) -> None:
        assert_same_batches(list(ours), self.batches[epoch][first:])


@pytest.fixture(scope="module")
def epochs(make):
    return Epochs(make)


def where(loader) -> tuple[int, int]:
    state = loader.state_dict()
    return state["epoch"], state["step"]


@pytest.mark.parametrize("changes", [{}, dict(rank=1, world_size=2), dict(drop_last=True)])
def test_the_samplers_have_all_places(make, changes):
    """On every rank: frameworks that read the samplers share the indices themselves."""
    loader = make(batch_size=12, **changes)
    places = [(0, index) for index in range(len(loader.dataset))]
    assert list(loader.sampler) == places and len(loader.sampler) == len(places)
    loader.set_epoch(0)
    batches = [places[first:first + 12] for first in range(0, len(places), 12)]
    if changes.get("drop_last"):
        batches = [batch for batch in batches if len(batch) == 12]
    assert list(loader.batch_sampler) == batches and len(loader.batch_sampler) == len(batches)


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("way", ["sampler", "batch_sampler"])
def test_each_foreign_iteration_is_the_next_epoch(make, way, workers):
    loader = make()
    by = dict(sampler=loader.sampler, batch_size=16) if way == "sampler" else dict(batch_sampler=loader.batch_sampler)
    foreign = torch.utils.data.DataLoader(loader.dataset, num_workers=workers, timeout=60 if workers else 0, **by)
    for _ in range(3):
        assert_same_batches(list(foreign), list(loader))
    loader.sampler.set_epoch(1)
    expected = make()
    expected.set_epoch(1)
    assert_same_batches(list(foreign), list(expected))
    assert_same_batches(list(foreign), list(expected))


def test_a_foreign_iteration_moves_the_loader_no_further(make):
    loader = make()
    list(loader.sampler), list(loader.batch_sampler)
    assert_same_batches(list(loader), list(make()))


@pytest.mark.parametrize("way", ["sampler", "batch_sampler"])
@pytest.mark.parametrize("changes", [{}, dict(negative_ratio=0.1), dict(negative_ratio=2)])
def test_a_foreign_iteration_keeps_what_it_began_with(make, way, changes):
    """Also after a state was loaded."""
    loader = make()
    by = dict(sampler=loader.sampler, batch_size=16) if way == "sampler" else dict(batch_sampler=loader.batch_sampler)
    foreign = torch.utils.data.DataLoader(loader.dataset, **by)
    expected = make()
    epochs = [list(expected) for _ in range(2)]
    loader.load_state_dict({**loader.state_dict(), "epoch": 1, "step": 3})
    running = iter(foreign)
    first = [next(running)]
    for name, value in changes.items():
        setattr(loader.dataset, name, value)
        setattr(expected.dataset, name, value)
    assert_same_batches([*first, *running], epochs[1][3:])
    assert_same_batches(list(foreign), list(expected))


@pytest.mark.parametrize(("epoch", "first"), [(1, 3), (2, 0)])
def test_setting_the_epoch_of_a_foreign_iteration_after_loading(make, epochs, epoch, first):
    """Accelerate does so."""
    loader = make()
    state = {**loader.state_dict(), "epoch": 1, "step": 3}
    loader.load_state_dict(state)
    loader.batch_sampler.sampler.set_epoch(epoch)
    epochs.check(torch.utils.data.DataLoader(loader.dataset, batch_sampler=loader.batch_sampler), epoch, first)
    with pytest.warns(UserWarning, match="begins epoch 0"):
        loader.load_state_dict(state)
        loader.batch_sampler.sampler.set_epoch(0)
    epochs.check(torch.utils.data.DataLoader(loader.dataset, batch_sampler=loader.batch_sampler), 0)


@pytest.mark.parametrize("workers", [0, 2])
def test_setting_the_epoch_of_a_running_iteration(make, epochs, workers):
    """An iteration without a batch yet begins the epoch. One within it continues."""
    loader = make(num_workers=workers)
    running = iter(loader)
    for epoch in (0, 2, 1):
        loader.set_epoch(epoch)
        assert where(loader) == (epoch, 0) and len(running) == len(loader)
    for _ in range(5):
        next(running)
    assert where(loader) == (1, 5)
    loader.set_epoch(1)
    assert where(loader) == (1, 5)
    epochs.check(running, 1, 5)
    assert where(loader) == (2, 0)
    epochs.check(loader, 2)


def test_the_epoch_that_was_set_is_of_whichever_iteration_gives_first(make, epochs):
    loader = make()
    peeked = iter(loader)
    loader.set_epoch(0)
    epochs.check(loader, 0)
    epochs.check(loader, 1)
    peeked = iter(loader)
    next(peeked)
    loader.set_epoch(2)
    epochs.check(loader, 2)
    epochs.check(loader, 3)
    loader.set_epoch(0)
    peeked = iter(loader)
    next(peeked)
    loader.set_epoch(0)
    epochs.check(peeked, 0, 1)
    epochs.check(loader, 1)
    loader.set_epoch(0)
    epochs.check(loader, 0)


def test_setting_the_epoch_of_an_iteration_that_goes_on_from_a_state(make, epochs):
    loader = make()
    state = {**loader.state_dict(), "epoch": 1, "step": 3}
    loader.load_state_dict(state)
    running = iter(loader)
    loader.set_epoch(1)
    assert where(loader) == (1, 3)
    epochs.check(iter(loader), 1, 3)
    del running
    loader.load_state_dict(state)
    running = iter(loader)
    loader.set_epoch(2)
    epochs.check(running, 2)
    loader.load_state_dict(state)
    running = iter(loader)
    next(running)
    with pytest.warns(UserWarning, match="batches of epoch 1 are left out"):
        loader.set_epoch(2)
    epochs.check(loader, 2)


@pytest.mark.parametrize("begun", [False, True])
def test_setting_the_epoch_once_more_after_loading(make, epochs, begun):
    """A framework that iterates the loader several times in its own epoch sets that epoch again."""
    loader = make()
    loader.set_epoch(0)
    list(loader)
    ended = loader.state_dict()
    running = iter(loader)
    for _ in range(3):
        next(running)
    state = loader.state_dict()
    assert where(loader) == (1, 3)

    def loaded(state, *set_later):
        loader = make()
        loader.load_state_dict(state)
        ours = iter(loader) if begun else None
        for epoch in set_later:
            loader.set_epoch(epoch)
        return loader, ours if begun else iter(loader)

    epochs.check(loaded(state)[1], 1, 3)
    loader, ours = loaded(state, 0, 0)
    assert loader.state_dict() == state
    epochs.check(ours, 1, 3)
    epochs.check(loader, 2)
    epochs.check(loaded(state, 0, 2)[1], 2)
    with pytest.warns(UserWarning, match="epoch 0 was set, which had ended"):
        loader, ours = loaded(ended, 0, 0)
    assert len(ours) == 0 and list(ours) == []
    epochs.check(loader, 1)
    epochs.check(loaded(ended, 0, 1)[1], 1)
    del state["set_epoch"]
    with pytest.warns(UserWarning, match="epoch 0 was set after the state of epoch 1, batch 3"):
        epochs.check(loaded(state, 0)[1], 0)


def test_an_iteration_that_has_given_all_is_within_no_epoch(make, epochs):
    """A consumer that takes exactly the batches of an epoch does not see its end."""
    loader = make()
    for epoch in (0, 0, 1):
        loader.set_epoch(epoch)
        running = iter(loader)
        assert_same_batches([next(running) for _ in range(len(loader))], epochs.batches[epoch])
        assert where(loader) == (epoch + 1, 0)


@pytest.mark.parametrize("workers", [0, 2])
def test_an_iteration_that_gives_no_batch_is_no_epoch(make, epochs, workers):
    """`tqdm.auto` begins two iterations, and takes the batches of the second one."""
    tqdm = needed("tqdm.auto").tqdm
    loader = make(num_workers=workers)
    for epoch in range(2):
        epochs.check(list(tqdm(loader, disable=True)), epoch)
        assert where(loader) == (epoch + 1, 0)
    loader.load_state_dict({**loader.state_dict(), "epoch": 1, "step": 3})
    epochs.check(list(tqdm(loader, disable=True)), 1, 3)
    assert where(loader) == (2, 0)


@pytest.mark.parametrize("workers", [0, 2])
def test_an_epoch_is_taken_with_the_first_batch(make, epochs, workers):
    """The later iteration gives first. An iteration that is dropped before leaves its epoch."""
    loader = make(num_workers=workers)
    first, second = iter(loader), iter(loader)
    taken = [next(second) for _ in range(2)]
    epochs.check(first, 1)
    assert_same_batches([*taken, *second], epochs.batches[0])
    assert where(loader) == (2, 0)
    first = iter(loader)
    assert where(loader) == (2, 0)
    del first
    epochs.check(loader, 2)
