"""Every op of the dialect against torch: interpreted, decomposed, lowered to linalg, and compiled, on random samples."""

import graph_opt
import numpy as np
import pytest
from elements import assert_close, to_numpy
from hypothesis import given
from hypothesis import strategies as st
from samples import EXCUSED, OPS, Draw
from tables import import_table

# What the library has registered, by the table tool that the documentation is made from.
TABLE = import_table()["ops"]
REGISTERED = {name.removeprefix("graph."): set(has) for name, has in graph_opt.registered_ops("graph")}


def test_every_registered_op_has_a_reference():
    # What has a name elsewhere is in the tool's table; what has none, as graph.get, is registered all the same.
    assert {name.removeprefix("graph.") for name in TABLE} <= set(REGISTERED)
    assert set(EXCUSED) <= set(REGISTERED)
    assert set(OPS) == set(REGISTERED) - set(EXCUSED), "expected a sample in samples.py for each op, or a reason why there is none"
    # Each is run in every way that it has.
    assert set(ops()) == set(OPS)
    lowered = set(ops("lower", "scalar", "decompose"))
    assert lowered == set(OPS) - {"get"}, "expected a way to linalg for each op but graph.get, which becomes an argument"


def explain(sample) -> str:
    return f"{sample.module()}on {sample.numpy_inputs()}\n"


def check(op, data, passes=None):
    sample = OPS[op](Draw(data.draw))
    module = graph_opt.parse(sample.module())
    inputs = sample.numpy_inputs()
    if passes:
        (evaluated,) = module.evaluate(*inputs)
        module.run_passes(passes)
        # Lowering strips signs.
        inputs = [
            x if unsigned(port) or x.dtype.kind != "u" else x.view(x.dtype.name[1:])
            for x, port in zip(inputs, module.inputs(), strict=True)
        ]
    (actual,) = module.evaluate(*inputs)
    expected = to_numpy(sample.expected(), sample.result)
    if actual.dtype.kind == "i" and expected.dtype.kind == "u":
        actual = actual.view(expected.dtype)
    assert_close(actual, expected, sample.result, f"{explain(sample)}against torch: ")
    if passes:
        assert_close(actual, evaluated, sample.result, f"{explain(sample)}against evaluate: ")


def unsigned(port) -> bool:
    return port[1].startswith("ui")


def ops(*facets):
    return sorted(op for op in OPS if op in REGISTERED and (not facets or REGISTERED[op] & set(facets)))


@pytest.mark.parametrize("op", ops())
@given(data=st.data())
def test_interpreted(op, data):
    check(op, data)


@pytest.mark.parametrize("op", ops("decompose"))
@given(data=st.data())
def test_decomposed(op, data):
    check(op, data, "builtin.module(graph-decompose)")


@pytest.mark.parametrize("op", ops("lower", "scalar", "decompose"))
@given(data=st.data())
def test_lowered(op, data):
    check(op, data, "builtin.module(graph-to-linalg)")


# What torch has no reference for -------------------------------------------------------------------------------------------------------


def random_numbers(element, distribution, stream, key, shape=(64, 128)):
    kind = "tensor<" + "".join(f"{n}x" for n in shape) + element + ">"
    attributes = f'{{distribution = "{distribution}", stream = {stream} : i64}}'
    text = f"%y = graph.random %k {element} {list(shape)} {attributes} : tensor<i64> -> {kind}"
    module = graph_opt.parse(f"func.func @f(%k: tensor<i64>) -> {kind} {{\n {text}\n return %y : {kind} }}")
    return module.evaluate(np.array(key, dtype=np.int64))[0].astype(np.float64)


@pytest.mark.skipif("random" not in REGISTERED, reason="the dialect has no graph.random")
class TestRandom:
    @pytest.mark.parametrize("element", ["f16", "bf16", "f32", "f64"])
    def test_uniform(self, element):
        x = random_numbers(element, "uniform", 1, 42)
        assert x.min() >= 0 and x.max() < 1
        assert abs(x.mean() - 0.5) < 0.02 and abs(x.var() - 1 / 12) < 0.005

    @pytest.mark.parametrize("element", ["f16", "bf16", "f32", "f64"])
    def test_normal(self, element):
        x = random_numbers(element, "normal", 1, 42)
        assert abs(x.mean()) < 0.05 and abs(x.std() - 1) < 0.05
        assert abs(np.mean(x**4) - 3) < 0.4

    def test_streams_and_keys_are_independent_and_repeatable(self):
        x = random_numbers("f64", "uniform", 1, 42)
        assert np.array_equal(x, random_numbers("f64", "uniform", 1, 42))
        for other in (random_numbers("f64", "uniform", 2, 42), random_numbers("f64", "uniform", 1, 43)):
            assert abs(np.corrcoef(x.ravel(), other.ravel())[0, 1]) < 0.05

    def test_a_number_depends_on_its_position_only(self):
        assert np.array_equal(random_numbers("f32", "uniform", 1, 7, (2, 3)).ravel(), random_numbers("f32", "uniform", 1, 7, (6,)))
