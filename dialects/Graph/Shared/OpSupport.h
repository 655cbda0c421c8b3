//===- OpSupport.h - what the .cpp of every op family includes ------------===//
#pragma once
#include "Graph/Shared/EvaluateElementwise.h"
#include "Graph/Shared/Fold.h"
#include "graph-opt/Dialect/Graph/Expr.h"
#include "graph-opt/Dialect/Graph/ScalarBuilder.h"
#include "graph-opt/Interop/ExportRules.h"
#include "graph-opt/Interop/ImportRules.h"
#include "graph-opt/Interpreter/Interpreter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
