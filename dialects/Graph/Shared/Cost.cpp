//===- Cost.cpp -----------------------------------------------------------===//
#include "graph-opt/Dialect/Graph/Cost.h"
#include "graph-opt/Dialect/Graph/Graph.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace graphopt;

int64_t graphopt::countElements(Type type, int64_t dynamicSize) {
  auto shaped = dyn_cast<ShapedType>(type);
  if (!shaped || !shaped.hasRank())
    return 1;
  uint64_t count = 1;
  for (int64_t size : shaped.getShape())
    count = llvm::SaturatingMultiply(count, static_cast<uint64_t>(ShapedType::isDynamic(size) ? dynamicSize : size));
  return static_cast<int64_t>(std::min<uint64_t>(count, std::numeric_limits<int64_t>::max()));
}

static uint64_t byteSize(Type type, int64_t dynamicSize) {
  Type element = getElementTypeOrSelf(type);
  if (!element.isIntOrIndexOrFloat())
    return 0;
  return llvm::SaturatingMultiply<uint64_t>(countElements(type, dynamicSize), TensorValue::getElementSize(element));
}

Cost graphopt::defaultCost(Operation *op, int64_t dynamicSize, int64_t flopsPerElement) {
  uint64_t bytes = 0, flops = 0;
  for (Type type : op->getOperandTypes())
    bytes = llvm::SaturatingAdd(bytes, byteSize(type, dynamicSize));
  for (Type type : op->getResultTypes())
    bytes = llvm::SaturatingAdd(bytes, byteSize(type, dynamicSize));
  if (op->getNumResults() > 0)
    flops = llvm::SaturatingMultiply<uint64_t>(countElements(op->getResult(0).getType(), dynamicSize), flopsPerElement);
  constexpr uint64_t most = std::numeric_limits<int64_t>::max();
  return {static_cast<int64_t>(std::min(flops, most)), static_cast<int64_t>(std::min(bytes, most))};
}

FusionKind graphopt::defaultFusionKind(Operation *op) {
  return isa<ScalarBodyOpInterface>(op) ? FusionKind::elementwise : FusionKind::none;
}
