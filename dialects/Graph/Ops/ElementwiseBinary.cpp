//===- ElementwiseBinary.cpp - the rows of ElementwiseBinary.td, compiled ---===//
#include "graph-opt/Dialect/Graph/Ops/ElementwiseBinary.h"
#include "Graph/Shared/OnnxSteps.h"
#include "Graph/Shared/OpSupport.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::graph;

//===--- What the rows' gradients are written in --------------------------===//

namespace {
/// Of the greater or the lesser of two. Equal operands share the cotangent by halves; where one is NaN, both get all of it.
Expr extremeGradient(Expr isOther, Expr isEqual, Expr ct) { return select(isOther, numberLike(0.0, ct), select(isEqual, ct * 0.5, ct)); }

Expr powGradientOfBase(Expr a, Expr b, Expr ct) { return select(b == 0.0, numberLike(0.0, ct), ct * (b * pow(a, b - 1.0))); }

/// 0 ^ b is 0 or 1 beside each b >= 0.
Expr powGradientOfExponent(Expr a, Expr b, Expr y, Expr ct) {
  Expr zero = numberLike(0.0, ct), slope = y * log(a);
  return ct * select(a == 0.0, select(b < 0.0, slope, select(b == b, zero, slope)), slope);
}

/// 1 / (a^2 + b^2), and 0 for 0, where atan2 has a jump.
Expr inverseSquare(Expr a, Expr b) {
  Expr square = a * a + b * b;
  return select(square == 0.0, numberLike(0.0, a), 1.0 / square);
}

/// floor(a / b) as `a mod b` has it: a quotient that rounds to the integer above is the one below, and of 1 and -inf it is -1.
Expr floorOfQuotient(Expr a, Expr b) {
  Expr rest = (*a.g)(RemOp::create(a.g->b, a.g->loc, a, b)), quotient = (a - rest) / b, whole = floor(quotient);
  Expr nearest = select(quotient - whole > 0.5, whole + 1.0, whole);
  Expr isAbove = select(b < 0.0, rest > 0.0, rest < 0.0);
  return select(b == 0.0, a / b, select(isAbove, nearest - 1.0, nearest));
}
} // namespace

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
