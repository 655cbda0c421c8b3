"""The Python package: numbers in and out, errors."""

import ast
from pathlib import Path

import array_api_strict as strict
import graph_opt
import ml_dtypes
import numpy as np
import pytest
from elements import NUMPY
from graph_opt import _graph_opt
from graph_opt._values import pack, unpack

ADD = """
func.func @add(%a: tensor<?x3xf32> {graph.name = "a"}, %b: tensor<3xf32>) -> tensor<?x3xf32> {
  %y = graph.add %a, %b : (tensor<?x3xf32>, tensor<3xf32>) -> tensor<?x3xf32>
  return %y : tensor<?x3xf32>
}
"""


def test_describes_its_functions():
    module = graph_opt.parse(ADD)
    assert module.functions() == ["add"]
    assert module.inputs() == [("a", "f32", [-1, 3]), ("in1", "f32", [3])]
    assert module.outputs() == [("out0", "f32", [-1, 3])]
    assert "graph.add" in str(module)


def test_evaluates():
    a, b = np.arange(6, dtype=np.float32).reshape(2, 3), np.ones(3, dtype=np.float32)
    (y,) = graph_opt.parse(ADD).evaluate(a, b)
    assert y.dtype == np.float32 and np.array_equal(y, a + b)
    (y,) = graph_opt.parse(ADD).evaluate(np.asfortranarray(a), b)  # strides of its own
    assert np.array_equal(y, a + b)


@pytest.mark.parametrize("element", NUMPY)
@pytest.mark.parametrize("shape", [(), (0,), (2, 0, 3), (2, 3)])
def test_numbers_pass_unchanged(element, shape):
    kind = "tensor<" + "".join(f"{n}x" for n in shape) + element + ">"
    module = graph_opt.parse(f"func.func @f(%x: {kind}) -> {kind} {{ return %x : {kind} }}")
    x = np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(NUMPY[element])
    (y,) = module.evaluate(x)
    assert y.dtype == x.dtype and y.shape == x.shape and np.array_equal(y, x)


def test_results_outlive_the_module():
    y = graph_opt.parse(ADD).evaluate(np.zeros((1, 3), np.float32), np.ones(3, np.float32))[0]
    import gc

    gc.collect()
    assert y.tolist() == [[1.0, 1.0, 1.0]]


def test_runs_passes():
    module = graph_opt.parse(ADD).run_passes("builtin.module(graph-to-linalg)")
    assert "linalg.generic" in str(module) and "graph.add" not in str(module)


def test_random_inputs_are_repeatable():
    module = graph_opt.parse(ADD)
    first, second, other = module.random_inputs(1), module.random_inputs(1), module.random_inputs(2)
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    assert not np.array_equal(first[0], other[0])
    assert first[0].shape == (2, 3) and first[1].shape == (3,)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ([np.zeros((2, 3), np.float32)], "expected 2 arguments, got 1"),
        ([np.zeros((2, 3), np.float64), np.zeros(3, np.float32)], "expected f32 for 'a', got float64"),
        ([np.zeros((2, 4), np.float32), np.zeros(3, np.float32)], "tensor<2x4xf32>"),
    ],
)
def test_refuses_wrong_arguments(arguments, message):
    with pytest.raises(graph_opt.Error, match=message):
        graph_opt.parse(ADD).evaluate(*arguments)


def test_errors_have_a_location():
    with pytest.raises(graph_opt.Error, match=r":2:.*error: "):
        graph_opt.parse("func.func @f() {\n  nonsense\n}")


def test_bfloat16_is_ml_dtypes():
    text = "func.func @f(%x: tensor<2xbf16>) -> tensor<2xbf16> { %y = graph.neg %x : tensor<2xbf16> return %y : tensor<2xbf16> }"
    (y,) = graph_opt.parse(text).evaluate(np.array([1.5, -2], ml_dtypes.bfloat16))
    assert y.dtype == ml_dtypes.bfloat16 and y.tolist() == [-1.5, 2.0]


# Calls in place, and other frameworks ----------------------------------------------------------------------------------------------------


def test_results_in_memory_that_is_given():
    compiled = graph_opt.parse(ADD).compile(threads=1)
    a, b, y = np.arange(6, dtype=np.float32).reshape(2, 3), np.ones(3, np.float32), np.empty((2, 3), np.float32)
    (same,) = compiled.run([a, b], [y])
    assert same is y and np.array_equal(y, a + b)
    assert np.array_equal(compiled.run([a, b])[0], y)


@pytest.mark.parametrize(
    "y, message",
    [
        (np.empty((3, 3), np.float32), r"expected tensor<2x3xf32> for result 'out0', got tensor<3x3xf32>"),
        (np.empty((2, 3), np.float64), "expected f32 for 'out0', got float64"),
        (np.empty((3, 2), np.float32).T, "expected contiguous, writable memory"),
        (np.broadcast_to(np.float32(0), (2, 3)), "expected contiguous, writable memory"),
    ],
)
def test_memory_that_does_not_fit_is_refused(y, message):
    with pytest.raises(graph_opt.Error, match=message):
        graph_opt.parse(ADD).compile(threads=1).run([np.ones((2, 3), np.float32), np.ones(3, np.float32)], [y])


def test_memory_of_an_argument_is_refused():
    a = np.ones((2, 3), np.float32)
    with pytest.raises(graph_opt.Error, match="expected memory of its own for result 'out0'"):
        graph_opt.parse(ADD).compile(threads=1).run([a, np.ones(3, np.float32)], [a])


def test_other_frameworks_pass_without_a_copy():
    """By DLPack and the array API: what goes in is used where it lies, and what comes out is of the same kind."""
    module = graph_opt.parse(ADD)
    a, b = strict.reshape(strict.arange(6, dtype=strict.float32), (2, 3)), strict.ones(3, dtype=strict.float32)
    data, element, sizes = pack([a], module.inputs()[:1])[0]
    assert np.shares_memory(data, np.from_dlpack(a)) and (element, sizes) == ("f32", [2, 3])
    for (y,) in (module.compile(threads=1)(a, b), module.evaluate(a, b)):
        assert type(y) is type(a) and strict.all(y == a + b)
    (array,) = unpack([(np.zeros(8, np.uint8), "f32", [2])], strict)
    assert type(array) is type(a) and array.shape == (2,)


def test_notebooks_show_the_graph():
    assert "graph.add %arg0, %arg1" in graph_opt.parse(ADD)._repr_html_()
    assert "&lt;?x3xf32&gt;" in graph_opt.parse(ADD)._repr_html_()


def test_the_extension_has_type_stubs():
    folder = Path(graph_opt.__file__).parent
    tree = ast.parse((folder / "_graph_opt.pyi").read_text())
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    for kind in (_graph_opt.Module, _graph_opt.Compiled):
        stated = {node.name for node in classes[kind.__name__].body if isinstance(node, ast.FunctionDef)}
        assert {name for name in dir(kind) if not name.startswith("_")} <= stated
    assert (folder / "py.typed").exists()
