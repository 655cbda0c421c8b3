//===- Scatter.cpp --------------------------------------------------------===//
#include "Graph/Shared/Indexing.h"
#include "Graph/Shared/OpSupport.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::graph;

#include "graph-opt/Dialect/Graph/Ops/Scatter.ops.inc"

//===--- Shape ------------------------------------------------------------===//

LogicalResult ScatterOp::infer(InferContext &context, Adaptor op, SmallVectorImpl<SymbolicType> &results) {
  SymbolicType x = context.typeOf(op.getX()), updates = context.typeOf(op.getUpdates());
  SmallVector<SymbolicType> gathered;
  if (failed(inferGather(context, op.getX(), op.getIndices(), op.getAxis(), gathered))) // (C1)
    return failure();
  if (updates.elementType != x.elementType) // (C2)
    return context.emitError() << "expected one element type of x and updates, got " << x.elementType << " and " << updates.elementType;
  if (updates.sizes.size() != gathered[0].sizes.size() || !llvm::all_of(llvm::zip(updates.sizes, gathered[0].sizes), [](auto pair) {
        return InferContext::canBeEqual(std::get<0>(pair), std::get<1>(pair));
      })) // (C3)
    return context.emitError() << "expected updates to have x's sizes, with those of indices at axis " << op.getAxis() << ", got "
                               << op.getUpdates().getType();
  results.push_back(std::move(x));
  return success();
}

//===--- Evaluate ---------------------------------------------------------===//

LogicalResult ScatterOp::evaluate(EvalContext &context, ArrayRef<TensorValue> operands, SmallVectorImpl<TensorValue> &results) {
  const TensorValue &x = operands[0], &indices = operands[1], &updates = operands[2];
  auto axis = static_cast<int64_t>(getAxis());
  int64_t size = x.getDim(axis), count = indices.getNumElements();
  SmallVector<int64_t> wanted(x.getShape().take_front(axis));
  llvm::append_range(wanted, indices.getShape());
  llvm::append_range(wanted, x.getShape().drop_front(axis + 1));
  if (updates.getShape() != ArrayRef(wanted))
    return emitOpError() << "expected updates of sizes [" << wanted << "], got [" << updates.getShape() << "]";
  TensorValue y = context.allocate(*this, x.getElementType(), x.getShape());
  if (!y)
    return failure();
  int64_t width = TensorValue::getElementSize(x.getElementType()), outer = *checkedNumElements(x.getShape().take_front(axis));
  int64_t line = *checkedNumElements(x.getShape().drop_front(axis + 1)) * width;
  if (int64_t bytes = x.getNumElements() * width)
    std::memcpy(y.getMutableRaw(), x.getRaw(), bytes);
  for (int64_t i = 0; i < outer && size > 0 && line > 0; ++i)
    for (int64_t j = 0; j < count; ++j)
      std::memcpy(y.getMutableRaw() + (i * size + normalisedIndex(indices, j, size)) * line, updates.getRaw() + (i * count + j) * line,
                  line);
  results.push_back(std::move(y));
  return success();
}

//===--- Lower ------------------------------------------------------------===//

FailureOr<SmallVector<Value>> ScatterOp::lower(OpBuilder &b, ValueRange operands) {
  Location loc = getLoc();
  Value indices = operands[1], updates = operands[2];
  auto axis = static_cast<int64_t>(getAxis()), count = cast<RankedTensorType>(indices.getType()).getRank();
  auto rank = cast<RankedTensorType>(updates.getType()).getRank();
  OpFoldResult mixedSize = tensor::getMixedSize(b, loc, operands[0], axis);
  if (isConstantIntValue(mixedSize, 0))
    return SmallVector<Value>{operands[0]};
  Type indexType = getElementTypeOrSelf(getIndices().getType());
  Value size = getValueOrCreateConstantIndexOp(b, loc, mixedSize);
  auto put = [&](OpBuilder &nested, Location at, ValueRange loops, Value into) -> Value {
    Value index = tensor::ExtractOp::create(nested, at, indices, loops.slice(axis, count));
    SmallVector<Value> position(loops.take_front(axis));
    position.push_back(normalisedIndex(nested, at, index, indexType, size));
    llvm::append_range(position, loops.drop_front(axis + count));
    Value update = tensor::ExtractOp::create(nested, at, updates, loops);
    return tensor::InsertOp::create(nested, at, update, into, position);
  };
  // Sequential, in row-major order: the last of two updates of one element stays.
  auto all = [&](OpBuilder &inner) -> Value {
    Value zero = arith::ConstantIndexOp::create(inner, loc, 0), one = arith::ConstantIndexOp::create(inner, loc, 1);
    SmallVector<Value> lower(rank, zero), steps(rank, one), upper;
    for (OpFoldResult bound : tensor::getMixedSizes(inner, loc, updates))
      upper.push_back(getValueOrCreateConstantIndexOp(inner, loc, bound));
    if (rank == 0)
      return put(inner, loc, {}, operands[0]);
    scf::LoopNest nest = scf::buildLoopNest(inner, loc, lower, upper, steps, operands[0],
                                            [&](OpBuilder &nested, Location at, ValueRange loops, ValueRange state) -> SmallVector<Value> {
                                              return {put(nested, at, loops, state[0])};
                                            });
    return nest.results[0];
  };
  if (isa<Attribute>(mixedSize))
    return SmallVector<Value>{all(b)};
  Value zero = arith::ConstantIndexOp::create(b, loc, 0), some = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::sgt, size, zero);
  auto branch = scf::IfOp::create(
      b, loc, some, [&](OpBuilder &nested, Location at) { scf::YieldOp::create(nested, at, all(nested)); },
      [&](OpBuilder &nested, Location at) { scf::YieldOp::create(nested, at, operands[0]); });
  return SmallVector<Value>{branch.getResult(0)};
}

std::optional<std::pair<Value, int64_t>> ScatterOp::getIndexed(unsigned operandNumber) {
  return operandNumber == 1 ? std::optional(std::pair(Value(getX()), static_cast<int64_t>(getAxis()))) : std::nullopt;
}

Cost ScatterOp::getCost(int64_t dynamicSize) { return defaultCost(*this, dynamicSize, 0); }

//===--- Gradient ---------------------------------------------------------===//

FailureOr<SmallVector<Value>> ScatterOp::buildGradient(OpBuilder &b, ValueRange cotangents) {
  Type element = getElementTypeOrSelf(getType());
  if (!isa<FloatType>(element))
    return SmallVector<Value>(3);
  ExprBuilder g(b, getLoc());
  Value zeros = g.broadcastLike(g.number(0.0, element), g(getUpdates()));
  Value ofX = ScatterOp::create(b, getLoc(), cotangents[0], getIndices(), zeros, getAxis());
  return SmallVector<Value>{ofX, Value(), GatherOp::create(b, getLoc(), cotangents[0], getIndices(), getAxis())};
}

//===--- Import -----------------------------------------------------------===//

void ScatterOp::registerImportRules(ImportRules &) {} // ATen's numbers elements, not slices: lib/Interop/Aten/Rules/Scatter.cpp
