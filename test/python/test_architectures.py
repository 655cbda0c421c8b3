"""Models of every kind, exported by torch: imported, compiled and interpreted, against torch's numbers.

Each is exported with fixed sizes and with sizes that vary, and each of these is read as it is (coarse) and decomposed into core operators.
"""

import functools
import inspect

import graph_opt
import numpy as np
import pytest

torch = pytest.importorskip("torch")
from architectures import MODELS, NOT_INTERPRETED  # noqa: E402
from torch.utils import _pytree  # noqa: E402

KINDS = ("static", "static-decomposed", "dynamic", "dynamic-decomposed")
# What `make test` runs; the rest is a shard of `make test-all`.
QUICK = {
    *[("resnet18", "static"), ("unet", "dynamic"), ("gpt2", "dynamic"), ("gpt2_decode", "dynamic"), ("whisper", "static")],
    *[("lstm", "static"), ("cond", "dynamic"), ("while_loop", "static"), ("scan", "dynamic"), ("map", "dynamic-decomposed")],
}
# What torch itself can't export or decompose, and its error.
VIEW = "Cannot view a tensor with shape"  # the decomposition of attention gives other strides than attention itself
NOT_EXPORTED = {("gpt2", "static-decomposed"): VIEW, ("gpt2", "dynamic-decomposed"): VIEW}


def cases():
    for name in sorted(MODELS):
        for kind in KINDS:
            marks = [pytest.mark.xdist_group(name)]  # one process exports it
            yield pytest.param(name, kind, marks=marks if (name, kind) in QUICK else [*marks, pytest.mark.long])


@functools.lru_cache(maxsize=1)
def build(name):
    return MODELS[name]()


def varying(name):
    """Which sizes may vary, as torch wants to be told."""
    model, _, dynamic = build(name)
    parameters = inspect.signature(model.forward).parameters.values()
    if any(p.kind == p.VAR_POSITIONAL for p in parameters):  # (a, *rest)
        count = len(parameters) - 1
        dynamic = (*dynamic[:count], dynamic[count:])
    return dynamic


@functools.lru_cache(maxsize=1)
def export(name, is_dynamic):
    model, args, _ = build(name)
    return torch.export.export(model, args, dynamic_shapes=varying(name) if is_dynamic else None, strict=False)


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


def compare(name, is_dynamic, path):
    """The greatest error of the model in the file, compiled and interpreted, and with other sizes where it takes them."""
    model, args, dynamic = build(name)
    module = graph_opt.load(path)
    function = module.compile()
    errors = []
    for inputs in [args] + [resized(args, dynamic)] * is_dynamic:
        with torch.no_grad():
            expected = [torch.as_tensor(leaf) for leaf in _pytree.tree_leaves(model(*inputs))]
        arrays = [tensor.numpy() for tensor in inputs]
        ways = [function(*arrays)] + ([] if name in NOT_INTERPRETED else [module.evaluate(*arrays)])
        for values in ways:
            errors += [error(actual, reference) for actual, reference in zip(values, expected, strict=True)]
    assert max(errors) <= 1e-5
    stats = function.stats()
    assert stats["compiled_ops"] == stats["total_ops"] > 0
    return max(errors)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name, kind", cases())
def test_model(name, kind, tmp_path, monkeypatch, record_property):
    monkeypatch.setenv("GRAPH_OPT_CACHE", "off")
    is_dynamic = kind.startswith("dynamic")
    with torch.no_grad():
        if (name, kind) in NOT_EXPORTED:
            with pytest.raises(Exception, match=NOT_EXPORTED[name, kind]):
                export(name, is_dynamic).run_decompositions()
            return
        program = export(name, is_dynamic)
        torch.export.save(program.run_decompositions() if kind.endswith("decomposed") else program, tmp_path / "model.pt2")
    record_property("error", f"{compare(name, is_dynamic, tmp_path / 'model.pt2'):.1e}")
