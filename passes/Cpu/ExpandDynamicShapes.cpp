//===- ExpandDynamicShapes.cpp - views with several unknown sizes ---------===//
#include "graph-opt/Passes/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/PatternMatch.h"
using namespace mlir;
namespace graphopt {
#define GEN_PASS_DEF_CPUEXPANDDYNAMICSHAPESPASS
#include "graph-opt/Passes/Cpu.h.inc"
namespace {

bool hasGroupOfSeveral(memref::ExpandShapeOp expand) {
  MemRefType type = expand.getResultType();
  return llvm::any_of(expand.getReassociationIndices(), [&](const ReassociationIndices &group) {
    return llvm::count_if(group, [&](int64_t dim) { return type.isDynamicDim(dim); }) > 1;
  });
}

/// The view by its sizes and strides.
void expandByStrides(IRRewriter &builder, memref::ExpandShapeOp expand) {
  builder.setInsertionPoint(expand);
  Location loc = expand.getLoc();
  MemRefType type = expand.getResultType();
  SmallVector<int64_t> known;
  int64_t offset;
  (void)type.getStridesAndOffset(known, offset); // an expanded view is strided by its verifier
  auto source = memref::ExtractStridedMetadataOp::create(builder, loc, expand.getSrc());
  SmallVector<OpFoldResult> sizes = expand.getMixedOutputShape(), strides(type.getRank());
  for (auto [from, group] : llvm::enumerate(expand.getReassociationIndices())) {
    OpFoldResult stride = source.getStrides()[from];
    for (int64_t dim : llvm::reverse(group)) {
      bool isKnown = !ShapedType::isDynamic(known[dim]);
      strides[dim] = isKnown ? OpFoldResult(builder.getIndexAttr(known[dim])) : stride;
      Value here = getValueOrCreateConstantIndexOp(builder, loc, strides[dim]);
      stride = arith::MulIOp::create(builder, loc, here, getValueOrCreateConstantIndexOp(builder, loc, sizes[dim])).getResult();
    }
  }
  OpFoldResult start = ShapedType::isDynamic(offset) ? OpFoldResult(source.getOffset()) : OpFoldResult(builder.getIndexAttr(offset));
  builder.replaceOpWithNewOp<memref::ReinterpretCastOp>(expand, type, expand.getSrc(), start, sizes, strides);
}

struct CpuExpandDynamicShapesPass final : impl::CpuExpandDynamicShapesPassBase<CpuExpandDynamicShapesPass> {
  void runOnOperation() override {
    IRRewriter builder(&getContext());
    SmallVector<memref::ExpandShapeOp> ops;
    getOperation().walk([&](memref::ExpandShapeOp expand) {
      if (hasGroupOfSeveral(expand))
        ops.push_back(expand);
    });
    for (memref::ExpandShapeOp expand : ops)
      expandByStrides(builder, expand);
  }
};

} // namespace
} // namespace graphopt
