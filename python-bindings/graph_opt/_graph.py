"""A function's graph, to read and to change node by node.

```python
graph = module.graph()
for node in graph.find("relu"):
    with graph.before(node):
        node.replace_with(op.gelu(node.inputs[0]))
```

Everything that is built is verified, and what a node needs comes before it: there is no step to forget afterwards.
"""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ._errors import Error, stage
from ._values import describe, numpy_dtype, pack

if TYPE_CHECKING:
    from ._module import Module


def op_name(name: str) -> str:
    """The dialect's name of an op: "relu" is "graph.relu"."""
    return name if "." in name else f"graph.{name}"


class Operators:
    """Python's operators on whatever `_call(op, *operands)` makes something of: values of a graph, and those of a pattern."""

    def __add__(self, other):
        return self._call("add", self, other)

    def __radd__(self, other):
        return self._call("add", other, self)

    def __sub__(self, other):
        return self._call("sub", self, other)

    def __rsub__(self, other):
        return self._call("sub", other, self)

    def __mul__(self, other):
        return self._call("mul", self, other)

    def __rmul__(self, other):
        return self._call("mul", other, self)

    def __truediv__(self, other):
        return self._call("div", self, other)

    def __rtruediv__(self, other):
        return self._call("div", other, self)

    def __matmul__(self, other):
        return self._call("matmul", self, other)

    def __pow__(self, other):
        return self._call("pow", self, other)

    def __neg__(self):
        return self._call("neg", self)


class Value(Operators):
    """A tensor in a graph: an input, or a node's output."""

    __slots__ = ("_ref", "graph")

    def __init__(self, graph: "Graph", ref: tuple):
        self.graph, self._ref = graph, ref

    def __eq__(self, other) -> bool:
        return isinstance(other, Value) and self.graph._editor is other.graph._editor and self._ref == other._ref

    def __hash__(self) -> int:
        return hash(self._ref)

    @property
    def node(self) -> "Node | None":
        """The node that it comes from; None for an input, of the graph or of a body."""
        number, _, region = self._ref
        return Node(self.graph, number) if region < 0 else None

    @property
    def name(self) -> str:
        return self._described()[0]

    @property
    def dtype(self) -> str:
        """The element type as MLIR spells it: "f32", "i64", "ui8"."""
        return self._described()[1]

    @property
    def sizes(self) -> list[int]:
        """-1 is a dynamic size."""
        return self._described()[2]

    @property
    def users(self) -> list["Node"]:
        with stage(Error):
            return [Node(self.graph, number) for number in self.graph._editor.users(self._ref)]

    def replace_all_uses_with(self, value, *, users: Sequence["Node"] | None = None) -> None:
        """Puts `value`, of the same type or one as compatible as a refined size, in the place of this one: everywhere, or in `users`. A
        graph's outputs are changed along, but not where `users` are given."""
        with stage(Error):
            chosen = None if users is None else [self.graph.number(node) for node in users]
            self.graph._editor.replace(self._ref, self.graph.value(value)._ref, chosen)

    def _described(self) -> tuple:
        with stage(Error):
            return self.graph._editor.describe(self._ref)

    def _call(self, name: str, *operands):
        return self.graph.call(name, *operands)

    def __repr__(self) -> str:
        name, dtype, sizes = self._described()
        return f"<{name or 'value'}: {'x'.join(['?' if size < 0 else str(size) for size in sizes] + [dtype])}>"


class Node:
    """An op in a graph."""

    __slots__ = ("_number", "graph")

    def __init__(self, graph: "Graph", number: int):
        self.graph, self._number = graph, number

    def __eq__(self, other) -> bool:
        return isinstance(other, Node) and self.graph._editor is other.graph._editor and self._number == other._number

    def __hash__(self) -> int:
        return hash(self._number)

    def _ask(self, question: str, *arguments):
        with stage(Error):
            return getattr(self.graph._editor, question)(self._number, *arguments)

    @property
    def op(self) -> str:
        """The op's name: "graph.linear"."""
        return self._ask("op")

    @property
    def name(self) -> str:
        """What the node was called in the model, or ""."""
        return self._ask("name")

    @property
    def source(self) -> list[tuple[str, int]]:
        """The lines (file, line) of the user's code that it comes from."""
        return self._ask("source")

    @property
    def attributes(self) -> dict:
        """By name: True, ints, floats, lists of ints, and MLIR's text for the rest. Assign by `set_attribute`."""
        return self._ask("attributes")

    def set_attribute(self, name: str, value) -> None:
        """Sets an attribute, or removes it with None. Error, and no change, where the op does not verify with it."""
        self._ask("set_attribute", name, value)

    @property
    def inputs(self) -> list[Value]:
        return [Value(self.graph, ref) for ref in self._ask("inputs")]

    def set_input(self, index: int, value) -> None:
        self._ask("set_input", index, self.graph.value(value)._ref)

    @property
    def outputs(self) -> list[Value]:
        return [Value(self.graph, ref) for ref in self._ask("outputs")]

    @property
    def output(self) -> Value:
        """The only output."""
        outputs = self.outputs
        if len(outputs) != 1:
            raise Error(f"expected a node of one output, got '{self.op}' with {len(outputs)}")
        return outputs[0]

    @property
    def users(self) -> list["Node"]:
        """The nodes that use an output, each once."""
        return list(dict.fromkeys(user for output in self.outputs for user in output.users))

    @property
    def bodies(self) -> list[list["Node"]]:
        """The nodes of each of its regions: branches, loops, fusions."""
        return [[Node(self.graph, number) for number in body] for body in self._ask("bodies")]

    def replace_with(self, *values) -> None:
        """Puts values in the place of the outputs, and erases the node."""
        outputs = self.outputs
        if len(values) != len(outputs):
            raise Error(f"expected {len(outputs)} values for the outputs of '{self.op}', got {len(values)}")
        for output, value in zip(outputs, values, strict=True):
            output.replace_all_uses_with(value)
        self.erase()

    def erase(self) -> None:
        """Takes it out of the graph; nothing may use it any more."""
        self._ask("erase")

    def __repr__(self) -> str:
        return f"<{self._ask('text')}>"


class Graph:
    """The graph of a function. A pass that runs on the module ends it: ask the module for a new one then."""

    def __init__(self, module: "Module", editor, function: str):
        self.module, self._editor = module, editor
        with stage(Error):
            self._function = editor.function(function)
        self._place = self._function

    @property
    def nodes(self) -> list[Node]:
        """In the order that they run in, without those of bodies."""
        with stage(Error):
            return [Node(self, number) for number in self._editor.nodes(self._function)]

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes)

    def __len__(self) -> int:
        return len(self.nodes)

    def walk(self) -> Iterator[Node]:
        """All nodes, each before those of its bodies."""
        waiting = self.nodes[::-1]
        while waiting:
            node = waiting.pop()
            yield node
            waiting += [inner for body in node.bodies[::-1] for inner in body[::-1]]

    def find(self, op: str | None = None, *, name: str | None = None, where: Callable[[Node], bool] | None = None) -> list[Node]:
        """The nodes, those of bodies too, of an op, of a name, and that `where` takes."""
        full = op and op_name(op)
        return [
            node
            for node in self.walk()
            if (full is None or node.op == full) and (name is None or node.name == name) and (where is None or where(node))
        ]

    @property
    def inputs(self) -> list[Value]:
        with stage(Error):
            return [Value(self, ref) for ref in self._editor.arguments(self._function)]

    @property
    def outputs(self) -> list[Value]:
        with stage(Error):
            return [Value(self, ref) for ref in self._editor.results(self._function)]

    def add_input(self, name: str, type: str) -> Value:
        """One more input behind the others; `type` as MLIR's, "tensor<?x4xf32>"."""
        with stage(Error):
            return Value(self, self._editor.add_input(self._function, type, name))

    def set_outputs(self, values: Sequence, names: Sequence[str] = ()) -> None:
        """What the graph returns. An output that it returned before keeps its name unless `names` gives another."""
        with stage(Error):
            self._editor.set_results(self._function, [self.value(value)._ref for value in values], list(names))

    @contextlib.contextmanager
    def before(self, node: Node):
        """Where the block's new nodes go; elsewhere they go to the end."""
        outer, self._place = self._place, self.number(node)
        try:
            yield self
        finally:
            self._place = outer

    def after(self, node: Node):
        with stage(Error):
            following = self._editor.next(self.number(node))
        return self.before(Node(self, self._function if following is None else following))

    def call(self, name: str, *operands, **attributes):
        """Builds an op: a value, or a tuple of them. An operand is a value, None for one that is left out, a list for a variadic one, or a
        number, which becomes a constant of the others' element type. `node_name` names the node."""
        node_name = attributes.pop("node_name", "")
        values = [operand for operand in operands if isinstance(operand, (Value, Node))]
        dtype = self.value(values[0]).dtype if values else None
        groups = [self._group(operand, dtype) for operand in operands]
        with stage(Error):
            refs = self._editor.build(self._place, op_name(name), groups, attributes, node_name)
        made = tuple(Value(self, ref) for ref in refs)
        return made[0] if len(made) == 1 else made

    def constant(self, array, *, name: str = "") -> Value:
        """A constant tensor of an array, which is copied."""
        array = np.asarray(array)
        return self._constant(array, describe(array).rsplit("x", 1)[-1], name)

    def copy(self, node: Node, inputs: Sequence | None = None) -> Node:
        """A copy of a node, on other inputs of the same types."""
        refs = [self.value(value)._ref for value in (node.inputs if inputs is None else inputs)]
        with stage(Error):
            return Node(self, self._editor.copy(self.number(node), self._place, refs))

    def value(self, value) -> Value:
        """A value of this graph, or the only output of a node."""
        value = value.output if isinstance(value, Node) else value
        if not isinstance(value, Value) or value.graph._editor is not self._editor:
            raise Error(f"expected a value of this graph, got {value!r}")
        return value

    def number(self, node: Node) -> int:
        """What the editor knows a node of this graph by."""
        if not isinstance(node, Node) or node.graph._editor is not self._editor:
            raise Error(f"expected a node of this graph, got {node!r}")
        return node._number

    def verify(self) -> None:
        """What a change has made is verified as it is made; this does it for the whole function again."""
        with stage(Error):
            self._editor.verify(self._function)

    def erase_dead(self) -> int:
        """Erases nodes without effects that nothing uses; how many there were."""
        count = 0
        for node in self.nodes[::-1]:
            if node._ask("is_dead"):
                node.erase()
                count += 1
        return count

    def split(self, tag: Callable[[Node], str | None]) -> dict[str, str]:
        """Moves the nodes that have a tag into functions of the module, one for each tag, which this one calls: their names by tag, in an
        order that they can run in. Constants and weights go along. Error where two parts need each other."""
        with stage(Error):
            return dict(self._editor.split(self._function, lambda number: self._tag(tag(Node(self, number)))))

    @staticmethod
    def _tag(tag) -> str | None:
        if tag is not None and not isinstance(tag, str):
            raise Error(f"expected text or None for a tag, got {tag!r}")
        return tag

    def partition(self, where: Callable[[Node], bool]) -> dict[str, str]:
        """Splits off the nodes that `where` takes, in few parts that never wait for each other: their functions by tag, "0" and so on."""
        with stage(Error):
            return dict(self._editor.partition(self._function, lambda number: bool(where(Node(self, number)))))

    def _group(self, operand, dtype: str | None) -> list:
        if operand is None:
            return []
        if isinstance(operand, (list, tuple)):
            return [self.value(value)._ref for value in operand]
        if isinstance(operand, (bool, int, float)) and dtype is not None:
            return [self._number(operand, dtype)._ref]
        return [self.value(operand)._ref]

    def _number(self, number, dtype: str) -> Value:
        exact = numpy_dtype(dtype)
        array = np.asarray(number).astype(exact)
        if exact.kind not in "fV" and array != number:
            raise Error(f"expected a number that {dtype} holds, got {number}")
        return self._constant(array, dtype, "")

    def _constant(self, array, element: str, name: str) -> Value:
        (packed,) = pack([array], [("constant", element, None)])
        with stage(Error):
            return Value(self, self._editor.constant(self._place, packed, name))

    def __repr__(self) -> str:
        return "\n".join(repr(node) for node in self.nodes)
