"""Models of every kind, as torch.onnx writes them: imported, compiled and interpreted, against torch's own numbers."""

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("onnxscript")
from architectures import MODELS  # noqa: E402
from test_architectures import build, compare, varying  # noqa: E402

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
    model, args, _ = build(name)
    with torch.no_grad():
        torch.onnx.export(model, args, path, dynamo=True, dynamic_shapes=varying(name) if is_dynamic else None, verbose=False)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name, kind", cases())
def test_export(name, kind, tmp_path, monkeypatch, record_property):
    monkeypatch.setenv("GRAPH_OPT_CACHE", "off")
    is_dynamic = kind == "dynamic"
    if name in NOT_EXPORTED:
        with pytest.raises(torch.onnx.errors.OnnxExporterError, match=NOT_EXPORTED[name]):
            export(name, is_dynamic, tmp_path / "model.onnx")
        return
    export(name, is_dynamic, tmp_path / "model.onnx")
    record_property("error", f"{compare(name, is_dynamic, tmp_path / 'model.onnx'):.1e}")
