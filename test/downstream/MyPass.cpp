// A plugin with one pass: -(-x) becomes x.
#include "graph-opt/Dialect/Graph/GraphOps.h"
#include "graph-opt/Plugin.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"
using namespace mlir;
using graphopt::graph::NegOp;

namespace {
struct DropDoubleNegation final : OpRewritePattern<NegOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(NegOp op, PatternRewriter &rewriter) const override {
    auto inner = op.getX().getDefiningOp<NegOp>();
    if (!inner)
      return rewriter.notifyMatchFailure(op, "the operand is no negation");
    rewriter.replaceOp(op, inner.getX());
    return success();
  }
};

struct MyPass final : PassWrapper<MyPass, OperationPass<>> {
  StringRef getArgument() const override { return "my-pass"; }
  StringRef getDescription() const override { return "replace -(-x) by x"; }
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<DropDoubleNegation>(&getContext());
    walkAndApplyPatterns(getOperation(), std::move(patterns));
  }
};
} // namespace

GRAPHOPT_PLUGIN(registry) { PassRegistration<MyPass>(); }
