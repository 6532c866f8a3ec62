"""The functions of a CUDA driver that a consumer calls, by ctypes, and what the emulator says of
itself.
"""

import ctypes
from ctypes import POINTER, byref, c_char_p, c_int, c_size_t, c_uint, c_uint64, c_void_p


class Driver:
    """`libcuda.so` as the loader finds it, with the primary context of device 0 current on this
    thread.
    """

    def __init__(self):
        self.library = ctypes.CDLL("libcuda.so")
        for name, types in {
            "cuInit": [c_uint],
            "cuDevicePrimaryCtxRetain": [POINTER(c_void_p), c_int],
            "cuCtxSetCurrent": [c_void_p],
            "cuStreamCreate": [POINTER(c_void_p), c_uint],
            "cuStreamDestroy_v2": [c_void_p],
            "cuStreamSynchronize": [c_void_p],
            "cuMemHostAlloc": [POINTER(c_void_p), c_size_t, c_uint],
            "cuMemFreeHost": [c_void_p],
            "cuMemcpyDtoH_v2": [c_void_p, c_uint64, c_size_t],
            "cuMemcpyDtoHAsync_v2": [c_void_p, c_uint64, c_size_t, c_void_p],
        }.items():
            function = getattr(self.library, name)
            function.argtypes, function.restype = types, c_uint
        self.library.cuEmuViolations.restype = c_uint64
        self.library.cuEmuViolationText.argtypes = [c_char_p, c_size_t]
        self.library.cuEmuViolationText.restype = c_size_t
        context = c_void_p()
        self("cuInit", 0)
        self("cuDevicePrimaryCtxRetain", byref(context), 0)
        self("cuCtxSetCurrent", context)

    def __call__(self, name: str, *arguments) -> None:
        code = getattr(self.library, name)(*arguments)
        assert code == 0, f"{name} gives {code}"

    def stream(self) -> int:
        """A new stream, which no other one waits for of itself."""
        stream = c_void_p()
        self("cuStreamCreate", byref(stream), 1)
        return stream.value

    def copy(self, address: int, size: int) -> bytes:
        """Bytes of the device, copied on the default stream, which is waited for."""
        out = (ctypes.c_ubyte * max(size, 1))()
        self("cuMemcpyDtoH_v2", out, address, size)
        return bytes(out)[:size]

    def begin_copy(self, address: int, size: int, stream: int) -> int:
        """Begins a copy on a stream into new page-locked memory, which is not waited for."""
        memory = c_void_p()
        self("cuMemHostAlloc", byref(memory), max(size, 1), 0)
        self("cuMemcpyDtoHAsync_v2", memory, address, size, stream)
        return memory.value

    def alive(self) -> dict[str, int]:
        """What the emulator has that was not freed."""
        numbers = (c_uint64 * 8)()
        self.library.cuEmuLive(numbers, c_size_t(8))
        names = ("allocations", "bytes", "page-locked", "page-locked bytes", "events", "streams", "modules", "contexts")
        return dict(zip(names, numbers))

    def violations(self) -> str:
        """What the emulator has found against the driver's rules, one a line."""
        size = self.library.cuEmuViolationText(None, 0)
        text = ctypes.create_string_buffer(size + 1)
        self.library.cuEmuViolationText(text, size + 1)
        assert bool(self.library.cuEmuViolations()) == bool(text.value)
        return text.value.decode()
