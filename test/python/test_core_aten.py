"""Every core ATen overload against torch, on random calls: imported as a graph of many, interpreted and compiled.

`make test` takes a few calls of each; the long runs at least 20, on every element type that torch has it for.
"""

import os
import random

import pytest

torch = pytest.importorskip("torch")
from core_program import run, sized  # noqa: E402
from core_samples import LEAST, NUMBERS, SIZES, call, calls_of, core_overloads  # noqa: E402
from core_table import read_table  # noqa: E402
from graph_opt._torch import load_program  # noqa: E402

IS_LONG = os.environ.get("GRAPHOPT_HYPOTHESIS") == "long"
FEW = 4
TABLE = read_table()
SUPPORTED = [name for name, row in TABLE.items() if row.elements]


def test_the_table_has_torchs_list():
    assert list(TABLE) == list(core_overloads()), "run tools/dev/make-core-aten.py"


@pytest.mark.parametrize("name", [name for name in SUPPORTED if name not in {*SIZES, *NUMBERS}])
def test_calls(name):
    least = LEAST if IS_LONG else FEW
    calls = calls_of(name, least)
    assert len(calls) >= least
    assert not (wrong := run(calls)), "\n".join(wrong)


def test_picking_by_a_mask():
    index = torch.ops.aten.index.Tensor
    mask, x = torch.tensor([True, False, True, True]), torch.randn(4, 2)
    assert not run([call(index, x, [mask]), call(index, x, [torch.zeros(4, dtype=torch.bool)]), call(index, x, [x > 0])])


@pytest.mark.parametrize("name", SIZES)
def test_sizes(name):
    overload, rng = core_overloads()[name], random.Random(0)
    for rank in (1, 2, 3, 4):
        rest = SIZES[name](rng, rank)
        module = load_program(sized(overload, rank, *rest))
        compiled = module.compile()
        for _ in range(LEAST // 4):
            x = torch.zeros([rng.randint(2, 9) for _ in range(rank)])
            for function in (module.evaluate, compiled):
                assert list(function(x)[0].shape) == [overload(x, *rest)]


class Scaled(torch.nn.Module):
    def forward(self, x):
        return torch.ones(2, dtype=torch.float64) * x.item()


@pytest.mark.parametrize("dtype", [torch.float32, torch.int64], ids=str)
def test_numbers(dtype):
    program = torch.export.export(Scaled(), (torch.zeros(1, 1).to(dtype),)).run_decompositions()
    assert any(node.target == torch.ops.aten._local_scalar_dense.default for node in program.graph.nodes)
    module = load_program(program)
    compiled, rng = module.compile(), random.Random(0)
    for _ in range(LEAST // 2):
        x = torch.tensor([[rng.randint(-9, 9) * 1.5]]).to(dtype)
        for function in (module.evaluate, compiled):
            assert torch.equal(function(x)[0], Scaled()(x))
