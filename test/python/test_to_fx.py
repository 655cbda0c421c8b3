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


# Each on x: ?x3xf32, with a result that regions use values of around them for.
LOOPS = {
    "numbers in and out": """
          %y:2 = scf.for %i = %c1 to %rows step %c2 iter_args(%sum = %x, %count = %rows) -> (tensor<?x3xf32>, index) {
            %next = graph.add %sum, %w : (tensor<?x3xf32>, tensor<3xf32>) -> tensor<?x3xf32>
            %more = arith.addi %count, %i : index
            scf.yield %next, %more : tensor<?x3xf32>, index
          }
          %wide = arith.index_cast %y#1 : index to i64
          %count = tensor.from_elements %wide : tensor<i64>
          %number = graph.cast %count to f32 : (tensor<i64>) -> tensor<f32>
          %r = graph.add %y#0, %number : (tensor<?x3xf32>, tensor<f32>) -> tensor<?x3xf32>""",
    "rows put in": """
          %r = scf.for %i = %c0 to %rows step %c1 iter_args(%all = %x) -> (tensor<?x3xf32>) {
            %last = arith.subi %rows, %c1 : index
            %at = arith.subi %last, %i : index
            %row = graph.slice %x starts [%at, 0] sizes [1, 3] steps [1, 1] : tensor<?x3xf32> -> tensor<1x3xf32>
            %twice = graph.add %row, %row : (tensor<1x3xf32>, tensor<1x3xf32>) -> tensor<1x3xf32>
            %next = tensor.insert_slice %twice into %all[%i, 0] [1, 3] [1, 1] : tensor<1x3xf32> into tensor<?x3xf32>
            scf.yield %next : tensor<?x3xf32>
          }""",
    "parts of rows put in": """
          %part = graph.constant dense<[5.0, 6.0]> : tensor<2xf32>
          %r = scf.for %i = %c0 to %rows step %c1 iter_args(%all = %x) -> (tensor<?x3xf32>) {
            %next = tensor.insert_slice %part into %all[%i, 1] [1, 2] [1, 1] : tensor<2xf32> into tensor<?x3xf32>
            scf.yield %next : tensor<?x3xf32>
          }""",
    "a condition in a loop": """
          %r = scf.for %i = %c0 to %rows step %c1 iter_args(%state = %x) -> (tensor<?x3xf32>) {
            %isFirst = arith.cmpi eq, %i, %c0 : index
            %next = scf.if %isFirst -> (tensor<?x3xf32>) {
              scf.yield %state : tensor<?x3xf32>
            } else {
              %sum = graph.mul %state, %w : (tensor<?x3xf32>, tensor<3xf32>) -> tensor<?x3xf32>
              scf.yield %sum : tensor<?x3xf32>
            }
            scf.yield %next : tensor<?x3xf32>
          }""",
    "work ahead of the condition": """
          %limit = graph.constant dense<9.0> : tensor<f32>
          %r:2 = scf.while (%state = %x, %steps = %c0) : (tensor<?x3xf32>, index) -> (tensor<?x3xf32>, index) {
            %more = graph.add %state, %w : (tensor<?x3xf32>, tensor<3xf32>) -> tensor<?x3xf32>
            %sum = graph.reduce_max %more axes [0, 1] : tensor<?x3xf32> -> tensor<f32>
            %less = graph.lt %sum, %limit : (tensor<f32>, tensor<f32>) -> tensor<i1>
            %isLow = tensor.extract %less[] : tensor<i1>
            %isEarly = arith.cmpi slt, %steps, %rows : index
            %goesOn = arith.andi %isLow, %isEarly : i1
            scf.condition(%goesOn) %more, %steps : tensor<?x3xf32>, index
          } do {
          ^bb0(%state: tensor<?x3xf32>, %steps: index):
            %next = arith.addi %steps, %c1 : index
            scf.yield %state, %next : tensor<?x3xf32>, index
          }""",
}


@pytest.mark.parametrize("name", LOOPS)
def test_control_flow(name):
    result = "%r#0" if "%r:2" in LOOPS[name] else "%r"
    module = graph_opt.parse(f"""
        graph.parameter @w : tensor<3xf32> = dense<[2.0, -1.0, 0.5]> : tensor<3xf32>
        func.func @main(%x: tensor<?x3xf32>) -> tensor<?x3xf32> {{
          %c0 = arith.constant 0 : index
          %c1 = arith.constant 1 : index
          %c2 = arith.constant 2 : index
          %w = graph.get @w : tensor<3xf32>
          %rows = tensor.dim %x, %c0 : tensor<?x3xf32>{LOOPS[name]}
          return {result} : tensor<?x3xf32>
        }}""")
    made = module.to_fx()
    for rows in (4, 7):
        x = torch.arange(3.0 * rows).reshape(rows, 3) / 8
        expected = module.evaluate(x)[0]
        assert torch.equal(made(x), expected)
    assert torch.equal(torch.export.export(made, (x,)).module()(x), expected)


def test_an_op_without_a_form_is_named():
    module = graph_opt.parse("""
        func.func @main(%key: tensor<i64>) -> tensor<2xf32> {
          %y = graph.random %key f32 [2] : tensor<i64> -> tensor<2xf32>
          return %y : tensor<2xf32>
        }""")
    with pytest.raises(graph_opt.UnsupportedOpError) as caught:
        module.to_fx()
    assert caught.value.ops == ("graph.random",)
