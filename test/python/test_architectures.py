"""Models of every kind, exported by torch: imported, compiled and interpreted, against torch's numbers."""

import os

import graph_opt
import numpy as np
import pytest

torch = pytest.importorskip("torch")
from architectures import MODELS  # noqa: E402
from torch.utils import _pytree  # noqa: E402

# What `make test` runs; the rest is a shard of `make test-all`.
QUICK = {("resnet18", "static"), ("unet", "dynamic"), ("gpt2", "dynamic"), ("whisper", "static"), ("lstm", "static")}
# torch's own decomposition or export of these fails.
NOT_EXPORTED = {("gpt2", "decomposed"), ("lstm", "dynamic"), ("gru", "dynamic")}


def cases():
    for name in sorted(MODELS):
        for kind in ("static", "dynamic", "decomposed"):
            if (name, kind) not in NOT_EXPORTED:
                yield pytest.param(name, kind, marks=() if (name, kind) in QUICK else pytest.mark.long)


def export(model, args, dynamic, path, decompose):
    dynamic = dynamic if dynamic is None or not hasattr(model, "names") else (dynamic,)
    program = torch.export.export(model, args, dynamic_shapes=dynamic, strict=False)
    torch.export.save(program.run_decompositions() if decompose else program, path)


def resized(args, dynamic):
    """The arguments with other sizes where they may vary: each a row more, repeated."""
    result = []
    for tensor, axes in zip(args, dynamic, strict=True):
        for axis in axes or {}:
            tensor = torch.cat([tensor, tensor.narrow(axis, 0, 1)], axis)
        result.append(tensor)
    return tuple(result)


def error(actual, expected):
    expected = expected.numpy()
    assert actual.shape == expected.shape and actual.dtype == expected.dtype
    if expected.dtype.kind != "f":
        return float((actual != expected).any())
    assert np.isfinite(expected).all()
    return np.abs(actual.astype(np.float64) - expected).max(initial=0) / max(1, np.abs(expected).max(initial=0))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name, kind", cases())
def test_model(name, kind, tmp_path, monkeypatch):
    monkeypatch.setitem(os.environ, "XDG_CACHE_HOME", str(tmp_path))
    model, args, dynamic = MODELS[name]()
    with torch.no_grad():
        export(model, args, dynamic if kind == "dynamic" else None, tmp_path / "model.pt2", kind == "decomposed")
        module = graph_opt.load(tmp_path / "model.pt2")
        function = module.compile()
        for inputs in [args] + [resized(args, dynamic)] * (kind == "dynamic"):
            expected = _pytree.tree_leaves(model(*inputs))
            arrays = [tensor.numpy() for tensor in inputs]
            compiled = function(*arrays)
            for values in (compiled, module.evaluate(*arrays)):
                assert len(values) == len(expected)
                for actual, reference in zip(values, expected, strict=True):
                    assert error(actual, reference) <= 1e-5
    stats = function.stats()
    assert stats["compiled_ops"] == stats["total_ops"] > 0
