"""Running a graph node by node, and making another of it, by classes that users derive from."""

from ._errors import Error, stage
from ._graph import Graph, Node
from ._module import Module, with_key
from ._values import framework_of, pack, unpack


class Interpreter:
    """Runs a function in the reference interpreter, with `run_node` for each node: override it to watch, or to compute otherwise."""

    def __init__(self, module: Module, function: str = ""):
        self.module, self.graph = module, module.graph(function)
        self._function, self._evaluate = function, None

    def run(self, *args, **kwargs):
        """What the model returns, as Module.evaluate has it."""
        module, editor = self.module, self.graph._editor
        signature = module.signature_of(self._function)
        flat = signature.flatten(args, kwargs)
        ports = module.inputs(self._function)

        def hook(number: int, operands: list, evaluate) -> list:
            node = Node(self.graph, number)
            outer, self._evaluate = self._evaluate, evaluate  # nodes of bodies are run while their node is
            try:
                made = self.run_node(node, unpack(operands))
            finally:
                self._evaluate = outer
            return pack(list(made), [(node.op, value.dtype, value.sizes) for value in node.outputs])

        with stage(Error):
            results = editor.interpret(self.graph._function, pack(with_key(flat, ports), ports), hook)
        names = [name for name, _, _ in module.outputs(self._function)]
        return signature.unflatten(unpack(results, framework_of(flat)), names)

    def run_node(self, node: Node, inputs: list) -> list:
        """The node's outputs on its inputs, numpy arrays: one for each."""
        return self.evaluate(node, inputs)

    def evaluate(self, node: Node, inputs: list) -> list:
        """The node's own meaning, to be called in `run_node`."""
        return unpack(self._evaluate(pack(inputs, [(node.op, value.dtype, value.sizes) for value in node.inputs])))


class Transformer:
    """Makes another graph of a function, node by node: `transform_node` returns what goes in a node's place."""

    def __init__(self, module: Module, function: str = ""):
        self.module, self.function = module, function

    def transform(self) -> Module:
        """A new module; the one that was given stays as it is."""
        module = self.module.clone()
        self.graph: Graph = module.graph(self.function)
        for node in list(self.graph.walk()):
            if not self.graph._editor.knows(node._number):  # it went with the loop or branch that it was in
                continue
            with self.graph.before(node):
                made = self.transform_node(node)
            if made is not None:
                node.replace_with(*(made if isinstance(made, tuple) else (made,)))
        self.graph.erase_dead()
        return module

    def transform_node(self, node: Node):
        """A value, a tuple of as many values as the node has outputs, or None to leave the node. New nodes go before it."""
        return
