//===- Check.h - what executable tests assert with ------------------------===//
#pragma once
#include "graph-opt/Dialect/Graph/Graph.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"

#pragma GCC visibility push(default) // the public symbols, and only they
#include "graph-opt/Dialect/Check/CheckDialect.h.inc"
#define GET_OP_CLASSES
#include "graph-opt/Dialect/Check/CheckOps.h.inc"
#pragma GCC visibility pop
