//===- EvaluateElementwise.h - the loop that evaluates elementwise ops ----===//
#pragma once
#include "graph-opt/Dialect/Graph/Total.h"
#include "graph-opt/Interpreter/Interpreter.h"
#include "graph-opt/Interpreter/TensorValue.h"
#include "mlir/IR/Operation.h"

namespace graphopt {

/// The element types that a row's value expression is compiled for.
enum class Domain { floats, numbers, bits, elements };

template <Domain domain, typename T> constexpr bool inDomain() {
  constexpr bool isFloat = std::is_floating_point_v<T>, isBool = std::is_same_v<T, bool>;
  switch (domain) {
  case Domain::floats:
    return isFloat;
  case Domain::numbers:
    return !isBool;
  case Domain::bits:
    return !isFloat;
  case Domain::elements:
    return true;
  }
  return false;
}

/// The shape that runtime shapes broadcast to; emits an error on `op` and fails where they contradict each other.
llvm::FailureOr<llvm::SmallVector<int64_t>> broadcastShapes(mlir::Operation *op, llvm::ArrayRef<TensorValue> operands);

/// Calls `fn(resultIndex, operandIndices)` for each element of `shape`, operands stretched to it.
void forEachBroadcast(llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<TensorValue> operands,
                      llvm::function_ref<void(int64_t, llvm::ArrayRef<int64_t>)> fn);

/// Evaluates `compute` on broadcast operands of one element type; the result has the type of the op's result.
template <Domain domain, unsigned arity, typename Fn>
llvm::LogicalResult evaluateElementwise(mlir::Operation *op, llvm::ArrayRef<TensorValue> operands,
                                        llvm::SmallVectorImpl<TensorValue> &results, Fn compute) {
  auto shape = broadcastShapes(op, operands);
  if (failed(shape))
    return mlir::failure();
  TensorValue result(mlir::getElementTypeOrSelf(op->getResult(0).getType()), *shape);
  visitElementType(operands[0].getElementType(), [&](auto tag) {
    using Storage = typename decltype(tag)::type;
    using T = ComputeType<Storage>;
    if constexpr (inDomain<domain, T>()) {
      auto apply = [&](auto resultTag) {
        using Result = typename decltype(resultTag)::type;
        Result *out = result.getMutable<Result>().data();
        forEachBroadcast(*shape, operands, [&](int64_t i, llvm::ArrayRef<int64_t> at) {
          T x = static_cast<T>(operands[0].get<Storage>().data()[at[0]]);
          if constexpr (arity == 1)
            out[i] = static_cast<Result>(compute(x));
          else
            out[i] = static_cast<Result>(compute(x, static_cast<T>(operands[1].get<Storage>().data()[at[1]])));
        });
      };
      if (result.getElementType().isInteger(1))
        apply(StorageTag<bool>());
      else if constexpr (!std::is_same_v<Storage, bool>)
        apply(tag);
    }
  });
  results.push_back(std::move(result));
  return mlir::success();
}

} // namespace graphopt
