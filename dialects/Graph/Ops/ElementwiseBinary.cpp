//===- ElementwiseBinary.cpp - the rows of ElementwiseBinary.td, compiled ---===//
#include "graph-opt/Dialect/Graph/Ops/ElementwiseBinary.h"
#include "Graph/Shared/OnnxSteps.h"
#include "Graph/Shared/OpSupport.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::graph;

#include "graph-opt/Dialect/Graph/Ops/ElementwiseBinary.ops.inc"

namespace {
/// x ^ 2 = x x, to the bit, and x ^ 3 = x x x, within an ulp of types that have some to spare: no call of a function for each element.
struct ExpandSmallPower final : OpRewritePattern<PowOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(PowOp op, PatternRewriter &rewriter) const override {
    DenseFPElementsAttr exponent;
    if (!matchPattern(op.getB(), m_Constant(&exponent)) || !exponent.isSplat() || op.getA().getType() != op.getType())
      return rewriter.notifyMatchFailure(op, "no constant exponent of floating-point numbers");
    APFloat value = exponent.getSplatValue<APFloat>();
    bool isCube = value.isExactlyValue(3.0);
    if (!value.isExactlyValue(2.0) && (!isCube || exponent.getElementType().getIntOrFloatBitWidth() < 32))
      return rewriter.notifyMatchFailure(op, "the exponent is not 2, nor 3 for f32 and f64");
    Value square = MulOp::create(rewriter, op.getLoc(), op.getA(), op.getA());
    rewriter.replaceOp(op, isCube ? MulOp::create(rewriter, op.getLoc(), square, op.getA()) : square);
    return success();
  }
};
} // namespace

void PowOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) { patterns.add<ExpandSmallPower>(context); }
