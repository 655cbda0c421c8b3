"""Every model of architectures.py, each classification model of torchvision among them, by every way in and out, against torch's numbers.

docs/generated/models.md shows what the tests record of themselves.
"""

import shutil

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("onnxscript")
from architectures import FAMILIES, LARGE, MODELS, OTHERS  # noqa: E402
from routes import ROUTES, Model  # noqa: E402

TRANSFORMERS = {"bert", "gpt2", "llama", "t5", "t5_encoder", "whisper", "clip"}
DECODERS = {"gpt2_decode", "llama_decode"}
LOOPS = {"cond", "while_loop", "scan", "map"}
ALL = set(MODELS)
FIRST = ("pt2-decomposed", "pt2-dynamic", "pt2-dynamic-decomposed", "onnx-dynamic", "onnx-out", "scripted")
TAKES = {route: ALL - {*OTHERS} if route in FIRST else ALL for route in ROUTES}  # of a family, the first goes those ways
# What `make test` runs; the rest are shards of `make test-all`.
QUICK = {
    "resnet18": ("pt2", "onnx", "compile", "fx", "onnx-out"),
    "mobilenet_v2": ("onnx-dynamic", "onnx-out"),
    "shufflenet_v2_x0_5": ("scripted",),
    "bert": ("compile", "fx", "traced", "onnx-out"),
    "gpt2": ("pt2-dynamic", "onnx-dynamic", "compile", "traced", "fx", "onnx-out"),
    "gpt2_decode": ("pt2-dynamic",),
    "whisper": ("pt2",),
    "unet": ("pt2-dynamic", "traced", "fx"),
    "lstm": ("pt2", "onnx", "scripted"),
    "gru": ("traced", "fx"),
    "cond": ("pt2-dynamic", "compile", "onnx-out", "fx"),
    "while_loop": ("pt2", "compile", "onnx-out", "onnx-again", "fx"),
    "scan": ("pt2-dynamic", "fx", "onnx-again"),
    "map": ("pt2-dynamic-decomposed",),
}
# What torch itself can't do, and its error.
VIEW = "Cannot view a tensor with shape"  # the decomposition of attention gives other strides than attention itself
REFUSED = {
    ("gpt2", "pt2-decomposed"): VIEW,
    ("gpt2", "pt2-dynamic-decomposed"): VIEW,
    **{("map", route): "No ONNX function found for .*MapImpl" for route in ("onnx", "onnx-dynamic", "onnx-again")},
    **{(name, "traced"): "using FX to torch.jit.trace a dynamo-optimized function" for name in LOOPS},
    **{(name, "scripted"): "Failed to get source for .*Config.__init__" for name in TRANSFORMERS | DECODERS},
    **{(name, "scripted"): "(Lambda|function definitions|import statements) aren't supported" for name in LOOPS},
    ("unet", "scripted"): "cannot statically infer the expected size of a list",
}
LIMIT = 1e-5
# What misses the limit, and why; one that keeps it again fails until it is taken off here.
ROUNDING = "error of 1.1e-5: random weights amplify rounding; torch's own kernels are 4.2e-6 (oneDNN's) to 1.2e-5 (the others) off from f64"
OTHER_ORDER = "error of 1.1e-5 to 1.5e-5: random weights amplify rounding; torch's own kernels in another order (fx) are 1.5e-5 off"
MISSED = {
    **{("swin_v2_b", route): ROUNDING for route in ("pt2", "traced", "onnx", "json")},
    **{("swin_v2_s", route): OTHER_ORDER for route in ("pt2", "traced", "onnx", "json", "compile", "onnx-again", "fx")},
}


def cases():
    for name in sorted(MODELS):
        for route in ROUTES:
            if name not in TAKES[route]:
                continue
            marks = [pytest.mark.xdist_group(name)]  # one process makes it
            marks += [pytest.mark.long] * (route not in QUICK.get(name, ())) + [pytest.mark.large] * (name in LARGE)
            yield pytest.param(name, route, id=f"{name}-{route}", marks=marks)


@pytest.fixture(scope="module")
def model(request):
    """Made once for all its routes, which come one after the other."""
    return Model(request.param)


@pytest.fixture
def folder(tmp_path):
    """Files of up to 3 GB, that are gone after the test."""
    yield tmp_path
    shutil.rmtree(tmp_path)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("model, route", list(cases()), indirect=["model"], scope="module")
def test_model(model, route, folder, monkeypatch, record_property):
    monkeypatch.setenv("GRAPH_OPT_CACHE", "off")
    record_property("model", model.name)
    record_property("route", route)
    with torch.no_grad():
        if refusal := REFUSED.get((model.name, route)):
            with pytest.raises(Exception, match=refusal):
                ROUTES[route](model, folder)
            record_property("refused", f"by torch: {refusal}")
            return
        measured = ROUTES[route](model, folder)
    for key, value in measured.items():
        record_property(key, f"{value:.1e}" if key == "error" else value)
    if missed := MISSED.get((model.name, route)):
        record_property("missed", missed)
        assert measured["error"] > LIMIT, "it keeps the limit: take it off MISSED"
        pytest.xfail(missed)
    assert measured["error"] <= LIMIT


def test_torchvision_has_no_other_models():
    import torchvision

    assert {*FAMILIES, *OTHERS} == set(torchvision.models.list_models(module=torchvision.models))
