"""The functions of TensorFlow's C interface that load and run a SavedModel."""

from __future__ import annotations

import contextlib
import ctypes
import functools
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

# sizeof(TF_TString)
_STRING_SIZE = 24
_ERRORS = {
    error(None, None, "").error_code: error
    for error in vars(tf.errors).values()
    if isinstance(error, type) and error in tf.errors.OpError.__subclasses__()
}
_P = ctypes.c_void_p
_N = ctypes.c_size_t


class Output(ctypes.Structure):
    """TF_Output: an output of an operation."""

    _fields_ = [("operation", _P), ("index", ctypes.c_int)]


class Buffer(ctypes.Structure):
    """TF_Buffer: bytes that TensorFlow writes."""

    _fields_ = [("data", _P), ("length", _N), ("deallocate", _P)]


# Function: (type of its result, types of its arguments).
_FUNCTIONS = {
    "TF_NewStatus": (_P, []),
    "TF_DeleteStatus": (None, [_P]),
    "TF_GetCode": (ctypes.c_int, [_P]),
    "TF_Message": (ctypes.c_char_p, [_P]),
    "TF_NewGraph": (_P, []),
    "TF_DeleteGraph": (None, [_P]),
    "TF_GraphOperationByName": (_P, [_P, ctypes.c_char_p]),
    "TF_NewBuffer": (ctypes.POINTER(Buffer), []),
    "TF_DeleteBuffer": (None, [ctypes.POINTER(Buffer)]),
    "TF_NewSessionOptions": (_P, []),
    "TF_DeleteSessionOptions": (None, [_P]),
    "TF_SetConfig": (None, [_P, ctypes.c_char_p, _N, _P]),
    "TF_LoadSessionFromSavedModel": (
        _P,
        [_P, _P, ctypes.c_char_p, _P, ctypes.c_int, _P, ctypes.POINTER(Buffer), _P],
    ),
    "TF_SessionRun": (
        None,
        [_P, _P, _P, _P, ctypes.c_int, _P, _P, ctypes.c_int, _P, ctypes.c_int, _P, _P],
    ),
    "TF_CloseSession": (None, [_P, _P]),
    "TF_DeleteSession": (None, [_P, _P]),
    "TF_AllocateTensor": (_P, [ctypes.c_int, _P, ctypes.c_int, _N]),
    "TF_DeleteTensor": (None, [_P]),
    "TF_TensorData": (_P, [_P]),
    "TF_TensorByteSize": (_N, [_P]),
    "TF_TensorType": (ctypes.c_int, [_P]),
    "TF_NumDims": (ctypes.c_int, [_P]),
    "TF_Dim": (ctypes.c_int64, [_P, ctypes.c_int]),
    "TF_StringInit": (None, [_P]),
    "TF_StringCopy": (None, [_P, ctypes.c_char_p, _N]),
    "TF_StringDealloc": (None, [_P]),
    "TF_StringGetDataPointer": (_P, [_P]),
    "TF_StringGetSize": (_N, [_P]),
}


@functools.cache
def library() -> ctypes.CDLL:
    """TensorFlow's C functions, from the library that `import tensorflow` loads.

    Raises:
        ImportError: if the library cannot be loaded.
    """
    name = "libtensorflow_cc.2.dylib" if sys.platform == "darwin" else None
    path = Path(tf.__file__).parent / (name or "libtensorflow_cc.so.2")
    try:
        functions = ctypes.CDLL(str(path))
    except OSError as error:
        raise ImportError(
            "Expected TensorFlow's library of C functions, which loads models as a "
            f"server does. Received: {error}. Install tensorflow from its wheel."
        ) from None
    for function, (result, arguments) in _FUNCTIONS.items():
        getattr(functions, function).restype = result
        getattr(functions, function).argtypes = arguments
    return functions


@contextlib.contextmanager
def checked() -> Iterator[int]:
    """A context with a TF_Status, whose error is raised at the end of the block.

    Raises:
        tf.errors.OpError: of the class for the code of the status.
    """
    status = library().TF_NewStatus()
    try:
        yield status
        code = library().TF_GetCode(status)
        if code:
            message = library().TF_Message(status).decode(errors="replace")
            raise _ERRORS.get(code, tf.errors.UnknownError)(None, None, message)
    finally:
        library().TF_DeleteStatus(status)


@contextlib.contextmanager
def xla_disabled() -> Iterator[None]:
    """A context in which operations that need XLA fail, as in a server by default."""
    functions = library()
    # C++ names: tensorflow::FailOnXlaCompilation(), ...
    if functions._ZN10tensorflow20FailOnXlaCompilationEv():
        yield
        return
    functions._ZN10tensorflow21DisableXlaCompilationEv()
    try:
        yield
    finally:
        functions._ZN10tensorflow20EnableXlaCompilationEv()


def tensor(array: Any) -> int:
    """A new TF_Tensor with the values of an array.

    Args:
        array: an array; strings are `bytes` or `str` in an array of objects.
    """
    array = np.asarray(array)
    dims = (ctypes.c_int64 * array.ndim)(*array.shape)
    if array.dtype.kind in "OSU":
        size = array.size * _STRING_SIZE
        pointer = library().TF_AllocateTensor(
            tf.string.as_datatype_enum, dims, array.ndim, size
        )
        start = library().TF_TensorData(pointer)
        for i, text in enumerate(array.ravel().tolist()):
            text = text.encode() if isinstance(text, str) else text
            place = start + i * _STRING_SIZE
            library().TF_StringInit(place)
            library().TF_StringCopy(place, text, len(text))
        return pointer
    array = np.ascontiguousarray(array).reshape(array.shape)
    code = tf.as_dtype(array.dtype).as_datatype_enum
    pointer = library().TF_AllocateTensor(code, dims, array.ndim, array.nbytes)
    if array.nbytes:
        start = library().TF_TensorData(pointer)
        ctypes.memmove(start, array.ctypes.data, array.nbytes)
    return pointer


def delete_input(pointer: int) -> None:
    """Frees a tensor that `tensor` made."""
    functions = library()
    if functions.TF_TensorType(pointer) == tf.string.as_datatype_enum:
        start = functions.TF_TensorData(pointer)
        # `tensor` made the buffer, so TensorFlow does not free the strings in it.
        for i in range(functions.TF_TensorByteSize(pointer) // _STRING_SIZE):
            functions.TF_StringDealloc(start + i * _STRING_SIZE)
    functions.TF_DeleteTensor(pointer)


def array(pointer: int) -> np.ndarray:
    """The values of a TF_Tensor as an array; strings are `bytes` in an object array."""
    functions = library()
    rank = functions.TF_NumDims(pointer)
    shape = tuple(functions.TF_Dim(pointer, i) for i in range(rank))
    dtype = tf.as_dtype(functions.TF_TensorType(pointer))
    start = functions.TF_TensorData(pointer)
    if dtype == tf.string:
        values = np.empty(np.prod(shape, dtype=int), object)
        for i in range(len(values)):
            place = start + i * _STRING_SIZE
            data = functions.TF_StringGetDataPointer(place)
            values[i] = ctypes.string_at(data, functions.TF_StringGetSize(place))
        return values.reshape(shape)
    values = np.empty(shape, dtype.as_numpy_dtype)
    if values.nbytes:
        ctypes.memmove(values.ctypes.data, start, values.nbytes)
    return values
