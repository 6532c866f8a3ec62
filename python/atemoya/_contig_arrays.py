"""Arrays of whole contigs, as users give them."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import numpy
from numpy.typing import NDArray

_FILE_LIBRARIES = ("pyfaidx", "pysam", "pyBigWig", "bigtools", "pybigtools", "py2bit")


def maps_contigs(value: Any) -> bool:
    """Returns whether it maps names of contigs to values, as a dictionary does."""
    return isinstance(value, Mapping) or (hasattr(value, "keys") and hasattr(value, "__getitem__"))


def contig_arrays(name: str, contigs: Any, ndim: int) -> dict[str, NDArray[Any]]:
    """Returns the arrays of the parameter ``name`` by the names of their contigs.

    Those of a sequence (``ndim`` 2) are ``(4, length)``, those of a track (``ndim`` 1) are
    ``(length,)``. Arrays and CPU tensors are not copied.
    """
    file = _open_file(contigs)
    if file is not None:
        raise TypeError(f"{name} is an open file, {_type(contigs)}: pass its path{file}")
    if not maps_contigs(contigs):
        what = "the path of a FASTA file" if ndim == 2 else "a path"
        raise TypeError(f"{name} must be {what} or a dictionary of arrays, not {_type(contigs)}")
    arrays: dict[str, NDArray[Any]] = {}
    for contig in contigs.keys():
        if isinstance(contig, bool) or not isinstance(contig, (str, int, numpy.integer)):
            raise TypeError(f"{name}: the names of contigs must be strings, and {contig!r} is not")
        if str(contig) in arrays:
            raise ValueError(f"{name}: two contigs are named {str(contig)!r}")
        arrays[str(contig)] = _array(f"{name}[{contig!r}]", contigs[contig], ndim)
    return arrays


def native_order(array: NDArray[Any]) -> NDArray[Any]:
    """Returns the array, or a copy in native byte order if it has the other one."""
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def _array(name: str, value: Any, ndim: int) -> NDArray[Any]:
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(value, torch.Tensor):
        value = _of_tensor(name, value)
    if isinstance(value, numpy.ma.MaskedArray):
        raise TypeError(f"{name} is a masked array: pass array.filled(0), or another value for what is masked")
    if not isinstance(value, numpy.ndarray):
        # cherimoya raises ValueError, too.
        raise ValueError(f"{name} must be a numpy array or a tensor, not {_type(value)}{_to_memory(value)}")
    if value.ndim != ndim:
        shape = "(4, length)" if ndim == 2 else "(length,)"
        raise ValueError(f"{name} must have the shape {shape}, not {value.shape}")
    return native_order(value)


def _of_tensor(name: str, tensor: Any) -> NDArray[Any]:
    if tensor.device.type != "cpu":
        raise ValueError(f"{name} is on the device {str(tensor.device)!r}, not in host memory: pass tensor.cpu()")
    try:
        return tensor.detach().numpy()
    except (TypeError, RuntimeError) as error:
        raise ValueError(
            f"{name} is a tensor that numpy cannot read ({error}): pass tensor.float() or tensor.to_dense()"
        ) from None


def _to_memory(value: Any) -> str:
    """Returns how to make an array of it, for a message."""
    if hasattr(value, "to_numpy"):
        return ": pass value.to_numpy()"
    if hasattr(value, "toarray"):
        return ": pass value.toarray()"
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        return (
            ", which is not in memory: read it first, {contig: data[contig][:] for contig in data}, or pass a "
            "numpy.memmap"
        )
    return ""


def _open_file(value: Any) -> str | None:
    """Returns the path of an open file of sequence or signal, for a message; None for all else."""
    if type(value).__module__.partition(".")[0] not in _FILE_LIBRARIES:
        return None
    path = getattr(value, "filename", None)
    path = path.decode() if isinstance(path, bytes) else path
    return f", {path!r}" if isinstance(path, str) else ""


def _type(value: Any) -> str:
    module, name = type(value).__module__, type(value).__qualname__
    return name if module == "builtins" else f"{module}.{name}"
