//===- GpuTile.cpp - tile linalg ops to blocks and threads ----------------===//
#include "graph-opt/Passes/Passes.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/SCF/Transforms/TileUsingInterface.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace graphopt {
#define GEN_PASS_DEF_GPUTILEPASS
#include "graph-opt/Passes/Gpu.h.inc"
} // namespace graphopt

namespace {
constexpr int64_t elementsPerBlock = 1024, elementsPerThread = 4;
constexpr int64_t contractionBlock = 64, contractionThread = 4, contractionDepth = 8;
/// The longest row that a warp holds in registers: 32 lanes of 64 values.
constexpr int64_t longestRow = 2048;
constexpr int64_t warpSize = 32;
/// The most ops that one kernel computes. The search for what an op depends on ends there, too.
constexpr size_t maxKernelOps = 64;

/// The greatest divisor of `size` that is at most `target`.
int64_t divisorUpTo(int64_t size, int64_t target) {
  for (int64_t tile = std::min(size, target); tile > 1; --tile)
    if (size % tile == 0)
      return tile;
  return 1;
}

bool isParallel(linalg::LinalgOp op) { return op.getNumParallelLoops() == op.getNumLoops(); }

/// Whether the op reduces along its last loop and no other.
bool reducesRows(linalg::LinalgOp op) {
  SmallVector<utils::IteratorType> iterators = op.getIteratorTypesArray();
  return op.getNumReductionLoops() == 1 && iterators.back() == utils::IteratorType::reduction && op.getNumDpsInputs() == 1;
}

bool isContraction(linalg::LinalgOp op) { return linalg::isaContractionOpInterface(op); }

/// How a group of ops is cut, one entry for each loop of its last op; 0 leaves a loop whole.
struct Schedule {
  SmallVector<int64_t> block, thread;
};

class Tiler {
public:
  Tiler(func::FuncOp function) : rewriter(function.getContext()), function(function) {}

  LogicalResult run() {
    // Consumers first: they pull their producers in.
    SmallVector<linalg::LinalgOp> ops;
    function.walk([&](linalg::LinalgOp op) { ops.push_back(op); });
    for (linalg::LinalgOp op : llvm::reverse(ops)) {
      if (fused.contains(op) || isa<linalg::FillOp>(op.getOperation()))
        continue;
      if (failed(tile(op)))
        return failure();
    }
    return success();
  }

private:
  FailureOr<Schedule> chooseSchedule(linalg::LinalgOp op, bool &rows);
  LogicalResult tile(linalg::LinalgOp op);
  /// Whether some op that `op` reads, through ops of one use, matches.
  bool dependsOn(linalg::LinalgOp op, llvm::function_ref<bool(linalg::LinalgOp)> matches);
  FailureOr<scf::SCFTileAndFuseResult> tileTo(linalg::LinalgOp op, ArrayRef<int64_t> sizes, bool toBlocks);

  IRRewriter rewriter;
  func::FuncOp function;
  DenseSet<Operation *> fused;
};

bool Tiler::dependsOn(linalg::LinalgOp op, llvm::function_ref<bool(linalg::LinalgOp)> matches) {
  SmallVector<linalg::LinalgOp> pending{op};
  DenseSet<Operation *> seen;
  while (!pending.empty()) {
    linalg::LinalgOp current = pending.pop_back_val();
    for (Value input : current.getDpsInputs()) {
      auto producer = input.getDefiningOp<linalg::LinalgOp>();
      if (!producer || seen.size() >= maxKernelOps || !seen.insert(producer).second)
        continue;
      if (matches(producer))
        return true;
      if (isParallel(producer))
        pending.push_back(producer);
    }
  }
  return false;
}

FailureOr<Schedule> Tiler::chooseSchedule(linalg::LinalgOp op, bool &rows) {
  SmallVector<int64_t> ranges = op.getStaticLoopRanges();
  if (llvm::any_of(ranges, ShapedType::isDynamic))
    return op.emitOpError() << "expected static sizes: target cuda takes no others yet";
  size_t loops = ranges.size();
  Schedule schedule{SmallVector<int64_t>(loops, 1), SmallVector<int64_t>(loops, 1)};
  auto cut = [&](size_t loop, int64_t blockTarget, int64_t threadTarget) {
    schedule.block[loop] = divisorUpTo(ranges[loop], blockTarget);
    schedule.thread[loop] = divisorUpTo(schedule.block[loop], threadTarget);
  };
  rows = false;
  bool feedsOnContraction = isParallel(op) && dependsOn(op, isContraction);
  if (isContraction(op) || feedsOnContraction) {
    SmallVector<size_t> parallel;
    for (auto [i, kind] : llvm::enumerate(op.getIteratorTypesArray())) {
      if (kind == utils::IteratorType::parallel)
        parallel.push_back(i);
      else
        schedule.block[i] = schedule.thread[i] = 0;
    }
    for (size_t loop : ArrayRef(parallel).take_back(2))
      cut(loop, contractionBlock, contractionThread);
    return schedule;
  }
  if (loops > 0 && (reducesRows(op) || (isParallel(op) && dependsOn(op, reducesRows)))) {
    rows = true;
    if (ranges.back() > longestRow || ranges.back() % warpSize != 0)
      return op.emitOpError() << "expected rows of a multiple of " << warpSize << " elements and at most " << longestRow << ", got "
                              << ranges.back() << ": target cuda takes no others yet";
    schedule.block.back() = schedule.thread.back() = 0;
    return schedule;
  }
  if (!isParallel(op))
    return op.emitOpError() << "expected a reduction along the last axis: target cuda takes no others yet";
  if (loops > 0)
    cut(loops - 1, elementsPerBlock, elementsPerThread);
  return schedule;
}

FailureOr<scf::SCFTileAndFuseResult> Tiler::tileTo(linalg::LinalgOp op, ArrayRef<int64_t> sizes, bool toBlocks) {
  using gpu::MappingId;
  SmallVector<Attribute> mapping;
  int64_t loops = llvm::count_if(sizes, [](int64_t size) { return size != 0; });
  // The last loop goes to x. Loops past the third share one id: they get linear ids.
  for (int64_t i = 0; i < loops; ++i) {
    auto id = static_cast<MappingId>(loops <= 3 ? static_cast<int64_t>(MappingId::DimX) + loops - 1 - i
                                                : static_cast<int64_t>(MappingId::LinearDim0) + loops - 1 - i);
    mapping.push_back(toBlocks ? Attribute(gpu::GPUBlockMappingAttr::get(op.getContext(), id))
                               : gpu::GPUThreadMappingAttr::get(op.getContext(), id));
  }
  scf::SCFTilingOptions tiling;
  tiling.setLoopType(scf::SCFTilingOptions::LoopType::ForallOp);
  tiling.setTileSizes(getAsIndexOpFoldResult(op.getContext(), sizes));
  tiling.setMapping(mapping);
  scf::SCFTileAndFuseOptions options;
  options.setTilingOptions(tiling);
  options.setFusionControlFn([left = maxKernelOps](tensor::ExtractSliceOp, OpResult producer,
                                                   bool) mutable -> std::optional<scf::SCFTileAndFuseOptions::ControlFnResult> {
    if (!isa<linalg::LinalgOp>(producer.getOwner()) || left == 0)
      return std::nullopt;
    --left;
    return scf::SCFTileAndFuseOptions::ControlFnResult{/*yieldProducerReplacement=*/false};
  });
  rewriter.setInsertionPoint(op);
  return scf::tileConsumerAndFuseProducersUsingSCF(rewriter, cast<TilingInterface>(op.getOperation()), options);
}

LogicalResult Tiler::tile(linalg::LinalgOp op) {
  bool rows = false;
  // One loop over all elements coalesces best; an op that reads its operands in another order keeps its loops.
  if (isParallel(op) && op.getNumLoops() > 1 && !dependsOn(op, isContraction) && !dependsOn(op, reducesRows) &&
      llvm::all_of(op.getIndexingMapsArray(), [](AffineMap map) { return map.isIdentity(); })) {
    ReassociationIndices all = llvm::to_vector<2>(llvm::seq<int64_t>(0, op.getNumLoops()));
    rewriter.setInsertionPoint(op);
    auto collapsed = linalg::collapseOpIterationDims(op, all, rewriter);
    if (failed(collapsed))
      return op.emitOpError() << "could not be collapsed to one loop";
    rewriter.replaceOp(op, collapsed->results);
    op = cast<linalg::LinalgOp>(collapsed->collapsedOp);
  }
  auto schedule = chooseSchedule(op, rows);
  if (failed(schedule))
    return failure();
  if (op.getNumLoops() == 0)
    return op.emitOpError() << "expected a tensor of at least one axis: target cuda takes no scalars yet";
  auto blocks = tileTo(op, schedule->block, /*toBlocks=*/true);
  if (failed(blocks))
    return op.emitOpError() << "could not be tiled to blocks";
  for (Operation *producer : blocks->fusedProducers)
    fused.insert(producer);
  rewriter.replaceOp(op, llvm::map_to_vector(op->getResults(), [&](Value v) { return blocks->replacements.lookup(v); }));
  if (rows)
    return success();
  auto inner = cast<linalg::LinalgOp>(blocks->tiledAndFusedOps.front());
  auto threads = tileTo(inner, schedule->thread, /*toBlocks=*/false);
  if (failed(threads))
    return inner.emitOpError() << "could not be tiled to threads";
  rewriter.replaceOp(inner, llvm::map_to_vector(inner->getResults(), [&](Value v) { return threads->replacements.lookup(v); }));
  for (Operation *leaf : threads->tiledAndFusedOps) {
    auto contraction = dyn_cast<linalg::LinalgOp>(leaf);
    if (!contraction || !isContraction(contraction))
      continue;
    SmallVector<int64_t> sizes, ranges = contraction.getStaticLoopRanges();
    for (auto [kind, range] : llvm::zip(contraction.getIteratorTypesArray(), ranges))
      sizes.push_back(kind == utils::IteratorType::reduction ? divisorUpTo(range, contractionDepth) : 0);
    scf::SCFTilingOptions tiling;
    tiling.setTileSizes(getAsIndexOpFoldResult(contraction.getContext(), sizes));
    rewriter.setInsertionPoint(contraction);
    auto deep = scf::tileUsingSCF(rewriter, cast<TilingInterface>(contraction.getOperation()), tiling);
    if (failed(deep))
      return contraction.emitOpError() << "could not be tiled along k";
    rewriter.replaceOp(contraction, deep->replacements);
  }
  return success();
}

struct GpuTilePass final : graphopt::impl::GpuTilePassBase<GpuTilePass> {
  void runOnOperation() override {
    if (failed(Tiler(getOperation()).run()))
      signalPassFailure();
  }
};
} // namespace
