"""Gradients at corners, where they are torch's exactly, NaNs and infinities in the same places; what differs is listed, with the reason."""

import itertools
import math

import graph_opt
import numpy as np
import pytest
import torch
from aten_gradients import wrong_gradients
from core_program import error_of
from corner_samples import KNOWN, corners
from samples import BINARY, UNARY

CALLS = corners()
inf, nan = math.inf, math.nan
VALUES = [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -2.0, 3.0, -3.0, 2.5, 1e-300, -1e-300, 1e300, -1e300, 30.0, -30.0, 800.0, inf, -inf, nan]
COTANGENTS = [1.5, -2.0, 0.0, inf, nan]


@pytest.mark.parametrize("op", [name for name, row in {**UNARY, **BINARY}.items() if "f64" in row[1]])
def test_elementwise(op):
    """On every value, or pair of them, with every cotangent."""
    function, arity = (UNARY.get(op) or BINARY[op])[0], 1 if op in UNARY else 2
    *inputs, cotangent = map(np.array, zip(*itertools.product(*[VALUES] * arity, COTANGENTS), strict=True))
    kind, names = f"tensor<{len(cotangent)}xf64>", ["%0", "%1"][:arity]
    types = kind if arity == 1 else f"({kind}, {kind}) -> {kind}"
    arguments = ", ".join(f"{name}: {kind}" for name in names)
    text = f"func.func @f({arguments}) -> {kind} {{\n  %y = graph.{op} {', '.join(names)} : {types}\n  return %y : {kind}\n}}"
    module = graph_opt.parse(text).run_passes("graph-autodiff")
    leaves = [torch.from_numpy(x).requires_grad_() for x in inputs]
    value = function(*leaves)
    theirs = [torch.zeros_like(leaf) for leaf in leaves]  # of what torch takes for a constant, which it does not differentiate
    if value.requires_grad:
        theirs = torch.autograd.grad(value, leaves, torch.from_numpy(cotangent), materialize_grads=True)
    for ours, reference in zip(module.evaluate(*inputs, cotangent, function="f_gradient")[1:], theirs, strict=True):
        ours, reference = np.asarray(ours), reference.numpy()
        with np.errstate(invalid="ignore"):
            near = np.abs(ours - reference) <= 1e-12 * np.abs(reference)
        off = ~(near | (ours == reference) | (np.isnan(ours) & np.isnan(reference)))
        places = [(*(x[i] for x in inputs), cotangent[i], ours[i], reference[i]) for i in np.flatnonzero(off)[:5]]
        assert not off.any(), f"of {op}: operands, cotangent, ours, torch's: {places}"


@pytest.mark.parametrize("name", CALLS)
def test_operator(name):
    wrong, _ = wrong_gradients(CALLS[name], 1e-12, compiled=False)
    known = {place for overload, place in KNOWN if overload == name}
    assert set(wrong) == known, "\n".join(line for place, line in wrong.items() if place not in known) or f"now right: {known - set(wrong)}"


PARTS = 16


@pytest.mark.parametrize("part", [pytest.param(part, marks=[pytest.mark.long] * (part % 4 != 0)) for part in range(PARTS)])
def test_compiled(part):
    """Some of them as one function."""
    calls = [one for name, those in CALLS.items() for place, one in enumerate(those) if (name, place) not in KNOWN][part::PARTS]
    wrong, compared = wrong_gradients(calls, 1e-10, compiled=True)
    assert not wrong, "\n".join(wrong.values())
    assert compared > len(calls)


def test_a_dead_branch_has_no_say():
    """x > 0 ? sqrt(x) : 0 gets no NaN from a cotangent that isn't there."""
    x = torch.tensor([4.0, 0.0, -1.0], dtype=torch.float64)
    module = graph_opt.from_torch(lambda x: torch.where(x > 0, torch.sqrt(torch.where(x > 0, x, 1.0)), 0.0), (x,))
    (function,) = module.functions()
    module.run_passes(f"graph-autodiff{{function={function}}}")
    _, gradient = module.evaluate(x, torch.tensor([1.0, inf, nan], dtype=torch.float64), function=f"{function}_gradient")
    assert error_of(torch.as_tensor(gradient), torch.tensor([0.25, 0.0, 0.0], dtype=torch.float64)) == 0
