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
