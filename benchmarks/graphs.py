"""Synthetic graphs of N ops as MLIR text: a chain, blocks like a transformer's, one value with N users, and N arguments."""

import sys


def chain(ops: int) -> str:
    """Elementwise ops in one block, every eighth of them twice, every sixteenth unused."""
    lines, last = [], "%x"
    kind = "tensor<64xf32>"
    binary = f"({kind}, {kind}) -> {kind}"
    for i in range(ops):
        if i % 16 == 7:
            lines.append(f"  %d{i} = graph.exp {last} : {kind}")  # nobody reads it
        elif i % 8 == 3:
            lines.append(f"  %a{i} = graph.relu {last} : {kind}")
            lines.append(f"  %b{i} = graph.relu {last} : {kind}")
            lines.append(f"  %v{i} = graph.add %a{i}, %b{i} : {binary}")
            last = f"%v{i}"
        else:
            op = ("neg", "tanh", "relu", "abs")[i % 4]
            lines.append(f"  %v{i} = graph.{op} {last} : {kind}")
            last = f"%v{i}"
    lines = lines[:ops]
    last = next(line.split()[0] for line in reversed(lines) if not line.lstrip().startswith("%d"))
    return f"func.func @chain(%x: {kind}) -> {kind} {{\n" + "\n".join(lines) + f"\n  return {last} : {kind}\n}}\n"


def transformer(ops: int) -> str:
    """Blocks of attention and feed-forward; half of the ops are constants, which fold where they meet each other."""
    kind, square, scores = "tensor<8x16xf32>", "tensor<16x16xf32>", "tensor<8x8xf32>"
    lines, last, block = [], "%x", 0
    while len(lines) < ops:
        b, block = block, block + 1
        for name in ("q", "k", "v", "o", "f"):
            lines.append(f"  %w{name}{b} = graph.constant dense<{0.01 * (b % 7 + 1):.2f}> : {square}")
            lines.append(f"  %s{name}{b} = graph.constant dense<0.5> : {square}")
            lines.append(f"  %t{name}{b} = graph.mul %w{name}{b}, %s{name}{b} : ({square}, {square}) -> {square}")
        for name in ("q", "k", "v"):
            lines.append(f"  %{name}{b} = graph.matmul {last}, %t{name}{b} : ({kind}, {square}) -> {kind}")
        lines.append(f"  %kt{b} = graph.transpose %k{b} [1, 0] : {kind} -> tensor<16x8xf32>")
        lines.append(f"  %a{b} = graph.matmul %q{b}, %kt{b} : ({kind}, tensor<16x8xf32>) -> {scores}")
        lines.append(f"  %p{b} = graph.softmax %a{b} axis 1 : {scores}")
        lines.append(f"  %c{b} = graph.matmul %p{b}, %v{b} : ({scores}, {kind}) -> {kind}")
        lines.append(f"  %o{b} = graph.matmul %c{b}, %to{b} : ({kind}, {square}) -> {kind}")
        lines.append(f"  %r{b} = graph.add {last}, %o{b} : ({kind}, {kind}) -> {kind}")
        lines.append(f"  %h{b} = graph.matmul %r{b}, %tf{b} : ({kind}, {square}) -> {kind}")
        lines.append(f"  %g{b} = graph.relu %h{b} : {kind}")
        lines.append(f"  %y{b} = graph.add %r{b}, %g{b} : ({kind}, {kind}) -> {kind}")
        last = f"%y{b}"
    return f"func.func @transformer(%x: {kind}) -> {kind} {{\n" + "\n".join(lines) + f"\n  return {last} : {kind}\n}}\n"


def users(count: int) -> str:
    """One value that `count` ops read."""
    kind = "tensor<4xf32>"
    binary = f"({kind}, {kind}) -> {kind}"
    lines = [f"  %v{i} = graph.add %{'x' if i == 0 else f'v{i - 1}'}, %h : {binary}" for i in range(count)]
    body = "\n".join(lines)
    return f"func.func @users(%x: {kind}, %h: {kind}) -> {kind} {{\n{body}\n  return %v{count - 1} : {kind}\n}}\n"


def arguments(count: int) -> str:
    """A function of `count` arguments, every second one unused."""
    kind = "tensor<4xf32>"
    binary = f"({kind}, {kind}) -> {kind}"
    lines = [f"  %v{i} = graph.add %{'x0' if i == 0 else f'v{i - 2}'}, %x{i + 1} : {binary}" for i in range(0, count - 1, 2)]
    body, last = "\n".join(lines), f"%v{(count - 2) // 2 * 2}"
    parameters = ", ".join(f"%x{i}: {kind}" for i in range(count))
    return f"func.func @arguments({parameters}) -> {kind} {{\n{body}\n  return {last} : {kind}\n}}\n"


KINDS = {"chain": chain, "transformer": transformer, "users": users, "arguments": arguments}

if __name__ == "__main__":
    sys.stdout.write(KINDS[sys.argv[1]](int(sys.argv[2])))
