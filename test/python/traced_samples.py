"""Random calls of ATen operators outside of the core, as graphs have them before decomposition: from traces of torch's own samples."""

import itertools
import random
import warnings
import zlib

import torch
from core_samples import DTYPES, Call, is_ours
from torch.fx.experimental.proxy_tensor import make_fx
from torch.testing._internal.common_methods_invocations import op_db
from torch.utils._pytree import tree_flatten, tree_leaves, tree_map, tree_unflatten


def same(values: list, others: list) -> bool:
    pairs = [(x, y) for x, y in zip(values, others, strict=True) if isinstance(x, torch.Tensor)]
    return all(x.shape == y.shape and torch.equal(x.nan_to_num(nan=7), y.nan_to_num(nan=7)) for x, y in pairs)


class Keeper(torch.fx.Interpreter):
    """Runs a trace, and keeps the calls of operators with what they were given and what they gave."""

    def __init__(self, module):
        super().__init__(module)
        self.calls = []

    def call_function(self, target, args, kwargs):
        def copy(value):
            return value.detach().clone() if isinstance(value, torch.Tensor) else value

        given, named = tree_map(copy, (args, kwargs))
        result = super().call_function(target, args, kwargs)
        results = [copy(x) for x in tree_leaves(result)]
        with torch.random.fork_rng():
            again = tree_leaves(super().call_function(target, *tree_map(copy, (given, named))))
        is_empty = "empty" in str(target)
        # What draws random numbers has no right result, and what changes its arguments is no function: test_pt2_state has those.
        is_function = same(tree_leaves((given, named)), tree_leaves((args, kwargs))) and (is_empty or same(results, again))
        named = {key: value for key, value in named.items() if key not in ("device", "pin_memory", "layout", "memory_format")}
        if isinstance(target, torch._ops.OpOverload) and is_function and all(map(is_ours, tree_leaves((given, named, results)))):
            self.calls.append(Call(target, given, named, results))
        return result


def trace(op, sample) -> list:
    """The calls that a sample leads to; none, where torch itself refuses the sample."""
    leaves, spec = tree_flatten((sample.input, sample.args, sample.kwargs))
    is_tensor = [isinstance(leaf, torch.Tensor) for leaf in leaves]

    def function(*tensors):
        rest = iter(tensors)
        first, args, kwargs = tree_unflatten([next(rest) if is_one else leaf for leaf, is_one in zip(leaves, is_tensor, strict=True)], spec)
        return op(first, *args, **kwargs)

    tensors = [leaf for leaf, is_one in zip(leaves, is_tensor, strict=True) if is_one]
    try:
        with torch.no_grad():
            keeper = Keeper(make_fx(function, pre_dispatch=True)(*tensors))
            keeper.run(*tensors)  # sets the gradient mode where the sample does
    except Exception:  # of any kind: samples that can't be traced are not for this test
        return []
    return keeper.calls


def traces(info, dtype, most: int) -> list:
    if dtype not in info.supported_dtypes("cpu"):
        return []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        samples = list(itertools.islice(info.sample_inputs("cpu", dtype), most))
        ops = [info.op, *(alias.op for alias in info.aliases if alias.op)]
        return [one for op in ops for sample in samples for one in trace(op, sample)]


def is_elsewhere(one: Call) -> bool:
    """Whether a call is refused, since sizes depend on numbers, or changes statistics (by a share of 0, here), as test_pt2_state tests."""
    if one.name == "instance_norm.default":
        return one.args[3] is not None and one.args[5]
    return one.name == "one_hot.default" and (len(one.args) < 2 or one.args[1] < 0)


def traced_calls(name: str, infos: list, least: int) -> list:
    """Calls of an overload from the samples of some OpInfos, the same on every run: a few of each element type, `least` if there are."""
    seed = zlib.crc32(name.encode())
    torch.manual_seed(seed)
    chosen = [info for info in op_db if info.name in infos]
    calls = []
    for dtype, share in DTYPES.items():
        here = [one for info in chosen for one in traces(info, dtype, share + 1) if one.name == name and not is_elsewhere(one)]
        random.Random(seed).shuffle(here)
        calls += here[:share]
        if len(calls) >= least:
            break
    return calls[:least]
