"""ONNX: the standard's own node cases, models in memory, dynamic sizes, control flow, functions, and files that lie."""

import functools
import re
import warnings
import zlib
from collections import Counter
from pathlib import Path

import graph_opt
import graph_opt.onnx
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from onnx.backend.test.case.node import collect_testcases
    from onnx.backend.test.runner import Runner

PARTS = 6


def read_list(name: str = "onnx-not-yet.txt") -> dict:
    """Cases that don't pass yet: `name reason`, or `name@cpu reason`, `name@interpreter reason` for those that one target fails."""
    lines = (Path(__file__).parent / name).read_text().splitlines()
    return dict(line.split(" ", 1) for line in lines if line and not line.startswith("#"))


@functools.cache
def all_cases() -> list:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of numpy, about the values that the cases are made of
        return sorted({case.name: case for case in collect_testcases(None)}.values(), key=lambda case: case.name)


@pytest.fixture(scope="session")
def cases():
    return all_cases()


def why_it_fails(case, target):
    """None where the case passes."""
    try:
        prepared = graph_opt.onnx.Backend.prepare(case.model, target=target)
        for inputs, outputs in case.data_sets:
            expected = [numpy_helper.to_array(value) if isinstance(value, TensorProto) else value for value in outputs]
            Runner.assert_similar_outputs(expected, list(prepared.run(inputs)), rtol=case.rtol, atol=case.atol)
    except Exception as error:  # of any kind: what fails is held against the list
        return f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
    return None


def check(cases, target, part, parts):
    not_yet, wrong = read_list(), []
    for case in cases:
        if zlib.crc32(case.name.encode()) % parts != part:
            continue
        is_listed = case.name in not_yet or f"{case.name}@{target}" in not_yet
        why = why_it_fails(case, target)
        if why is None and is_listed:
            wrong.append(f"{case.name} passes on {target}: take it off test/python/onnx-not-yet.txt")
        if why is not None and not is_listed:
            wrong.append(f"{case.name} on {target}: {why}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("part", range(PARTS))
def test_node_cases_interpreted(cases, part):
    check(cases, "interpreter", part, PARTS)


@pytest.mark.parametrize("part", [pytest.param(i, marks=[pytest.mark.long] * (i % 3 != 0)) for i in range(PARTS)])
def test_node_cases_compiled(cases, part):
    check(cases, "cpu", part, PARTS)


def test_the_list_names_cases(cases):
    names = {case.name for case in cases}
    assert not [name for name in read_list() if name.split("@")[0] not in names]


NARROW = {getattr(TensorProto, name) for name in dir(TensorProto) if re.match("FLOAT8|FLOAT4|U?INT[24]$", name)}
CONTAINERS = ("Sequence", "Optional", "SplitToSequence", "ConcatFromSequence")


def kind_of(case) -> str:
    """By the types of its values, then by its operators."""
    types, containers, operators = set(), set(), set()

    def visit(nodes, values, tensors):
        for value in values:
            container = value.type.WhichOneof("value")
            (types if container == "tensor_type" else containers).add(
                value.type.tensor_type.elem_type if container == "tensor_type" else container
            )
        types.update(tensor.data_type for tensor in tensors)
        for node in nodes:
            operators.add(node.op_type)
            for attribute in node.attribute:
                if attribute.name in ("to", "dtype", "output_dtype"):
                    types.add(attribute.i)
                types.update([attribute.t.data_type] if attribute.HasField("t") else [])
                if attribute.HasField("g"):
                    graph = attribute.g
                    visit(graph.node, [*graph.input, *graph.output, *graph.value_info], graph.initializer)

    graph = case.model.graph
    visit(graph.node, [*graph.input, *graph.output, *graph.value_info], graph.initializer)
    if types & NARROW:
        return "of fewer than 8 bits, or floats of 8"
    if TensorProto.STRING in types:
        return "strings"
    if containers - {None} or any(name.startswith(CONTAINERS) for name in operators):
        return "sequences and optionals"
    if any(opset.domain == "ai.onnx.preview.training" for opset in case.model.opset_import):
        return "training"
    if "_expanded" in case.name:
        return "expanded"
    return "control flow" if operators & {"If", "Loop", "Scan"} else "plain"


def test_how_many_cases_pass(cases):
    """At least 97 % of those on the tensors that we have; of the others those that fail are refused by name."""
    listed = {name.split("@")[0]: reason for name, reason in read_list().items()}
    kinds = {case.name: kind_of(case) for case in cases}
    count = Counter(kinds.values())
    failing = Counter(kinds[name] for name in listed)
    ours = ("plain", "expanded", "control flow", "training")
    assert sum(count[kind] for kind in ours) == 1660
    assert sum(failing[kind] for kind in ours) <= 0.03 * sum(count[kind] for kind in ours)
    for name, reason in listed.items():
        assert kinds[name] in ours or re.search("not supported|^no rule for|^unsupported", reason), f"{name}: {reason}"


# Models in memory ------------------------------------------------------------------------------------------------------------------------


def value(name, dims, kind=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, kind, dims)


def model(nodes, inputs, outputs, initializers=(), opset=20, functions=(), opsets=()):
    graph = helper.make_graph(nodes, "g", inputs, outputs, list(initializers))
    imports = [helper.make_opsetid("", opset), *opsets]
    return helper.make_model(graph, opset_imports=imports, functions=list(functions), ir_version=10)


def run_both(proto, *inputs):
    """The results, interpreted; compiled ones must be as good."""
    expected = graph_opt.onnx.Backend.run_model(proto, inputs, target="interpreter")
    compiled = graph_opt.onnx.Backend.run_model(proto, inputs)
    for a, b in zip(expected, compiled, strict=True):
        assert a.shape == b.shape and a.dtype == b.dtype
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5)
    return expected


def test_sizes_computed_from_sizes_stay_sizes(tool, tmp_path):
    """What exporters write for x.view(x.size(0), -1): no tensor arithmetic is left of it."""
    nodes = [
        helper.make_node("Shape", ["x"], ["s"]),
        helper.make_node("Gather", ["s", "zero"], ["n"]),
        helper.make_node("Unsqueeze", ["n", "axis"], ["n1"]),
        helper.make_node("Mul", ["n1", "two"], ["n2"]),
        helper.make_node("Concat", ["n2", "rest"], ["shape"], axis=0),
        helper.make_node("Reshape", ["x", "shape"], ["y"]),
    ]
    numbers = {"zero": np.int64(0), "axis": np.array([0]), "two": np.array([2]), "rest": np.array([-1])}
    constants = [numpy_helper.from_array(np.asarray(v), k) for k, v in numbers.items()]
    proto = model(nodes, [value("x", ["batch", 4])], [value("y", None)], constants)
    onnx.save(proto, tmp_path / "m.onnx")
    text = tool("graph-translate", "--import-onnx", tmp_path / "m.onnx").stdout
    assert 'graph.dims = ["batch", 4]' in text and 'graph.name = "x"' in text and "graph.symbols = {batch = [0," in text
    assert set(re.findall(r"(?:graph|tensor|arith)\.(\w+) ?%", text)) <= {"reshape", "dim", "muli", "index_cast"}
    (y,) = run_both(proto, np.arange(12, dtype=np.float32).reshape(3, 4))
    assert y.shape == (6, 2)


def test_weights_stay_in_the_file(tool, tmp_path):
    weight = np.random.default_rng(0).standard_normal((64, 32)).astype(np.float32)
    bias = np.arange(32, dtype=np.float32)
    proto = model(
        [helper.make_node("Gemm", ["x", "w", "b"], ["y"])],
        [value("x", ["n", 64])],
        [value("y", ["n", 32])],
        [numpy_helper.from_array(weight, "w"), numpy_helper.from_array(bias, "b")],
    )
    onnx.save(proto, tmp_path / "m.onnx")
    text = tool("graph-translate", "--import-onnx", tmp_path / "m.onnx").stdout
    assert re.search(r'graph.parameter @w : tensor<64x32xf32> = #graph.external<"m.onnx", \d+, 8192>', text)
    x = np.random.default_rng(1).standard_normal((5, 64)).astype(np.float32)
    (y,) = run_both(proto, x)
    np.testing.assert_allclose(y, x @ weight + bias, rtol=1e-5, atol=1e-5)


def test_external_data(tool, tmp_path):
    weight = np.arange(1024, dtype=np.float32)
    proto = model(
        [helper.make_node("Add", ["x", "w"], ["y"])], [value("x", [1024])], [value("y", [1024])], [numpy_helper.from_array(weight, "w")]
    )
    onnx.save(proto, tmp_path / "m.onnx", save_as_external_data=True, location="w.bin", size_threshold=0)
    assert '#graph.external<"w.bin", 0, 4096>' in tool("graph-translate", "--import-onnx", tmp_path / "m.onnx").stdout
    module = graph_opt.load(tmp_path / "m.onnx")
    np.testing.assert_array_equal(module.evaluate(weight)[0], 2 * weight)
    (tmp_path / "secret").write_bytes(bytes(4096))
    (tmp_path / "link").symlink_to(tmp_path / "secret")
    tensor = proto.graph.initializer[0]
    for location, offset, length, message in [
        ("../secret", 0, 4096, "got a name with '..'"),
        (str(tmp_path / "secret"), 0, 4096, "got an absolute one"),
        ("link", 0, 4096, "symbolic link"),
        ("w.bin", 4, 4096, "at offset 4"),
        ("w.bin", -4, 4096, "expected a number of at least 0"),
        ("w.bin", 0, 100, "expected 4096 bytes"),
        (".", 0, 4096, "regular file"),
    ]:
        tensor.ClearField("raw_data")
        del tensor.external_data[:]
        tensor.data_location = TensorProto.EXTERNAL
        for key, text in (("location", location), ("offset", offset), ("length", length)):
            tensor.external_data.add(key=key, value=str(text))
        (tmp_path / "bad.onnx").write_bytes(proto.SerializeToString())
        assert message in tool("graph-translate", "--import-onnx", tmp_path / "bad.onnx", code=1).stderr


def test_functions_are_inlined_and_attributes_follow():
    body = [
        helper.make_node("Selu", ["a"], ["b"]),
        helper.make_node("LeakyRelu", ["b"], ["c"]),
    ]
    body[1].attribute.append(onnx.AttributeProto(name="alpha", type=onnx.AttributeProto.FLOAT, ref_attr_name="slope"))
    function = helper.make_function("own", "Twice", ["a"], ["c"], body, [helper.make_opsetid("", 20)], ["slope"])
    proto = model(
        [helper.make_node("Twice", ["x"], ["y"], domain="own", slope=0.25)],
        [value("x", [4])],
        [value("y", [4])],
        functions=[function],
        opsets=[helper.make_opsetid("own", 1)],
    )
    x = np.array([-2, -0.5, 0, 3], np.float32)
    selu = np.where(x > 0, 1.0507010 * x, 1.0507010 * 1.6732632 * np.expm1(x))
    np.testing.assert_allclose(run_both(proto, x)[0], np.where(selu < 0, 0.25 * selu, selu), rtol=1e-5)


@pytest.mark.parametrize("count", [0, 1, 4])
def test_loop_with_a_count_known_at_run_time(count):
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["go"], ["go_on"]),
            helper.make_node("Add", ["a", "one"], ["b"]),
            helper.make_node("Mul", ["b", "b"], ["square"]),
        ],
        "body",
        [value("i", [], TensorProto.INT64), value("go", [], TensorProto.BOOL), value("a", [2])],
        [value("go_on", [], TensorProto.BOOL), value("b", [2]), value("square", [2])],
    )
    proto = model(
        [helper.make_node("Loop", ["n", "", "x"], ["y", "all"], body=body)],
        [value("n", [], TensorProto.INT64), value("x", [2])],
        [value("y", [2]), value("all", ["steps", 2])],
        [numpy_helper.from_array(np.float32(1), "one")],
    )
    y, squares = graph_opt.onnx.Backend.run_model(proto, [np.array(count), np.array([0, 1], np.float32)], target="interpreter")
    np.testing.assert_array_equal(y, np.array([count, count + 1], np.float32))
    expected = [[(i + 1) ** 2, (i + 2) ** 2] for i in range(count)]
    np.testing.assert_array_equal(squares, np.array(expected, np.float32).reshape(count, 2))


def looped(grows, count=3):
    """x, and x stacked `count` times, each time a row longer if it `grows`."""
    nodes = [
        helper.make_node("Identity", ["go"], ["on"]),
        helper.make_node("Concat", ["a", "row"], ["b"], axis=0) if grows else helper.make_node("Add", ["a", "row"], ["b"]),
        helper.make_node("Mul", ["b", "b"], ["square"]),
    ]
    inputs = [value("i", [], TensorProto.INT64), value("go", [], TensorProto.BOOL), value("a", ["m"])]
    body = helper.make_graph(nodes, "body", inputs, [value("on", [], TensorProto.BOOL), value("b", ["k"]), value("square", ["k"])])
    given = [numpy_helper.from_array(np.int64(count), "count"), numpy_helper.from_array(np.ones(1, np.float32), "row")]
    loop = helper.make_node("Loop", ["count", "", "x"], ["y", "all"], body=body)
    return model([loop], [value("x", ["n"])], [value("y", None), value("all", None)], given)


@pytest.mark.parametrize("count", [0, 1, 4])
def test_stacked_results_of_sizes_known_when_the_model_runs(count):
    x = np.arange(5, dtype=np.float32)
    y, squares = run_both(looped(grows=False, count=count), x)
    np.testing.assert_array_equal(y, x + count)
    np.testing.assert_array_equal(squares, np.array([(x + i + 1) ** 2 for i in range(count)], np.float32).reshape(count, 5 if count else 0))


@pytest.mark.parametrize("target", ["interpreter", "cpu"])
def test_stacked_results_whose_parts_grow(target):
    with pytest.raises(graph_opt.Error, match="keep their size|keep its size"):
        graph_opt.onnx.Backend.run_model(looped(grows=True), [np.arange(5, dtype=np.float32)], target=target)


def test_resizing_keeps_sizes_that_are_not_known(tool, tmp_path):
    """The sizes that exporters compute: those of the batch and the channels stay what they are, and nothing moves along them."""
    nodes = [
        helper.make_node("Shape", ["x"], ["leading"], start=0, end=2),
        helper.make_node("Concat", ["leading", "space"], ["sizes"], axis=0),
        helper.make_node("Resize", ["x", "", "", "sizes"], ["y"], mode="linear", coordinate_transformation_mode="align_corners"),
        helper.make_node("Resize", ["y", "", "scales"], ["z"], coordinate_transformation_mode="asymmetric", nearest_mode="floor"),
    ]
    constants = {"space": np.array([3, 5]), "scales": np.array([1, 1, 2, 2], np.float32)}
    proto = model(
        nodes,
        [value("x", ["batch", 2, 2, 3])],
        [value("z", ["batch", 2, 6, 10])],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    onnx.save(proto, tmp_path / "m.onnx")
    assert not re.search(r"graph.gather .* axis [01] ", tool("graph-translate", "--import-onnx", tmp_path / "m.onnx").stdout)
    x = np.arange(24, dtype=np.float32).reshape(2, 2, 2, 3)
    rows = np.stack([x[:, :, 0], x.mean(2), x[:, :, 1]], 2)
    both = np.stack([rows[..., 0], rows[..., :2].mean(3), rows[..., 1], rows[..., 1:].mean(3), rows[..., 2]], 3)
    np.testing.assert_allclose(run_both(proto, x)[0], both.repeat(2, 2).repeat(2, 3), rtol=1e-6)


def test_sizes_from_known_elements():
    """What older exporters write for torch.arange."""
    nodes = [
        helper.make_node("ConstantOfShape", ["size"], ["ones"], value=numpy_helper.from_array(np.array([1]))),
        helper.make_node("NonZero", ["ones"], ["positions"]),
        helper.make_node("Add", ["positions", "x"], ["y"]),
    ]
    inputs, outputs = [value("x", [2, "n"], TensorProto.INT64)], [value("y", None, TensorProto.INT64)]
    proto = model(nodes, inputs, outputs, [numpy_helper.from_array(np.array([2, 3]), "size")], opset=9)
    np.testing.assert_array_equal(run_both(proto, np.ones((2, 6), np.int64))[0], 1 + np.array(np.nonzero(np.ones((2, 3)))))


def test_upsample_before_opset_9():
    proto = model(
        [helper.make_node("Upsample", ["x"], ["y"], scales=[1.0, 1.0, 2.0])], [value("x", [1, "n", 3])], [value("y", None)], opset=8
    )
    x = np.arange(6, dtype=np.float32).reshape(1, 2, 3)
    np.testing.assert_array_equal(run_both(proto, x)[0], x.repeat(2, 2))


@pytest.mark.parametrize("op", ["Conv", "ConvTranspose", "MaxPool"])
@pytest.mark.parametrize("rule", ["SAME_UPPER", "SAME_LOWER"])
def test_padding_by_a_rule(op, rule):
    """Where no step is longer than 1 the size of the axis does not matter; ConvTranspose never needs it."""
    ort = pytest.importorskip("onnxruntime")
    strides = [2, 2] if op == "ConvTranspose" else [1, 1]
    attributes = {"auto_pad": rule, "strides": strides, **({"kernel_shape": [2, 3]} if op == "MaxPool" else {})}
    rng = np.random.default_rng(0)
    weights = [] if op == "MaxPool" else [numpy_helper.from_array(rng.standard_normal((2, 2, 2, 3)).astype(np.float32), "w")]
    node = helper.make_node(op, ["x", "w"][: 1 + len(weights)], ["y"], **attributes)
    proto = model([node], [value("x", [1, 2, "h", "w"])], [value("y", [1, 2, None, None])], weights)
    session = ort.InferenceSession(proto.SerializeToString(), providers=["CPUExecutionProvider"])
    for size in ((4, 5), (1, 3)):
        x = rng.standard_normal((1, 2, *size)).astype(np.float32)
        np.testing.assert_allclose(run_both(proto, x)[0], session.run(None, {"x": x})[0], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "node, message",
    [
        (helper.make_node("Conv", ["x", "w"], ["y"], auto_pad="SAME_UPPER", strides=[2, 2]), "a size that is not known"),
        (helper.make_node("Conv", ["x", "w"], ["y"], auto_pad="BY_HEART"), "padding by the rule 'BY_HEART'"),
        (helper.make_node("Pad", ["x", "pads"], ["y"], mode="by_heart"), "the mode 'by_heart'"),
        (helper.make_node("Resize", ["x", "", "scales"], ["y"]), "by a factor that is no integer"),
        (helper.make_node("ScatterND", ["x", "i", "x"], ["y"], reduction="mean"), "the reduction 'mean'"),
    ],
)
def test_refuses_variants_by_name(tool, tmp_path, node, message):
    constants = {"w": np.ones((2, 2, 2, 3)), "scales": np.array([1, 1, 1.5, 1])}
    proto = model(
        [node],
        [value("x", [1, 2, "h", "w"]), value("mask", [1], TensorProto.BOOL), value("i", [1, 1], TensorProto.INT64)],
        [value("y", None)],
        [numpy_helper.from_array(array.astype(np.float32), name) for name, array in constants.items()]
        + [numpy_helper.from_array(np.zeros(8, np.int64), "pads")],
    )
    (tmp_path / "m.onnx").write_bytes(proto.SerializeToString())
    stderr = tool("graph-translate", "--import-onnx", tmp_path / "m.onnx", code=3).stderr
    assert f"unsupported '{node.op_type}'" in stderr and message in stderr


def test_exported_mlp_with_dynamic_batch(tmp_path):
    torch = pytest.importorskip("torch")
    pytest.importorskip("onnxscript")
    ort = pytest.importorskip("onnxruntime")
    torch.manual_seed(0)
    mlp = torch.nn.Sequential(torch.nn.Linear(10, 300), torch.nn.GELU(), torch.nn.Linear(300, 4), torch.nn.Softmax(-1)).eval()
    batch = torch.export.Dim("batch", min=1, max=64)
    torch.onnx.export(mlp, (torch.randn(3, 10),), tmp_path / "m.onnx", dynamo=True, dynamic_shapes=({0: batch},), verbose=False)
    compiled = graph_opt.load(tmp_path / "m.onnx").compile()
    session = ort.InferenceSession(str(tmp_path / "m.onnx"), providers=["CPUExecutionProvider"])
    for size in (1, 7, 64):
        x = np.random.default_rng(size).standard_normal((size, 10)).astype(np.float32)
        (expected,) = session.run(None, {session.get_inputs()[0].name: x})
        np.testing.assert_allclose(compiled(x)[0], expected, rtol=1e-5, atol=1e-5)
    assert compiled.stats()["compiled_ops"] == compiled.stats()["total_ops"] > 0


# Files that lie --------------------------------------------------------------------------------------------------------------------------

RELU = helper.make_node("Relu", ["x"], ["y"], name="r")


def hostile():
    x, y = value("x", [2]), value("y", [2])

    def function(name, *calls):
        nodes = [helper.make_node(c, ["a" if i == 0 else f"t{i}"], [f"t{i + 1}"], domain="d") for i, c in enumerate(calls)]
        return helper.make_function("d", name, ["a"], [f"t{len(calls)}"], nodes, [helper.make_opsetid("", 20), helper.make_opsetid("d", 1)])

    own = [helper.make_opsetid("d", 1)]
    leaf = helper.make_function("d", "F0", ["a"], ["b"], [helper.make_node("Relu", ["a"], ["b"])], [helper.make_opsetid("", 20)])
    doubling = [leaf, *(function(f"F{i}", f"F{i - 1}", f"F{i - 1}") for i in range(1, 31))]
    call = [helper.make_node("F30", ["x"], ["y"], domain="d")]
    yield (
        "cycle",
        model([helper.make_node("Add", ["x", "y"], ["z"]), helper.make_node("Relu", ["z"], ["y"])], [x], [y]),
        1,
        "has a cycle or is not sorted",
    )
    yield "unsorted", model([helper.make_node("Relu", ["z"], ["y"]), helper.make_node("Relu", ["x"], ["z"])], [x], [y]), 1, "stands later"
    yield "missing", model([helper.make_node("Relu", ["nothing"], ["y"])], [x], [y]), 1, "got 'nothing'"
    yield "twice", model([RELU, RELU], [x], [y]), 1, "expected a new name for each result, got 'y' again"
    yield "no output", model([RELU], [x], [value("z", [2])]), 1, "got 'z'"
    yield "type", model([RELU], [x], [value("y", [2], TensorProto.INT64)]), 1, "which the model states"
    yield "shape", model([RELU], [x], [value("y", [3])]), 1, "which the model states"
    yield (
        "types",
        model([helper.make_node("Add", ["x", "i"], ["y"])], [x, value("i", [2], TensorProto.INT64)], [y]),
        1,
        "expected 'f32' as input 'B'",
    )
    yield "attribute", model([helper.make_node("Relu", ["x"], ["y"], wrong=1)], [x], [y]), 1, "got 'wrong'"
    yield "inputs", model([helper.make_node("Relu", ["x", "x"], ["y"])], [x], [y]), 1, "expected at most 1 inputs, got 2"
    yield "none", model([helper.make_node("Add", ["x"], ["y"])], [x], [y]), 1, "expected an input 'B'"
    yield "operator", model([helper.make_node("Nonsense", ["x"], ["y"])], [x], [y]), 3, "unsupported 'Nonsense' (1 node)"
    yield "opset", model([RELU], [x], [y], opset=999), 1, "expected opset 1 to 28"
    yield "negative", model([RELU], [value("x", [-3])], [y]), 1, "expected sizes of at least 0, got -3"
    yield "huge", model([RELU], [value("x", [2**40, 2**40])], [y]), 1, "whose product is below 2^63"
    yield (
        "recursion",
        model([helper.make_node("F", ["x"], ["y"], domain="d")], [x], [y], functions=[function("F", "F")], opsets=own),
        1,
        "don't call themselves",
    )
    yield "doubling", model(call, [x], [y], functions=doubling, opsets=own), 5, "expected at most"
    weight = numpy_helper.from_array(np.zeros(4, np.float32), "w")
    weight.dims[0] = 2**50
    yield "weight", model([helper.make_node("Add", ["x", "w"], ["y"])], [x], [y], [weight]), 1, "bytes of data, got 16"
    yield "input twice", model([RELU], [x, x], [y]), 1, "expected each input once"
    yield "weight twice", model([RELU], [x], [y], [numpy_helper.from_array(np.zeros(2, np.float32), "w")] * 2), 1, "got two of this name"
    yield "input made", model([helper.make_node("Relu", ["x"], ["x"])], [x], [x]), 1, "expected a new name for each result, got 'x' again"
    yield "rank", model([helper.make_node("Transpose", ["x"], ["y"], perm=[0, 7])], [x], [y]), 1, "permutation"
    yield "kind", model([helper.make_node("Transpose", ["x"], ["y"], perm="first")], [x], [y]), 1, "'perm'"
    shapes = {"least": [-(2**63)], "huge": [2**62], "product": [2**40, 2**40], "negative": [-5]}
    for name, sizes in shapes.items():
        shape = numpy_helper.from_array(np.array(sizes), "shape")
        yield f"fill {name}", model([helper.make_node("ConstantOfShape", ["shape"], ["y"])], [], [value("y", None)], [shape]), 1, "expected"
    reach = [numpy_helper.from_array(np.array([k]), n) for n, k in (("start", -(2**63)), ("end", 2**63 - 1), ("step", -(2**63)))]
    yield "pads", model([helper.make_node("Pad", ["x", "end"], ["y"])], [x], [value("y", None)], reach), 1, "expected"
    yield "tiles", model([helper.make_node("Tile", ["x", "start"], ["y"])], [x], [value("y", None)], reach), 1, "expected"
    lone = helper.make_graph([], "lone", [], [x])
    yield "branch", model([helper.make_node("If", ["b"], ["y"], then_branch=lone)], [x, value("b", [], 9)], [y]), 1, "two branches"
    yield "body", model([helper.make_node("Loop", ["n", ""], ["y"], body=lone)], [x, value("n", [], 7)], [y]), 1, "expected"
    yield (
        "itself",
        model([helper.make_node("If", ["b"], ["y"], then_branch=lone, else_branch=lone)], [value("b", [], 9)], [y]),
        1,
        "got 'x'",
    )
    yield "strings", model([RELU], [value("x", [2], TensorProto.STRING)], [y]), 3, "elements of type STRING are not supported"


HOSTILE = list(hostile())


@pytest.mark.parametrize("proto, code, message", [case[1:] for case in HOSTILE], ids=[case[0] for case in HOSTILE])
def test_refuses(tool, tmp_path, proto, code, message):
    (tmp_path / "m.onnx").write_bytes(proto.SerializeToString())
    result = tool("graph-translate", "--import-onnx", tmp_path / "m.onnx", code=code)
    assert message in result.stderr and f"{tmp_path}/m.onnx" in result.stderr
    assert result.stderr.count("error:") == 1 and not result.stdout


@pytest.mark.parametrize("count", [None, 2**62])
def test_endless_loops_are_not_run_by_the_compiler(tool, tmp_path, count):
    """Every number in the loop is known, and it never ends, or not in a lifetime."""
    nodes = [helper.make_node("Identity", ["go"], ["on"]), helper.make_node("Add", ["a", "one"], ["b"])]
    inputs = [value("i", [], TensorProto.INT64), value("go", [], TensorProto.BOOL), value("a", [])]
    body = helper.make_graph(nodes, "body", inputs, [value("on", [], TensorProto.BOOL), value("b", [])])
    given = {"one": np.float32(1), "yes": np.array(True), "zero": np.float32(0), "count": np.int64(count or 0)}
    loop = helper.make_node("Loop", ["count" if count else "", "yes", "zero"], ["y"], body=body)
    onnx.save(model([loop], [], [value("y", [])], [numpy_helper.from_array(v, k) for k, v in given.items()]), tmp_path / "m.onnx")
    tool("graph-compile", tmp_path / "m.onnx", "-o", tmp_path / "m.o")
    assert (
        "scf."
        in tool("graph-opt", "--graph-pipeline=O2", "-", input=tool("graph-translate", "--import-onnx", tmp_path / "m.onnx").stdout).stdout
    )


def test_errors_name_the_node(tool, tmp_path):
    proto = model([helper.make_node("Add", ["x"], ["y"], name="sum")], [value("x", [2])], [value("y", [2])])
    (tmp_path / "m.onnx").write_bytes(proto.SerializeToString())
    assert f"{tmp_path}/m.onnx:node 'sum': error:" in tool("graph-translate", "--import-onnx", tmp_path / "m.onnx", code=1).stderr


def field(number, payload: bytes) -> bytes:
    """One field of a message, by hand: what protobuf's own writers refuse to write."""
    length, size = b"", len(payload)
    while size > 127:
        length += bytes([size % 128 + 128])
        size //= 128
    return bytes([number * 8 + 2]) + length + bytes([size]) + payload


@pytest.mark.parametrize("depth", [40, 3000])
def test_nested_graphs_are_limited(tool, tmp_path, depth):
    graph = b""
    for _ in range(depth):
        attribute = field(1, b"then_branch") + field(6, graph) + b"\xa0\x01\x05"
        graph = field(1, field(4, b"If") + field(5, attribute))
    (tmp_path / "m.onnx").write_bytes(b"\x08\x08" + field(7, graph) + field(8, b"\x10\x14"))
    assert "nest at most 32 deep" in tool("graph-translate", "--import-onnx", tmp_path / "m.onnx", code=1).stderr


def test_cut_and_changed_files_are_refused_or_read(tmp_path):
    """Every cut of a small model, and each byte of it changed: an error, or a model; never a crash."""
    proto = model(
        [RELU, helper.make_node("Add", ["y", "w"], ["z"])],
        [value("x", [2])],
        [value("z", [2])],
        [numpy_helper.from_array(np.ones(2, np.float32), "w")],
    )
    data = proto.SerializeToString()
    path, refused = tmp_path / "m.onnx", 0
    variants = [data[:i] for i in range(len(data))] + [
        data[:i] + bytes([data[i] ^ bit]) + data[i + 1 :] for i in range(len(data)) for bit in (1, 0x80)
    ]
    for variant in variants:
        path.write_bytes(variant)
        try:
            graph_opt.load(path)
        except graph_opt.Error:
            refused += 1
    assert refused > len(data) // 2


def test_report(tool, tmp_path):
    nodes = [RELU, helper.make_node("Nonsense", ["y"], ["z"], name="n"), helper.make_node("Relu", ["z"], ["w"])]
    (tmp_path / "m.onnx").write_bytes(model(nodes, [value("x", [2])], [value("w", [2])]).SerializeToString())
    lines = tool("graph-translate", "--import-report", tmp_path / "m.onnx", code=3).stdout.splitlines()
    assert lines[1].split() == ["Nonsense", "1", "no", "n"] and lines[2].split() == ["Relu", "2", "yes", "r"]
