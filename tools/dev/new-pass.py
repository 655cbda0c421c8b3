#!/usr/bin/python3
"""new-pass.py GROUP NAME: the .td entry, the .cpp and the test of a pass that changes nothing. They build, and the test passes.
docs/add-a-pass.md goes on from here."""

import argparse
import re
import sys

from tables import ROOT, kebab

ENTRY = """
def {stem}Pass : Pass<"graph-{flag}"> {{
  let summary = "leave everything as it is";
  let description = [{{
    Before and after:
    ```mlir
    %y = graph.neg %x : tensor<4xf32>
    ```
  }}];
}}
"""

CPP = """\
//===- {stem}.cpp - leave everything as it is {rule}===//
#include "graph-opt/Dialect/Graph/Graph.h"
#include "graph-opt/Passes/Passes.h"

using namespace mlir;

namespace graphopt {{
#define GEN_PASS_DEF_{upper}PASS
#include "graph-opt/Passes/{group}.h.inc"
}} // namespace graphopt

namespace {{
struct {stem}Pass final : graphopt::impl::{stem}PassBase<{stem}Pass> {{
  void runOnOperation() override {{ markAllAnalysesPreserved(); }}
}};
}} // namespace
"""

TEST = """\
// RUN: graph-opt %s --graph-{flag} | FileCheck %s

// CHECK-LABEL: func.func @stays_as_it_is
func.func @stays_as_it_is(%x: tensor<4xf32>) -> tensor<4xf32> {{
  // CHECK: graph.neg
  %y = graph.neg %x : tensor<4xf32>
  return %y : tensor<4xf32>
}}
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("group", metavar="GROUP", help="a folder of passes/, or a new one: Graph, Fusion, Layout, ...")
    parser.add_argument("name", metavar="NAME", help="CamelCase, what it does: PlanMemory")
    options = parser.parse_args()
    for name in (options.group, options.name):
        if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", name):
            parser.error(f"expected a CamelCase name, got {name}")
    folder = ROOT / "passes" / options.group
    cpp = folder / f"{options.name}.cpp"
    test = ROOT / "test/passes" / f"graph-{kebab(options.name)}.mlir"
    for path in (cpp, test):
        if path.exists():
            print(f"new-pass: error: {path.relative_to(ROOT)} exists", file=sys.stderr)
            return 1
    rule = "-" * max(0, 41 - len(options.name))
    fields = {"stem": options.name, "upper": options.name.upper(), "group": options.group, "flag": kebab(options.name), "rule": rule}
    td = folder / "Passes.td"
    folder.mkdir(exist_ok=True)
    test.parent.mkdir(parents=True, exist_ok=True)
    before = (
        td.read_text()
        if td.exists()
        else '//===- Passes.td ---------------------------------------------------------===//\ninclude "mlir/Pass/PassBase.td"\n'
    )
    td.write_text(before + ENTRY.format(**fields))
    cpp.write_text(CPP.format(**fields))
    test.write_text(TEST.format(**fields))
    for path in (td, cpp, test):
        print(f"wrote {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
