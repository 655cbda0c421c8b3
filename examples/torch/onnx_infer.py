"""Export a model to ONNX by torch, and run the file as compiled code; write one of our own, and run it by onnxruntime."""

import graph_opt
import numpy as np
import onnxruntime
import torch
from model import MyModel

torch.manual_seed(0)
model, x = MyModel().eval(), torch.rand(4, 10)
torch.onnx.export(model, (x,), "model.onnx", dynamo=True, dynamic_shapes=({0: "batch"},), verbose=False)

module = graph_opt.load("model.onnx")  # needs neither torch nor onnx
compiled = module.compile()
for batch in (4, 7):
    x = torch.rand(batch, 10)
    (y,) = compiled(x.numpy())
    assert np.abs(y - model(x).detach().numpy()).max() <= 1e-5
assert compiled.stats()["compiled_ops"] == compiled.stats()["total_ops"]

module.run_passes("O2").to_onnx("optimised.onnx")
session = onnxruntime.InferenceSession("optimised.onnx", providers=["CPUExecutionProvider"])
(again,) = session.run(None, {session.get_inputs()[0].name: x.numpy()})
assert np.abs(again - y).max() <= 1e-5
print(y)
