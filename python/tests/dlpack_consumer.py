"""A consumer of DLPack, made by hand: it takes a tensor out of its capsule, looks at every field,
and calls the deleter.
"""

import ctypes
from ctypes import CFUNCTYPE, POINTER, Structure, c_char_p, c_uint64, c_void_p
from ctypes import c_int32, c_int64, c_uint8, c_uint16, c_uint32

CODES = {0: "int", 1: "uint", 2: "float", 4: "bfloat"}
DEVICE = (2, 0)


class Tensor(Structure):
    _fields_ = [
        ("data", c_uint64), ("device_type", c_int32), ("device_id", c_int32), ("ndim", c_int32),
        ("code", c_uint8), ("bits", c_uint8), ("lanes", c_uint16),
        ("shape", POINTER(c_int64)), ("strides", POINTER(c_int64)), ("byte_offset", c_uint64),
    ]


class Managed(Structure):
    """Of DLPack before 1.0."""

    _fields_ = [("tensor", Tensor), ("context", c_void_p), ("deleter", CFUNCTYPE(None, c_void_p))]
    NAME, USED = b"dltensor", b"used_dltensor"


class Versioned(Structure):
    """Of DLPack 1.x."""

    _fields_ = [
        ("major", c_uint32), ("minor", c_uint32), ("context", c_void_p),
        ("deleter", CFUNCTYPE(None, c_void_p)), ("flags", c_uint64), ("tensor", Tensor),
    ]
    NAME, USED = b"dltensor_versioned", b"used_dltensor_versioned"


def _capsules(name, result, *arguments):
    return ctypes.PYFUNCTYPE(result, *arguments)((name, ctypes.pythonapi))


_get_name = _capsules("PyCapsule_GetName", c_char_p, ctypes.py_object)
_get_pointer = _capsules("PyCapsule_GetPointer", c_void_p, ctypes.py_object, c_char_p)
_set_name = _capsules("PyCapsule_SetName", ctypes.c_int, ctypes.py_object, c_char_p)


class Taken:
    """A tensor that was taken from a column; `free` gives it back."""

    def __init__(self, column, stream, versioned: bool):
        kind = Versioned if versioned else Managed
        assert column.__dlpack_device__() == DEVICE
        capsule = column.__dlpack__(stream=stream, max_version=(1, 0) if versioned else None)
        assert _get_name(capsule) == kind.NAME
        self.pointer = _get_pointer(capsule, kind.NAME)
        # The capsule keeps the pointer to its name: that of a string that lives for ever.
        assert _set_name(capsule, kind.USED) == 0
        self.managed = kind.from_address(self.pointer)
        if versioned:
            assert (self.managed.major, self.managed.flags) == (1, 0)
        tensor = self.managed.tensor
        assert (tensor.device_type, tensor.device_id) == DEVICE
        assert (tensor.byte_offset, tensor.lanes, tensor.data % 256) == (0, 1, 0)
        self.address = tensor.data
        self.dtype = f"{CODES[tensor.code]}{tensor.bits}"
        self.shape = tuple(tensor.shape[i] for i in range(tensor.ndim))
        self.size, step = tensor.bits // 8, 1
        for i in reversed(range(tensor.ndim)):
            assert tensor.strides[i] == step, "it is in C order"
            step *= self.shape[i]
        self.size *= step
        assert (self.dtype, self.shape) == (column.dtype, column.shape)

    def free(self) -> None:
        """Calls the deleter, once."""
        self.managed.deleter(self.pointer)
        self.managed = self.pointer = None
