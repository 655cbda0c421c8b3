//===- PromoteScalars.cpp - buffers of one element as registers -----------===//
#include "graph-opt/Passes/Passes.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/IR/Dominance.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Interfaces/DataLayoutInterfaces.h"
#include "mlir/Transforms/Mem2Reg.h"
using namespace mlir;
namespace graphopt {
#define GEN_PASS_DEF_CPUPROMOTESCALARSPASS
#include "graph-opt/Passes/Cpu.h.inc"
namespace {

struct CpuPromoteScalarsPass final : impl::CpuPromoteScalarsPassBase<CpuPromoteScalarsPass> {
  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    SmallVector<memref::AllocOp> allocs;
    getOperation().walk([&](memref::AllocOp alloc) {
      if (alloc.getType().hasStaticShape() && alloc.getType().getNumElements() == 1)
        allocs.push_back(alloc);
    });
    SmallVector<PromotableAllocationOpInterface> candidates;
    for (memref::AllocOp alloc : allocs) {
      rewriter.setInsertionPoint(alloc);
      auto local = memref::AllocaOp::create(rewriter, alloc.getLoc(), alloc.getType());
      rewriter.replaceOp(alloc, local);
      candidates.push_back(cast<PromotableAllocationOpInterface>(local.getOperation()));
    }
    DominanceInfo dominance(getOperation());
    DataLayout layout = DataLayout::closest(getOperation());
    (void)tryToPromoteMemorySlots(candidates, rewriter, layout, dominance);
    // What is left is a buffer like any other.
    getOperation().walk([&](memref::AllocaOp local) {
      rewriter.setInsertionPoint(local);
      rewriter.replaceOpWithNewOp<memref::AllocOp>(local, local.getType(), local.getDynamicSizes());
    });
  }
};

} // namespace
} // namespace graphopt
