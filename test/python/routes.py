"""The ways that a model takes in and out, each against torch's numbers: `ROUTES[name](model, folder)` gives what it measured."""

import functools
import inspect
import re
import time
import warnings
from pathlib import Path

import graph_opt
import numpy as np
import onnx
import torch
from architectures import MODELS, NOT_INTERPRETED, OTHERS
from elements import error_of
from exported import run_onnx
from graph_opt._dynamo import backend as graph_opt_backend
from torch.utils import _pytree

# Loops whose bodies torch traces with the sizes of the example: a mark that asks for more is an error of torch's.
SPECIALISED = {"scan", "while_loop"}


def resized(args, dynamic):
    """The arguments with other sizes where they may vary: each a row more, repeated."""
    result = []
    for tensor, axes in zip(args, dynamic, strict=True):
        for axis in axes or {}:
            tensor = torch.cat([tensor, tensor.narrow(axis, 0, 1)], axis)
        result.append(tensor)
    return tuple(result)


def arrays_of(values) -> list:
    return [torch.as_tensor(leaf).numpy() for leaf in _pytree.tree_leaves(values) if leaf is not None]


def worst(actual, expected: list) -> float:
    errors = [error_of(ours, theirs) for ours, theirs in zip(arrays_of(actual), expected, strict=True)]
    assert all(np.isfinite(theirs).all() for theirs in expected), "expected torch's own results to be finite"
    return max(errors)


class Model:
    """A model with what torch makes of it, once for all its ways."""

    def __init__(self, name: str):
        self.name = name
        self.module, self.args, self.dynamic = MODELS[name]()

    def cases(self, is_dynamic: bool) -> list:
        """Arguments and torch's results: those of the example, and of others sizes where these may vary."""
        inputs = [self.args] + [resized(self.args, self.dynamic)] * is_dynamic
        return [(args, self.expected(args)) for args in inputs]

    def expected(self, args) -> list:
        return arrays_of(self.module(*args))

    def varying(self):
        """Which sizes may vary, as torch wants to be told."""
        parameters = inspect.signature(self.module.forward).parameters.values()
        if any(p.kind == p.VAR_POSITIONAL for p in parameters):  # (a, *rest)
            count = len(parameters) - 1
            return (*self.dynamic[:count], self.dynamic[count:])
        return self.dynamic

    @functools.cached_property
    def static(self):
        return torch.export.export(self.module, self.args, strict=False)

    @functools.cached_property
    def flexible(self):
        return torch.export.export(self.module, self.args, dynamic_shapes=self.varying(), strict=False)

    def program(self, is_dynamic: bool):
        return self.flexible if is_dynamic else self.static

    @property
    def is_flexible(self) -> bool:
        """Whether its round trips are those of a program whose sizes vary: where a family has several models, those of the first."""
        return self.name not in OTHERS


def measure(model: Model, module, is_dynamic: bool = False, is_interpreted: bool = False) -> dict:
    """Compiled code, all of it, against torch."""
    start = time.perf_counter()
    function = module.compile(threads=1)
    compiled = time.perf_counter()
    errors = []
    for args, expected in model.cases(is_dynamic):
        arrays = [tensor.numpy() for tensor in args]
        errors.append(worst(function(*arrays), expected))
        if is_interpreted and model.name not in NOT_INTERPRETED:
            errors.append(worst(module.evaluate(*arrays), expected))
    start_of_call = time.perf_counter()
    function(*arrays)
    seconds = time.perf_counter() - start_of_call
    stats = function.stats()
    assert stats["compiled_ops"] == stats["total_ops"] > 0
    return {
        "error": max(errors),
        "compile_s": round(compiled - start, 2),
        "call_ms": round(1e3 * seconds, 2),
        "compiled_ops": stats["compiled_ops"],
    }


def parameters_of(module) -> set:
    return set(re.findall(r'graph\.parameter @"?([^\s":{]+)', str(module)))


def pt2(model: Model, folder: Path, is_dynamic: bool = False, is_decomposed: bool = False) -> dict:
    path, program = folder / "model.pt2", model.program(is_dynamic)
    torch.export.save(program.run_decompositions() if is_decomposed else program, path)
    module = graph_opt.load(path)
    return measure(model, module, is_dynamic, is_interpreted=True)


def write_onnx(model: Model, is_dynamic: bool, path: Path) -> None:
    torch.onnx.export(model.module, model.args, path, dynamo=True, dynamic_shapes=model.varying() if is_dynamic else None, verbose=False)


def onnx_in(model: Model, folder: Path, is_dynamic: bool = False) -> dict:
    path = folder / "model.onnx"
    write_onnx(model, is_dynamic, path)
    return measure(model, graph_opt.load(path), is_dynamic, is_interpreted=True)


def torchscript(model: Model, folder: Path, is_traced: bool) -> dict:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch is retiring it
        make = (
            functools.partial(torch.jit.trace, example_inputs=model.args, check_trace=False, strict=False)
            if is_traced
            else torch.jit.script
        )
        module = graph_opt.from_torch(make(model.module), model.args)
    assert next(iter(model.module.state_dict())) in parameters_of(module), "expected parameters to keep their names"
    return measure(model, module)


def marked(args, dynamic, mark):
    """Copies of the arguments, with marks where sizes may vary: torch must not find out one by one."""
    copies = [tensor.clone() for tensor in args]
    for tensor, axes in zip(copies, dynamic, strict=True):
        for axis in axes or {}:
            mark(tensor, axis)
    return tuple(copies)


def torch_compile(model: Model, folder: Path) -> dict:
    """With the sizes of the example and with others, by one compilation; strict: nothing stays with torch."""
    torch._dynamo.reset()
    reports = []

    def backend(gm, example_inputs):
        reports.append(gm)
        return graph_opt_backend(gm, example_inputs, options={"strict": True, "threads": 1})

    compiled = torch.compile(model.module, backend=backend, fullgraph=True)
    mark = torch._dynamo.maybe_mark_dynamic if model.name in SPECIALISED else torch._dynamo.mark_dynamic
    errors, seconds = [], []
    with torch._dynamo.config.patch(allow_rnn=True):
        for args in (marked(model.args, model.dynamic, mark), resized(model.args, model.dynamic)):
            expected = model.expected(args)
            start = time.perf_counter()
            actual = compiled(*args)
            seconds.append(time.perf_counter() - start)
            errors.append(worst(actual, expected))
    torch._dynamo.reset()
    assert len(reports) == 1, "expected one compilation for all sizes"
    return {"error": max(errors), "compile_s": round(seconds[0], 2), "call_ms": round(1e3 * seconds[1], 2)}


def fx(model: Model, folder: Path) -> dict:
    """torch.fx -> graph -> torch.fx, which runs, keeps names and shares parameters, and goes through torch.export."""
    program = model.program(model.is_flexible)
    made = graph_opt.from_torch(program).to_fx()
    assert isinstance(made, torch.fx.GraphModule)
    assert _pytree.tree_structure(made(*model.args)) == _pytree.tree_structure(model.module(*model.args))
    errors = [worst(made(*args), expected) for args, expected in model.cases(model.is_flexible)]
    again = torch.export.export(made, model.args)
    errors.append(worst(again.module()(*model.args), model.expected(model.args)))
    want = {name: tensor for name, tensor in program.state_dict.items() if tensor.is_floating_point()}
    have = made.state_dict()
    assert not want or set(have) & set(want), "expected parameters to keep their names"
    assert all(torch.equal(have[name], want[name]) for name in set(have) & set(want))
    ours = {node.name for node in made.graph.nodes}
    theirs = {node.name for node in program.graph.nodes if node.op == "call_function"}
    assert len(ours & theirs) >= 0.5 * len(theirs), "expected nodes to keep their names"
    return {"error": max(errors)}


def json(model: Model, folder: Path) -> dict:
    """.pt2 -> graph -> JSON -> graph: the same text, and the numbers of compiled code."""
    path = folder / "model.pt2"
    torch.export.save(model.program(model.is_flexible), path)
    module = graph_opt.load(path)
    module.save(folder / "model.json")
    again = graph_opt.load(folder / "model.json")
    assert str(again) == str(module)
    return {"error": measure(model, again, model.is_flexible)["error"]}


def error_of_onnx(path: Path, model: Model, is_dynamic: bool) -> float:
    """That of ONNX Runtime's numbers."""
    return max(worst(run_onnx(path, arrays_of(args)), expected) for args, expected in model.cases(is_dynamic))


def names_in(path: Path) -> set:
    return {tensor.name for tensor in onnx.load(str(path), load_external_data=False).graph.initializer}


def onnx_out(model: Model, folder: Path) -> dict:
    """torch.export -> graph -> ONNX."""
    module, path = graph_opt.from_torch(model.flexible), folder / "out.onnx"
    module.to_onnx(path)
    graph = onnx.load(str(path), load_external_data=False).graph
    dynamic = [dim.dim_param for value in graph.input for dim in value.type.tensor_type.shape.dim if not dim.HasField("dim_value")]
    assert dynamic and all(dynamic)
    used = set(re.findall(r'graph\.get @"?([^\s"]+)', str(module)))
    assert used <= names_in(path) and (used or not model.module.state_dict()), "expected parameters to keep their names"
    return {"error": error_of_onnx(path, model, True)}


def onnx_again(model: Model, folder: Path) -> dict:
    """ONNX -> graph -> ONNX."""
    first, second = folder / "in.onnx", folder / "again.onnx"
    write_onnx(model, model.is_flexible, first)
    module = graph_opt.load(first)
    module.to_onnx(second)
    used = set(re.findall(r'graph\.get @"?([^\s"]+)', str(module)))
    assert used <= names_in(first) & names_in(second) and (used or not model.module.state_dict()), "expected parameters to keep their names"
    return {"error": error_of_onnx(second, model, model.is_flexible)}


# By the names that the table of docs/ has.
ROUTES = {
    "pt2": pt2,
    "traced": functools.partial(torchscript, is_traced=True),
    "onnx": onnx_in,
    "scripted": functools.partial(torchscript, is_traced=False),
    "compile": torch_compile,
    "fx": fx,
    "json": json,
    "onnx-again": onnx_again,
    "onnx-out": onnx_out,
    "pt2-decomposed": functools.partial(pt2, is_decomposed=True),
    "pt2-dynamic": functools.partial(pt2, is_dynamic=True),
    "pt2-dynamic-decomposed": functools.partial(pt2, is_dynamic=True, is_decomposed=True),
    "onnx-dynamic": functools.partial(onnx_in, is_dynamic=True),
}
