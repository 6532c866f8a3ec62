"""Programs of `test_device.py`, run on the emulator: `on_device.py PROGRAM FOLDER`."""

import gc
import os
import sys
from ctypes import string_at
from pathlib import Path

import numpy as np
from cuda_driver import Driver
from device_data import COLUMNS, Data, as_bytes, read, wrong
from dlpack_consumer import DEVICE, Taken

PROGRAMS = {}


def program(function):
    PROGRAMS[function.__name__] = function
    return function


@program
def same_bytes(driver: Driver, data: Data) -> None:
    """Every column of every batch of two epochs, for every way to the device and every stream."""
    own = driver.stream()
    streams = [None, 1, own, -1]
    for ways in (dict(), dict(transfer="dense", num_workers=0), dict(num_workers=2, prefetch_to_device=0)):
        host, loader = data.loader(), data.on_device(**ways)
        assert len(host) == len(loader) > 4
        for epoch in range(2):
            count = 0
            for expected, batch in zip(host, loader, strict=True):
                assert (batch.device, expected.device, expected.stream) == (0, None, None)
                assert batch.stream > 2 and len(batch) == len(expected)
                assert (batch.epoch, batch.index) == (expected.epoch, expected.index) == (epoch, count)
                assert read(driver, batch, streams[count % 4], count % 3 == 0) == as_bytes(expected)
                assert host.state_dict() == loader.state_dict()
                count += 1
            assert count == len(host)
    driver("cuStreamDestroy_v2", own)


@program
def types(driver: Driver, data: Data) -> None:
    """The types of the device: the host's values, rounded to the nearest, ties to even."""
    def bfloat16(array):
        bits = np.ascontiguousarray(array, np.float32).view(np.uint32).astype(np.uint64)
        return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype(np.uint16).tobytes()

    halves = {"float16": lambda array: array.astype(np.float16).tobytes(), "bfloat16": bfloat16}
    others = {name: lambda array, name=name: array.astype(name).tobytes() for name in ("float32", "uint8")}
    for transfer in ("compact", "dense"):
        for sequence, controls, signal in (("float32", "float16", "bfloat16"), ("bfloat16", "bfloat16", "uint8"),
                                           ("float16", "float32", "float16"), ("uint8", "float32", "float32")):
            types = {"sequence_type": sequence, "controls_type": controls, "signal_type": signal}
            loader = data.on_device(transfer=transfer, **types)
            for expected, batch in zip(data.loader(), loader, strict=True):
                columns = read(driver, batch)
                for name in ("sequence", "controls", "signal"):
                    array, dtype = getattr(expected, name), types[f"{name}_type"]
                    assert columns[name] == (dtype, array.shape, {**halves, **others}[dtype](array)), (name, dtype)
            fetched = loader.fetch(0, [5, 1])
            assert fetched.device is None and fetched.signal.dtype == ("uint8" if signal == "uint8" else "float32")
    packed = dict(sequence_type="uint64")
    for expected, batch in zip(data.loader(**packed), data.on_device(**packed), strict=True):
        assert read(driver, batch)["sequence"] == as_bytes(expected)["sequence"]


@program
def resuming(driver: Driver, data: Data) -> None:
    """States go from the device to the host and back, and to another number of ranks."""
    epochs = [[as_bytes(batch) for batch in epoch] for epoch in [data.loader()] * 3]
    host, device = data.loader(), data.on_device()
    running = iter(device)
    for _ in range(3):
        next(running)
    state = device.state_dict()
    assert (state["epoch"], state["step"]) == (0, 3)
    host.load_state_dict(state)
    assert [as_bytes(batch) for batch in host] == epochs[0][3:]
    state = host.state_dict()
    again = data.on_device(num_workers=2)
    again.load_state_dict(state)
    assert [read(driver, batch) for batch in again] == epochs[1]
    # What was left begins again with the next epoch, or with the one that is set.
    del running
    assert [read(driver, batch) for batch in device] == epochs[1]
    device.set_epoch(0)
    assert [read(driver, batch) for batch in device] == epochs[0]
    device.set_epoch(2)
    assert [read(driver, batch) for batch in device] == epochs[2]
    for rank in range(2):
        part = dict(world_size=2, rank=rank)
        loader = data.on_device(**part)
        loader.load_state_dict({**state, "epoch": 1, "step": 2})
        rest = data.loader(**part)
        rest.load_state_dict({**state, "epoch": 1, "step": 2})
        assert [read(driver, batch) for batch in loader] == [as_bytes(batch) for batch in rest]
    wrong(data.on_device(random_state=4).load_state_dict, state, says="random_state")


@program
def lifetimes(driver: Driver, data: Data) -> None:
    """Memory is held until the batch and all of its tensors are freed, and not longer."""
    expected = [as_bytes(batch) for batch in data.loader()]
    loader = data.on_device(device_slots=5)
    running = iter(loader)
    batches = [next(running) for _ in range(3)]
    # Capsules without a consumer free what they hold.
    for batch in batches:
        for version in (None, (1, 0)):
            capsule = batch.tensor("signal").__dlpack__(stream=-1, max_version=version)
            del capsule
    tensor, column = Taken(batches[0].tensor("signal"), None, True), batches[1].tensor("labels")
    not_taken = batches[2].tensor("sequence").__dlpack__()
    del batches, batch
    # Two slots are left, which all others come in: a loop holds the batch before the next one.
    assert [read(driver, batch) for batch in running] == expected[3:]
    assert driver.copy(tensor.address, tensor.size) == expected[0]["signal"][2]
    labels = Taken(column, 1, False)
    assert driver.copy(labels.address, labels.size) == expected[1]["labels"][2]
    labels.free()
    # All of it outlives the loader.
    del loader, running
    gc.collect()
    assert driver.alive()["allocations"] > 0
    assert driver.copy(tensor.address, tensor.size) == expected[0]["signal"][2]
    tensor.free()
    del column
    assert driver.alive()["allocations"] > 0
    del not_taken
    gc.collect()
    assert driver.alive() == {**dict.fromkeys(driver.alive(), 0), "contexts": 1}, driver.alive()


@program
def left(driver: Driver, data: Data) -> None:
    """Objects of all kinds that are alive when the interpreter ends."""
    loader = data.on_device(num_workers=2)
    running = iter(loader)
    batch = next(running)
    column = batch.tensor("signal")
    taken = Taken(column, driver.stream(), True)
    PROGRAMS["kept"] = [loader, running, batch, column, column.__dlpack__(), taken]


@program
def held(driver: Driver, data: Data) -> None:
    """A consumer that holds all slots gets an error, and continues after freeing one."""
    expected = [as_bytes(batch) for batch in data.loader()]
    running = iter(data.on_device(device_slots=3, prefetch_to_device=1))
    kept, seen = [], []
    while True:
        try:
            kept.append(next(running))
        except StopIteration:
            break
        except RuntimeError as error:
            assert len(kept) == 3 and "3" in str(error), error
            wrong(next, running, raises=RuntimeError)
            # The one in the middle first: they come back in any order.
            seen.extend(sorted((batch.index, read(driver, batch)) for batch in [kept.pop(1), kept.pop(0)]))
            del error
    seen.extend((batch.index, read(driver, batch)) for batch in kept)
    assert [columns for _, columns in sorted(seen, key=lambda pair: pair[0])] == expected


@program
def streams(driver: Driver, data: Data) -> None:
    """Consumers that never wait: memory is used again only after the work of their streams."""
    expected = [as_bytes(batch) for batch in data.loader()]
    own = [driver.stream(), driver.stream()]
    gone = driver.stream()
    begun = []
    for batch in data.on_device(num_workers=2, device_slots=3):
        stream = own[batch.index % 2]
        if batch.index % 3 == 0:
            batch.wait_on(stream)
            addresses = {name: Taken(batch.tensor(name), -1, True) for name in COLUMNS}
        else:
            addresses = {name: Taken(batch.tensor(name), stream, True) for name in COLUMNS}
        begun.append({name: (taken, driver.begin_copy(taken.address, taken.size, stream))
                      for name, taken in addresses.items()})
        if batch.index == 2:
            # A stream that ends before the batch.
            batch.wait_on(gone)
            driver.begin_copy(addresses["signal"].address, addresses["signal"].size, gone)
            batch.done_on(gone)
            driver("cuStreamDestroy_v2", gone)
        for taken in addresses.values():
            taken.free()
    for stream in own:
        driver("cuStreamSynchronize", stream)
    for columns, wanted in zip(begun, expected, strict=True):
        for name, (taken, memory) in columns.items():
            found = string_at(memory, taken.size)
            assert (taken.dtype, taken.shape, found) == wanted[name]


@program
def unwaited(driver: Driver, data: Data) -> None:
    """A consumer that promises to wait, and does not: the emulator must report it."""
    for batch in data.on_device():
        taken = Taken(batch.tensor("signal"), -1, True)
        driver.copy(taken.address, taken.size)
        taken.free()


@program
def refusals(driver: Driver, data: Data) -> None:
    """Calls that a device, or a batch on one, refuses."""
    loader = data.on_device()
    batch = next(iter(loader))
    for name in COLUMNS:
        wrong(getattr, batch, name, raises=TypeError, says="device 0")
    wrong(batch.tensor, "nonsense", raises=KeyError)
    tensor = batch.tensor("signal")
    assert tensor.__dlpack_device__() == DEVICE and "device 0" in repr(batch)
    wrong(np.asarray, tensor, raises=TypeError, says="device 0")
    wrong(np.from_dlpack, tensor, raises=(BufferError, RuntimeError, ValueError, TypeError))
    for use in (lambda stream: tensor.__dlpack__(stream=stream), batch.wait_on, batch.done_on):
        for stream in (0, 2, -2):
            wrong(use, stream, says="stream")
        wrong(use, "1", raises=TypeError, says="stream")
    wrong(tensor.__dlpack__, dl_device=(1, 0), raises=BufferError)
    wrong(tensor.__dlpack__, dl_device=(2, 1), raises=BufferError)
    wrong(tensor.__dlpack__, copy=True, raises=BufferError)
    assert tensor.__dlpack__(dl_device=DEVICE, copy=False) is not None
    host = next(iter(data.loader()))
    wrong(host.wait_on, 1, raises=TypeError, says="host")
    wrong(host.tensor("signal").__dlpack__, stream=1, raises=BufferError)
    wrong(data.on_device, device=1, raises=RuntimeError, says="no CUDA device 1")
    wrong(data.on_device, device=-1, says="device")
    wrong(data.on_device, device="cuda:0", raises=TypeError, says="device")
    wrong(data.on_device, transfer="zip", says="transfer")
    wrong(data.on_device, device_slots=2, says="device_slots")
    wrong(data.on_device, prefetch_to_device=10**6, says="prefetch_to_device")
    wrong(data.on_device, signal_type="int8", says="signal_type")
    wrong(data.loader, signal_type="float16", says="signal_type")


@program
def second(driver: Driver, data: Data) -> None:
    """The second of two devices."""
    batch = next(iter(data.on_device(device=1)))
    tensor = batch.tensor("signal")
    assert (batch.device, tensor.__dlpack_device__()) == (1, (2, 1))
    wrong(tensor.__dlpack__, dl_device=DEVICE, raises=BufferError)
    assert tensor.__dlpack__(dl_device=(2, 1), stream=1) is not None
    wrong(data.on_device, device=2, raises=RuntimeError, says="no CUDA device 2: there are 2")


@program
def forked(driver: Driver, data: Data) -> None:
    """A forked process gets an error, and frees what it has without calls of the driver."""
    loader = data.on_device()
    running = iter(loader)
    batch = next(running)
    tensor = batch.tensor("signal")
    child = os.fork()
    if child == 0:
        status = 1
        try:
            wrong(next, running, raises=RuntimeError, says="forked")
            wrong(tensor.__dlpack__, raises=RuntimeError, says="forked")
            wrong(lambda: batch.stream, raises=RuntimeError, says="forked")
            wrong(iter, loader, raises=RuntimeError, says="forked")
            del batch, tensor, running, loader
            gc.collect()
            assert as_bytes(next(iter(data.loader(num_workers=0))))
            status = 0
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    expected = [as_bytes(batch) for batch in data.loader()]
    assert [read(driver, batch), *(read(driver, batch) for batch in running)] == expected


@program
def none(data: Data) -> None:
    """Without a driver or a device: an error, before loci are selected."""
    for device in (0, 2**40):
        wrong(data.on_device, device=device, peaks="/no/such/file", raises=RuntimeError, says="no CUDA d")
    assert as_bytes(next(iter(data.loader())))


def main(name: str, folder: str) -> None:
    data = Data(Path(folder))
    if name == "none":
        return none(data)
    driver = Driver()
    PROGRAMS[name](driver, data)
    gc.collect()
    print(driver.violations(), end="")


if __name__ == "__main__":
    main(*sys.argv[1:])
