"""Files that mean harm: each class, against each reader that it concerns. The exit status is 1, or 5 where a budget is exceeded, and the
message names the place. Formats have more of their own in test_json.py, test_pt2.py and the unit tests."""

import json
import os
import struct
import subprocess
import warnings
import zipfile

import graph_opt
import numpy as np
import pytest
from conftest import BUILD, ROOT
from onnx import TensorProto, helper

MODELS = ROOT / "test/interop/pt2"
DEEP = 20000


def chain(define, uses, start, count=DEEP):
    """Aliases of aliases: flat text for what is deep."""
    return f"{define}0 = {start}\n" + "".join(f"{define}{i + 1} = {uses(f'{define}{i}')}\n" for i in range(count))


def constant(type, value="dense<0.0>"):
    return f"func.func @f() -> {type} {{\n  %0 = graph.constant {value} : {type}\n  return %0 : {type}\n}}\n"


BLOB = '{-# dialect_resources: { builtin: { w: "0x0400000000000000" } } #-}\n'
PRIVATE = "func.func private @f"
ADD = """func.func @f(%a: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %0 = graph.add %a, %a : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}
"""
TEXT = {
    "truncated": ("func.func @f(%a: tensor<2xf32>) -> tensor<2xf32> {\n  %0 = graph.add %a, %a : (tensor<2xf32>, ten", 1, ":2:"),
    "10,000 regions": ("module {" * 10000 + "}" * 10000, 5, ":1:4104: error: expected at most 512 levels of nesting"),
    "deep type": (PRIVATE + "(" + "tuple<" * DEEP + "i32" + ">" * DEEP + ")", 5, "expected at most 512 levels of nesting"),
    "deep attribute": (PRIVATE + "() attributes {x = " + "[" * DEEP + "]" * DEEP + "}", 5, "expected at most 512 levels of nesting"),
    "deep location": (PRIVATE + "() loc(" + "fused[" * DEEP + '"x"' + "]" * DEEP + ")", 5, "expected at most 512 levels of nesting"),
    "deep type by aliases": (chain("!a", "tuple<{}>".format, "i32") + PRIVATE + f"(!a{DEEP})", 5, "512 levels of nesting"),
    "deep attribute by aliases": (
        chain("#a", "[{}]".format, "1") + PRIVATE + f"() attributes {{x = #a{DEEP}}}",
        5,
        "512 levels of nesting",
    ),
    "deep by aliases on two lines": (chain("!a", "\n  tuple<{}>".format, "i32") + PRIVATE + f"(!a{DEEP})", 5, "512 levels of nesting"),
    "doubling types": (chain("!a", "tuple<{0}, {0}>".format, "i32", 60) + PRIVATE + "(!a60)", 5, "characters behind aliases"),
    "doubling attributes": (chain("#a", "[{0}, {0}]".format, "1", 60) + PRIVATE + "() attributes {x = #a60}", 5, "behind aliases"),
    "long sum": ("#m = affine_map<(d0) -> (d0" + " + d0 mod 7" * 100000 + ")>", 5, "expected at most 512 levels of nesting"),
    "long quotient": ("#m = affine_map<(d0) -> (d0" + " floordiv 3" * 100000 + ")>", 5, "expected at most 512 levels of nesting"),
    "many sizes": (PRIVATE + "(tensor<" + "1x" * 100000 + "f32>)", 5, "expected at most 64 sizes"),
    "many unknown sizes": (PRIVATE + "(tensor<" + "?x" * 100000 + "f32>)", 5, "expected at most 64 sizes"),
    "long number": (
        "func.func @f() {\n  %0 = arith.constant " + "9" * 100000 + " : i64\n  return\n}",
        5,
        ":2:23: error: expected at most 4096",
    ),
    "long hexadecimal number": ("func.func @f() {\n  %0 = arith.constant 0x" + "F" * 100000 + " : i64\n  return\n}", 5, "4096 digits"),
    "a result far away": (ADD.replace("return %0", "return %0#2147483648"), 5, ":3:10: error: expected at most 2097152 results"),
    "results far away": (
        ADD.replace("return %0", ", ".join(f"return %{i}#1000000" for i in range(3))),
        5,
        "expected at most 2097152 results",
    ),
    "size beyond int64": (PRIVATE + "(tensor<99999999999999999999xf32>)", 1, "invalid dimension"),
    "sizes beyond int64": (
        "func.func @f(%a: tensor<4294967296x4294967296xf32>) -> tensor<4294967296x4294967296xf32> {\n"
        "  %0 = graph.relu %a : tensor<4294967296x4294967296xf32>\n  return %0 : tensor<4294967296x4294967296xf32>\n}",
        1,
        ":2:8: error: ",
    ),
    "2^62 elements": (
        constant("tensor<4611686018427387904xf32>"),
        1,
        ":2:8: error: 'graph.constant' op expected a value of less than 2^47",
    ),
    "2^62 elements of hex": (constant("tensor<4611686018427387904xi8>", 'dense<"0x00">'), 1, "expected a value of less than 2^47 bytes"),
    "hex of another size": (constant("tensor<600xf32>", 'dense<"0x0000000000000000">'), 1, "elements hex data size is invalid"),
    "list of another size": (constant("tensor<600xf32>", "dense<[1.0]>"), 1, "inferred shape of elements literal"),
    "blob of another size": (constant("tensor<600xf32>", "dense_resource<w>") + BLOB, 1, "expected a blob of 2400 bytes"),
    "unknown dtype": (constant("tensor<4xf8E4M3FN>"), 1, "graph.constant"),
    "another's file": ('graph.parameter @w : tensor<1xf32> = #graph.external<"/etc/passwd", 0, 4>', 1, "error: "),
    "a file above": ('graph.parameter @w : tensor<1xf32> = #graph.external<"../w", 0, 4>', 1, "error: "),
    "binary": ("func.func private @f() {\0}", 1, "got binary data"),
}


@pytest.mark.parametrize("name", TEXT)
def test_text(tool, name, tmp_path):
    text, status, message = TEXT[name]
    path, out = tmp_path / "m.mlir", tmp_path / "out.npz"
    path.write_text(text)
    if "file" in name:  # is opened when it is read
        path.write_text(text + "\nfunc.func @f() -> tensor<1xf32> {\n  %0 = graph.get @w : tensor<1xf32>\n  return %0 : tensor<1xf32>\n}\n")
        result = tool("graph-run", path, "--target=interpreter", f"--outputs={out}", code=status)
    else:
        result = tool("graph-opt", path, "-o", tmp_path / "out.mlir", code=status)
        assert message in tool("graph-translate", "--op-table", path, code=status).stderr
    assert message in result.stderr and str(path) in result.stderr and "internal error" not in result.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["m.mlir"]


def test_a_long_chain_is_no_harm(tool, tmp_path):
    ops = "".join(f"  %{i + 1} = graph.tanh %{i} : tensor<4xf32>\n" for i in range(100000))
    (tmp_path / "m.mlir").write_text(
        f"module {{\nfunc.func @f(%a: tensor<4xf32>) -> tensor<4xf32> {{\n  %0 = graph.tanh %a : tensor<4xf32>\n{ops}"
        "  return %100000 : tensor<4xf32>\n}\n}\n"
    )
    tool("graph-opt", tmp_path / "m.mlir", "-o", tmp_path / "m.mlirbc", "--emit-bytecode")
    tool("graph-opt", tmp_path / "m.mlirbc", "-o", tmp_path / "n.mlir")
    tool("graph-translate", "--export-json", tmp_path / "m.mlirbc", "-o", tmp_path / "m.json")
    tool("graph-translate", "--import-json", tmp_path / "m.json", "-o", tmp_path / "o.mlir")
    assert (tmp_path / "n.mlir").read_text().strip() == (tmp_path / "o.mlir").read_text().strip()


def test_a_splat_is_not_written_out(tool, tmp_path):
    """It is within the address space, and more than a machine has."""
    path = tmp_path / "m.mlir"
    path.write_text(constant("tensor<10000000000000xf32>"))
    for command in (["graph-opt", "--graph-fold", "--canonicalize", path], ["graph-translate", "--export-json", path]):
        tool(*command)
    assert "at most 2^32 equal elements" in tool("graph-run", path, "--target=interpreter", code=1).stderr


@pytest.mark.parametrize("depth", [600, 5000])
@pytest.mark.parametrize("kind", ["type", "attribute", "location"])
def test_bytecode(tool, kind, depth, tmp_path):
    """What text can't say is made by the tool itself, told to trust."""
    text = {
        "type": chain("!a", "tuple<{}>".format, "i32", depth) + PRIVATE + f"(!a{depth})",
        "attribute": chain("#a", "[{}]".format, "1", depth) + PRIVATE + f"() attributes {{x = #a{depth}}}",
        "location": chain("#a", 'loc(callsite({} at "x"))'.format, 'loc("y")', depth) + PRIVATE + f"() loc(#a{depth})",
    }[kind]
    path, bytecode = tmp_path / "m.mlir", tmp_path / "m.mlirbc"
    path.write_text(text)
    tool("graph-opt", path, f"--max-nesting={10 * depth}", "--emit-bytecode", "-o", bytecode)
    result = tool("graph-opt", bytecode, "-o", tmp_path / "out.mlir", code=5)
    assert "m.mlirbc: error: expected at most 512 levels of nesting" in result.stderr
    assert not (tmp_path / "out.mlir").exists()


def test_places_in_other_files_are_not_opened(tool, tmp_path):
    """A location may name a pipe, which would block, or a secret."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "secret").write_text("the secret\n")
    for name in ("pipe", "secret"):
        path = tmp_path / "m.mlir"
        path.write_text(f'func.func @f(%a: i32) -> i64 {{\n  "func.return"(%a) : (i32) -> () loc("{tmp_path}/{name}":1:1)\n}}\n')
        command = [BUILD / "bin/graph-opt", path]
        result = subprocess.run(command, capture_output=True, text=True, timeout=20)
        assert result.returncode == 1 and f"{name}:1:1: error:" in result.stderr and "the secret" not in result.stderr
        assert f"{path}: note: in this file" in result.stderr


def rewrite(source, target, entries, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", compression) as new:
        for info in old.infolist():
            entry = entries.get(info.filename.split("/", 1)[1], old.read(info))
            new.writestr(info.filename, entry(old.read(info)) if callable(entry) else entry)


def with_expression(text):
    """The sizes of the model are this expression."""

    def change(data):
        model = json.loads(data)
        for tensor in model["graph_module"]["graph"]["tensor_values"].values():
            for size in tensor["sizes"]:
                if "as_expr" in size:
                    size["as_expr"]["expr_str"] = text
        return json.dumps(model).encode()

    return change


EXPRESSIONS = {
    "code": ("__import__('os').system('id')", 1, "expected a size expression, got '__import__"),
    "attribute": ("Symbol.__class__", 1, "expected"),
    "call": ("exec('1')", 1, "expected a function of sizes, got 'exec("),
    "lambda": ("(lambda: 1)()", 1, "expected ')'"),
    "power": ("Pow(Symbol('s77'), Integer(9999999999))", 5, "expected exponents of at most 64"),
    "power of powers": ("9**9**9**9", 5, "expected exponents of at most 64"),
    "depth": ("(" * 100000 + "s77" + ")" * 100000, 5, "expected a size expression of at most 65536 characters"),
    "calls": ("Add(" * 1000 + "s77" + ")" * 1000, 5, "expected nesting of at most 64"),
    "number": ("9" * 1000, 1, "expected a number of 64 bits"),
    "string": ("Symbol('s77", 1, "expected a string that ends"),
    "garbage": ("s77 s78", 1, "expected the end, got 's78'"),
    "empty": ("", 1, "expected a size expression, got the end"),
}


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_size_expressions(tool, name, tmp_path):
    text, status, message = EXPRESSIONS[name]
    rewrite(MODELS / "mymodel-dynamic.pt2", tmp_path / "m.pt2", {"models/model.json": with_expression(text)})
    result = tool("graph-translate", "--import-pt2", tmp_path / "m.pt2", "-o", tmp_path / "out.mlir", code=status)
    assert message in result.stderr and "m.pt2!mymodel-dynamic/models/model.json: error: at 'tensor_values." in result.stderr
    assert not (tmp_path / "out.mlir").exists()


@pytest.mark.parametrize("text", ["Add(Mul(Integer(2), Symbol('s0', positive=True, integer=True)), Integer(-1))", "2*s0 + 1", "Pow(s0, 2)"])
def test_size_expressions_that_torch_prints(tool, text, tmp_path):
    rewrite(MODELS / "mymodel-dynamic.pt2", tmp_path / "m.pt2", {"models/model.json": with_expression(text)})
    tool("graph-translate", "--import-pt2", tmp_path / "m.pt2", "-o", tmp_path / "out.mlir")


ARCHIVES = {
    "truncated": (lambda data: data[: len(data) // 2], 1, "expected a zip archive, got no end-of-directory record"),
    "overlapping": (lambda data: point(data, 1, 0), 1, "the local header names another entry"),
    "outside": (lambda data: point(data, 1, None), 1, "expected a local header"),
}


def point(data, record, target):
    """Makes a record of the directory point to where another does, or out of the file."""
    data = bytearray(data)
    end = data.rindex(b"PK\5\6")
    count, _, at = struct.unpack_from("<HII", data, end + 10)
    places = []
    for _ in range(count):
        places.append(at)
        at += 46 + sum(struct.unpack_from("<HHH", data, at + 28))
    data[places[record] + 42 : places[record] + 46] = struct.pack("<I", 0x7FFFFFFF) if target is None else data[places[target] + 42 :][:4]
    return bytes(data)


# How an archive of each format is read.
IMPORTS = {
    MODELS / "mymodel.pt2": ["--import-pt2"],
    ROOT / "test/interop/torchscript/mymodel.pt": ["--import-torchscript", "--input-shape=x=3x10xf32"],
}


@pytest.mark.parametrize("model", IMPORTS, ids=lambda path: path.suffix)
@pytest.mark.parametrize("name", ARCHIVES)
def test_archives(tool, name, model, tmp_path):
    change, status, message = ARCHIVES[name]
    (tmp_path / model.name).write_bytes(change(model.read_bytes()))
    result = tool("graph-translate", *IMPORTS[model], tmp_path / model.name, "-o", tmp_path / "out.mlir", code=status)
    assert message in result.stderr and model.name in result.stderr


def test_entries_of_torchscript(tool, tmp_path):
    """Two of one name, checksums and sizes that lie, and what inflates to much."""
    model, command = list(IMPORTS.items())[1]

    def refusal(code=1, *options):
        return tool("graph-translate", *command, *options, tmp_path / "m.pt", "-o", tmp_path / "out.mlir", code=code).stderr

    data = model.read_bytes()
    with zipfile.ZipFile(model) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".py"))
        code = archive.read(name)
    (tmp_path / "m.pt").write_bytes(data.replace(code, code.replace(b"forward", b"fOrward"), 1))
    assert "checksum" in refusal()
    record = data.rindex(name.encode()) - 46
    for field, value in ((20, 1 << 20), (24, 1 << 31)):
        (tmp_path / "m.pt").write_bytes(data[: record + field] + struct.pack("<I", value) + data[record + field + 4 :])
        assert "m.pt" in refusal()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zipfile's, of the same thing
        (tmp_path / "m.pt").write_bytes(data)
        with zipfile.ZipFile(tmp_path / "m.pt", "a") as archive:
            archive.writestr(name, b"def f(x: Tensor) -> Tensor:\n  return x\n")
    assert "m.pt" in refusal()
    for entry in ("data.pkl", name.split("/", 1)[1]):
        rewrite(model, tmp_path / "m.pt", {entry: b" " * 1000001}, zipfile.ZIP_DEFLATED)
        assert "expected at most 1000000 inflated bytes" in refusal(5, "--limit=inflated=1000000")


def test_overlapping_entries(tool, tmp_path):
    """One entry's data inside another's: a small file that holds much."""
    with zipfile.ZipFile(tmp_path / "inner.zip", "w") as archive:
        archive.writestr("b.npy", b"x" * 100)
    inner = (tmp_path / "inner.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("a.npy", inner)
        archive.writestr("b.npy", b"x" * 100)
    data = (tmp_path / "a.npz").read_bytes()
    at = data.index(b"PK\3\4", 4)  # of the inner archive
    place = data.rindex(b"PK\1\2")
    (tmp_path / "a.npz").write_bytes(data[: place + 42] + struct.pack("<I", at) + data[place + 46 :])
    (tmp_path / "m.mlir").write_text("func.func @f() {\n  return\n}\n")
    result = tool("graph-run", tmp_path / "m.mlir", "--target=interpreter", f"--inputs={tmp_path}/a.npz", code=1)
    assert f"a.npz: entries overlap at byte {at}" in result.stderr


def test_bombs(tool, tmp_path):
    zeros = b"\0" * (1 << 24)
    with zipfile.ZipFile(tmp_path / "a.npz", "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.npy", "w", force_zip64=True) as entry:
        for _ in range(80):
            entry.write(zeros)
    (tmp_path / "m.mlir").write_text("func.func @f() {\n  return\n}\n")
    result = tool("graph-run", tmp_path / "m.mlir", "--target=interpreter", f"--inputs={tmp_path}/a.npz", code=5)
    assert "a.npz: entry 'a.npy': expected at most 1073741824 inflated bytes" in result.stderr
    rewrite(MODELS / "mymodel.pt2", tmp_path / "m.pt2", {"models/model.json": b" " * ((1 << 28) + 1)}, zipfile.ZIP_DEFLATED)
    result = tool("graph-translate", "--import-pt2", tmp_path / "m.pt2", code=5)
    assert "m.pt2!mymodel/models/model.json: error: expected at most 268435456 bytes of JSON" in result.stderr


def test_deep_json_in_an_archive(tool, tmp_path):
    rewrite(MODELS / "mymodel.pt2", tmp_path / "m.pt2", {"models/model.json": b"[" * 100000 + b"]" * 100000})
    result = tool("graph-translate", "--import-pt2", tmp_path / "m.pt2", code=5)
    assert "m.pt2!mymodel/models/model.json:1:513: error: expected at most 512 levels of nesting" in result.stderr


def change_sizes(data):
    model = json.loads(data)
    model["graph_module"]["graph"]["tensor_values"]["x"]["dtype"] = 99
    return json.dumps(model).encode()


def change_range(data):
    model = json.loads(data)
    for limits in model["range_constraints"].values():
        limits.update(min_val=10, max_val=5)
    return json.dumps(model).encode()


def change_path(data):
    table = json.loads(data)
    table["config"]["fc1.weight"]["path_name"] = "../../../../etc/passwd"
    return json.dumps(table).encode()


def test_values_in_an_archive(tool, tmp_path):
    for model, entry, change, message in (
        ("mymodel", "models/model.json", change_sizes, "model.json:node 'x': error: expected a supported dtype, got code 99"),
        ("mymodel-dynamic", "models/model.json", change_range, "expected a range for size 's77', got [10, 5]"),
        (
            "mymodel",
            "data/weights/model_weights_config.json",
            change_path,
            "expected an entry 'mymodel/data/weights/../../../../etc/passwd'",
        ),
    ):
        rewrite(MODELS / f"{model}.pt2", tmp_path / "m.pt2", {entry: change})
        assert message in tool("graph-translate", "--import-pt2", tmp_path / "m.pt2", code=1).stderr


NPY = {
    "truncated": (lambda data: data[:-1], "expected 6 elements of 4 bytes, got 23 bytes"),
    "no header": (lambda data: data[:12], "expected a header of"),
    "dtype": (lambda data: data.replace(b"<f4", b"|O8"), "got dtype '|O8'"),
    "pickled": (lambda data: data.replace(b"<f4", b"|O "), "got dtype '|O '"),
    "beyond int64": (lambda data: data.replace(b"(2, 3), }  ", b"(2, 9999999999999999999), }"), "expected in the header a tuple"),
    "too large": (lambda data: data.replace(b"(2, 3), }  ", b"(9999999999, 9999999999), }"), "expected too many elements"),
    "code": (lambda data: data.replace(b"False", b"f(x)."), "expected in the header True or False"),
}


@pytest.mark.parametrize("name", NPY)
def test_npy(tool, name, tmp_path):
    change, message = NPY[name]
    np.save(tmp_path / "a.npy", np.ones((2, 3), "<f4"))
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.npy").write_bytes(change((tmp_path / "a.npy").read_bytes()))
    (tmp_path / "m.mlir").write_text("func.func @f() {\n  return\n}\n")
    result = tool("graph-run", tmp_path / "m.mlir", "--target=interpreter", f"--inputs={tmp_path}/in", code=1)
    assert message in result.stderr and "in/a.npy" in result.stderr


# Budgets ---------------------------------------------------------------------------------------------------------------------------------

# Each budget of MLIR text: a number that the model is over, and the place that the error names.
BUDGETS = {
    "nesting": (1, ":1:24: error: expected at most 1 levels of nesting"),
    "rank": (1, ":1:25: error: expected at most 1 sizes"),
    "ops": (2, ":3:3: error: expected at most 2 ops"),
    "name": (8, ":1:1: error: expected at most 8 characters of a name"),
    "digits": (1, "error: expected at most 1 digits in a number"),
}


@pytest.mark.parametrize("name", BUDGETS)
def test_budgets_are_options(tool, name, tmp_path):
    """Of every tool that reads models: the same error, which names the budget, and the option that raises it."""
    least, message = BUDGETS[name]
    path = tmp_path / "m.mlir"
    path.write_text(ADD.replace("2x3", "22x3") if name == "digits" else ADD)
    for command in (
        ["graph-opt", path],
        ["graph-translate", "--op-table", path],
        ["graph-run", path, "--random-inputs", "--target=interpreter"],
        ["graph-compile", path, "-o", tmp_path / "m.o"],
    ):
        stderr = tool(*command, f"--limit={name}={least}", code=5).stderr
        assert message in stderr and f": --limit={name}=N allows N" in stderr and stderr.count("error:") == 1
        tool(*command, f"--limit={name}=100")
    with pytest.raises(graph_opt.ImportFailure, match=message.split("error: ")[1]):
        graph_opt.load(path, limits={name: least})


def test_budgets_of_json_and_archives(tool, tmp_path):
    path = tmp_path / "m.mlir"
    path.write_text(ADD)
    tool("graph-translate", "--export-json", path, "-o", tmp_path / "m.json")
    pt2 = MODELS / "mymodel.pt2"
    for option, model, message in (
        ("nesting=3", tmp_path / "m.json", "m.json:2:"),
        ("values=20", tmp_path / "m.json", "m.json:"),
        ("ops=2", tmp_path / "m.json", "m.json:"),
        ("name=5", tmp_path / "m.json", "m.json:"),
        ("json=100", pt2, "mymodel.pt2!mymodel/models/model.json: error:"),
        ("entries=3", pt2, "mymodel.pt2: error:"),
        ("name=6", pt2, "mymodel.pt2: error: directory record 0:"),
    ):
        stderr = tool("graph-translate", "--op-table", f"--limit={option}", model, code=5).stderr
        name, least = option.split("=")
        assert message in stderr and "error: " in stderr and f"expected at most {least} " in stderr
        assert f"--limit={name}=N allows N" in stderr and stderr.count("error:") == 1


def test_budgets_that_are_none(tool):
    for text, message in (
        ("depth=3", "expected a budget, one of nesting, rank, "),
        ("rank", "expected a number above 0 for the budget 'rank', got ''"),
        ("rank=0", "expected a number above 0"),
        ("rank=-1", "got '-1'"),
        ("rank=99999999999999999999", "got '99999999999999999999'"),
    ):
        for name in ("graph-opt", "graph-run", "graph-translate"):
            assert message in tool(name, f"--limit={text}", *(["--op-table"] if "translate" in name else []), "x.mlir", code=2).stderr


def test_budgets_are_documented():
    """Name and default, as docs/tools.md has them."""
    described = subprocess.run([BUILD / "bin/graph-opt", "-h"], capture_output=True, text=True, check=True).stdout
    table = (ROOT / "docs/tools.md").read_text()
    start = described.index("which one is short:") + len("which one is short:")
    listed = [item.split() for item in described[start : described.index("--max-nesting")].replace("\n", " ").split(",")]
    assert len(listed) == 16
    for name, default in listed:
        assert f"| `{name}` | {int(default):,} | " in table


# Sizes that contradict each other --------------------------------------------------------------------------------------------------------


def test_contradicting_sizes_end_no_process(tmp_path):
    """Upstream's builders end the process where a shape rule fails: here it is an error, and the process goes on."""
    path = tmp_path / "m.pt2"

    def widen(data):
        model = json.loads(data)
        model["graph_module"]["graph"]["tensor_values"]["x"]["sizes"][1]["as_int"] = 11
        return json.dumps(model).encode()

    rewrite(MODELS / "mymodel.pt2", path, {"models/model.json": widen})
    for _ in range(2):
        with pytest.raises(graph_opt.ImportFailure) as caught:
            graph_opt.load(path)
        assert f"{path}!mymodel/models/model.json:node 'linear': error: 'graph.linear' op expected" in str(caught.value)
    matrix = helper.make_tensor_value_info("x", TensorProto.FLOAT, [2, 3])
    graph = helper.make_graph([helper.make_node("MatMul", ["x", "x"], ["y"], name="product")], "g", [matrix], [])
    (tmp_path / "m.onnx").write_bytes(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)]).SerializeToString())
    with pytest.raises(graph_opt.ImportFailure, match=r"m.onnx:node 'product': error: "):
        graph_opt.load(tmp_path / "m.onnx")


def test_many_functions_in_a_row(tool, tmp_path):
    """Each calls the next one: deep, in a flat file."""
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid("d", 1)]
    last = helper.make_function("d", "F0", ["a"], ["b"], [helper.make_node("Relu", ["a"], ["b"])], opsets)
    calls = [
        helper.make_function("d", f"F{i}", ["a"], ["b"], [helper.make_node(f"F{i - 1}", ["a"], ["b"], domain="d")], opsets)
        for i in range(1, 100000)
    ]
    x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, [2]) for name in "xy")
    graph = helper.make_graph([helper.make_node("F99999", ["x"], ["y"], domain="d")], "g", [x], [y])
    model = helper.make_model(graph, opset_imports=opsets, functions=[last, *calls])
    (tmp_path / "m.onnx").write_bytes(model.SerializeToString())
    assert "calls of functions at most 32 deep" in tool("graph-translate", "--import-onnx", tmp_path / "m.onnx", code=5).stderr


# What was found --------------------------------------------------------------------------------------------------------------------------

CORPUS = sorted(
    path for path in (ROOT / "test/fuzz/corpus").rglob("*") if path.is_file() and path.parent.name not in ("tensors", "torchscript")
)


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_finds(path, tmp_path):
    """What fuzzing and mutants have found, with the plain build, too: an answer, a message where it is an error, and no half of a file."""
    out = tmp_path / "out.mlir"
    command = {"text": ["graph-opt"], "bytecode": ["graph-opt"]}.get(path.parent.name, ["graph-translate", f"--import-{path.parent.name}"])
    result = subprocess.run([BUILD / "bin" / command[0], *command[1:], path, "-o", out], capture_output=True, text=True, timeout=60)
    assert result.returncode in (0, 1, 3, 5), result.stderr
    assert out.exists() == (result.returncode == 0)
    assert result.returncode == 0 or (f"{path}" in result.stderr and "error: " in result.stderr)
