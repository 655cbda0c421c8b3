"""Gradients of calls of ATen operators: ours, interpreted and compiled, and what torch's autograd says of them."""

import graph_opt
import torch
from core_program import error_of, program
from core_samples import Call, calls_of
from graph_opt._torch import load_program
from tables import ROOT
from torch.utils._pytree import tree_leaves, tree_map
from traced_samples import traced_calls

LINES = [line for line in (ROOT / "tools/dev/aten-sources.tsv").read_text().splitlines() if not line.startswith("#")]
SOURCES = {name: infos.split() for name, infos in (line.split("\t") for line in LINES)}

# Results that torch gives no gradient through, though it computes them from differentiable numbers: only these others are seeded.
SEEDED = {
    "native_layer_norm.default": [0],
    "native_group_norm.default": [0],
    "_native_batch_norm_legit.no_stats": [0],
    "_native_batch_norm_legit_functional.default": [0],
}
# Arguments that torch refuses to differentiate by; ours are not judged.
CONSTANT = {
    "_native_batch_norm_legit_no_training.default": ["running_mean", "running_var"],
    "native_batch_norm.default": ["running_mean", "running_var"],
    "batch_norm.default": ["running_mean", "running_var"],
    "binary_cross_entropy.default": ["weight"],
    "binary_cross_entropy_with_logits.default": ["weight"],
    "cross_entropy_loss.default": ["weight"],
    "nll_loss_nd.default": ["weight"],
    "soft_margin_loss.default": ["target"],
}


def is_float(value) -> bool:
    return isinstance(value, torch.Tensor) and value.dtype.is_floating_point


def widened(value, dtype: torch.dtype):
    """An argument on another floating-point type."""
    if isinstance(value, torch.dtype):
        return dtype if value.is_floating_point else value
    return value.to(dtype) if is_float(value) else value


def of_type(one: Call, dtype: torch.dtype) -> Call:
    """The same call on another floating-point type."""
    args, kwargs = tree_map(lambda x: widened(x, dtype), (one.args, one.kwargs))
    return Call(one.overload, args, kwargs, tree_leaves(one.overload(*args, **kwargs)))


def theirs(one: Call, cotangents: dict) -> list | None:
    """torch's gradient of each floating-point tensor of a call, in f64, in their order, where cotangents of some results are given; None
    for what is constant. Nothing at all where no result depends on them smoothly."""
    leaves = []

    def lift(value, is_active: bool):
        if not is_float(value):
            return widened(value, torch.float64)
        leaves.append(value.detach().double().requires_grad_(is_active))
        return leaves[-1]

    def lift_all(value, name: str):
        return tree_map(lambda x: lift(x, name not in CONSTANT.get(one.name, [])), value)

    names = [argument.name for argument in one.overload._schema.arguments]
    args = [lift_all(value, name) for value, name in zip(one.args, names, strict=False)]
    kwargs = {name: lift_all(value, name) for name, value in one.kwargs.items()}
    results = tree_leaves(one.overload(*args, **kwargs))
    seeded = [(results[leaf], ct.double()) for leaf, ct in cotangents.items() if is_float(results[leaf]) and results[leaf].requires_grad]
    if not seeded or not leaves:
        return None
    active = [x for x in leaves if x.requires_grad]
    found = iter(torch.autograd.grad([y for y, _ in seeded], active, [ct for _, ct in seeded], materialize_grads=True))
    return [next(found) if x.requires_grad else None for x in leaves]


def wrong_gradients(calls: list, tolerance: float, compiled: bool) -> tuple[dict, int]:
    """What is wrong with our gradients of calls, by their places in the list; and how many of torch's were compared, that are not all 0."""
    made, inputs, places = program(calls)
    module = load_program(made)
    (function,) = module.functions()
    module.run_passes(f"graph-autodiff{{function={function}}}")
    generator = torch.Generator().manual_seed(0)
    cotangents, seeds = [{} for _ in calls], []
    for i, leaf in places:
        y = calls[i].results[leaf]
        if is_float(y):
            is_seeded = leaf in SEEDED.get(calls[i].name, [leaf])
            ct = torch.randn(y.shape, generator=generator, dtype=torch.float64) if is_seeded else torch.zeros(y.shape)
            cotangents[i][leaf] = ct.to(y.dtype)
            seeds.append(cotangents[i][leaf])
    given = [x.detach() for x in inputs]
    function += "_gradient"
    ways = [("interpreted", lambda *xs: module.evaluate(*xs, function=function))]
    if compiled:
        ways.append(("compiled", module.clone().compile(function=function)))
    expected = [theirs(one, cts) for one, cts in zip(calls, cotangents, strict=True)]
    wrong, compared = {}, 0
    for means, run in ways:
        ours = iter([torch.as_tensor(x) for x in run(*given, *seeds)][len(places) :])
        for place, (one, wanted) in enumerate(zip(calls, expected, strict=True)):
            leaves = [x for x in tree_leaves((one.args, one.kwargs)) if is_float(x)]
            for position, x in enumerate(leaves):
                actual, reference = next(ours), torch.zeros_like(x) if wanted is None else wanted[position]
                if reference is None:
                    continue
                reference = reference.detach().to(x.dtype)
                compared += bool((reference != 0).any())
                if (error := error_of(actual, reference)) > tolerance:
                    wrong[place] = (
                        f"call {place}, {means} {one.describe()}, of tensor {position}: error {error:.3g}, limit {tolerance:.3g}\n"
                        f"expected {reference}\ngot {actual}\nof {one.args}"
                    )
    return wrong, compared


def random_calls(name: str, count: int) -> list:
    """Calls of an overload of f64, from torch's samples: those with elements first, and more are drawn where none has any."""
    for drawn in (2 * count, 16 * count):
        wanted = traced_calls(name, SOURCES[name], drawn) if name in SOURCES else calls_of(name, drawn)
        calls = [of_type(one, torch.float64) for one in wanted if one.dtype in (torch.float32, torch.float64)]
        calls = sorted((one for one in calls if not is_elsewhere(one)), key=lambda one: not has_elements(one))
        if calls and has_elements(calls[0]):
            break
    return calls[:count]


def has_elements(one: Call) -> bool:
    return any(is_float(x) and x.numel() > 0 for x in one.results)


def is_elsewhere(one: Call) -> bool:
    """Whether torch's gradient is a sparse tensor; or the call changes statistics, results of ours: test_pt2_state.py has those."""
    names = [argument.name for argument in one.overload._schema.arguments]
    given = {**dict(zip(names, one.args, strict=False)), **one.kwargs}
    return bool(given.get("sparse") or (given.get("training") and given.get("running_mean") is not None))


def is_taken(one: Call) -> bool:
    try:
        load_program(program([one])[0])
    except graph_opt.UnsupportedOpError:
        return False
    return True


def outcome(name: str, count: int) -> tuple[str, str]:
    """What comes of random calls: "yes", or why not; and what is wrong, where something is."""
    calls = [one for one in random_calls(name, count) if is_taken(one)]
    if not calls:
        return "no calls on f64", ""
    if not any(map(is_float, calls[0].results)) or not any(map(is_float, tree_leaves((calls[0].args, calls[0].kwargs)))):
        return "integers", ""
    try:
        wrong, compared = wrong_gradients(calls, 1e-9, compiled=False)
    except RuntimeError as error:
        if "derivative for" not in str(error) and "Expected a proper Tensor" not in str(error):
            raise
        return "torch has none", ""
    if not wrong and not any(map(has_elements, calls)):
        return "no elements", ""
    return ("differs" if wrong else "yes" if compared else "0 everywhere"), "\n".join(wrong.values())
