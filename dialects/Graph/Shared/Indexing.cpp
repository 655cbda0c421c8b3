//===- Indexing.cpp - positions that are read from a tensor ---------------===//
#include "Graph/Shared/Indexing.h"
#include "Graph/Shared/IndexMath.h"
#include "graph-opt/Dialect/Graph/Expr.h"
#include "graph-opt/Dialect/Graph/Ops/Gather.h"
#include "graph-opt/Dialect/Graph/Ops/Iota.h"
#include "graph-opt/Dialect/Graph/Ops/Reshape.h"
#include "graph-opt/Dialect/Graph/Ops/Slice.h"
#include "graph-opt/Interpreter/Interpreter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace graphopt;

/// x's sizes with those of indices in place of `axis`.
static SmallVector<int64_t> gatheredShape(const TensorValue &x, const TensorValue &indices, int64_t axis) {
  SmallVector<int64_t> shape(x.getShape().take_front(axis));
  llvm::append_range(shape, indices.getShape());
  llvm::append_range(shape, x.getShape().drop_front(axis + 1));
  return shape;
}

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

LogicalResult graphopt::inferScatter(InferContext &context, Value x, Value indices, Value updates, int64_t axis,
                                     SmallVectorImpl<SymbolicType> &results) {
  SymbolicType type = context.typeOf(x), given = context.typeOf(updates);
  SmallVector<SymbolicType> gathered;
  if (failed(inferGather(context, x, indices, axis, gathered))) // (C1)
    return failure();
  if (given.elementType != type.elementType) // (C2)
    return context.emitError() << "expected one element type of x and updates, got " << type.elementType << " and " << given.elementType;
  if (given.sizes.size() != gathered[0].sizes.size() || !llvm::all_of(llvm::zip(given.sizes, gathered[0].sizes), [](auto pair) {
        return InferContext::canBeEqual(std::get<0>(pair), std::get<1>(pair));
      })) // (C3)
    return context.emitError() << "expected updates to have x's sizes, with those of indices at axis " << axis << ", got "
                               << updates.getType();
  results.push_back(std::move(type));
  return success();
}

LogicalResult graphopt::checkUpdates(Operation *op, const TensorValue &x, const TensorValue &indices, const TensorValue &updates,
                                     int64_t axis) {
  SmallVector<int64_t> wanted = gatheredShape(x, indices, axis);
  if (updates.getShape() == ArrayRef(wanted))
    return success();
  return op->emitOpError() << "expected updates of sizes [" << wanted << "], got [" << updates.getShape() << "]";
}

Value graphopt::guardEmpty(OpBuilder &b, Location loc, Value size, Value other, llvm::function_ref<Value(OpBuilder &)> body) {
  if (getConstantIntValue(size))
    return body(b);
  Value zero = arith::ConstantIndexOp::create(b, loc, 0);
  Value some = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::sgt, size, zero);
  auto branch = scf::IfOp::create(
      b, loc, some, [&](OpBuilder &nested, Location at) { scf::YieldOp::create(nested, at, body(nested)); },
      [&](OpBuilder &nested, Location at) { scf::YieldOp::create(nested, at, other); });
  return branch.getResult(0);
}

Value graphopt::buildScatter(OpBuilder &b, Location loc, Value into, Value indices, Type indexType, Value updates, int64_t axis,
                             Combine combine) {
  OpFoldResult mixedSize = tensor::getMixedSize(b, loc, into, axis);
  if (isConstantIntValue(mixedSize, 0))
    return into;
  Value size = getValueOrCreateConstantIndexOp(b, loc, mixedSize);
  int64_t count = cast<RankedTensorType>(indices.getType()).getRank(), rank = cast<RankedTensorType>(updates.getType()).getRank();
  return guardEmpty(b, loc, size, into, [&](OpBuilder &inner) -> Value {
    Value zero = arith::ConstantIndexOp::create(inner, loc, 0), one = arith::ConstantIndexOp::create(inner, loc, 1);
    SmallVector<Value> lower(rank, zero), steps(rank, one), upper;
    for (OpFoldResult bound : tensor::getMixedSizes(inner, loc, updates))
      upper.push_back(getValueOrCreateConstantIndexOp(inner, loc, bound));
    auto put = [&](OpBuilder &nested, Location at, ValueRange loops, ValueRange state) -> SmallVector<Value> {
      Value index = tensor::ExtractOp::create(nested, at, indices, loops.slice(axis, count));
      SmallVector<Value> position(loops.take_front(axis));
      position.push_back(normalisedIndex(nested, at, index, indexType, size));
      llvm::append_range(position, loops.drop_front(axis + count));
      Value update = tensor::ExtractOp::create(nested, at, updates, loops);
      return {tensor::InsertOp::create(nested, at, combine(nested, at, update, state[0], position), state[0], position)};
    };
    return scf::buildLoopNest(inner, loc, lower, upper, steps, into, put).results[0];
  });
}

TensorValue graphopt::evaluateGather(EvalContext &context, Operation *op, const TensorValue &x, const TensorValue &indices, int64_t axis) {
  TensorValue y = context.allocate(op, x.getElementType(), gatheredShape(x, indices, axis));
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

Value graphopt::reversed(OpBuilder &b, Location loc, Value x, ArrayRef<int64_t> axes) {
  IndexMath math(b, loc);
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(b, loc, x), starts(sizes.size(), math.number(0));
  SmallVector<int64_t> steps(sizes.size(), 1);
  for (int64_t axis : axes) {
    starts[axis] = math.sub(sizes[axis], math.number(1));
    steps[axis] = -1;
  }
  return graph::SliceOp::create(b, loc, x, starts, sizes, steps);
}

Value graphopt::flatten(OpBuilder &b, Location loc, Value x) {
  return graph::ReshapeOp::create(b, loc, x, ArrayRef<OpFoldResult>{b.getIndexAttr(-1)});
}

Value graphopt::unflatten(OpBuilder &b, Location loc, Value x, Value like) {
  return graph::ReshapeOp::create(b, loc, x, tensor::getMixedSizes(b, loc, like));
}

Value graphopt::linearPositions(OpBuilder &b, Location loc, Value x, Value index, int64_t axis) {
  ExprBuilder g(b, loc);
  IndexMath math(b, loc);
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(b, loc, x), own = tensor::getMixedSizes(b, loc, index);
  auto rank = static_cast<int64_t>(sizes.size());
  Expr linear;
  for (int64_t d = 0; d < rank; ++d) {
    SmallVector<OpFoldResult> line(rank, b.getIndexAttr(1));
    line[d] = own[d];
    Expr position = d == axis ? g.cast(g(index), b.getI64Type()) : g(graph::IotaOp::create(b, loc, b.getI64Type(), line, d));
    linear = d == 0 ? position : linear * g(math.tensor(sizes[d])) + position;
  }
  return linear;
}

Value graphopt::gatherAlong(OpBuilder &b, Location loc, Value x, Value index, int64_t axis) {
  return graph::GatherOp::create(b, loc, flatten(b, loc, x), linearPositions(b, loc, x, index, axis), int64_t(0));
}
