"""JSON exchange: the schema, the fixed point, weights, hostile files."""

import json
from pathlib import Path

import numpy as np
import pytest
from jsonschema import Draft202012Validator
from safetensors.numpy import load_file

ROOT = Path(__file__).resolve().parents[2]


def is_whole(path):
    """Whether a test file is one module that parses."""
    return "-split-input-file" not in path.read_text() and "-invalid" not in path.name


SCHEMA = json.loads((ROOT / "docs/schemas/graph.json").read_text())
MODELS = ROOT / "test/interop/pt2"
# Ops and their runs: the files of test/passes hold other people's dialects too.
IR = [p for folder in ("dialects", "run") for p in sorted((ROOT / "test" / folder).glob("*.mlir")) if is_whole(p)]


def export(tool, source, target, *options):
    tool("graph-translate", "--export-json", source, "-o", target, *options)
    return json.loads(target.read_text())


def test_the_schema_is_one():
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", IR, ids=lambda p: p.stem)
def test_export_import_export(tool, path, tmp_path):
    """Every op of the dialect, in the modules that the lit suite has of it."""
    first, second = tmp_path / "a.json", tmp_path / "b.json"
    tool("graph-translate", "--export-json", path, "-o", first)
    Draft202012Validator(SCHEMA).validate(json.loads(first.read_text()))
    tool("graph-translate", "--import-json", first, "-o", tmp_path / "a.mlir")
    tool("graph-translate", "--export-json", first, "-o", second)
    assert first.read_bytes() == second.read_bytes()


BIG = """
graph.parameter @w : tensor<600xf32> = dense_resource<w> : tensor<600xf32>
func.func @f() -> (tensor<600xf32>, tensor<600xf32>) {
  %w = graph.get @w : tensor<600xf32>
  %c = graph.constant dense_resource<w> : tensor<600xf32>
  return %w, %c : tensor<600xf32>, tensor<600xf32>
}
{-# dialect_resources: { builtin: { w: "0x04000000%s" } } #-}
"""


def test_weights_go_to_a_file(tool, tmp_path):
    data = np.arange(600, dtype="<f4")
    (tmp_path / "m.mlir").write_text(BIG.replace("%s", data.tobytes().hex()))
    result = tool("graph-translate", "--export-json", tmp_path / "m.mlir", "-o", tmp_path / "m.json", code=1)
    assert "expected a weights file for 1 constants of 2400 bytes" in result.stderr
    weights = tmp_path / "m.safetensors"
    model = export(tool, tmp_path / "m.mlir", tmp_path / "m.json", f"--weights-file={weights}")
    Draft202012Validator(SCHEMA).validate(model)
    np.testing.assert_array_equal(load_file(weights)["w"], data)
    assert (tmp_path / "m.json").stat().st_size < 3000
    export(tool, tmp_path / "m.json", tmp_path / "n.json", f"--weights-file={weights}")
    assert (tmp_path / "m.json").read_bytes() == (tmp_path / "n.json").read_bytes()
    tool("graph-run", tmp_path / "m.json", "--target=interpreter", f"--outputs={tmp_path}/out.npz")
    out = np.load(tmp_path / "out.npz")
    np.testing.assert_array_equal(out["out0"], data)
    np.testing.assert_array_equal(out["out1"], data)


def test_pt2_through_json(tool, tmp_path):
    """The references into the archive travel through JSON."""
    (tmp_path / "corners.pt2").write_bytes((MODELS / "corners.pt2").read_bytes())
    tool("graph-translate", "--import-pt2", tmp_path / "corners.pt2", "-o", tmp_path / "m.json")
    assert '{"external":{"file":"corners.pt2","offset":' in (tmp_path / "m.json").read_text()
    tool("graph-run", tmp_path / "m.json", "--target=interpreter", f"--inputs={MODELS}/corners-inputs.npz", f"--outputs={tmp_path}/out.npz")
    expected, out = np.load(MODELS / "corners-outputs.npz"), np.load(tmp_path / "out.npz")
    assert sorted(out) == sorted(expected)
    for key in expected:
        np.testing.assert_allclose(out[key], expected[key], atol=1e-5)


def module(*ops):
    return {"format": "graph-opt", "version": 1, "module": {"op": "builtin.module", "regions": [[{"operations": list(ops)}]]}}


def function(*ops, properties=None):
    properties = properties or {"sym_name": "f", "function_type": {"type": "() -> ()"}}
    return {"op": "func.func", "properties": properties, "regions": [[{"operations": list(ops)}]]}


RETURN = {"op": "func.return"}
CONSTANT = {"op": "arith.constant", "results": [{"value": 0, "type": "i64"}], "properties": {"value": 1}}


def nested(depth):
    text = "[" * depth + "]" * depth
    return json.dumps(module()).replace('"operations": []', '"operations": [{"op":"graph.get","properties":{"x":' + text + "}}]")


HOSTILE = {
    "empty": ("", 1, "expected JSON"),
    "other": ('{"a": 1}', 1, "expected a document of format 'graph-opt'"),
    "version": (json.dumps({**module(), "version": 2}), 1, "expected version 1, got 2"),
    "syntax": ('{"format":"graph-opt"\n,,}', 1, ":2:2: error: expected JSON"),
    "twice": ('{"format":"graph-opt","format":"x"}', 1, "the key 'format' occurs twice"),
    "depth": (nested(100000), 5, "expected at most 512 levels of nesting"),
    "dialect": (module({"op": "llvm.unreachable"}), 1, "expected an op of an allowed dialect, got the string 'llvm.unreachable'"),
    "unregistered": (module({"op": "graph.nothing"}), 1, "expected a registered op"),
    "undefined": (module(function({"op": "func.return", "operands": [7]})), 1, "expected the number of a value that something defines"),
    "a number of no value": (module(function({"op": "func.return", "operands": [2**63 - 1]})), 1, "expected the number of a value"),
    "redefined": (module(function(CONSTANT, CONSTANT, RETURN)), 1, "expected a number of its own"),
    "type": (module(function({**CONSTANT, "results": [{"value": 0, "type": "tensor<"}]}, RETURN)), 1, "expected a type, got 'tensor<'"),
    "deep type": (
        module(function({**CONSTANT, "results": [{"value": 0, "type": "tuple<" * 9999}]}, RETURN)),
        5,
        "expected at most 512 levels of nesting",
    ),
    "attribute": (module(function({**CONSTANT, "properties": {"value": {"mlir": "dense<"}}}, RETURN)), 1, "expected an attribute"),
    "no name": (module(function({**CONSTANT, "properties": {"": 1}}, RETURN)), 1, "expected attributes with names, got an object"),
    "number": (module(function({**CONSTANT, "properties": {"value": 1.5}}, RETURN)), 1, "expected an attribute, got a number"),
    "verifier": (module(function({"op": "graph.add", "results": [{"value": 0, "type": "tensor<1xf32>"}]}, RETURN)), 1, "operand"),
    "property": (module(function(RETURN, properties={"sym_name": 3})), 1, "func.func"),
    "no region": (module({"op": "func.func", "properties": {"sym_name": "f", "function_type": {"type": "() -> ()"}}}), 1, "region"),
    "no block": ({"format": "graph-opt", "version": 1, "module": {"op": "builtin.module", "regions": [[]]}}, 1, "region"),
    "block": (module(function({"op": "func.return", "successors": [4]})), 1, "the number of a block"),
    "weights": (
        module(
            function(
                {
                    **CONSTANT,
                    "properties": {"value": {"elements": {"file": "/etc/passwd", "offset": 0, "bytes": 4, "type": "tensor<1xf32>"}}},
                },
                RETURN,
            )
        ),
        1,
        "expected a file name relative to the model",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile(tool, name, tmp_path):
    content, status, message = HOSTILE[name]
    path = tmp_path / "m.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    assert message in tool("graph-translate", "--import-json", path, code=status).stderr


def test_values_may_be_used_before_the_text_defines_them(tool, tmp_path):
    """Blocks come in any order; dominance decides."""
    path = tmp_path / "m.json"
    path.write_text(json.dumps(module(function(RETURN))))
    tool("graph-translate", "--import-json", path)
    early = function({"op": "func.return", "operands": [0]}, CONSTANT)
    path.write_text(json.dumps(module(early)))
    assert tool("graph-translate", "--import-json", path, code=1).stderr
