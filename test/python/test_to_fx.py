"""torch.fx out: each op on random samples, weights that are shared, and the file that builds one."""

import subprocess
import sys

import graph_opt
import numpy as np
import pytest
from elements import FLOATS, assert_close, error_of, to_numpy
from exported import FLOATS_ONLY, INSIDE, OPEN, inside, is_moderate
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from samples import OPS, Draw

torch = pytest.importorskip("torch")
from graph_opt._values import torch_dtype  # noqa: E402

# What ATen has no form for: positions in windows, a value around a tensor that is computed; of some, sums over windows with gaps.
DIVISIONS = {"div", "rem", "mod"}  # torch refuses to divide integers by 0
NO_FORM, PARTIAL = {"argmax_pool", "pad"}, {"sum_pool"}


@pytest.mark.parametrize("op", sorted(set(OPS) - set(OPEN) - NO_FORM))
@settings(max_examples=6)
@given(data=st.data())
def test_op(op, data):
    sample = OPS[op](Draw(data.draw))
    assume(not {"ui16", "ui32", "ui64"} & {*sample.elements, sample.result})  # torch has few kernels for these
    module, inputs = graph_opt.parse(sample.module()), sample.numpy_inputs()
    assume(op not in {*FLOATS_ONLY, *DIVISIONS} or sample.elements[0] in FLOATS)
    assume(all(x.size and is_moderate(x) for x in inputs))  # torch has no extreme of no elements
    (expected,) = module.evaluate(*inputs)
    try:
        made = module.to_fx()
    except graph_opt.UnsupportedOpError:
        assume(op not in PARTIAL)
        raise
    arguments = [torch.from_numpy(x.view(np.int16) if e == "bf16" else x) for x, e in zip(inputs, sample.elements, strict=True)]
    actual = made(*[x.view(torch_dtype(e)) for x, e in zip(arguments, sample.elements, strict=True)])
    assert_close(to_numpy(actual, sample.result), expected, sample.result, f"{sample.module()}on {inputs}\n")


@pytest.mark.parametrize("name", INSIDE)
def test_inside_of_bounds(name):
    module, inputs, expected = inside(name)
    actual = module.to_fx()(*map(torch.from_numpy, inputs)).numpy()
    assert error_of(actual, expected) <= 1e-5


def test_pad_by_a_number():
    module = graph_opt.parse("""
        func.func @main(%x: tensor<2x3xf32>) -> tensor<3x5xf32> {
          %value = graph.constant dense<0.5> : tensor<f32>
          %y = graph.pad %x, %value low [1, 0] high [0, 2] : (tensor<2x3xf32>, tensor<f32>) -> tensor<3x5xf32>
          return %y : tensor<3x5xf32>
        }""")
    x = torch.rand(2, 3)
    assert torch.equal(module.to_fx()(x), torch.nn.functional.pad(x, (0, 2, 1, 0), value=0.5))


MLP = """
graph.parameter @fc1.weight : tensor<300x3xf32> = dense<0.5> : tensor<300x3xf32>
func.func @main(%x: tensor<?x3xf32> {graph.name = "x"}) -> tensor<?x300xf32> {
  %w = graph.get @fc1.weight : tensor<300x3xf32>
  %y = graph.linear %x, %w : (tensor<?x3xf32>, tensor<300x3xf32>) -> tensor<?x300xf32>
  return %y : tensor<?x300xf32>
}"""


def test_weights_are_shared_and_outlive_the_module():
    model = torch.nn.Linear(30, 40).eval()
    module = graph_opt.from_torch(model, (torch.ones(2, 30),))
    one, other = module.to_fx(), module.to_fx()
    weight = one.get_parameter("weight")
    assert weight.data_ptr() == other.get_parameter("weight").data_ptr()
    del module, one, other
    assert torch.equal(weight, model.weight)


def test_the_python_file_runs_by_itself(tool, tmp_path):
    (tmp_path / "m.mlir").write_text(MLP)
    tool("graph-translate", "--export-fx", tmp_path / "m.mlir", "-o", tmp_path / "model.py")
    program = "import model, torch; g = model.load(); print(float(g(torch.ones(2, 3)).sum()), [n.name for n in g.graph.nodes])"
    result = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True)
    assert result.stdout.split() == ["900.0", "['x',", "'fc1_weight',", "'linear',", "'output']"], result.stderr


def test_an_op_without_a_form_is_named():
    module = graph_opt.parse("""
        func.func @main(%key: tensor<i64>) -> tensor<2xf32> {
          %y = graph.random %key f32 [2] : tensor<i64> -> tensor<2xf32>
          return %y : tensor<2xf32>
        }""")
    with pytest.raises(graph_opt.UnsupportedOpError) as caught:
        module.to_fx()
    assert caught.value.ops == ("graph.random",)
