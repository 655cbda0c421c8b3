//===- BuildOp.h - ops by their names; arguments and results --------------===//
//
// What a front end needs that knows ops by name only: Python, and tools. C++ that knows the op's class calls its create(), and walks,
// moves, erases and replaces by MLIR's own functions.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "llvm/Support/Error.h"
#include <string>

#pragma GCC visibility push(default)
namespace graphopt {

/// The values of one operand as the op's definition counts them: none where an optional one is left out, many where it is variadic.
using OperandGroup = llvm::SmallVector<mlir::Value, 1>;

/// Builds a registered op without regions at the builder's insertion point; its result types follow from the operands. Where the op has
/// several optional or variadic operands, there must be a group for each of its operands. Errors: an unknown op, attributes that it does
/// not take, operands that it refuses; nothing is built then.
llvm::Expected<mlir::Operation *> buildOp(mlir::OpBuilder &builder, mlir::Location loc, llvm::StringRef name,
                                          llvm::ArrayRef<OperandGroup> operands, llvm::ArrayRef<mlir::NamedAttribute> attributes = {});

/// What is wrong with an op and what it holds.
llvm::Error verifyOp(mlir::Operation *op);

/// Whether `value` may be used by `user`: it is there before, and no op between them shuts out what is above it.
bool isKnownAt(mlir::Value value, mlir::Operation *user);

/// Adds an argument behind the others, with the name that callers pass it by. Error: a name that is taken, a function that is called.
llvm::Expected<mlir::Value> addArgument(mlir::func::FuncOp function, mlir::Type type, llvm::StringRef name);
/// Makes the function return `values`. A value that it returned before keeps the name of its result; `names` are those of the others, in
/// order, and "" is none. Errors, and no change: values that the function's end doesn't know, two of one name, other types for a function
/// that is called.
llvm::Error setResults(mlir::func::FuncOp function, mlir::ValueRange values, llvm::ArrayRef<std::string> names = {});

} // namespace graphopt
#pragma GCC visibility pop
