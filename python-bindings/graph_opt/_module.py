"""Modules and compiled functions on numpy arrays."""

import numpy as np

from . import _graph_opt

_NUMPY = {
    "f16": np.float16,
    "f32": np.float32,
    "f64": np.float64,
    "i1": np.bool_,
    "index": np.int64,
    **{f"i{bits}": np.dtype(f"int{bits}") for bits in (8, 16, 32, 64)},
    **{f"ui{bits}": np.dtype(f"uint{bits}") for bits in (8, 16, 32, 64)},
}


def _dtype(element: str) -> np.dtype:
    """The numpy dtype of an element type; bf16 is ml_dtypes' if that is installed, which numpy itself lacks."""
    if element == "bf16":
        import ml_dtypes

        return np.dtype(ml_dtypes.bfloat16)
    return np.dtype(_NUMPY[element])


def _pack(arrays, ports):
    if len(arrays) != len(ports):
        raise _graph_opt.Error(f"expected {len(ports)} arguments, got {len(arrays)}")
    packed = []
    for array, (name, element, _) in zip(arrays, ports, strict=True):
        array = np.asarray(array)
        if array.dtype != _dtype(element):
            raise _graph_opt.Error(f"expected {element} for '{name}', got {array.dtype}")
        packed.append((np.ascontiguousarray(array).reshape(-1).view(np.uint8), element, list(array.shape)))
    return packed


def _unpack(tensors):
    return [data.view(_dtype(element)).reshape(shape) for data, element, shape in tensors]


class CompiledFunction:
    """Machine code for a function of a module: call it with numpy arrays."""

    def __init__(self, native, ports):
        self._native, self._ports = native, ports

    def __call__(self, *arguments):
        return _unpack(self._native.run(_pack(arguments, self._ports)))

    def stats(self) -> dict:
        return self._native.stats()


class Module:
    """A graph with its functions and parameters."""

    def __init__(self, native):
        self._native = native

    def functions(self) -> list:
        return self._native.functions()

    def inputs(self, function: str = "") -> list:
        """(name, element type, sizes) of each input; -1 is a dynamic size."""
        return self._native.inputs(function)

    def outputs(self, function: str = "") -> list:
        return self._native.outputs(function)

    def run_passes(self, text: str) -> "Module":
        """Runs "O0" to "O3" or a pass pipeline, in place."""
        self._native.run_passes(text)
        return self

    def evaluate(self, *arguments, function: str = "") -> list:
        """Runs a function, the only public one by default, in the reference interpreter."""
        return _unpack(self._native.evaluate(function, _pack(arguments, self._native.inputs(function))))

    def random_inputs(self, seed: int = 0, dims: dict = {}, function: str = "") -> list:
        return _unpack(self._native.random_inputs(function, seed, dict(dims)))

    def compile(self, *, threads: int = 0, pipeline: str = "O2", accuracy: str = "", function: str = "") -> CompiledFunction:
        return CompiledFunction(self._native.compile(function, pipeline, accuracy, threads), self._native.inputs(function))

    def save(self, path) -> None:
        self._native.save(str(path))

    def __str__(self) -> str:
        return str(self._native)


def load(path) -> Module:
    """Reads a model in any format that can be imported."""
    return Module(_graph_opt.Module.load(str(path)))


def parse(text: str) -> Module:
    """Reads MLIR text."""
    return Module(_graph_opt.Module.parse(text))
