//===- Broadcast.cpp ------------------------------------------------------===//
#include "graph-opt/Dialect/Graph/Ops/Broadcast.h"
#include "Graph/Shared/Loops.h"
#include "Graph/Shared/OpSupport.h"
#include "Graph/Shared/Reshape.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::graph;

#include "graph-opt/Dialect/Graph/Ops/Broadcast.ops.inc"

void BroadcastOp::build(OpBuilder &b, OperationState &state, Value x, ArrayRef<OpFoldResult> sizes) {
  auto [staticSizes, dynamicSizes] = decomposeMixedValues(SmallVector<OpFoldResult>(sizes));
  build(b, state, x, dynamicSizes, b.getDenseI64ArrayAttr(staticSizes));
}

OpFoldResult BroadcastOp::fold(FoldAdaptor) {
  return getX().getType() == getType() && cast<RankedTensorType>(getType()).hasStaticShape() ? OpFoldResult(getX()) : OpFoldResult();
}

//===--- Shape ------------------------------------------------------------===//

LogicalResult BroadcastOp::infer(InferContext &context, Adaptor op, SmallVectorImpl<SymbolicType> &results) {
  if (failed(context.checkList(op.getStaticSizes(), op.getSizes())))
    return failure();
  SymbolicType x = context.typeOf(op.getX()), y{{}, x.elementType};
  int64_t rank = static_cast<int64_t>(op.getStaticSizes().size()), extra = rank - static_cast<int64_t>(x.sizes.size());
  if (extra < 0) // (C1)
    return context.emitError() << "expected a rank of at least " << x.sizes.size() << ", got " << rank;
  size_t dynamic = 0;
  for (auto [i, size] : llvm::enumerate(op.getStaticSizes())) {
    int64_t d = static_cast<int64_t>(i) - extra;
    if ((size == inferredSize && d < 0) || (size < inferredSize && !ShapedType::isDynamic(size))) // (C1)
      return context.emitError() << "expected sizes of at least 0, or -1 at an axis of x, got [" << op.getStaticSizes() << "]";
    AffineExpr wanted = size == inferredSize          ? x.sizes[d]
                        : ShapedType::isDynamic(size) ? context.valueOf(op.getSizes()[dynamic++])
                                                      : context.constant(size);
    if (d >= 0 && x.sizes[d] != context.constant(1) && !InferContext::canBeEqual(x.sizes[d], wanted)) // (C2)
      return context.emitError() << "expected size " << i << " to be that of x, got [" << op.getStaticSizes() << "] for "
                                 << op.getX().getType();
    y.sizes.push_back(wanted);
  }
  results.push_back(std::move(y));
  return success();
}

bool BroadcastOp::isIdentityOnEqualShapes() { return true; }

//===--- Evaluate ---------------------------------------------------------===//

LogicalResult BroadcastOp::evaluate(EvalContext &context, ArrayRef<TensorValue> operands, SmallVectorImpl<TensorValue> &results) {
  const TensorValue &x = operands[0];
  SmallVector<int64_t> shape;
  int64_t extra = static_cast<int64_t>(getStaticSizes().size()) - x.getRank();
  size_t dynamic = 1;
  for (auto [i, size] : llvm::enumerate(getStaticSizes())) {
    int64_t d = static_cast<int64_t>(i) - extra;
    shape.push_back(size == inferredSize ? x.getDim(d) : ShapedType::isDynamic(size) ? operands[dynamic++].getAsInt(0) : size);
    if (d >= 0 && x.getDim(d) != 1 && x.getDim(d) != shape.back())
      return emitOpError() << "expected size " << i << " to be " << x.getDim(d) << ", got " << shape.back();
  }
  TensorValue y = context.allocate(*this, x.getElementType(), shape);
  if (!y)
    return failure();
  int64_t size = TensorValue::getElementSize(x.getElementType());
  forEachBroadcast(shape, x,
                   [&](int64_t i, ArrayRef<int64_t> at) { std::memcpy(y.getMutableRaw() + i * size, x.getRaw() + at[0] * size, size); });
  results.push_back(std::move(y));
  return success();
}

//===--- Lower ------------------------------------------------------------===//

FailureOr<SmallVector<Value>> BroadcastOp::lower(OpBuilder &b, ValueRange operands) {
  Location loc = getLoc();
  auto from = cast<RankedTensorType>(operands[0].getType()), to = cast<RankedTensorType>(getType());
  int64_t rank = to.getRank(), extra = rank - from.getRank();
  SmallVector<OpFoldResult> sizes = getMixedValues(getStaticSizes(), operands.drop_front(), b);
  for (auto [i, size] : llvm::enumerate(sizes)) {
    if (!to.isDynamicDim(i))
      size = b.getIndexAttr(to.getDimSize(i));
    else if (getStaticSizes()[i] == inferredSize)
      size = tensor::getMixedSize(b, loc, operands[0], static_cast<int64_t>(i) - extra);
  }
  SmallVector<AffineExpr> exprs;
  for (int64_t d = 0; d < from.getRank(); ++d)
    exprs.push_back(from.getDimSize(d) == 1 ? b.getAffineConstantExpr(0) : b.getAffineDimExpr(d + extra));
  return SmallVector<Value>{moveElements(b, loc, sizes, operands[0], AffineMap::get(rank, 0, exprs, b.getContext()))};
}

FusionKind BroadcastOp::getFusionKind() { return FusionKind::view; }

//===--- Gradient ---------------------------------------------------------===//

FailureOr<SmallVector<Value>> BroadcastOp::buildGradient(OpBuilder &b, ValueRange cotangents) {
  ExprBuilder g(b, getLoc());

  SmallVector<Value> results = unbroadcast(*this, g(cotangents[0]));
  results.resize(getNumOperands());
  return results;
}

//===--- Import -----------------------------------------------------------===//

void BroadcastOp::registerImportRules(ImportRules &rules) {
  rules.aten({"expand.default"}, [](ImportCall &call) -> LogicalResult {
    auto x = call.tensor("self");
    auto sizes = call.sizes("size");
    if (failed(x) || failed(sizes))
      return failure();
    return call.yield(BroadcastOp::create(call.builder, call.loc, *x, *sizes).getResult());
  });
}

//===--- Export -----------------------------------------------------------===//

void BroadcastOp::registerExportRules(ExportRules &rules) {
  rules.onnx<BroadcastOp>([](BroadcastOp op, OnnxExport &to) {
    SmallVector<OpFoldResult> sizes = getMixedValues(op.getStaticSizes(), op.getSizes(), op.getContext());
    for (OpFoldResult &size : sizes)
      if (getConstantIntValue(size) == -1) // the size of x, which 1 keeps
        size = IntegerAttr::get(IndexType::get(op.getContext()), 1);
    return to.yield(to("Expand", {to[op.getX()], to.sizes(sizes)}));
  });
  rules.aten<BroadcastOp>([](BroadcastOp op, AtenExport &to) {
    return to.yield(to("expand.default", {to[op.getX()], to.sizes(getMixedValues(op.getStaticSizes(), op.getSizes(), op.getContext()))}));
  });
}
