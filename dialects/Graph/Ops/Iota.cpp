//===- Iota.cpp -----------------------------------------------------------===//
#include "graph-opt/Dialect/Graph/Ops/Iota.h"
#include "Graph/Shared/IndexMath.h"
#include "Graph/Shared/Loops.h"
#include "Graph/Shared/OpSupport.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::graph;

#include "graph-opt/Dialect/Graph/Ops/Iota.ops.inc"

void IotaOp::build(OpBuilder &b, OperationState &state, Type element, ArrayRef<OpFoldResult> sizes, int64_t axis) {
  auto [staticSizes, dynamicSizes] = decomposeMixedValues(SmallVector<OpFoldResult>(sizes));
  build(b, state, TypeAttr::get(element), dynamicSizes, b.getDenseI64ArrayAttr(staticSizes), b.getI64IntegerAttr(axis));
}

//===--- Shape ------------------------------------------------------------===//

LogicalResult IotaOp::infer(InferContext &context, Adaptor op, SmallVectorImpl<SymbolicType> &results) {
  if (failed(context.checkList(op.getStaticSizes(), op.getSizes())))
    return failure();
  auto rank = static_cast<int64_t>(op.getStaticSizes().size()), axis = static_cast<int64_t>(op.getAxis());
  if (axis < 0 || axis >= rank) // (C1)
    return context.emitError() << "expected axis in [0, " << rank << "), got " << axis;
  SymbolicType y{{}, op.getElement()};
  size_t dynamic = 0;
  for (int64_t size : op.getStaticSizes()) {
    if (size < 0 && !ShapedType::isDynamic(size)) // (C2)
      return context.emitError() << "expected sizes of at least 0, got [" << op.getStaticSizes() << "]";
    y.sizes.push_back(ShapedType::isDynamic(size) ? context.valueOf(op.getSizes()[dynamic++]) : context.constant(size));
  }
  results.push_back(std::move(y));
  return success();
}

//===--- Evaluate ---------------------------------------------------------===//

LogicalResult IotaOp::evaluate(EvalContext &context, ArrayRef<TensorValue> operands, SmallVectorImpl<TensorValue> &results) {
  size_t next = 0;
  SmallVector<int64_t> shape = llvm::map_to_vector(
      getStaticSizes(), [&](int64_t size) { return ShapedType::isDynamic(size) ? operands[next++].getAsInt(0) : size; });
  TensorValue y = context.allocate(*this, getElement(), shape);
  if (!y)
    return failure();
  int64_t size = shape[getAxis()], inner = y.getNumElements() == 0 ? 1 : rowMajorStrides(shape)[getAxis()];
  visitElementType(getElement(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    T *out = y.getMutable<T>().data();
    for (int64_t i = 0; i < y.getNumElements(); ++i)
      out[i] = static_cast<T>(static_cast<ComputeType<T>>(i / inner % size));
  });
  results.push_back(std::move(y));
  return success();
}

//===--- Lower ------------------------------------------------------------===//

FailureOr<SmallVector<Value>> IotaOp::lower(OpBuilder &b, ValueRange operands) {
  SmallVector<OpFoldResult> sizes = getMixedValues(getStaticSizes(), operands, b);
  Type element = getElement();
  Value y = buildElements(b, getLoc(), sizes, stripSign(element), {}, {}, [&](OpBuilder &nested, Location at, ValueRange) {
    Value position = linalg::IndexOp::create(nested, at, getAxis());
    Value integer = arith::IndexCastOp::create(nested, at, nested.getI64Type(), position);
    return ScalarBuilder(nested, at, nested.getI64Type()).convert(integer, element);
  });
  return SmallVector<Value>{y};
}

FusionKind IotaOp::getFusionKind() { return FusionKind::view; }

//===--- Import -----------------------------------------------------------===//

/// A range of floating-point numbers, whose count torch takes from the bounds in f64.
static LogicalResult importFloatRange(ImportCall &call) {
  FailureOr<double> start = call.number("start", 0.0);
  FailureOr<double> end = call.number("end"), step = call.number("step", 1.0);
  if (failed(start) || failed(end) || failed(step))
    return failure();
  double count = std::ceil((*end - *start) / *step);
  if (!(count >= 0 && count < 0x1p40))
    return call.unsupported("expected finite bounds, and a step from one towards the other");
  OpBuilder &b = call.builder;
  ExprBuilder g(b, call.loc);
  Type element = call.resultElementType() ? call.resultElementType() : Type(b.getF32Type());
  Value position = IotaOp::create(b, call.loc, b.getI64Type(), ArrayRef<OpFoldResult>(b.getIndexAttr(static_cast<int64_t>(count))), 0);
  if (!isa<FloatType>(element)) // what is given is cut off first
    *start = std::trunc(*start), *step = std::trunc(*step);
  return call.yield(g.cast(g.cast(g(position), b.getF64Type()) * *step + *start, element).value);
}

/// arange: the count follows from the bounds.
static LogicalResult importArange(ImportCall &call) {
  for (StringRef arg : {"start", "end", "step"})
    if (call[arg].get<double>())
      return importFloatRange(call);
  OpBuilder &b = call.builder;
  IndexMath math(b, call.loc);
  FailureOr<OpFoldResult> start = call.has("start") ? call.size("start") : FailureOr<OpFoldResult>(math.number(0));
  FailureOr<OpFoldResult> end = call.size("end");
  FailureOr<int64_t> step = call.integer("step", 1);
  if (failed(start) || failed(end) || failed(step))
    return failure();
  if (*step == 0 || *step == std::numeric_limits<int64_t>::min())
    return call.unsupported("a step of 0");
  OpFoldResult distance = *step > 0 ? math.sub(*end, *start) : math.sub(*start, *end);
  bool ordered = *step == 1 && isConstantIntValue(*start, 0) && !getConstantIntValue(*end); // a size: not negative
  OpFoldResult count = math.ceilDiv(ordered ? distance : math.max(distance, math.number(0)), std::abs(*step));
  Type element = call.resultElementType() ? call.resultElementType() : Type(b.getI64Type());
  ExprBuilder g(b, call.loc);
  Expr y = g(IotaOp::create(b, call.loc, b.getI64Type(), ArrayRef(count), 0));
  if (*step != 1)
    y = y * static_cast<double>(*step);
  if (!isConstantIntValue(*start, 0))
    y = y + g(math.tensor(*start));
  return call.yield(g.cast(y, element).value);
}

void IotaOp::registerImportRules(ImportRules &rules) { rules.aten({"arange.default", "arange.start", "arange.start_step"}, importArange); }

//===--- Export -----------------------------------------------------------===//

void IotaOp::registerExportRules(ExportRules &rules) {
  rules.onnx<IotaOp>([](IotaOp op, OnnxExport &to) {
    SmallVector<OpFoldResult> sizes = getMixedValues(op.getStaticSizes(), op.getSizes(), op.getContext());
    ForeignValue count = to("Range", {to.integer(0), to.size(sizes[op.getAxis()]), to.integer(1)});
    if (sizes.size() == 1)
      return to.yield(count);
    SmallVector<int64_t> along(sizes.size(), 1);
    along[op.getAxis()] = -1;
    return to.yield(to("Expand", {to("Reshape", {to.cast(count, op.getElement()), to.integers(along)}), to.sizes(sizes)}));
  });
  rules.aten<IotaOp>([](IotaOp op, AtenExport &to) {
    SmallVector<OpFoldResult> sizes = getMixedValues(op.getStaticSizes(), op.getSizes(), op.getContext());
    ForeignValue count = to("arange.default", {to.size(sizes[op.getAxis()])}, {{"dtype", op.getElement()}}, op.getElement());
    if (sizes.size() == 1)
      return to.yield(count);
    SmallVector<int64_t> along(sizes.size(), 1);
    along[op.getAxis()] = -1;
    return to.yield(to("expand.default", {to("reshape.default", {count, along}), to.sizes(sizes)}));
  });
}
