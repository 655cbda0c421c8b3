//===- ExpandReshapes.cpp - reshapes with several unknown sizes -----------===//
//
// Upstream's expand-strided-metadata takes for granted that a group of an expand_shape has one dynamic size at most (it asserts, and the
// packaged library doesn't), so these go first.
//
//===----------------------------------------------------------------------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Pass/Pass.h"

using namespace mlir;

namespace graphopt {
#define GEN_PASS_DEF_EXPANDRESHAPESPASS
#include "graph-opt/Passes/Execution.h.inc"

namespace {
struct ExpandReshapesPass final : impl::ExpandReshapesPassBase<ExpandReshapesPass> {
  void runOnOperation() override {
    SmallVector<memref::ExpandShapeOp> reshapes;
    getOperation().walk([&](memref::ExpandShapeOp op) {
      MemRefType type = op.getResultType();
      if (llvm::any_of(op.getReassociationIndices(), [&](ArrayRef<int64_t> group) {
            return llvm::count_if(group, [&](int64_t dim) { return type.isDynamicDim(dim); }) > 1;
          }))
        reshapes.push_back(op);
    });
    for (memref::ExpandShapeOp op : reshapes)
      if (failed(expand(op)))
        return signalPassFailure();
  }

  static LogicalResult expand(memref::ExpandShapeOp op) {
    MemRefType type = op.getResultType();
    SmallVector<int64_t> knownStrides;
    int64_t knownOffset;
    if (failed(type.getStridesAndOffset(knownStrides, knownOffset)))
      return op.emitOpError("expected strides, got another layout");
    Location loc = op.getLoc();
    OpBuilder b(op);
    auto source = memref::ExtractStridedMetadataOp::create(b, loc, op.getSrc());
    SmallVector<OpFoldResult> sizes = op.getMixedOutputShape(), strides(type.getRank());
    for (auto [group, innermost] : llvm::zip_equal(op.getReassociationIndices(), source.getStrides())) {
      Value stride = innermost;
      for (int64_t dim : llvm::reverse(group)) {
        strides[dim] = ShapedType::isDynamic(knownStrides[dim]) ? OpFoldResult(stride) : b.getIndexAttr(knownStrides[dim]);
        stride = arith::MulIOp::create(b, loc, stride, getValueOrCreateConstantIndexOp(b, loc, sizes[dim]));
      }
    }
    OpFoldResult offset = ShapedType::isDynamic(knownOffset) ? OpFoldResult(source.getOffset()) : b.getIndexAttr(knownOffset);
    Value view = memref::ReinterpretCastOp::create(b, loc, type, source.getBaseBuffer(), offset, sizes, strides);
    op->replaceAllUsesWith(ValueRange(view));
    op.erase();
    return success();
  }
};
} // namespace
} // namespace graphopt
