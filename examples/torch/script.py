"""Script a model and save it; load the file and run it as compiled code."""

import graph_opt
import torch
from model import MyModel

torch.manual_seed(0)
torch.jit.script(MyModel()).save("scripted_model.pt")

loaded = torch.jit.load("scripted_model.pt")
x = torch.rand(4, 10)
compiled = graph_opt.from_torch(loaded, (x,)).compile()
y = compiled(x)

assert compiled.stats()["compiled_ops"] == compiled.stats()["total_ops"]
assert (y - loaded(x)).abs().max() <= 1e-5
print(y)
