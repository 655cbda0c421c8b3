"""Arrays on their way to compiled code and back, without a copy where they are row-major and contiguous.

numpy and torch come by themselves, others by DLPack (https://dmlc.github.io/dlpack); these say by the array API's
`__array_namespace__` (https://data-apis.org/array-api) what makes arrays of their kind.

Inside, a tensor is (its bytes, its element type as MLIR spells it, its sizes).
"""

import sys

import numpy as np

from ._errors import Error

_NUMPY = {
    "f16": np.float16,
    "f32": np.float32,
    "f64": np.float64,
    "i1": np.bool_,
    "index": np.int64,
    **{f"i{bits}": np.dtype(f"int{bits}") for bits in (8, 16, 32, 64)},
    **{f"ui{bits}": np.dtype(f"uint{bits}") for bits in (8, 16, 32, 64)},
}


def numpy_dtype(element: str) -> np.dtype:
    """The numpy dtype of an element type; bf16 is ml_dtypes' if that is installed, which numpy itself lacks."""
    if element == "bf16":
        import ml_dtypes

        return np.dtype(ml_dtypes.bfloat16)
    return np.dtype(_NUMPY[element])


_TORCH = {
    "bf16": "bfloat16",
    **{element: np.dtype(dtype).name for element, dtype in _NUMPY.items()},
}


def torch_dtype(element: str):
    import torch

    return getattr(torch, _TORCH[element])


def describe(value, dynamic=None) -> str:
    """Sizes and element type of an array, "2x3xf32", with "?" for the `dynamic` axes: a dict by axis, or an entry for each. Text stays."""
    if isinstance(value, str):
        return value
    names = _TORCH if is_torch(value) else {element: np.dtype(dtype).name for element, dtype in _NUMPY.items()}
    dtype = str(value.dtype).removeprefix("torch.")
    element = next((element for element, name in names.items() if name == dtype and element != "index"), None)
    if element is None:
        raise Error(f"expected an array of an element type that is supported, got {dtype}")
    axes = dynamic if isinstance(dynamic, dict) else dict(enumerate(dynamic or ()))
    sizes = [size if axes.get(axis) is None or isinstance(axes[axis], int) else "?" for axis, size in enumerate(value.shape)]
    return "x".join([*map(str, sizes), element])


def is_torch(value) -> bool:
    torch = sys.modules.get("torch")  # a tensor of torch's can only be there if torch is
    return torch is not None and isinstance(value, torch.Tensor)


def framework_of(values: list):
    """The module that makes arrays of the kind that some of the values are: torch, or an array API namespace; None for numpy's."""
    if any(map(is_torch, values)):
        return sys.modules["torch"]
    foreign = (value for value in values if not isinstance(value, np.ndarray) and hasattr(value, "__array_namespace__"))
    first = next(foreign, None)
    return None if first is None or isinstance(first, np.generic) else first.__array_namespace__()


def pack(values, ports) -> list:
    """The arguments of a function whose inputs are `ports`: (name, element type, sizes) each. No value is cast."""
    if len(values) != len(ports):
        raise Error(f"expected {len(ports)} arguments, got {len(values)}")
    return [_pack_one(value, name, element) for value, (name, element, _) in zip(values, ports, strict=True)]


def pack_results(values, ports) -> list:
    """Results to write to. Each must be row-major, contiguous and writable: a copy would be written in vain."""
    packed = pack(values, ports)
    for value, (data, _, _), (name, _, _) in zip(values, packed, ports, strict=True):
        memory = value.data_ptr() if is_torch(value) else _as_numpy(value, name).__array_interface__["data"][0]
        if data.size and (data.__array_interface__["data"][0] != memory or not data.flags.writeable):
            raise Error(f"expected contiguous, writable memory for result '{name}'")
    return packed


def _dtype_error(element: str, name: str, got) -> Error:
    return Error(f"expected {element} for '{name}', got {got}")


def _pack_one(value, name, element):
    if is_torch(value):
        if value.dtype != torch_dtype(element):
            raise _dtype_error(element, name, value.dtype)
        if value.device.type != "cpu":
            raise Error(f"expected a tensor on the CPU for '{name}', got one on {value.device}")
        import torch

        packed = value.detach().resolve_conj().resolve_neg().contiguous()
        flat = packed.as_strided((packed.numel(),), (1,))  # of one element, contiguous() leaves any stride as it is
        return flat.view(torch.uint8).numpy(), element, list(value.shape)
    array = _as_numpy(value, name)
    if array.dtype != numpy_dtype(element):
        raise _dtype_error(element, name, array.dtype)
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8), element, list(array.shape)


def _as_numpy(value, name) -> np.ndarray:
    if isinstance(value, np.ndarray) or not hasattr(value, "__dlpack__"):
        return np.asarray(value)
    try:
        return np.from_dlpack(value)
    except (BufferError, RuntimeError, TypeError) as error:
        raise Error(f"expected an array on the CPU for '{name}', got {type(value).__name__}: {error}") from None


class _Shared(np.ndarray):
    """Bytes that belong to a module, which lives as long as they do."""


def share(tensor: tuple, owner) -> tuple:
    """A tensor on memory of `owner`, which it keeps."""
    data, element, shape = tensor
    shared = data.view(_Shared)
    shared.owner = owner
    return shared, element, shape


def unpack(tensors, framework=None) -> list:
    """Arrays on the memory of results, of the kind that the framework makes; numpy's where it is None."""
    if framework is not None and framework.__name__ == "torch":
        return [framework.from_numpy(data).view(torch_dtype(element)).reshape(shape) for data, element, shape in tensors]
    arrays = [data.view(numpy_dtype(element)).reshape(shape) for data, element, shape in tensors]
    return arrays if framework is None else [framework.from_dlpack(array) for array in arrays]
