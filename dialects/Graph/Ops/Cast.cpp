//===- Cast.cpp -----------------------------------------------------------===//
#include "graph-opt/Dialect/Graph/Ops/Cast.h"
#include "Graph/Shared/OpSupport.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::graph;

#include "graph-opt/Dialect/Graph/Ops/Cast.ops.inc"

LogicalResult CastOp::infer(InferContext &context, Adaptor op, SmallVectorImpl<SymbolicType> &results) {
  results.push_back(context.typeOf(op.getX()));
  results.back().elementType = op.getTo();
  return success();
}

/// Whether every value of `from` is one of `to`.
static bool isLossless(Type from, Type to) {
  unsigned width = from.getIntOrFloatBitWidth(), wider = to.getIntOrFloatBitWidth();
  if (from == to || from.isInteger(1))
    return true;
  auto source = dyn_cast<FloatType>(from), target = dyn_cast<FloatType>(to);
  if (target) // f16 and bf16 hold numbers that the other doesn't
    return source ? width < wider : width - !from.isUnsignedInteger() <= target.getFPMantissaWidth();
  return !source && width < wider && (from.isUnsignedInteger() || !to.isUnsignedInteger());
}

OpFoldResult CastOp::fold(FoldAdaptor) {
  if (getX().getType() == getType())
    return getX();
  auto inner = getX().getDefiningOp<CastOp>(); // there and back
  if (inner && inner.getX().getType() == getType() && isLossless(getTo(), getElementTypeOrSelf(getX().getType())))
    return inner.getX();
  return {};
}

//===--- Evaluate ---------------------------------------------------------===//

LogicalResult CastOp::evaluate(EvalContext &, ArrayRef<TensorValue> operands, SmallVectorImpl<TensorValue> &results) {
  const TensorValue &x = operands[0];
  TensorValue y(getTo(), x.getShape());
  unsigned width = getTo().getIntOrFloatBitWidth();
  visitElementType(x.getElementType(), [&](auto fromTag) {
    using From = typename decltype(fromTag)::type;
    visitElementType(getTo(), [&](auto toTag) {
      using To = typename decltype(toTag)::type;
      for (auto [from, to] : llvm::zip(x.get<From>(), y.getMutable<To>()))
        to = static_cast<To>(total::convert<ComputeType<To>>(static_cast<ComputeType<From>>(from), width));
    });
  });
  results.push_back(std::move(y));
  return success();
}

//===--- Lower ------------------------------------------------------------===//

Value CastOp::buildScalar(ScalarBuilder &s, ValueRange args) { return s.convert(args[0], getTo()); }

//===--- Gradient ---------------------------------------------------------===//

FailureOr<SmallVector<Value>> CastOp::buildGradient(OpBuilder &b, ValueRange cotangents) {
  Type from = getElementTypeOrSelf(getX().getType());
  if (!isa<FloatType>(from) || !isa<FloatType>(getTo()))
    return SmallVector<Value>{Value()};
  return SmallVector<Value>{CastOp::create(b, getLoc(), cotangents[0], from)};
}

//===--- Import -----------------------------------------------------------===//

void CastOp::registerImportRules(ImportRules &rules) {
  rules.aten({"_to_copy.default", "to.dtype", "to.dtype_layout"}, [](ImportCall &call) -> LogicalResult {
    auto x = call.tensor("self");
    if (failed(x))
      return failure();
    return call.yield(call.cast(*x, call.resultElementType()));
  });
}

//===--- Export -----------------------------------------------------------===//

/// The ends of a narrow integer type, where floating-point numbers are cast to it: other systems leave open what is beyond them.
static std::optional<std::pair<int64_t, int64_t>> narrowEnds(CastOp op) {
  auto to = dyn_cast<IntegerType>(op.getTo());
  if (!to || to.getWidth() == 1 || to.getWidth() > 16 || !isa<FloatType>(getElementTypeOrSelf(op.getX().getType())))
    return std::nullopt;
  int64_t width = to.getWidth();
  return to.isUnsigned() ? std::pair<int64_t, int64_t>(0, llvm::maxUIntN(width)) : std::pair(llvm::minIntN(width), llvm::maxIntN(width));
}

void CastOp::registerExportRules(ExportRules &rules) {
  rules.onnx<CastOp>([](CastOp op, OnnxExport &to) {
    ForeignValue x = to[op.getX()];
    if (auto ends = narrowEnds(op)) {
      Type wide = x.element.getIntOrFloatBitWidth() < 32 ? Type(Float32Type::get(op.getContext())) : x.element;
      x = to("Clip",
             {to.cast(x, wide), to.number(static_cast<double>(ends->first), wide), to.number(static_cast<double>(ends->second), wide)});
    }
    return to.yield(x); // which casts to the result's type
  });
  rules.aten<CastOp>([](CastOp op, AtenExport &to) {
    ForeignValue x = to[op.getX()];
    if (auto ends = narrowEnds(op)) // bounds that the type can't hold, of f16 and bf16, round
      x = to("clamp.default", {to("to.dtype", {x, Float64Type::get(op.getContext())}), ends->first, ends->second});
    return to.yield(to("to.dtype", {x, op.getTo()}, {}, op.getTo()));
  });
}
