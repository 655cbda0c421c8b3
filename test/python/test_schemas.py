"""What the tools print as JSON, against the schemas that describe it."""

import json
import os
import subprocess
from pathlib import Path

import jsonschema
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(os.environ.get("GRAPHOPT_BUILD", ROOT / "build")) / "bin"
ADD = ROOT / "test/tools/Inputs/add.mlir"


def run(tool, *arguments, code=0):
    result = subprocess.run([BIN / tool, *map(str, arguments)], capture_output=True, text=True)
    assert result.returncode == code, result.stderr
    return result.stdout


def validate(document: str, schema: str) -> dict:
    loaded = json.loads(document)
    described = json.loads((ROOT / "docs/schemas" / schema).read_text())
    jsonschema.Draft202012Validator.check_schema(described)
    jsonschema.Draft202012Validator(described).validate(loaded)
    return loaded


def test_graph_run_profile():
    report = validate(run("graph-run", ADD, "--random-inputs", "--json", "--profile"), "graph-run.json")
    assert [step["calls"] for step in report["steps"]] == [10]


@pytest.mark.parametrize("extra", [[], ["--check"], ["--benchmark=0.01"], ["--check", "--benchmark=0.01", "--profile"]])
def test_graph_run(extra):
    report = validate(run("graph-run", ADD, "--target=interpreter", "--random-inputs", "--json", *extra), "graph-run.json")
    assert [tensor["name"] for tensor in report["inputs"]] == ["x/0", "50%"]
    assert ("checks" in report, "benchmark" in report) == ("--check" in extra, "--benchmark=0.01" in extra)
    if "benchmark" in report:
        times = report["benchmark"]
        assert times["p5_ms"] <= times["median_ms"] <= times["p95_ms"]


@pytest.mark.parametrize("lr", [0.1, 1e300])
def test_graph_run_train(lr, tmp_path):
    rows = np.eye(2, dtype=np.float32)
    np.savez(tmp_path / "data.npz", x=rows, target=rows)
    model = ROOT / "test/tools/Inputs/train.mlir"
    how = ["--train=loss=mse keep-outputs=true", "--batch-size=1", "--epochs=2", f"--lr={lr}"]
    report = validate(run("graph-run", model, f"--inputs={tmp_path}/data.npz", "--json", *how), "graph-run.json")
    training = report["training"]
    assert (len(training["epochs"]), len(training["losses"])) == (2, 4)
    assert (None in training["losses"]) == (lr > 1)  # not a number
    assert [tensor["name"] for tensor in report["outputs"]] == ["w"]


def test_memory_report(tmp_path):
    path = tmp_path / "memory.json"
    run("graph-run", ADD, "--target=interpreter", "--random-inputs", f"--memory-report={path}")
    report = validate(path.read_text(), "memory-report.json")
    assert (report["input_bytes"], report["output_bytes"]) == (16, 8)


def test_op_table():
    table = validate(run("graph-translate", "--op-table", "--json", ADD), "op-table.json")
    assert "after" not in table
    assert table["before"] == [
        {"op": "graph.add", "count": 1, "flops": 2, "bytes": 24},
        {"op": "total", "count": 1, "flops": 2, "bytes": 24},
    ]
    both = validate(run("graph-translate", "--op-table", "--json", "--after=O2", ADD), "op-table.json")
    assert both["pipeline"] == "O2" and both["after"][-1]["op"] == "total"


def test_import_report():
    report = validate(run("graph-translate", "--import-report", "--json", ROOT / "test/interop/pt2/mymodel.pt2"), "import-report.json")
    assert {(entry["operator"], entry["count"], entry["supported"]) for entry in report} == {
        ("aten.linear.default", 2, True),
        ("aten.relu.default", 1, True),
    }


def test_the_schemas_refuse_other_documents():
    """A schema that takes anything would prove nothing."""
    report = json.loads(run("graph-run", ADD, "--target=interpreter", "--random-inputs", "--json"))
    for wrong in ({**report, "version": 2}, {**report, "surprise": 1}, {k: v for k, v in report.items() if k != "outputs"}):
        with pytest.raises(jsonschema.ValidationError):
            validate(json.dumps(wrong), "graph-run.json")
