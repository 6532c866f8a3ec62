"""Columns of batches as tensors of DLPack, taken by a consumer that is not ours: numpy, through
ctypes.

    python3 dlpack_numpy.py libatemoya.so STORE

Every column's array has the type, shape and values that the C interface gives otherwise, is
read-only, and is valid after batch and loader are freed; nothing is left when the arrays are gone.
Needs numpy 2.1 or newer.
"""

import ctypes
import sys

import numpy as np

COLUMNS = ["sequence", "controls", "signal", "labels", "sources", "offsets", "reverse_complement"]
U64, F16, I8 = 7, 8, 0


class Tensor(ctypes.Structure):
    """atemoya_tensor"""

    _fields_ = [
        ("data", ctypes.c_void_p),
        ("dtype", ctypes.c_int32),
        ("ndim", ctypes.c_int32),
        ("shape", ctypes.c_int64 * 3),
        ("strides", ctypes.c_int64 * 3),
        ("bytes", ctypes.c_size_t),
        ("device_type", ctypes.c_int32),
        ("device", ctypes.c_int32),
    ]


class Exported:
    """What numpy asks for a tensor: the capsule, which it takes."""

    def __init__(self, tensor):
        self.tensor = tensor

    def __dlpack__(self, **_):
        new = ctypes.pythonapi.PyCapsule_New
        new.restype, new.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
        return new(self.tensor, b"dltensor_versioned", None)

    def __dlpack_device__(self):
        return (1, 0)


def main(library, store_path):
    c = ctypes.CDLL(library)
    c.atemoya_error_message.restype = ctypes.c_char_p
    c.atemoya_dtype_name.restype = ctypes.c_char_p
    c.atemoya_live_handles.restype = ctypes.c_size_t

    def call(name, *arguments):
        error = ctypes.c_void_p()
        status = getattr(c, name)(*arguments, ctypes.byref(error))
        if status < 0:
            sys.exit(f"{name}: {c.atemoya_error_message(error).decode()}")
        return status

    def made(name, *arguments):
        handle = ctypes.c_void_p()
        call(name, *arguments, ctypes.byref(handle))
        return handle

    store = made("atemoya_store_open", store_path.encode())
    checked = 0
    for sequence_type in (I8, F16, U64):
        options = made("atemoya_options_new", store)
        call("atemoya_options_set_sequence_type", options, ctypes.c_int32(sequence_type))
        loader = made("atemoya_loader_new", options)
        call("atemoya_loader_set_epoch", loader, ctypes.c_uint64(0))
        batch = made("atemoya_loader_next", loader)
        kept = []
        for column in range(len(COLUMNS)):
            channels = ctypes.c_size_t()
            call("atemoya_loader_column", loader, ctypes.c_int32(column), ctypes.byref(channels), None, None)
            if channels.value == 0:
                continue
            view = Tensor()
            call("atemoya_batch_column", batch, ctypes.c_int32(column), ctypes.byref(view))
            values = (ctypes.c_uint8 * view.bytes)()
            call("atemoya_batch_read", batch, ctypes.c_int32(column), values, ctypes.c_size_t(view.bytes))
            array = np.from_dlpack(Exported(made("atemoya_batch_dlpack", batch, ctypes.c_int32(column), None)))
            assert array.shape == tuple(view.shape[: view.ndim]), COLUMNS[column]
            assert array.dtype.name == c.atemoya_dtype_name(view.dtype).decode(), COLUMNS[column]
            assert array.ctypes.data == view.data and array.flags.c_contiguous and not array.flags.writeable
            kept.append((COLUMNS[column], array, bytes(values)))
        c.atemoya_batch_free(batch)
        # The slot of the batch must not be filled while an array has it.
        for epoch in range(3):
            call("atemoya_loader_set_epoch", loader, ctypes.c_uint64(epoch))
            while call("atemoya_loader_next", loader, ctypes.byref(batch)) == 0:
                c.atemoya_batch_free(batch)
        c.atemoya_loader_free(loader)
        c.atemoya_options_free(options)
        for name, array, values in kept:
            assert array.tobytes() == values, name
            checked += 1
        del array, kept
    c.atemoya_store_free(store)
    assert c.atemoya_live_handles() == 0, c.atemoya_live_handles()
    print(f"{checked} columns, as numpy {np.__version__} takes them")


main(*sys.argv[1:])
