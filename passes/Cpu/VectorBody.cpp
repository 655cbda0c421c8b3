//===- VectorBody.cpp ===//
#include "VectorBody.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
using namespace mlir;
namespace graphopt::cpu {

static bool isScalar(Type type) { return type.isIntOrIndexOrFloat(); }

bool VectorBody::supports(linalg::LinalgOp op) {
  for (Operation &inner : *op.getBlock()) {
    if (isa<linalg::IndexOp, linalg::YieldOp>(inner) || inner.hasTrait<OpTrait::ConstantLike>())
      continue;
    if (isa<memref::LoadOp>(inner)) {
      continue;
    }
    if (inner.getNumRegions() || !OpTrait::hasElementwiseMappableTraits(&inner) || !llvm::all_of(inner.getOperandTypes(), isScalar) ||
        !llvm::all_of(inner.getResultTypes(), isScalar))
      return false;
  }
  return llvm::all_of(op.getBlock()->getArgumentTypes(), isScalar);
}

bool VectorBody::needsExactLanes(linalg::LinalgOp op) {
  return llvm::any_of(*op.getBlock(), [](Operation &inner) {
    return isa<memref::LoadOp, arith::DivSIOp, arith::DivUIOp, arith::RemSIOp, arith::RemUIOp, arith::FloorDivSIOp, arith::CeilDivSIOp,
               arith::CeilDivUIOp>(inner);
  });
}

Value VectorBody::broadcast(Value value) {
  if (lanes == 1 || isa<VectorType>(value.getType()))
    return value;
  return vector::BroadcastOp::create(builder, loc, VectorType::get({lanes}, value.getType()), value);
}

void VectorBody::cloneIndex(linalg::IndexOp index) {
  Value result = loops[index.getDim()];
  if (lanes > 1 && int(index.getDim()) == vectorDim) {
    Value steps = vector::StepOp::create(builder, loc, VectorType::get({lanes}, builder.getIndexType()));
    result = arith::AddIOp::create(builder, loc, broadcast(result), steps);
  }
  map(index.getResult(), result);
}

void VectorBody::cloneLoad(Operation *inner) {
  auto load = cast<memref::LoadOp>(inner);
  SmallVector<Value> indices = llvm::map_to_vector(load.getIndices(), [&](Value v) { return lookup(v); });
  Value source = lookup(load.getMemRef());
  auto isVector = [](Value v) { return isa<VectorType>(v.getType()); };
  if (llvm::none_of(indices, isVector))
    return map(load.getResult(), memref::LoadOp::create(builder, loc, source, indices));
  // A row of a table: only the last index moves, with the vector loop itself, and memory is contiguous there.
  auto along = load.getIndices().back().getDefiningOp<linalg::IndexOp>();
  Type element = load.getType();
  SmallVector<int64_t> strides;
  int64_t offset;
  bool unit = succeeded(load.getMemRefType().getStridesAndOffset(strides, offset)) && strides.back() == 1;
  if (along && int(along.getDim()) == vectorDim && unit && !element.isInteger(1) &&
      llvm::none_of(ArrayRef(indices).drop_back(), isVector)) {
    indices.back() = loops[vectorDim];
    return map(load.getResult(), vector::LoadOp::create(builder, loc, VectorType::get({lanes}, element), source, indices));
  }
  SmallVector<Value> elements;
  for (int64_t lane = 0; lane < lanes; ++lane) {
    SmallVector<Value> at =
        llvm::map_to_vector(indices, [&](Value v) -> Value { return isVector(v) ? vector::ExtractOp::create(builder, loc, v, lane) : v; });
    elements.push_back(memref::LoadOp::create(builder, loc, source, at));
  }
  map(load.getResult(), vector::FromElementsOp::create(builder, loc, VectorType::get({lanes}, element), elements));
}

void VectorBody::cloneOp(Operation *inner) {
  if (auto index = dyn_cast<linalg::IndexOp>(inner))
    return cloneIndex(index);
  if (isa<memref::LoadOp>(inner) && lanes > 1)
    return cloneLoad(inner);
  SmallVector<Value> operands = llvm::map_to_vector(inner->getOperands(), [&](Value v) { return lookup(v); });
  if (llvm::any_of(operands, [](Value v) { return isa<VectorType>(v.getType()); })) {
    for (Value &operand : operands)
      operand = broadcast(operand);
    OperationState state(inner->getLoc(), inner->getName());
    state.addOperands(operands);
    for (Type type : inner->getResultTypes())
      state.addTypes(VectorType::get({lanes}, type));
    state.attributes = inner->getDiscardableAttrDictionary();
    state.propertiesAttr = inner->getPropertiesAsAttribute();
    Operation *cloned = builder.create(state);
    for (auto [from, to] : llvm::zip(inner->getResults(), cloned->getResults()))
      map(from, to);
    return;
  }
  IRMapping mapping;
  for (auto [from, to] : llvm::zip(inner->getOperands(), operands))
    mapping.map(from, to);
  // A region of the op may read the block's values too.
  for (auto [from, to] : values)
    mapping.map(from, to);
  Operation *cloned = builder.clone(*inner, mapping);
  for (auto [from, to] : llvm::zip(inner->getResults(), cloned->getResults()))
    map(from, to);
  // linalg.index of a nested region names the linalg op, which is gone there.
  cloned->walk([&](linalg::IndexOp index) {
    index.getResult().replaceAllUsesWith(loops[index.getDim()]);
    index->erase();
  });
}

SmallVector<Value> VectorBody::clone() {
  for (Operation &inner : op.getBlock()->without_terminator())
    cloneOp(&inner);
  return llvm::map_to_vector(op.getBlock()->getTerminator()->getOperands(), [&](Value v) { return lookup(v); });
}

} // namespace graphopt::cpu
