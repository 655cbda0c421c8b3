"""Every op of the dialect, compiled, against torch on random samples."""

import graph_opt
import pytest
from elements import assert_close, to_numpy
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import OPS, Draw
from test_ops import explain, ops

# Compiled code sums in f32 in another order, and approximates functions.
COMPILED_TOLERANCE = {"f64": 1e-9}


@pytest.mark.parametrize("op", ops())
@settings(max_examples=max(settings().max_examples // 3, 1))  # each compiles a function
@given(data=st.data())
def test_compiled(op, data):
    sample = OPS[op](Draw(data.draw))
    function = graph_opt.parse(sample.module()).compile()
    (actual,) = function(*sample.numpy_inputs())
    stats = function.stats()
    assert stats["compiled_ops"] == stats["total_ops"]
    expected = to_numpy(sample.expected(), sample.result)
    assert_close(actual, expected, sample.result, explain(sample), COMPILED_TOLERANCE.get(sample.result))
