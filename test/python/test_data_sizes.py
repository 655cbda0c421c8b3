"""Results whose sizes depend on the numbers in their operands: interpreted and compiled, against torch."""

import graph_opt
import numpy as np
import pytest

torch = pytest.importorskip("torch")


def check(model, *inputs, dynamic=None):
    """Compiled and interpreted, as torch computes it; the first inputs make the graph."""
    module = graph_opt.from_torch(model, inputs[0], dynamic_shapes=dynamic)
    compiled = module.compile()
    for args in inputs:
        expected = model(*args)
        expected = list(expected) if isinstance(expected, (tuple, list)) else [expected]
        for run in (compiled, module.evaluate):
            got = run(*args)
            got = list(got) if isinstance(got, (tuple, list)) else [got]
            assert len(got) == len(expected)
            for a, b in zip(got, expected, strict=True):
                np.testing.assert_allclose(np.asarray(a), b.numpy(), rtol=1e-5, atol=1e-5, strict=True)


class Nonzero(torch.nn.Module):
    def forward(self, x):
        return torch.nonzero(x > 0)


class Picks(torch.nn.Module):
    """What follows has the size that was found."""

    def forward(self, x):
        return torch.relu(x[x > 0] * 2.0) + 1.0


class Rows(torch.nn.Module):
    def forward(self, x):
        keep = x.sum(1) > 0
        rows = x[keep]
        return rows.sum(0), rows @ x.t(), torch.nonzero(keep).squeeze(1)


class Selects(torch.nn.Module):
    def forward(self, x):
        return torch.masked_select(x, x[:, :1] > 0), *torch.where(x < 0)


class Puts(torch.nn.Module):
    """As many values as there are places."""

    def forward(self, x):
        y = torch.zeros_like(x)
        mask = x > 0
        y[mask] = x[mask] + 1
        return y


class Differs(torch.nn.Module):
    def forward(self, x):
        y = torch.round(x)
        return (
            *torch.unique(y, return_inverse=True, return_counts=True),
            *torch.unique(torch.clamp(y, 0, 1), dim=0, return_inverse=True, return_counts=True),
            *torch.unique_consecutive(y[:, 0], return_inverse=True, return_counts=True),
        )


RANGES = [torch.randn(4, 3), torch.randn(4, 3) + 9, torch.randn(4, 3) - 9]


@pytest.mark.parametrize("model", [Nonzero, Picks, Rows, Selects, Puts, Differs])
def test_some_all_and_none(model):
    check(model(), *[(x,) for x in RANGES])


@pytest.mark.parametrize("model", [Nonzero, Picks, Rows, Selects, Puts, Differs])
def test_dynamic_shapes(model):
    inputs = [(torch.randn(n, 3),) for n in (4, 1, 7, 1000)]
    check(model(), *inputs, dynamic=({0: torch.export.Dim("n", max=4096)},))


def test_memory_of_their_own():
    """Each call's results are the caller's, and outlive the function."""
    module = graph_opt.from_torch(Nonzero(), (torch.ones(5),))
    compiled = module.compile()
    first, second = compiled(np.ones(5, np.float32)), compiled(np.array([0, 1, 0, 0, 0], np.float32))
    del compiled, module
    np.testing.assert_array_equal(first, np.arange(5)[:, None])
    np.testing.assert_array_equal(second, [[1]])


def test_no_memory_is_brought():
    compiled = graph_opt.from_torch(Nonzero(), (torch.ones(5),)).compile()
    with pytest.raises(Exception, match="whose size depends on data"):
        compiled.run([np.ones(5, np.float32)], [np.empty((5, 1), np.int64)])


SUPPRESSION = """
func.func @f(%boxes: tensor<?x?x4xf32>, %scores: tensor<?x?x?xf32>, %limit: tensor<i64>) -> tensor<?x3xi64> {
  %t = graph.constant dense<0.5> : tensor<f32>
  %y = graph.non_max_suppression %boxes, %scores, %limit, %t, %t
    : (tensor<?x?x4xf32>, tensor<?x?x?xf32>, tensor<i64>, tensor<f32>, tensor<f32>) -> tensor<?x3xi64>
  return %y : tensor<?x3xi64>
}
"""


def test_boxes_of_any_number(tmp_path):
    """Compiled as interpreted, and by another's definition: in order, what overlaps nothing that was chosen before."""
    (tmp_path / "m.mlir").write_text(SUPPRESSION)
    module = graph_opt.load(tmp_path / "m.mlir")
    compiled, rng = module.compile(), np.random.default_rng(0)
    for batches, boxes, classes, limit in [(2, 50, 3, 5), (1, 200, 1, 1000), (0, 5, 1, 5), (3, 0, 2, 5), (1, 9, 1, -1)]:
        corners = rng.random((batches, boxes, 4), dtype=np.float32)
        scores = rng.random((batches, classes, boxes), dtype=np.float32)
        limits = np.array(limit)
        (found,) = compiled(corners, scores, limits)
        np.testing.assert_array_equal(found, module.evaluate(corners, scores, limits)[0], strict=True)
        for batch in range(batches):
            for kind in range(classes):
                chosen = []
                for i in np.argsort(-scores[batch, kind]):
                    low, high = (
                        np.minimum(corners[batch, :, :2], corners[batch, :, 2:]),
                        np.maximum(corners[batch, :, :2], corners[batch, :, 2:]),
                    )
                    area = np.prod(high - low, 1)
                    common = [np.prod(np.clip(np.minimum(high[i], high[j]) - np.maximum(low[i], low[j]), 0, None)) for j in chosen]
                    shares = [c / (area[i] + area[j] - c) for c, j in zip(common, chosen, strict=True)]
                    if scores[batch, kind, i] > 0.5 and len(chosen) < limit and all(share <= 0.5 for share in shares):
                        chosen.append(i)
                rows = found[(found[:, 0] == batch) & (found[:, 1] == kind)]
                assert rows[:, 2].tolist() == chosen


@pytest.mark.parametrize("shape", [(1, 2, 5), (1, 2, 7), (2, 2, 6)])
def test_sizes_that_contradict_each_other(tmp_path, shape):
    (tmp_path / "m.mlir").write_text(SUPPRESSION)
    module = graph_opt.load(tmp_path / "m.mlir")
    arguments = np.zeros((1, 6, 4), np.float32), np.zeros(shape, np.float32), np.array(3)
    for run in (module.evaluate, module.compile()):
        with pytest.raises(graph_opt.Error, match="expected"):
            run(*arguments)


def test_strict_in_torch_compile():
    import torch._dynamo

    with torch._dynamo.config.patch(capture_dynamic_output_shape_ops=True):
        f = torch.compile(lambda x: x[x > 0].sum() + torch.nonzero(x).float().mean(), backend="graph_opt", options={"strict": True})
        for x in RANGES:
            torch.testing.assert_close(f(x), x[x > 0].sum() + torch.nonzero(x).float().mean())
    torch._dynamo.reset()
