"""Trace a model and replay the trace as compiled code."""

import graph_opt
import torch
from model import MyModel

torch.manual_seed(0)
model = MyModel()
traced = torch.jit.trace(model, (torch.rand(3, 10),))

x = torch.rand(3, 10)
compiled = graph_opt.from_torch(traced, (x,)).compile()
y = compiled(x)

assert compiled.stats()["compiled_ops"] == compiled.stats()["total_ops"]
assert (y - model(x)).abs().max() <= 1e-5
print(y)
