"""How calls of models map to inputs and results of functions: in order, or nested as a model's code says."""

import json

import numpy as np

from ._errors import Error
from ._values import describe

RANDOM_KEY = "random.key"  # the last input of a model that draws random numbers


class Signature:
    """How a call of the model maps to the inputs and results of its function: in order, and results as a list.

    Front ends whose models take and return nested values have one of their own.
    """

    def flatten(self, args: tuple, kwargs: dict) -> list:
        if kwargs:
            raise Error(f"expected arguments in order, got '{next(iter(kwargs))}' by name")
        return list(args)

    def unflatten(self, results: list, names: list):
        return results

    def nest(self, module):
        """A torch.fx.GraphModule of the function as one that takes and returns what the model does."""
        return module


def leaves(name: str, value, dims=None) -> dict:
    """The tensors and numbers of a value by the names of the inputs that they are: "x", "x.0", "x.key"; with their `dims`, nested alike."""
    if isinstance(value, dict):
        parts = value.items()
    elif isinstance(value, tuple | list):
        parts = enumerate(value)
    else:
        return {name: (value, dims)}
    given = dims if isinstance(dims, dict) else dict(enumerate(dims or ()))
    return {leaf: entry for key, part in parts for leaf, entry in leaves(f"{name}.{key}", part, given.get(key)).items()}


def describe_all(values: dict, dims: dict | None = None) -> dict:
    """What an import is told about its inputs: the sizes of arrays, and numbers, which it fixes. `dims` names axes of any size."""
    texts = {}
    for name, value in values.items():
        for leaf, (part, axes) in leaves(name, value, (dims or {}).get(name)).items():
            is_fixed = part is None or isinstance(part, bool | int | float | str)
            texts[leaf] = str(part) if is_fixed else describe(part, axes)
    return texts


class NestedSignature(Signature):
    """forward()'s arguments by place or name, without those that the import has fixed; its result, nested as the model returns it."""

    def __init__(self, nesting: str, ports: list):
        parsed = json.loads(nesting)
        self.arguments, self.results = parsed["arguments"], parsed["results"]
        self.ports = [name for name, _, _ in ports if name != RANDOM_KEY]

    def flatten(self, args: tuple, kwargs: dict) -> list:
        names = [name for name, *_ in self.arguments]
        if len(args) > len(names):
            raise Error(f"expected at most {len(names)} arguments, got {len(args)}")
        given = dict(zip(names, args, strict=False))
        for name, value in kwargs.items():
            if name in given or name not in names:
                raise Error(f"expected the name of another argument, got '{name}'")
            given[name] = value
        flat = {}
        for name, *fixed in self.arguments:
            if fixed and name in given and (type(given[name]) is not type(fixed[0]) or given[name] != fixed[0]):
                raise Error(f"expected {fixed[0]!r} for '{name}', which the import has fixed, got {given[name]!r}")
            if not fixed and name in given:
                flat.update({leaf: value for leaf, (value, _) in leaves(name, given[name]).items()})
        fixed = {name for name in flat if name not in self.ports and isinstance(flat[name], bool | int | float | str)}
        if different := set(self.ports) ^ (set(flat) - fixed):
            raise Error(f"expected arguments {self.ports}, nested as at the import, got a difference in {sorted(different)}")
        return [np.asarray(flat[name]) if isinstance(flat[name], bool | int | float) else flat[name] for name in self.ports]

    def unflatten(self, results: list, names: list):
        """What the model returns; where there is more (new values of what it changes, gradients), that and a dict of the rest by name."""
        used = set()

        def build(tree):
            if not isinstance(tree, list):
                used.add(tree)
                return None if tree is None else results[tree]
            kind, *parts = tree
            if kind == "number":
                return build(parts[0]).item()
            if kind == "dict":
                return {key: build(part) for key, part in parts}
            return (list if kind == "list" else tuple)(map(build, parts))

        value = build(self.results)
        rest = {name: result for i, (name, result) in enumerate(zip(names, results, strict=True)) if i not in used}
        return (value, rest) if rest else value
