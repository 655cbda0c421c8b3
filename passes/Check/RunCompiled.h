//===- RunCompiled.h - run a test as machine code -------------------------===//
#pragma once
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace graphopt {

/// Compiles a function without arguments, with `pipeline`, and evaluates its `check` ops on what the machine code gives. Its tensor
/// constants become arguments, so that the compiler can't fold what it is tested on.
llvm::LogicalResult runCompiled(mlir::func::FuncOp function, llvm::StringRef pipeline);

} // namespace graphopt
