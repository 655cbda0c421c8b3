"""Modules and compiled functions."""

import html
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from . import _graph_opt
from ._errors import CompileError, Error, ImportFailure, stage
from ._graph import Graph
from ._signature import RANDOM_KEY, NestedSignature, Signature, describe_all
from ._values import framework_of, is_torch, pack, pack_results, share, unpack

_MOST_HTML_LINES = 500


def with_key(arguments: list, ports: list) -> list:
    """The arguments, with a fresh key behind them where the function wants one and none is given: by torch's generator for torch's tensors,
    so that torch.manual_seed counts."""
    if len(arguments) + 1 != len(ports) or ports[-1][0] != RANDOM_KEY:
        return arguments
    if any(map(is_torch, arguments)):
        import torch

        return [*arguments, torch.randint(-(2**63), 2**63 - 1, ())]
    return [*arguments, np.random.default_rng().integers(-(2**63), 2**63 - 1, (), np.int64)]


class CompiledFunction:
    """Machine code for a function of a module.

    Takes and returns what the model does: numpy arrays, torch tensors, or arrays of any framework that has DLPack and the array API's
    `__array_namespace__`; what comes out is of the kind that came in. Nothing is cast, and arguments that are row-major and contiguous
    are used in place. Calls from several threads may run at the same time.
    """

    def __init__(self, native, ports: list, results: list, signature: Signature):
        self._native, self._ports, self._results, self._signature = native, ports, results, signature
        self._names = [name for name, _, _ in results]

    def __call__(self, *args, **kwargs):
        flat = self._signature.flatten(args, kwargs)
        return self._signature.unflatten(self.run(flat), self._names)

    def run(self, inputs: Sequence, outputs: Sequence | None = None) -> list:
        """The function itself, without the model's nesting: arrays in order to a list of arrays.

        `outputs` are written to instead of new arrays, where they are given: contiguous, of the sizes and element types of the results, and
        with memory that is no argument's.
        """
        with stage(Error):
            if outputs is not None and not hasattr(self._native, "run_into"):
                raise Error("expected no memory for results of the target cuda, which makes its own")
            if outputs is None:
                return self._run(inputs, framework_of(inputs))
            self._native.run_into(self._pack(inputs), pack_results(outputs, self._results))
            return list(outputs)

    def _pack(self, inputs: Sequence) -> list:
        return pack(with_key(list(inputs), self._ports), self._ports)

    def _run(self, inputs: Sequence, framework) -> list:
        return unpack(self._native.run(self._pack(inputs)), framework)

    def stats(self) -> dict:
        """total_ops, compiled_ops (all of them: nothing falls back), cache_hits, arena_bytes, compile_ms; on a GPU, kernels."""
        return self._native.stats()


class Module:
    """A graph with its functions and parameters."""

    def __init__(self, native, signature: Signature | None = None, files=None):
        self._native, self._signature = native, signature or Signature()
        self._files = files  # what weights are mapped from: kept as long as the module
        self._own = next(iter(native.functions()), "")  # the function that the signature is of: those that passes add have a plain one
        self._editor = None

    def functions(self) -> list:
        return self._native.functions()

    def inputs(self, function: str = "") -> list:
        """(name, element type, sizes) of each input; -1 is a dynamic size."""
        return self._native.inputs(function)

    def outputs(self, function: str = "") -> list:
        return self._native.outputs(function)

    def run_passes(self, text: str, *, plugins: Sequence = (), check: bool = False) -> "Module":
        """Runs "O0" to "O3" or a pass pipeline, in place.

        `plugins` are libraries with passes and dialects, loaded into the process for good. `check` evaluates the public functions on random
        inputs before and after each pass: one that changes the numbers is an error. Graphs of the module end.
        """
        if self._editor is not None:
            self._editor.forget_all()
        with stage(CompileError, lambda: self._reproducer(f"graph-opt --pass-pipeline='{text}'")):
            self._native.run_passes(text, [str(plugin) for plugin in plugins], check)
        return self

    def graph(self, function: str = "") -> Graph:
        """The graph of a function, the only public one by default, to read and to change in place."""
        if self._editor is None:
            self._editor = _graph_opt.Editor(self._native)
        return Graph(self, self._editor, function)

    def clone(self) -> "Module":
        """A copy, which shares the weights."""
        copy = Module(self._native.clone(), self._signature, self._files)
        copy._own = self._own
        return copy

    def parameters(self) -> dict:
        """The weights by name: numpy arrays on the module's own memory, which can't be written to."""
        with stage(Error):
            names, tensors = self._native.parameters()
        arrays = unpack([share(tensor, self._native) for tensor in tensors])
        for array in arrays:
            array.flags.writeable = False
        return dict(zip(names, arrays, strict=True))

    def set_parameter(self, name: str, value) -> None:
        """Gives a weight another value of its element type and sizes, which is copied. What was compiled before keeps the old one."""
        with stage(Error):
            dtype = self._native.parameter_dtype(name)
        (tensor,) = pack([value], [(name, dtype, None)])
        with stage(Error):
            self._native.set_parameter(name, tensor)

    def evaluate(self, *args, function: str = "", **kwargs):
        """Runs a function, the only public one by default, in the reference interpreter."""
        signature = self.signature_of(function)
        flat = signature.flatten(args, kwargs)
        with stage(Error):
            ports = self._native.inputs(function)
            results = unpack(self._native.evaluate(function, pack(with_key(flat, ports), ports)), framework_of(flat))
        return signature.unflatten(results, [name for name, _, _ in self._native.outputs(function)])

    def random_inputs(self, seed: int = 0, dims: dict = {}, function: str = "") -> list:
        with stage(Error):
            return unpack(self._native.random_inputs(function, seed, dict(dims)))

    def compile(
        self,
        *,
        target: str = "cpu",
        threads: int | None = None,
        pipeline: str = "O2",
        accuracy: str | None = None,
        function: str = "",
    ) -> CompiledFunction:
        """A CompiledFunction for this CPU, with `threads` that one call may use, by default as many as there are; or for the first GPU with
        target "cuda", which takes and returns arrays of the CPU's memory."""
        if target not in ("cpu", "cuda"):
            raise Error(f"expected the target cpu or cuda, got '{target}'")
        if target == "cuda" and (threads, accuracy) != (None, None):
            raise Error("expected no threads and no accuracy for the target cuda, which has neither")
        tool = f"graph-compile -{pipeline} -o model.o" if target == "cpu" else f"graph-run --target=cuda -{pipeline} --random-inputs"
        with stage(CompileError, lambda: self._reproducer(tool)):
            if target == "cuda":
                native = self._native.compile_for_cuda(function, pipeline)
            else:
                native = self._native.compile(function, pipeline, accuracy or "", threads or 0)
        return CompiledFunction(native, self._native.inputs(function), self._native.outputs(function), self.signature_of(function))

    def save(self, path) -> None:
        """Writes .mlir, .mlirbc or .json, by the ending."""
        with stage(Error):
            self._native.save(str(path))

    def to_json(self, path) -> None:
        """Writes JSON; `path` ends in .json. Weights above 1 KiB stay references to their files."""
        if Path(path).suffix != ".json":
            raise Error(f"expected a path that ends in .json, got '{path}'")
        self.save(path)

    def to_onnx(self, path, *, function: str = "", inline_bytes: int | None = None) -> None:
        """Writes an ONNX model of opset 21. Weights of more than `inline_bytes` in all (1 GiB) go to a file beside it, `path`.data."""
        with stage(Error):
            self._native.save_onnx(str(path), function, inline_bytes)

    def to_fx(self, *, function: str = ""):
        """A torch.fx.GraphModule of ATen calls. Its parameters share the memory of this module's, and are not to be written to."""
        with stage(Error):
            text, names, tensors = self._native.to_fx(function)
        from ._fx import build

        return build(text, names, tensors, self._native, self.signature_of(function))

    def signature_of(self, function: str = "") -> Signature:
        """How calls map to a function's inputs and results: nested as the model has them, or in order for functions that it didn't have."""
        return self._signature if function in ("", self._own) else Signature()

    def _reproducer(self, command: str) -> str:
        return f"// {command} THIS_FILE\n{self}"

    def __str__(self) -> str:
        return str(self._native)

    def _repr_html_(self) -> str:
        """What notebooks show: the graph as text, shortened where it is long."""
        lines = str(self).splitlines()
        rest = [f"... {len(lines) - _MOST_HTML_LINES} lines more"] if len(lines) > _MOST_HTML_LINES else []
        return f"<pre>{html.escape(chr(10).join(lines[:_MOST_HTML_LINES] + rest))}</pre>"


def build(function: Callable, *, name: str = "main", **inputs: str) -> Module:
    """A module of what a function makes of values: `build(lambda x, w: op.relu(x @ w), x="?x3xf32", w="3x4xf32")`. The inputs are given by
    sizes and element types; the function returns a value, a sequence of them, or a dict by the outputs' names."""
    module = parse(f"func.func @{name}() {{ return }}")
    graph = module.graph()
    made = function(**{port: graph.add_input(port, f"tensor<{type}>") for port, type in inputs.items()})
    values = list(made.values()) if isinstance(made, dict) else list(made) if isinstance(made, (list, tuple)) else [made]
    graph.set_outputs(values, list(made) if isinstance(made, dict) else [])
    return module


def load(path, *, inputs: dict | None = None, limits: dict[str, int] | None = None) -> Module:
    """Reads a model in any format that can be imported, recognised by its content.

    A TorchScript file does not say what its inputs are like: `inputs` does, by name, as text (`{"x": "2x3xf32"}`, where `?` is any size) or
    by an array, nested as the model takes them; numbers are fixed. `limits` raises budgets of files by name, as the tools' `--limit` does:
    `{"nesting": 2000}`.
    """
    return _load(path, limits or {}, inputs or {})


def _load(path, limits: dict, inputs: dict, signature: Signature | None = None, files=None) -> Module:
    with stage(ImportFailure):
        native, nesting = _graph_opt.Module.load(str(path), limits, describe_all(inputs))
        return Module(native, NestedSignature(nesting, native.inputs("")) if nesting else signature, files)


def load_written(write, name: str, signature: Signature | None = None, inputs: dict = {}) -> Module:
    """Reads a model that `write(path)` puts into a file called `name`: weights are mapped from it, and it lives as long as the module."""
    folder = tempfile.TemporaryDirectory(prefix="graph-opt-")
    path = Path(folder.name) / name
    write(path)
    return _load(path, {}, inputs, signature, folder)


def parse(text: str, *, limits: dict[str, int] | None = None) -> Module:
    """Reads MLIR text or JSON, within the same budgets as `load`."""
    with stage(ImportFailure):
        return Module(_graph_opt.Module.parse(text, limits or {}))
