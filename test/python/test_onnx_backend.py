"""graph_opt.onnx.Backend as tools call it, sequences and optionals that vanish while a model is imported, and draws of random numbers."""

import graph_opt
import graph_opt.onnx
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from onnx.backend.base import Backend as BaseBackend
from onnx.backend.base import BackendRep

Backend = graph_opt.onnx.Backend


def value(name, dims, kind=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, kind, dims)


def model(nodes, inputs, outputs, initializers=(), opset=20, ir_version=10):
    graph = helper.make_graph(nodes, "g", inputs, outputs, list(initializers))
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=ir_version)


RELU = model([helper.make_node("Relu", ["x"], ["y"])], [value("x", ["n"])], [value("y", ["n"])])


def test_is_a_backend():
    assert issubclass(Backend, BaseBackend)
    prepared = Backend.prepare(RELU, "CPU")
    assert isinstance(prepared, BackendRep) and not prepared.is_specialised
    np.testing.assert_array_equal(prepared.run([np.array([-1, 2], np.float32)])[0], [0, 2])
    np.testing.assert_array_equal(Backend.run_model(RELU, [np.array([-1, 2], np.float32)])[0], [0, 2])
    with pytest.raises(graph_opt.Error, match="expected 1 inputs, got 2"):
        prepared.run([np.zeros(1, np.float32)] * 2)


def test_devices():
    assert Backend.supports_device("CPU") and Backend.supports_device("CPU:0") and not Backend.supports_device("TPU")
    with pytest.raises(graph_opt.Error, match="expected the device CPU, got TPU"):
        Backend.prepare(RELU, "TPU")


def test_what_is_compatible():
    assert Backend.is_compatible(RELU)
    text = helper.make_node("StringNormalizer", ["x"], ["y"])
    assert not Backend.is_compatible(model([text], [value("x", [1], TensorProto.STRING)], [value("y", [1], TensorProto.STRING)]))
    with pytest.raises(graph_opt.ImportFailure):
        Backend.is_compatible(model([helper.make_node("Relu", ["nothing"], ["y"])], [value("x", [1])], [value("y", [1])]))


def test_run_node():
    x = np.arange(6, dtype=np.float32).reshape(2, 3)
    node = helper.make_node("ReduceSum", ["x", "axes"], ["y"], keepdims=0)
    np.testing.assert_array_equal(Backend.run_node(node, [x, np.array([1])])[0], x.sum(1))
    np.testing.assert_array_equal(Backend.run_node(helper.make_node("Mul", ["x", "x"], ["y"]), [x, x])[0], x * x)
    clip = helper.make_node("Clip", ["x", "", "high"], ["y"])
    np.testing.assert_array_equal(Backend.run_node(clip, [x, np.float32(3)], outputs_info=[(np.float32, (2, 3))])[0], x.clip(max=3))
    with pytest.raises(graph_opt.ImportFailure, match="which the model states"):
        Backend.run_node(clip, [x, np.float32(3)], outputs_info=[(np.float32, (2, 4))])
    old = helper.make_node("ReduceSum", ["x"], ["y"], axes=[0], keepdims=0)
    np.testing.assert_array_equal(Backend.run_node(old, [x], opset_version=11)[0], x.sum(0))


@pytest.mark.parametrize("opset", [7, 12, 20, 28])
@pytest.mark.parametrize("ir_version", [3, 8, 14])
def test_versions(opset, ir_version):
    proto = model(RELU.graph.node, RELU.graph.input, RELU.graph.output, opset=opset, ir_version=ir_version)
    np.testing.assert_array_equal(Backend.run_model(proto, [np.array([-1, 2], np.float32)])[0], [0, 2])


@pytest.mark.parametrize(
    "opset, ir_version, message",
    [
        (29, 10, "expected opset 1 to 28 of ai.onnx, got 29"),
        (-1, 10, "expected opset 1 to 28 of ai.onnx, got -1"),
        (20, 2, "expected version 3 to 14 of the format, got 2"),
        (20, 15, "expected version 3 to 14 of the format, got 15"),
    ],
)
def test_versions_that_are_not_known(opset, ir_version, message):
    with pytest.raises(graph_opt.ImportFailure, match=message):
        Backend.prepare(model(RELU.graph.node, RELU.graph.input, RELU.graph.output, opset=opset, ir_version=ir_version))


@pytest.mark.parametrize("target", ["cpu", "interpreter"])
def test_operators_before_numpys_broadcasting(target):
    """What opset 6 says of two operands, and of a slope for each channel."""
    nodes = [
        helper.make_node("Add", ["x", "channel"], ["a"], broadcast=1, axis=1),
        helper.make_node("Mul", ["a", "last"], ["b"], broadcast=1),
        helper.make_node("PRelu", ["b", "channel"], ["y"]),
    ]
    rng = np.random.default_rng(0)
    x, channel, last = (rng.standard_normal(shape).astype(np.float32) for shape in ((2, 3, 4), (3,), (4,)))
    weights = [numpy_helper.from_array(channel, "channel"), numpy_helper.from_array(last, "last")]
    proto = model(nodes, [value("x", [2, 3, 4])], [value("y", [2, 3, 4])], weights, opset=6)
    expected = (x + channel[:, None]) * last
    expected = np.where(expected < 0, channel[:, None] * expected, expected)
    np.testing.assert_allclose(Backend.run_model(proto, [x], target=target)[0], expected, rtol=1e-6)
    plain = model([helper.make_node("Add", ["x", "last"], ["y"])], [value("x", [2, 3, 4])], [value("y", None)], weights[1:], opset=6)
    with pytest.raises(graph_opt.ImportFailure, match="expected operands of one shape"):
        Backend.prepare(plain, target=target)
    training = model([helper.make_node("Dropout", ["x"], ["y"], is_test=0)], [value("x", [2])], [value("y", [2])], opset=6)
    with pytest.raises(graph_opt.UnsupportedOpError, match="training, which is_test = 0 asks for"):
        Backend.prepare(training, target=target)


@pytest.mark.parametrize("target", ["cpu", "interpreter"])
def test_quantised_layers(target):
    """A layer between pairs that quantise and dequantise, as tools write it, against ONNX Runtime."""
    ort = pytest.importorskip("onnxruntime")
    rng = np.random.default_rng(0)
    given = {
        "s": np.float32(0.02),
        "z": np.uint8(128),
        "ws": np.array([0.01, 0.02, 0.03], np.float32),
        "wz": np.zeros(3, np.int8),
        "w": rng.integers(-100, 100, (4, 3), np.int8),
    }
    nodes = [
        helper.make_node("QuantizeLinear", ["x", "s", "z"], ["xq"]),
        helper.make_node("DequantizeLinear", ["xq", "s", "z"], ["xd"]),
        helper.make_node("DequantizeLinear", ["w", "ws", "wz"], ["wd"], axis=1),
        helper.make_node("MatMul", ["xd", "wd"], ["y"]),
        helper.make_node("QuantizeLinear", ["y", "s", "z"], ["yq"]),
        helper.make_node("DequantizeLinear", ["yq", "s", "z"], ["out"]),
    ]
    weights = [numpy_helper.from_array(array, name) for name, array in given.items()]
    proto = model(nodes, [value("x", ["n", 4])], [value("out", ["n", 3])], weights)
    x = rng.standard_normal((5, 4)).astype(np.float32)
    (expected,) = ort.InferenceSession(proto.SerializeToString(), providers=["CPUExecutionProvider"]).run(None, {"x": x})
    np.testing.assert_allclose(Backend.run_model(proto, [x], target=target)[0], expected, rtol=1e-6, atol=1e-6)


def sparse(positions, dims, numbers=(1.0, 2.0)):
    values = helper.make_tensor("w", TensorProto.FLOAT, [len(numbers)], numbers)
    indices = numpy_helper.from_array(np.array(positions, np.int64), "at")
    return helper.make_sparse_tensor(values, indices, dims)


@pytest.mark.parametrize("positions", [[1, 5], [[0, 1], [1, 2]]])
def test_sparse_initialisers(positions):
    proto = model([helper.make_node("Add", ["x", "w"], ["y"])], [value("x", [2, 3])], [value("y", [2, 3])])
    proto.graph.sparse_initializer.append(sparse(positions, [2, 3]))
    np.testing.assert_array_equal(Backend.run_model(proto, [np.zeros((2, 3), np.float32)])[0], [[0, 1, 0], [0, 0, 2]])


@pytest.mark.parametrize("positions", [[1, 6], [-1, 5], [5, 1], [1, 1], [[0, 1], [2, 0]], [[0], [1]], [1]])
def test_sparse_initialisers_that_lie(positions):
    proto = model([helper.make_node("Add", ["x", "w"], ["y"])], [value("x", [2, 3])], [value("y", [2, 3])])
    proto.graph.sparse_initializer.append(sparse(positions, [2, 3]))
    with pytest.raises(graph_opt.ImportFailure, match="initialiser: "):
        Backend.prepare(proto)


# Sequences -------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", ["cpu", "interpreter"])
def test_sequences_of_known_length(target):
    nodes = [
        helper.make_node("SplitToSequence", ["x", "two"], ["parts"], axis=0),
        helper.make_node("SequenceInsert", ["parts", "x", "minus_one"], ["longer"]),
        helper.make_node("SequenceErase", ["longer", "zero"], ["rest"]),
        helper.make_node("ConcatFromSequence", ["rest"], ["y"], axis=0),
        helper.make_node("SequenceLength", ["rest"], ["length"]),
        helper.make_node("SequenceEmpty", [], ["empty"]),
        helper.make_node("SequenceInsert", ["empty", "y"], ["one"]),
        helper.make_node("SequenceAt", ["one", "minus_one"], ["again"]),
        helper.make_node("Optional", ["again"], ["maybe"]),
        helper.make_node("OptionalGetElement", ["maybe"], ["z"]),
    ]
    numbers = [numpy_helper.from_array(np.int64(v), k) for k, v in {"two": 2, "minus_one": -1, "zero": 0}.items()]
    outputs = [value("y", [8, 2]), value("length", [], TensorProto.INT64), value("z", None)]
    x = np.arange(10, dtype=np.float32).reshape(5, 2)
    y, length, z = Backend.run_model(model(nodes, [value("x", [5, 2])], outputs, numbers), [x], target=target)
    np.testing.assert_array_equal(y, np.concatenate([x[2:4], x, x[4:]]))
    np.testing.assert_array_equal(z, y)
    assert length == 3


@pytest.mark.parametrize(
    "nodes, code, message",
    [
        ([helper.make_node("SequenceConstruct", ["x", "x"], ["y"])], 3, "values of kind sequence are not supported"),
        ([helper.make_node("SequenceConstruct", ["x"], ["s"]), helper.make_node("Relu", ["s"], ["y"])], 3, "a sequence as its input"),
        ([helper.make_node("SequenceConstruct", ["x"], ["s"]), helper.make_node("SequenceAt", ["s", "i"], ["y"])], 3, "only at run time"),
        ([helper.make_node("SequenceConstruct", ["x"], ["s"]), helper.make_node("SequenceAt", ["s", "far"], ["y"])], 1, "got 7"),
        ([helper.make_node("SequenceEmpty", [], ["s"]), helper.make_node("SequenceErase", ["s"], ["y"])], 1, "not empty"),
        ([helper.make_node("SequenceAt", ["x", "far"], ["y"])], 1, "expected a sequence"),
        ([helper.make_node("SplitToSequence", ["x", "sizes"], ["s"]), helper.make_node("SequenceLength", ["s"], ["y"])], 1, "got 9"),
        ([helper.make_node("SplitToSequence", ["x", "far"], ["s"], axis=9), helper.make_node("SequenceLength", ["s"], ["y"])], 1, "axis"),
    ],
)
def test_refuses_sequences(tool, tmp_path, nodes, code, message):
    numbers = [numpy_helper.from_array(np.int64(7), "far"), numpy_helper.from_array(np.array([4, 5]), "sizes")]
    proto = model(nodes, [value("x", [2]), value("i", [], TensorProto.INT64)], [onnx.ValueInfoProto(name="y")], numbers)
    (tmp_path / "m.onnx").write_bytes(proto.SerializeToString())
    assert message in tool("graph-translate", "--import-onnx", tmp_path / "m.onnx", code=code).stderr


# Random numbers --------------------------------------------------------------------------------------------------------------------------

COUNT = 20000
SHAPE = numpy_helper.from_array(np.array([COUNT]), "shape")


@pytest.mark.parametrize(
    "node, mean, deviation",
    [
        (helper.make_node("RandomUniform", [], ["y"], shape=[COUNT], low=2.0, high=4.0), 3, 2 / 12**0.5),
        (helper.make_node("RandomNormalLike", ["x"], ["y"], mean=-1.0, scale=3.0), -1, 3),
        (helper.make_node("RandomUniformLike", ["x"], ["y"]), 0.5, 1 / 12**0.5),
        (helper.make_node("RandomNormal", [], ["y"], shape=[COUNT]), 0, 1),
        (helper.make_node("Bernoulli", ["x"], ["y"]), 0.25, (0.25 * 0.75) ** 0.5),
        (helper.make_node("Dropout", ["x", "ratio", "on"], ["y"]), 0.25, 0.25),
    ],
)
def test_draws(node, mean, deviation):
    """Of the distribution, the same compiled and interpreted, and others by another key."""
    initial = [numpy_helper.from_array(np.float32(0.5), "ratio"), numpy_helper.from_array(np.array(True), "on")]
    module = graph_opt.onnx.load_model(model([node], [value("x", [COUNT])], [value("y", [COUNT])], initial))
    x = np.full(COUNT, 0.25, np.float32)
    compiled = module.compile()
    (y,) = compiled(x, np.array(7))
    np.testing.assert_allclose(y, module.evaluate(x, np.array(7))[0], rtol=1e-5, atol=1e-5)
    assert (y != compiled(x, np.array(8))[0]).any()
    assert abs(y.mean() - mean) < 5 * deviation / COUNT**0.5 and abs(y.std() - deviation) < 0.05 * deviation


def test_multinomial():
    node = helper.make_node("Multinomial", ["x"], ["y"], sample_size=COUNT, dtype=TensorProto.INT64)
    weights = np.array([[1, 2, 5], [0, 1, 0]], np.float32)
    with np.errstate(divide="ignore"):
        logarithms = np.log(weights)
    (y,) = Backend.run_model(model([node], [value("x", [2, 3])], [value("y", [2, COUNT], TensorProto.INT64)]), [logarithms])
    shares = np.stack([np.bincount(row, minlength=3) / COUNT for row in y])
    np.testing.assert_allclose(shares, weights / weights.sum(1, keepdims=True), atol=0.02)


def test_no_draw_in_a_loop(tool, tmp_path):
    body = helper.make_graph(
        [helper.make_node("RandomNormal", [], ["y"], shape=[2]), helper.make_node("Identity", ["go"], ["on"])],
        "body",
        [value("i", [], TensorProto.INT64), value("go", [], TensorProto.BOOL)],
        [value("on", [], TensorProto.BOOL), value("y", [2])],
    )
    proto = model([helper.make_node("Loop", ["n", ""], ["y"], body=body)], [value("n", [], TensorProto.INT64)], [value("y", None)])
    (tmp_path / "m.onnx").write_bytes(proto.SerializeToString())
    assert "random numbers in a loop" in tool("graph-translate", "--import-onnx", tmp_path / "m.onnx", code=3).stderr
