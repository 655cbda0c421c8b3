"""ONNX: the model files that come with the onnx package, old opsets among them, against the outputs that come with them."""

import warnings
from pathlib import Path

import graph_opt
import graph_opt.onnx
import numpy as np
import onnx
import pytest
from onnx import SequenceProto, TensorProto, numpy_helper
from onnx.backend.test.runner import Runner

DATA = Path(onnx.__file__).parent / "backend/test/data"
FOLDERS = ("simple", "pytorch-converted", "pytorch-operator")
CASES = [folder for kind in FOLDERS for folder in sorted((DATA / kind).iterdir()) if (folder / "model.onnx").exists()]
LIGHT = sorted((DATA / "light").glob("*.onnx"))
# What is refused, and by which words. ONNX Runtime refuses the first two as well.
REFUSED = {
    "test_gradient_of_add": "unsupported 'ai.onnx.preview.training.Gradient'",
    "test_gradient_of_add_and_mul": "unsupported 'ai.onnx.preview.training.Gradient'",
    **{
        f"test_strnorm_model_{name}": "unsupported 'StringNormalizer'"
        for name in (
            *("monday_casesensintive_lower", "monday_casesensintive_nochangecase", "monday_casesensintive_upper", "monday_empty_output"),
            *("monday_insensintive_upper_twodim", "nostopwords_nochangecase"),
        )
    },
}


def read(path):
    tensor = TensorProto()
    try:
        tensor.ParseFromString(path.read_bytes())
        return numpy_helper.to_array(tensor)
    except Exception:  # protobuf's, of one of its two implementations
        sequence = SequenceProto()
        sequence.ParseFromString(path.read_bytes())
        return numpy_helper.to_list(sequence)


def values(folder, kind):
    return [read(path) for path in sorted(folder.glob(f"{kind}_*.pb"), key=lambda path: int(path.stem.split("_")[1]))]


def test_there_are_files():
    assert len(CASES) >= 140 and len(LIGHT) == 9


@pytest.mark.parametrize("target", ["interpreter", "cpu"])
@pytest.mark.parametrize("folder", CASES, ids=[folder.name for folder in CASES])
def test_files(folder, target):
    model = onnx.load(folder / "model.onnx")
    if folder.name in REFUSED:
        with pytest.raises(graph_opt.UnsupportedOpError, match=REFUSED[folder.name]):
            graph_opt.onnx.Backend.prepare(model, target=target)
        return
    prepared = graph_opt.onnx.Backend.prepare(model, target=target)
    data_sets = sorted(folder.glob("test_data_set_*"))
    assert data_sets
    for data_set in data_sets:
        Runner.assert_similar_outputs(values(data_set, "output"), list(prepared.run(values(data_set, "input"))), rtol=1e-3, atol=1e-7)


@pytest.mark.parametrize(
    "path", [pytest.param(path, marks=pytest.mark.long) if i % 4 else path for i, path in enumerate(LIGHT)], ids=lambda path: path.stem
)
def test_networks(path):
    """Known architectures with weights of one number, on the input that the package's own runner makes."""
    expected = read(path.with_name(f"{path.stem}_output_0.pb"))
    model = onnx.load(path)
    initial = {tensor.name for tensor in model.graph.initializer}
    (shape,) = [[d.dim_value for d in v.type.tensor_type.shape.dim] for v in model.graph.input if v.name not in initial]
    n = int(np.prod(shape))
    x = (np.arange(n).astype(np.float32) / n).reshape(shape)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        (y,) = graph_opt.onnx.Backend.run_model(model, [x])
    Runner.assert_similar_outputs([expected], [y], rtol=1e-3, atol=1e-7)
