"""Files that went wrong at random: every reader answers with an exit status and a message, in time, and leaves nothing half-written."""

import io
import json
import os
import random
import re
import resource
import subprocess
import zipfile
from pathlib import Path

import numpy as np
import pytest
from conftest import BUILD, ROOT
from onnx import TensorProto, helper, numpy_helper

MUTANTS = 25  # of each part; `make test` runs 4 parts of a format, `make test-all` 80: 2,000 mutants
PARTS = [pytest.param(part, marks=[pytest.mark.long] * (part >= 4)) for part in range(80)]
SECONDS, MEMORY = 10, 2 << 30
MODELS, SCRIPTS = ROOT / "test/interop/pt2", ROOT / "test/interop/torchscript"
TEXTS = ["run/softmax", "run/scf", "run/gather", "run/constant", "run/random", "dialects/parameter", "dialects/fusion", "passes/graph-fuse"]
NUMBERS = [-1, 0, 1, 2, 63, 64, 65, 255, 2**31, 2**32, 2**62, 2**63 - 1, -(2**63), 2**64, 10**30, "9" * 5000, "1x" * 70, "?"]


def damage_bytes(data: bytes, chance: random.Random, other: bytes) -> bytes:
    """Bits, bytes, cuts, repetitions, pieces of another file."""
    data = bytearray(data)
    for _ in range(chance.choice([1, 1, 2, 4, 8])):
        if not data:
            break
        at, length = chance.randrange(len(data)), chance.choice([1, 2, 4, 8, 64])
        match chance.randrange(7):
            case 0:
                data[at] ^= 1 << chance.randrange(8)
            case 1:
                data[at : at + length] = bytes(chance.choice([0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)]) for _ in range(length))
            case 2:
                del data[at : at + length]
            case 3:
                data[at:at] = data[at : at + length] * chance.choice([1, 2, 100])
            case 4:
                del data[at:]
            case 5:
                start = chance.randrange(max(len(other), 1))
                data[at : at + length] = other[start : start + length]
            case 6:
                data[at : at + length] = chance.choice(NUMBERS[:13]).to_bytes(9, "little", signed=True)[:length] if length <= 8 else b""
    return bytes(data)


def damage_text(data: bytes, chance: random.Random, other: bytes) -> bytes:
    """Numbers, words and lines of the file in each other's place."""
    text = data.decode(errors="surrogateescape")
    for _ in range(chance.choice([1, 1, 2, 4])):
        words = list(re.finditer(r"-?\d+|[A-Za-z_.]+|[^\sA-Za-z0-9_.]", text))
        if not words:
            break
        word = chance.choice(words)
        numbers = [w for w in words if w.group()[-1].isdigit()]
        match chance.randrange(5):
            case 0 if numbers:
                word = chance.choice(numbers)
                new = str(chance.choice(NUMBERS))
            case 1:
                new = chance.choice(words).group()
            case 2:
                new = ""
            case 3:
                new = word.group() * chance.choice([2, 3, 1000])
            case _:
                pieces = re.findall(r"\S+", other.decode(errors="surrogateescape")) or [""]
                new = chance.choice(pieces)
        text = text[: word.start()] + new + text[word.end() :]
    return text.encode(errors="surrogateescape")


def damage_archive(data: bytes, chance: random.Random, other: bytes) -> bytes:
    """The damage is inside an entry, whose checksum is right; or it is to the archive."""
    if chance.random() < 0.25:
        return damage_bytes(data, chance, other)
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", chance.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])) as new,
    ):
        names = old.namelist()
        weights = [20 if name.endswith("model.json") else 4 if name.endswith((".json", ".npy", ".pkl", ".py")) else 1 for name in names]
        (chosen,) = chance.choices(names, weights)
        for name in names:
            entry = old.read(name)
            if name == chosen:
                damage = damage_json if name.endswith(".json") else damage_text if name.endswith(".py") else damage_bytes
                entry = damage(entry, chance, other)
            new.writestr(name, entry)
    return out.getvalue()


def damage_json(data: bytes, chance: random.Random, other: bytes) -> bytes:
    """Values of the document in each other's place; or the damage is to its text."""
    if chance.random() < 0.3:
        return damage_text(data, chance, other)
    document = json.loads(data)
    places = []

    def collect(value):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            places.append((value, key))
            if isinstance(part, (dict, list)):
                collect(part)

    collect(document)
    for _ in range(chance.choice([1, 1, 2, 4])):
        if not places:
            break
        container, key = chance.choice(places)
        source, source_key = chance.choice(places)
        try:
            old, new = container[key], source[source_key]
            match chance.randrange(6):
                case 0 | 1 if isinstance(old, int):
                    container[key] = chance.choice([n for n in NUMBERS if isinstance(n, int)])
                case 1 | 2 if isinstance(old, str):
                    container[key] = damage_text(old.encode(), chance, other).decode(errors="replace")
                case 3:
                    container[key] = chance.choice([None, True, 1.5, "", [], {}])
                case 4:
                    del container[key]
                case _:
                    container[key] = json.loads(json.dumps(new))
        except (KeyError, IndexError):
            continue  # an earlier step took it away
    return json.dumps(document).encode()


def onnx_models() -> list:
    """Weights in the file, control flow with names from outside of it, a function that another calls."""

    def info(name, *sizes, kind=TensorProto.FLOAT):
        return helper.make_tensor_value_info(name, kind, sizes)

    def model(nodes, inputs, outputs, initializers=(), functions=()):
        graph = helper.make_graph(nodes, "g", inputs, outputs, [numpy_helper.from_array(array, name) for name, array in initializers])
        opsets = [helper.make_opsetid("", 18), helper.make_opsetid("own", 1)]
        return helper.make_model(graph, opset_imports=opsets, functions=functions).SerializeToString()

    weights = [("w", np.ones((4, 3, 3, 3), "<f4")), ("b", np.zeros(4, "<f4")), ("s", np.array([0, -1], "<i8"))]
    convolution = [
        helper.make_node("Conv", ["x", "w", "b"], ["c"], pads=[1, 1, 1, 1], strides=[2, 2]),
        helper.make_node("MaxPool", ["c"], ["p"], kernel_shape=[2, 2]),
        helper.make_node("Reshape", ["p", "s"], ["r"]),
        helper.make_node("Softmax", ["r"], ["y"], axis=-1),
    ]
    then = helper.make_graph([helper.make_node("Relu", ["x"], ["t"])], "then", [], [info("t", 2, 3)])
    other = helper.make_graph([helper.make_node("Neg", ["x"], ["e"])], "else", [], [info("e", 2, 3)])
    body = helper.make_graph(
        [helper.make_node("Add", ["a", "x"], ["o"]), helper.make_node("Identity", ["go"], ["on"])],
        "body",
        [info("i", kind=TensorProto.INT64), info("go", kind=TensorProto.BOOL), info("a", 2, 3)],
        [info("on", kind=TensorProto.BOOL), info("o", 2, 3)],
    )
    control = [
        helper.make_node("If", ["q"], ["z"], then_branch=then, else_branch=other),
        helper.make_node("Loop", ["n", "", "z"], ["y"], body=body),
    ]
    flags = [info("q", kind=TensorProto.BOOL), info("n", kind=TensorProto.INT64)]
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid("own", 1)]
    twice = helper.make_function("own", "twice", ["v"], ["u"], [helper.make_node("Add", ["v", "v"], ["u"])], opsets)
    nodes = [helper.make_node("twice", ["v"], ["h"], domain="own"), helper.make_node("twice", ["h"], ["u"], domain="own")]
    four = helper.make_function("own", "four", ["v"], ["u"], nodes, opsets)
    call = [helper.make_node("four", ["x"], ["h"], domain="own"), helper.make_node("Transpose", ["h"], ["y"], perm=[1, 0])]
    return [
        model(convolution, [info("x", "n", 3, 8, 8)], [info("y", "n", "m")], weights),
        model(control, [info("x", 2, 3), *flags], [info("y", 2, 3)]),
        model(call, [info("x", 2, "m")], [info("y", "m", 2)], functions=[twice, four]),
    ]


@pytest.fixture(scope="session")
def seeds(tool, tmp_path_factory):
    """Whole files of each format."""
    folder = tmp_path_factory.mktemp("seeds")
    texts = [ROOT / "test" / f"{name}.mlir" for name in TEXTS]
    found = {"text": [path.read_bytes() for path in texts], "bytecode": [], "json": []}
    for path in texts:
        tool("graph-opt", path, "--emit-bytecode", "-o", folder / "m.mlirbc")
        found["bytecode"].append((folder / "m.mlirbc").read_bytes())
        if "passes" not in path.parts:
            tool("graph-translate", "--export-json", path, "-o", folder / "m.json")
            found["json"].append((folder / "m.json").read_bytes())
    found["onnx"] = onnx_models()
    found["pt2"] = [path.read_bytes() for path in sorted(MODELS.glob("*.pt2"))]
    found["torchscript"] = [path.read_bytes() for path in sorted(SCRIPTS.glob("*.pt"))]
    found["npy"], found["npz"] = [], []
    for array in (np.arange(6, dtype="<f4").reshape(2, 3), np.asfortranarray(np.ones((2, 3), "<f4")), np.zeros((0, 3), "<f4")):
        np.save(folder / "a.npy", array)
        np.savez_compressed(folder / "a.npz", a=array, b=np.ones((2, 3), "<f4"))
        found["npy"].append((folder / "a.npy").read_bytes())
        found["npz"].append((folder / "a.npz").read_bytes())
    (folder / "model.mlir").write_text(
        'func.func @f(%a: tensor<?x3xf32> {graph.name = "a"}) -> tensor<?x3xf32> {\n'
        "  %0 = graph.relu %a : tensor<?x3xf32>\n  return %0 : tensor<?x3xf32>\n}\n"
    )
    found["model"] = folder / "model.mlir"
    return found


# What the code calls its inputs may be what is damaged: then the names on the command line are wrong, which is status 2.
SHAPE = ["--input-shape=x=2x4xf32"]
# How a mutant is made, what it is called, and what reads it.
READERS = {
    "text": (damage_text, "m.mlir", lambda path, out, model: ["graph-opt", path, "-o", out]),
    "bytecode": (damage_bytes, "m.mlirbc", lambda path, out, model: ["graph-opt", path, "-o", out]),
    "json": (damage_json, "m.json", lambda path, out, model: ["graph-translate", "--import-json", path, "-o", out]),
    "pt2": (damage_archive, "m.pt2", lambda path, out, model: ["graph-translate", "--import-pt2", path, "-o", out]),
    "onnx": (damage_bytes, "m.onnx", lambda path, out, model: ["graph-translate", "--import-onnx", path, "-o", out]),
    "torchscript": (damage_archive, "m.pt", lambda path, out, model: ["graph-translate", "--import-torchscript", *SHAPE, path, "-o", out]),
    "npy": (damage_bytes, "a.npy", lambda path, out, model: run_on(model, path.parent, out)),
    "npz": (damage_archive, "a.npz", lambda path, out, model: run_on(model, path, out)),
}


def run_on(model, inputs, out):
    return ["graph-run", model, "--target=interpreter", f"--inputs={inputs}", f"--memory-report={out}"]


def set_limits():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def check(kind, data, folder, model, environment):
    """None where the mutant was answered; else what was wrong."""
    _, name, command = READERS[kind]
    path, out = folder / "in" / name, folder / "out.mlir"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    tool, *arguments = map(str, command(path, out, model))
    try:
        result = subprocess.run(
            [BUILD / "bin" / tool, *arguments], capture_output=True, timeout=SECONDS, env=environment, preexec_fn=set_limits, cwd=folder
        )
    except subprocess.TimeoutExpired:
        return f"took over {SECONDS} s"
    said = result.stderr.decode(errors="replace")
    left = sorted(p.name for p in folder.iterdir() if p.name not in ("in", "cache"))
    out.unlink(missing_ok=True)
    if result.returncode not in ((0, 1, 2, 3, 5) if kind == "torchscript" else (0, 1, 3, 5)):
        return f"exit status {result.returncode}: {said[-1000:]}"
    if "out of memory" in said:
        return f"needed more than {MEMORY} bytes"
    if result.returncode == 0:
        return None if left == ["out.mlir"] else f"exit status 0, and left {left}"
    if left:
        return f"exit status {result.returncode}, and left {left}"
    # The message names the file, or what the file is to the tool.
    return None if "error: " in said and str(path.parent) in said else f"exit status {result.returncode} with the message: {said[-1000:]}"


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("kind", READERS)
def test_mutants(seeds, kind, part, tmp_path):
    damage = READERS[kind][0]
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache"), "NO_COLOR": "1", "TMPDIR": str(tmp_path / "in")}
    wrong = []
    for number in range(part * MUTANTS, (part + 1) * MUTANTS):
        chance = random.Random(f"{kind} {number}")
        data = damage(chance.choice(seeds[kind]), chance, chance.choice(seeds[kind]))
        if problem := check(kind, data, tmp_path, seeds["model"], environment):
            kept = Path(os.environ.get("GRAPHOPT_KEEP_MUTANTS", tmp_path)) / f"{kind}-{number}"
            kept.write_bytes(data)
            wrong.append(f"mutant {number}, kept as {kept}: {problem}")
    assert not wrong, "\n".join(wrong)
