"""Tensors by the array interface and by DLPack: memory, its lifetime, and refused requests."""

import ctypes
import gc
import threading

import numpy as np
import pytest
import torch
import torch.utils.dlpack
from stored import COLUMNS, arguments, packed

CPU = (1, 0)


@pytest.fixture(scope="module")
def make(atemoya, simulated, tmp_path_factory):
    store = packed(atemoya, simulated, tmp_path_factory.mktemp("store") / "all.atemoya")

    def make(**changes):
        return atemoya.Loader(store, **arguments(simulated, **changes))

    return make


@pytest.fixture
def batch(make):
    return next(iter(make()))


WAYS = {
    "numpy.asarray": lambda tensor: np.asarray(tensor),
    "numpy.from_dlpack": lambda tensor: np.from_dlpack(tensor),
    "torch.from_dlpack": lambda tensor: torch.from_dlpack(tensor).numpy(),
    "torch.utils.dlpack.from_dlpack": lambda tensor: torch.utils.dlpack.from_dlpack(tensor).numpy(),
    "an unversioned capsule": lambda tensor: torch.utils.dlpack.from_dlpack(tensor.__dlpack__()).numpy(),
    "a versioned capsule":
        lambda tensor: torch.utils.dlpack.from_dlpack(tensor.__dlpack__(max_version=(1, 0))).numpy(),
}


def resident() -> int:
    """Resident kB of this process."""
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))


def name_of(capsule) -> bytes:
    get = ctypes.pythonapi.PyCapsule_GetName
    get.restype, get.argtypes = ctypes.c_char_p, [ctypes.py_object]
    return get(capsule)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("column", COLUMNS)
def test_all_ways_share_the_memory(batch, way, column):
    tensor, expected = batch.tensor(column), getattr(batch, column).copy()
    seen = WAYS[way](tensor)
    assert (seen.dtype, seen.shape) == (expected.dtype, expected.shape) == (np.dtype(tensor.dtype), tensor.shape)
    assert np.array_equal(seen, expected)
    assert seen.flags.c_contiguous and seen.ctypes.data == getattr(batch, column).ctypes.data
    seen.flat[0] = 7
    assert getattr(batch, column).flat[0] == 7, "nothing was copied"


def test_what_a_tensor_says_of_itself(atemoya, batch):
    tensor = batch.tensor("signal")
    assert isinstance(tensor, atemoya.Tensor)
    assert (tensor.shape, tensor.dtype, len(tensor)) == ((16, 3, 100), "float32", 16)
    assert "float32" in repr(tensor) and "16, 3, 100" in repr(tensor)
    assert tensor.__dlpack_device__() == CPU
    assert tensor.__array_interface__["data"][0] % 64 == 0, "columns are aligned"


@pytest.mark.parametrize(("arguments", "name"), [
    ({}, b"dltensor"), (dict(max_version=None), b"dltensor"), (dict(max_version=(0, 8)), b"dltensor"),
    (dict(max_version=(1, 0)), b"dltensor_versioned"), (dict(max_version=(1, 3)), b"dltensor_versioned"),
    (dict(max_version=(2, 0)), b"dltensor_versioned"),
    (dict(stream=None, dl_device=CPU, copy=False, max_version=(1, 0)), b"dltensor_versioned"),
    (dict(copy=None, dl_device=None), b"dltensor")])
def test_capsules(batch, arguments, name):
    capsule = batch.tensor("signal").__dlpack__(**arguments)
    assert name_of(capsule) == name
    taken = torch.utils.dlpack.from_dlpack(capsule)
    assert name_of(capsule) == b"used_" + name
    assert torch.equal(taken, torch.from_numpy(batch.signal))


@pytest.mark.parametrize("arguments", [dict(stream=1), dict(stream=-1), dict(dl_device=(2, 0)), dict(dl_device=(1, 1)),
                                       dict(copy=True)])
def test_what_cannot_be_had_is_a_buffer_error(batch, arguments):
    with pytest.raises(BufferError):
        batch.tensor("signal").__dlpack__(**arguments)


@pytest.mark.parametrize("arguments", [dict(max_version=1), dict(dl_device="cpu"), dict(nonsense=1)])
def test_arguments_of_other_types(batch, arguments):
    with pytest.raises(TypeError):
        batch.tensor("signal").__dlpack__(**arguments)


def test_numpys_own_arguments(batch):
    tensor = batch.tensor("signal")
    assert np.from_dlpack(tensor, device="cpu", copy=False).ctypes.data == batch.signal.ctypes.data
    with pytest.raises(BufferError):
        np.from_dlpack(tensor, copy=True)
    copied = np.array(tensor)
    copied[:] = -1
    assert not (batch.signal == -1).any()
    assert np.asarray(tensor, dtype=np.float64).dtype == np.float64


def test_types_that_numpy_lacks(make):
    """bfloat16 comes through torch alone; its zeros and ones are those of int8."""
    batch, plain = next(iter(make(sequence_type="bfloat16"))), next(iter(make()))
    tensor = batch.tensor("sequence")
    assert tensor.dtype == "bfloat16"
    seen = torch.from_dlpack(tensor)
    assert seen.dtype == torch.bfloat16
    assert np.array_equal(seen.to(torch.int8).numpy(), plain.sequence)
    for refused in (lambda: np.asarray(tensor), lambda: batch.sequence):
        with pytest.raises(TypeError, match="bfloat16"):
            refused()
    with pytest.raises((TypeError, BufferError, RuntimeError)):
        np.from_dlpack(tensor)
    assert np.array_equal(batch.labels, plain.labels)


@pytest.mark.parametrize(("name", "dtype"), [("float16", torch.float16), ("uint8", torch.uint8),
                                             ("float32", torch.float32), ("uint64", torch.uint64)])
def test_types_of_torchs(make, name, dtype):
    batch = next(iter(make(sequence_type=name)))
    seen = torch.from_dlpack(batch.tensor("sequence"))
    assert seen.dtype == dtype
    assert np.array_equal(seen.numpy(), batch.sequence)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("workers", [0, 2])
def test_what_is_made_of_a_batch_outlives_it(make, way, workers):
    """Batch, tensor and loader are gone, and other loaders have used whatever memory they gave
    back.
    """
    loader = make(num_workers=workers)
    batches = [batch for batch in loader]
    expected = [batch.signal.copy() for batch in batches]
    kept = [WAYS[way](batch.tensor("signal")) for batch in batches]
    del batches, loader
    gc.collect()
    for batch in make(random_state=99, num_workers=workers):
        batch.signal[:] = -5
    del batch
    assert all(np.array_equal(a, b) for a, b in zip(kept, expected, strict=True))


def test_an_empty_tensor(make):
    batch = make().fetch(0, [])
    for way in WAYS.values():
        assert way(batch.tensor("signal")).shape == (0, 3, 100)


def test_taken_by_another_thread(batch):
    """A capsule may be taken, and what came of it dropped, where the batch was not made."""
    capsule, expected = batch.tensor("signal").__dlpack__(max_version=(1, 0)), float(batch.signal.sum())
    seen: list = []

    def work(capsule) -> None:
        seen.append(float(torch.utils.dlpack.from_dlpack(capsule).double().sum()))

    thread = threading.Thread(target=work, args=(capsule,))
    thread.start()
    thread.join(30)
    assert seen == [pytest.approx(expected)]


MADE = {
    "tensors": lambda tensor: tensor,
    "capsules that nobody takes": lambda tensor: tensor.__dlpack__(),
    "versioned capsules that nobody takes": lambda tensor: tensor.__dlpack__(max_version=(1, 0)),
    **WAYS,
}


@pytest.mark.parametrize("name", MADE)
def test_ten_thousand_leave_nothing(make, name):
    """Each tensor holds a batch of 300 kB: 2,000 of them would take 600 MB."""
    loader, make_of = make(in_window=2000, out_window=1000, num_workers=0), MADE[name]
    places = list(range(12))

    def use(times: int) -> None:
        for _ in range(times):
            made = make_of(loader.fetch(0, places).tensor("signal"))
            del made

    use(200)
    before = resident()
    use(10_000 if name in ("tensors", "capsules that nobody takes", "torch.from_dlpack") else 2_000)
    assert resident() < before + 10_000


@pytest.mark.parametrize("version", [None, (1, 0)])
def test_capsules_of_one_batch_leave_nothing(batch, version):
    """What belongs to a capsule alone is about 200 bytes, taken or not: 40 MB, if it were not
    freed.
    """
    tensor = batch.tensor("signal")
    torch.utils.dlpack.from_dlpack(tensor.__dlpack__(max_version=version))
    before = resident()
    for number in range(200_000):
        capsule = tensor.__dlpack__(max_version=version)
        if number % 4 == 0:
            torch.utils.dlpack.from_dlpack(capsule)
    assert resident() < before + 6_000


def test_many_capsules_of_one_tensor(batch):
    tensor = batch.tensor("labels")
    expected = batch.labels.copy()
    capsules = [tensor.__dlpack__(max_version=(1, 0) if number % 2 else None) for number in range(10_000)]
    taken = [torch.utils.dlpack.from_dlpack(capsule) for capsule in capsules[::100]]
    del tensor, batch, capsules
    gc.collect()
    assert all(np.array_equal(one.numpy(), expected) for one in taken)
