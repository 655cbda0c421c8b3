//===- Canonicalize.cpp - folds, patterns and symbolic sizes in one walk --===//
#include "graph-opt/Dialect/Graph/Graph.h"
#include "graph-opt/Passes/Passes.h"
#include "graph-opt/Passes/SymbolicShapes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Rewrite/FrozenRewritePatternSet.h"
#include "mlir/Rewrite/PatternApplicator.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace graphopt;

namespace graphopt {
#define GEN_PASS_DEF_GRAPHCANONICALIZEPASS
#include "graph-opt/Passes/Graph.h.inc"
} // namespace graphopt

namespace {
/// The walk. Upstream's greedy driver keeps a worklist of everything and visits each op several times; here each op is visited once a
/// round, and only what a rewrite builds is visited besides.
class Driver final : public RewriterBase::Listener {
public:
  Driver(func::FuncOp function, const FrozenRewritePatternSet &patterns, unsigned maxRewrites)
      : rewriter(function.getContext()), applicator(patterns), shapes(function), maxRewrites(maxRewrites) {
    applicator.applyDefaultCostModel();
    rewriter.setListener(this);
  }

  void walk(Block &block);
  uint64_t numRewrites = 0;
  /// A pattern changed something that an earlier op may make use of.
  bool wantsAnotherRound = false;

private:
  void process(Operation *op);
  bool step(Operation *op);
  bool fold(Operation *op);
  bool simplifyBySizes(Operation *op);

  void notifyOperationInserted(Operation *op, OpBuilder::InsertPoint previous) override {
    if (!previous.isSet()) // built, not moved
      pending.insert(op);
  }
  void notifyOperationErased(Operation *op) override {
    if (!pending.empty())
      pending.remove(op);
    shapes.forget(op);
    unused.remove(op);
    for (Value operand : op->getOperands())
      if (Operation *definition = operand.getDefiningOp(); definition && operand.hasOneUse())
        unused.insert(definition);
    if (op == current)
      current = nullptr;
    for (Operation *&cursor : cursors)
      if (cursor == op)
        cursor = op->getNextNode();
  }

  PatternRewriter rewriter;
  PatternApplicator applicator;
  SymbolicShapes shapes;
  unsigned maxRewrites;
  llvm::SetVector<Operation *> pending;
  llvm::SetVector<Operation *> unused; ///< what an erased op was the last user of
  Operation *current = nullptr;        ///< null once a rewrite has erased it
  SmallVector<Operation *, 8> cursors; ///< what the walk visits next, in each block around
};
} // namespace

void Driver::walk(Block &block) {
  cursors.push_back(block.empty() ? nullptr : &block.front());
  size_t level = cursors.size() - 1;
  while (Operation *op = cursors[level]) {
    cursors[level] = op->getNextNode();
    for (Region &region : op->getRegions())
      for (Block &nested : region)
        walk(nested);
    process(op);
  }
  cursors.pop_back();
}

void Driver::process(Operation *op) {
  unsigned budget = maxRewrites;
  auto visit = [&](Operation *target) {
    current = target;
    while (current && step(current)) {
      ++numRewrites;
      if (--budget == 0) {
        if (current)
          current->emitRemark() << "canonicalisation stops here after " << maxRewrites << " rewrites that one op set off";
        return false;
      }
    }
    return true;
  };
  bool more = visit(op);
  while (more && !pending.empty())
    more = visit(pending.pop_back_val());
  pending.clear();
  while (!unused.empty())
    if (Operation *candidate = unused.pop_back_val(); isOpTriviallyDead(candidate))
      rewriter.eraseOp(candidate);
}

/// One rewrite of `current`; false if there is none.
bool Driver::step(Operation *op) {
  if (isOpTriviallyDead(op)) {
    rewriter.eraseOp(op);
    return true;
  }
  if (op->hasTrait<OpTrait::ConstantLike>())
    return false;
  if (fold(op))
    return true;
  shapes.visit(op);
  if (simplifyBySizes(op))
    return true;
  rewriter.setInsertionPoint(op);
  if (failed(applicator.matchAndRewrite(op, rewriter)))
    return false;
  wantsAnotherRound = true;
  return true;
}

bool Driver::fold(Operation *op) {
  SmallVector<OpFoldResult> results;
  if (failed(op->fold(results)))
    return false;
  if (results.empty()) // folded in place
    return true;
  rewriter.setInsertionPoint(op);
  SmallVector<Value> values;
  for (auto [result, folded] : llvm::zip(op->getResults(), results)) {
    Value value = dyn_cast<Value>(folded);
    if (!value) {
      Dialect *dialect = op->getDialect();
      Operation *constant = dialect->materializeConstant(rewriter, cast<Attribute>(folded), result.getType(), op->getLoc());
      if (!constant)
        return false;
      value = constant->getResult(0);
    }
    if (value.getType() != result.getType())
      return false;
    values.push_back(value);
  }
  rewriter.replaceOp(op, values);
  return true;
}

bool Driver::simplifyBySizes(Operation *op) {
  rewriter.setInsertionPoint(op);
  if (auto dim = dyn_cast<tensor::DimOp>(op)) {
    AffineExpr size = shapes.getValue(dim.getResult());
    if (auto number = dyn_cast<AffineConstantExpr>(size)) {
      rewriter.replaceOpWithNewOp<arith::ConstantIndexOp>(dim, number.getValue());
      return true;
    }
    auto [root, axis] = shapes.findArgument(size);
    if (!root || (root == dim.getSource() && axis == dim.getConstantIndex()) || root.getParentRegion() != dim->getParentRegion())
      return false;
    rewriter.replaceOpWithNewOp<tensor::DimOp>(dim, root, axis);
    return true;
  }
  auto shaped = dyn_cast<ShapeOpInterface>(op);
  if (!shaped || op->getNumResults() != 1 || !shaped.isIdentityOnEqualShapes())
    return false;
  Value from = op->getOperand(0), to = op->getResult(0);
  auto source = cast<RankedTensorType>(from.getType()), target = cast<RankedTensorType>(to.getType());
  if (source.getRank() != target.getRank() || shapes.getSizes(from) != shapes.getSizes(to))
    return false;
  if (source != target)
    from = tensor::CastOp::create(rewriter, op->getLoc(), target, from);
  rewriter.replaceOp(op, from);
  return true;
}

namespace {
struct GraphCanonicalizePass final : graphopt::impl::GraphCanonicalizePassBase<GraphCanonicalizePass> {
  using GraphCanonicalizePassBase::GraphCanonicalizePassBase;

  LogicalResult initialize(MLIRContext *context) override {
    RewritePatternSet owned(context);
    for (Dialect *dialect : context->getLoadedDialects())
      dialect->getCanonicalizationPatterns(owned);
    for (RegisteredOperationName op : context->getRegisteredOperations())
      op.getCanonicalizationPatterns(owned, context);
    patterns = FrozenRewritePatternSet(std::move(owned));
    return success();
  }

  void runOnOperation() override {
    bool more = true;
    for (unsigned round = 0; more && round < maxRounds; ++round) {
      Driver driver(getOperation(), patterns, std::max<unsigned>(maxRewrites, 1));
      for (Block &block : getOperation().getBody())
        driver.walk(block);
      numRewrites += driver.numRewrites;
      more = driver.wantsAnotherRound;
    }
  }

  FrozenRewritePatternSet patterns;
};
} // namespace
