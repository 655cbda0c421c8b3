//===- Vectorize.cpp ===//
#include "GenericEmitter.h"
#include "MatmulEmitter.h"
#include "graph-opt/Passes/Passes.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/PatternMatch.h"
using namespace mlir;
namespace graphopt {
#define GEN_PASS_DEF_CPUVECTORIZEPASS
#include "graph-opt/Passes/Cpu.h.inc"
namespace {

/// memref.copy as a linalg op: the run-time library has no copy of strided memory.
void generalizeCopy(RewriterBase &rewriter, memref::CopyOp copy) {
  rewriter.setInsertionPoint(copy);
  rewriter.replaceOpWithNewOp<linalg::CopyOp>(copy, copy.getSource(), copy.getTarget());
}

/// True when dimension `dim` follows `dim - 1` in memory in every operand that has either.
bool continues(linalg::GenericOp op, unsigned dim) {
  for (OpOperand &operand : op->getOpOperands()) {
    AffineMap map = op.getMatchingIndexingMap(&operand);
    if (!map.isProjectedPermutation(/*allowZeroInResults=*/false))
      return false;
    std::optional<unsigned> first = map.getResultPosition(getAffineDimExpr(dim - 1, op.getContext()));
    std::optional<unsigned> second = map.getResultPosition(getAffineDimExpr(dim, op.getContext()));
    if (!first && !second)
      continue;
    if (!first || !second || *second != *first + 1)
      return false;
    auto type = dyn_cast<MemRefType>(operand.get().getType());
    SmallVector<int64_t> strides;
    int64_t offset;
    if (!type || failed(type.getStridesAndOffset(strides, offset)))
      return false;
    if (type.getLayout().isIdentity())
      continue;
    int64_t size = type.getDimSize(*second);
    if (ShapedType::isDynamic(size) || ShapedType::isDynamic(strides[*first]) || strides[*first] != strides[*second] * size)
      return false;
  }
  return true;
}

/// Makes one loop of those that walk memory as one.
linalg::GenericOp collapse(RewriterBase &rewriter, linalg::GenericOp op) {
  // One element needs no loop, and as it is its buffer can become a register.
  if (op.hasIndexSemantics() || op.getNumLoops() < 2 || llvm::all_of(op.getStaticLoopRanges(), [](int64_t size) { return size == 1; }))
    return op;
  SmallVector<utils::IteratorType> kinds = op.getIteratorTypesArray();
  SmallVector<ReassociationIndices> groups;
  for (unsigned dim = 0; dim < op.getNumLoops(); ++dim) {
    if (dim && kinds[dim] == kinds[dim - 1] && continues(op, dim))
      groups.back().push_back(dim);
    else
      groups.push_back({int64_t(dim)});
  }
  if (groups.size() == op.getNumLoops())
    return op;
  rewriter.setInsertionPoint(op);
  FailureOr<linalg::CollapseResult> result = linalg::collapseOpIterationDims(op, groups, rewriter);
  if (failed(result))
    return op;
  auto collapsed = cast<linalg::GenericOp>(result->collapsedOp.getOperation());
  if (collapsed != op)
    rewriter.eraseOp(op);
  return collapsed;
}

struct CpuVectorizePass final : impl::CpuVectorizePassBase<CpuVectorizePass> {
  using CpuVectorizePassBase::CpuVectorizePassBase;

  void runOnOperation() override {
    FailureOr<CpuInfo> info = CpuInfo::get(cpu);
    if (failed(info)) {
      getOperation().emitError("expected the name of a CPU, got '") << cpu << "'";
      return signalPassFailure();
    }
    IRRewriter rewriter(&getContext());
    getOperation().walk([&](memref::CopyOp copy) { generalizeCopy(rewriter, copy); });
    SmallVector<linalg::LinalgOp> ops;
    getOperation().walk([&](linalg::LinalgOp op) { ops.push_back(op); });
    for (linalg::LinalgOp op : ops)
      if (!op.hasPureBufferSemantics()) {
        op.emitError("expected operands that are memrefs");
        return signalPassFailure();
      }
    // Matrix products first: they take over the fills before them.
    SmallVector<linalg::GenericOp> generics;
    for (linalg::LinalgOp op : ops) {
      if (isa<linalg::FillOp>(op))
        continue;
      auto generic = dyn_cast<linalg::GenericOp>(op.getOperation());
      if (!generic && !(generic = generalize(rewriter, op)))
        return signalPassFailure();
      if (!emitMatmul(rewriter, generic, *info))
        generics.push_back(generic);
    }
    getOperation().walk([&](linalg::FillOp fill) { generics.push_back(generalize(rewriter, fill)); });
    for (linalg::GenericOp op : generics) {
      linalg::GenericOp generic = collapse(rewriter, op);
      rewriter.setInsertionPoint(generic);
      cpu::GenericEmitter(rewriter, generic, *info).emit();
      rewriter.eraseOp(generic);
    }
  }

  linalg::GenericOp generalize(RewriterBase &rewriter, linalg::LinalgOp op) {
    rewriter.setInsertionPoint(op);
    FailureOr<linalg::GenericOp> generic = linalg::generalizeNamedOp(rewriter, op);
    if (failed(generic)) {
      op.emitError("expected a linalg op that can be generalised");
      return {};
    }
    return *generic;
  }

  bool emitMatmul(RewriterBase &rewriter, linalg::GenericOp op, const CpuInfo &info) {
    FailureOr<cpu::MatmulForm> form = cpu::matchMatmul(op);
    if (failed(form) || !cpu::MatmulEmitter::fits(op, *form, info))
      return false;
    linalg::FillOp fill = cpu::startOf(op);
    rewriter.setInsertionPoint(op);
    cpu::MatmulEmitter(rewriter, op, *form, info, fill ? fill.value() : Value()).emit();
    rewriter.eraseOp(op);
    if (fill)
      rewriter.eraseOp(fill);
    return true;
  }
};

} // namespace
} // namespace graphopt
