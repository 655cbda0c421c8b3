"""Models that draw random numbers: of the right distribution, pure functions of a key, and fresh from call to call."""

import graph_opt
import numpy as np
import pytest

torch = pytest.importorskip("torch")
from graph_opt._torch import load_program  # noqa: E402
from torch import nn  # noqa: E402

F = nn.functional
N = 40_000  # of each draw; its mean is off by 1/200 of the deviation, as a rule
KEYS = [torch.tensor(key) for key in (0, -1, 2**40 + 3)]


class Function(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, *args):
        return self.function(*args)


def imported(function, *args, decompose=False):
    program = torch.export.export(Function(function), args)
    return graph_opt.from_torch(program.run_decompositions() if decompose else program)


X, P = torch.zeros(N), torch.full((N,), 0.3)
# The function, its arguments, and what is expected: mean, deviation, least and greatest value.
DRAWS = {
    "rand": (lambda x: torch.rand(N), X, 0.5, 12**-0.5, 0, 1),
    "rand_like": (lambda x: torch.rand_like(x, dtype=torch.float64), X, 0.5, 12**-0.5, 0, 1),
    "randn": (lambda x: torch.randn(200, N // 200), X, 0, 1, -7, 7),
    "randn_like": (torch.randn_like, X, 0, 1, -7, 7),
    "normal": (lambda x: torch.normal(2.0, 3.0, (N,)), X, 2, 3, -19, 23),
    "randint": (lambda x: torch.randint(7, (N,)), X, 3, 2, 0, 6),
    "randint_low": (lambda x: torch.randint(-3, 4, (N,)), X, 0, 2, -3, 3),
    "randint_like": (lambda x: torch.randint_like(x, 5), X, 2, 2**0.5, 0, 4),
    "bernoulli": (torch.bernoulli, P, 0.3, 0.21**0.5, 0, 1),
    "bernoulli_p": (lambda x: torch.bernoulli(x, 0.8), X, 0.8, 0.4, 0, 1),
    "dropout": (lambda x: F.dropout(x + 1, 0.2), X, 1, 0.5, 0, 1.25),
    "alpha_dropout": (lambda x: F.alpha_dropout(torch.randn_like(x), 0.2, training=True), X, 0, 1, -9, 9),
}


@pytest.mark.parametrize("decompose", [False, True], ids=["coarse", "decomposed"])
@pytest.mark.parametrize("name", DRAWS)
def test_distribution(name, decompose):
    function, x, mean, deviation, least, greatest = DRAWS[name]
    module = imported(function, x, decompose=decompose)
    assert module.inputs()[-1][0] == "random.key"
    compiled = module.compile()
    seen = []
    for key in KEYS:
        y = compiled.run([x, key])[0]
        assert y.dtype == function(x).dtype
        assert torch.equal(y, compiled.run([x, key])[0])
        y = y.double().flatten()
        assert abs(y.mean() - mean) < 0.025 * deviation and abs(y.std() - deviation) < 0.025 * deviation
        assert least <= y.min() and y.max() <= greatest
        assert abs(np.corrcoef(y[1:], y[:-1])[0, 1]) < 0.025
        seen.append(y)
    assert not torch.equal(seen[0], seen[1]) and not torch.equal(seen[1], seen[2])


def test_interpreter_draws_the_same():
    function = lambda x: (F.dropout(x, 0.4), torch.rand(3, 5), torch.randint(9, (7,)), torch.randperm(6))  # noqa: E731
    program = torch.export.export(Function(function), (torch.ones(50),))
    module = load_program(program)  # takes what its function does
    compiled = module.compile()
    for key in KEYS:
        for a, b in zip(compiled(torch.ones(50), key), module.evaluate(torch.ones(50), key), strict=True):
            assert torch.equal(a, b)


def test_draws_are_their_own():
    """Two equal draws are two, through every pass; one that nothing reads goes."""

    def function(x):
        torch.rand(3)
        return torch.rand(1000), torch.rand(1000), x

    module = imported(function, torch.zeros(1))
    assert str(module.run_passes("O2")).count("graph.random") == 2
    a, b, _ = module.compile().run([torch.zeros(1), KEYS[0]])
    assert abs(np.corrcoef(a, b)[0, 1]) < 0.15


def test_permutation():
    compiled = imported(lambda x: torch.randperm(100), torch.zeros(1)).compile()
    seen = [compiled.run([torch.zeros(1), key])[0] for key in KEYS]
    assert all(torch.equal(y.sort().values, torch.arange(100)) for y in seen)
    assert not torch.equal(seen[0], seen[1])


def test_channels_are_dropped_whole():
    compiled = imported(lambda x: F.dropout2d(x, 0.5), torch.ones(8, 16, 3, 3)).compile()
    y = compiled(torch.ones(8, 16, 3, 3))
    assert set(y.unique().tolist()) == {0.0, 2.0} and torch.equal(y.amin((2, 3)), y.amax((2, 3)))


def test_keys_come_of_torchs_generator():
    model = nn.Sequential(nn.Linear(4, 8), nn.Dropout(0.5)).train()
    compiled, x = graph_opt.from_torch(model, (torch.randn(3, 4),)).compile(), torch.randn(3, 4)
    torch.manual_seed(5)
    first, second = compiled(x), compiled(x)
    torch.manual_seed(5)
    assert torch.equal(first, compiled(x)) and not torch.equal(first, second)


def test_torch_compile_in_training():
    model = nn.Sequential(nn.Linear(64, 256), nn.Dropout(0.25), nn.Linear(256, 4)).train()
    compiled = torch.compile(model, backend="graph_opt", options={"strict": True})
    x = torch.randn(16, 64, requires_grad=True)
    compiled(x).sum().backward()
    first, x.grad = x.grad.clone(), None
    compiled(x).sum().backward()
    assert not torch.equal(first, x.grad)  # each step drops others


def test_a_model_without_draws_has_no_key():
    module = graph_opt.from_torch(nn.Sequential(nn.Linear(4, 8), nn.Dropout(0.5)).eval(), (torch.randn(3, 4),))
    assert len(module.inputs()) == 1


class InLoop(nn.Module):
    def forward(self, x):
        return torch.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, F.dropout(y, 0.5)), (torch.tensor(0), x))


def test_draws_in_loops_are_refused():
    with pytest.raises(graph_opt.UnsupportedOpError, match="random numbers in a loop"):
        graph_opt.from_torch(InLoop(), (torch.ones(4),))
