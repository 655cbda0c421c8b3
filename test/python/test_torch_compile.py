"""torch.compile(model, backend="graph_opt")."""

import warnings

import graph_opt
import pytest
import torch
from graph_opt import _dynamo
from test_torch import Mlp, X, close

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
STRICT = {"strict": True}


@pytest.fixture(autouse=True)
def fresh():
    torch._dynamo.reset()
    torch.manual_seed(0)


def compiled(function, **options):
    return torch.compile(function, backend="graph_opt", options={**STRICT, **options})


def test_torch_finds_the_backend():
    assert "graph_opt" in torch._dynamo.list_backends()


def test_decorated_function():
    @torch.compile(backend="graph_opt", options=STRICT)
    def f(x, y):
        return torch.sin(x) + torch.cos(y)

    close(f(X, X + 1), torch.sin(X) + torch.cos(X + 1))


@pytest.mark.parametrize("pipeline", ["O0", "O1", "O2", "O3"])
def test_wrapped_module(pipeline):
    model = Mlp().eval()
    with torch.no_grad():
        close(compiled(model, pipeline=pipeline)(X), model(X))


def test_no_code_for_each_size(monkeypatch):
    """Two compilations, as with torch's own backends: one for the first sizes, one for all."""
    shapes = []
    compile_graph = _dynamo._compile
    monkeypatch.setattr(_dynamo, "_compile", lambda gm, options: (shapes.append(1), compile_graph(gm, options))[1])
    f = compiled(lambda x: torch.relu(x).sum(1))
    for batch in (3, 5, 7, 11):
        x = torch.randn(batch, 4)
        close(f(x), torch.relu(x).sum(1))
    assert len(shapes) == 2


def test_arguments_that_change_in_place():
    def f(x, y):
        x.add_(y)
        x.clamp_(min=0)
        return x * 2

    mine, theirs = X.clone(), X.clone()
    close(compiled(f)(mine, X), f(theirs, X))
    close(mine, theirs)


def test_results_that_share_memory():
    def f(x):
        return x, x.view(-1), x + 1, x.t()

    mine = X.clone()
    a, b, c, d = compiled(f)(mine)
    for ours, theirs in zip((a, b, c, d), f(X), strict=True):
        close(ours, theirs)
        assert ours.stride() == theirs.stride()
    assert a.data_ptr() == b.data_ptr() == d.data_ptr() == mine.data_ptr()


def test_strides_of_results():
    def f(x):
        return (x + 1).permute(2, 0, 1), torch.relu(x).transpose(0, 1)

    x = torch.randn(2, 3, 4)
    for ours, theirs in zip(compiled(f)(x), f(x), strict=True):
        close(ours, theirs)
        assert ours.stride() == theirs.stride()


def test_nested_results_and_constants():
    table = torch.arange(10.0)

    def f(x):
        return {"a": [x + table, None], "b": (x.shape[0], torch.tensor(2.0) * x)}

    y, expected = compiled(f)(X), f(X)
    close(y["a"][0], expected["a"][0])
    close(y["b"][1], expected["b"][1])
    assert y["a"][1] is None and y["b"][0] == 4


def test_a_condition_on_data():
    def f(x):
        return torch.cond(x.sum() > 0, lambda x: x * 2, lambda x: x - 1, (x,))

    g = compiled(f)
    for x in (X.abs(), -X.abs()):
        close(g(x), f(x))


def test_what_is_not_supported_stays_with_torch_and_is_listed():
    def f(x):
        return torch.special.bessel_j0(torch.relu(x) + 1) * 2

    with pytest.warns(UserWarning, match=r"graph_opt leaves operators to torch: aten.special_bessel_j0.default \(1\)"):
        close(torch.compile(f, backend="graph_opt")(X), f(X))


def test_strict_refuses_it():
    with pytest.raises(Exception, match="unsupported 'aten.special_bessel_j0.default'") as caught:
        compiled(torch.special.bessel_j0)(X)
    assert isinstance(caught.value.inner_exception, graph_opt.UnsupportedOpError)


def test_explain():
    def f(x):
        return torch.special.bessel_j0(torch.relu(x) + 1) * 2

    told = graph_opt.explain(f, X)
    assert [(g.compiled_ops, g.total_ops, g.eager_ops, len(g.modules)) for g in told.graphs] == [
        (3, 4, {"aten.special_bessel_j0.default": 1}, 2)
    ]
    assert str(told) == "graph 0: 3 of 4 ops compiled, in 2 parts\n  with torch: aten.special_bessel_j0.default (1)"
    told = graph_opt.explain(Mlp(), X)
    assert len(told.graphs) == 1 and not told.graphs[0].eager_ops


def test_unknown_options_are_refused():
    with pytest.raises(Exception, match="expected options pipeline, accuracy, threads, strict"):
        torch.compile(Mlp(), backend="graph_opt", options={"level": 3})(X)


def test_a_failing_pipeline_leaves_a_reproducer():
    with pytest.raises(Exception, match="reproducer: .*reproducer.mlir"):
        compiled(Mlp(), pipeline="no-such-pass")(X)


def test_gradients_flow_through_it():
    """Forward and backward are compiled, with what isn't supported yet left to torch."""
    model, twin = Mlp(), Mlp()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.compile(model, backend="graph_opt")(X).square().sum().backward()
    twin(X).square().sum().backward()
    for ours, theirs in zip(model.parameters(), twin.parameters(), strict=True):
        close(ours.grad, theirs.grad)


MASKS = {
    "none": (None, False),
    "causal": (None, True),
    "numbers": (torch.linspace(-1, 1, 25).reshape(5, 5), False),
    "truth": (torch.tensor([[1, 1, 1, 1, 1], [0, 0, 0, 0, 0], [1, 0, 1, 0, 1], [0, 0, 0, 0, 1], [1, 1, 0, 0, 0]]) > 0, False),
}


@pytest.mark.parametrize("mask", MASKS)
def test_attention_and_its_gradient(mask):
    """The kernel that torch chooses before a backend sees the graph."""
    torch._dynamo.reset()
    attn_mask, is_causal = MASKS[mask]

    def attention(q, k, v):
        return torch.nn.functional.scaled_dot_product_attention(q, k, v, attn_mask, is_causal=is_causal)

    inputs = [torch.randn(2, 3, 5, 8, generator=torch.manual_seed(i), requires_grad=True) for i in range(3)]
    compiled = torch.compile(attention, backend="graph_opt", options={"strict": True})
    results = [f(*inputs) for f in (attention, compiled)]
    gradients = [torch.autograd.grad(y.square().sum(), inputs) for y in results]
    for expected, actual in zip([results[0], *gradients[0]], [results[1], *gradients[1]], strict=True):
        assert (actual - expected).abs().max() <= 1e-5 * max(1, expected.abs().max())


def test_softmax_of_lines_that_see_nothing():
    x = torch.tensor([[1.0, 2.0], [-torch.inf, -torch.inf], [-torch.inf, 0.0]])

    def softmax(x):
        return torch.ops.aten._safe_softmax(x, 1), torch.ops.aten._safe_softmax(x, 0, torch.float64)

    compiled = torch.compile(softmax, backend="graph_opt", options={"strict": True})
    for actual, expected in zip(compiled(x), softmax(x), strict=True):
        assert actual.dtype == expected.dtype
        torch.testing.assert_close(actual, expected)
