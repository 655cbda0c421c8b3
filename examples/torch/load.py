"""Load what torch.jit.save has written, and run it as compiled code: load.py MODEL.pt INPUT.npy OUTPUT.npy. Needs no torch."""

import sys

import graph_opt
import numpy as np

model, source, target = sys.argv[1:]
module = graph_opt.load(model, inputs={"x": "?x10xf32"})  # a batch of any size
compiled = module.compile()
y = compiled(np.load(source))

assert compiled.stats()["compiled_ops"] == compiled.stats()["total_ops"]
assert "torch" not in sys.modules
np.save(target, y)
print(y)
