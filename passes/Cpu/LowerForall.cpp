//===- LowerForall.cpp - loops for threads, or for one --------------------===//
#include "Groups.h"
#include "graph-opt/Passes/Passes.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
using namespace mlir;
namespace graphopt {
#define GEN_PASS_DEF_CPULOWERFORALLPASS
#include "graph-opt/Passes/Cpu.h.inc"
namespace {

/// What a thread should have to do at least.
constexpr double secondsOfTask = 20e-6;

double secondsOfIteration(scf::ForallOp loop, const CpuInfo &cpu) {
  double seconds = 20e-9;
  loop.getBody()->walk([&](linalg::LinalgOp op) { seconds += cpu::secondsOf(op, cpu); });
  return seconds;
}

struct CpuLowerForallPass final : impl::CpuLowerForallPassBase<CpuLowerForallPass> {
  using CpuLowerForallPassBase::CpuLowerForallPassBase;

  void runOnOperation() override {
    FailureOr<CpuInfo> info = CpuInfo::get(cpu);
    if (failed(info)) {
      getOperation().emitError("expected the name of a CPU, got '") << cpu << "'";
      return signalPassFailure();
    }
    SmallVector<scf::ForallOp> loops;
    getOperation().walk([&](scf::ForallOp loop) { loops.push_back(loop); });
    for (scf::ForallOp loop : loops) {
      if (loop.getNumResults()) {
        loop.emitError("expected a loop on memrefs");
        return signalPassFailure();
      }
      lower(loop, *info);
    }
  }

  void lower(scf::ForallOp loop, const CpuInfo &info) {
    IRRewriter builder(loop);
    Location loc = loop.getLoc();
    double seconds = secondsOfIteration(loop, info);
    // One loop over all iterations.
    Value zero = arith::ConstantIndexOp::create(builder, loc, 0), one = arith::ConstantIndexOp::create(builder, loc, 1), total = one;
    SmallVector<Value> counts;
    for (auto [lower, upper, step] : llvm::zip(loop.getMixedLowerBound(), loop.getMixedUpperBound(), loop.getMixedStep())) {
      AffineExpr l = getAffineSymbolExpr(0, loop.getContext()), u = getAffineSymbolExpr(1, loop.getContext()),
                 s = getAffineSymbolExpr(2, loop.getContext());
      OpFoldResult count = affine::makeComposedFoldedAffineApply(builder, loc, (u - l).ceilDiv(s), {lower, upper, step});
      counts.push_back(getValueOrCreateConstantIndexOp(builder, loc, count));
      std::optional<int64_t> all = getConstantIntValue(total), more = getConstantIntValue(counts.back());
      total = all && more ? arith::ConstantIndexOp::create(builder, loc, *all * *more).getResult()
                          : arith::MulIOp::create(builder, loc, total, counts.back()).getResult();
    }
    std::optional<int64_t> known = getConstantIntValue(total);
    bool parallel = threads && !loop->getParentOfType<scf::ParallelOp>() && !(known && *known * seconds < 2 * secondsOfTask) && known != 1;
    Block *body;
    Value iteration;
    if (parallel) {
      auto outer = scf::ParallelOp::create(builder, loc, zero, total, one);
      outer->setAttr("graph.grain", builder.getI64IntegerAttr(std::max<int64_t>(1, int64_t(secondsOfTask / seconds))));
      body = outer.getBody();
      iteration = outer.getInductionVars()[0];
    } else {
      auto outer = scf::ForOp::create(builder, loc, zero, total, one);
      body = outer.getBody();
      iteration = outer.getInductionVar();
    }
    builder.setInsertionPointToStart(body);
    SmallVector<Value> at(counts.size());
    for (unsigned dim = counts.size(); dim-- > 0;) {
      Value position = iteration;
      if (dim) {
        position = arith::RemUIOp::create(builder, loc, iteration, counts[dim]);
        iteration = arith::DivUIOp::create(builder, loc, iteration, counts[dim]);
      }
      AffineExpr p = getAffineDimExpr(0, loop.getContext()), l = getAffineSymbolExpr(0, loop.getContext()),
                 s = getAffineSymbolExpr(1, loop.getContext());
      OpFoldResult value = affine::makeComposedFoldedAffineApply(builder, loc, p * s + l,
                                                                 {position, loop.getMixedLowerBound()[dim], loop.getMixedStep()[dim]});
      at[dim] = getValueOrCreateConstantIndexOp(builder, loc, value);
    }
    builder.eraseOp(loop.getTerminator());
    builder.inlineBlockBefore(loop.getBody(), body->getTerminator(), at);
    builder.eraseOp(loop);
  }
};

} // namespace
} // namespace graphopt
