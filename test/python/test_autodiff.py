"""graph-autodiff against torch's gradients: whole functions, branches, loops, several outputs; interpreted and compiled."""

import graph_opt
import numpy as np
import pytest

torch = pytest.importorskip("torch")

MLIR = {
    "chain": """func.func @f(%x: tensor<?x3xf64> {graph.name = "x"}, %w: tensor<3x3xf64> {graph.name = "w"}) -> tensor<?x3xf64> {
      %0 = graph.matmul %x, %w : (tensor<?x3xf64>, tensor<3x3xf64>) -> tensor<?x3xf64>
      %1 = graph.tanh %0 : tensor<?x3xf64>
      %2 = graph.mul %1, %x : (tensor<?x3xf64>, tensor<?x3xf64>) -> tensor<?x3xf64>
      return %2 : tensor<?x3xf64>
    }""",
    "branch": """func.func @f(%x: tensor<4x3xf64> {graph.name = "x"}, %w: tensor<3x3xf64> {graph.name = "w"}) -> tensor<4x3xf64> {
      %zero = graph.constant dense<0.0> : tensor<f64>
      %s = graph.reduce_sum %x axes [0, 1] : tensor<4x3xf64> -> tensor<f64>
      %c = graph.gt %s, %zero : (tensor<f64>, tensor<f64>) -> tensor<i1>
      %p = tensor.extract %c[] : tensor<i1>
      %0 = graph.matmul %x, %w : (tensor<4x3xf64>, tensor<3x3xf64>) -> tensor<4x3xf64>
      %y = scf.if %p -> tensor<4x3xf64> {
        %a = graph.mul %0, %x : (tensor<4x3xf64>, tensor<4x3xf64>) -> tensor<4x3xf64>
        scf.yield %a : tensor<4x3xf64>
      } else {
        %a = graph.exp %0 : tensor<4x3xf64>
        scf.yield %a : tensor<4x3xf64>
      }
      return %y : tensor<4x3xf64>
    }""",
    "loop": """func.func @f(%x: tensor<?x3xf64> {graph.name = "x"}, %w: tensor<3x3xf64> {graph.name = "w"}) -> tensor<?x3xf64> {
      %zero = arith.constant 0 : index
      %two = arith.constant 2 : index
      %n = arith.constant 5 : index
      %z:2 = scf.for %i = %zero to %n step %two iter_args(%v = %x, %u = %x) -> (tensor<?x3xf64>, tensor<?x3xf64>) {
        %t = graph.tanh %v : tensor<?x3xf64>
        %m = graph.matmul %t, %w : (tensor<?x3xf64>, tensor<3x3xf64>) -> tensor<?x3xf64>
        %a = graph.add %m, %x : (tensor<?x3xf64>, tensor<?x3xf64>) -> tensor<?x3xf64>
        scf.yield %a, %t : tensor<?x3xf64>, tensor<?x3xf64>
      }
      %y = graph.add %z#0, %z#1 : (tensor<?x3xf64>, tensor<?x3xf64>) -> tensor<?x3xf64>
      return %y : tensor<?x3xf64>
    }""",
    "until": """func.func @f(%x: tensor<?x3xf64> {graph.name = "x"}, %w: tensor<3x3xf64> {graph.name = "w"}) -> tensor<?x3xf64> {
      %limit = graph.constant dense<20.0> : tensor<f64>
      %y:2 = scf.while (%v = %x, %u = %x) : (tensor<?x3xf64>, tensor<?x3xf64>) -> (tensor<?x3xf64>, tensor<?x3xf64>) {
        %q = graph.mul %v, %v : (tensor<?x3xf64>, tensor<?x3xf64>) -> tensor<?x3xf64>
        %s = graph.reduce_sum %q axes [0, 1] : tensor<?x3xf64> -> tensor<f64>
        %c = graph.lt %s, %limit : (tensor<f64>, tensor<f64>) -> tensor<i1>
        %p = tensor.extract %c[] : tensor<i1>
        %h = graph.add %v, %u : (tensor<?x3xf64>, tensor<?x3xf64>) -> tensor<?x3xf64>
        scf.condition(%p) %v, %h : tensor<?x3xf64>, tensor<?x3xf64>
      } do {
      ^bb0(%v: tensor<?x3xf64>, %h: tensor<?x3xf64>):
        %m = graph.matmul %h, %w : (tensor<?x3xf64>, tensor<3x3xf64>) -> tensor<?x3xf64>
        %n = graph.add %m, %v : (tensor<?x3xf64>, tensor<?x3xf64>) -> tensor<?x3xf64>
        scf.yield %n, %v : tensor<?x3xf64>, tensor<?x3xf64>
      }
      %z = graph.mul %y#0, %y#1 : (tensor<?x3xf64>, tensor<?x3xf64>) -> tensor<?x3xf64>
      return %z : tensor<?x3xf64>
    }""",
    "nested": """func.func @f(%x: tensor<?x3xf64> {graph.name = "x"}, %w: tensor<3x3xf64> {graph.name = "w"}) -> tensor<?x3xf64> {
      %zero = arith.constant 0 : index
      %one = arith.constant 1 : index
      %two = arith.constant 2 : index
      %n = arith.constant 3 : index
      %z = scf.for %i = %zero to %n step %one iter_args(%v = %x) -> tensor<?x3xf64> {
        %even = arith.remsi %i, %two : index
        %c = arith.cmpi eq, %even, %zero : index
        %m = graph.matmul %v, %w : (tensor<?x3xf64>, tensor<3x3xf64>) -> tensor<?x3xf64>
        %y = scf.if %c -> tensor<?x3xf64> {
          %q = scf.for %j = %zero to %two step %one iter_args(%r = %m) -> tensor<?x3xf64> {
            %s = graph.sin %r : tensor<?x3xf64>
            scf.yield %s : tensor<?x3xf64>
          }
          scf.yield %q : tensor<?x3xf64>
        } else {
          %a = graph.mul %m, %x : (tensor<?x3xf64>, tensor<?x3xf64>) -> tensor<?x3xf64>
          scf.yield %a : tensor<?x3xf64>
        }
        scf.yield %y : tensor<?x3xf64>
      }
      return %z : tensor<?x3xf64>
    }""",
}


def chain(x, w):
    return torch.tanh(x @ w) * x


def branch(x, w):
    return (x @ w) * x if x.sum() > 0 else torch.exp(x @ w)


def loop(x, w):
    v, u = x, x
    for _ in range(3):
        t = torch.tanh(v)
        v, u = t @ w + x, t
    return v + u


def until(x, w):
    v, u = x, x
    while True:
        h = v + u
        if not (v * v).sum() < 20:
            return v * h
        v, u = h @ w + v, v


def nested(x, w):
    v = x
    for i in range(3):
        m = v @ w
        v = torch.sin(torch.sin(m)) if i % 2 == 0 else m * x
    return v


THEIRS = {"chain": chain, "branch": branch, "loop": loop, "until": until, "nested": nested}


def gradients(module, *inputs):
    """What the interpreter and compiled code give for f_gradient."""
    expected = module.evaluate(*inputs, function="f_gradient")
    compiled = module.clone().compile(function="f_gradient")
    assert compiled.stats()["compiled_ops"] == compiled.stats()["total_ops"]
    for ours, reference in zip(compiled.run(list(inputs)), expected, strict=True):
        np.testing.assert_allclose(ours, reference, rtol=0, atol=1e-9)
    return expected


@pytest.mark.parametrize("sign", (1, -1))
@pytest.mark.parametrize("name", MLIR)
def test_against_torch(name, sign):
    module = graph_opt.parse(MLIR[name]).run_passes("graph-autodiff{function=f}")
    assert [port for port, _, _ in module.inputs("f_gradient")] == ["x", "w", "ct.out0"]
    assert [port for port, _, _ in module.outputs("f_gradient")] == ["out0", "grad.x", "grad.w"]
    generator = torch.Generator().manual_seed(0)
    x = sign * torch.rand(4, 3, generator=generator, dtype=torch.float64)
    w, ct = (torch.randn(*sizes, generator=generator, dtype=torch.float64) for sizes in ((3, 3), (4, 3)))
    y, dx, dw = gradients(module, x.numpy(), w.numpy(), ct.numpy())
    x.requires_grad_(), w.requires_grad_()
    expected = THEIRS[name](x, w)
    expected.backward(ct)
    for ours, theirs in ((y, expected.detach()), (dx, x.grad), (dw, w.grad)):
        np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("name", MLIR)
def test_against_central_differences(name):
    module = graph_opt.parse(MLIR[name]).run_passes("graph-autodiff{function=f wrt=w}")
    rng = np.random.default_rng(1)
    x, w, ct, direction = rng.random((4, 3)), rng.standard_normal((3, 3)), rng.standard_normal((4, 3)), rng.standard_normal((3, 3))
    _, dw = module.evaluate(x, w, ct, function="f_gradient")
    step = 1e-5

    def value(w):
        return (module.evaluate(x, w, function="f")[0] * ct).sum()

    numeric = (value(w + step * direction) - value(w - step * direction)) / (2 * step)
    np.testing.assert_allclose((dw * direction).sum(), numeric, rtol=1e-6)


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = torch.nn.Conv2d(1, 4, 3, padding=1)
        self.norm = torch.nn.LayerNorm(4)
        self.head = torch.nn.Linear(4, 3)

    def forward(self, x, target):
        features = torch.nn.functional.max_pool2d(torch.relu(self.conv(x)), 2).mean((2, 3))
        return torch.nn.functional.cross_entropy(self.head(self.norm(features)), target)


def test_a_models_loss_by_its_parameters():
    torch.manual_seed(0)
    net, x, target = Net(), torch.randn(5, 1, 8, 8), torch.tensor([0, 2, 1, 1, 0])
    module = graph_opt.from_torch(net, (x, target))
    (function,) = module.functions()
    module.run_passes(f"graph-lift-parameters,graph-autodiff{{function={function} loss=true}}")
    inputs = module.inputs(f"{function}_gradient")
    names = [name for name, _, _ in inputs]
    values = {"x": x, "target": target, **dict(net.named_parameters())}
    given = [values[name].detach().numpy() for name in names]
    loss, *grads = module.evaluate(*given, function=f"{function}_gradient")
    by_name = dict(zip([name for name, _, _ in module.outputs(f"{function}_gradient")][1:], grads, strict=True))
    x.requires_grad_()
    expected = net(x, target)
    expected.backward()
    np.testing.assert_allclose(loss, expected.detach().numpy(), rtol=1e-6)
    for name, parameter in [("x", x), *net.named_parameters()]:
        np.testing.assert_allclose(by_name[f"grad.{name}"], parameter.grad.numpy(), rtol=1e-5, atol=1e-6)


class Targets(torch.nn.Module):
    """A loss whose target is of the model's own making, as in distillation."""

    def __init__(self):
        super().__init__()
        self.student, self.teacher = torch.nn.Linear(3, 2), torch.nn.Linear(3, 2)

    def forward(self, x):
        soft = torch.softmax(self.teacher(x).detach(), 1)
        return self.teacher.weight.detach().abs().sum() - (soft * torch.log_softmax(self.student(x), 1)).sum()


class ScriptedTargets(Targets):
    """By the other two names, which torch.export does not take."""

    def forward(self, x):
        soft = torch.softmax(self.teacher(x).detach_(), 1)
        return self.teacher.weight.data.abs().sum() - (soft * torch.log_softmax(self.student(x), 1)).sum()


@pytest.mark.parametrize(("made", "way"), [(Targets, "export"), (Targets, "script"), (ScriptedTargets, "script")])
def test_detach_stops_gradients(made, way, tmp_path):
    torch.manual_seed(0)
    net, x = made(), torch.randn(5, 3)
    if way == "export":
        module = graph_opt.from_torch(net, (x,))
    else:
        torch.jit.script(net).save(tmp_path / "net.pt")
        module = graph_opt.load(tmp_path / "net.pt", inputs={"x": "5x3xf32"})
    (function,) = module.functions()
    module.run_passes(f"graph-lift-parameters,graph-autodiff{{function={function} loss=true}}")
    values = {"x": x, **dict(net.named_parameters())}
    names = [name for name, _, _ in module.inputs(f"{function}_gradient")]
    found = module.evaluate(*(values[name].detach().numpy() for name in names), function=f"{function}_gradient")
    by_name = dict(zip([name for name, _, _ in module.outputs(f"{function}_gradient")], found, strict=True))
    net(x).backward()
    for name, parameter in net.named_parameters():
        expected = np.zeros(parameter.shape) if parameter.grad is None else parameter.grad.numpy()
        np.testing.assert_allclose(by_name[f"grad.{name}"], expected, rtol=1e-5, atol=1e-6)
    assert net.teacher.weight.grad is None


def test_calls_stay_as_the_model_has_them():
    """Beside functions that passes and splits add, and in copies."""
    x = torch.rand(2)
    module = graph_opt.from_torch(lambda x, *, scale: {"y": x * scale}, (x,), {"scale": x})
    (function,) = module.functions()
    module.run_passes(f"graph-autodiff{{function={function}}}")
    module.graph(function).split(lambda node: "all")
    for copy in (module, module.clone()):
        assert torch.equal(copy.evaluate(x, scale=x, function=function)["y"], x * x)


def test_what_has_no_influence_has_zeros():
    text = """func.func @f(%x: tensor<?xf32> {graph.name = "x"}, %w: tensor<?xf32> {graph.name = "w"}) -> tensor<?xf32> {
      %0 = graph.floor %w : tensor<?xf32>
      %1 = graph.add %x, %0 : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
      return %1 : tensor<?xf32>
    }"""
    module = graph_opt.parse(text).run_passes("graph-autodiff")
    ones = np.ones(3, np.float32)
    _, dx, dw = gradients(module, ones, ones, 2 * ones)
    np.testing.assert_array_equal(dx, 2 * ones)
    np.testing.assert_array_equal(dw, 0 * ones)
