"""The examples run as the README says."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_demo():
    """As `make demo` runs it, in an environment without torch: the demo itself compares with recorded similarities."""
    subprocess.run(["tools/dev/setup.sh", "venv", "demo"], cwd=ROOT, check=True)
    command = [ROOT / ".venv/bin/python", "examples/minilm/demo.py", "--seconds=0.1"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env={**os.environ, "PYTHONNOUSERSITE": "1"})
    assert result.returncode == 0, result.stdout + result.stderr
    assert "largest difference" in result.stdout


def test_the_demo_has_no_torch():
    code = "import importlib.util, sys; sys.exit(importlib.util.find_spec('torch') is not None)"
    subprocess.run([ROOT / ".venv/bin/python", "-c", code], check=True)


PARTS = ("model.py", "load.py")  # of the other examples


@pytest.mark.parametrize("script", sorted(path.name for path in (ROOT / "examples/torch").glob("*.py") if path.name not in PARTS))
def test_torch(script, tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "build/python"), "XDG_CACHE_HOME": str(tmp_path)}
    command = [sys.executable, ROOT / "examples/torch" / script]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=environment)
    assert result.returncode == 0, result.stdout + result.stderr
