//===- TileGroups.cpp - loops over tiles around groups of ops -------------===//
#include "Groups.h"
#include "MatmulForm.h"
#include "graph-opt/Passes/Passes.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/SCF/Transforms/TileUsingInterface.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tensor/Transforms/Transforms.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
using namespace mlir;
namespace graphopt {
#define GEN_PASS_DEF_CPUTILEGROUPSPASS
#include "graph-opt/Passes/Cpu.h.inc"
namespace {

struct CpuTileGroupsPass final : impl::CpuTileGroupsPassBase<CpuTileGroupsPass> {
  using CpuTileGroupsPassBase::CpuTileGroupsPassBase;

  void runOnOperation() override {
    FailureOr<CpuInfo> info = CpuInfo::get(cpu);
    if (failed(info)) {
      getOperation().emitError("expected the name of a CPU, got '") << cpu << "'";
      return signalPassFailure();
    }
    done.clear();
    cpu::unshareDestinations(getOperation());
    // The last op of a function first: what it takes along is not looked at again.
    forEach<linalg::GenericOp>([&](linalg::GenericOp op) { return cpu::matmulGroup(op, *info); });
    forEach<linalg::GenericOp>([&](linalg::GenericOp op) { return cpu::rowGroup(op); });
    if (splitLoneOps)
      forEach<linalg::LinalgOp>([&](linalg::LinalgOp op) { return cpu::loneGroup(op, *info); });
    RewritePatternSet patterns(&getContext());
    tensor::populateFoldTensorEmptyPatterns(patterns);
    scf::ForallOp::getCanonicalizationPatterns(patterns, &getContext());
    tensor::ExtractSliceOp::getCanonicalizationPatterns(patterns, &getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }

  template <typename OpTy> void forEach(function_ref<std::optional<cpu::Group>(OpTy)> find) {
    SmallVector<OpTy> ops;
    getOperation().walk([&](OpTy op) {
      if (!op->template getParentOfType<scf::ForallOp>())
        ops.push_back(op);
    });
    for (OpTy op : llvm::reverse(ops)) {
      if (done.contains(op))
        continue;
      std::optional<cpu::Group> group = find(op);
      if (!group || cannotTile(group->root) || llvm::any_of(group->members, [&](Operation *member) { return cannotTile(member); }))
        continue;
      tile(*group);
    }
  }

  /// What was tiled is gone. MLIR's tiling takes a loop over nothing for one that is not to be tiled.
  bool cannotTile(Operation *op) const { return done.contains(op) || cpu::iteratesOverNothing(cast<linalg::LinalgOp>(op)); }

  void tile(cpu::Group &group) {
    IRRewriter rewriter(&getContext());
    rewriter.setInsertionPoint(group.root);
    SmallVector<OpFoldResult> sizes;
    for (int64_t size : group.tiles)
      sizes.push_back(rewriter.getIndexAttr(size));
    scf::SCFTileAndFuseOptions options;
    options.tilingOptions.setTileSizes(sizes).setLoopType(scf::SCFTilingOptions::LoopType::ForallOp);
    options.setFusionControlFn(
        [&](tensor::ExtractSliceOp, OpResult producer, bool) -> std::optional<scf::SCFTileAndFuseOptions::ControlFnResult> {
          if (!group.members.contains(producer.getOwner()))
            return std::nullopt;
          return scf::SCFTileAndFuseOptions::ControlFnResult{};
        });
    FailureOr<scf::SCFTileAndFuseResult> result =
        scf::tileConsumerAndFuseProducersUsingSCF(rewriter, cast<TilingInterface>(group.root.getOperation()), options);
    if (failed(result) || result->loops.empty())
      return; // it stays a loop nest of its own
    for (auto [from, to] : result->replacements)
      rewriter.replaceAllUsesWith(from, to);
    // The pointers of ops that go are not looked at again.
    done.insert(group.root);
    for (Operation *member : group.members)
      done.insert(member);
  }

  DenseSet<Operation *> done;
};

} // namespace
} // namespace graphopt
