"""Batches in memory that torch has allocated, page-locked where there is CUDA: the same batches,
which keep it.
"""

import gc

import pytest
import torch
from comparing import assert_same_batches, cloned
from stored import arguments, packed

STREAMING = dict(batch_size=16, rank=0, world_size=1, drop_last=False)


@pytest.fixture(scope="module")
def loader(atemoya, simulated, tmp_path_factory):
    store = packed(atemoya, simulated, tmp_path_factory.mktemp("store") / "all.atemoya")
    return atemoya.Loader(store, **arguments(simulated))


@pytest.fixture(scope="module", params=[0, 2], ids=["no workers", "two workers"])
def streaming(request):
    return dict(STREAMING, num_workers=request.param, slots=request.param + 3)


@pytest.fixture(scope="module")
def expected(loader):
    """Two epochs of ordinary batches."""
    columns = ("sequence", "controls", "signal", "labels")
    return [[[torch.from_numpy(getattr(batch, name).copy()) for name in columns] for batch in loader] for _ in range(2)]


class Counted:
    """The allocator that is tested, which remembers what it gave."""

    def __init__(self):
        from atemoya._tensors import TorchMemory

        self.memory, self.given = TorchMemory(pinned=False), {}

    def __call__(self, size: int):
        address, buffer = self.memory(size)
        self.given[address] = size
        assert buffer.data_ptr() == address and buffer.numel() == size
        return address, buffer


def stream_of(loader, streaming, memory):
    stream = loader._native.stream(3, streaming, memory)
    stream.epochs(0, 10**6)
    return stream


def taken(stream, memory, count: int) -> list:
    return [memory.memory.tensors(stream.next(memory)) for _ in range(count)]


def resident() -> int:
    """Resident kB of this process."""
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))


def test_the_same_batches_in_torchs_buffers(loader, streaming, expected):
    memory = Counted()
    stream = stream_of(loader, streaming, memory)
    for epoch in range(2):
        for wanted in expected[epoch]:
            batch = stream.next(memory)
            address = batch.address
            tensors = memory.memory.tensors(batch)
            assert_same_batches([tensors], [wanted])
            assert address in memory.given and address % 256 == 0
            for tensor in tensors:
                assert tensor.is_contiguous() and tensor.data_ptr() % 256 == 0
                last = tensor.data_ptr() + tensor.numel() * tensor.element_size()
                assert address <= tensor.data_ptr() < last <= address + memory.given[address]
            storages = {tensor.untyped_storage().data_ptr() for tensor in tensors}
            assert len(storages) == 1, "torch knows the columns as parts of one buffer of its own"


def test_batches_that_are_kept_never_change(loader, streaming, expected):
    memory = Counted()
    stream = stream_of(loader, streaming, memory)
    kept = taken(stream, memory, len(expected[0]))
    copies = cloned(kept)
    for batch in taken(stream, memory, 3 * len(expected[0])):
        for tensor in batch:
            tensor.fill_(-1)
    del stream, batch
    gc.collect()
    taken(stream_of(loader, streaming, memory), memory, len(expected[0]))
    assert_same_batches(kept, copies)
    assert_same_batches(kept, expected[0])
    places = {tensor.data_ptr() for batch in kept for tensor in batch}
    assert len(places) == 4 * len(kept), "each has memory of its own"


def test_buffers_are_let_go_of(loader, streaming):
    """However many batches there were, no more is held than what the stream gathers ahead."""
    memory = Counted()
    stream = stream_of(loader, streaming, memory)
    taken(stream, memory, 20)
    held, before = len(memory.memory._buffers), resident()
    assert held <= streaming["slots"]
    for _ in range(2000):
        batch, = taken(stream, memory, 1)
    assert len(memory.memory._buffers) == held
    assert resident() < before + 8_000, "2,000 batches are 90 MB"
    del batch, stream


def test_an_allocator_that_fails(loader, streaming):
    """Its exceptions are raised, at the beginning of a stream and later; then batches continue."""
    memory = Counted()

    def fails(size: int):
        raise MemoryError("no more")

    with pytest.raises(MemoryError, match="no more"):
        loader._native.stream(3, streaming, fails)
    stream = stream_of(loader, streaming, memory)
    taken(stream, memory, 1)
    with pytest.raises(MemoryError, match="no more"):
        stream.next(fails)
    with pytest.raises(TypeError):
        loader._native.stream(3, streaming, lambda size: None)
    stream.epochs(1, 1)
    assert len(taken(stream, memory, 2)) == 2


@pytest.mark.parametrize("workers", [0, 2])
def test_a_loader_over_it(atemoya, simulated, workers):
    """PeakGenerator's loader with the memory that it has where there is CUDA, but for the
    page-locking.
    """
    from atemoya._collate import Conversion
    from atemoya._tensors import TorchMemory

    loader, plain = (atemoya.PeakGenerator(**simulated.arguments(num_workers=workers)) for _ in range(2))
    memory = TorchMemory(pinned=False)
    loader._feed.allocate, loader._feed.convert = memory, Conversion(loader.dataset, memory, None)
    epochs = [list(loader) for _ in range(2)]
    for epoch in epochs:
        assert_same_batches(epoch, list(plain))
    next(iter(loader))
    gc.collect()
    assert len(memory._buffers) <= workers + 3
