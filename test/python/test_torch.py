"""Models that torch has in memory: from_torch on all its forms."""

import subprocess
import sys
from collections import namedtuple

import graph_opt
import numpy as np
import pytest
import torch
from conftest import BUILD
from test_pt2 import error

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


class Mlp(torch.nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.fc1, self.fc2 = torch.nn.Linear(10, 5), torch.nn.Linear(5, 2)

    def forward(self, x):
        return self.fc2(torch.relu(self.fc1(x)))


X = torch.randn(4, 10, generator=torch.Generator().manual_seed(1))


def close(ours, theirs):
    assert isinstance(ours, torch.Tensor) and ours.dtype == theirs.dtype
    assert error(ours.detach().numpy(), theirs.detach().numpy()) <= 1e-5


def check(module, expected, *args):
    compiled = module.compile()
    assert compiled.stats()["compiled_ops"] == compiled.stats()["total_ops"] > 0
    close(compiled(*args), expected)
    close(module.evaluate(*args), expected)


FORMS = {
    "module": lambda m: m,
    "function": lambda m: lambda x: m(x),
    "symbolic_trace": torch.fx.symbolic_trace,
    "exported": lambda m: torch.export.export(m, (X,)),
    "decomposed": lambda m: torch.export.export(m, (X,)).run_decompositions(),
    "script": torch.jit.script,
    "trace": lambda m: torch.jit.trace(m, (X,)),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_model(form):
    model = Mlp().eval()
    check(graph_opt.from_torch(FORMS[form](model), (X,)), model(X), X)


def test_a_scripted_model_from_its_file(tmp_path):
    torch.jit.script(Mlp()).save(tmp_path / "m.pt")
    loaded = torch.jit.load(tmp_path / "m.pt")
    check(graph_opt.from_torch(loaded, (X,)), loaded(X), X)


def test_scripted_control_flow_takes_both_ways():
    @torch.jit.script
    def f(x):
        if bool(x.sum() > 0):
            return x * 2
        return x - 1

    compiled = graph_opt.from_torch(f, (X,)).compile()
    for x in (X.abs(), -X.abs()):
        close(compiled(x), f(x))


def test_one_code_for_all_batches():
    model = Mlp().eval()
    module = graph_opt.from_torch(model, (X,), dynamic_shapes=({0: torch.export.Dim("batch", min=1, max=64)},))
    compiled = module.compile()
    for batch in (1, 2, 7, 64):
        x = torch.randn(batch, 10)
        close(compiled(x), model(x))
    with pytest.raises(graph_opt.Error, match="expected"):
        compiled(torch.randn(65, 10))


def test_numpy_in_numpy_out():
    model = Mlp().eval()
    y = graph_opt.from_torch(model, (X,)).compile()(X.numpy())
    assert isinstance(y, np.ndarray) and error(y, model(X).detach().numpy()) <= 1e-5


Pair = namedtuple("Pair", "left right")


class Nested(torch.nn.Module):
    def forward(self, x, extra, *, scale):
        a, (b, c) = extra["a"], extra["b"]
        return {"sum": x + a, "pair": [b * scale, (c, None, 3)]}


def test_nested_arguments_and_results():
    t = torch.arange(6.0).reshape(2, 3)
    arguments, names = (t, {"a": t + 1, "b": (t + 2, t + 3)}), {"scale": t * 0.5}
    compiled = graph_opt.from_torch(Nested(), arguments, names).compile()
    y = compiled(*arguments, **names)
    expected = Nested()(*arguments, **names)
    assert list(y) == ["sum", "pair"] and y["pair"][1][1:] == (None, 3)
    close(y["sum"], expected["sum"])
    close(y["pair"][0], expected["pair"][0])
    with pytest.raises(graph_opt.Error, match="expected arguments nested as"):
        compiled(t, {"a": t, "b": t}, scale=t)


def test_a_number_that_the_export_has_fixed():
    module = graph_opt.from_torch(lambda x, n: x * n, (X, 3))
    compiled = module.compile()
    close(compiled(X, 3), X * 3)
    with pytest.raises(graph_opt.Error, match="expected 3, which the export has fixed, got 4"):
        compiled(X, 4)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64, torch.int64, torch.uint8, torch.bool])
def test_dtypes_pass_as_they_are(dtype):
    x = (torch.arange(12) % 2).reshape(3, 4).to(dtype)
    compiled = graph_opt.from_torch(lambda x: torch.cat([x, x], 1).t(), (x,)).compile()
    y = compiled(x)
    assert y.dtype == dtype and torch.equal(y, torch.cat([x, x], 1).t())


def test_arguments_with_strides_of_their_own():
    model = Mlp().eval()
    x = torch.randn(10, 4).t()
    close(graph_opt.from_torch(model, (X,)).compile()(x), model(x))


def test_results_are_the_callers_own():
    compiled = graph_opt.from_torch(lambda x: x + 1, (X,)).compile()
    first = compiled(X)
    first.zero_()
    close(compiled(X), X + 1)
    # A result that is an argument is a copy, too.
    module = graph_opt.parse("func.func @f(%x: tensor<2xf32>) -> tensor<2xf32> { return %x : tensor<2xf32> }")
    x = np.ones(2, np.float32)
    (y,) = module.evaluate(x)
    y[:] = 5
    assert x.tolist() == [1, 1]


def test_errors_say_what_and_where():
    with pytest.raises(graph_opt.UnsupportedOpError) as caught:
        graph_opt.from_torch(lambda x: torch.special.bessel_j0(torch.fft.fft(x).real), (X,))
    assert set(caught.value.ops) >= {"aten.special_bessel_j0.default", "aten.fft_fft.default"}
    assert "node 'fft_fft'" in caught.value.location
    with pytest.raises(graph_opt.ImportFailure, match="expected example_args"):
        graph_opt.from_torch(Mlp())
    with pytest.raises(graph_opt.ImportFailure, match="expected a model of torch, got int"):
        graph_opt.from_torch(3, (X,))
    with pytest.raises(graph_opt.ImportFailure, match="torch.export can't take the model"):
        graph_opt.from_torch(lambda x: x.undefined, (X,))
    compiled = graph_opt.from_torch(Mlp(), (X,)).compile()
    with pytest.raises(graph_opt.Error, match="expected f32 for 'x', got torch.float64"):
        compiled(X.double())


def test_a_compile_error_carries_its_reproducer():
    module = graph_opt.parse("func.func @f(%x: tensor<2xf32>) -> tensor<2xf32> { return %x : tensor<2xf32> }")
    with pytest.raises(graph_opt.CompileError, match="no-such-pass") as caught:
        module.run_passes("no-such-pass")
    assert caught.value.reproducer.startswith("// graph-opt --pass-pipeline='no-such-pass' THIS_FILE\nmodule {")


def test_the_package_needs_no_torch():
    program = """
import sys
for name in ("torch", "onnx", "ml_dtypes"):
    sys.modules[name] = None  # importing one fails
import graph_opt, numpy
m = graph_opt.parse("func.func @f(%x: tensor<2xf32>) -> tensor<2xf32> { %y = graph.exp %x : tensor<2xf32> return %y : tensor<2xf32> }")
x = numpy.zeros(2, numpy.float32)
assert m.compile()(x)[0].tolist() == m.evaluate(x)[0].tolist() == [1.0, 1.0]
"""
    subprocess.run([sys.executable, "-c", program], check=True, env={"PYTHONPATH": str(BUILD / "python"), "HOME": "/nonexistent"})
