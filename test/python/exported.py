"""What other systems leave open of our ops' numbers, those ops where nothing is open, and ONNX Runtime's numbers."""

import graph_opt
import numpy as np
import onnx
import onnxruntime
from elements import NUMPY
from onnx.reference import ReferenceEvaluator

# Ops that other systems have on floating-point numbers only: on integers they are refused by name.
FLOATS_ONLY = {"convolution", "max_pool", "sum_pool", "argmax_pool"}
# What ONNX or ATen leave open, or what runtimes refuse.
OPEN = {
    "cast": "floating-point numbers out of the range of an integer type; ONNX's reference has no bf16 here",
    "bitcast": "no form: opset 21 has no BitCast",
    "batch_norm": "a variance below 0",
    **dict.fromkeys(("embedding", "scatter"), "positions out of bounds"),
    **dict.fromkeys(("scatter_add", "scatter_prod", "scatter_max", "scatter_min"), "positions out of bounds"),
    **dict.fromkeys(("cumulative_prod", "cumulative_max", "cumulative_min"), "a Scan over no elements"),
}

X = "tensor<4x3xf32>"
SCATTER = [X, "tensor<2xi32>", "tensor<2x3xf32>"]
# Those, where nothing is open: the op, the types of its operands, that of its result.
INSIDE = {
    **{f"cast_{to}": (f"graph.cast %0 to {to} : ({X}) -> tensor<4x3x{to}>", [X], f"tensor<4x3x{to}>") for to in ("i32", "i8", "i1", "f64")},
    "batch_norm": (
        "graph.batch_norm %0 mean %1 variance %2 epsilon 1.0e-5 : (tensor<4x3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<4x3xf32>",
        [X, "tensor<3xf32>", "tensor<3xf32>"],
        X,
    ),
    "embedding": (f"graph.embedding %0, %1 : ({X}, tensor<2xi64>) -> tensor<2x3xf32>", [X, "tensor<2xi64>"], "tensor<2x3xf32>"),
    **{
        name: (f"graph.{name} %0, %1, %2 axis 0 : ({', '.join(SCATTER)}) -> {X}", SCATTER, X)
        for name in ("scatter", "scatter_add", "scatter_prod", "scatter_max", "scatter_min")
    },
    **{f"cumulative_{kind}": (f"graph.cumulative_{kind} %0 axis 0 : {X}", [X], X) for kind in ("prod", "max", "min")},
}


def inside(name: str):
    """A module of the op, inputs, and what the interpreter gives."""
    op, types, result = INSIDE[name]
    arguments = ", ".join(f"%{i}: {type_}" for i, type_ in enumerate(types))
    module = graph_opt.parse(f"func.func @f({arguments}) -> {result} {{\n  %y = {op}\n  return %y : {result}\n}}")
    rng, inputs = np.random.default_rng(1), []
    for _, element, sizes in module.inputs():
        values = rng.uniform(0.5, 3, sizes) if element.startswith("f") else np.resize([2, 0, 1], sizes)
        inputs.append(values.astype(NUMPY[element]))
    return module, inputs, module.evaluate(*inputs)[0]


def is_moderate(x, most: float = 80) -> bool:
    """What other systems say nothing of, runtimes differ in: the ends of types, where integers overflow, infinities and NaN."""
    wide = x.astype(np.float64)
    return bool((np.isfinite(wide) & (np.abs(wide) <= most)).all())


NO_KERNEL = onnxruntime.capi.onnxruntime_pybind11_state.NotImplemented


def run_onnx(path, inputs, by_reference=False):
    """The results of a model that ONNX's checker takes, by ORT.

    ONNX's own reference judges where ORT has no kernel for the element types, and empty tensors, of some of which ORT dies.
    """
    onnx.checker.check_model(str(path), full_check=True)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    names = [value.name for value in onnx.load(str(path), load_external_data=False).graph.input]
    feeds = dict(zip(names, inputs, strict=True))
    if not by_reference and not any(x.dtype.name == "bfloat16" or x.size == 0 for x in inputs):  # ORT doesn't take bf16 from numpy
        try:
            return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"]).run(None, feeds)
        except NO_KERNEL:
            pass
    return ReferenceEvaluator(str(path)).run(None, {name: np.asarray(x) for name, x in feeds.items()})
