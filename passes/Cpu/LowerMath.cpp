//===- LowerMath.cpp - functions as polynomials ---------------------------===//
#include "graph-opt/Execution/CpuInfo.h"
#include "graph-opt/Passes/Passes.h"
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

struct CpuLowerMathPass final : impl::CpuLowerMathPassBase<CpuLowerMathPass> {
  using CpuLowerMathPassBase::CpuLowerMathPassBase;

  void runOnOperation() override {
    MLIRContext *context = &getContext();
    FailureOr<CpuInfo> info = CpuInfo::get(cpu);
    if (failed(info)) {
      getOperation().emitError("expected the name of a CPU, got '") << cpu << "'";
      return signalPassFailure();
    }
    RewritePatternSet patterns(context);
    math::populateExpansionPatterns(patterns, {"rsqrt"});
    populateMathPolynomialApproximationPatterns(patterns, [](StringRef name) { return isAccurate(name); });
    if (!info->hasBf16Conversion)
      arith::populateExpandBFloat16Patterns(patterns);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      return signalPassFailure();
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
