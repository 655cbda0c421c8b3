"""Export a model with a batch of any size, look at its graph, run a pass pipeline, and compile it."""

import graph_opt
import torch
from model import MyModel

model, x = MyModel().eval(), torch.rand(4, 10)
module = graph_opt.from_torch(model, (x,), dynamic_shapes=({0: torch.export.Dim("batch", max=1024)},))
print(module)

module.run_passes("graph-canonicalize,graph-cse,graph-dce")
compiled = module.compile(threads=1)
for batch in (1, 4, 1000):
    x = torch.rand(batch, 10)
    assert (compiled(x) - model(x)).abs().max() <= 1e-5
