"""torch.export archives, read without torch: numbers against torch's recorded ones, hostile files, reports."""

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
MODELS = ROOT / "test/interop/pt2"


def error(a, b):
    """DESIGN's measure: max|a-b| / max(1, max|ref|); NaN in the same places."""
    assert a.shape == b.shape and a.dtype == b.dtype
    if a.dtype.kind != "f":
        return float((a != b).any())
    assert (np.isnan(a) == np.isnan(b)).all()
    finite = np.isfinite(b)
    assert (a[~finite & ~np.isnan(b)] == b[~finite & ~np.isnan(b)]).all()
    a, b = a[finite].astype(np.float64), b[finite].astype(np.float64)
    return float(np.abs(a - b).max(initial=0) / max(1, np.abs(b).max(initial=0)))


@pytest.mark.parametrize("name", ["mymodel", "mymodel-dynamic", "mymodel-decomposed", "corners", "control"])
@pytest.mark.parametrize("target", ["interpreter", "cpu"])
def test_agrees_with_torch(tool, name, target, tmp_path):
    tool(
        "graph-run",
        MODELS / f"{name}.pt2",
        f"--target={target}",
        f"--inputs={MODELS / f'{name}-inputs.npz'}",
        f"--outputs={tmp_path}/out.npz",
    )
    out, expected = np.load(tmp_path / "out.npz"), np.load(MODELS / f"{name}-outputs.npz")
    assert sorted(out) == sorted(expected)
    for key in expected:
        assert error(out[key], expected[key]) <= 1e-5, key


def test_dynamic_sizes_have_names(tool):
    text = tool("graph-translate", "--import-pt2", MODELS / "mymodel-dynamic.pt2").stdout
    assert "graph.symbols = {" in text and "= [1, 64]" in text
    assert "graph.parameter @fc1.weight : tensor<5x10xf32> = dense<" in text
    assert "graph.linear" in text


def test_other_batches(tool, tmp_path):
    x = np.random.default_rng(0).standard_normal((7, 10)).astype(np.float32)
    np.savez(tmp_path / "in.npz", x=x)
    for name in ("mymodel-dynamic", "mymodel-decomposed"):
        tool("graph-run", MODELS / f"{name}.pt2", "--target=interpreter", f"--inputs={tmp_path}/in.npz", f"--outputs={tmp_path}/{name}.npz")
    a, b = (np.load(tmp_path / f"{n}.npz")["out0"] for n in ("mymodel-dynamic", "mymodel-decomposed"))
    assert a.shape == (7, 2) and error(a, b) <= 1e-5


def rewrite(source, target, change, entries=None):
    """Copies an archive with its model changed by a function of its JSON."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for info in old.infolist():
            data = old.read(info)
            if info.filename.endswith("/models/model.json"):
                model = json.loads(data)
                change(model)
                data = json.dumps(model).encode()
            if entries and info.filename.split("/", 1)[1] in entries:
                data = entries[info.filename.split("/", 1)[1]]
                if data is None:
                    continue
            new.writestr(info.filename, data)


def set_nodes(target):
    def change(model):
        for node in model["graph_module"]["graph"]["nodes"]:
            node["target"] = target

    return change


def test_unsupported_operators_come_all_at_once(tool, tmp_path):
    rewrite(MODELS / "mymodel.pt2", tmp_path / "m.pt2", set_nodes("torch.ops.aten.nothing.default"))
    result = tool("graph-translate", "--import-pt2", tmp_path / "m.pt2", code=3)
    assert "m.pt2!mymodel/models/model.json:node 'linear': error: unsupported 'aten.nothing.default' (3 nodes)" in result.stderr
    report = json.loads(tool("graph-translate", "--import-report", "--json", tmp_path / "m.pt2", code=3).stdout)
    assert [(row["operator"], row["count"], row["supported"]) for row in report] == [("aten.nothing.default", 3, False)]


def test_report(tool):
    report = json.loads(tool("graph-translate", "--import-report", "--json", MODELS / "corners.pt2").stdout)
    rows = {row["operator"]: row for row in report}
    assert rows["aten.linear.default"]["count"] == 1 and all(row["supported"] for row in report)
    assert rows["aten.linear.default"]["first_place"].startswith("make-test-models.py:")


def grow(model):
    model["graph_module"]["graph"]["tensor_values"]["p_fc1_weight"]["sizes"][0]["as_int"] = 1 << 62


def contradict(model):
    model["graph_module"]["graph"]["tensor_values"]["x"]["sizes"][1]["as_int"] = 11


def loop(model):
    nodes = model["graph_module"]["graph"]["nodes"]
    nodes.reverse()


def deep(model):
    value = []
    for _ in range(600):
        value = [value]
    model["deep"] = value


def change_output(kind, **detail):
    def change(model):
        specs = model["graph_module"]["signature"]["output_specs"]
        specs[0] = {kind: {"arg": {"name": "linear_1"}, **detail}}

    return change


def circle(model):
    """x is a view of a, which is a view of x."""
    graph = model["graph_module"]["graph"]
    for node, (target, source, result) in zip(
        graph["nodes"], [("detach", "x", "a"), ("detach", "a", "x"), ("relu_", "x", "linear_1")], strict=True
    ):
        node["target"] = f"torch.ops.aten.{target}.default"
        node["inputs"] = [{"name": "self", "arg": {"as_tensor": {"name": source}}, "kind": 1}]
        node["outputs"] = [{"as_tensor": {"name": result}}]
        graph["tensor_values"][result] = graph["tensor_values"]["x"]


HOSTILE = {
    "circle": (circle, None, 3, "'x' may share its storage with other values"),
    "version": (lambda m: m["schema_version"].update(major=9), None, 1, "expected schema version 8, got 9"),
    "sizes": (grow, None, 1, "expected tensor<4611686018427387904x10xf32>"),
    "shapes": (contradict, None, 1, "model.json:node 'linear': error: "),
    "order": (loop, None, 1, "expected the name of a value"),
    "depth": (deep, None, 5, "expected at most 512 levels of nesting"),
    "format": (lambda m: None, {"archive_format": b"zip"}, 1, "expected 'pt2'"),
    "big-endian": (lambda m: None, {"byteorder": b"big"}, 1, "expected 'little'"),
    "no-weights": (lambda m: None, {"data/weights/weight_0": None}, 1, "expected an entry 'mymodel/data/weights/weight_0'"),
    "short-weights": (lambda m: None, {"data/weights/weight_0": b"1234"}, 1, "expected its elements inside the 1 of its storage"),
    "no-json": (lambda m: None, {"models/model.json": b"{"}, 1, "expected JSON"),
    "mutation": (
        change_output("buffer_mutation", buffer_name="b"),
        None,
        1,
        "expected the name of an input that the model changes, got 'b'",
    ),
    "token": (change_output("token"), None, 3, "unsupported output of kind 'token'"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile(tool, name, tmp_path):
    change, entries, status, message = HOSTILE[name]
    rewrite(MODELS / "mymodel.pt2", tmp_path / "m.pt2", change, entries)
    assert message in tool("graph-translate", "--import-pt2", tmp_path / "m.pt2", code=status).stderr


def test_pickled_weights_are_refused(tool, tmp_path):
    with zipfile.ZipFile(MODELS / "mymodel.pt2") as archive:
        config = json.loads(archive.read("mymodel/data/weights/model_weights_config.json"))
    config["config"]["fc1.weight"]["use_pickle"] = True
    entries = {"data/weights/model_weights_config.json": json.dumps(config).encode()}
    rewrite(MODELS / "mymodel.pt2", tmp_path / "m.pt2", lambda m: None, entries)
    assert "pickled values are refused" in tool("graph-translate", "--import-pt2", tmp_path / "m.pt2", code=1).stderr
