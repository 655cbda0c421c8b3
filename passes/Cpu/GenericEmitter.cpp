//===- GenericEmitter.cpp ===//
#include "GenericEmitter.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "llvm/ADT/ScopeExit.h"
using namespace mlir;
namespace graphopt::cpu {

//===--- Memory ---------------------------------------------------------------===//

Value GenericEmitter::index(int64_t value) { return arith::ConstantIndexOp::create(builder, loc, value); }

SmallVector<Value> GenericEmitter::indices(const Operand &operand, int64_t lane) {
  // A level above reads no deeper induction variable: its map has no such dimension.
  SmallVector<OpFoldResult> at;
  for (Value value : loops)
    at.push_back(value ? OpFoldResult(value) : OpFoldResult(builder.getIndexAttr(0)));
  if (lane)
    at[vectorDim] = OpFoldResult(arith::AddIOp::create(builder, loc, loops[vectorDim], index(lane)).getResult());
  SmallVector<Value> result;
  for (AffineExpr expr : operand.map.getResults()) {
    if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
      result.push_back(getValueOrCreateConstantIndexOp(builder, loc, at[dim.getPosition()]));
      continue;
    }
    AffineMap map = AffineMap::get(operand.map.getNumDims(), 0, expr);
    result.push_back(getValueOrCreateConstantIndexOp(builder, loc, affine::makeComposedFoldedAffineApply(builder, loc, map, at)));
  }
  return result;
}

Value GenericEmitter::load(const Operand &operand) {
  if (!isa<MemRefType>(operand.memref.getType()))
    return operand.memref; // a scalar operand
  if (operand.access == Access::Uniform || lanes == 1)
    return memref::LoadOp::create(builder, loc, operand.memref, indices(operand));
  VectorType type = VectorType::get({lanes}, getElementTypeOrSelf(operand.memref.getType()));
  if (operand.access == Access::Contiguous) {
    if (!mask)
      return vector::LoadOp::create(builder, loc, type, operand.memref, indices(operand));
    Value zero = arith::ConstantOp::create(builder, loc, builder.getZeroAttr(type));
    return vector::MaskedLoadOp::create(builder, loc, type, operand.memref, indices(operand), mask, zero);
  }
  SmallVector<Value> elements;
  for (int64_t lane = 0; lane < lanes; ++lane)
    elements.push_back(memref::LoadOp::create(builder, loc, operand.memref, indices(operand, lane)));
  return vector::FromElementsOp::create(builder, loc, type, elements);
}

void GenericEmitter::store(Operand &operand, Value value) {
  if (operand.access == Access::Uniform || lanes == 1) {
    memref::StoreOp::create(builder, loc, value, operand.memref, indices(operand));
    return;
  }
  if (!isa<VectorType>(value.getType()))
    value = vector::BroadcastOp::create(builder, loc, VectorType::get({lanes}, value.getType()), value);
  if (operand.access == Access::Contiguous) {
    if (mask)
      vector::MaskedStoreOp::create(builder, loc, operand.memref, indices(operand), mask, value);
    else
      vector::StoreOp::create(builder, loc, value, operand.memref, indices(operand));
    return;
  }
  for (int64_t lane = 0; lane < lanes; ++lane)
    memref::StoreOp::create(builder, loc, vector::ExtractOp::create(builder, loc, value, lane), operand.memref, indices(operand, lane));
}

void GenericEmitter::emitLoads(int64_t level) {
  for (Operand &operand : MutableArrayRef(operands).take_front(op.getNumDpsInputs()))
    if (operand.level == level && operand.read)
      operand.value = load(operand);
}

//===--- Loops ----------------------------------------------------------------===//

SmallVector<Value> GenericEmitter::loop(unsigned dim, Value lower, Value upper, int64_t step, ValueRange carried,
                                        function_ref<SmallVector<Value>(SmallVector<Value>)> inside) {
  Value outer = loops[dim];
  llvm::scope_exit restore([&] { loops[dim] = outer; });
  std::optional<int64_t> low = getConstantIntValue(lower), high = getConstantIntValue(upper);
  if (low && high && *low >= *high)
    return carried;
  if (low && high && *high - *low <= step) {
    loops[dim] = lower;
    return inside(carried);
  }
  auto forOp = scf::ForOp::create(builder, loc, lower, upper, index(step), carried);
  OpBuilder::InsertionGuard guard(builder);
  if (carried.empty())
    builder.setInsertionPoint(forOp.getBody()->getTerminator());
  else
    builder.setInsertionPointToStart(forOp.getBody());
  loops[dim] = forOp.getInductionVar();
  SmallVector<Value> yielded = inside(llvm::to_vector_of<Value>(forOp.getRegionIterArgs()));
  if (!carried.empty())
    scf::YieldOp::create(builder, loc, yielded);
  return llvm::to_vector_of<Value>(forOp.getResults());
}

Value GenericEmitter::roundDown(Value value, int64_t multiple) {
  if (std::optional<int64_t> known = getConstantIntValue(value))
    return index(*known / multiple * multiple);
  Value rest = arith::RemUIOp::create(builder, loc, value, index(multiple));
  return arith::SubIOp::create(builder, loc, value, rest);
}

void GenericEmitter::parallelLevel(size_t position) {
  emitLoads(int64_t(position) - 1);
  if (position == numParallel)
    return accumulate();
  unsigned dim = order[position];
  auto inside = [&](SmallVector<Value>) -> SmallVector<Value> {
    parallelLevel(position + 1);
    return {};
  };
  if (int(dim) != vectorDim) {
    loop(dim, index(0), sizes[dim], 1, {}, inside);
    return;
  }
  Value size = sizes[dim], full = roundDown(size, width);
  lanes = width;
  loop(dim, index(0), full, width, {}, inside);
  if (getConstantIntValue(size) != getConstantIntValue(full) || !getConstantIntValue(size)) {
    if (masksFit()) {
      // One iteration with the lanes that are left, if any.
      Value left = arith::SubIOp::create(builder, loc, size, full);
      loop(dim, full, size, width, {}, [&](SmallVector<Value>) -> SmallVector<Value> {
        mask = vector::CreateMaskOp::create(builder, loc, VectorType::get({width}, builder.getI1Type()), left);
        parallelLevel(position + 1);
        mask = {};
        return {};
      });
    } else {
      lanes = 1;
      loop(dim, full, size, 1, {}, inside);
    }
  }
  lanes = 1;
}

SmallVector<Value> GenericEmitter::body(ArrayRef<Value> accumulators) {
  VectorBody clone(builder, loc, op, loops, vectorDim, lanes);
  for (auto [argument, operand] : llvm::zip(op.getRegionInputArgs(), operands))
    if (operand.read)
      clone.map(argument, operand.value);
  for (auto [argument, value] : llvm::zip(op.getRegionOutputArgs(), accumulators))
    if (value)
      clone.map(argument, value);
  return clone.clone();
}

void GenericEmitter::accumulate() {
  MutableArrayRef<Operand> outputs = MutableArrayRef(operands).drop_front(op.getNumDpsInputs());
  bool reduces = numParallel < order.size();
  SmallVector<Value> accumulators;
  for (Operand &output : outputs)
    accumulators.push_back(reduces || output.read ? load(output) : Value());
  if (!reduces)
    accumulators = body(accumulators);
  else if (vectorDim >= 0 && iterators[vectorDim] == utils::IteratorType::reduction)
    accumulators = reduceVectors(accumulators);
  else
    accumulators = reduceLevel(numParallel, accumulators);
  for (auto [output, value] : llvm::zip(outputs, accumulators))
    store(output, value);
}

Value GenericEmitter::combine(unsigned output, Value lhs, Value rhs, int64_t lanes) {
  Operation *combiner = combiners[output].op;
  bool accumulatorFirst = combiner->getOperand(0) == op.getRegionOutputArgs()[output];
  VectorBody clone(builder, loc, op, loops, vectorDim, lanes);
  clone.map(combiner->getOperand(accumulatorFirst ? 0 : 1), lhs);
  clone.map(combiner->getOperand(accumulatorFirst ? 1 : 0), rhs);
  clone.cloneOp(combiner);
  return clone.lookup(combiner->getResult(0));
}

/// A reduction along the vector dimension: partial results in lanes, which meet after the loops.
SmallVector<Value> GenericEmitter::reduceVectors(SmallVector<Value> initial) {
  lanes = width;
  SmallVector<Value> accumulators;
  for (const Combiner &combiner : combiners) {
    auto type = VectorType::get({width}, combiner.op->getResult(0).getType());
    TypedAttr neutral = *arith::getNeutralElement(combiner.op);
    accumulators.push_back(arith::ConstantOp::create(builder, loc, DenseElementsAttr::get(type, ArrayRef<Attribute>(neutral))));
  }
  accumulators = reduceLevel(numParallel, accumulators);
  lanes = 1;
  for (auto [position, value] : llvm::enumerate(accumulators)) {
    bool floats = isa<FloatType>(getElementTypeOrSelf(value.getType()));
    // In a tree: the order is fixed by the code, so that results do not change from run to run.
    auto flags = floats ? arith::FastMathFlags::reassoc : arith::FastMathFlags::none;
    Value scalar = vector::ReductionOp::create(builder, loc, combiners[position].kind, value, flags);
    value = combine(position, initial[position], scalar, 1);
  }
  return accumulators;
}

SmallVector<Value> GenericEmitter::reduceLevel(size_t position, SmallVector<Value> accumulators) {
  if (position == order.size()) {
    SmallVector<Value> next = body(accumulators);
    for (auto [accumulator, value] : llvm::zip(accumulators, next)) {
      if (isa<VectorType>(accumulator.getType()) && !isa<VectorType>(value.getType()))
        value = vector::BroadcastOp::create(builder, loc, accumulator.getType(), value);
      if (mask && iterators[vectorDim] == utils::IteratorType::reduction)
        value = arith::SelectOp::create(builder, loc, mask, value, accumulator);
    }
    return next;
  }
  unsigned dim = order[position];
  auto inside = [&](SmallVector<Value> values) {
    emitLoads(position);
    return reduceLevel(position + 1, values);
  };
  if (int(dim) != vectorDim)
    return loop(dim, index(0), sizes[dim], 1, accumulators, inside);

  // Several vectors at a time, so that the latency of the combiner does not bound the loop.
  constexpr int64_t unroll = 4;
  Value size = sizes[dim], full = roundDown(size, width), unrolled = roundDown(size, width * unroll);
  size_t count = accumulators.size();
  if (getConstantIntValue(unrolled) != 0) {
    SmallVector<Value> wide(accumulators);
    for (int64_t copy = 1; copy < unroll; ++copy)
      for (const Combiner &combiner : combiners) {
        auto type = VectorType::get({width}, combiner.op->getResult(0).getType());
        TypedAttr neutral = *arith::getNeutralElement(combiner.op);
        wide.push_back(arith::ConstantOp::create(builder, loc, DenseElementsAttr::get(type, ArrayRef<Attribute>(neutral))));
      }
    wide = loop(dim, index(0), unrolled, width * unroll, wide, [&](SmallVector<Value> values) {
      Value base = loops[dim];
      SmallVector<Value> next;
      for (int64_t copy = 0; copy < unroll; ++copy) {
        if (copy)
          loops[dim] = arith::AddIOp::create(builder, loc, base, index(copy * width));
        next.append(inside(SmallVector<Value>(ArrayRef(values).slice(copy * count, count))));
      }
      return next;
    });
    for (int64_t stride = unroll / 2; stride >= 1; stride /= 2)
      for (int64_t at = 0; at < stride * int64_t(count); ++at)
        wide[at] = combine(at % count, wide[at], wide[at + stride * count], width);
    accumulators.assign(wide.begin(), wide.begin() + count);
  }
  accumulators = loop(dim, unrolled, full, width, accumulators, inside);
  if (getConstantIntValue(size) && getConstantIntValue(size) == getConstantIntValue(full))
    return accumulators;
  if (masksFit()) {
    Value left = arith::SubIOp::create(builder, loc, size, full);
    return loop(dim, full, size, width, accumulators, [&](SmallVector<Value> values) {
      mask = vector::CreateMaskOp::create(builder, loc, VectorType::get({width}, builder.getI1Type()), left);
      SmallVector<Value> next = inside(values);
      mask = {};
      return next;
    });
  }
  // Without masks the rest goes to lane 0, an element at a time.
  SmallVector<Value> scalars;
  for (Value accumulator : accumulators)
    scalars.push_back(vector::ExtractOp::create(builder, loc, accumulator, 0));
  lanes = 1;
  scalars = loop(dim, full, size, 1, scalars, inside);
  lanes = width;
  for (auto [accumulator, scalar] : llvm::zip(accumulators, scalars))
    accumulator = vector::InsertOp::create(builder, loc, scalar, accumulator, 0);
  return accumulators;
}

void GenericEmitter::emit() {
  for (Range range : cast<linalg::LinalgOp>(op.getOperation()).createLoopRanges(builder, loc))
    sizes.push_back(getValueOrCreateConstantIndexOp(builder, loc, range.size));
  loops.assign(op.getNumLoops(), Value());
  parallelLevel(0);
}

} // namespace graphopt::cpu
