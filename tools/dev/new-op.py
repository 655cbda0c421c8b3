#!/usr/bin/python3
"""new-op.py NAME: the five files of a structured op of the graph dialect. They build, and the tests pass, for an op that returns its
operand: what an op has to answer is all there. docs/add-an-op.md goes on from here."""

import argparse
import re
import sys
from pathlib import Path

from tables import ROOT, kebab

TD = """\
//===- {stem}.td {td_rule}===//
include "graph-opt/Dialect/Graph/GraphBase.td"

def Graph_{stem}Op : Graph_TensorOp<"{name}", [
    DeclareOpInterfaceMethods<LowerOpInterface>, DeclareOpInterfaceMethods<GradientOpInterface>]> {{
  let summary = "its operand, along an axis";
  let description = [{{
    `y = x`.

    1. (C1) `axis` is in [0, rank).

    Example:
    ```mlir
    %y = graph.{name} %x axis 0 : tensor<4x3xf32>
    ```
  }}];
  let arguments = (ins Graph_Tensor:$x, I64Attr:$axis);
  let results = (outs Graph_Tensor:$y);
  let assemblyFormat = "$x `axis` $axis attr-dict `:` type($x)";
}}
"""

CPP = """\
//===- {stem}.cpp {cpp_rule}===//
#include "graph-opt/Dialect/Graph/Ops/{stem}.h"
#include "Graph/Shared/OpSupport.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::graph;

#include "graph-opt/Dialect/Graph/Ops/{stem}.ops.inc"

//===--- Shape ------------------------------------------------------------===//

LogicalResult {stem}Op::infer(InferContext &context, Adaptor op, SmallVectorImpl<SymbolicType> &results) {{
  SymbolicType x = context.typeOf(op.getX());
  auto rank = static_cast<int64_t>(x.sizes.size()), axis = static_cast<int64_t>(op.getAxis());
  if (axis < 0 || axis >= rank) // (C1)
    return context.emitError() << "expected axis in [0, " << rank << "), got " << axis;
  results.push_back(std::move(x));
  return success();
}}

//===--- Evaluate ---------------------------------------------------------===//

LogicalResult {stem}Op::evaluate(EvalContext &, ArrayRef<TensorValue> operands, SmallVectorImpl<TensorValue> &results) {{
  results.push_back(operands[0]);
  return success();
}}

//===--- Lower ------------------------------------------------------------===//

FailureOr<SmallVector<Value>> {stem}Op::lower(OpBuilder &, ValueRange operands) {{ return SmallVector<Value>{{operands[0]}}; }}

//===--- Gradient ---------------------------------------------------------===//

FailureOr<SmallVector<Value>> {stem}Op::buildGradient(OpBuilder &, ValueRange cotangents) {{
  return SmallVector<Value>{{isa<FloatType>(getElementTypeOrSelf(getType())) ? cotangents[0] : Value()}};
}}

//===--- Import -----------------------------------------------------------===//

void {stem}Op::registerImportRules(ImportRules &) {{}} // no foreign operator is one of these
"""

TEST = """\
// RUN: graph-opt %s | graph-opt | FileCheck %s

// CHECK-LABEL: func.func @keeps_the_shape
func.func @keeps_the_shape(%x: tensor<?x3xf32>) -> tensor<?x3xf32> {{
  // CHECK: graph.{name} %{{{{.+}}}} axis 1 : tensor<?x3xf32>
  %y = graph.{name} %x axis 1 : tensor<?x3xf32>
  return %y : tensor<?x3xf32>
}}
"""

INVALID = """\
// RUN: graph-opt %s --split-input-file --verify-diagnostics

func.func @{name}_c1(%x: tensor<4x3xf32>) {{
  // expected-error @below {{{{expected axis in [0, 2), got 2}}}}
  %y = graph.{name} %x axis 2 : tensor<4x3xf32>
  return
}}
"""

RUN = """\
// RUN: graph-opt %s --graph-interpret
// RUN: graph-opt %s --graph-to-linalg --graph-interpret
// RUN: graph-opt %s --graph-interpret=target=cpu

func.func @{name}() {{
  %x = graph.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %y = graph.{name} %x axis 1 : tensor<2x2xf32>
  check.expect_eq %y, %x : tensor<2x2xf32>
  return
}}
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", metavar="NAME", help="CamelCase, as the files and the class will be called: LogSoftmax")
    stem = parser.parse_args().name
    if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", stem):
        parser.error(f"expected a CamelCase name, got {stem}")
    kebabed = kebab(stem)
    rule = "-" * (64 - len(stem))
    fields = {"stem": stem, "name": kebabed.replace("-", "_"), "td_rule": rule, "cpp_rule": rule[1:]}
    files = {
        f"dialects/Graph/Ops/{stem}.td": TD,
        f"dialects/Graph/Ops/{stem}.cpp": CPP,
        f"test/dialects/{kebabed}.mlir": TEST,
        f"test/dialects/{kebabed}-invalid.mlir": INVALID,
        f"test/run/{kebabed}.mlir": RUN,
    }
    for path in files:
        if (ROOT / path).exists():
            print(f"new-op: error: {path} exists", file=sys.stderr)
            return 1
    for path, text in files.items():
        Path(ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_text(text.format(**fields))
        print(f"wrote {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
