"""Graphs of many calls of ATen operators, built without tracing; and what is right of their results."""

import math
import operator
from collections import defaultdict

import torch
from core_samples import Call
from graph_opt._torch import load_program
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.export import ExportedProgram
from torch.export.exported_program import ModuleCallEntry
from torch.export.graph_signature import ExportGraphSignature, InputKind, InputSpec, OutputKind, OutputSpec, TensorArgument
from torch.fx import Graph, GraphModule
from torch.fx.experimental.symbolic_shapes import DimDynamic, ShapeEnv, StatelessSymbolicContext
from torch.utils._pytree import tree_leaves, tree_map


def exported(graph: Graph, ranges: dict) -> ExportedProgram:
    """The program that a graph with fake values is."""
    placeholders = [node for node in graph.nodes if node.op == "placeholder"]
    (results,) = next(node for node in graph.nodes if node.op == "output").args
    signature = ExportGraphSignature(
        [InputSpec(InputKind.USER_INPUT, TensorArgument(node.name), None) for node in placeholders],
        [OutputSpec(OutputKind.USER_OUTPUT, TensorArgument(node.name), None) for node in results],
    )
    module = GraphModule(torch.nn.Module(), graph)
    return ExportedProgram(module, graph, signature, {}, ranges, [ModuleCallEntry("", None)], None)


def program(calls: list) -> tuple[ExportedProgram, list, list]:
    """An exported program that makes all calls, built without tracing; its inputs, and (call, leaf) of each of its results."""
    graph, fake, inputs, places = Graph(), FakeTensorMode(allow_non_fake_inputs=True), [], []

    def faked(value):
        return fake.from_tensor(value, static_shapes=True) if isinstance(value, torch.Tensor) else value

    def placeholder(value):
        if not isinstance(value, torch.Tensor):
            return value
        node = graph.placeholder(f"x{len(inputs)}")
        node.meta["val"] = faked(value)
        inputs.append(value)
        return node

    arguments = [tree_map(placeholder, (one.args, one.kwargs)) for one in calls]
    outputs = []
    for i, (one, (args, kwargs)) in enumerate(zip(calls, arguments, strict=True)):
        node = graph.call_function(one.overload, args, kwargs)
        returns = one.overload._schema.returns
        if len(returns) == 1 and str(returns[0].type) == "Tensor":
            node.meta["val"] = faked(one.results[0])
            leaves = [node]
        else:
            node.meta["val"] = [faked(x) for x in one.results] if len(returns) == 1 else tuple(faked(x) for x in one.results)
            leaves = []
            for leaf, result in enumerate(one.results):
                if isinstance(result, torch.Tensor):
                    part = graph.call_function(operator.getitem, (node, leaf))
                    part.meta["val"] = faked(result)
                    leaves.append(part)
                else:
                    leaves.append(None)
        wanted = RESULTS.get(one.name, range(len(leaves)))
        for leaf, part in enumerate(leaves):
            if part is not None and leaf in wanted:
                outputs.append(part)
                places.append((i, leaf))
    graph.output(tuple(outputs))
    return exported(graph, {}), inputs, places


# Only these results are given: the others are for gradients, which have their own.
RESULTS = {
    "_embedding_bag.default": [0],
    "_embedding_bag_forward_only.default": [0],
    "embedding_bag.default": [0],
    "embedding_bag.padding_idx": [0],
    "native_batch_norm.default": [0],
    "_native_batch_norm_legit.default": [0],
    "_native_batch_norm_legit_no_training.default": [0],
}
# Nothing is said of their elements; test_random.py has what is said of those that are drawn.
UNSPECIFIED = {
    *(
        "empty.memory_format",
        "empty_strided.default",
        "empty_like.default",
        "empty_permuted.default",
        "new_empty.default",
        "new_empty_strided.default",
    ),
    *("rand.default", "randn.default", "randperm.default"),
}
ORDERED = {"sort.default", "topk.default"}  # nothing is said of the order of equal elements

TOLERANCE = {torch.float16: 2e-3, torch.bfloat16: 2e-2, torch.float32: 1e-5, torch.float64: 1e-10}


def error_of(actual: torch.Tensor, expected: torch.Tensor) -> float:
    """DESIGN's error; infinity where shapes, types, infinities or NaNs differ."""
    if actual.shape != expected.shape or actual.dtype != expected.dtype:
        return math.inf
    if not expected.dtype.is_floating_point:
        return 0.0 if torch.equal(actual, expected) else math.inf
    a, b = actual.double(), expected.double()
    finite = a.isfinite() & b.isfinite()
    if not torch.equal(a[~finite].nan_to_num(nan=7.0), b[~finite].nan_to_num(nan=7.0)):
        return math.inf
    if not finite.any():
        return 0.0
    return float((a[finite] - b[finite]).abs().max() / max(1.0, float(b[finite].abs().max())))


def in_double(one: Call, leaf: int) -> torch.Tensor | None:
    """The result of the same call on f64, rounded once: torch's own kernels round on the way."""

    def widen(value):
        return value.double() if isinstance(value, torch.Tensor) and value.dtype.is_floating_point else value

    kwargs = {name: torch.float64 if isinstance(v, torch.dtype) and v.is_floating_point else v for name, v in one.kwargs.items()}
    try:
        results = tree_leaves(one.overload(*tree_map(widen, one.args), **tree_map(widen, kwargs)))
    except RuntimeError:
        return None
    return results[leaf].to(one.results[leaf].dtype) if isinstance(results[leaf], torch.Tensor) else None


def judge(one: Call, leaf: int, results: list) -> str:
    """What is wrong with a result of ours; nothing, if it is right. `results` are all of the call that there are."""
    actual, expected = results[leaf], one.results[leaf]
    if one.name in UNSPECIFIED:
        right = actual.shape == expected.shape and actual.dtype == expected.dtype
        return "" if right else f"expected {expected.dtype}{list(expected.shape)}, got {actual.dtype}{list(actual.shape)}"
    if one.name in ORDERED and leaf == 1 and expected.dim():
        dim = one.args[1 if one.name == "sort.default" else 2] if len(one.args) > (1 if one.name == "sort.default" else 2) else -1
        x = one.args[0]
        taken, distinct = x.gather(dim, actual), actual.sort(dim).values.diff(dim=dim)
        right = error_of(taken, one.results[0]) == 0 and bool((distinct > 0).all())
        return "" if right else "expected positions of the values, each once"
    limit = TOLERANCE.get(expected.dtype, 0.0)
    error = error_of(actual, expected)
    if error > limit and expected.dtype.is_floating_point and (wide := in_double(one, leaf)) is not None:
        error = min(error, error_of(actual, wide))
    return "" if error <= limit else f"error {error:.3g}, limit {limit:.3g}\nexpected {expected}\ngot {actual}"


def sized(overload, rank: int, *rest) -> ExportedProgram:
    """A program of a tensor of unknown sizes, that returns as many ones as an overload on sizes says."""
    env = ShapeEnv()
    mode = FakeTensorMode(shape_env=env)
    context = StatelessSymbolicContext(dynamic_sizes=[DimDynamic.DYNAMIC] * rank)
    x = mode.from_tensor(torch.zeros(list(range(2, 2 + rank))), symbolic_context=context)
    graph = Graph()
    given = graph.placeholder("x")
    given.meta["val"] = x
    count = graph.call_function(overload, (given, *rest))
    count.meta["val"] = overload(x, *rest)
    ones = graph.call_function(torch.ops.aten.full.default, ([count], 1.0))
    with mode:
        ones.meta["val"] = torch.full([count.meta["val"]], 1.0)
    graph.output((ones,))
    return exported(graph, env.var_to_range)


def as_tensor(value) -> torch.Tensor:
    """A result of a call without tensors among its arguments comes as numpy."""
    if isinstance(value, torch.Tensor):
        return value
    return torch.from_numpy(value.view("int16")).view(torch.bfloat16) if value.dtype.name == "bfloat16" else torch.from_numpy(value)


def run(calls: list) -> list:
    """Imports a graph of all calls, interprets and compiles it; what is wrong, a line each."""
    made, inputs, places = program(calls)
    module = load_program(made)
    wrong = []
    for means, function in (("interpreted", module.evaluate), ("compiled", module.compile())):
        results = defaultdict(dict)
        for (i, leaf), value in zip(places, function(*inputs), strict=True):
            results[i][leaf] = as_tensor(value)
        for i, leaf in places:
            if problem := judge(calls[i], leaf, results[i]):
                wrong.append(f"{means} {calls[i].describe()}, result {leaf}: {problem}")
    return wrong
