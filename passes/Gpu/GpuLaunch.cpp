//===- GpuLaunch.cpp - turn loops over blocks into gpu.launch -------------===//
#include "graph-opt/Passes/Passes.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Dialect/Vector/Transforms/VectorDistribution.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;

namespace graphopt {
#define GEN_PASS_DEF_GPULAUNCHPASS
#include "graph-opt/Passes/Gpu.h.inc"
} // namespace graphopt

namespace {
constexpr int64_t warpSize = 32;

/// The trip counts of a normalised or constant-stepped forall; all are static by construction.
FailureOr<SmallVector<int64_t>> tripCounts(scf::ForallOp loop) {
  SmallVector<int64_t> counts;
  for (auto [lower, upper, step] : llvm::zip(loop.getMixedLowerBound(), loop.getMixedUpperBound(), loop.getMixedStep())) {
    auto l = getConstantIntValue(lower), u = getConstantIntValue(upper), s = getConstantIntValue(step);
    if (!l || !u || !s)
      return loop.emitOpError() << "expected constant bounds";
    counts.push_back(llvm::divideCeil(*u - *l, *s));
  }
  return counts;
}

/// The loop's induction variables from one linear id: the last loop changes fastest.
SmallVector<Value> inductionVariables(OpBuilder &b, scf::ForallOp loop, ArrayRef<int64_t> counts, Value id) {
  Location loc = loop.getLoc();
  SmallVector<Value> ivs(counts.size());
  AffineExpr linear = b.getAffineDimExpr(0);
  int64_t below = 1;
  for (size_t i = counts.size(); i-- > 0;) {
    AffineExpr expr = linear.floorDiv(below);
    if (i > 0)
      expr = expr % counts[i];
    int64_t lower = *getConstantIntValue(loop.getMixedLowerBound()[i]), step = *getConstantIntValue(loop.getMixedStep()[i]);
    ivs[i] = affine::AffineApplyOp::create(b, loc, AffineMap::get(1, 0, expr * step + lower), id);
    below *= counts[i];
  }
  return ivs;
}

int64_t product(ArrayRef<int64_t> counts) { return std::accumulate(counts.begin(), counts.end(), int64_t(1), std::multiplies<>()); }

/// Moves a loop's body before `where`, its induction variables replaced.
void inlineBody(IRRewriter &rewriter, scf::ForallOp loop, ValueRange ivs, Operation *where) {
  rewriter.eraseOp(loop.getTerminator());
  rewriter.inlineBlockBefore(loop.getBody(), where->getBlock(), where->getIterator(), ivs);
}

/// Threads past the loop's end stay idle: `if (id < count) body`.
LogicalResult distributeThreads(IRRewriter &rewriter, scf::ForallOp loop, Value thread, int64_t threads) {
  auto counts = tripCounts(loop);
  if (failed(counts))
    return failure();
  Location loc = loop.getLoc();
  rewriter.setInsertionPoint(loop);
  Operation *where = loop;
  if (product(*counts) < threads) {
    Value count = arith::ConstantIndexOp::create(rewriter, loc, product(*counts));
    Value active = arith::CmpIOp::create(rewriter, loc, arith::CmpIPredicate::ult, thread, count);
    auto guard = scf::IfOp::create(rewriter, loc, active, /*withElseRegion=*/false);
    where = guard.thenBlock()->getTerminator();
    rewriter.setInsertionPoint(where);
  }
  SmallVector<Value> ivs = inductionVariables(rewriter, loop, *counts, thread);
  inlineBody(rewriter, loop, ivs, where);
  rewriter.setInsertionPoint(loop);
  gpu::BarrierOp::create(rewriter, loc);
  rewriter.eraseOp(loop);
  return success();
}

/// A butterfly of shuffles: every lane has the whole reduction.
Value reduceOverWarp(Location loc, OpBuilder &b, Value input, vector::CombiningKind kind, uint32_t size) {
  Value lane = vector::ReductionOp::create(b, loc, kind, input);
  for (uint64_t distance = 1; distance < size; distance <<= 1) {
    Value other = gpu::ShuffleOp::create(b, loc, lane, distance, /*width=*/size, gpu::ShuffleMode::XOR).getShuffleResult();
    lane = vector::makeArithReduction(b, loc, kind, lane, other);
  }
  return lane;
}

/// The last axis that a lane's vector is cut along.
AffineMap distributionMap(Value value) {
  auto type = dyn_cast<VectorType>(value.getType());
  int64_t rank = type ? type.getRank() : 0;
  OpBuilder b(value.getContext());
  if (rank == 0)
    return AffineMap::get(b.getContext());
  return AffineMap::get(rank, 0, b.getAffineDimExpr(rank - 1));
}

/// Spreads a body without threads over the lanes of the block's one warp.
LogicalResult distributeWarp(IRRewriter &rewriter, gpu::LaunchOp launch, Block *body, Value lane) {
  MLIRContext *context = launch.getContext();
  rewriter.setInsertionPointAfterValue(lane);
  auto warp = gpu::WarpExecuteOnLane0Op::create(rewriter, launch.getLoc(), TypeRange(), lane, warpSize);
  Block *warpBody = &warp.getWarpRegion().front();
  // Everything but the ids above and the terminator goes inside.
  rewriter.setInsertionPointToEnd(warpBody);
  Operation *yield = warpBody->empty() ? gpu::YieldOp::create(rewriter, launch.getLoc()).getOperation() : warpBody->getTerminator();
  for (Operation &op : llvm::make_early_inc_range(llvm::make_range(std::next(warp->getIterator()), std::prev(body->end()))))
    op.moveBefore(yield);
  vector::moveScalarUniformCode(warp);
  RewritePatternSet writes(context);
  vector::populateDistributeTransferWriteOpPatterns(writes, distributionMap, /*maxNumElementsToExtract=*/1);
  vector::populateDistributeReduction(writes, reduceOverWarp);
  vector::populatePropagateWarpVectorDistributionPatterns(
      writes, distributionMap, [](Location loc, OpBuilder &b, Value value, Value index, int64_t size) -> Value {
        Value at = arith::IndexCastOp::create(b, loc, b.getI32Type(), index);
        Value width = arith::ConstantIntOp::create(b, loc, b.getI32Type(), size);
        return gpu::ShuffleOp::create(b, loc, value, at, width, gpu::ShuffleMode::IDX).getShuffleResult();
      });
  if (failed(applyPatternsGreedily(launch, std::move(writes))))
    return failure();
  WalkResult left = launch.walk([](gpu::WarpExecuteOnLane0Op op) {
    op.emitOpError() << "could not be spread over the lanes of a warp";
    return WalkResult::interrupt();
  });
  return failure(left.wasInterrupted());
}

LogicalResult launchBlocks(IRRewriter &rewriter, scf::ForallOp blocks) {
  auto counts = tripCounts(blocks);
  if (failed(counts))
    return failure();
  SmallVector<scf::ForallOp> threadLoops;
  blocks.getBody()->walk([&](scf::ForallOp loop) { threadLoops.push_back(loop); });
  int64_t threads = threadLoops.empty() ? warpSize : 1;
  for (scf::ForallOp loop : threadLoops) {
    auto inner = tripCounts(loop);
    if (failed(inner))
      return failure();
    threads = std::max(threads, product(*inner));
  }
  Location loc = blocks.getLoc();
  rewriter.setInsertionPoint(blocks);
  auto constant = [&](int64_t value) { return arith::ConstantIndexOp::create(rewriter, loc, value); };
  Value one = constant(1);
  auto launch = gpu::LaunchOp::create(rewriter, loc, constant(product(*counts)), one, one, constant(threads), one, one);
  Block *body = &launch.getBody().front();
  rewriter.setInsertionPointToEnd(body);
  auto end = gpu::TerminatorOp::create(rewriter, loc);
  rewriter.setInsertionPoint(end);
  SmallVector<Value> ivs = inductionVariables(rewriter, blocks, *counts, launch.getBlockIds().x);
  Value thread = launch.getThreadIds().x;
  inlineBody(rewriter, blocks, ivs, end);
  rewriter.eraseOp(blocks);
  if (threadLoops.empty())
    return distributeWarp(rewriter, launch, body, thread);
  for (scf::ForallOp loop : threadLoops)
    if (failed(distributeThreads(rewriter, loop, thread, threads)))
      return failure();
  return success();
}

struct GpuLaunchPass final : graphopt::impl::GpuLaunchPassBase<GpuLaunchPass> {
  /// The stock lowering calls libdevice, which only machines with the toolkit have, for functions that are one instruction.
  template <typename Op> void useInstruction(IRRewriter &rewriter, StringRef intrinsic) {
    getOperation().walk([&](Op op) {
      rewriter.setInsertionPoint(op);
      rewriter.replaceOpWithNewOp<LLVM::CallIntrinsicOp>(op, op.getType(), rewriter.getStringAttr(intrinsic), op->getOperands());
    });
  }

  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    SmallVector<scf::ForallOp> loops;
    getOperation().walk<WalkOrder::PreOrder>([&](scf::ForallOp loop) {
      loops.push_back(loop);
      return WalkResult::skip();
    });
    for (scf::ForallOp loop : loops)
      if (failed(launchBlocks(rewriter, loop)))
        return signalPassFailure();
    useInstruction<math::FmaOp>(rewriter, "llvm.fma");
    useInstruction<math::FloorOp>(rewriter, "llvm.floor");
    useInstruction<math::CeilOp>(rewriter, "llvm.ceil");
    useInstruction<math::TruncOp>(rewriter, "llvm.trunc");
    useInstruction<math::RoundEvenOp>(rewriter, "llvm.roundeven");
    useInstruction<math::SqrtOp>(rewriter, "llvm.sqrt");
    useInstruction<math::AbsFOp>(rewriter, "llvm.fabs");
  }
};
} // namespace
