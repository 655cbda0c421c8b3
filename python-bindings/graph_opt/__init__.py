"""graph-opt: graphs of tensor programs on MLIR. Needs no torch.

```python
import graph_opt
module = graph_opt.load("model.mlir")
module.run_passes("O2")
y, = module.evaluate(x)
y, = module.compile()(x)
```

`from_torch(model, (x,))` takes models of torch, and `torch.compile(model, backend="graph_opt")` compiles them as they run.
"""

from typing import TYPE_CHECKING

from ._errors import CompileError, Error, ImportFailure, UnsupportedOpError
from ._graph import Graph, Node, Value
from ._graph_opt import registered_ops
from ._interpreter import Interpreter, Transformer
from ._module import CompiledFunction, Module, build, load, parse
from ._pattern import Match, Pattern, explain_mismatch, find_pattern, op, replace_pattern
from ._trainer import Batches, Trainer

if TYPE_CHECKING:
    from ._dynamo import explain
    from ._torch import from_torch

__all__ = [
    "Batches",
    "CompileError",
    "CompiledFunction",
    "Error",
    "Graph",
    "ImportFailure",
    "Interpreter",
    "Match",
    "Module",
    "Node",
    "Pattern",
    "Trainer",
    "Transformer",
    "UnsupportedOpError",
    "Value",
    "build",
    "explain",
    "explain_mismatch",
    "find_pattern",
    "from_torch",
    "load",
    "op",
    "parse",
    "registered_ops",
    "replace_pattern",
]


def __getattr__(name: str):
    # These need torch, which the rest does without.
    if name == "from_torch":
        from ._torch import from_torch

        return from_torch
    if name == "explain":
        from ._dynamo import explain

        return explain
    raise AttributeError(f"module 'graph_opt' has no attribute '{name}'")
