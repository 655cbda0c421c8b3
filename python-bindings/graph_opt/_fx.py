"""Modules as torch.fx has them."""

import linecache

import torch

from ._values import share, unpack


def build(text: str, names: list, tensors: list, owner, signature) -> torch.fx.GraphModule:
    """Runs the Python file that the library has written, on weights in the memory of `owner`."""
    weights = dict(zip(names, unpack([share(tensor, owner) for tensor in tensors], torch), strict=True))
    file = f"<graph_opt.to_fx {id(owner):x}>"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)  # so that tracebacks show its lines
    scope: dict = {"__name__": "graph_opt_fx"}
    exec(compile(text, file, "exec"), scope)
    return signature.nest(scope["build"](weights))
