"""The gradient of every op that has one, on random samples: against central differences of the op itself in f64, and against torch's in
every floating-point type, interpreted and compiled. `make test` takes a dozen samples of each, the long hundreds.

Corners are in test_gradient_corners.py, torch's operators in test_aten_gradients.py.
"""

import re

import graph_opt
import numpy as np
import pytest
import torch
from differences import directional
from elements import FLOATS, TOLERANCE, assert_close, to_numpy
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import EXCUSED, OPS, Draw, Sample
from tables import ops

DIFFERENTIABLE = sorted(op.mnemonic for op in ops() if "GradientOpInterface" in op.interfaces)
NOT_DIFFERENTIABLE = sorted(op.mnemonic for op in ops() if "NotDifferentiable" in op.interfaces)
FEW = settings(max_examples=max(1, settings().max_examples // 4))


def test_every_op_is_here():
    """Each has a gradient and a sample of it, or a reason not to have one, which its page states."""
    by_name = {op.mnemonic: op for op in ops()}
    assert {*DIFFERENTIABLE, *NOT_DIFFERENTIABLE, "parameter", "yield"} == set(by_name)
    assert not {*DIFFERENTIABLE} & {*NOT_DIFFERENTIABLE}
    assert set(DIFFERENTIABLE) <= set(OPS)
    for name in NOT_DIFFERENTIABLE:
        assert "Not differentiable: " in " ".join(by_name[name].description.split()), name


@pytest.mark.parametrize("op", sorted({*NOT_DIFFERENTIABLE} - {*EXCUSED, "bitcast"}))  # whose reference looks at bytes
@given(data=st.data())
@FEW
def test_torch_has_no_gradient_either(op, data):
    """Where ours is said not to exist; an op that torch differentiates must not hide here."""
    sample = OPS[op](Draw(data.draw, smooth=True))
    leaves = [x.requires_grad_(x.is_floating_point()) for x in sample.inputs]
    assert not sample.reference(*leaves).requires_grad


def merged(samples: list) -> str:
    """One function that computes them all."""
    arguments, steps, results = [], [], []
    for i, sample in enumerate(samples):
        text = re.sub(r"%(\w+)", rf"%s{i}_\1", sample.module())
        arguments.append(re.search(r"func @f\((.*)\) -> ", text)[1])
        steps.append(re.search(r"\{\n(.*?)  return", text, re.DOTALL)[1])
        results.append(re.search(r"return (.*) : (.*)\n", text).groups())
    names, types = zip(*results, strict=True)
    header = f"func.func @f({', '.join(a for a in arguments if a)}) -> ({', '.join(types)}) {{\n"
    return f"{header}{''.join(steps)}  return {', '.join(names)} : {', '.join(types)}\n}}\n"


class Gradients:
    """What samples give: the module of their gradient, its arguments, and torch's results, computed in f64 from the same numbers."""

    def __init__(self, samples: list[Sample]):
        self.samples = samples
        self.module = graph_opt.parse(merged(samples)).run_passes("graph-autodiff")
        rng, self.inputs, self.cotangents, self.expected = np.random.default_rng(1), [], [], []
        for sample in samples:
            shape = tuple(sample.expected().shape)
            ct = torch.from_numpy(rng.standard_normal(shape)).to(torch.float64)
            self.inputs += sample.numpy_inputs()
            self.cotangents.append(to_numpy(ct, sample.result))
            given = torch.from_numpy(self.cotangents[-1].astype(np.float64)).reshape(shape)
            leaves = [x.detach().double().requires_grad_() if x.is_floating_point() else x for x in sample.inputs]
            active = [x for x in leaves if x.is_floating_point()]
            y = sample.reference(*leaves)
            if y.requires_grad:
                found = torch.autograd.grad(y, active, given, materialize_grads=True)
            else:
                found = [torch.zeros_like(x) for x in active]
            elements = [e for e, x in zip(sample.elements, leaves, strict=True) if x.is_floating_point()]
            self.expected += zip(found, elements, strict=True)

    def check(self, run, tolerance, what) -> None:
        actual = run(*self.inputs, *self.cotangents)[len(self.samples) :]
        for gradient, (reference, element) in zip(actual, self.expected, strict=True):
            limit = tolerance.get(element, TOLERANCE[element])
            assert_close(gradient, to_numpy(reference.detach(), element), element, f"{what}\n{self.module}\nof {self.inputs}: ", limit)


def draw_samples(op, data, element: str, least: int = 1) -> list:
    """Samples with floating-point results; an op whose result may be otherwise is drawn again."""
    samples = []
    for _ in range(4 * least):
        sample = OPS[op](Draw(data.draw, smooth=True, kind=element))
        if sample.result in FLOATS and any(e in FLOATS for e in sample.elements):
            samples.append(sample)
        if len(samples) == least:
            break
    assert samples, f"no sample of {op} has a gradient"
    return samples


@pytest.mark.parametrize("op", DIFFERENTIABLE)
@given(data=st.data())
def test_in_f64(op, data):
    """Against torch's, and against central differences along one random direction, which meets a wrong element with probability one."""
    samples = draw_samples(op, data, "f64")
    gradients = Gradients(samples)
    gradients.check(lambda *xs: gradients.module.evaluate(*xs, function="f_gradient"), {"f64": 1e-10}, "interpreted")
    (sample,), rng = samples, np.random.default_rng(2)
    if sample.result != "f64" or any(e in ("f16", "bf16", "f32") for e in sample.elements):
        return  # rounds: differences of it say nothing
    found = gradients.module.evaluate(*gradients.inputs, *gradients.cotangents, function="f_gradient")[1:]
    floats = [i for i, x in enumerate(gradients.inputs) if x.dtype == np.float64]
    for i, gradient in zip(floats, found, strict=True):
        direction = rng.uniform(0.5, 1.5, gradients.inputs[i].shape)

        def along(t, i=i, direction=direction):
            moved = [x + t * direction if j == i else x for j, x in enumerate(gradients.inputs)]
            return gradients.module.evaluate(*moved, function="f")[0] * gradients.cotangents[0]

        wanted, rounding = directional(along)
        limit = 1e-6 * np.abs(gradient * direction).sum() + rounding
        off = abs(wanted - (gradient * direction).sum())
        assert off <= limit, f"off by {off}, limit {limit}, of argument {i} of\n{gradients.module}\n{gradients.inputs}"


@pytest.mark.parametrize("op", DIFFERENTIABLE)
@given(data=st.data())
@settings(max_examples=max(1, settings().max_examples // 12))
def test_compiled_f32(op, data):
    """Within 1e-5 of torch's in f64; a handful of shapes are compiled as one function."""
    gradients = Gradients(draw_samples(op, data, "f32", least=4))
    compiled = gradients.module.compile(function="f_gradient")
    assert compiled.stats()["compiled_ops"] == compiled.stats()["total_ops"]
    gradients.check(lambda *xs: compiled.run(list(xs)), {"f32": 1e-5}, "compiled")


@pytest.mark.parametrize("element", ("f16", "bf16"))
@pytest.mark.parametrize("op", DIFFERENTIABLE)
@given(data=st.data())
@FEW
def test_in_16_bits(op, element, data):
    gradients = Gradients(draw_samples(op, data, element))
    limit = {element: TOLERANCE[element]}
    gradients.check(lambda *xs: gradients.module.evaluate(*xs, function="f_gradient"), limit, "interpreted")
