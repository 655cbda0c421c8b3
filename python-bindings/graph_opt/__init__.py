"""graph-opt: graphs of tensor programs on MLIR. Needs no torch.

```python
import graph_opt
module = graph_opt.load("model.mlir")
module.run_passes("O2")
y, = module.evaluate(x)
y, = module.compile()(x)
```
"""

from ._graph_opt import Error, UnsupportedOpError, registered_ops
from ._module import CompiledFunction, Module, load, parse

__all__ = ["CompiledFunction", "Error", "Module", "UnsupportedOpError", "load", "parse", "registered_ops"]
