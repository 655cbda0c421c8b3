"""Control flow that TorchScript models decide as they run: loops, conditions, early returns, against torch's numbers."""

import warnings

import graph_opt
import pytest
import torch
from test_torchscript import error, flatten
from torch import Tensor

warnings.filterwarnings("ignore", category=FutureWarning)


def newton(x: Tensor):
    x = x.abs() + 0.1
    root, n = torch.ones_like(x), 0
    while bool(((root * root - x).abs() > 1e-4).any()) and n < 20:
        root = 0.5 * (root + x / root)
        n += 1
    return root, n


def returns_early(x: Tensor):
    for i in range(5):
        x = x * 1.5
        if bool(x.sum() > 10):
            return x, i
    return x - 100, -1


def counts(x: Tensor):
    y = torch.zeros_like(x)
    for i in range(int(x.abs().sum())):
        y = y + x * i
        y.add_(1)
    return y


def changes_in_place(x: Tensor):
    y = torch.zeros_like(x)
    row, k = y[1], 0
    while bool(y.sum() < 50):
        y.add_(x.abs() + 0.1)
        row.mul_(2)
        k += 2
    return y, row, k, y.t()


def row_by_row(x: Tensor):
    out, h = torch.zeros_like(x), torch.zeros(x.size(1))
    for t in range(x.size(0)):
        h = torch.tanh(h + x[t])
        out[t] = h
    return out, h, x[-x.size(0)]


def nested_values(x: Tensor):
    pair, named = (x, x * 2), {"a": x}
    for i in range(int(x.abs().max() * 3)):
        pair = (pair[1], pair[0] + pair[1])
        named = {"a": named["a"] + i}
    return pair, named


def breaks(x: Tensor):
    i = 0
    while True:
        x = x * 2
        i += 1
        if bool(x.abs().max() > 50):
            break
        if i > 3:
            x = x + 1
            continue
        x = x - 0.1
    return x, i


def loops_in_loops(x: Tensor):
    t = x
    for i in range(int(x.abs().sum())):
        j = 0
        while bool(t.sum() < 20) and j < i:
            t = t + i
            j += 1
        if bool(t.max() > 7):
            t = t * 0.5
    return t


def returns_anywhere(x: Tensor):
    if bool(x.sum() > 0):
        return x * 2, {"k": 1.5}
    y = x - 1
    if bool(y.min() < -2.5):
        return y, {"k": 2.5}
    return y * 0, {"k": 3.5}


MODELS = [newton, returns_early, counts, changes_in_place, row_by_row, nested_values, breaks, loops_in_loops, returns_anywhere]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("is_dynamic", [False, True])
def test_control_flow(model, is_dynamic):
    torch.manual_seed(0)
    script, x = torch.jit.script(model), torch.rand(3, 4) + 0.1
    module = graph_opt.from_torch(script, (x,), dynamic_shapes={"x": {0: torch.export.Dim("rows")}} if is_dynamic else None)
    compiled = module.compile(threads=1)
    stats = compiled.stats()
    assert stats["compiled_ops"] == stats["total_ops"] > 0
    for value in [x, 2 * x, -x, -2 * x] + [torch.rand(5, 4)] * is_dynamic:
        expected = flatten(script(value.clone()))
        for results in (compiled(value), module.evaluate(value)):
            for result, reference in zip(flatten(results), expected, strict=True):
                assert error(result, torch.as_tensor(reference)) <= 1e-5


def grows_a_list(x: Tensor):
    parts = [x]
    while bool(torch.cat(parts).sum() < 5):
        parts.append(x + 1)
    return torch.cat(parts)


def changes_kind(x: Tensor):
    y: Tensor | None = None
    for _ in range(int(x.sum())):
        y = x if y is None else y + 1
    return y


def draws(x: Tensor):
    while bool(x.sum() < 5):
        x = x + torch.rand_like(x)
    return x


@pytest.mark.parametrize(
    "model, message",
    [
        (grows_a_list, "a list or dict changes under a condition that is known only as the model runs"),
        (changes_kind, "expected the name of a variable"),
        (draws, "a draw of random numbers in a loop"),
    ],
)
def test_what_is_refused(model, message):
    with pytest.raises(graph_opt.ImportFailure, match=message):
        graph_opt.from_torch(torch.jit.script(model), (torch.rand(3),))
