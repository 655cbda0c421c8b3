#!/usr/bin/env python3
"""Writes tools/dev/aten-gradients.tsv: which ATen operators have torch's gradient here, on random calls in f64.

Run it with the tests' interpreter, after a build, when operators or rules are added:
  .venv-test/bin/python tools/dev/make-aten-gradients.py
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "build/python"), str(ROOT / "test/python")]

from aten_gradients import SOURCES, outcome  # noqa: E402
from core_table import read_table  # noqa: E402
from gradient_table import read_gradients, write_gradients  # noqa: E402

# Where ours is not torch's: why.
DIFFERS = {
    "hardsigmoid.default": "yes",  # up to torch's sixth, which is one of f32: test_gradient_corners.py
}


def main() -> None:
    only = sys.argv[1:]  # of the overloads that are named; all, without one
    rows = read_gradients() if only else {}
    for name in only or [*SOURCES, *(name for name, row in read_table().items() if row.gradient)]:
        try:
            kind, wrong = outcome(name, 5)
        except Exception as error:
            raise SystemExit(f"{name}: {error}") from error
        if kind == "differs" and name not in DIFFERS:
            raise SystemExit(wrong)
        rows[name] = DIFFERS[name] if kind == "differs" else kind
        print(name, rows[name], flush=True)
    write_gradients(rows)


if __name__ == "__main__":
    main()
