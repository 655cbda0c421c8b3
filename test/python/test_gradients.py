"""The gradient of every op that has one: against torch's, and against central differences of the op itself, in f64."""

import graph_opt
import numpy as np
import pytest
import torch
from elements import assert_close
from hypothesis import given
from hypothesis import strategies as st
from samples import OPS, Draw

REGISTERED = {name.removeprefix("graph."): set(has) for name, has in graph_opt.registered_ops("graph")}
DIFFERENTIABLE = sorted(op for op in OPS if "gradient" in REGISTERED.get(op, set()))


def test_every_op_with_a_gradient_is_here():
    with_gradient = {op for op, has in REGISTERED.items() if "gradient" in has}
    assert with_gradient and with_gradient == set(DIFFERENTIABLE)


def smooth(op, data):
    """A sample in f64, its module with the gradient's function, and the arguments that have a gradient."""
    sample = OPS[op](Draw(data.draw, smooth=True))
    if sample.result != "f64":
        return None
    module = graph_opt.parse(sample.module())
    return sample, module, module._native.add_gradient("f")


def cotangent_of(sample):
    return torch.from_numpy(np.random.default_rng(1).standard_normal(tuple(sample.expected().shape)))


@pytest.mark.parametrize("op", DIFFERENTIABLE)
@given(data=st.data())
def test_against_torch(op, data):
    drawn = smooth(op, data)
    if not drawn:
        return
    sample, module, numbers = drawn
    cotangent = cotangent_of(sample)
    leaves = [x.clone().requires_grad_(x.is_floating_point()) for x in sample.inputs]
    y = sample.reference(*leaves)
    wanted = torch.autograd.grad(y, [x for x in leaves if x.requires_grad], cotangent, allow_unused=True) if y.requires_grad else []
    expected = dict(zip([i for i, x in enumerate(leaves) if x.requires_grad], wanted, strict=True))
    actual = module.evaluate(*sample.numpy_inputs(), cotangent.numpy(), function="f_gradient")
    assert len(actual) == len(numbers)
    for i, gradient in zip(numbers, actual, strict=True):
        torch_gradient = expected.pop(i, None)
        reference = torch.zeros_like(leaves[i]) if torch_gradient is None else torch_gradient
        assert_close(gradient, reference.detach().numpy(), "f64", f"{module}\nof argument {i} of {sample.numpy_inputs()}: ", 1e-9)
    for i, gradient in expected.items():  # no gradient from us: then torch has none, or zeros
        assert gradient is None or not gradient.any(), f"expected a gradient of argument {i}, got none\n{module}"


@pytest.mark.parametrize("op", DIFFERENTIABLE)
@given(data=st.data())
def test_against_differences(op, data):
    drawn = smooth(op, data)
    if not drawn:
        return
    sample, module, numbers = drawn
    cotangent = cotangent_of(sample).numpy()
    inputs = [x.copy() for x in sample.numpy_inputs()]
    gradients = module.evaluate(*inputs, cotangent, function="f_gradient")
    rng = np.random.default_rng(2)
    step = 1e-6
    for i, gradient in zip(numbers, gradients, strict=True):
        # Along one random direction: a wrong element shows with probability one.
        direction = rng.uniform(0.5, 1.5, inputs[i].shape)
        values = []
        for sign in (1, -1):
            moved = list(inputs)
            moved[i] = inputs[i] + sign * step * direction
            values.append(np.sum(module.evaluate(*moved, function="f")[0] * cotangent))
        difference = (values[0] - values[1]) / (2 * step)
        analytic = np.sum(gradient * direction)
        scale = max(1.0, np.abs(gradient * direction).sum())
        assert abs(difference - analytic) / scale < 1e-5, f"expected {difference}, got {analytic} for argument {i}\n{module}\n{inputs}"
