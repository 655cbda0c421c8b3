"""The same bits for any number of threads, from run to run, and compiled anew. MiniLM's are in test_models.py."""

import graph_opt
import numpy as np
import pytest
from conftest import ROOT

# Large enough to be split, with rests behind whole tiles.
PROGRAMS = {
    "matmul": "%y = graph.matmul %x, %w : (tensor<517x803xf32>, tensor<803x611xf32>) -> tensor<517x611xf32>\n"
    " return %y : tensor<517x611xf32>",
    "softmax": "%y = graph.softmax %x axis 1 : tensor<517x803xf32>\n return %y : tensor<517x803xf32>",
    "inner sum": "%y = graph.reduce_sum %x axes [1] : tensor<517x803xf32> -> tensor<517xf32>\n return %y : tensor<517xf32>",
    "outer sum": "%y = graph.reduce_sum %x axes [0] : tensor<517x803xf32> -> tensor<803xf32>\n return %y : tensor<803xf32>",
    "whole sum": "%y = graph.reduce_sum %x axes [0, 1] : tensor<517x803xf32> -> tensor<f32>\n return %y : tensor<f32>",
    "product": "%y = graph.reduce_prod %x axes [1] : tensor<517x803xf32> -> tensor<517xf32>\n return %y : tensor<517xf32>",
    "layer norm": "%y = graph.layer_norm %x last 1 epsilon 1.0e-5 : (tensor<517x803xf32>) -> tensor<517x803xf32>\n"
    " return %y : tensor<517x803xf32>",
    "gelu": "%y = graph.gelu %x : tensor<517x803xf32>\n return %y : tensor<517x803xf32>",
}
DYNAMIC = {"517": "?", "803": "?", "611": "?"}


def program(body: str, dynamic: bool) -> str:
    result = body.rsplit(" : ", 1)[1]
    text = f"func.func @f(%x: tensor<517x803xf32>, %w: tensor<803x611xf32>) -> {result} {{\n {body}\n}}"
    for size, unknown in DYNAMIC.items() if dynamic else ():
        text = text.replace(size, unknown)
    return text


def bits(compiled, inputs) -> list:
    return [x.tobytes() for x in compiled(*inputs)]


def check(load, inputs, monkeypatch):
    one = load().compile(threads=1)
    first = bits(one, inputs)
    assert any(part.strip(b"\0") for part in first)
    for threads in (1, 2, 3, 7):
        compiled = load().compile(threads=threads)
        for _ in range(3):
            assert bits(compiled, inputs) == first, f"{threads} threads"
    monkeypatch.setenv("GRAPH_OPT_CACHE", "off")
    anew = load().compile(threads=2)
    assert anew.stats()["cache_hits"] == 0 and bits(anew, inputs) == first


@pytest.mark.parametrize("dynamic", [False, True], ids=["static", "dynamic"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_program(name, dynamic, monkeypatch):
    rng = np.random.default_rng(1)
    inputs = [rng.standard_normal(shape, np.float32) for shape in ((517, 803), (803, 611))]
    check(lambda: graph_opt.parse(program(PROGRAMS[name], dynamic)), inputs, monkeypatch)


@pytest.mark.parametrize("name", ["mymodel", "mymodel-dynamic"])
def test_mymodel(name, monkeypatch):
    path = ROOT / f"test/interop/pt2/{name}.pt2"
    x = np.load(ROOT / f"test/interop/pt2/{name}-inputs.npz")["x"]
    check(lambda: graph_opt.load(path), [x], monkeypatch)
