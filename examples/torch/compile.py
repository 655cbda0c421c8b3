"""torch.compile with this backend: a decorated function, and a wrapped module."""

import graph_opt
import torch
from model import MyModel


@torch.compile(backend="graph_opt", options={"strict": True})
def foo(x, y):
    return torch.sin(x) + torch.cos(y)


x, y = torch.randn(10, 10), torch.randn(10, 10)
assert (foo(x, y) - (torch.sin(x) + torch.cos(y))).abs().max() <= 1e-5

model = MyModel().eval()
compiled = torch.compile(model, backend="graph_opt", options={"strict": True})
with torch.no_grad():
    for batch in (4, 5, 6):
        z = torch.rand(batch, 10)
        assert (compiled(z) - model(z)).abs().max() <= 1e-5

print(graph_opt.explain(model, z))
