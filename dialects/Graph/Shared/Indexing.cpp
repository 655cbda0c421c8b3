//===- Indexing.cpp - positions that are read from a tensor ---------------===//
#include "Graph/Shared/Indexing.h"
#include "graph-opt/Interpreter/Interpreter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace graphopt;

int64_t graphopt::normalisedIndex(const TensorValue &indices, int64_t i, int64_t size) {
  int64_t position = indices.getAsInt(i);
  if (indices.getElementType().isUnsignedInteger())
    return static_cast<int64_t>(std::min(static_cast<uint64_t>(position), static_cast<uint64_t>(size - 1)));
  if (position < 0)
    position += size;
  return std::clamp<int64_t>(position, 0, size - 1);
}

Value graphopt::normalisedIndex(OpBuilder &b, Location loc, Value position, Type elementType, Value size) {
  bool isUnsigned = elementType.isUnsignedInteger();
  Type wide = b.getI64Type();
  if (position.getType() != wide)
    position = isUnsigned ? arith::ExtUIOp::create(b, loc, wide, position).getResult()
                          : arith::ExtSIOp::create(b, loc, wide, position).getResult();
  size = arith::IndexCastOp::create(b, loc, wide, size);
  Value zero = arith::ConstantOp::create(b, loc, b.getI64IntegerAttr(0)), one = arith::ConstantOp::create(b, loc, b.getI64IntegerAttr(1));
  Value last = arith::SubIOp::create(b, loc, size, one);
  if (isUnsigned) {
    position = arith::MinUIOp::create(b, loc, position, last);
  } else {
    Value negative = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt, position, zero);
    Value fromEnd = arith::AddIOp::create(b, loc, position, size);
    position = arith::SelectOp::create(b, loc, negative, fromEnd, position);
    position = arith::MinSIOp::create(b, loc, arith::MaxSIOp::create(b, loc, position, zero), last);
  }
  return arith::IndexCastOp::create(b, loc, b.getIndexType(), position);
}

LogicalResult graphopt::inferGather(InferContext &context, Value x, Value indices, int64_t axis, SmallVectorImpl<SymbolicType> &results) {
  SymbolicType type = context.typeOf(x), positions = context.typeOf(indices);
  if (auto rank = static_cast<int64_t>(type.sizes.size()); axis < 0 || axis >= rank) // (C1)
    return context.emitError() << "expected axis in [0, " << rank << "), got " << axis;
  SymbolicType y{SmallVector<AffineExpr>(ArrayRef(type.sizes).take_front(axis)), type.elementType};
  llvm::append_range(y.sizes, positions.sizes);
  llvm::append_range(y.sizes, ArrayRef(type.sizes).drop_front(axis + 1));
  results.push_back(std::move(y));
  return success();
}

TensorValue graphopt::evaluateGather(EvalContext &context, Operation *op, const TensorValue &x, const TensorValue &indices, int64_t axis) {
  SmallVector<int64_t> shape(x.getShape().take_front(axis));
  llvm::append_range(shape, indices.getShape());
  llvm::append_range(shape, x.getShape().drop_front(axis + 1));
  TensorValue y = context.allocate(op, x.getElementType(), shape);
  int64_t size = x.getDim(axis);
  if (!y || size == 0)
    return y;
  int64_t outer = *checkedNumElements(x.getShape().take_front(axis)), count = indices.getNumElements();
  int64_t bytes = *checkedNumElements(x.getShape().drop_front(axis + 1)) * TensorValue::getElementSize(x.getElementType());
  char *out = y.getMutableRaw();
  for (int64_t i = 0; i < outer; ++i)
    for (int64_t j = 0; j < count; ++j, out += bytes)
      if (bytes > 0)
        std::memcpy(out, x.getRaw() + (i * size + normalisedIndex(indices, j, size)) * bytes, bytes);
  return y;
}

Cost graphopt::gatherCost(Operation *op, int64_t dynamicSize) {
  Cost cost = defaultCost(op, dynamicSize, 0);
  Type type = op->getResult(0).getType();
  int64_t width = TensorValue::getElementSize(getElementTypeOrSelf(type));
  int64_t all = countElements(op->getOperand(0).getType(), dynamicSize), read = countElements(type, dynamicSize);
  if (all > read && cost.bytes < std::numeric_limits<int64_t>::max())
    cost.bytes -= (all - read) * width;
  return cost;
}
