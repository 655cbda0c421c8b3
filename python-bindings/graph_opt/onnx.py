"""graph-opt as a backend of ONNX: what onnx's own tests, and tools that take a backend, call.

```python
import graph_opt.onnx
prepared = graph_opt.onnx.Backend.prepare(model)
y, = prepared.run([x])
```

Models that are compiled and interpreted come by the one importer, the one that needs no onnx. Only this module needs it.
"""

import numpy as np
import onnx
from onnx.backend.base import Backend as BaseBackend
from onnx.backend.base import BackendRep

from ._errors import CompileError, Error, ImportFailure, UnsupportedOpError
from ._module import Module, load_written

NEWEST_OPSET = 28
_MOST_CONSTANT_ELEMENTS = 64
# Inputs of operators that are floating-point numbers and yet decide on sizes, or on what is computed at all.
_DECIDING_NUMBERS = {
    *(("Resize", 1), ("Resize", 2), ("Upsample", 1), ("OneHot", 1), ("Dropout", 1), ("Loop", 0), ("Loop", 1)),
    *(("Range", 0), ("Range", 1), ("Range", 2)),
}


def load_model(model: onnx.ModelProto) -> Module:
    """A module of a model in memory."""
    return load_written(lambda path: path.write_bytes(model.SerializeToString()), "model.onnx")


class Prepared(BackendRep):
    """A model, compiled for its target.

    A model may take axes, ranks or counts as inputs, which shapes depend on so that nothing can be compiled before they are known. Then
    it is compiled when it runs, once for each value of its small integer inputs, and of the numbers that operators take as scales of
    sizes: `is_specialised` says so.
    """

    def __init__(self, model: onnx.ModelProto, target: str, options: dict):
        self._model, self._target, self._options = model, target, options
        self._specialised = {}
        self.is_specialised = False
        try:
            self._run = self._compile(model)
        except (CompileError, ImportFailure):
            if not self._small_inputs(model):
                raise
            self.is_specialised = True

    def _compile(self, model):
        module = load_model(model)
        if self._target == "interpreter":
            return module.evaluate
        compiled = module.compile(**self._options)
        stats = compiled.stats()
        assert stats["compiled_ops"] == stats["total_ops"]
        return compiled

    @staticmethod
    def _small_inputs(model) -> list:
        """The inputs that may stand for axes and sizes: integers, truth values and deciding numbers, of rank 0 or 1, few."""
        kinds = (onnx.TensorProto.INT64, onnx.TensorProto.INT32, onnx.TensorProto.BOOL)
        given = {tensor.name for tensor in model.graph.initializer}
        deciding = set()
        for node in reversed(model.graph.node):  # also what such numbers are computed from
            is_asked = any(name in deciding for name in node.output)
            deciding.update(name for i, name in enumerate(node.input) if is_asked or (node.op_type, i) in _DECIDING_NUMBERS)
        names = []
        for value in model.graph.input:
            if not value.type.HasField("tensor_type"):
                continue
            dims = value.type.tensor_type.shape.dim
            is_small = len(dims) == 0 or (len(dims) == 1 and dims[0].dim_value <= _MOST_CONSTANT_ELEMENTS)
            may_decide = value.type.tensor_type.elem_type in kinds or value.name in deciding
            if may_decide and is_small and value.name not in given:
                names.append(value.name)
        return names

    def _specialise(self, values: dict):
        key = tuple((name, value.tobytes(), value.shape) for name, value in values.items())
        if key not in self._specialised:
            model = onnx.ModelProto()
            model.CopyFrom(self._model)
            model.ir_version = max(model.ir_version, 4)  # where an initialiser need not be an input
            for name, value in values.items():
                index = next(i for i, info in enumerate(model.graph.input) if info.name == name)
                del model.graph.input[index]
                model.graph.initializer.append(onnx.numpy_helper.from_array(np.asarray(value), name))
            self._specialised[key] = self._compile(model)
        return self._specialised[key]

    def run(self, inputs, **kwargs):
        initial = {tensor.name for tensor in self._model.graph.initializer}
        names = [value.name for value in self._model.graph.input if value.name not in initial]
        if len(inputs) != len(names):
            raise Error(f"expected {len(names)} inputs, got {len(inputs)}")
        arrays = [onnx.numpy_helper.to_array(value) if isinstance(value, onnx.TensorProto) else np.asarray(value) for value in inputs]
        if not self.is_specialised:
            return tuple(self._run(*arrays))
        fixed = set(self._small_inputs(self._model))
        values = {name: array for name, array in zip(names, arrays, strict=True) if name in fixed}
        rest = [array for name, array in zip(names, arrays, strict=True) if name not in fixed]
        return tuple(self._specialise(values)(*rest))


class Backend(BaseBackend):
    """`target` is what models run on: "cpu", compiled, or "interpreter". Nothing falls back from one to the other."""

    target = "cpu"
    options: dict = {}

    @classmethod
    def prepare(cls, model: onnx.ModelProto, device: str = "CPU", **kwargs) -> Prepared:
        if not cls.supports_device(device):
            raise Error(f"expected the device CPU, got {device}")
        return Prepared(model, kwargs.pop("target", cls.target), {**cls.options, **kwargs})

    @classmethod
    def run_model(cls, model: onnx.ModelProto, inputs, device: str = "CPU", **kwargs):
        return cls.prepare(model, device, **kwargs).run(inputs)

    @classmethod
    def run_node(cls, node: onnx.NodeProto, inputs, device: str = "CPU", outputs_info=None, *, opset_version: int | None = None, **kwargs):
        """One node, of the newest opset that onnx and graph-opt know, on inputs in its order; those that it leaves out aren't among them.
        `outputs_info`, (dtype, shape) of each output, is held against what the node gives."""
        arrays = [np.asarray(array) for array in inputs]
        names = [name for name in node.input if name]
        if len(names) != len(arrays):
            raise Error(f"expected {len(names)} inputs, got {len(arrays)}")

        def describe(name, dtype, shape):
            return onnx.helper.make_tensor_value_info(name, onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype)), shape)

        given = [describe(name, array.dtype, array.shape) for name, array in dict(zip(names, arrays, strict=True)).items()]
        outputs = [name for name in node.output if name]
        infos = outputs_info or [None] * len(outputs)
        made = [describe(name, *info) if info else onnx.ValueInfoProto(name=name) for name, info in zip(outputs, infos, strict=True)]
        version = opset_version or min(onnx.defs.onnx_opset_version(), NEWEST_OPSET)
        imports = [onnx.helper.make_opsetid("", version)]
        if node.domain:
            imports.append(onnx.helper.make_opsetid(node.domain, 1))
        graph = onnx.helper.make_graph([node], "node", given, made)
        model = onnx.helper.make_model(graph, opset_imports=imports)
        return cls.run_model(model, list(dict(zip(names, arrays, strict=True)).values()), device, **kwargs)

    @classmethod
    def supports_device(cls, device: str) -> bool:
        return device.split(":")[0] == "CPU"

    @classmethod
    def is_compatible(cls, model: onnx.ModelProto, device: str = "CPU", **kwargs) -> bool:
        """Whether everything in it is supported whatever its inputs hold. A model that is not well formed raises."""
        try:
            load_model(model)
        except UnsupportedOpError:
            return False
        return True


class InterpreterBackend(Backend):
    target = "interpreter"
