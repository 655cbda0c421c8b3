"""Patterns: small graphs to look for, and what goes in their place.

```python
from graph_opt import op, replace_pattern

replace_pattern(module, lambda x, w: op.relu(x @ w), lambda x, w: op.gelu(x @ w))
```

A pattern is a Python function of captures. It runs once, on stand-ins, and writes down the ops that it calls; operands of commutative ops
match in any order, and attributes that it does not name may be anything. The replacement is one of values, and runs for each match.
"""

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING

from ._errors import Error, stage
from ._graph import Graph, Node, Operators, Value, op_name

if TYPE_CHECKING:
    from ._module import Module


class _Ops:
    """`op.relu(x)`: an op of the dialect by its name, on values of a graph or on a pattern's."""

    def __getattr__(self, name: str):
        def call(*operands, **attributes):
            flat = [part for operand in operands for part in (operand if isinstance(operand, (list, tuple)) else [operand])]
            for operand in flat:
                if isinstance(operand, _Stand):
                    return operand.pattern.record(name, operands, attributes)
                if isinstance(operand, (Value, Node)):
                    return operand.graph.call(name, *operands, **attributes)
            raise Error(f"expected a value among the operands of '{name}', got none: use Graph.call")

        call.__name__ = name
        return call


op = _Ops()


class _Stand(Operators):
    """A value of a pattern: (node, result)."""

    __slots__ = ("node", "pattern", "result")

    def __init__(self, pattern: "Pattern", node: int, result: int = 0):
        self.pattern, self.node, self.result = pattern, node, result

    def _call(self, name: str, *operands):
        return self.pattern.record(name, operands, {})

    def named(self, name: str) -> "_Stand":
        """Lets a match tell the value that is here by a name, as it does for captures."""
        self.pattern.names[name] = (self.node, self.result)
        return self

    def __getitem__(self, result: int) -> "_Stand":
        """A result of an op that has several."""
        return _Stand(self.pattern, self.node, result)


class Pattern:
    """The ops that a function calls on its arguments, which are captures: any value each, the same wherever it is used."""

    def __init__(self, function: Callable):
        self.nodes: list = []
        self.names: dict = {}
        parameters = list(inspect.signature(function).parameters)
        made = function(*[self._add(name).named(name) for name in parameters])
        outputs = made if isinstance(made, tuple) else (made,)
        if not all(isinstance(output, _Stand) for output in outputs):
            raise Error(f"expected a pattern that returns what its ops made, got {made!r}")
        self.captures, self.outputs = parameters, [(output.node, output.result) for output in outputs]

    def _add(self, node) -> _Stand:
        self.nodes.append(node)
        return _Stand(self, len(self.nodes) - 1)

    def record(self, name: str, operands, attributes: dict) -> _Stand:
        wanted, groups = [], []
        for operand in operands:
            before = len(wanted)
            for part in operand if isinstance(operand, (list, tuple)) else [operand]:
                if isinstance(part, (int, float)):
                    part = self._add(float(part))
                if part is None:
                    continue
                if not isinstance(part, _Stand) or part.pattern is not self:
                    raise Error(f"expected operands of the pattern, got {part!r}")
                wanted.append((part.node, part.result))
            groups.append(len(wanted) - before)
        return self._add((op_name(name), wanted, attributes, groups))


class Match:
    """A place where a pattern was found."""

    def __init__(self, graph: Graph, pattern: Pattern, native):
        self.graph, self._pattern, self._native = graph, pattern, native

    def __getitem__(self, name: str) -> Value:
        """The value of a capture, or of what the pattern has `named`."""
        node, result = self._pattern.names[name]
        with stage(Error):
            captured = self._native.capture(node)
        return Value(self.graph, captured) if captured is not None else Node(self.graph, self._native.op(node)).outputs[result]

    @property
    def nodes(self) -> list[Node]:
        """The nodes that matched, in the pattern's order."""
        numbers = [self._native.op(index) for index, node in enumerate(self._pattern.nodes) if isinstance(node, tuple)]
        return [Node(self.graph, number) for number in numbers]

    @property
    def outputs(self) -> list[Value]:
        return [Value(self.graph, ref) for ref in self._native.outputs()]


def find_pattern(
    graph: Graph, pattern: Callable | Pattern, *, where: Callable[[Match], bool] | None = None, shared: bool = False
) -> list[Match]:
    """The matches of a pattern in a graph, in the order of the code: those that `where` takes and that don't overlap one before. Values
    inside of a match are used by it alone unless `shared` lets them have other users."""
    pattern = pattern if isinstance(pattern, Pattern) else Pattern(pattern)
    accept = None if where is None else lambda native: bool(where(Match(graph, pattern, native)))
    with stage(Error):
        found = graph._editor.find(graph._function, pattern.nodes, pattern.outputs, shared, accept)
    return [Match(graph, pattern, native) for native in found]


def explain_mismatch(node: Node, pattern: Callable | Pattern, *, shared: bool = False) -> str:
    """Why a pattern does not match with its first output on `node`: what was expected where the attempt ended that came farthest, and what
    was there. "" if it matches."""
    pattern = pattern if isinstance(pattern, Pattern) else Pattern(pattern)
    with stage(Error):
        return node.graph._editor.explain(node._number, pattern.nodes, pattern.outputs, shared)


def replace_pattern(
    module: "Module | Graph",
    pattern: Callable | Pattern,
    replacement: Callable,
    *,
    where: Callable[[Match], bool] | None = None,
    shared: bool = False,
) -> int:
    """Puts what `replacement` makes of the captures in the place of each match's outputs, and erases what nothing uses any more. One sweep:
    what a replacement has made is not looked at again. Returns how many there were."""
    graph = module if isinstance(module, Graph) else module.graph()
    pattern = pattern if isinstance(pattern, Pattern) else Pattern(pattern)
    matches = find_pattern(graph, pattern, where=where, shared=shared)
    for match in matches:
        with graph.before(Node(graph, match._native.insertion())):
            made = replacement(*[match[name] for name in pattern.captures])
        values = made if isinstance(made, tuple) else (made,)
        outputs = match.outputs
        if len(values) != len(outputs):
            raise Error(f"expected a replacement of {len(outputs)} values, got {len(values)}")
        for output, value in zip(outputs, values, strict=True):
            output.replace_all_uses_with(value)
        match._native.erase_dead()
    return len(matches)
