//===- SizeExpressions.cpp ===//
#include "SizeExpressions.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Interfaces/ValueBoundsOpInterface.h"
using namespace mlir;
namespace graphopt::memory {

SmallVector<std::pair<unsigned, unsigned>> SizeExpressions::dynamicSizes(func::FuncOp func) {
  SmallVector<std::pair<unsigned, unsigned>> result;
  for (BlockArgument argument : func.getArguments()) {
    auto type = dyn_cast<MemRefType>(argument.getType());
    unsigned number = argument.getArgNumber();
    if (!type || func.getArgAttr(number, "graph.result") || func.getArgAttr(number, "graph.arena"))
      continue;
    for (int64_t dim = 0; dim < type.getRank(); ++dim)
      if (type.isDynamicDim(dim))
        result.push_back({number, unsigned(dim)});
  }
  return result;
}

int64_t SizeExpressions::elementBytes(Type type) { return type.isIndex() ? 8 : (type.getIntOrFloatBitWidth() + 7) / 8; }

/// The size of an argument that `value` is, if it is one.
static std::optional<std::pair<unsigned, unsigned>> argumentSize(func::FuncOp func, Value value) {
  auto dim = value.getDefiningOp<memref::DimOp>();
  if (!dim)
    return std::nullopt;
  auto argument = dyn_cast<BlockArgument>(dim.getSource());
  std::optional<int64_t> index = dim.getConstantIndex();
  // A result's size is what the caller claims: sizes follow from the inputs alone.
  if (!argument || !index || argument.getOwner() != &func.front() || func.getArgAttr(argument.getArgNumber(), "graph.result"))
    return std::nullopt;
  return std::pair(argument.getArgNumber(), unsigned(*index));
}

/// A constant that the size never exceeds: a tile at the edge has the size of a full one.
static std::optional<int64_t> constantBound(Value size) {
  FailureOr<int64_t> bound = ValueBoundsConstraintSet::computeConstantBound(presburger::BoundType::UB, {size}, nullptr, /*closedUB=*/true);
  return succeeded(bound) && *bound >= 0 ? std::optional(*bound) : std::nullopt;
}

bool SizeExpressions::isExact(Value size) {
  if (auto it = exact.find(size); it != exact.end())
    return it->second;
  exact[size] = false; // while it is looked at
  Operation *op = size.getDefiningOp();
  bool arithmetic =
      op && op->getNumRegions() == 0 && isMemoryEffectFree(op) && isa<arith::ArithDialect, affine::AffineDialect>(op->getDialect());
  bool result =
      argumentSize(func, size) || (arithmetic && llvm::all_of(op->getOperands(), [&](Value operand) { return isExact(operand); }));
  return exact[size] = result;
}

bool SizeExpressions::isKnownAtEntry(Value size) { return isExact(size) || constantBound(size); }

Value SizeExpressions::build(OpBuilder &builder, Value size) {
  if (auto it = built.find(size); it != built.end())
    return it->second;
  auto make = [&]() -> Value {
    if (!isExact(size))
      return arith::ConstantIndexOp::create(builder, size.getLoc(), *constantBound(size));
    if (auto source = argumentSize(func, size)) {
      if (auto it = bound.find(*source); it != bound.end())
        return it->second;
      Value dim = arith::ConstantIndexOp::create(builder, size.getLoc(), source->second);
      return memref::DimOp::create(builder, size.getLoc(), func.getArgument(source->first), dim);
    }
    Operation *op = size.getDefiningOp();
    IRMapping mapping;
    for (Value operand : op->getOperands())
      mapping.map(operand, build(builder, operand));
    return builder.clone(*op, mapping)->getResult(cast<OpResult>(size).getResultNumber());
  };
  return built[size] = make();
}

Value SizeExpressions::bytesOf(OpBuilder &builder, Operation *alloc, int64_t alignment) {
  Location loc = alloc->getLoc();
  auto type = cast<MemRefType>(alloc->getResult(0).getType());
  int64_t fixed = elementBytes(type.getElementType());
  for (int64_t size : type.getShape())
    fixed *= ShapedType::isDynamic(size) ? 1 : size;
  Value bytes = arith::ConstantIndexOp::create(builder, loc, fixed);
  for (Value size : alloc->getOperands())
    bytes = arith::MulIOp::create(builder, loc, bytes, build(builder, size));
  bytes = arith::AddIOp::create(builder, loc, bytes, arith::ConstantIndexOp::create(builder, loc, alignment - 1));
  return arith::AndIOp::create(builder, loc, bytes, arith::ConstantIndexOp::create(builder, loc, ~(alignment - 1)));
}

} // namespace graphopt::memory
