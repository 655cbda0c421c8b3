#!/usr/bin/env python3
"""Writes tools/dev/core-aten.tsv: torch's core operators, and what random calls of them become and are right on.

Run it with the tests' interpreter, after a build, when operators or rules are added:  .venv-test/bin/python tools/dev/make-core-aten.py
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "build/python"), str(ROOT / "test/python")]

import core_program  # noqa: E402
import core_samples  # noqa: E402
import graph_opt  # noqa: E402
from core_table import Row, read_table, write_table  # noqa: E402
from graph_opt._torch import load_program  # noqa: E402
from tables import atens  # noqa: E402

ELEMENTS = {"float": "f", "bfloat": "bf", "int": "i", "uint": "ui"}
DIFFERENTIABLE = {name for name, has in graph_opt.registered_ops("graph") if "gradient" in has}


def spell(dtype) -> str:
    """torch.float32 -> f32"""
    name = str(dtype).removeprefix("torch.")
    return "i1" if name == "bool" else re.sub(r"^[a-z]+", lambda m: ELEMENTS[m[0]], name)


def ops_of(text: str) -> list:
    return sorted(set(re.findall(r"= (graph\.\w+)", text)) - {"graph.constant"})


def has_gradient(text: str) -> bool:
    """Whether ops that have a gradient lead from a floating-point argument to a floating-point result."""
    is_float = re.compile(r"tensor<(?:[\d?]+x)*(?:bf16|f16|f32|f64)>")
    header = re.search(r"func\.func .*", text)[0]
    reached = {name for name, kind in re.findall(r"(%\w+): (tensor<[^>]*>)", header) if is_float.match(kind)}
    for line in text.splitlines():
        if match := re.match(r"\s*(%\w+) = (\S+) (.*)", line):
            result, op, rest = match.groups()
            moves = op in DIFFERENTIABLE and is_float.search(rest)
            if moves and reached & set(re.findall(r"%\w+", rest)):
                reached.add(result)
        elif match := re.match(r"\s*return (.*)", line):
            return bool(reached & set(re.findall(r"%\w+", match[1].split(" : ")[0])))
    return False


def measure(name: str) -> Row:
    calls = core_samples.calls_of(name, core_samples.LEAST)
    if wrong := core_program.run(calls):
        raise SystemExit("\n".join(wrong))
    texts = []
    for dtype in dict.fromkeys(one.dtype for one in calls):
        for one in [one for one in calls if one.dtype == dtype][:3]:
            texts.append(str(load_program(core_program.program([one])[0])))
    ops = {op for text in texts for op in ops_of(text)}
    return Row([spell(d) for d in core_samples.DTYPES if d in {one.dtype for one in calls}], sorted(ops), any(map(has_gradient, texts)))


def main() -> None:
    rules = atens()
    only = sys.argv[1:]  # of the overloads that are named; all, without one
    rows = read_table() if only else {}
    for name in only or core_samples.core_overloads():
        supported = name in rules
        if name in {*core_samples.SIZES, *core_samples.NUMBERS}:  # of a tensor of any elements: an index or a number
            ops = ["tensor.dim"] if name in core_samples.SIZES else ["graph.reshape", "tensor.extract"]
            rows[name] = Row([spell(dtype) for dtype in core_samples.DTYPES], ops, False)
        else:
            rows[name] = measure(name) if supported else Row([], [], False)
        print(name, " ".join(rows[name].ops), flush=True)
    write_table(rows)


if __name__ == "__main__":
    main()
