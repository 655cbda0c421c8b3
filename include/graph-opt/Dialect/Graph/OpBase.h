//===- OpBase.h - what the declarations of op classes need -----------------===//
//
// The header of a family, Ops/X.h, includes it. Code that builds graphs includes the families it builds: whoever adds a family rebuilds
// none of it.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "graph-opt/Dialect/Graph/ExportInterface.h"
#include "graph-opt/Dialect/Graph/Graph.h"
#include "graph-opt/Dialect/Graph/Total.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/RegionKindInterface.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
