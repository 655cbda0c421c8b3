//===- Groups.cpp ---------------------------------------------------------===//
#include "Groups.h"
#include "MatmulForm.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
using namespace mlir;
namespace graphopt::cpu {

/// Below this much work several threads are not worth their start.
static constexpr double worthSplitting = 40e-6;

double secondsOf(linalg::LinalgOp op, const CpuInfo &cpu) {
  double iterations = 1, weight = 1;
  for (int64_t size : op.getStaticLoopRanges())
    iterations *= ShapedType::isDynamic(size) ? 128 : size;
  for (Operation &inner : op.getBlock()->without_terminator())
    weight += isa<math::MathDialect>(inner.getDialect()) ? 15 : isa<arith::DivFOp>(inner) ? 5 : 1;
  auto generic = dyn_cast<linalg::GenericOp>(op.getOperation());
  if (generic && succeeded(matchMatmul(generic)))
    return iterations * 2 * cpu.secondsPerFlop();
  return iterations * weight / (3e9 * cpu.lanes(32));
}

bool iteratesOverNothing(linalg::LinalgOp op) {
  return llvm::any_of(op->getOperandTypes(), [](Type type) {
    auto shaped = dyn_cast<ShapedType>(type);
    return shaped && llvm::is_contained(shaped.getShape(), 0);
  });
}

static bool isParallel(linalg::LinalgOp op) { return op.getNumParallelLoops() == op.getNumLoops(); }

static bool hasSimpleResult(linalg::LinalgOp op) {
  return op.getNumDpsInits() == 1 && op->getNumResults() == 1 &&
         op.getMatchingIndexingMap(op.getDpsInitOperand(0)).isProjectedPermutation();
}

/// How many columns a tile has where B is too large to be read for each row of an image: whole panels, as many as stay in L2 while all
/// of the image passes by. 0 where rows are what to tile by.
static int64_t columnTile(linalg::GenericOp product, const MatmulForm &form, const CpuInfo &cpu) {
  auto type = cast<ShapedType>(form.rhs->get().getType());
  int64_t columns = product.getStaticLoopRanges()[form.n];
  if (!form.packed || form.outer.size() < 2 || !type.hasStaticShape() || ShapedType::isDynamic(columns) || columns % form.packed != 0)
    return 0;
  int64_t bytes = type.getNumElements() * (type.getElementTypeBitWidth() / 8), perPanel = bytes / (columns / form.packed);
  if (bytes <= cpu.l2Bytes / 2 || columns / form.packed < 2)
    return 0;
  int64_t panels = std::clamp<int64_t>(cpu.l2Bytes / 2 / perPanel, 1, std::max<int64_t>(1, columns / form.packed / 4));
  while (columns / form.packed % panels != 0)
    --panels;
  return panels * form.packed;
}

std::optional<Group> matmulGroup(linalg::GenericOp product, const CpuInfo &cpu) {
  FailureOr<MatmulForm> form = matchMatmul(product);
  if (failed(form) || !product.hasPureTensorSemantics() || secondsOf(product, cpu) < worthSplitting)
    return std::nullopt;
  SmallVector<int64_t> sizes = product.getStaticLoopRanges();
  // Blocks of rows whose part of A stays in L2; about eight of them at least, for several threads.
  int64_t element = getElementTypeOrSelf(form->init->get().getType()).getIntOrFloatBitWidth() / 8, rows = cpu.matmulRows();
  int64_t depth = ShapedType::isDynamic(sizes[form->k]) ? 512 : sizes[form->k];
  int64_t block = cpu.matmulBlockRows(depth, element);
  if (int64_t m = sizes[form->m]; !ShapedType::isDynamic(m))
    block = std::min(block, std::max<int64_t>(2, llvm::divideCeil(llvm::divideCeil(m, rows), 8)) * rows);
  SmallVector<int64_t> tiles(product.getNumLoops(), 0);
  if (int64_t columns = columnTile(product, *form, cpu)) {
    tiles[form->n] = columns;
  } else {
    for (unsigned dim : form->outer)
      tiles[dim] = 1;
    // Windows of neighbouring rows overlap: a line of an image is one block.
    tiles[form->m] = form->outerSums.empty() ? block : 0;
  }

  Group group{product, tiles, {}};
  if (auto fill = form->init->get().getDefiningOp<linalg::FillOp>(); fill && fill->hasOneUse())
    group.members.insert(fill);
  // The elementwise op behind it, if it alone takes the product and walks it as it is.
  if (!product->hasOneUse())
    return group;
  auto user = dyn_cast<linalg::GenericOp>(*product->user_begin());
  if (!user || user->getBlock() != product->getBlock() || !isParallel(user) || !hasSimpleResult(user) ||
      user.isDpsInit(&*product->use_begin()))
    return group;
  AffineMap map = user.getMatchingIndexingMap(&*product->use_begin());
  if (!map.isPermutation() || user.getMatchingIndexingMap(user.getDpsInitOperand(0)) != map)
    return group;
  group.members.insert(product);
  group.root = user;
  group.tiles.assign(user.getNumLoops(), 0);
  for (auto [userDim, productDim] : llvm::zip(map.getResults(), form->initMap.getResults()))
    group.tiles[cast<AffineDimExpr>(userDim).getPosition()] = tiles[cast<AffineDimExpr>(productDim).getPosition()];
  return group;
}

namespace {
/// Grows a group of row-wise ops from its last one.
class RowGrowth {
public:
  explicit RowGrowth(linalg::GenericOp root) : root(root) {}

  std::optional<Group> run() {
    unsigned rows = rowDims();
    if (rows == 0)
      return std::nullopt;
    llvm::SmallBitVector all(root.getNumLoops());
    all.set(0, rows);
    tiled[root] = all;
    // A producer joins when all its users have: again until none does.
    for (bool changed = true; changed;) {
      changed = false;
      for (Operation *op : llvm::to_vector(llvm::make_first_range(tiled)))
        for (Value operand : op->getOperands())
          if (auto producer = operand.getDefiningOp<linalg::LinalgOp>())
            changed |= join(producer);
    }
    Group group{root, {}, {}};
    bool reduces = false;
    for (auto [op, dims] : tiled)
      if (op != root) {
        group.members.insert(op);
        reduces |= cast<linalg::LinalgOp>(op).getNumReductionLoops() != 0;
      }
    if (!reduces)
      return std::nullopt;
    for (unsigned dim = 0; dim < root.getNumLoops(); ++dim)
      group.tiles.push_back(dim < rows ? 1 : 0);
    return group;
  }

private:
  /// How many outer loops of the root are those that its reduced operands have.
  unsigned rowDims() {
    unsigned rows = root.getNumLoops();
    bool found = false;
    for (OpOperand *operand : root.getDpsInputOperands()) {
      auto producer = operand->get().getDefiningOp<linalg::GenericOp>();
      AffineMap map = root.getMatchingIndexingMap(operand);
      // A value for each row: a reduction, or something computed from one.
      if (!producer || succeeded(matchMatmul(producer)) || map.getNumResults() == 0 || map.getNumResults() >= root.getNumLoops())
        continue;
      unsigned prefix = 0;
      while (prefix < root.getNumLoops() && map.isFunctionOfDim(prefix))
        ++prefix;
      rows = std::min(rows, prefix);
      found = true;
    }
    auto iterators = root.getIteratorTypesArray();
    unsigned parallel = 0;
    while (parallel < iterators.size() && iterators[parallel] == utils::IteratorType::parallel)
      ++parallel;
    // All dimensions as rows would leave scalars: then there is nothing to share.
    rows = std::min(rows, parallel);
    return found && rows < root.getNumLoops() ? rows : 0;
  }

  bool join(linalg::LinalgOp producer) {
    if (tiled.count(producer) || producer->getBlock() != root->getBlock() || !hasSimpleResult(producer) ||
        !producer.hasPureTensorSemantics())
      return false;
    if (auto generic = dyn_cast<linalg::GenericOp>(producer.getOperation()); generic && succeeded(matchMatmul(generic)))
      return false;
    std::optional<llvm::SmallBitVector> dims;
    for (OpOperand &use : producer->getUses()) {
      auto it = tiled.find(use.getOwner());
      if (it == tiled.end())
        return false;
      std::optional<llvm::SmallBitVector> through = dimsThrough(cast<linalg::LinalgOp>(use.getOwner()), it->second, use, producer);
      if (!through || (dims && *dims != *through))
        return false;
      dims = through;
    }
    if (!dims)
      return false;
    tiled.insert({producer.getOperation(), *dims});
    return true;
  }

  /// The producer's loops that are tiled when those of its user are; nullopt if rows were computed more than once.
  std::optional<llvm::SmallBitVector> dimsThrough(linalg::LinalgOp user, const llvm::SmallBitVector &userDims, OpOperand &use,
                                                  linalg::LinalgOp producer) {
    AffineMap map = user.getMatchingIndexingMap(&use), result = producer.getMatchingIndexingMap(producer.getDpsInitOperand(0));
    if (!map.isProjectedPermutation())
      return std::nullopt;
    llvm::SmallBitVector dims(producer.getNumLoops());
    for (unsigned dim : userDims.set_bits()) {
      std::optional<unsigned> position = map.getResultPosition(getAffineDimExpr(dim, map.getContext()));
      if (!position)
        return std::nullopt;
      dims.set(result.getDimPosition(*position));
    }
    return dims;
  }

  linalg::GenericOp root;
  llvm::MapVector<Operation *, llvm::SmallBitVector> tiled; ///< members, with their tiled loops
};
} // namespace

std::optional<Group> rowGroup(linalg::GenericOp root) {
  if (!root.hasPureTensorSemantics() || !hasSimpleResult(root) || succeeded(matchMatmul(root)))
    return std::nullopt;
  return RowGrowth(root).run();
}

std::optional<Group> loneGroup(linalg::LinalgOp root, const CpuInfo &cpu) {
  double seconds = secondsOf(root, cpu);
  if (!root.hasPureTensorSemantics() || seconds < worthSplitting || !hasSimpleResult(root))
    return std::nullopt;
  SmallVector<int64_t> sizes = root.getStaticLoopRanges();
  auto iterators = root.getIteratorTypesArray();
  for (unsigned dim = 0; dim < root.getNumLoops(); ++dim) {
    if (iterators[dim] != utils::IteratorType::parallel)
      return std::nullopt; // never a reduction: its result would depend on the split
    if (sizes[dim] == 1)
      continue;
    // Pieces of about ten microseconds, in whole vectors where they are the only loop.
    int64_t size = ShapedType::isDynamic(sizes[dim]) ? 128 : sizes[dim];
    int64_t piece = std::max<int64_t>(1, int64_t(size * 10e-6 / seconds));
    if (dim + 1 == root.getNumLoops())
      piece = llvm::alignTo(piece, 256);
    if (piece >= size && !ShapedType::isDynamic(sizes[dim]))
      return std::nullopt;
    Group group{root, SmallVector<int64_t>(root.getNumLoops(), 0), {}};
    group.tiles[dim] = piece;
    return group;
  }
  return std::nullopt;
}

void unshareDestinations(Operation *root) {
  SmallVector<Operation *> shared;
  root->walk([&](Operation *op) {
    if (auto fill = dyn_cast<linalg::FillOp>(op); isa<tensor::EmptyOp>(op) || (fill && fill.output().getDefiningOp<tensor::EmptyOp>()))
      shared.push_back(op);
  });
  // Fills first: their copies are further users of the empty tensors.
  for (Operation *op : llvm::reverse(shared))
    while (op->getNumResults() == 1 && !op->use_empty() && !op->hasOneUse()) {
      OpOperand &use = *op->use_begin();
      use.set(OpBuilder(use.getOwner()).clone(*op)->getResult(0));
    }
}

} // namespace graphopt::cpu
