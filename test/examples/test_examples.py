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


@pytest.mark.parametrize("suffix", ["pt", "pt2"])
def test_train_without_python(suffix, tmp_path, monkeypatch):
    """The command line and the C program have the curve of torch, of the same start and order."""
    import numpy as np
    import torch

    monkeypatch.syspath_prepend(ROOT / "examples/torch")
    from model import MyModel

    generator = torch.Generator().manual_seed(1)
    x, target = torch.rand(100, 10, generator=generator), torch.randint(0, 2, (100,), generator=generator)
    order = torch.cat([torch.randperm(100, generator=generator) for _ in range(10)])
    x, target = x[order], target[order]
    torch.manual_seed(0)
    model = MyModel()
    path = tmp_path / f"model.{suffix}"
    shape = ["--input-shape=x=?x10xf32"] if suffix == "pt" else []
    torch.jit.script(model).save(path) if suffix == "pt" else torch.export.save(torch.export.export(model, (x[:10],)), path)
    (tmp_path / "data").mkdir()
    np.save(tmp_path / "data/x.npy", x.numpy())
    np.save(tmp_path / "data/target.npy", target.numpy())

    optimizer, expected = torch.optim.SGD(model.parameters(), lr=0.01), []
    for inputs, labels in zip(x.split(10), target.split(10), strict=True):
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(inputs), labels)
        loss.backward()
        optimizer.step()
        expected.append(loss.item())

    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path), "GRAPHOPT_BUILD": str(ROOT / "build")}
    command = [ROOT / "examples/train/run.sh", path, "data", *shape]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=environment)
    assert result.returncode == 0, result.stdout + result.stderr
    lines = result.stdout.splitlines()
    shown = [float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith("epoch 1, step ")]
    from_c = [float(line) for line in lines[-100:]]
    for curve in (shown, from_c):
        np.testing.assert_allclose(curve, expected, rtol=0, atol=1e-5)
    for name, value in model.state_dict().items():
        np.testing.assert_allclose(np.load(tmp_path / f"trained/{name}.npy"), value.numpy(), rtol=0, atol=1e-5)
