"""LSTM, GRU and RNN of ONNX with all their attributes, against onnxruntime; lengths of samples and of the batch that only a run knows."""

import graph_opt.onnx
import numpy as np
import pytest
from onnx import TensorProto, helper

GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}
CASES = [
    ("LSTM", {"direction": "bidirectional", "clip": 0.4}),
    ("LSTM", {"direction": "reverse", "input_forget": 1}),
    ("LSTM", {"activations": ["HardSigmoid", "ScaledTanh", "Softsign"], "activation_alpha": [0.3, 1.2], "activation_beta": [0.4, 0.7]}),
    ("GRU", {"direction": "bidirectional", "linear_before_reset": 1}),
    ("GRU", {"direction": "reverse", "clip": 0.3}),
    ("GRU", {"activations": ["Sigmoid", "LeakyRelu"], "activation_alpha": [0.2]}),
    ("RNN", {"direction": "bidirectional", "activations": ["Relu", "Affine"], "activation_alpha": [0.5], "activation_beta": [0.1]}),
]


@pytest.mark.parametrize("op, attributes", CASES, ids=lambda value: value if isinstance(value, str) else "-".join(value))
def test_against_onnxruntime(op, attributes):
    ort = pytest.importorskip("onnxruntime")
    time, batch, width, size = 5, 3, 4, 6
    directions, gates = 1 + (attributes.get("direction") == "bidirectional"), GATES[op]
    rng = np.random.default_rng(len(attributes))
    shapes = {
        "X": (time, batch, width),
        "W": (directions, gates * size, width),
        "R": (directions, gates * size, size),
        "B": (directions, 2 * gates * size),
        "lengths": (batch,),
        "h": (directions, batch, size),
    }
    if op == "LSTM":
        shapes |= {"c": (directions, batch, size), "P": (directions, 3 * size)}
    values = {name: rng.standard_normal(shape).astype(np.float32) for name, shape in shapes.items()}
    values["lengths"] = np.array([5, 2, 3], np.int32)
    # The sizes of X that a run may change have names.
    inputs = [
        helper.make_tensor_value_info(
            name,
            TensorProto.INT32 if name == "lengths" else TensorProto.FLOAT,
            ["time", "batch", width] if name == "X" else shape,
        )
        for name, shape in shapes.items()
    ]
    results = ["Y", "Y_h"] + ["Y_c"] * (op == "LSTM")
    node = helper.make_node(op, list(shapes), results, hidden_size=size, **attributes)
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in results]
    graph = helper.make_graph([node], "g", inputs, outputs)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    expected = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"]).run(None, values)
    for target in ("interpreter", "cpu"):
        for name, got, want in zip(
            results, graph_opt.onnx.Backend.run_model(model, list(values.values()), target=target), expected, strict=True
        ):
            np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-5, err_msg=f"{name} on {target}")
