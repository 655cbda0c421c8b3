"""Samples of every op of the dialect: its text, its inputs, and what torch says it gives.

`OPS` maps an op's name to a function that draws a Sample. Floats are referenced in f64 and rounded once; integers in torch's own types.
"""

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch
import torch.nn.functional as F
from elements import BITS, ELEMENTS, FLOATS, INTEGERS, NUMBERS, TORCH, is_float, to_numpy
from hypothesis import strategies as st


@dataclass
class Sample:
    """`text` is the op with %0, %1 ... for operands, {0}, {1} ... for their types and {r} for the result's."""

    text: str
    inputs: list
    elements: list
    result: str  # element type
    reference: Callable  # on the inputs, floats as f64; gives the result
    dynamic: list = field(default_factory=list)  # per input, per size: is it `?`
    prelude: str = ""  # before the function

    def numpy_inputs(self):
        return [to_numpy(x, e) for x, e in zip(self.inputs, self.elements, strict=True)]

    def expected(self) -> torch.Tensor:
        return self.reference(*[x.double() if is_float(e) else x for x, e in zip(self.inputs, self.elements, strict=True)])

    def module(self) -> str:
        shape = list(self.expected().shape)
        types = []
        for i, (x, element) in enumerate(zip(self.inputs, self.elements, strict=True)):
            dynamic = self.dynamic[i] if i < len(self.dynamic) else [False] * x.dim()
            types.append("tensor<" + "".join(("?" if d else str(n)) + "x" for n, d in zip(x.shape, dynamic, strict=True)) + element + ">")
        result = "tensor<" + "".join(f"{n}x" for n in shape) + self.result + ">"
        if "{r}" not in self.text and "{0}" in self.text:
            result = types[0]  # the text has one type for both
        arguments = ", ".join(f"%{i}: {t}" for i, t in enumerate(types))
        text = self.text.format(*types, r=result)
        return f"{self.prelude}func.func @f({arguments}) -> {result} {{\n  %y = {text}\n  return %y : {result}\n}}\n"


class Draw:
    """What samples are drawn with. `smooth` gives inputs of `kind`, away from kinks and poles, for gradients."""

    def __init__(self, draw, smooth: bool = False, kind: str = "f64"):
        self.draw, self.smooth, self.kind = draw, smooth, kind
        self.rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1), label="seed"))

    def integer(self, low: int, high: int) -> int:
        return self.draw(st.integers(low, high))

    def boolean(self) -> bool:
        return self.draw(st.booleans())

    def one_of(self, values):
        return self.draw(st.sampled_from(values))

    def element(self, elements) -> str:
        return self.kind if self.smooth and self.kind in elements else self.one_of(elements)

    def size(self) -> int:
        return self.one_of([1, 2, 3, 4, 5]) if self.smooth else self.one_of([0, 1, 1, 2, 2, 3, 3, 4, 5, 7, 17])

    def shape(self, least: int = 0, greatest: int = 4) -> list:
        return [self.size() for _ in range(self.integer(least, greatest))]

    def broadcast(self, shape) -> list:
        """A shape that broadcasts to `shape`: without some leading axes, and with ones in it."""
        kept = shape[self.integer(0, len(shape)) :] if shape else []
        return [1 if self.boolean() else n for n in kept]

    def tensor(self, element: str, shape, low: float | None = None, high: float | None = None) -> torch.Tensor:
        n = math.prod(shape)
        if element == "i1":
            return torch.from_numpy(self.rng.integers(0, 2, n).astype(bool)).reshape(shape)
        if not is_float(element):
            unsigned = element.startswith("u")
            bits = int(element.lstrip("ui"))
            values = self.rng.integers(0 if unsigned else -8, 9, n)
            if self.boolean():  # the ends of the range, where the carrier has it exactly
                top = 2**bits - 1 if unsigned else 2 ** (bits - 1) - 1
                if top < 2**63:
                    ends = np.array([top, 0 if unsigned else -top - 1, top - 1, 1], dtype=np.int64)
                    values = np.where(self.rng.random(n) < 0.3, ends[self.rng.integers(0, 4, n)], values)
            return torch.from_numpy(values.astype(np.int64)).to(TORCH[element]).reshape(shape)
        if low is not None:
            values = self.rng.uniform(low, high, n)
        else:
            values = self.rng.standard_normal(n)
            if self.smooth:  # away from 0, where signs change
                values = np.where(np.abs(values) < 0.1, values + np.copysign(0.2, values), values)
            else:
                scale = self.one_of([1.0, 1.0, 10.0, 1e-3])
                values = values * scale
                if self.boolean():
                    special = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0, -1.0, 0.5, 2.5, 300.0])
                    values = np.where(self.rng.random(n) < 0.3, special[self.rng.integers(0, len(special), n)], values)
        return torch.from_numpy(values).to(TORCH[element]).reshape(shape)

    def dynamics(self, inputs, stretches: bool) -> list:
        """Which sizes are `?`: none, all, or some. A 1 that may be stretched is written: a size that is not known is never stretched."""
        kind = self.one_of(["static", "all", "some"])
        stretches = stretches or any(x.shape != inputs[0].shape for x in inputs)
        return [[(n != 1 or not stretches) and (kind == "all" or (kind == "some" and self.boolean())) for n in x.shape] for x in inputs]

    def sample(self, text, inputs, elements, result, reference, dynamic=True, prelude="", stretches=False) -> Sample:
        return Sample(text, inputs, elements, result, reference, self.dynamics(inputs, stretches) if dynamic else [], prelude)


# Elementwise ---------------------------------------------------------------------------------------------------------------------------

OPS = {}
# Name: torch's function, the element types, and the interval that gradients are taken in.
UNARY = {
    "neg": (torch.neg, NUMBERS, None),
    "abs": (torch.abs, NUMBERS, None),
    "sign": (torch.sign, NUMBERS, None),
    "ceil": (torch.ceil, FLOATS, (0.1, 0.9)),
    "floor": (torch.floor, FLOATS, (0.1, 0.9)),
    "trunc": (torch.trunc, FLOATS, (0.1, 0.9)),
    "round": (torch.round, FLOATS, (0.1, 0.4)),
    "sqrt": (torch.sqrt, FLOATS, (0.5, 4)),
    "rsqrt": (torch.rsqrt, FLOATS, (0.5, 4)),
    "reciprocal": (torch.reciprocal, FLOATS, (0.5, 4)),
    "exp": (torch.exp, FLOATS, None),
    "exp2": (torch.exp2, FLOATS, None),
    "expm1": (torch.expm1, FLOATS, None),
    "log": (torch.log, FLOATS, (0.5, 4)),
    "log1p": (torch.log1p, FLOATS, (-0.5, 4)),
    "log2": (torch.log2, FLOATS, (0.5, 4)),
    "log10": (torch.log10, FLOATS, (0.5, 4)),
    "sin": (torch.sin, FLOATS, None),
    "cos": (torch.cos, FLOATS, None),
    "tan": (torch.tan, FLOATS, (-1, 1)),
    "asin": (torch.asin, FLOATS, (-0.9, 0.9)),
    "acos": (torch.acos, FLOATS, (-0.9, 0.9)),
    "atan": (torch.atan, FLOATS, None),
    "sinh": (torch.sinh, FLOATS, None),
    "cosh": (torch.cosh, FLOATS, None),
    "tanh": (torch.tanh, FLOATS, None),
    "asinh": (torch.asinh, FLOATS, None),
    "acosh": (torch.acosh, FLOATS, (1.2, 4)),
    "atanh": (torch.atanh, FLOATS, (-0.9, 0.9)),
    "erf": (torch.erf, FLOATS, None),
    "sigmoid": (torch.sigmoid, FLOATS, None),
    "silu": (F.silu, FLOATS, None),
    "relu": (torch.relu, NUMBERS, None),
    "softplus": (F.softplus, FLOATS, None),
    "stop_gradient": (torch.detach, FLOATS, None),
    "not": (torch.bitwise_not, BITS, None),
}


def unary(name, function, elements, interval):
    def draw(d: Draw) -> Sample:
        element = d.element(elements)
        x = d.tensor(element, d.shape(), *(interval if d.smooth and interval else ()))
        return d.sample(f"graph.{name} %0 : {{0}}", [x], [element], element, function)

    return draw


for name, row in UNARY.items():
    OPS[name] = unary(name, *row)

for name, function in {"is_nan": torch.isnan, "is_inf": torch.isinf, "is_finite": torch.isfinite}.items():

    def classify(d: Draw, name=name, function=function) -> Sample:
        element = d.element(FLOATS)
        return d.sample(f"graph.{name} %0 : {{0}} -> {{r}}", [d.tensor(element, d.shape())], [element], "i1", function)

    OPS[name] = classify


def divide(a, b, zero, minus_one, function):
    """Integer division as the dialect has it, without what torch refuses or traps on."""
    safe = torch.where((b == 0) | (b == -1), torch.ones_like(b), b)
    return torch.where(b == 0, zero, torch.where(b == -1, minus_one, function(a, safe)))


def div(a, b):
    if a.is_floating_point():
        return a / b
    return divide(a, b, torch.zeros_like(a + b), -a + torch.zeros_like(b), lambda a, b: torch.div(a, b, rounding_mode="trunc"))


def remainder(function):
    def apply(a, b):
        if a.is_floating_point():
            return function(a, b)
        return divide(a, b, a + torch.zeros_like(b), torch.zeros_like(a + b), function)

    return apply


BINARY = {
    "add": (torch.add, NUMBERS),
    "sub": (torch.sub, NUMBERS),
    "mul": (torch.mul, NUMBERS),
    "div": (div, NUMBERS),
    "rem": (remainder(torch.fmod), NUMBERS),
    "mod": (remainder(torch.remainder), NUMBERS),
    "pow": (torch.pow, NUMBERS),
    "max": (torch.maximum, ELEMENTS),
    "min": (torch.minimum, ELEMENTS),
    "atan2": (torch.atan2, FLOATS),
    "and": (torch.bitwise_and, BITS),
    "or": (torch.bitwise_or, BITS),
    "xor": (torch.bitwise_xor, BITS),
    "shl": (torch.bitwise_left_shift, INTEGERS),
    "shr": (torch.bitwise_right_shift, INTEGERS),
}
COMPARE = {"eq": torch.eq, "ne": torch.ne, "lt": torch.lt, "le": torch.le, "gt": torch.gt, "ge": torch.ge}


def binary(name, function, elements, predicate=False):
    def draw(d: Draw) -> Sample:
        element = d.element(elements)
        shape = d.shape()
        shapes = [shape, d.broadcast(shape)]
        if d.boolean():
            shapes.reverse()
        interval = (0.5, 2) if d.smooth and name in ("pow", "div", "rem", "mod") else ()
        inputs = [d.tensor(element, s, *interval) for s in shapes]
        bits = 0 if is_float(element) or element == "i1" else int(element.lstrip("ui"))
        if name in ("shl", "shr"):
            inputs[1] = torch.remainder(inputs[1], bits + 2)
            # torch's carrier is wider than the type: over-wide shifts are the dialect's own rule.
            wide = function

            def function_(a, b):
                fill = torch.where(a < 0, -1, 0).to(a.dtype) if name == "shr" else torch.zeros_like(a)
                return torch.where(b >= bits, fill + torch.zeros_like(b), wide(a, torch.clamp(b, max=bits - 1)))

            return d.sample(f"graph.{name} %0, %1 : ({{0}}, {{1}}) -> {{r}}", inputs, [element] * 2, element, function_)
        if name == "pow" and bits:
            inputs[1] = torch.clamp(inputs[1], max=9)
        return d.sample(f"graph.{name} %0, %1 : ({{0}}, {{1}}) -> {{r}}", inputs, [element] * 2, "i1" if predicate else element, function)

    return draw


for name, row in BINARY.items():
    OPS[name] = binary(name, *row)
for name, function in COMPARE.items():
    OPS[name] = binary(name, function, ELEMENTS, predicate=True)


def cast_reference(source, target):
    def cast(x):
        if target == "i1":
            return x != 0
        if is_float(target):
            return x.double() if is_float(source) else x.to(torch.float64 if target == "f64" else torch.float32)
        if not is_float(source):
            return x.to(torch.int64) if TORCH[target] == torch.int64 else x.to(TORCH[target])
        bits, unsigned = int(target.lstrip("ui")), target.startswith("u")
        low, high = (0, 2**bits - 1) if unsigned else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)

        def one(v):
            return 0 if math.isnan(v) else low if v <= low else high if v >= high else int(v)

        # By way of Python's integers; the carrier holds the bits.
        values = [((one(v) + 2**63) % 2**64) - 2**63 for v in x.reshape(-1).tolist()]
        return torch.tensor(values, dtype=torch.int64).reshape(x.shape).to(TORCH[target])

    return cast


@(lambda f: OPS.__setitem__("cast", f))
def cast(d: Draw) -> Sample:
    source, target = d.element(ELEMENTS), d.element(FLOATS if d.smooth else ELEMENTS)
    x = d.tensor(source, d.shape())
    return d.sample(f"graph.cast %0 to {target} : ({{0}}) -> {{r}}", [x], [source], target, cast_reference(source, target))


def width(element: str) -> str:
    return element.lstrip("bfui")


def bitcast_reference(source, target):
    def bitcast(x):
        bits = to_numpy(x, source).view(f"int{width(target)}")
        if target.startswith("u"):
            return torch.from_numpy(bits.view(f"uint{width(target)}").astype(np.int64))
        return torch.from_numpy(bits).view(TORCH[target])

    return bitcast


@(lambda f: OPS.__setitem__("bitcast", f))
def bitcast(d: Draw) -> Sample:
    source = d.element(NUMBERS)
    target = d.one_of([element for element in NUMBERS if width(element) == width(source)])
    x = d.tensor(source, d.shape())
    return d.sample(f"graph.bitcast %0 to {target} : ({{0}}) -> {{r}}", [x], [source], target, bitcast_reference(source, target))


def op(name):
    return lambda function: OPS.setdefault(name, function)


@op("select")
def select(d: Draw) -> Sample:
    element, shape = d.element(ELEMENTS), d.shape()
    shapes = [shape, d.broadcast(shape), d.broadcast(shape)]
    d.rng.shuffle(shapes)
    inputs = [d.tensor("i1", shapes[0]), d.tensor(element, shapes[1]), d.tensor(element, shapes[2])]
    return d.sample("graph.select %0, %1, %2 : ({0}, {1}, {2}) -> {r}", inputs, ["i1", element, element], element, torch.where)


@op("clamp")
def clamp(d: Draw) -> Sample:
    element, shape = d.element(NUMBERS), d.shape()
    bounds = d.one_of(["lower", "upper", "both"])
    inputs, text = [d.tensor(element, shape)], "graph.clamp %0"
    for bound in ("lower", "upper"):
        if bounds in (bound, "both"):
            inputs.append(d.tensor(element, d.broadcast(shape)))
            text += f" {bound} %{len(inputs) - 1}"
    types = ", ".join(f"{{{i}}}" for i in range(len(inputs)))

    def reference(x, *rest):
        rest = list(rest)
        y = torch.maximum(x, rest.pop(0)) if bounds != "upper" else x
        return torch.minimum(y, rest.pop(0)) if bounds != "lower" else y

    return d.sample(f"{text} : ({types}) -> {{r}}", inputs, [element] * len(inputs), element, reference)


@op("gelu")
def gelu(d: Draw) -> Sample:
    element, kind = d.element(FLOATS), d.one_of(["none", "tanh"])
    x = d.tensor(element, d.shape())
    return d.sample(f'graph.gelu %0 {{{{approximate = "{kind}"}}}} : {{0}}', [x], [element], element, lambda x: F.gelu(x, approximate=kind))


# Reductions, and what normalises along axes -------------------------------------------------------------------------------------------


def reduced(function, empty):
    """torch refuses greatest and least over no elements."""

    def apply(x, axes, keep):
        if not axes:
            return x.clone()
        if empty is not None and any(x.shape[a] == 0 for a in axes):
            shape = [(1 if i in axes else n) for i, n in enumerate(x.shape) if keep or i not in axes]
            return torch.full(shape, empty(x.dtype), dtype=x.dtype)
        return function(x, axes, keep)

    return apply


def product(x, axes, keep):
    for axis in reversed(axes):
        x = torch.prod(x, dim=axis, keepdim=keep, dtype=x.dtype)
    return x


def least(dtype):
    return -math.inf if dtype.is_floating_point else False if dtype == torch.bool else torch.iinfo(dtype).min


def greatest(dtype):
    return math.inf if dtype.is_floating_point else True if dtype == torch.bool else torch.iinfo(dtype).max


REDUCE = {
    "reduce_sum": (reduced(lambda x, a, k: torch.sum(x, dim=a, keepdim=k, dtype=x.dtype), None), NUMBERS),
    "reduce_prod": (reduced(product, None), NUMBERS),
    "reduce_max": (reduced(lambda x, a, k: torch.amax(x, dim=a, keepdim=k), least), ELEMENTS),
    "reduce_min": (reduced(lambda x, a, k: torch.amin(x, dim=a, keepdim=k), greatest), ELEMENTS),
}


def small(x):
    """No order of adding overflows; NaNs and infinities stay."""
    return torch.where(x.isfinite(), x.clamp(-300, 300), x) if x.is_floating_point() else x


def reduce_op(name, function, elements):
    def draw(d: Draw) -> Sample:
        element, shape = d.element(elements), d.shape(0, 4)
        axes = [a for a in range(len(shape)) if d.boolean()]
        keep = d.boolean()
        if name in ("reduce_max", "reduce_min") and element in ("ui16", "ui32", "ui64"):
            shape = [max(n, 1) for n in shape]  # the carrier has other bounds
        x = d.tensor(element, shape)
        if is_float(element) and not d.smooth:
            # A product overflows in one order and not in another; then neither infinities nor zeros may meet it.
            x = torch.nan_to_num(x, nan=0.5, posinf=2.0, neginf=-2.0).clamp(-3, 3) if name == "reduce_prod" else small(x)
        text = f"graph.{name} %0 axes {axes}{' keep_dims' if keep else ''} : {{0}} -> {{r}}"
        return d.sample(text, [x], [element], element, lambda x: function(x, axes, keep))

    return draw


for name, row in REDUCE.items():
    OPS[name] = reduce_op(name, *row)


def softmax_op(name, function):
    def draw(d: Draw) -> Sample:
        element, shape = d.element(FLOATS), d.shape(1, 4)
        axis = d.integer(0, len(shape) - 1)
        return d.sample(
            f"graph.{name} %0 axis {axis} : {{0}}", [d.tensor(element, shape)], [element], element, lambda x: function(x, dim=axis)
        )

    return draw


def log_softmax(x, dim):
    """By the formula, also for infinities."""
    if x.shape[dim] == 0:
        return x.clone()
    shifted = x - x.amax(dim=dim, keepdim=True)
    return shifted - shifted.exp().sum(dim=dim, keepdim=True).log()


def softmax(x, dim):
    if x.shape[dim] == 0:
        return x.clone()
    e = (x - x.amax(dim=dim, keepdim=True)).exp()
    return e / e.sum(dim=dim, keepdim=True)


OPS["softmax"] = softmax_op("softmax", softmax)
OPS["log_softmax"] = softmax_op("log_softmax", log_softmax)


@op("layer_norm")
def layer_norm(d: Draw) -> Sample:
    element, shape = d.element(FLOATS), d.shape(1, 4)
    last = d.integer(1, len(shape))
    epsilon = d.one_of([1e-5, 1e-2])
    normalized = shape[len(shape) - last :]
    if not d.smooth and math.prod(normalized) == 0:
        normalized = [max(n, 1) for n in normalized]
        shape = shape[: len(shape) - last] + normalized
    weight, bias = d.boolean(), d.boolean()
    inputs, text = [small(d.tensor(element, shape))], "graph.layer_norm %0"
    for name, present in (("weight", weight), ("bias", bias)):
        if present:
            inputs.append(d.tensor(element, normalized))
            text += f" {name} %{len(inputs) - 1}"
    types = ", ".join(f"{{{i}}}" for i in range(len(inputs)))

    def reference(x, *rest):
        rest = list(rest)
        return F.layer_norm(x, normalized, rest.pop(0) if weight else None, rest.pop(0) if bias else None, epsilon)

    text += f" last {last} epsilon {epsilon:.1e} : ({types}) -> {{r}}"
    return d.sample(text, inputs, [element] * len(inputs), element, reference)


@op("batch_norm")
def batch_norm(d: Draw) -> Sample:
    element = d.element(FLOATS)
    of_channels = "f32" if element in ("f16", "bf16") and d.boolean() else element
    shape = d.shape(2, 4)
    epsilon = d.one_of([1e-5, 1e-2])
    inputs = [small(d.tensor(element, shape)), small(d.tensor(of_channels, shape[1:2])), d.tensor(of_channels, shape[1:2], 0.5, 4)]
    elements, text = [element, of_channels, of_channels], "graph.batch_norm %0 mean %1 variance %2"
    weight, bias = d.boolean(), d.boolean()
    for name, present in (("weight", weight), ("bias", bias)):
        if present:
            inputs.append(small(d.tensor(of_channels, shape[1:2])))
            elements.append(of_channels)
            text += f" {name} %{len(inputs) - 1}"
    types = ", ".join(f"{{{i}}}" for i in range(len(inputs)))

    def reference(x, mean, variance, *rest):
        rest = [v.reshape([-1] + [1] * (x.dim() - 2)) for v in (mean, variance, *rest)]
        y = (x - rest[0]) / (rest[1] + epsilon).sqrt()
        y = y * rest[2] if weight else y
        return y + rest[-1] if bias else y

    return d.sample(f"{text} epsilon {epsilon:.1e} : ({types}) -> {{r}}", inputs, elements, element, reference)


@op("attention")
def attention(d: Draw) -> Sample:
    element = d.element(FLOATS)
    rows, keys, depth, width = d.size(), d.size(), d.size(), d.size()
    group = d.one_of([1, 1, 2, 3])
    batch = d.shape(1 if group > 1 else 0, 2)
    scale = d.one_of([1.0, 0.5, 0.25])
    causal, safe, kind = d.boolean(), d.smooth or d.boolean(), d.one_of(["none", "bool", "float"])

    def operand(shape, limit=1.5):  # scores so small that their rounding does not show in the exponentials
        x = d.tensor(element, shape)
        return torch.where(x.isfinite(), x.clamp(-limit, limit), x)

    heads = batch[:-1] + [batch[-1] * group] if group > 1 else batch
    inputs = [operand(heads + [rows, depth]), operand(batch + [keys, depth]), operand(batch + [keys, width])]
    elements, text = [element] * 3, "graph.attention %0, %1, %2"
    if kind != "none":
        of_mask = "i1" if kind == "bool" else element
        shape = d.broadcast(heads + [rows, keys])
        inputs.append(d.tensor("i1", shape) if kind == "bool" else operand(shape, 3))
        elements.append(of_mask)
        text += " mask %3"
    text += f" scale {scale} group {group}{' causal' if causal else ''}{' safe' if safe else ''}"
    types = ", ".join(f"{{{i}}}" for i in range(len(inputs)))

    def reference(query, key, value, mask=None):
        if group > 1:
            key, value = key.repeat_interleave(group, -3), value.repeat_interleave(group, -3)
        scores = query @ key.mT * scale
        if causal:
            scores = scores.masked_fill(torch.arange(keys) > torch.arange(rows)[:, None], -math.inf)
        if mask is not None:
            scores = torch.where(mask, scores, -math.inf) if mask.dtype == torch.bool else scores + mask
        weights = scores.softmax(-1)
        if safe and keys:
            weights = torch.where(scores.amax(-1, keepdim=True) == -math.inf, 0.0, weights)
        return weights @ value

    return d.sample(f"{text} : ({types}) -> {{r}}", inputs, elements, element, reference, stretches=len(inputs) == 4)


# Products ------------------------------------------------------------------------------------------------------------------------------


def summand(d: Draw, element, shape):
    """NaNs and infinities among numbers so small that no order of adding their products overflows."""
    x = d.tensor(element, shape)
    return torch.where(x.isfinite(), x.clamp(-20, 20), x) if is_float(element) else x


@op("matmul")
def matmul(d: Draw) -> Sample:
    element = d.element(NUMBERS)
    m, k, n = d.size(), d.size(), d.size()
    batch = d.shape(0, 2)
    a = [k] if d.boolean() and d.boolean() else d.broadcast(batch) + [m, k]
    b = [k] if d.boolean() and d.boolean() else batch + [k, n]
    inputs = [summand(d, element, a), summand(d, element, b)]
    return d.sample("graph.matmul %0, %1 : ({0}, {1}) -> {r}", inputs, [element] * 2, element, torch.matmul)


@op("linear")
def linear(d: Draw) -> Sample:
    element = d.element(NUMBERS)
    i, o = d.size(), d.size()
    inputs = [summand(d, element, d.shape(0, 3) + [i]), summand(d, element, [o, i])]
    if d.boolean():
        inputs.append(summand(d, element, [o]))
    names = ", ".join(f"%{j}" for j in range(len(inputs)))
    types = ", ".join(f"{{{j}}}" for j in range(len(inputs)))

    def reference(x, w, *b):
        y = torch.matmul(x, w.t())
        return y + b[0] if b else y

    return d.sample(f"graph.linear {names} : ({types}) -> {{r}}", inputs, [element] * len(inputs), element, reference)


@op("contract")
def contract(d: Draw) -> Sample:
    element = d.element(NUMBERS)
    letters = iter("abcdefghijkl")
    sizes, batch, summed, own_a, own_b = {}, [], [], [], []
    for group in (batch, summed, own_a, own_b):
        for _ in range(d.integer(0, 2)):
            letter = next(letters)
            sizes[letter] = d.size()
            group.append(letter)
    a, b = batch + summed + own_a, batch + summed + own_b
    d.rng.shuffle(a)
    d.rng.shuffle(b)
    # The result's own axes are in the order of the operand's.
    out = batch + [x for x in a if x in own_a] + [x for x in b if x in own_b]
    inputs = [summand(d, element, [sizes[x] for x in a]), summand(d, element, [sizes[x] for x in b])]

    def positions(letters, operand):
        return [operand.index(x) for x in letters]

    text = (
        f"graph.contract %0, %1 batch {positions(batch, a)} x {positions(batch, b)} sum {positions(summed, a)} x {positions(summed, b)} "
        ": ({0}, {1}) -> {r}"
    )

    def reference(x, y):
        # By broadcasting, in the type itself: einsum lacks integer kernels.
        full = out + summed
        xs = x.permute(positions([c for c in full if c in a], a)).reshape([sizes[c] if c in a else 1 for c in full])
        ys = y.permute(positions([c for c in full if c in b], b)).reshape([sizes[c] if c in b else 1 for c in full])
        z = xs * ys
        return z.sum(dim=list(range(len(out), len(full))), dtype=z.dtype) if summed else z

    return d.sample(text, inputs, [element] * 2, element, reference)


# Movement of elements ------------------------------------------------------------------------------------------------------------------


@op("broadcast")
def broadcast(d: Draw) -> Sample:
    element, shape = d.element(ELEMENTS), d.shape()
    x = d.tensor(element, d.broadcast(shape))
    return d.sample(f"graph.broadcast %0 {shape} : {{0}} -> {{r}}", [x], [element], element, lambda x: x.expand(shape), stretches=True)


@op("reshape")
def reshape(d: Draw) -> Sample:
    element, shape = d.element(ELEMENTS), d.shape()
    count = math.prod(shape)
    target = [d.one_of([1, *shape]) for _ in range(d.integer(0, 2))]
    known = math.prod(target)
    if known and count % known == 0:
        target.append(count // known)
    elif known or count:
        target = [count]
    text = list(target)
    if text and math.prod(target) and d.boolean():
        text[d.integer(0, len(text) - 1)] = -1
    x = d.tensor(element, shape)
    return d.sample(f"graph.reshape %0 {text} : {{0}} -> {{r}}", [x], [element], element, lambda x: x.reshape(target))


@op("transpose")
def transpose(d: Draw) -> Sample:
    element, shape = d.element(ELEMENTS), d.shape()
    order = d.draw(st.permutations(range(len(shape))))
    x = d.tensor(element, shape)
    return d.sample(f"graph.transpose %0 {order} : {{0}} -> {{r}}", [x], [element], element, lambda x: x.permute(order).contiguous())


@op("slice")
def slice_(d: Draw) -> Sample:
    element, shape = d.element(ELEMENTS), d.shape()
    starts, sizes, steps = [], [], []
    for n in shape:
        step = d.one_of([1, 1, 2, 3, -1, -2])
        size = d.integer(0, (n + abs(step) - 1) // abs(step))
        span = (size - 1) * abs(step) + 1 if size else 0
        first = d.integer(0, max(n - span, 0))
        starts.append(first + (span - 1 if step < 0 and size else 0))
        sizes.append(size)
        steps.append(step)

    def reference(x):
        for axis, (start, size, step) in enumerate(zip(starts, sizes, steps, strict=True)):
            x = x.index_select(axis, torch.tensor([start + i * step for i in range(size)], dtype=torch.int64))
        return x

    text = f"graph.slice %0 starts {starts} sizes {sizes} steps {steps} : {{0}} -> {{r}}"
    return d.sample(text, [d.tensor(element, shape)], [element], element, reference)


@op("pad")
def pad(d: Draw) -> Sample:
    element, shape = d.element(ELEMENTS), d.shape()
    low, high = [d.integer(0, 2) for _ in shape], [d.integer(0, 2) for _ in shape]

    def reference(x, value):
        y = value.expand([a + n + b for a, n, b in zip(low, x.shape, high, strict=True)]).clone()
        y[tuple(slice(a, a + n) for a, n in zip(low, x.shape, strict=True))] = x
        return y

    inputs = [d.tensor(element, shape), d.tensor(element, [])]
    return d.sample(f"graph.pad %0, %1 low {low} high {high} : ({{0}}, {{1}}) -> {{r}}", inputs, [element] * 2, element, reference)


@op("concat")
def concat(d: Draw) -> Sample:
    element, shape = d.element(ELEMENTS), d.shape(1, 4)
    axis = d.integer(0, len(shape) - 1)
    inputs = [d.tensor(element, [d.size() if i == axis else n for i, n in enumerate(shape)]) for _ in range(d.integer(1, 4))]
    names = ", ".join(f"%{i}" for i in range(len(inputs)))
    types = ", ".join(f"{{{i}}}" for i in range(len(inputs)))
    return d.sample(
        f"graph.concat {names} axis {axis} : ({types}) -> {{r}}", inputs, [element] * len(inputs), element, lambda *xs: torch.cat(xs, axis)
    )


def indices(d: Draw, shape, n):
    """Positions in and out of [0, n), and the rule that brings them in."""
    element = d.one_of(["i32", "i64", "i8"] if not d.smooth else ["i64"])
    return element, torch.from_numpy(d.rng.integers(-n - 2, n + 3, math.prod(shape))).reshape(shape).to(TORCH[element])


def wrapped(i, n):
    i = i.to(torch.int64)
    return torch.where(i < 0, i + n, i).clamp(0, max(n - 1, 0))


@op("gather")
def gather(d: Draw) -> Sample:
    element, shape = d.element(ELEMENTS), d.shape(1, 3)
    axis = d.integer(0, len(shape) - 1)
    which, i = indices(d, d.shape(0, 2), shape[axis])

    def reference(x, i):
        result = list(x.shape[:axis]) + list(i.shape) + list(x.shape[axis + 1 :])
        if x.shape[axis] == 0:
            return torch.zeros(result, dtype=x.dtype)
        return x.index_select(axis, wrapped(i, x.shape[axis]).reshape(-1)).reshape(result)

    inputs = [d.tensor(element, shape), i]
    return d.sample(f"graph.gather %0, %1 axis {axis} : ({{0}}, {{1}}) -> {{r}}", inputs, [element, which], element, reference)


@op("scatter_add")
def scatter_add(d: Draw) -> Sample:
    element, shape = d.element(NUMBERS), d.shape(1, 3)
    axis = d.integer(0, len(shape) - 1)
    which, i = indices(d, d.shape(0, 2), shape[axis])
    updates = summand(d, element, shape[:axis] + list(i.shape) + shape[axis + 1 :])

    def reference(x, i, u):
        if x.shape[axis] == 0:
            return x.clone()
        flat = u.reshape(list(x.shape[:axis]) + [i.numel()] + list(x.shape[axis + 1 :]))
        return x.index_add(axis, wrapped(i, x.shape[axis]).reshape(-1), flat)

    inputs = [summand(d, element, shape), i, updates]
    text = f"graph.scatter_add %0, %1, %2 axis {axis} : ({{0}}, {{1}}, {{2}}) -> {{r}}"
    return d.sample(text, inputs, [element, which, element], element, reference)


@op("scatter")
def scatter(d: Draw) -> Sample:
    element, shape = d.element(ELEMENTS), d.shape(1, 3)
    axis = d.integer(0, len(shape) - 1)
    which, i = indices(d, d.shape(0, 2), shape[axis])
    if d.smooth:  # the gradient is that of indices which differ
        i = torch.from_numpy(d.rng.permutation(shape[axis])[: d.integer(1, shape[axis])].copy()).to(i.dtype)
    updates = d.tensor(element, shape[:axis] + list(i.shape) + shape[axis + 1 :])

    def reference(x, i, u):
        if x.shape[axis] == 0:
            return x.clone()
        flat = u.reshape(list(x.shape[:axis]) + [i.numel()] + list(x.shape[axis + 1 :]))
        parts = list(x.unbind(axis))
        for part, at in zip(flat.unbind(axis), wrapped(i, x.shape[axis]).reshape(-1).tolist(), strict=True):
            parts[at] = part
        return torch.stack(parts, axis)

    inputs = [d.tensor(element, shape), i, updates]
    text = f"graph.scatter %0, %1, %2 axis {axis} : ({{0}}, {{1}}, {{2}}) -> {{r}}"
    return d.sample(text, inputs, [element, which, element], element, reference)


def scatter_reduce(name: str, mode: str):
    @op(name)
    def sample(d: Draw) -> Sample:
        element, shape = d.element([e for e in NUMBERS if e != "ui64"]), d.shape(1, 3)
        axis = d.integer(0, len(shape) - 1)
        which, i = indices(d, d.shape(0, 2), shape[axis])
        updates = summand(d, element, shape[:axis] + list(i.shape) + shape[axis + 1 :])

        def reference(x, i, u):
            if x.shape[axis] == 0 or x.numel() == 0 or u.numel() == 0:
                return x.clone()
            flat = u.reshape(list(x.shape[:axis]) + [i.numel()] + list(x.shape[axis + 1 :]))
            return x.index_reduce(axis, wrapped(i, x.shape[axis]).reshape(-1), flat, mode)

        inputs = [summand(d, element, shape), i, updates]
        text = f"graph.{name} %0, %1, %2 axis {axis} : ({{0}}, {{1}}, {{2}}) -> {{r}}"
        return d.sample(text, inputs, [element, which, element], element, reference)


scatter_reduce("scatter_prod", "prod")
scatter_reduce("scatter_max", "amax")
scatter_reduce("scatter_min", "amin")


def cumulative(name: str, elements: list, reference: Callable):
    @op(name)
    def sample(d: Draw) -> Sample:
        element, shape = d.element(elements), d.shape(1, 3)
        axis = d.integer(0, len(shape) - 1)
        x = summand(d, element, shape) if element != "i1" else d.tensor(element, shape)
        return d.sample(f"graph.{name} %0 axis {axis} : {{0}}", [x], [element], element, lambda x: reference(x, axis).to(x.dtype))


cumulative("cumulative_sum", NUMBERS, torch.cumsum)
cumulative("cumulative_prod", NUMBERS, torch.cumprod)
cumulative("cumulative_max", ELEMENTS, lambda x, axis: torch.cummax(x, axis).values)
cumulative("cumulative_min", ELEMENTS, lambda x, axis: torch.cummin(x, axis).values)


@op("argsort")
def argsort(d: Draw) -> Sample:
    element, shape = d.element(ELEMENTS), d.shape(1, 3)
    axis, descending = d.integer(0, len(shape) - 1), d.boolean()
    text = f"graph.argsort %0 axis {axis} {'descending ' if descending else ''}: {{0}} -> {{r}}"

    def reference(x):
        return torch.argsort(x, dim=axis, descending=descending, stable=True)

    return d.sample(text, [d.tensor(element, shape)], [element], "i64", reference)


@op("embedding")
def embedding(d: Draw) -> Sample:
    element, rows, columns = d.element(FLOATS), max(d.size(), 1), d.size()
    which, i = indices(d, d.shape(0, 3), rows)

    def reference(w, i):
        return w[wrapped(i, rows)]

    inputs = [d.tensor(element, [rows, columns]), i]
    return d.sample("graph.embedding %0, %1 : ({0}, {1}) -> {r}", inputs, [element, which], element, reference)


# Without operands ----------------------------------------------------------------------------------------------------------------------


@op("iota")
def iota(d: Draw) -> Sample:
    element, shape = d.element(NUMBERS), d.shape(1, 3)
    axis = d.integer(0, len(shape) - 1)

    def reference():
        sizes = [shape[axis] if i == axis else 1 for i in range(len(shape))]
        return (
            torch.arange(shape[axis], dtype=torch.int64)
            .reshape(sizes)
            .expand(shape)
            .to(torch.float64 if is_float(element) else TORCH[element])
        )

    return d.sample(f"graph.iota {element} {shape} axis {axis} : {{r}}", [], [], element, reference)


def literal(x: torch.Tensor, element: str) -> str:
    """dense<> by the bytes, as MLIR reads them; i1 has no such form."""
    if element == "i1":
        return str(x.tolist()).lower() if x.dim() else str(bool(x)).lower()
    return '"0x' + to_numpy(x, element).tobytes().hex().upper() + '"'


@op("constant")
def constant(d: Draw) -> Sample:
    element, shape = d.element(ELEMENTS), [max(n, 1) for n in d.shape()]
    x = d.tensor(element, shape)
    text = f"graph.constant dense<{literal(x, element)}> : {{r}}"
    return d.sample(text, [], [], element, lambda: x.double() if is_float(element) else x)


@op("get")
def get(d: Draw) -> Sample:
    element, shape = d.element(ELEMENTS), [max(n, 1) for n in d.shape()]
    x = d.tensor(element, shape)
    kind = "tensor<" + "".join(f"{n}x" for n in shape) + element + ">"
    prelude = f"graph.parameter @w : {kind} = dense<{literal(x, element)}> : {kind}\n"
    return d.sample("graph.get @w : {r}", [], [], element, lambda: x.double() if is_float(element) else x, prelude=prelude)


@op("fusion")
def fusion(d: Draw) -> Sample:
    element, shape = d.element(FLOATS), d.shape()
    text = "graph.fusion (%a = %0 : {0}) {{\n    %e = graph.relu %a : {0}\n    %n = graph.neg %e : {0}\n    graph.yield %n : {0}\n  }}"
    return d.sample(text, [d.tensor(element, shape)], [element], element, lambda x: -torch.relu(x), dynamic=False)


@op("convolution")
def convolution(d: Draw) -> Sample:
    element, rank, groups = d.element([*FLOATS, "i32", "i64", "ui8"]), d.integer(1, 2), d.integer(1, 2)
    filters, channels = groups * d.integer(1, 3), d.integer(1, 3)
    strides, dilations, spread = ([d.integer(1, n) for _ in range(rank)] for n in (3, 2, 2))
    low, high = ([d.integer(0, 2) for _ in range(rank)] for _ in range(2))
    window = [d.integer(1, 3) for _ in range(rank)]
    # Long enough for one window at least.
    least = [((k - 1) * dil + 1 - a - b - 1 + s - 1) // s + 1 for k, dil, a, b, s in zip(window, dilations, low, high, spread, strict=True)]
    space = [max(n, 1) + d.integer(0, 4) for n in least]

    def reference(x, w):
        padded = x.new_zeros(x.shape[:2] + tuple((n - 1) * s + 1 + a + b for n, s, a, b in zip(space, spread, low, high, strict=True)))
        inside = tuple(slice(a, a + (n - 1) * s + 1, s) for n, s, a in zip(space, spread, low, strict=True))
        padded[(slice(None), slice(None), *inside)] = x
        counts = [(n - (k - 1) * dil - 1) // s + 1 for n, k, dil, s in zip(padded.shape[2:], window, dilations, strides, strict=True)]
        x5 = padded.reshape(padded.shape[0], groups, channels, *padded.shape[2:])
        w5 = w.reshape(groups, filters // groups, channels, *window)
        y = 0
        for tap in itertools.product(*map(range, window)):
            at = tuple(slice(k * dil, k * dil + (n - 1) * s + 1, s) for k, dil, n, s in zip(tap, dilations, counts, strides, strict=True))
            part, weight = x5[(..., *at)], w5[(..., *tap)]
            y = y + (part.unsqueeze(2) * weight.reshape(1, *weight.shape, *[1] * rank)).sum(3, dtype=x.dtype)
        return y.reshape(x.shape[0], filters, *counts)

    inputs = [d.tensor(element, [d.integer(1, 2), groups * channels, *space]), d.tensor(element, [filters, channels, *window])]
    text = f"graph.convolution %0, %1 strides {strides} low {low} high {high} dilations {dilations} spread {spread} groups {groups}"
    sample = d.sample(f"{text} : ({{0}}, {{1}}) -> {{r}}", inputs, [element] * 2, element, reference)
    if d.smooth or sample.dynamic[1:] == [[]]:
        sample.dynamic = []
    return sample


def pool(name):
    def draw(d: Draw) -> Sample:
        element, rank, leading = d.element(NUMBERS), d.integer(1, 2), d.integer(0, 2)
        window = [d.integer(1, 3) for _ in range(rank)]
        strides, dilations = ([d.integer(1, n) for _ in range(rank)] for n in (3, 2))
        # Where gradients are taken each window meets an element.
        low, high = ([d.integer(0, min(1, k - 1) if d.smooth else 1) for k in window] for _ in range(2))
        space = [(k - 1) * dil + 1 + d.integer(0, 4) for k, dil in zip(window, dilations, strict=True)]
        x = d.tensor(element, [d.integer(1, 3) for _ in range(leading)] + space)
        least = -math.inf if is_float(element) else 0 if element.startswith("u") else -(2 ** (int(element[1:]) - 1))

        def windows(x, fill):
            sizes = [n + a + b for n, a, b in zip(space, low, high, strict=True)]
            padded = torch.full((*x.shape[:leading], *sizes), fill, dtype=x.dtype)
            padded[(..., *[slice(a, a + n) for a, n in zip(low, space, strict=True)])] = x
            counts = [(n - (k - 1) * dil - 1) // s + 1 for n, k, dil, s in zip(sizes, window, dilations, strides, strict=True)]
            taps = itertools.product(*map(range, window))
            places = list(zip(dilations, counts, strides, strict=True))

            def part(tap):
                starts = [(k * dil, n, s) for k, (dil, n, s) in zip(tap, places, strict=True)]
                return padded[(..., *[slice(a, a + (n - 1) * s + 1, s) for a, n, s in starts])]

            return torch.stack([part(tap) for tap in taps])

        def reference(x):
            if name == "sum_pool":
                return windows(x, 0).sum(0, dtype=x.dtype)
            # By i64: torch has no order of unsigned integers beyond u8.
            wide = x if x.is_floating_point() or x.dtype == torch.int64 else x.to(torch.int64)
            values = windows(wide, least)
            if name == "max_pool":
                return values.amax(0).to(x.dtype)
            inside = windows(torch.ones_like(wide, dtype=torch.int64).expand(wide.shape), 0).bool()
            position = windows(torch.arange(math.prod(space)).reshape(space).expand(wide.shape).contiguous(), 0)
            best, greatest = torch.full(values.shape[1:], -1), torch.full(values.shape[1:], least, dtype=values.dtype)
            for value, ok, at in zip(values, inside, position, strict=True):
                better = ok & ((best < 0) | (value > greatest) | (value != value))
                best, greatest = torch.where(better, at, best), torch.where(ok, torch.maximum(greatest, value), greatest)
            return best.clamp(min=0)

        text = f"graph.{name} %0 window {window} strides {strides} low {low} high {high} dilations {dilations} : {{0}} -> {{r}}"
        return d.sample(text, [x], [element], "i64" if name == "argmax_pool" else element, reference)

    return draw


for name in ("max_pool", "sum_pool", "argmax_pool"):
    OPS[name] = pool(name)


# What needs no sample, and why.
EXCUSED = {
    "nonzero": "its size depends on data: test_data_sizes.py holds it to torch",
    "non_max_suppression": "its size depends on data: test_data_sizes.py holds it to a definition of its own",
    "parameter": "a declaration: `get` above reads it",
    "yield": "the end of a fusion's body: `fusion` above runs it",
    "random": "torch draws other numbers: TestRandom in test_ops.py has its properties, and compiled code must draw the same bits",
}
