"""What decomposition takes apart, canonicalisation puts together again: a decomposed export is as readable as a coarse one."""

import re
from collections import Counter

import graph_opt
import pytest
import torch
from architectures import MODELS

CLEAN = "graph-refine-shapes,graph-canonicalize,graph-fold,graph-cse,graph-dce,graph-canonicalize,graph-cse,graph-dce"
PRODUCTS = ("graph.linear", "graph.matmul", "graph.contract")
KEPT = {"graph.attention", "graph.layer_norm", "graph.gelu"}


def ops_of(program) -> Counter:
    module = graph_opt.from_torch(program)
    module.run_passes(CLEAN)
    return Counter(re.findall(r"= (graph\.\w+)", str(module)))


@pytest.mark.parametrize("name, attentions", [("bert", 2), ("llama", 2), ("t5", 6), ("clip", 4)])
def test_decomposed_models_become_coarse_again(name, attentions):
    module, args, _ = MODELS[name]()
    program = torch.export.export(module, args)
    coarse, decomposed = ops_of(program), ops_of(program.run_decompositions())
    assert coarse["graph.attention"] == attentions
    assert {op: decomposed[op] for op in KEPT} == {op: coarse[op] for op in KEPT}
    assert not decomposed["graph.softmax"]
    # Dense layers whose weights were transposed ahead stay products.
    assert sum(decomposed[op] for op in PRODUCTS) == sum(coarse[op] for op in PRODUCTS)
    assert decomposed.total() <= 1.1 * coarse.total()


def test_keys_and_values_are_not_repeated():
    """Llama has two heads of keys for four of queries; its code repeats them."""
    module, args, _ = MODELS["llama"]()
    module = graph_opt.from_torch(torch.export.export(module, args).run_decompositions())
    assert len(re.findall(r"= graph\.broadcast", str(module))) >= 4
    module.run_passes(CLEAN)
    assert len(re.findall(r"graph\.attention .* group 2 ", str(module))) == 2
    assert "= graph.broadcast" not in str(module)
