//===- VectorChoice.cpp - which loop of a linalg op becomes vectors -------===//
#include "GenericEmitter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
using namespace mlir;
namespace graphopt::cpu {

/// How far a result of a map moves with one step of `dim`: a constant, or nullopt.
static std::optional<int64_t> stepOf(AffineExpr expr, unsigned dim, unsigned numDims) {
  if (!expr.isFunctionOfDim(dim))
    return 0;
  AffineExpr moved = expr.replace(getAffineDimExpr(dim, expr.getContext()), getAffineDimExpr(dim, expr.getContext()) + 1);
  auto difference = dyn_cast<AffineConstantExpr>(simplifyAffineExpr(moved - expr, numDims, 0));
  return difference ? std::optional(difference.getValue()) : std::nullopt;
}

GenericEmitter::GenericEmitter(RewriterBase &builder, linalg::GenericOp op, const CpuInfo &cpu)
    : builder(builder), loc(op.getLoc()), op(op), cpu(cpu), staticSizes(op.getStaticLoopRanges()), iterators(op.getIteratorTypesArray()) {
  for (OpOperand &operand : op->getOpOperands())
    operands.push_back(
        {operand.get(), op.getMatchingIndexingMap(&operand), Access::Uniform, -1, op.payloadUsesValueFromOperand(&operand), {}});
  for (unsigned output = 0; output < unsigned(op.getNumDpsInits()); ++output)
    combiners.push_back(combinerOf(output));
  chooseVectorDim();
}

GenericEmitter::Access GenericEmitter::accessOf(Value memref, AffineMap map, int dim) const {
  if (dim < 0 || !map.isFunctionOfDim(dim))
    return Access::Uniform;
  auto type = dyn_cast<MemRefType>(memref.getType());
  if (!type || type.getRank() == 0)
    return Access::Uniform;
  SmallVector<int64_t> strides;
  int64_t offset;
  // A vector of i1 is bits in a register, and bytes in memory.
  if (type.getElementType().isInteger(1) || failed(type.getStridesAndOffset(strides, offset)) || strides.back() != 1)
    return Access::Lanes;
  for (auto [position, expr] : llvm::enumerate(map.getResults()))
    if (stepOf(expr, dim, map.getNumDims()) != (position + 1 == map.getNumResults() ? 1 : 0))
      return Access::Lanes;
  return Access::Contiguous;
}

/// The one op that takes the accumulator and yields the next one, if its kind is known.
GenericEmitter::Combiner GenericEmitter::combinerOf(unsigned output) {
  BlockArgument accumulator = op.getRegionOutputArgs()[output];
  Value yielded = op.getBlock()->getTerminator()->getOperand(output);
  if (!accumulator.hasOneUse() || !yielded.hasOneUse())
    return {};
  Operation *user = *accumulator.user_begin();
  if (user != yielded.getDefiningOp() || user->getNumOperands() != 2 || user->getBlock() != op.getBlock())
    return {};
  std::optional<vector::CombiningKind> kind = linalg::getCombinerOpKind(user);
  if (!kind || !arith::getNeutralElement(user))
    return {};
  return {user, *kind};
}

void GenericEmitter::chooseVectorDim() {
  unsigned widest = 8;
  for (const Operand &operand : operands) {
    Type element = getElementTypeOrSelf(operand.memref.getType());
    widest = std::max(widest, element.isIndex() ? 64 : element.getIntOrFloatBitWidth());
  }
  // The lanes are those of the computation, which is in f32 for f16 and bf16.
  op.getBlock()->walk([&](Operation *inner) {
    for (Type type : inner->getResultTypes())
      if (isa<IntegerType, FloatType>(type))
        widest = std::max(widest, type.getIntOrFloatBitWidth());
  });
  int best = -1;
  if (VectorBody::supports(op) && cpu.lanes(widest) > 1) {
    int64_t bestScore = 0;
    for (int dim = 0; dim < int(op.getNumLoops()); ++dim) {
      bool reduction = iterators[dim] == utils::IteratorType::reduction;
      if (staticSizes[dim] == 1 || staticSizes[dim] == 0 ||
          (reduction && !llvm::all_of(combiners, [](const Combiner &c) { return c.op != nullptr; })))
        continue;
      int64_t score = 0;
      bool touched = false;
      for (const Operand &operand : operands) {
        Access access = accessOf(operand.memref, operand.map, dim);
        touched |= access == Access::Contiguous;
        score += access == Access::Contiguous ? 4 : access == Access::Lanes ? -3 : 0;
      }
      // A body that looks up a table by linalg.index moves along the output alone.
      score += ShapedType::isDynamic(staticSizes[dim]) || staticSizes[dim] >= cpu.lanes(widest) ? 1 : -1;
      score -= reduction;
      if (touched && score >= bestScore)
        best = dim, bestScore = score;
    }
  }
  vectorDim = best;
  if (vectorDim >= 0) {
    width = cpu.lanes(widest);
    while (width > 1 && !ShapedType::isDynamic(staticSizes[vectorDim]) && staticSizes[vectorDim] < width)
      width /= 2;
    if (width == 1)
      vectorDim = -1;
  }
  auto append = [&](utils::IteratorType kind) {
    bool reductionsLast = kind == utils::IteratorType::reduction;
    for (unsigned dim = 0; dim < op.getNumLoops(); ++dim)
      if (iterators[dim] == kind && int(dim) != vectorDim)
        order.push_back(dim);
    if (vectorDim >= 0 && (iterators[vectorDim] == utils::IteratorType::reduction) == reductionsLast)
      order.push_back(vectorDim);
  };
  append(utils::IteratorType::parallel);
  numParallel = order.size();
  append(utils::IteratorType::reduction);
  for (Operand &operand : operands) {
    operand.access = accessOf(operand.memref, operand.map, vectorDim);
    for (auto [position, dim] : llvm::enumerate(order))
      if (operand.map.isFunctionOfDim(dim))
        operand.level = position;
  }
}

bool GenericEmitter::masksFit() {
  if (!cpu.hasMasks || VectorBody::needsExactLanes(op))
    return false;
  return llvm::all_of(operands, [&](const Operand &operand) {
    unsigned bits = 64;
    if (Type element = getElementTypeOrSelf(operand.memref.getType()); !element.isIndex())
      bits = element.getIntOrFloatBitWidth();
    return operand.access == Access::Uniform || (operand.access == Access::Contiguous && (bits >= 32 || cpu.hasAllMasks));
  });
}

} // namespace graphopt::cpu
