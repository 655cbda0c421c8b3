//===- LowerMath.cpp - functions as polynomials ---------------------------===//
#include "graph-opt/Execution/CpuInfo.h"
#include "graph-opt/Passes/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Transforms/DialectConversion.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
using namespace mlir;
namespace graphopt {
#define GEN_PASS_DEF_CPULOWERMATHPASS
#include "graph-opt/Passes/Cpu.h.inc"
namespace {

/// Where the polynomials of MLIR hold 4 ulp everywhere. Others (sin and cos of large arguments, pow) are left to libm.
bool isAccurate(StringRef name) {
  return llvm::is_contained(
      {math::ExpOp::getOperationName(), math::LogOp::getOperationName(), math::TanhOp::getOperationName(), math::ErfOp::getOperationName()},
      name);
}

Value constantLike(OpBuilder &builder, Location loc, Type type, double value) {
  TypedAttr attribute = builder.getF32FloatAttr(value);
  if (auto vector = dyn_cast<VectorType>(type))
    attribute = DenseElementsAttr::get(vector, ArrayRef<Attribute>(attribute));
  return arith::ConstantOp::create(builder, loc, attribute);
}

/// The polynomial converts to integers, which has no result for NaN that LLVM would promise to keep.
void passNaN(math::ExpOp exp) {
  Type type = exp.getType();
  if (!getElementTypeOrSelf(type).isF32())
    return;
  OpBuilder builder(exp);
  Location loc = exp.getLoc();
  Value x = exp.getOperand();
  Value isNaN = arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::UNO, x, x);
  exp.getOperandMutable().assign(arith::SelectOp::create(builder, loc, isNaN, constantLike(builder, loc, type, 0), x));
  builder.setInsertionPointAfter(exp);
  Value result = arith::SelectOp::create(builder, loc, isNaN, x, exp);
  exp.getResult().replaceAllUsesExcept(result, result.getDefiningOp());
}

/// The polynomial takes subnormal numbers for the least normal one: they are scaled up before it.
void scaleSubnormals(math::LogOp log) {
  Type type = log.getType();
  if (!getElementTypeOrSelf(type).isF32())
    return;
  OpBuilder builder(log);
  Location loc = log.getLoc();
  auto constant = [&](double value) { return constantLike(builder, loc, type, value); };
  Value x = log.getOperand();
  Value small = arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::OLT, x, constant(0x1p-126));
  Value scaled = arith::MulFOp::create(builder, loc, x, constant(0x1p24));
  log.getOperandMutable().assign(arith::SelectOp::create(builder, loc, small, scaled, x));
  builder.setInsertionPointAfter(log);
  Value shift = arith::SelectOp::create(builder, loc, small, constant(24 * 0.69314718055994530942), constant(0));
  Value result = arith::SubFOp::create(builder, loc, log, shift);
  log.getResult().replaceAllUsesExcept(result, result.getDefiningOp());
}

/// True for ops that LLVM takes on vectors: as an instruction, or as a call for each element that it writes itself.
bool existsOnVectors(Operation *op) {
  return isa<math::AbsFOp, math::AbsIOp, math::CeilOp, math::FloorOp, math::TruncOp, math::RoundOp, math::RoundEvenOp, math::SqrtOp,
             math::FmaOp, math::CopySignOp, math::CtPopOp, math::CountLeadingZerosOp, math::CountTrailingZerosOp, math::ExpOp, math::Exp2Op,
             math::LogOp, math::Log2Op, math::Log10Op, math::PowFOp, math::SinOp, math::CosOp, math::IsNaNOp, math::IsInfOp,
             math::IsFiniteOp>(op);
}

/// The other functions are calls into libm, one for each element.
void unroll(Operation *op) {
  OpBuilder builder(op);
  Location loc = op->getLoc();
  auto type = cast<VectorType>(op->getResult(0).getType());
  SmallVector<Value> elements;
  for (int64_t lane = 0; lane < type.getNumElements(); ++lane) {
    OperationState state(loc, op->getName());
    for (Value operand : op->getOperands())
      state.operands.push_back(vector::ExtractOp::create(builder, loc, operand, lane));
    state.addTypes(type.getElementType());
    state.attributes.append(op->getDiscardableAttrDictionary().getValue());
    state.propertiesAttr = op->getPropertiesAsAttribute();
    elements.push_back(builder.create(state)->getResult(0));
  }
  op->getResult(0).replaceAllUsesWith(vector::FromElementsOp::create(builder, loc, type, elements));
  op->erase();
}

struct CpuLowerMathPass final : impl::CpuLowerMathPassBase<CpuLowerMathPass> {
  using CpuLowerMathPassBase::CpuLowerMathPassBase;

  void runOnOperation() override {
    MLIRContext *context = &getContext();
    FailureOr<CpuInfo> info = CpuInfo::get(cpu);
    if (failed(info)) {
      getOperation().emitError("expected the name of a CPU, got '") << cpu << "'";
      return signalPassFailure();
    }
    getOperation().walk(scaleSubnormals);
    getOperation().walk(passNaN);
    RewritePatternSet patterns(context);
    math::populateExpansionPatterns(patterns, {"rsqrt"});
    populateMathPolynomialApproximationPatterns(patterns, [](StringRef name) { return isAccurate(name); });
    if (!info->hasBf16Conversion)
      arith::populateExpandBFloat16Patterns(patterns);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      return signalPassFailure();
    SmallVector<Operation *> calls;
    getOperation().walk([&](Operation *op) {
      bool math = isa<math::MathDialect>(op->getDialect()) && op->getNumResults() == 1;
      auto type = math ? dyn_cast<VectorType>(op->getResult(0).getType()) : VectorType();
      if (type && type.getRank() == 1 && !existsOnVectors(op) && llvm::all_of(op->getOperandTypes(), llvm::IsaPred<VectorType>))
        calls.push_back(op);
    });
    llvm::for_each(calls, unroll);
    if (info->hasFma)
      return;
    // The polynomials' fma would be a call into libm for every element.
    RewritePatternSet expand(context);
    math::populateExpansionPatterns(expand, {"fma"});
    if (failed(applyPatternsGreedily(getOperation(), std::move(expand))))
      signalPassFailure();
  }
};

} // namespace
} // namespace graphopt
