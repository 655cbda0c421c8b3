//===- GraphToLinalg.cpp - lower the dialect by its interfaces ------------===//
#include "graph-opt/Dialect/Graph/Graph.h"
#include "graph-opt/Dialect/Graph/ScalarBuilder.h"
#include "graph-opt/Passes/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Func/Transforms/FuncConversions.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/SCF/Transforms/Patterns.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/DialectConversion.h"

using namespace mlir;
using namespace graphopt;

namespace graphopt {
#define GEN_PASS_DEF_GRAPHTOLINALGPASS
#include "graph-opt/Passes/Lowering.h.inc"
} // namespace graphopt

namespace {
/// Strips signs from the element types of tensors.
class SignConverter final : public TypeConverter {
public:
  SignConverter() {
    addConversion([](Type type) { return type; });
    addConversion([](IntegerType type) -> Type { return stripSign(type); });
    addConversion([](RankedTensorType type) -> Type {
      return RankedTensorType::get(type.getShape(), stripSign(type.getElementType()), type.getEncoding());
    });
    auto cast = [](OpBuilder &b, Type type, ValueRange inputs, Location loc) -> Value {
      return UnrealizedConversionCastOp::create(b, loc, type, inputs).getResult(0);
    };
    addSourceMaterialization(cast);
    addTargetMaterialization(cast);
  }
};

/// The result keeps the op's static sizes, which users rely on.
Value castTo(OpBuilder &b, Location loc, Value value, Type type) {
  return value.getType() == type ? value : tensor::CastOp::create(b, loc, type, value).getResult();
}

struct LowerByInterface final : OpInterfaceConversionPattern<LowerOpInterface> {
  using OpInterfaceConversionPattern::OpInterfaceConversionPattern;
  LogicalResult matchAndRewrite(LowerOpInterface op, ArrayRef<Value> operands, ConversionPatternRewriter &rewriter) const override {
    auto values = op.lower(rewriter, operands);
    if (failed(values))
      return rewriter.notifyMatchFailure(op, "the op's own lowering failed");
    for (auto [value, type] : llvm::zip(*values, op->getResultTypes()))
      value = castTo(rewriter, op.getLoc(), value, getTypeConverter()->convertType(type));
    rewriter.replaceOp(op, *values);
    return success();
  }
};

struct LowerScalarBody final : OpInterfaceConversionPattern<ScalarBodyOpInterface> {
  using OpInterfaceConversionPattern::OpInterfaceConversionPattern;
  LogicalResult matchAndRewrite(ScalarBodyOpInterface op, ArrayRef<Value> operands, ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    auto type = cast<RankedTensorType>(op->getResult(0).getType());
    Type element = stripSign(type.getElementType());
    int64_t rank = type.getRank();

    // The size of each axis, and each operand's map: an axis of size 1 is read at 0, where the result's is known not to be 1 as well.
    SmallVector<OpFoldResult> sizes(rank);
    SmallVector<AffineMap> maps;
    for (Value operand : operands) {
      auto operandType = cast<RankedTensorType>(operand.getType());
      SmallVector<AffineExpr> exprs;
      for (int64_t d = 0; d < operandType.getRank(); ++d) {
        int64_t axis = rank - operandType.getRank() + d;
        bool stretched = operandType.getDimSize(d) == 1 && type.getDimSize(axis) != 1;
        exprs.push_back(stretched ? rewriter.getAffineConstantExpr(0) : rewriter.getAffineDimExpr(axis));
        if (!type.isDynamicDim(axis))
          sizes[axis] = rewriter.getIndexAttr(type.getDimSize(axis));
        else if (!sizes[axis] && operandType.getDimSize(d) != 1)
          sizes[axis] = tensor::getMixedSize(rewriter, loc, operand, d);
      }
      maps.push_back(AffineMap::get(rank, 0, exprs, rewriter.getContext()));
    }
    // A dynamic result size whose every operand has size 1 there: the declared type is coarser than the truth.
    for (auto [d, size] : llvm::enumerate(sizes))
      if (!size)
        size = rewriter.getIndexAttr(type.isDynamicDim(d) ? 1 : type.getDimSize(d));
    maps.push_back(rewriter.getMultiDimIdentityMap(rank));

    Type signedElement = getElementTypeOrSelf(op->getOperands().back().getType());
    Value init = tensor::EmptyOp::create(rewriter, loc, sizes, element);
    auto body = [&](OpBuilder &b, Location at, ValueRange args) {
      SmallVector<Value> values;
      for (Value arg : args.drop_back()) {
        Type compute = getComputeType(arg.getType());
        values.push_back(compute == arg.getType() ? arg : arith::ExtFOp::create(b, at, compute, arg).getResult());
      }
      ScalarBuilder s(b, at, signedElement);
      Value result = op.buildScalar(s, values);
      if (result.getType() != element)
        result = arith::TruncFOp::create(b, at, element, result);
      linalg::YieldOp::create(b, at, result);
    };
    auto generic = linalg::GenericOp::create(rewriter, loc, init.getType(), operands, init, maps,
                                             SmallVector<utils::IteratorType>(rank, utils::IteratorType::parallel), body);
    rewriter.replaceOp(op, castTo(rewriter, loc, generic.getResult(0), getTypeConverter()->convertType(type)));
    return success();
  }
};

struct LowerByDecomposition final : OpInterfaceConversionPattern<DecomposeOpInterface> {
  LowerByDecomposition(const TypeConverter &converter, MLIRContext *context, PatternBenefit benefit)
      : OpInterfaceConversionPattern(converter, context, benefit) {
    setHasBoundedRewriteRecursion(); // a fusion holds composite ops, and those are made of simpler ones
  }
  LogicalResult matchAndRewrite(DecomposeOpInterface op, ArrayRef<Value>, ConversionPatternRewriter &rewriter) const override {
    auto values = op.decompose(rewriter);
    if (failed(values))
      return rewriter.notifyMatchFailure(op, "the op's decomposition failed");
    for (auto [value, type] : llvm::zip(*values, op->getResultTypes()))
      value = castTo(rewriter, op.getLoc(), value, type);
    rewriter.replaceOp(op, *values);
    return success();
  }
};

/// Ops of the tensor dialect that stand between ours (sizes, casts) follow the types of their operands.
struct ConvertTensorOp final : ConversionPattern {
  ConvertTensorOp(const TypeConverter &converter, MLIRContext *context)
      : ConversionPattern(converter, MatchAnyOpTypeTag(), /*benefit=*/1, context) {}
  LogicalResult matchAndRewrite(Operation *op, ArrayRef<Value> operands, ConversionPatternRewriter &rewriter) const override {
    if (!isa_and_nonnull<tensor::TensorDialect>(op->getDialect()))
      return rewriter.notifyMatchFailure(op, "not of the tensor dialect");
    FailureOr<Operation *> converted = convertOpResultTypes(op, operands, *getTypeConverter(), rewriter);
    if (failed(converted))
      return failure();
    rewriter.replaceOp(op, *converted);
    return success();
  }
};

struct GraphToLinalgPass final : graphopt::impl::GraphToLinalgPassBase<GraphToLinalgPass> {
  void runOnOperation() override {
    MLIRContext *context = &getContext();
    SignConverter converter;
    ConversionTarget target(*context);
    target.addLegalDialect<affine::AffineDialect, arith::ArithDialect, linalg::LinalgDialect, math::MathDialect>();
    target.addDynamicallyLegalDialect<tensor::TensorDialect>([&](Operation *op) { return converter.isLegal(op); });
    target.addLegalOp<ModuleOp>();
    target.markUnknownOpDynamicallyLegal(
        [](Operation *op) { return !isa<LowerOpInterface, ScalarBodyOpInterface, DecomposeOpInterface>(op) || isa<linalg::LinalgOp>(op); });
    target.addDynamicallyLegalOp<func::FuncOp>(
        [&](func::FuncOp op) { return converter.isSignatureLegal(op.getFunctionType()) && converter.isLegal(&op.getBody()); });
    target.addDynamicallyLegalOp<func::ReturnOp, func::CallOp>([&](Operation *op) { return converter.isLegal(op); });

    RewritePatternSet patterns(context);
    patterns.add<LowerByInterface>(converter, context, /*benefit=*/3);
    patterns.add<LowerScalarBody>(converter, context, /*benefit=*/2);
    patterns.add<LowerByDecomposition>(converter, context, /*benefit=*/1);
    patterns.add<ConvertTensorOp>(converter, context);
    populateFunctionOpInterfaceTypeConversionPattern<func::FuncOp>(patterns, converter);
    populateReturnOpTypeConversionPattern(patterns, converter);
    populateCallOpTypeConversionPattern(patterns, converter);
    scf::populateSCFStructuralTypeConversionsAndLegality(converter, patterns, target);
    if (failed(applyFullConversion(getOperation(), target, std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
