"""numpy arrays and texts as arrays of Arrow, and back, through memory of the same layout.

pyarrow's own conversions import pandas, which takes longer than scoring a small file.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FLOATS = {"halffloat": "float16", "float": "float32", "double": "float64"}
_TOO_LONG = 1 << 31  # bytes of texts, beyond the 32-bit offsets of Arrow's usual type


def arrow_numbers(values: NDArray[Any]) -> Any:
    """Return numbers or truth values as an array of Arrow, null where nan; pyarrow converts other types.

    Examples
    --------
    >>> arrow_numbers(np.array([1.5, np.nan])).to_pylist()
    [1.5, None]
    """
    import pyarrow as pa

    if values.ndim != 1 or values.dtype.kind not in "biuf" or not values.dtype.isnative:
        return pa.array(values, from_pandas=True)
    if values.dtype.kind == "b":
        return pa.Array.from_buffers(pa.bool_(), len(values), [None, pa.py_buffer(_bits(values))])
    validity, n_nulls = None, 0
    if values.dtype.kind == "f":
        is_number = ~np.isnan(values)
        n_nulls = len(is_number) - int(np.count_nonzero(is_number))
        validity = pa.py_buffer(_bits(is_number)) if n_nulls else None
    data = pa.py_buffer(np.ascontiguousarray(values))
    return pa.Array.from_buffers(pa.from_numpy_dtype(values.dtype), len(values), [validity, data], n_nulls)


def _bits(values: NDArray[np.bool_]) -> NDArray[np.uint8]:
    return np.packbits(values, bitorder="little")


def arrow_texts(texts: Sequence[str]) -> Any:
    """Return texts as an array of Arrow; a text with half a surrogate pair raises `UnicodeEncodeError`.

    Examples
    --------
    >>> arrow_texts(["a", ""]).to_pylist()
    ['a', '']
    """
    import pyarrow as pa

    encoded = [text.encode() for text in texts]
    ends = np.zeros(len(texts) + 1, np.int64)
    np.cumsum([len(text) for text in encoded], out=ends[1:])
    if ends[-1] >= _TOO_LONG:
        return pa.array(texts, pa.string())
    buffers = [None, pa.py_buffer(ends.astype(np.int32)), pa.py_buffer(b"".join(encoded))]
    return pa.Array.from_buffers(pa.string(), len(texts), buffers)


def numpy_type(kind: Any) -> np.dtype[Any]:
    """Return numpy's type of numbers for a type of Arrow."""
    return np.dtype(_FLOATS.get(str(kind), str(kind)))


def numpy_numbers(array: Any) -> NDArray[Any]:
    """Return an array of Arrow with numbers and no null as a numpy array, without copying.

    Examples
    --------
    >>> numpy_numbers(arrow_numbers(np.array([3, 4])))
    array([3, 4])
    """
    dtype = numpy_type(array.type)
    data = array.buffers()[1]
    if data is None or not len(array):
        return np.empty(0, dtype)
    return np.frombuffer(data, dtype, count=array.offset + len(array))[array.offset :]


def numpy_truths(array: Any) -> NDArray[np.bool_]:
    """Return an array of Arrow with truth values and no null as a numpy array.

    Examples
    --------
    >>> numpy_truths(arrow_numbers(np.array([True, False])))
    array([ True, False])
    """
    first, stop = array.offset, array.offset + len(array)
    if not len(array):
        return np.empty(0, np.bool_)
    bits = np.frombuffer(array.buffers()[1], np.uint8)[first // 8 : -(-stop // 8)]
    return np.unpackbits(bits, bitorder="little")[first % 8 : first % 8 + len(array)].view(np.bool_)
