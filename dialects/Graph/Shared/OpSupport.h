//===- OpSupport.h - what the .cpp of every op family includes ------------===//
#pragma once
#include "Graph/Shared/EvaluateElementwise.h"
#include "Graph/Shared/Fold.h"
#include "graph-opt/Dialect/Graph/Expr.h"
#include "graph-opt/Dialect/Graph/GraphOps.h"
#include "graph-opt/Dialect/Graph/ScalarBuilder.h"
#include "graph-opt/Interop/ImportRules.h"
#include "graph-opt/Interpreter/Interpreter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace graphopt::graph::detail {
/// Registers the ops of one family; the generated Ops/X.ops.inc defines it.
#define GRAPH_OP_FAMILY(name) void register##name##Ops(GraphDialect &dialect);
#include "graph-opt/Dialect/Graph/GraphOpFamilies.inc"
#undef GRAPH_OP_FAMILY
} // namespace graphopt::graph::detail
