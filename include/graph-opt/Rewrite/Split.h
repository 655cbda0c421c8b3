//===- Split.h - parts of a function as functions of their own ------------===//
#pragma once
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/Error.h"
#include <optional>
#include <string>
#include <vector>

#pragma GCC visibility push(default)
namespace graphopt {

struct Part {
  std::string tag;
  mlir::func::FuncOp function;
};

/// Moves the ops of the function's body that have a tag into private functions, one for each tag, which the function calls; "f" and tag "a"
/// make "f_a". Ops without a tag stay. What has no operands, like constants and reads of parameters, goes where it is used. The parts come
/// in an order that they can run in; `onErase` hears of ops that went. Error: parts that each need the other's results, or a body of
/// several blocks.
llvm::Expected<std::vector<Part>> splitFunction(mlir::func::FuncOp function,
                                                llvm::function_ref<std::optional<std::string>(mlir::Operation *)> tag,
                                                llvm::function_ref<void(mlir::Operation *)> onErase = {});

/// Splits off what `isChosen` takes, in as few parts as the graph's levels allow, tagged "0" and so on: a part and what it needs never wait
/// for each other. Neighbours of one level that don't use each other share a part.
llvm::Expected<std::vector<Part>> partitionFunction(mlir::func::FuncOp function, llvm::function_ref<bool(mlir::Operation *)> isChosen,
                                                    llvm::function_ref<void(mlir::Operation *)> onErase = {});

} // namespace graphopt
#pragma GCC visibility pop
