"""Random programs of several ops, compiled at each level, against the interpreter: what fusion, tiling and buffers get wrong shows here."""

import math

import graph_opt
import numpy as np
from elements import assert_close, to_numpy
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import Draw
from test_compiled import LEVELS, compile_all

# Continuous, and not steep: rounding on the way must not decide the result.
UNARY = ["tanh", "sigmoid", "relu", "neg", "abs", "erf", "silu", "gelu", "sin", "atan"]
BINARY = ["add", "sub", "mul", "max", "min", "atan2"]
TOLERANCE = {"f32": 1e-4, "f64": 1e-8}


class Seeded(Draw):
    """Draws by a seed alone: hypothesis itself leans to small programs, and a long one is what shows something."""

    def integer(self, low: int, high: int) -> int:
        return int(self.rng.integers(low, high + 1))

    def boolean(self) -> bool:
        return self.rng.random() < 0.5

    def one_of(self, values):
        return values[self.integer(0, len(values) - 1)]


class Program:
    """A function under construction. Each value has a name, a shape, and its type, in which sizes may be unknown."""

    def __init__(self, d: Draw):
        self.d, self.element, self.lines, self.arguments, self.values = d, d.one_of(["f32", "f64"]), [], [], []
        self.dynamic = d.boolean()
        shape = [n or d.size() for n in d.shape(1, 4)]  # zeros, but fewer
        for _ in range(d.integer(1, 3)):
            own = shape if d.boolean() else d.broadcast(shape)
            self.arguments.append(to_numpy(d.tensor(self.element, own, -2, 2), self.element))
            self.values.append((f"%in{len(self.values)}", own, self.kind(own)))
        self.inputs = ", ".join(f"{name}: {kind}" for name, _, kind in self.values)
        for _ in range(d.integer(3, 10)):
            self.step(*d.one_of(self.values[-3:]))

    def kind(self, shape) -> str:
        # A 1 is written: it may be stretched.
        return "tensor<" + "".join(("?" if self.dynamic and n != 1 else str(n)) + "x" for n in shape) + self.element + ">"

    def emit(self, text: str, shape) -> None:
        name = f"%v{len(self.lines)}"
        self.lines.append(f"{name} = {text.replace('RESULT', self.kind(shape))}")
        self.values.append((name, list(shape), self.kind(shape)))

    def step(self, x, shape, kind) -> None:
        d = self.d
        axis = d.integer(0, len(shape) - 1) if shape else None
        choices = [self.unary, self.unary, self.binary, self.binary]
        if shape:
            choices += [self.softmax, self.reduce, self.reduce, self.transpose, self.slice, self.concat, self.reshape, self.layer_norm]
        if len(shape) >= 2:
            choices += [self.matmul, self.matmul]
        d.one_of(choices)(x, shape, kind, axis)

    def unary(self, x, shape, kind, axis):
        self.emit(f"graph.{self.d.one_of(UNARY)} {x} : {kind}", shape)

    def binary(self, x, shape, kind, axis):
        def fits(other):
            return all(a in (1, b) or b == 1 for a, b in zip(reversed(shape), reversed(other), strict=False))

        y, other, other_kind = self.d.one_of([value for value in self.values if fits(value[1])])
        result = list(np.broadcast_shapes(tuple(shape), tuple(other)))
        self.emit(f"graph.{self.d.one_of(BINARY)} {x}, {y} : ({kind}, {other_kind}) -> RESULT", result)

    def softmax(self, x, shape, kind, axis):
        self.emit(f"graph.softmax {x} axis {axis} : {kind}", shape)

    def layer_norm(self, x, shape, kind, axis):
        if shape[-1] > 1:  # of one number it is 0, whatever that is
            self.emit(f"graph.layer_norm {x} last 1 epsilon 1.0e-1 : ({kind}) -> RESULT", shape)

    def reduce(self, x, shape, kind, axis):
        axes = sorted({axis, self.d.integer(0, len(shape) - 1)})
        keep, name = self.d.boolean(), self.d.one_of(["sum", "sum", "max"])
        if name == "max" and any(shape[a] == 0 for a in axes):
            return  # infinities, which the rest could turn into NaN by the order of its ops
        result = [1 if i in axes else n for i, n in enumerate(shape) if keep or i not in axes]
        self.emit(f"graph.reduce_{name} {x} axes {axes}{' keep_dims' if keep else ''} : {kind} -> RESULT", result)

    def transpose(self, x, shape, kind, axis):
        order = self.d.rng.permutation(len(shape)).tolist()
        self.emit(f"graph.transpose {x} {order} : {kind} -> RESULT", [shape[i] for i in order])

    def slice(self, x, shape, kind, axis):
        start = self.d.integer(0, shape[axis])
        size = self.d.integer(0, shape[axis] - start)
        starts, sizes = [0] * len(shape), list(shape)
        starts[axis], sizes[axis] = start, size
        self.emit(f"graph.slice {x} starts {starts} sizes {sizes} steps {[1] * len(shape)} : {kind} -> RESULT", sizes)

    def concat(self, x, shape, kind, axis):
        self.emit(
            f"graph.concat {x}, {x} axis {axis} : ({kind}, {kind}) -> RESULT", [2 * n if i == axis else n for i, n in enumerate(shape)]
        )

    def reshape(self, x, shape, kind, axis):
        merged = [*shape[: axis - 1], shape[axis - 1] * shape[axis], *shape[axis + 1 :]] if axis else [1, *shape]
        self.emit(f"graph.reshape {x} {merged} : {kind} -> RESULT", merged)

    def matmul(self, x, shape, kind, axis):
        order = [*range(len(shape) - 2), len(shape) - 1, len(shape) - 2]
        turned = [shape[i] for i in order]
        self.emit(f"graph.transpose {x} {order} : {kind} -> RESULT", turned)
        y, _, turned_kind = self.values[-1]
        self.emit(f"graph.matmul {x}, {y} : ({kind}, {turned_kind}) -> RESULT", [*shape[:-1], shape[-2]])
        z, result, result_kind = self.values[-1]
        self.emit(f"graph.tanh {z} : {result_kind}", result)  # products of products grow

    def text(self) -> str:
        results = self.values[-self.d.integer(1, min(3, len(self.values))) :]
        names, kinds = ", ".join(name for name, _, _ in results), ", ".join(kind for _, _, kind in results)
        body = "".join(f"  {line}\n" for line in self.lines)
        return f"func.func @f({self.inputs}) -> ({kinds}) {{\n{body}  return {names} : {kinds}\n}}\n"


@settings(max_examples=10 * settings().max_examples)
@given(data=st.data())
def test_program(data):
    d = Seeded(data.draw)
    program = Program(d)
    text, level = program.text(), d.one_of(LEVELS)
    assert all(math.prod(shape) < 10**7 for _, shape, _ in program.values)
    expected = graph_opt.parse(text).evaluate(*program.arguments)
    actual = compile_all(text, level)(*program.arguments)
    for a, e in zip(actual, expected, strict=True):
        assert_close(a, e, program.element, f"{level}:\n{text}on {program.arguments}\n", TOLERANCE[program.element])
