#!/usr/bin/env python3
"""Writes graphs of any size, to see how passes grow: generate.py {chain,transformer,fan-out,arguments} OPS > graph.mlir

chain        add and exp in one line; every eighth op computes on constants, and every eighth is a duplicate of another or dead
transformer  blocks of linear, softmax, layer_norm, gelu and residuals, each with parameters and constants of its own
fan-out      one value with OPS users, summed in a tree
arguments    a function of OPS arguments, summed in a tree, and a private one that it is passed to
"""

import sys
from collections.abc import Iterator

T = "tensor<4x8xf32>"
BINARY = f"({T}, {T}) -> {T}"


def chain(ops: int) -> Iterator[str]:
    yield f"func.func @chain(%x: {T}, %y: {T}) -> {T} {{"
    last = "%x"
    for i in range(ops):
        kind = i % 8
        if kind == 2:  # folds away, with what follows
            yield f"  %c{i} = graph.constant dense<{i % 97}.5> : {T}"
        elif kind == 3:
            yield f"  %c{i} = graph.neg %c{i - 1} : {T}"
        elif kind == 4:
            yield f"  %v{i} = graph.add {last}, %c{i - 1} : {BINARY}"
            last = f"%v{i}"
        elif kind == 5:  # a duplicate of what follows
            yield f"  %d{i} = graph.mul {last}, %y : {BINARY}"
        elif kind == 6:
            yield f"  %e{i} = graph.mul {last}, %y : {BINARY}"
            yield f"  %v{i} = graph.sub %d{i - 1}, %e{i} : {BINARY}"
            last = f"%v{i}"
        elif kind == 7:  # dead
            yield f"  %w{i} = graph.tanh {last} : {T}"
        else:
            yield f"  %v{i} = graph.exp {last} : {T}" if i % 2 else f"  %v{i} = graph.add {last}, %y : {BINARY}"
            last = f"%v{i}"
    yield f"  return {last} : {T}\n}}"


def transformer(ops: int) -> Iterator[str]:
    x, w, v = "tensor<16x32xf32>", "tensor<32x32xf32>", "tensor<32xf32>"
    body, count, last, block = [], 0, "%x", 0
    while count < ops:
        b, n = f"b{block}", f"%b{block}"
        for name in ("q", "k", "v", "o"):
            yield f"graph.parameter @{b}.{name} : {w} = dense<0.{block % 9 + 1}> : {w}"
        yield f"graph.parameter @{b}.g : {v} = dense<1.0> : {v}"
        yield f"graph.parameter @{b}.h : {v} = dense<0.0> : {v}"
        for name in ("q", "k", "v", "o"):
            body.append(f"  {n}w{name} = graph.get @{b}.{name} : {w}")
        body += [
            f"  {n}g = graph.get @{b}.g : {v}",
            f"  {n}h = graph.get @{b}.h : {v}",
            f"  {n}tq = graph.transpose {n}wq [1, 0] : {w} -> {w}",
            f"  {n}q = graph.matmul {last}, {n}tq : ({x}, {w}) -> {x}",
            f"  {n}k = graph.matmul {last}, {n}wk : ({x}, {w}) -> {x}",
            f"  {n}c = graph.constant dense<0.17677669> : tensor<f32>",
            f"  {n}s = graph.mul {n}q, {n}c : ({x}, tensor<f32>) -> {x}",
            f"  {n}d = graph.add {n}s, {n}k : ({x}, {x}) -> {x}",
            f"  {n}p = graph.softmax {n}d axis 1 : {x}",
            f"  {n}v = graph.matmul {n}p, {n}wv : ({x}, {w}) -> {x}",
            f"  {n}r = graph.add {last}, {n}v : ({x}, {x}) -> {x}",
            f"  {n}o = graph.matmul {n}r, {n}wo : ({x}, {w}) -> {x}",
            f"  {n}e = graph.gelu {n}o : {x}",
            f"  {n}one = graph.constant dense<1.0> : tensor<f32>",
            f"  {n}two = graph.add {n}one, {n}one : (tensor<f32>, tensor<f32>) -> tensor<f32>",
            f"  {n}m = graph.mul {n}e, {n}two : ({x}, tensor<f32>) -> {x}",
            f"  {n}gm = graph.mul {n}m, {n}g : ({x}, {v}) -> {x}",
            f"  {n}y = graph.add {n}gm, {n}h : ({x}, {v}) -> {x}",
        ]
        last = f"{n}y"
        count += 28  # parameters too
        block += 1
    yield f"func.func @transformer(%x: {x}) -> {x} {{"
    yield from body
    yield f"  return {last} : {x}\n}}"


def tree(values: list[str]) -> Iterator[str]:
    level = 0
    while len(values) > 1:
        sums = []
        for i in range(0, len(values) - 1, 2):
            sums.append(f"%t{level}_{i}")
            yield f"  {sums[-1]} = graph.add {values[i]}, {values[i + 1]} : {BINARY}"
        values = sums + ([values[-1]] if len(values) % 2 else [])
        level += 1
    yield f"  return {values[0]} : {T}\n}}"


def fan_out(ops: int) -> Iterator[str]:
    yield f"func.func @fan_out(%x: {T}) -> {T} {{"
    yield f"  %hot = graph.exp %x : {T}"
    # Half of them are duplicates: CSE looks at uses of a value with many.
    for i in range(ops):
        if i % 2 == 0:
            yield f"  %c{i} = graph.constant dense<{i}.5> : {T}"
        yield f"  %u{i} = graph.mul %hot, %c{i - i % 2} : {BINARY}"
    yield from tree([f"%u{i}" for i in range(ops)])


def arguments(ops: int) -> Iterator[str]:
    names = [f"%a{i}" for i in range(ops)]
    signature = ", ".join(f'{name}: {T} {{graph.name = "{name[1:]}"}}' for name in names)
    yield f"func.func @arguments({signature}) -> {T} {{"
    yield f"  %r = func.call @callee({', '.join(names)}) : ({', '.join([T] * ops)}) -> {T}"
    yield f"  return %r : {T}\n}}"
    yield f"func.func private @callee({', '.join(f'{name}: {T}' for name in names)}) -> {T} {{"
    yield from tree(names[::2])  # the others are dead


KINDS = {"chain": chain, "transformer": transformer, "fan-out": fan_out, "arguments": arguments}

if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in KINDS or not sys.argv[2].isdigit():
        sys.exit(__doc__)
    for line in KINDS[sys.argv[1]](int(sys.argv[2])):
        sys.stdout.write(line + "\n")
