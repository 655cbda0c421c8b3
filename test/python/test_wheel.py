"""The package as pip builds it."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "python-bindings/pyproject.toml").read_text())


def test_its_version_is_the_projects():
    declared = re.search(r"project\(graph-opt VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text())[1]
    assert PROJECT["project"]["version"] == declared


@pytest.mark.long
def test_a_wheel_runs_where_nothing_else_is(tmp_path):
    wheel = [sys.executable, "-m", "pip", "wheel", "-q", "--no-build-isolation", "--no-deps", ROOT / "python-bindings", "-w", tmp_path]
    subprocess.run(wheel, check=True)
    (made,) = tmp_path.glob("graph_opt-*.whl")
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", tmp_path / "site", made], check=True)
    program = """
import graph_opt, numpy
m = graph_opt.parse("func.func @f(%x: tensor<2xf32>) -> tensor<2xf32> { %y = graph.exp %x : tensor<2xf32> return %y : tensor<2xf32> }")
assert m.compile()(numpy.zeros(2, numpy.float32))[0].tolist() == [1.0, 1.0]
print(graph_opt.__file__)
from importlib.metadata import entry_points
assert [e.value for e in entry_points(group="torch_dynamo_backends", name="graph_opt")] == ["graph_opt._dynamo:backend"]
"""
    environment = {"PYTHONPATH": str(tmp_path / "site"), "XDG_CACHE_HOME": str(tmp_path)}
    result = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith(str(tmp_path / "site"))
