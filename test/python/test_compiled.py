"""Every op of the dialect, compiled at each level, against torch and against the interpreter on random samples."""

import graph_opt
import numpy as np
import pytest
from elements import assert_close, to_numpy
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import EXCUSED, OPS, Draw
from test_ops import explain, ops

# Compiled code sums in another order, and approximates functions; at -O3 more coarsely.
COMPILED_TOLERANCE = {"f64": 1e-9}
FAST_TOLERANCE = {"f32": 1e-4}
LEVELS = ["O2", "O2", "O0", "O1", "O3"]


def compile_all(text: str, level: str):
    """The module's function as machine code, all of it."""
    function = graph_opt.parse(text).compile(pipeline=level)
    stats = function.stats()
    assert stats["compiled_ops"] == stats["total_ops"]
    return function


@pytest.mark.parametrize("op", ops())
@settings(max_examples=max(settings().max_examples // 3, 1))  # each compiles a function
@given(data=st.data())
def test_compiled(op, data):
    sample = OPS[op](Draw(data.draw))
    level = data.draw(st.sampled_from(LEVELS))
    inputs = sample.numpy_inputs()
    (actual,) = compile_all(sample.module(), level)(*inputs)
    limit = {**COMPILED_TOLERANCE, **(FAST_TOLERANCE if level == "O3" else {})}.get(sample.result)
    told = f"{level}: {explain(sample)}"
    assert_close(actual, to_numpy(sample.expected(), sample.result), sample.result, f"{told}against torch: ", limit)
    (evaluated,) = graph_opt.parse(sample.module()).evaluate(*inputs)
    assert_close(actual, evaluated, sample.result, f"{told}against the interpreter: ", limit)


@pytest.mark.skipif("random" not in EXCUSED, reason="it has a sample")
@pytest.mark.parametrize("distribution", ["uniform", "normal"])
@pytest.mark.parametrize("element", ["f16", "bf16", "f32", "f64"])
@settings(max_examples=max(settings().max_examples // 3, 1))
@given(data=st.data())
def test_compiled_random(element, distribution, data):
    """Uniform numbers have the interpreter's bits; normal ones go through functions that are approximated."""
    d = Draw(data.draw)
    shape, stream = d.shape(), d.integer(0, 2**62)
    kind = "tensor<" + "".join(f"{n}x" for n in shape) + element + ">"
    draw = f'%y = graph.random %k {element} {shape} {{distribution = "{distribution}", stream = {stream} : i64}} : tensor<i64> -> {kind}'
    text = f"func.func @f(%k: tensor<i64>) -> {kind} {{\n {draw}\n return %y : {kind}\n}}"
    key = d.tensor("i64", []).numpy()
    (actual,) = compile_all(text, data.draw(st.sampled_from(LEVELS[:-1])))(key)
    (evaluated,) = graph_opt.parse(text).evaluate(key)
    if distribution == "uniform":
        assert actual.tobytes() == evaluated.tobytes(), text
    else:
        assert_close(actual, evaluated, element, text, COMPILED_TOLERANCE.get(element))


DISAGREEING = {
    "elementwise": ("graph.add %a, %b : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>", [7], [3]),
    "matmul": ("graph.matmul %a, %b : (tensor<?x?xf32>, tensor<?x?xf32>) -> tensor<?x?xf32>", [4, 5], [6, 4]),
    "linear": ("graph.linear %a, %b : (tensor<?x?xf32>, tensor<?x?xf32>) -> tensor<?x?xf32>", [4, 5], [3, 6]),
    "concat": ("graph.concat %a, %b axis 0 : (tensor<?x?xf32>, tensor<?x?xf32>) -> tensor<?x?xf32>", [4, 5], [4, 6]),
    "layer_norm": (
        "graph.layer_norm %a weight %b last 1 epsilon 1.0e-5 : (tensor<?x?xf32>, tensor<?xf32>) -> tensor<?x?xf32>",
        [4, 5],
        [4],
    ),
    "reshape": ("graph.reshape %a [3, 2] : tensor<?xf32> -> tensor<3x2xf32>", [7], [7]),
    "slice": ("graph.slice %a starts [2] sizes [4] steps [1] : tensor<?xf32> -> tensor<4xf32>", [3], [3]),
}


@pytest.mark.parametrize("level", ["O0", "O2"])
@pytest.mark.parametrize("name", DISAGREEING)
def test_sizes_that_disagree_are_an_error(name, level):
    """Types leave them open, so that only the call can tell: nothing is read out of bounds."""
    text, *shapes = DISAGREEING[name]
    kinds = text.split(" : ")[1]
    result = kinds.split(" -> ")[1]
    arguments = ", ".join(f"%{name}: tensor<{'?x' * len(shape)}f32>" for name, shape in zip("ab", shapes, strict=True))
    module = graph_opt.parse(f"func.func @f({arguments}) -> {result} {{\n %y = {text}\n return %y : {result}\n}}")
    inputs = [np.zeros(shape, np.float32) for shape in shapes]
    with pytest.raises(graph_opt.Error, match="expected"):
        module.evaluate(*inputs)
    with pytest.raises(graph_opt.Error, match="expected"):
        module.compile(pipeline=level)(*inputs)
