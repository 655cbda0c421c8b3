"""Random calls of core ATen operators, taken from torch's own samples of its operators, and graphs of many such calls.

Each sample of torch's OpInfo runs under a recorder that keeps the calls of core operators which it leads to, those of its gradient too.
"""

import itertools
import random
import re
import zlib
from dataclasses import dataclass, field

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map

aten = torch.ops.aten
# The element types of the dialect that torch computes with, and how many calls on each are wanted of an operator.
DTYPES = {
    torch.float32: 12,
    torch.float64: 3,
    torch.float16: 4,
    torch.bfloat16: 4,
    torch.int64: 6,
    torch.int32: 2,
    torch.int16: 1,
    torch.int8: 2,
    torch.uint8: 2,
    torch.bool: 4,
}
LEAST = 20  # calls of each operator
LARGEST = 20_000  # elements of a call's largest tensor


@dataclass
class Call:
    overload: object
    args: tuple
    kwargs: dict
    results: list = field(default_factory=list)  # leaves: tensors, None and numbers

    @property
    def name(self) -> str:
        return str(self.overload).removeprefix("aten.")

    @property
    def dtype(self):
        tensors = [x for x in tree_leaves((self.args, self.kwargs)) if isinstance(x, torch.Tensor)] + self.results
        floats = [x.dtype for x in tensors if isinstance(x, torch.Tensor) and x.dtype.is_floating_point]
        return floats[0] if floats else tensors[0].dtype

    def describe(self) -> str:
        def spell(x):
            return f"{str(x.dtype).removeprefix('torch.')}{list(x.shape)}" if isinstance(x, torch.Tensor) else x

        return f"{self.overload}{tree_map(spell, self.args)} {tree_map(spell, self.kwargs) or ''}"


def call(overload, *args, **kwargs) -> Call:
    return Call(overload, args, kwargs, tree_leaves(overload(*args, **kwargs)))


def core_overloads() -> dict:
    """Every overload with torch.Tag.core, by name."""
    found = {}
    for schema in torch._C._jit_get_all_schemas():
        namespace, name = schema.name.split("::")
        if namespace != "aten":
            continue
        packet = getattr(aten, name, None)
        overload = getattr(packet, schema.overload_name or "default", None) if packet else None
        if overload is not None and torch.Tag.core in overload.tags:
            found[str(overload).removeprefix("aten.")] = overload
    return dict(sorted(found.items()))


# Calls from torch's samples ------------------------------------------------------------------------------------------------------------


def is_ours(value) -> bool:
    if isinstance(value, torch.Tensor):
        return value.dtype in DTYPES and value.layout == torch.strided and value.numel() <= LARGEST and not value.is_nested
    return not isinstance(value, complex | torch.dtype) or value in DTYPES


class Recorder(TorchDispatchMode):
    """Keeps the calls of some operators, with what they were given and what they gave."""

    def __init__(self, wanted: set):
        super().__init__()
        self.wanted, self.calls = wanted, []

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if func not in self.wanted or not all(map(is_ours, tree_leaves((args, kwargs)))):
            return func(*args, **kwargs)

        def copy(value):
            return value.detach().clone() if isinstance(value, torch.Tensor) else value

        args_then, kwargs_then = tree_map(copy, (args, kwargs))
        result = func(*args, **kwargs)
        kwargs_then = {
            name: value for name, value in kwargs_then.items() if name not in ("device", "pin_memory", "layout", "memory_format")
        }
        results = [copy(x) for x in tree_leaves(result)]
        if all(map(is_ours, results)):
            self.calls.append(Call(func, args_then, kwargs_then, results))
        return result


def run_samples(info, dtype, recorder: Recorder, most: int) -> None:
    """What an OpInfo's samples lead to, and their gradients."""
    grad = dtype.is_floating_point and dtype in info.supported_backward_dtypes("cpu") and info.supports_autograd
    samples = info.sample_inputs("cpu", dtype, requires_grad=grad)
    for sample in itertools.islice(samples, most):
        with recorder:
            try:
                result = info.op(sample.input, *sample.args, **sample.kwargs)
                sums = [x.sum() for x in tree_leaves(result) if isinstance(x, torch.Tensor) and x.requires_grad]
                if sums:
                    sum(sums[1:], sums[0]).backward()
            except (RuntimeError, NotImplementedError):
                continue  # of a sample that torch itself refuses on this dtype


# Operators that torch's samples do not reach by their own name.
SOURCES = {
    "_to_copy": ["to", "float", "bfloat16", "long", "bool", "int"],
    "alias": ["nn.functional.instance_norm"],
    "clamp": ["clamp", "corrcoef"],
    "col2im": ["nn.functional.unfold", "nn.functional.fold"],
    "convolution": [f"nn.functional.conv{kind}{n}d" for n in (1, 2, 3) for kind in ("", "_transpose")],
    "eq": ["eq", "masked.cumprod", "scatter_reduce", "linalg.vander"],
    "ge": ["ge", "pow", "float_power"],
    "gt": ["gt", "nn.functional.hinge_embedding_loss", "nn.functional.normalize", "nn.functional.cosine_embedding_loss"],
    "index": ["__getitem__", "take_along_dim", "index_put"],
    "le": ["le", "xlogy", "special.xlog1py", "nn.functional.poisson_nll_loss"],
    "lt": ["lt", "nanquantile", "logcumsumexp", "nn.functional.gaussian_nll_loss"],
    "max_pool3d": ["nn.functional.max_pool3d"],
    "mean": ["mean", "var_mean", "std_mean"],
    "mul": ["mul", "addcmul", "cumulative_trapezoid"],
    "ne": ["ne", "nn.functional.hinge_embedding_loss", "isclose", "masked.cumprod"],
    "pow": ["pow", "__rpow__", "square", "ldexp", "nn.functional.rms_norm", "float_power"],
    "reflection_pad1d": ["nn.functional.pad"],
    "remainder": ["remainder", "take_along_dim", "__rmod__"],
    "replication_pad2d": ["nn.functional.pad"],
    "sub": ["sub", "__rsub__", "masked.cumprod", "nanquantile"],
    "var": ["var"],
}
SOURCES["convolution_backward"] = SOURCES["convolution"]


def sources(name: str) -> list:
    """The OpInfos whose samples lead to an overload."""
    from torch.testing._internal.common_methods_invocations import op_db

    base = name.split(".")[0]
    stem = re.sub(r"(_backward|_dense_backward|_forward|_with_indices|_legit)*$", "", base.strip("_")).removeprefix("native_")
    names = {base, stem, f"native_{stem}", f"nn.functional.{stem}", *SOURCES.get(base, [])}
    return [info for info in op_db if info.name in names]


# Overloads with a number in the place of a tensor, from the calls of those with tensors.
BY_NUMBER = {
    "bitwise_and.Scalar": "bitwise_and.Tensor",
    "bitwise_or.Scalar": "bitwise_or.Tensor",
    "bitwise_xor.Scalar": "bitwise_xor.Tensor",
    "div.Scalar_mode": "div.Tensor_mode",
    "fmod.Scalar": "fmod.Tensor",
    "add.Scalar": "add.Tensor",
    "sub.Scalar": "sub.Tensor",
    "mul.Scalar": "mul.Tensor",
    "div.Scalar": "div.Tensor",
    "remainder.Scalar": "remainder.Tensor",
    "pow.Tensor_Scalar": "pow.Tensor_Tensor",
    **{f"{name}.Scalar": f"{name}.Tensor" for name in ("eq", "ne", "lt", "le", "gt", "ge")},
}


def by_number(overload, one: Call, rng: random.Random) -> Call | None:
    x, *rest = one.args[0], *one.args[2:]
    if not isinstance(x, torch.Tensor):
        return None
    is_whole = not x.dtype.is_floating_point
    number = rng.choice([True, False]) if x.dtype == torch.bool else rng.choice([1, 2, 3, 7] if is_whole else [0.5, -1.25, 2, 3.0, -4])
    return call(overload, x, number, *rest, **one.kwargs)


def image(rng: random.Random, dtype, space: int, least: int = 3) -> torch.Tensor:
    shape = [rng.randint(1, 2), rng.randint(1, 3), *[rng.randint(least, least + 5) for _ in range(space)]]
    return torch.randn(shape).to(dtype)[0] if rng.random() < 0.3 else torch.randn(shape).to(dtype)


def padded(overload, space: int):
    def draw(rng, dtype):
        x = image(rng, dtype, space)
        return call(overload, x, [rng.randint(0, 2) for _ in range(2 * space)])

    return draw


def averaged(rng, dtype):
    window = rng.randint(1, 3)
    padding = rng.randint(0, window // 2)
    x = image(rng, dtype, 1, 4)
    return call(aten.avg_pool1d.default, x, [window], [rng.randint(1, 3)], [padding], rng.random() < 0.5, rng.random() < 0.5)


def resized(overload, *flags):
    def draw(rng, dtype):
        x = image(rng, dtype, 2)
        x = x if x.dim() == 4 else x[None]
        arguments = [flag(rng) for flag in flags]
        if rng.random() < 0.5:
            return call(overload, x, [rng.randint(1, 9), rng.randint(1, 9)], *arguments, None)
        return call(overload, x, None, *arguments, [rng.choice([0.5, 1.5, 2.0]), rng.choice([1.0, 2.0, 2.5])])

    return draw


def batch_normed(rng, dtype, statistics: bool):
    x = image(rng, dtype, rng.randint(0, 2), 2)
    x = x if x.dim() > 2 or statistics else torch.randn(4, 3).to(dtype)
    x = x if x.dim() != 1 else x[None]
    c = x.shape[1]
    kind = torch.float32 if dtype in (torch.float16, torch.bfloat16) and rng.random() < 0.5 else dtype
    weight, bias = (None, None) if rng.random() < 0.3 else (torch.randn(c).to(kind), torch.randn(c).to(kind))
    if statistics:
        mean, variance = torch.randn(c).to(kind), torch.rand(c).add(0.5).to(kind)
        return call(aten._native_batch_norm_legit_no_training.default, x, weight, bias, mean, variance, 0.1, rng.choice([1e-5, 1e-3]))
    return call(aten._native_batch_norm_legit.no_stats, x, weight, bias, True, 0.1, rng.choice([1e-5, 1e-3]))


def any_tensor(rng, dtype, shape=None) -> torch.Tensor:
    shape = [rng.randint(1, 5) for _ in range(rng.randint(1, 4))] if shape is None else shape
    return (torch.randn(shape) * 4).to(dtype)


def varied(rng, dtype):
    x = any_tensor(rng, dtype)
    axes = rng.sample(range(x.dim()), rng.randint(1, x.dim()))
    x = torch.cat([x, x + 1], axes[0])
    return call(aten.var.dim, x, axes, rng.random() < 0.5, rng.random() < 0.5)


def copied(rng, dtype):
    x = any_tensor(rng, dtype)
    return call(aten.copy.default, x, any_tensor(rng, rng.choice([torch.float32, torch.int64, dtype]), x.shape[rng.randint(0, 1) :]))


def kept(rng, dtype):
    return call(aten.native_dropout.default, any_tensor(rng, dtype), rng.random(), False)


def drawn(overload):
    return lambda rng, dtype: call(overload, [rng.randint(0, 5) for _ in range(rng.randint(0, 3))], dtype=dtype)


def permuted(rng, dtype):
    return call(aten.randperm.default, rng.randint(0, 9), dtype=dtype)


FLOATS = [torch.float32, torch.float32, torch.float64, torch.float16, torch.bfloat16]
# By name: the element types, and a call of one.
GENERATORS = {
    "_native_batch_norm_legit.no_stats": (FLOATS, lambda rng, dtype: batch_normed(rng, dtype, statistics=False)),
    "_native_batch_norm_legit_no_training.default": (FLOATS, lambda rng, dtype: batch_normed(rng, dtype, statistics=True)),
    "adaptive_avg_pool1d.default": (
        FLOATS,
        lambda rng, dtype: call(aten.adaptive_avg_pool1d.default, image(rng, dtype, 1), [rng.randint(1, 9)]),
    ),
    "avg_pool1d.default": (FLOATS, averaged),
    "copy.default": (list(DTYPES), copied),
    "native_dropout.default": (FLOATS, kept),
    "rand.default": (FLOATS, drawn(aten.rand.default)),
    "randn.default": (FLOATS, drawn(aten.randn.default)),
    "randperm.default": ([torch.int64, torch.int32], permuted),
    "reflection_pad2d.default": (FLOATS, padded(aten.reflection_pad2d.default, 2)),
    "reflection_pad3d.default": (FLOATS[:3], padded(aten.reflection_pad3d.default, 3)),
    "replication_pad3d.default": (FLOATS[:3], padded(aten.replication_pad3d.default, 3)),
    "upsample_bilinear2d.vec": (FLOATS, resized(aten.upsample_bilinear2d.vec, lambda rng: rng.random() < 0.5)),
    "upsample_nearest2d.vec": (FLOATS, resized(aten.upsample_nearest2d.vec)),
    "var.dim": (FLOATS, varied),
}


def recorded(overload, wanted: int, rng: random.Random, least: int) -> list:
    """Calls from torch's samples, on each element type in its part; more on those that there are until there are enough."""
    name, chosen, spare = str(overload).removeprefix("aten."), [], []
    infos = sources(name)
    for dtype, share in DTYPES.items():
        here, quota = [], max(1, round(share * wanted / sum(DTYPES.values())))
        if wanted < len(DTYPES) and dtype not in (torch.float32, torch.bfloat16, torch.int64, torch.bool):
            continue
        for info in infos:
            if dtype in info.supported_dtypes("cpu"):
                recorder = Recorder({overload})
                run_samples(info, dtype, recorder, 2 + 2 * quota)
                here += recorder.calls
        rng.shuffle(here)
        chosen += here[:quota]
        spare += here[quota:]
    rng.shuffle(spare)
    return chosen + spare[: max(0, least - len(chosen))]


def calls_of(name: str, least: int) -> list:
    """At least so many random calls of an overload, the same on every run."""
    overload = core_overloads()[name]
    seed = zlib.crc32(name.encode())
    rng = random.Random(seed)
    torch.manual_seed(seed)
    if name in GENERATORS:
        dtypes, draw = GENERATORS[name]
        return [draw(rng, dtypes[i % len(dtypes)]) for i in range(least)]
    of_tensors = BY_NUMBER.get(name)
    origin = core_overloads()[of_tensors] if of_tensors else overload
    calls = []
    for _ in range(8):  # each round draws other numbers
        calls += recorded(origin, least if least < LEAST else 2 * least, rng, least)
        if len(calls) >= least:
            break
    return [other for one in calls if (other := by_number(overload, one, rng))] if of_tensors else calls


# Its result is no tensor: a graph of many calls has no place for it.
NUMBERS = {"_local_scalar_dense.default"}
# Operators on sizes: how they are called on a tensor of a rank, at random.
SIZES = {
    "sym_size.int": lambda rng, rank: [rng.randint(-rank, rank - 1)],
    "sym_numel.default": lambda rng, rank: [],
}
