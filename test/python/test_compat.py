"""Files of every version load for ever. Those of test/compat/v1 are the run tests of every op, as they were, and models with the numbers
that they gave: nothing there changes (test_structure.py says so), and a file
that a later version can't read is a defect of that version."""

import graph_opt
import numpy as np
import pytest
from conftest import ROOT

FILES = sorted(path for path in (ROOT / "test/compat/v1").iterdir() if path.suffix in (".mlir", ".mlirbc", ".json"))
CHECKED = [path for path in FILES if not path.with_suffix(".npz").exists()]
RECORDED = [path for path in FILES if path.with_suffix(".npz").exists()]


def name(path):
    return path.name


def test_there_are_files():
    assert {path.suffix for path in CHECKED} == {path.suffix for path in RECORDED} == {".mlir", ".mlirbc", ".json"}


@pytest.mark.parametrize("path", CHECKED, ids=name)
def test_ops_mean_what_they_meant(path):
    """Each function compares its results with the numbers that it holds."""
    module = graph_opt.load(path)
    assert "check.expect" in str(module)
    module.run_passes("graph-interpret")


@pytest.mark.parametrize("path", RECORDED, ids=name)
def test_models_give_what_they_gave(path):
    """Inputs are called in.*, results out.*, in order."""
    recorded = np.load(path.with_suffix(".npz"))
    inputs, outputs = ([recorded[key] for key in sorted(recorded) if key.startswith(prefix)] for prefix in ("in.", "out."))
    module = graph_opt.load(path)
    for results in (module.evaluate(*inputs), module.compile()(*inputs)):
        for result, output in zip(results, outputs, strict=True):
            assert result.dtype == output.dtype
            np.testing.assert_allclose(result, output, rtol=1e-5, atol=1e-6)
