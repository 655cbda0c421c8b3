"""What the package needs beside it: nothing but numpy; and what it gets along with, whichever is imported first."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import BUILD

ROOT = Path(__file__).resolve().parents[2]
PT2, TORCHSCRIPT = ROOT / "test/interop/pt2/mymodel-dynamic.pt2", ROOT / "test/interop/torchscript/mymodel.pt"


def run(program: str, path: list, *arguments) -> str:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, path)), "PYTHONNOUSERSITE": "1"}
    command = [sys.executable, "-S", "-c", program, *map(str, arguments)]
    result = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.fixture
def bare(tmp_path):
    """A path of packages where only numpy and this one are."""
    folder = Path(np.__file__).parent
    (tmp_path / "site").mkdir()
    for part in [folder, *folder.parent.glob("numpy.libs")]:
        (tmp_path / "site" / part.name).symlink_to(part)
    return [tmp_path / "site", BUILD / "python"]


def test_models_of_every_format_run_where_there_is_only_numpy(bare, tmp_path):
    program = """
import importlib.util, json, sys
import numpy as np
import graph_opt
assert not [name for name in ("torch", "onnx", "onnxruntime", "ml_dtypes") if importlib.util.find_spec(name)]
pt2, torchscript, folder = sys.argv[1:]
x = np.linspace(-1, 1, 40, dtype=np.float32).reshape(4, 10)
module = graph_opt.load(pt2)
for ending in ("mlir", "mlirbc", "json"):
    module.save(f"{folder}/model.{ending}")
module.to_onnx(f"{folder}/model.onnx")
models = {ending: graph_opt.load(f"{folder}/model.{ending}") for ending in ("mlir", "mlirbc", "json", "onnx")}
models |= {"pt2": module, "pt": graph_opt.load(torchscript, inputs={"x": "4x10xf32"})}
results = {}
for name, model in models.items():
    compiled = model.compile(threads=1)
    stats = compiled.stats()
    assert stats["compiled_ops"] == stats["total_ops"] > 0
    y = compiled.run([x])[0]
    assert np.abs(y - np.asarray(model.evaluate(x)).reshape(y.shape)).max() <= 1e-5
    results[name] = y.tolist()
print(json.dumps(results))
"""
    results = json.loads(run(program, bare, PT2, TORCHSCRIPT, tmp_path))
    assert set(results) == {"mlir", "mlirbc", "json", "onnx", "pt2", "pt"}
    for name in ("mlir", "mlirbc", "json", "onnx"):
        np.testing.assert_allclose(results[name], results["pt2"], atol=1e-6)


def test_what_needs_torch_says_so(bare):
    program = """
import graph_opt
try:
    graph_opt.from_torch
except ModuleNotFoundError as error:
    print(error.name)
"""
    assert run(program, bare).split() == ["torch"]


NEIGHBOURS = ["torch", "onnx", "onnxruntime", "triton"]


@pytest.mark.parametrize("comes_first", [True, False])
@pytest.mark.parametrize("neighbour", NEIGHBOURS)
def test_neighbours_in_one_process(neighbour, comes_first):
    """Each brings an LLVM, a protobuf or threads of its own."""
    if importlib.util.find_spec(neighbour) is None:
        pytest.skip(f"{neighbour} is not installed: it is 1 GB, and only inductor on a GPU uses it")
    pytest.importorskip("torch")
    order = ["graph_opt", neighbour] if comes_first else [neighbour, "graph_opt"]
    program = (
        "\n".join(f"import {name}" for name in order)
        + """
import numpy as np
text = "func.func @f(%x: tensor<2xf32>) -> tensor<2xf32> { %y = graph.exp %x : tensor<2xf32> return %y : tensor<2xf32> }"
compiled = graph_opt.parse(text).compile(threads=2)
assert compiled(np.zeros(2, np.float32))[0].tolist() == [1.0, 1.0]
"""
    )
    packages = Path(np.__file__).parents[1]
    assert run(program, [packages, BUILD / "python"]) == ""
