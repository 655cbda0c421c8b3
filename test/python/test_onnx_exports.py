"""Models of every kind, as torch.onnx writes them: imported, compiled and interpreted, against torch's own numbers."""

import inspect

import graph_opt
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("onnxscript")
from architectures import MODELS, NOT_INTERPRETED  # noqa: E402
from test_architectures import build, error, resized  # noqa: E402
from torch.utils import _pytree  # noqa: E402

# What `make test` runs; the rest is a shard of `make test-all`.
QUICK = {("resnet18", "static"), ("mobilenet_v2", "dynamic"), ("gpt2", "dynamic"), ("lstm", "static")}
# What torch itself can't write, and its error.
NOT_EXPORTED = {"map": "No ONNX function found for .*MapImpl"}


def cases():
    for name in sorted(MODELS):
        for kind in ("static", "dynamic"):
            marks = [pytest.mark.xdist_group(name)]  # one process makes it
            yield pytest.param(name, kind, marks=marks if (name, kind) in QUICK else [*marks, pytest.mark.long])


def export(name, is_dynamic, path):
    model, args, dynamic = build(name)
    parameters = inspect.signature(model.forward).parameters.values()
    if any(p.kind == p.VAR_POSITIONAL for p in parameters):  # (a, *rest)
        count = len(parameters) - 1
        dynamic = (*dynamic[:count], dynamic[count:])
    torch.onnx.export(model, args, path, dynamo=True, dynamic_shapes=dynamic if is_dynamic else None, verbose=False)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name, kind", cases())
def test_export(name, kind, tmp_path, monkeypatch, record_property):
    monkeypatch.setenv("GRAPH_OPT_CACHE", "off")
    model, args, dynamic = build(name)
    is_dynamic = kind == "dynamic"
    with torch.no_grad():
        if name in NOT_EXPORTED:
            with pytest.raises(torch.onnx.errors.OnnxExporterError, match=NOT_EXPORTED[name]):
                export(name, is_dynamic, tmp_path / "model.onnx")
            return
        export(name, is_dynamic, tmp_path / "model.onnx")
        module = graph_opt.load(tmp_path / "model.onnx")
        function = module.compile()
        errors = []
        for inputs in [args] + [resized(args, dynamic)] * is_dynamic:
            expected = [torch.as_tensor(leaf) for leaf in _pytree.tree_leaves(model(*inputs))]
            arrays = [tensor.numpy() for tensor in inputs]
            ways = [function(*arrays)] + ([] if name in NOT_INTERPRETED else [module.evaluate(*arrays)])
            for values in ways:
                errors += [error(actual, reference) for actual, reference in zip(values, expected, strict=True)]
    record_property("error", f"{max(errors):.1e}")
    assert max(errors) <= 1e-5
    stats = function.stats()
    assert stats["compiled_ops"] == stats["total_ops"] > 0
