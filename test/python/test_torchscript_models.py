"""Whole models as TorchScript files: traced and scripted, read without torch's converter, compiled, against torch's numbers."""

import warnings

import graph_opt
import pytest

torch = pytest.importorskip("torch")
from architectures import FAMILIES, MODELS  # noqa: E402
from torch.utils import _pytree  # noqa: E402

warnings.filterwarnings("ignore", category=FutureWarning)

TRANSFORMERS = ["bert", "gpt2", "llama", "t5", "t5_encoder", "whisper", "clip"]
TRACED = [*FAMILIES, *TRANSFORMERS, "lstm", "gru", "unet"]
SCRIPTED = [*FAMILIES, "lstm", "gru"]  # torch scripts no model of transformers
# What `make test` runs; the rest is a shard of `make test-all`. The smallest of torchvision's are in test_torchscript.py.
QUICK = {("trace", "gpt2"), ("trace", "bert"), ("script", "lstm"), ("trace", "gru"), ("trace", "unet"), ("script", "shufflenet_v2_x0_5")}


def cases():
    for how, names in {"trace": TRACED, "script": SCRIPTED}.items():
        for name in names:
            yield pytest.param(how, name, marks=[] if (how, name) in QUICK else pytest.mark.long)


def error(actual, expected):
    assert actual.shape == expected.shape and actual.dtype == expected.dtype and expected.isfinite().all()
    return ((actual.double() - expected.double()).abs().max() / expected.double().abs().max().clamp(min=1)).item()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("how, name", cases())
def test_model(how, name, tmp_path, monkeypatch, record_property):
    monkeypatch.setenv("GRAPH_OPT_CACHE", "off")
    model, args, _ = MODELS[name]()
    with torch.no_grad():
        expected = model(*args)
        script = torch.jit.trace(model, args, check_trace=False, strict=False) if how == "trace" else torch.jit.script(model)
    module = graph_opt.from_torch(script, args)
    parameters = str(module).split("func.func")[0]
    assert f"@{next(iter(model.state_dict()))} " in parameters.replace('"', "")
    compiled = module.compile()
    results = compiled(*args)
    stats = compiled.stats()
    assert stats["compiled_ops"] == stats["total_ops"] > 0
    leaves = [leaf for leaf in _pytree.tree_leaves(results) if leaf is not None]  # scripted ones return None for what they don't train
    pairs = zip(leaves, _pytree.tree_leaves(expected), strict=True)
    worst = max(error(actual, reference) for actual, reference in pairs)
    record_property("error", f"{worst:.1e}")
    assert worst <= 1e-5
