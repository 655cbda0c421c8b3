"""What torch.jit.save writes, read without torch: numbers against torch's, changes in place, control flow, hostile files."""

import os
import pickle
import subprocess
import sys
import warnings
import zipfile

import graph_opt
import numpy as np
import pytest
import torch
from conftest import BUILD, ROOT
from torch import nn

warnings.filterwarnings("ignore", category=FutureWarning)  # TorchScript is on its way out: a reason for a reader without torch


def error(a, b):
    a, b = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    assert a.shape == b.shape
    return float(np.abs(a - b).max(initial=0) / max(1, np.abs(b).max(initial=0)))


def flatten(value):
    if isinstance(value, dict):
        return [leaf for part in value.values() for leaf in flatten(part)]
    return [leaf for part in value for leaf in flatten(part)] if isinstance(value, list | tuple) else [value]


def check(script, path, *inputs, tolerance=1e-5, names=None, model=None):
    """Saves a scripted or traced model, loads it here, and compares compiled code with torch; returns the module."""
    torch.jit.save(script, path)
    with torch.no_grad():
        expected = flatten((model or script)(*[x.clone() for x in inputs]))
    names = names or [argument.name for argument in script.forward.schema.arguments[1:]]
    module = graph_opt.load(path, inputs=dict(zip(names, inputs, strict=False)))
    compiled = module.compile(threads=1)
    results = flatten(compiled(*inputs))
    stats = compiled.stats()
    assert stats["compiled_ops"] == stats["total_ops"]
    for result, value in zip(results, expected, strict=False):
        result, value = torch.as_tensor(result), torch.as_tensor(value)
        assert value.dtype == result.dtype, (value.dtype, result.dtype)
        assert error(result, value) <= tolerance
    assert len(results) >= len(expected)
    return module


class Mlp(nn.Module):
    """Tied and strided weights, a buffer, a constant."""

    def __init__(self):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(6, 8), nn.Linear(8, 6)
        self.fc3 = nn.Linear(6, 8)
        self.fc3.weight = self.fc1.weight
        self.strided = nn.Parameter(torch.randn(6, 6).t())
        self.register_buffer("scale", torch.arange(1.0, 7.0))
        self.layers = nn.Sequential(nn.Linear(8, 8), nn.ReLU(inplace=True), nn.LayerNorm(8))

    def forward(self, x):
        x = torch.relu(self.fc1(x))
        x = self.fc2(x) * self.scale + torch.tensor([1.0, -1.0, 2.0, 3.0, 0.5, 0.25])
        x = torch.softmax(self.fc3(x @ self.strided), dim=-1)
        return {"last": self.layers(x), "sum": x.sum(dim=1)}


@pytest.mark.parametrize("how", ["trace", "script"])
def test_modules(how, tmp_path):
    torch.manual_seed(0)
    model, x = Mlp().eval(), torch.randn(3, 6)
    script = torch.jit.trace(model, (x,), strict=False) if how == "trace" else torch.jit.script(model)
    module = check(script, tmp_path / "m.pt", x)
    text = str(module)
    assert text.count("graph.parameter @fc1.weight") == 1 and "fc3.weight" not in text  # one tensor under two names
    assert "graph.linear" in text and 'graph.name = "last"' in text


@pytest.mark.parametrize("name", ["resnet18", "mobilenet_v2", "squeezenet1_1"])
@pytest.mark.parametrize("how", ["trace", "script"])
def test_torchvision(name, how, tmp_path):
    models = pytest.importorskip("torchvision.models")
    torch.manual_seed(0)
    model, x = getattr(models, name)(weights=None).eval(), torch.randn(1, 3, 64, 64)
    script = torch.jit.trace(model, (x,), check_trace=False) if how == "trace" else torch.jit.script(model)
    check(script, tmp_path / "m.pt", x, model=model)


def test_fused_attention(tmp_path):
    """What a trace of nn.MultiheadAttention in eval mode calls."""

    class Attends(nn.Module):
        def __init__(self):
            super().__init__()
            self.attention = nn.MultiheadAttention(8, 2, batch_first=True)
            nn.init.normal_(self.attention.in_proj_bias)

        def forward(self, x):
            return self.attention(x, x, x, need_weights=False)[0]

    torch.manual_seed(0)
    model, x = Attends().eval(), torch.randn(2, 5, 8)
    with torch.no_grad():
        traced = torch.jit.trace(model, (x,), check_trace=False)
    assert "_native_multi_head_attention" in traced.attention.code
    check(traced, tmp_path / "m.pt", x)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float16, torch.bfloat16])
def test_element_types(dtype, tmp_path):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 4), nn.Tanh()).to(dtype)
    x = torch.randn(2, 4).to(dtype)
    tolerance = {torch.float64: 1e-12, torch.float16: 2e-3, torch.bfloat16: 2e-2}[dtype]
    script = torch.jit.trace(model, (x,))
    torch.jit.save(script, tmp_path / "m.pt")
    with torch.no_grad():
        expected = model(x)
    result = graph_opt.load(tmp_path / "m.pt", inputs={"input": x}).compile(threads=1)(x)
    assert result.dtype == dtype and error(result.double(), expected.double()) <= tolerance


class Lists(nn.Module):
    def forward(self, x: torch.Tensor, y: torch.Tensor | None = None):
        parts = []
        for i in range(x.size(0)):
            if i % 2 == 0:
                parts.append(x[i] * i)
            else:
                parts.insert(0, x[i] + float(len(parts)))
        sizes = [int(p.shape[0]) for p in parts]
        named = {"a": parts[0], "b": parts[-1]}
        named["a"] = named["a"] + sum(sizes)
        if y is None:
            y = torch.ones_like(x)
        assert x.dim() == 2, f"expected a matrix, got {x.dim()}"
        first, second = x.split(2, dim=0)[0], torch.cat(parts).view(x.size(0), -1)
        n = 0
        while n < 3:
            second = second + n
            n += 1
        return named, (first, second + y), n


class InPlace(nn.Module):
    def forward(self, x: torch.Tensor):
        y = x.clone()
        y[0] = 5.0
        z = y.view(-1)
        z[1:3].mul_(2)
        t = y.t()
        t.add_(1)
        y += torch.relu_(y - 3)
        return y, z, t


class Decides(nn.Module):
    def forward(self, x: torch.Tensor):
        y = x + 1
        total = x.new_zeros([2])
        if bool(x.sum() > 0):
            y = y * 2
            total.add_(1)
            k = 3
        else:
            y = y - 1
            k = 4
        if bool(x.max() > 100):
            raise RuntimeError("too large")
        return y, total, k


@pytest.mark.parametrize("model", [Lists, InPlace, Decides])
@pytest.mark.parametrize("sign", [1, -1])
def test_language(model, sign, tmp_path):
    torch.manual_seed(1)
    x = torch.randn(4, 4).abs() * sign
    check(torch.jit.script(model()), tmp_path / "m.pt", x, names=["x"])


def test_tensors_of_numbers():
    def function(x):
        s = x.size(0)
        return torch.tensor(1.5), torch.tensor(s), torch.as_tensor(float(s)), x.to(torch.int8) + torch.tensor(1.5), torch.tensor(True)

    script = torch.jit.script(function)
    module = graph_opt.from_torch(script, (torch.ones(2),))
    for ours, theirs in zip(module.evaluate(torch.ones(2)), script(torch.ones(2)), strict=True):
        assert ours.dtype == theirs.dtype
        torch.testing.assert_close(ours, theirs)


def test_dynamic_sizes(tmp_path):
    class Model(nn.Module):
        def forward(self, x: torch.Tensor):
            n = x.size(0)
            return x.view(n * 2, -1).sum(1), n + 1, torch.arange(n)

    script = torch.jit.script(Model())
    torch.jit.save(script, tmp_path / "m.pt")
    compiled = graph_opt.load(tmp_path / "m.pt", inputs={"x": "?x6xf32"}).compile(threads=1)
    for n in (1, 4):
        x = torch.randn(n, 6)
        assert same(compiled(x), script(x))


def test_what_a_model_changes_comes_back(tmp_path):
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("count", torch.zeros(2))

        def forward(self, x: torch.Tensor):
            self.count.add_(1)
            return x + self.count

    torch.jit.save(torch.jit.script(Model()), tmp_path / "m.pt")
    module = graph_opt.load(tmp_path / "m.pt", inputs={"x": "2xf32"})
    y, rest = module.compile(threads=1)(np.zeros(2, np.float32))
    assert [name for name, _, _ in module.outputs()] == ["out0", "new.count"]
    assert (y == 1).all() and (rest["new.count"] == 1).all()


# ===--- Nested arguments and results, numbers, live objects ---===#


@torch.jit.script
def nested(
    x: torch.Tensor,
    n: int,
    y: dict[str, torch.Tensor],
    z: tuple[torch.Tensor, list[torch.Tensor]],
    k: float = 2.0,
    w: torch.Tensor | None = None,
):
    for _ in range(n):
        x = x + y["a"] * z[0] * k + z[1][0]
    if w is not None:
        x = x * w
    return x, {"a": [x, x + 1], "b": (x * n, None)}, x.size(0)


def same(a, b):
    if isinstance(b, tuple | list):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    if isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in b)
    return error(a, b) <= 1e-6 if isinstance(b, torch.Tensor) else (type(a), a) == (type(b), b)


def test_nested_arguments_and_results(tmp_path):
    """As the model takes and returns them; numbers are fixed where they are given, else inputs."""
    torch.manual_seed(0)
    x, y, z = torch.randn(3), {"a": torch.randn(3)}, (torch.randn(3), [torch.randn(3)])
    module = graph_opt.from_torch(nested, (x, 4, y, z), dynamic_shapes={"x": {0: torch.export.Dim("n")}, "z": (None, [{0: 2}])})
    assert [(name, sizes) for name, _, sizes in module.inputs()] == [("x", [-1]), ("y.a", [3]), ("z.0", [3]), ("z.1.0", [3])]
    compiled = module.compile(threads=1)
    assert same(compiled(x, 4, y, z), nested(x, 4, y, z)) and same(compiled(x, z=z, y=y), nested(x, 4, y, z))
    assert same(module.evaluate(x, 4, y, z), nested(x, 4, y, z))
    for arguments, message in [
        ((x, 5, y, z), "expected 4 for 'n', which the import has fixed, got 5"),
        ((x, 4, {"b": x}, z), r"a difference in \['y.a', 'y.b'\]"),
        ((x, 4, y), r"a difference in \['z.0', 'z.1.0'\]"),
        ((x,) * 7, "expected at most 6 arguments, got 7"),
    ]:
        with pytest.raises(graph_opt.Error, match=message):
            compiled(*arguments)
    torch.jit.save(nested, str(tmp_path / "m.pt"))
    loaded = graph_opt.load(tmp_path / "m.pt", inputs={"x": x, "y": y, "z": z, "n": 2, "w": x})
    assert [name for name, _, _ in loaded.inputs()][-2:] == ["k", "w"]  # the file does not keep the default of a function
    assert same(loaded.compile(threads=1)(x, 2, y, z, 3.5, x), nested(x, 2, y, z, 3.5, x))


def test_names_that_traces_leave_out():
    def anything(*tensors):
        return tensors[0] - tensors[1]

    class Anything(nn.Module):
        def forward(self, *tensors):
            return tensors[0] - tensors[1]

    x, y = torch.rand(3), torch.rand(3)
    for model in (anything, Anything()):
        traced = torch.jit.trace(model, (x, y))
        assert same(graph_opt.from_torch(traced, (x, y)).evaluate(x, y), x - y)


def test_results_of_calls_without_types(tmp_path):
    """The file has no element types: those of results follow from the operators' arguments."""

    def model(x, steps):
        y = nn.functional.conv1d(x[None], torch.ones(2, 3, 3), padding="same")
        places = torch.searchsorted(steps, x, out_int32=True)
        return y, places, places / 2, x > 0.5, x.sum(1, dtype=torch.float64), torch.arange(3), (x > 0.5).sum(), x.max(1), x.half() * 2.5

    x, steps = torch.rand(3, 5), torch.arange(4.0) / 4
    traced = torch.jit.trace(model, (x, steps))
    results = flatten(graph_opt.from_torch(traced, (x, steps)).compile(threads=1)(x, steps))
    for result, expected in zip(results, flatten(model(x, steps)), strict=True):
        assert result.dtype == expected.dtype and error(result, expected) <= 1e-3


def test_draws_of_random_numbers():
    def model(x):
        return torch.dropout(torch.rand_like(x) + 1, 0.5, True)

    x = torch.zeros(1000)
    compiled = graph_opt.from_torch(torch.jit.trace(model, (x,), check_trace=False), (x,)).compile(threads=1)
    torch.manual_seed(0)
    first, second = compiled(x), compiled(x)
    torch.manual_seed(0)
    assert torch.equal(compiled(x), first) and not torch.equal(first, second)
    assert 400 < (first == 0).sum() < 600 and ((first == 0) | (first >= 2) & (first < 4)).all()


# ===--- Tools, and no torch ---===#


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    path = tmp_path_factory.mktemp("small") / "m.pt"
    torch.manual_seed(0)
    torch.jit.save(torch.jit.trace(nn.Sequential(nn.Linear(4, 300), nn.ReLU()), (torch.randn(2, 4),)), path)
    return path


def test_tools(tool, small, tmp_path):
    x = np.random.default_rng(0).standard_normal((2, 4)).astype(np.float32)
    np.savez(tmp_path / "in.npz", input=x)
    tool("graph-run", small, f"--inputs={tmp_path}/in.npz", f"--outputs={tmp_path}/out.npz")  # the arrays say what they are like
    with torch.no_grad():
        assert error(np.load(tmp_path / "out.npz")["out0"], torch.jit.load(small)(torch.from_numpy(x))) <= 1e-5
    tool("graph-run", small, "--input-shape=input=2x4xf32", "--random-inputs", "--check")
    text = tool("graph-translate", "--import-torchscript", "--input-shape=input=2x4xf32", small).stdout
    assert '#graph.external<"m.pt"' in text and "graph.linear" in text  # in place

    def refusal(*shapes):
        return tool("graph-run", small, *(f"--input-shape={shape}" for shape in shapes), "--random-inputs", code=2).stderr

    assert "got none for 'input': --input-shape=input=2x3xf32" in refusal()
    assert "expected the name of an input of the model, got 'y'" in refusal("input=2x4xf32", "y=2xf32")
    for shape in ("2x4", "tensor<2xf32>", "2x4xf32>>", "-1xf32"):
        assert "expected sizes and an element type" in refusal(f"input={shape}")
    assert "aten.linear" in tool("graph-translate", "--import-report", small).stdout


@pytest.mark.parametrize("target", ["cpu", "interpreter"])
@pytest.mark.parametrize("path", sorted((ROOT / "test/interop/torchscript").glob("*.pt")), ids=lambda path: path.stem)
def test_stored_files(tool, path, target, tmp_path):
    """Files of earlier versions, with what torch gave for them."""
    inputs, expected = (path.with_name(f"{path.stem}-{what}.npz") for what in ("inputs", "outputs"))
    tool("graph-run", path, f"--inputs={inputs}", f"--outputs={tmp_path}/out.npz", f"--target={target}")
    with np.load(tmp_path / "out.npz") as results, np.load(expected) as references:
        assert sorted(results) == sorted(references)
        for name in results:
            assert results[name].dtype == references[name].dtype and error(results[name], references[name]) <= 1e-5


WITHOUT_TORCH = """
import sys
class Block:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "torch":
            raise ImportError("no torch here")
sys.meta_path.insert(0, Block())
sys.path.insert(0, sys.argv[1])
import graph_opt, numpy
x = numpy.ones((2, 4), numpy.float32)
y = graph_opt.load(sys.argv[2], inputs={"input": x}).compile(threads=1)(x)
assert y.shape == (2, 300) and "torch" not in sys.modules
"""


def test_without_torch(small):
    subprocess.run([sys.executable, "-c", WITHOUT_TORCH, BUILD / "python", small], check=True, env={**os.environ, "OMP_NUM_THREADS": "1"})


# ===--- What is not taken ---===#


def rewrite(source, target, entry, change):
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for info in old.infolist():
            data = old.read(info)
            if entry in info.filename and not info.filename.endswith("debug_pkl"):
                data = change(data)
            if data is not None:
                new.writestr(info.filename, data)


def test_unsupported_operators_are_named(tool, small, tmp_path):
    rewrite(small, tmp_path / "m.pt", "modules/linear", lambda data: data.replace(b"torch.linear", b"torch.bilinear_of_none"))
    message = tool("graph-run", tmp_path / "m.pt", "--input-shape=input=2x4xf32", "--random-inputs", code=3).stderr
    assert "unsupported 'aten.bilinear_of_none'" in message and "modules/linear" in message
    with pytest.raises(graph_opt.UnsupportedOpError):
        graph_opt.load(tmp_path / "m.pt", inputs={"input": "2x4xf32"})

    @torch.jit.script
    def several(x):
        return torch.linalg.qr(x)[0] + torch.linalg.svdvals(x) + torch.linalg.eigvalsh(x) + torch.relu(x)

    with pytest.raises(graph_opt.UnsupportedOpError) as caught:  # all at once
        graph_opt.from_torch(several, (torch.rand(3, 3),))
    assert sorted(op.split(".")[1] for op in caught.value.ops) == ["linalg_eigvalsh", "linalg_qr", "linalg_svdvals"]


class Evil:
    def __reduce__(self):
        return os.system, ("touch /tmp/graph-opt-was-here",)


def pickled(body):
    return b"\x80\x02" + body + b"."


PICKLES = {
    "a call": (pickle.dumps(Evil(), protocol=2), 1, "expected a class or function that TorchScript writes, got 'posix.system'"),
    "another global": (pickled(b"cbuiltins\neval\n"), 1, "got 'builtins.eval'"),
    "a class of torch": (pickled(b"ctorch.nn.modules.linear\nLinear\n)\x81}b"), 1, "got 'torch.nn.modules.linear.Linear'"),
    "an opcode": (pickled(b"i__torch__\nM\n"), 1, "expected an opcode that TorchScript writes, got 105"),
    "nested tuples": (pickled(b")" + b"\x85" * 200000), 5, "expected at most 512 levels of nesting"),
    "a list in itself": (pickled(b"]q\x00h\x00a"), 1, "expected values that do not hold themselves"),
    "a long string": (pickled(b"X\xff\xff\xff\x7f"), 1, "expected 2147483647 bytes, got 1"),
    "no mark": (pickled(b"t"), 1, "expected a mark on the stack"),
    "an empty stack": (pickled(b"\x87"), 1, "expected 3 values on the stack"),
    "a far memo": (pickled(b"Nr\xff\xff\xff\xff0j\xfe\xff\xff\xff"), 1, "error: "),
    "no module": (pickled(b")"), 1, "expected a module, got a tuple"),
    "truncated": (b"\x80\x02c__torch__\nM\n)\x81}(X\x08", 1, "expected 4 bytes, got 1"),
    "nothing": (b"", 1, "expected 1 bytes, got 0"),
    "a storage that is none": (pickled(b"(X\x01\x00\x00\x00xtQ"), 1, "expected a storage"),
}


@pytest.mark.parametrize("name", PICKLES)
def test_hostile_pickles(tool, small, name, tmp_path):
    data, status, message = PICKLES[name]
    rewrite(small, tmp_path / "m.pt", "/data.pkl", lambda _: data)
    result = tool("graph-translate", "--import-torchscript", "--input-shape=input=2x4xf32", tmp_path / "m.pt", code=status)
    assert message in result.stderr and "m.pt!m/data.pkl: error: " in result.stderr
    assert not os.path.exists("/tmp/graph-opt-was-here")


def test_shared_lists_are_no_bomb(tool, small, tmp_path):
    """Sixty lists, each twice in the next: 2^60 as a tree, and nothing as what it is."""

    def memo(opcode, i):
        return opcode + (1000 + i).to_bytes(4, "little")

    bomb = b"]" + memo(b"r", 0)
    for i in range(1, 60):
        bomb += b"]" + memo(b"r", i) + b"(" + 2 * memo(b"j", i - 1) + b"e"
    lists = b"X\x01\x00\x00\x00l(" + bomb + b"t"  # an attribute that is a tuple of all of them
    rewrite(
        small,
        tmp_path / "m.pt",
        "/data.pkl",
        lambda data: data.replace(b"X\x08\x00\x00\x00training", lists + b"X\x08\x00\x00\x00training", 1),
    )
    tool("graph-translate", "--import-torchscript", "--input-shape=input=2x4xf32", tmp_path / "m.pt", "-o", tmp_path / "m.mlir")


CODE = {
    "truncated": ("class Sequential(Module):\n  def forward(self", 1, "expected ',', got the end of the line"),
    "nested brackets": ("def f(x: Tensor) -> Tensor:\n  return " + "(" * 100000, 5, "expected at most 512 levels of nesting"),
    "a long chain": ("def f(x: Tensor) -> Tensor:\n  return x" + ".a" * 100000 + "\n", 5, "expected at most 512 levels of nesting"),
    "deep blocks": ("def f(x: Tensor) -> Tensor:\n" + "".join("  " * i + "if x:\n" for i in range(1, 1000)), 5, "512 levels of nesting"),
    "binary": ("\x01\x02", 1, "expected code that torch prints, got '\x01'"),
    "a statement": ("def f(x: Tensor) -> Tensor:\n  import os\n", 1, "expected the end of the line, got 'os'"),
    "an open string": ('def f(x: Tensor) -> Tensor:\n  return "abc\n', 1, "expected the end of a string"),
    "an endless loop": (
        "{forward}\n    while True:\n      pass\n    return input\n",
        5,
        "running the model's code: expected at most 2097152 ops",
    ),
    "endless recursion": (
        "{forward}\n    return (self).forward(input, )\n",
        5,
        "running the model's code: expected at most 512 levels of nesting",
    ),
    "doubling lists": (
        "{forward}\n    l = [1, 2]\n    for i in range(80):\n      l = torch.add(l, l)\n    return input\n",
        5,
        "running the model's code: expected at most 2097152 ops",
    ),
    "a long list": ("{forward}\n    l = torch.mul([1], 4611686018427387904)\n    return input\n", 5, "running the model's code"),
    "a list in itself": (
        "{forward}\n    l = annotate(List[Tensor], [])\n    _0 = torch.append(l, l)\n    _1 = torch.append(l, l)\n    return l\n",
        5,
        "error: ",
    ),
    "an unknown name": ("{forward}\n    return nothing\n", 1, "expected the name of a variable, got 'nothing'"),
    "a missing constant": ("{forward}\n    return CONSTANTS.c9\n", 1, "expected a constant number 9 in the archive"),
    "a sum beyond 64 bits": (
        "{forward}\n    return torch.add(9223372036854775807, 1)\n",
        1,
        "expected numbers that 'add' has a result of for",
    ),
    "an index": ("{forward}\n    return [1][5]\n", 1, "expected an index of a list of 1, got 5"),
    "sizes that contradict": ("{forward}\n    return torch.view(input, [3, 3])\n", 1, "error: "),
    "a large tensor": ("{forward}\n    return torch.zeros([4611686018427387904, 4])\n", 1, "error: "),
}
FORWARD = "class Sequential(Module):\n  __parameters__ = []\n  __buffers__ = []\n  def forward(self: X,\n    input: Tensor) -> Tensor:"


@pytest.mark.parametrize("name", CODE)
def test_hostile_code(tool, small, name, tmp_path):
    text, status, message = CODE[name]
    text = text.replace("{forward}", FORWARD)
    rewrite(small, tmp_path / "m.pt", "modules/container", lambda _: text.encode())
    result = tool(
        "graph-translate", "--import-torchscript", "--input-shape=input=2x4xf32", tmp_path / "m.pt", "-o", tmp_path / "m.mlir", code=status
    )
    assert message in result.stderr and "m.pt" in result.stderr
    assert not (tmp_path / "m.mlir").exists()


PICKLE = (
    b"\x80\x02c__torch__\nM\n)\x81}(X\x01\0\0\0wctorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storagectorch\nFloatStorage\n"
    b"X\x01\0\0\x000X\x03\0\0\0cpuK\x02tQK\0K\x02\x85K\x01\x85\x89ccollections\nOrderedDict\n)RtRX\x01\0\0\0nK\x03ub."
)
METHOD = b"class M(Module):\n  __parameters__ = []\n  __buffers__ = []\n  def forward(self: M,\n    x: Tensor) -> Tensor:\n    return x\n"


@pytest.mark.parametrize("path", sorted((ROOT / "test/fuzz/corpus/torchscript").iterdir()), ids=lambda path: path.name)
def test_finds(path, tmp_path):
    """What fuzzing has found (test/fuzz/TorchScript.cpp), with the plain build, too."""
    data, out = path.read_bytes(), tmp_path / "out.mlir"
    is_pickle = data.startswith(b"\x80")
    entries = {"data.pkl": data if is_pickle else PICKLE, "code/__torch__.py": METHOD if is_pickle else data, "data/0": bytes(8)}
    with zipfile.ZipFile(tmp_path / "m.pt", "w") as archive:
        for name, entry in entries.items():
            archive.writestr(f"m/{name}", entry)
    command = [BUILD / "bin/graph-translate", "--import-torchscript", "--input-shape=x=?x2xf32", tmp_path / "m.pt", "-o", out]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert result.returncode in (0, 1, 3, 5), result.stderr
    assert out.exists() == (result.returncode == 0) and (result.returncode == 0 or "m.pt" in result.stderr)


def test_hostile_archives(tool, small, tmp_path):
    def refusal():
        return tool("graph-run", tmp_path / "m.pt", "--input-shape=input=2x4xf32", "--random-inputs", code=1).stderr

    data = small.read_bytes()
    for size in (0, 4, 100, len(data) // 2, len(data) - 1):
        (tmp_path / "m.pt").write_bytes(data[:size])
        assert "m.pt" in refusal()
    rewrite(small, tmp_path / "m.pt", "data/0", lambda data: data[:8])
    assert "of its storage" in refusal()
    rewrite(small, tmp_path / "m.pt", "data/0", lambda _: None)
    assert "expected an entry 'm/data/0'" in refusal()
    rewrite(small, tmp_path / "m.pt", "byteorder", lambda _: b"big")
    assert "expected 'little'" in refusal()
    torch.save({"a": torch.zeros(2)}, tmp_path / "m.pt")
    assert "torch.save does not" in refusal()
