"""torch.compile(model, backend="graph_opt", options={...}).

AOTAutograd hands over graphs of ATen operators without mutation or aliasing. Each becomes an exported program and goes through the one
importer; what that refuses is split off and stays with torch, by name and said aloud, or is an error with `strict`.
"""

import contextlib
import copy
import functools
import operator
import tempfile
import warnings
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch._decomp import decomposition_table
from torch._dynamo.backends.common import aot_autograd
from torch._subclasses.fake_tensor import unset_fake_temporarily
from torch.export import ExportedProgram
from torch.export.exported_program import ModuleCallEntry
from torch.export.graph_signature import (
    ConstantArgument,
    ExportGraphSignature,
    InputKind,
    InputSpec,
    OutputKind,
    OutputSpec,
    SymIntArgument,
    TensorArgument,
)
from torch.fx import Graph, GraphModule, Node
from torch.fx.passes.infra.partitioner import CapabilityBasedPartitioner
from torch.fx.passes.operator_support import OperatorSupportBase

from ._errors import CompileError, Error, UnsupportedOpError
from ._torch import load_program


@dataclass
class Options:
    """What `options` of torch.compile may hold."""

    pipeline: str = "O2"
    accuracy: str | None = None
    threads: int | None = None
    strict: bool = False  #: raise UnsupportedOpError where operators would stay with torch


@dataclass
class GraphReport:
    """What became of one graph of torch.compile."""

    compiled_ops: int = 0
    total_ops: int = 0
    eager_ops: dict = field(default_factory=dict)  #: name -> count, of those that torch runs
    modules: list = field(default_factory=list)  #: the compiled parts


@dataclass
class Explanation:
    """What torch.compile(backend="graph_opt") makes of a function."""

    graphs: list

    def __str__(self) -> str:
        lines = []
        for i, graph in enumerate(self.graphs):
            lines.append(f"graph {i}: {graph.compiled_ops} of {graph.total_ops} ops compiled, in {len(graph.modules)} parts")
            lines += [f"  with torch: {name} ({count})" for name, count in graph.eager_ops.items()]
        return "\n".join(lines) or "no graph: nothing in it is compiled"


_reports: list | None = None  # what explain() collects, while it runs


def _name(target) -> str:
    return str(target) if isinstance(target, torch._ops.OpOverload) else getattr(target, "__name__", str(target))


def _argument(node: Node):
    value = node.meta.get("val")
    return SymIntArgument(node.name) if isinstance(value, torch.SymInt) else TensorArgument(node.name)


def _read_sizes_from_tensors(graph: Graph) -> None:
    """Sizes that torch hands over as numbers of their own become those of the tensors that have them, so that shapes follow from shapes."""
    inputs = [node for node in graph.nodes if node.op == "placeholder"]
    places = {}
    for node in inputs:
        value = node.meta.get("val")
        for axis, size in enumerate(value.shape if isinstance(value, torch.Tensor) else ()):
            if isinstance(size, torch.SymInt):
                places.setdefault(size.node.expr, (node, axis))
    for node in inputs:
        value = node.meta.get("val")
        if node.users and isinstance(value, torch.SymInt) and value.node.expr in places:
            with graph.inserting_after(inputs[-1]):
                size = graph.call_function(torch.ops.aten.sym_size.int, places[value.node.expr])
            size.meta["val"] = value
            node.replace_all_uses_with(size)


def _name_classes(graph: Graph) -> None:
    """The archive holds names of classes."""
    for node in graph.nodes:
        if stack := node.meta.get("nn_module_stack"):
            names = {key: (path, kind if isinstance(kind, str) else kind.__qualname__) for key, (path, kind) in stack.items()}
            node.meta["nn_module_stack"] = names


def _program(gm: GraphModule) -> tuple[ExportedProgram, tuple]:
    """The graph as an exported program, and its results as the graph has them: nodes, and values that need no computation."""
    graph, constants, ranges, inputs = Graph(), {}, {}, []
    output = graph.graph_copy(gm.graph, {})
    results = tuple(output) if isinstance(output, tuple | list) else (output,)
    graph.output(results)
    _read_sizes_from_tensors(graph)
    _name_classes(graph)
    for part in gm.modules():  # the bodies of control flow
        if part is not gm and isinstance(part, GraphModule):
            _name_classes(part.graph)
    results = graph.output_node().args[0]
    for node in graph.nodes:
        value = node.meta.get("val")
        for size in value.shape if isinstance(value, torch.Tensor) else ():
            if isinstance(size, torch.SymInt) and not ranges:  # all have the one environment
                ranges.update(size.node.shape_env.var_to_range)
        if node.op == "placeholder":
            inputs.append(InputSpec(InputKind.USER_INPUT, _argument(node), None))
    first = next(iter(graph.nodes))
    lifted = []
    for node in list(graph.nodes):
        if node.op != "get_attr" or not isinstance(tensor := operator.attrgetter(node.target)(gm), torch.Tensor):
            continue
        with graph.inserting_before(first):
            placeholder = graph.placeholder(f"constant_{len(constants)}")
        placeholder.meta = copy.copy(node.meta)
        placeholder.meta.setdefault("val", tensor)
        node.replace_all_uses_with(placeholder)
        graph.erase_node(node)
        lifted.append(InputSpec(InputKind.CONSTANT_TENSOR, TensorArgument(placeholder.name), node.target))
        constants[node.target] = tensor
    arguments = [_argument(result) if isinstance(result, Node) else ConstantArgument("", result) for result in results]
    outputs = [OutputSpec(OutputKind.USER_OUTPUT, argument, None) for argument in arguments]
    signature = ExportGraphSignature(lifted + inputs, outputs)
    program = ExportedProgram(gm, graph, signature, {}, ranges, [ModuleCallEntry("", None)], None, constants=constants)
    return program, results


def _restride(result: torch.Tensor, expected) -> torch.Tensor:
    """The result in the order of dimensions that the graph promised, which code outside of it can see."""
    if not isinstance(expected, torch.Tensor) or expected.is_contiguous() or expected.dim() != result.dim():
        return result
    strides = [int(stride.node.hint) if isinstance(stride, torch.SymInt) else stride for stride in expected.stride()]
    order = sorted(range(result.dim()), key=lambda d: -strides[d])
    inverse = sorted(range(result.dim()), key=order.__getitem__)
    return result.permute(order).contiguous().permute(inverse)


def _compile_part(gm: GraphModule, options: Options, report: GraphReport):
    """A function of tensors and sizes for a graph; raises what the importer and the compiler do."""
    program, results = _program(gm)
    module = load_program(program)
    try:
        compiled = module.compile(pipeline=options.pipeline, accuracy=options.accuracy, threads=options.threads)
    except CompileError as error:
        path = Path(tempfile.mkdtemp(prefix="graph-opt-")) / "reproducer.mlir"
        path.write_text(error.reproducer)
        raise CompileError(f"{error}\nreproducer: {path}", error.reproducer) from None
    stats = compiled.stats()
    report.compiled_ops += stats["compiled_ops"]
    report.modules.append(module)
    is_single = isinstance(gm.graph.output_node().args[0], Node)

    def finish(promised, computed):
        if not isinstance(promised, Node):
            return promised
        value, like = next(computed), promised.meta.get("val")
        return int(value) if isinstance(like, torch.SymInt | int) else _restride(value, like)

    def call(*args):
        flat = [arg if isinstance(arg, torch.Tensor) else torch.tensor(arg) for arg in args]
        computed = iter(compiled._run(flat, torch))  # torch's, even if there are no arguments
        values = [finish(result, computed) for result in results]
        return values[0] if is_single else values

    return call


class _Compiled(torch.nn.Module):
    """A compiled part in the place of the graph that it was."""

    def __init__(self, call):
        super().__init__()
        self.call = call

    def forward(self, *args):
        return self.call(*args)


class _Support(OperatorSupportBase):
    def __init__(self, refused: set):
        self.refused = refused

    def is_node_supported(self, submodules, node: Node) -> bool:
        return node.op == "call_function" and _name(node.target) not in self.refused


def _split(gm: GraphModule, refused: set, options: Options, report: GraphReport):
    """The graph with all but the refused operators compiled. Adds to `refused` what the parts turn out to have."""
    while True:
        attempt = GraphReport()
        outer = CapabilityBasedPartitioner(copy.deepcopy(gm), _Support(refused), allows_single_node_partition=True).partition_and_fuse()
        try:
            for name, part in list(outer.named_children()):
                if isinstance(part, GraphModule) and name.startswith("fused_"):
                    setattr(outer, name, _Compiled(_compile_part(part, options, attempt)))
        except UnsupportedOpError as error:
            if not set(error.ops) - refused:
                raise
            refused |= set(error.ops)
            continue
        report.compiled_ops, report.modules = attempt.compiled_ops, attempt.modules
        return outer


def _compile(gm: GraphModule, options: Options):
    report = GraphReport(total_ops=sum(node.op == "call_function" for node in gm.graph.nodes))
    refused: set = set()
    try:
        call = _compile_part(gm, options, report)
        report.total_ops = report.compiled_ops
    except UnsupportedOpError as error:
        if options.strict:
            raise
        refused = set(error.ops)
        call = _split(gm, refused, options, report)
        report.eager_ops = dict(Counter(name for node in gm.graph.nodes if (name := _name(node.target)) in refused))
        report.total_ops = report.compiled_ops + sum(report.eager_ops.values())
        listed = ", ".join(f"{name} ({count})" for name, count in report.eager_ops.items())
        warnings.warn(f"graph_opt leaves operators to torch: {listed}", stacklevel=2)
    if _reports is not None:
        _reports.append(report)

    def boxed(args: list):
        values = list(args)
        args.clear()  # the caller gives its references away
        results = call(*values)
        return list(results) if isinstance(results, tuple | list) else [results]

    boxed._boxed_call = True
    return boxed


@functools.cache
def _decompositions() -> dict:
    """Torch's own, of the gradients that are no core operators: there are import rules for those that are."""
    return {
        op: decomposition
        for op, decomposition in decomposition_table.items()
        if isinstance(op, torch._ops.OpOverload) and "backward" in op.__name__ and torch.Tag.core not in op.tags
    }


def backend(gm: GraphModule, example_inputs, *, options: dict | None = None, **unknown):
    """The backend itself, as torch's entry-point group torch_dynamo_backends names it."""
    try:
        chosen = Options(**(options or {}), **unknown)
    except TypeError as error:
        raise Error(f"expected options {', '.join(Options.__dataclass_fields__)}, got {error}") from None

    def compiler(gm, example_inputs):
        with unset_fake_temporarily():  # constants are real tensors
            return _compile(gm, chosen)

    compilers = {"fw_compiler": compiler, "bw_compiler": compiler, "inference_compiler": compiler}
    return aot_autograd(**compilers, decompositions=_decompositions())(gm, example_inputs)


@contextlib.contextmanager
def _collecting():
    global _reports
    before, _reports = _reports, []
    try:
        yield _reports
    finally:
        _reports = before


def explain(function, *args, **kwargs) -> Explanation:
    """Compiles a function of torch by this backend, runs it once on the arguments, and tells which operators stay with torch."""
    torch._dynamo.reset()
    with _collecting() as reports, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what it would warn of is the answer
        torch.compile(function, backend=backend)(*args, **kwargs)
    return Explanation(list(reports))
