"""The gradient of every imported ATen operator against torch's autograd, on random calls in f64; of some, compiled in f32.

`make test` takes a few of the operators, the long all of them. The table of what is differentiable holds here, both ways: what it says to
have no gradient fails once it has one.
"""

import pytest

torch = pytest.importorskip("torch")
from aten_gradients import SOURCES, of_type, outcome, random_calls, wrong_gradients  # noqa: E402
from core_table import read_table  # noqa: E402
from gradient_table import read_gradients  # noqa: E402
from tables import ops  # noqa: E402

TABLE = read_gradients()
SIXTH = "hardsigmoid.default"  # torch's, of f32: to 1e-8 in f64, as test_gradient_corners.py says


def some(names, each: int) -> list:
    return [pytest.param(name, marks=[pytest.mark.long] * (i % each != 0)) for i, name in enumerate(names)]


def test_the_table_has_every_operator():
    core = {name for name, row in read_table().items() if row.gradient}
    assert set(TABLE) == {*SOURCES, *core}, "run tools/dev/make-aten-gradients.py"


def test_there_are_so_many():
    operators = {name.split(".")[0] for name, kind in TABLE.items() if kind == "yes"}
    assert len(operators) >= 270
    assert sum("GradientOpInterface" in op.interfaces for op in ops()) >= 81


@pytest.mark.parametrize("name", some(sorted(TABLE), 12))
def test_in_f64(name):
    kind, wrong = outcome(name, 5)
    expected = "differs" if name == SIXTH else TABLE[name].split(":")[0]
    assert kind == expected, wrong


@pytest.mark.parametrize("name", some([name for name, kind in sorted(TABLE.items()) if kind == "yes"], 24))
def test_compiled_in_f32(name):
    calls = [of_type(one, torch.float32) for one in random_calls(name, 4)]
    wrong, _ = wrong_gradients(calls, 1e-5, compiled=True)
    assert not wrong, "\n".join(wrong.values())
