"""Edit the graph of a model: look at its nodes, put others in their place, rewrite by a pattern, split off a part, and compile it."""

import graph_opt
import torch
from graph_opt import op
from model import MyModel

model, x = MyModel().eval(), torch.rand(4, 10)
module = graph_opt.from_torch(model, (x,))
graph = module.graph()
for node in graph:
    print(node.op, node.name, node.inputs, node.outputs)

for node in graph.find("relu"):
    with graph.before(node):
        node.replace_with(op.gelu(node.inputs[0]))

replaced = graph_opt.replace_pattern(module, lambda x: op.gelu(x), lambda x: op.max(x, 0.0), where=lambda match: match["x"].dtype == "f32")
parts = graph.split(lambda node: "head" if node.name == "linear_1" else "body")
assert replaced == 1 and list(parts) == ["body", "head"]
print(f"{replaced} places rewritten, functions {parts}")

compiled = module.compile()
assert compiled.stats()["compiled_ops"] == compiled.stats()["total_ops"]
assert (compiled(x) - model(x)).abs().max() <= 1e-5
