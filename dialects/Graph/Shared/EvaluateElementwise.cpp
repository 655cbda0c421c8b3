//===- EvaluateElementwise.cpp --------------------------------------------===//
#include "Graph/Shared/EvaluateElementwise.h"

using namespace mlir;
using namespace graphopt;

FailureOr<SmallVector<int64_t>> graphopt::broadcastShapes(Operation *op, ArrayRef<TensorValue> operands) {
  SmallVector<int64_t> shape;
  for (const TensorValue &operand : operands) {
    ArrayRef<int64_t> sizes = operand.getShape();
    if (sizes.size() > shape.size())
      shape.insert(shape.begin(), sizes.size() - shape.size(), 1);
    for (auto [size, common] : llvm::zip(llvm::reverse(sizes), llvm::reverse(shape))) {
      if (common == 1)
        common = size;
      else if (size != 1 && size != common)
        return op->emitOpError() << "expected sizes that broadcast, got " << size << " and " << common;
    }
  }
  return shape;
}

void graphopt::forEachBroadcast(ArrayRef<int64_t> shape, ArrayRef<TensorValue> operands,
                                llvm::function_ref<void(int64_t, ArrayRef<int64_t>)> fn) {
  size_t rank = shape.size();
  SmallVector<SmallVector<int64_t, 4>, 4> strides;
  for (const TensorValue &operand : operands) {
    SmallVector<int64_t, 4> own = rowMajorStrides(operand.getShape());
    for (auto [stride, size] : llvm::zip(own, operand.getShape()))
      if (size == 1)
        stride = 0;
    own.insert(own.begin(), rank - own.size(), 0);
    strides.push_back(std::move(own));
  }
  auto total = checkedNumElements(shape);
  SmallVector<int64_t> index(rank, 0), at(operands.size(), 0);
  for (int64_t i = 0; i < *total; ++i) {
    fn(i, at);
    for (size_t d = rank; d-- > 0;) {
      ++index[d];
      for (auto [position, stride] : llvm::zip(at, strides))
        position += stride[d];
      if (index[d] < shape[d])
        break;
      for (auto [position, stride] : llvm::zip(at, strides))
        position -= stride[d] * shape[d];
      index[d] = 0;
    }
  }
}
