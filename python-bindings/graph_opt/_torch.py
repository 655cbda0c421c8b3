"""Models as torch has them in memory.

All of them become a program of torch.export and its archive, TorchScript its own, which the library reads as it reads one from disk: one
importer, the one that needs no torch, serves both.
"""

import contextlib
import inspect
import re
import warnings

import torch
from torch.export import ExportedProgram
from torch.export._tree_utils import reorder_kwargs
from torch.export.graph_signature import ConstantArgument, InputKind, OutputKind
from torch.fx.graph import _PyTreeCodeGen, _PyTreeInfo
from torch.utils import _pytree as pytree

from ._errors import Error, ImportFailure
from ._module import Module, load_written
from ._signature import Signature, describe_all


class ExportedSignature(Signature):
    """Arguments and results nested as the exported model has them."""

    def __init__(self, program: ExportedProgram):
        self.in_spec, self.out_spec = program.call_spec.in_spec, program.call_spec.out_spec
        # An argument that export has fixed (a number, None) is no input, and such a result is known without a call.
        user = [spec.arg for spec in program.graph_signature.input_specs if spec.kind == InputKind.USER_INPUT]
        self.is_input = [not isinstance(arg, ConstantArgument) for arg in user]
        self.fixed = [arg.value if isinstance(arg, ConstantArgument) else None for arg in user]
        own = (OutputKind.USER_OUTPUT, OutputKind.LOSS_OUTPUT)
        results = [spec.arg for spec in program.graph_signature.output_specs if spec.kind in own]
        self.results = [(isinstance(arg, ConstantArgument), getattr(arg, "value", None)) for arg in results]

    def flatten(self, args: tuple, kwargs: dict) -> list:
        try:
            kwargs = reorder_kwargs(kwargs, self.in_spec)
        except ValueError as error:
            raise Error(str(error)) from None
        leaves, spec = pytree.tree_flatten((args, kwargs))
        if spec != self.in_spec:
            raise Error(f"expected arguments nested as {self.in_spec}, got {spec}")
        flat = []
        for leaf, is_input, fixed in zip(leaves, self.is_input, self.fixed, strict=True):
            if not is_input and leaf != fixed:
                raise Error(f"expected {fixed!r}, which the export has fixed, got {leaf!r}")
            if is_input:
                flat.append(torch.tensor(leaf) if isinstance(leaf, int | float | bool) else leaf)
        return flat

    def nest(self, module):
        """The graph of a function as one that takes and returns the model's nested values, where each leaf of them is a value."""
        is_whole = all(self.is_input) and not any(is_fixed for is_fixed, _ in self.results)
        names = [node.name for node in module.graph.find_nodes(op="placeholder")]
        (output,) = module.graph.find_nodes(op="output")
        leaves = output.args[0] if isinstance(output.args[0], list | tuple) else [output.args[0]]
        if not is_whole or len(leaves) != len(self.results):
            return module
        output.args = (list(leaves),)
        module.graph.set_codegen(_PyTreeCodeGen(_PyTreeInfo(names, self.in_spec, self.out_spec)))
        module.recompile()
        return module

    def unflatten(self, results: list, names: list):
        """What the model returns; where there is more (new values of what it changes, gradients), that and a dict of the rest by name."""
        computed = iter(zip(results, names, strict=True))
        leaves = []
        for is_fixed, value in self.results:
            tensor = next(computed)[0] if not is_fixed or isinstance(value, int | float) else None  # a number is a result, too
            leaves.append(value if is_fixed else tensor)
        value = pytree.tree_unflatten(leaves, self.out_spec)
        rest = {name: result for result, name in computed}
        return (value, rest) if rest else value


def load_program(program: ExportedProgram, signature: Signature | None = None) -> Module:
    """A module of an exported program."""
    return load_written(lambda path: torch.export.save(program, path), "model.pt2", signature)


def export(obj, args: tuple, kwargs: dict, dynamic_shapes) -> ExportedProgram:
    if isinstance(obj, ExportedProgram):
        return obj
    if not callable(obj):
        raise ImportFailure(f"expected a model of torch, got {type(obj).__name__}")
    if args is None:
        raise ImportFailure(f"expected example_args to export {type(obj).__name__} with, got none")
    try:
        model = obj if isinstance(obj, torch.nn.Module) else _Function(obj)
        return torch.export.export(model, args, kwargs, dynamic_shapes=dynamic_shapes)
    except Error:
        raise
    except Exception as error:  # torch's own, of many classes: a user's model can fail in any way
        raise ImportFailure(f"torch.export can't take the model: {error}") from error


class _Function(torch.nn.Module):
    """A function as the module that torch.export wants, with the names of its arguments."""

    def __init__(self, function):
        super().__init__()

        def forward(*args, **kwargs):
            return function(*args, **kwargs)

        with contextlib.suppress(ValueError):  # torch's own functions have none
            forward.__signature__ = inspect.signature(function)
        self.forward = forward


def load_script(script, args: tuple, kwargs: dict, dynamic_shapes) -> Module:
    """A module of what torch.jit.script and torch.jit.trace make."""
    forward = script.forward if isinstance(script, torch.jit.ScriptModule) else script
    # Traces may leave names out, or call two alike: the code, which is what is saved, has names of its own.
    names = re.findall(r"(?:\(|\n *)(\w+): ", forward.code.split(") -> ")[0])
    if not isinstance(script, torch.jit.ScriptModule):  # it is saved as a module's forward(self, ...), in which they have other numbers
        names = [re.sub(r"^argument_(\d+)$", lambda number: f"argument_{int(number[1]) + 1}", name) for name in names]
    arguments = forward.schema.arguments[isinstance(script, torch.jit.ScriptModule) :]
    defaults = {name: argument.default_value for name, argument in zip(names, arguments, strict=True) if argument.has_default_value()}
    given = {**defaults, **dict(zip(names, args, strict=False)), **kwargs}
    if unknown := [name for name in given if name not in names] or len(args) > len(names):
        raise ImportFailure(f"expected arguments of {names}, got {unknown if unknown is not True else len(args)}")
    if not isinstance(dynamic_shapes, dict):
        dynamic_shapes = dict(zip(names, dynamic_shapes or (), strict=False))
    inputs = describe_all(given, dynamic_shapes)

    def save(path):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch is retiring TorchScript
            torch.jit.save(script, str(path))  # a path is not enough for a function

    return load_written(save, "model.pt", inputs=inputs)


def from_torch(obj, example_args: tuple | None = None, example_kwargs: dict | None = None, *, dynamic_shapes=None) -> Module:
    """A module of an nn.Module, a GraphModule, a function, an ExportedProgram, or what torch.jit.script and torch.jit.trace make.

    The example arguments give ranks, dtypes and the sizes that `dynamic_shapes` (as torch.export takes it) leaves fixed. Whatever the model
    does only in training mode follows its mode. Raises ImportFailure, and UnsupportedOpError with the names of all operators that there is
    no rule for.

    Nothing changes in place: a call of a model that changes its buffers or arguments returns (what the model returns, {"new.NAME": value}).
    """
    if isinstance(obj, torch.jit.ScriptModule | torch.jit.ScriptFunction):
        return load_script(obj, example_args or (), example_kwargs or {}, dynamic_shapes)
    program = export(obj, example_args, example_kwargs or {}, dynamic_shapes)
    return load_program(program, ExportedSignature(program))
