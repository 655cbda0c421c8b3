//===- GraphOps.h - the op classes ----------------------------------------===//
//
// For code that builds graphs. Passes include Graph.h instead.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "graph-opt/Dialect/Graph/Graph.h"
#include "graph-opt/Dialect/Graph/Total.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/RegionKindInterface.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#pragma GCC visibility push(default)
#include "graph-opt/Dialect/Graph/GraphOps.h.inc"
#pragma GCC visibility pop
