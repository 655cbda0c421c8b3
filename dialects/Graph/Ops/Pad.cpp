//===- Pad.cpp ------------------------------------------------------------===//
#include "graph-opt/Dialect/Graph/Ops/Pad.h"
#include "Graph/Shared/IndexMath.h"
#include "Graph/Shared/OpSupport.h"
#include "graph-opt/Dialect/Graph/Expr.h"
#include "graph-opt/Dialect/Graph/Ops/Slice.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::graph;

#include "graph-opt/Dialect/Graph/Ops/Pad.ops.inc"

void PadOp::build(OpBuilder &b, OperationState &state, Value x, Value value, ArrayRef<OpFoldResult> low, ArrayRef<OpFoldResult> high) {
  auto [staticLow, dynamicLow] = decomposeMixedValues(SmallVector<OpFoldResult>(low));
  auto [staticHigh, dynamicHigh] = decomposeMixedValues(SmallVector<OpFoldResult>(high));
  build(b, state, x, value, dynamicLow, dynamicHigh, staticLow, staticHigh);
}

//===--- Shape ------------------------------------------------------------===//

LogicalResult PadOp::infer(InferContext &context, Adaptor op, SmallVectorImpl<SymbolicType> &results) {
  if (failed(context.checkList(op.getStaticLow(), op.getLow())) || failed(context.checkList(op.getStaticHigh(), op.getHigh())))
    return failure();
  SymbolicType x = context.typeOf(op.getX()), value = context.typeOf(op.getValue()), y{{}, x.elementType};
  if (!value.sizes.empty() || value.elementType != x.elementType) // (C1)
    return context.emitError() << "expected a value of type " << RankedTensorType::get({}, x.elementType) << ", got "
                               << op.getValue().getType();
  auto isAmount = [](int64_t amount) { return amount >= 0 || ShapedType::isDynamic(amount); };
  ArrayRef<int64_t> low = op.getStaticLow(), high = op.getStaticHigh();
  if (low.size() != x.sizes.size() || high.size() != x.sizes.size() || !llvm::all_of(low, isAmount) ||
      !llvm::all_of(high, isAmount)) // (C2)
    return context.emitError() << "expected " << x.sizes.size() << " amounts of at least 0, got [" << low << "] and [" << high << "]";
  size_t nextLow = 0, nextHigh = 0;
  for (auto [d, size] : llvm::enumerate(x.sizes)) {
    AffineExpr before = ShapedType::isDynamic(low[d]) ? context.valueOf(op.getLow()[nextLow++]) : context.constant(low[d]);
    AffineExpr after = ShapedType::isDynamic(high[d]) ? context.valueOf(op.getHigh()[nextHigh++]) : context.constant(high[d]);
    y.sizes.push_back(size + before + after);
  }
  results.push_back(std::move(y));
  return success();
}

//===--- Fold -------------------------------------------------------------===//

bool PadOp::isIdentityOnEqualShapes() { return true; }

OpFoldResult PadOp::fold(FoldAdaptor) {
  auto isZero = [](int64_t amount) { return amount == 0; };
  bool none = llvm::all_of(getStaticLow(), isZero) && llvm::all_of(getStaticHigh(), isZero);
  return none && getX().getType() == getType() ? OpFoldResult(getX()) : OpFoldResult();
}

//===--- Evaluate ---------------------------------------------------------===//

LogicalResult PadOp::evaluate(EvalContext &context, ArrayRef<TensorValue> operands, SmallVectorImpl<TensorValue> &results) {
  const TensorValue &x = operands[0], &value = operands[1];
  size_t next = 2;
  auto read = [&](ArrayRef<int64_t> fixed) {
    return llvm::map_to_vector(fixed, [&](int64_t v) { return ShapedType::isDynamic(v) ? operands[next++].getAsInt(0) : v; });
  };
  SmallVector<int64_t> low = read(getStaticLow()), high = read(getStaticHigh()), shape(x.getShape());
  for (size_t d = 0; d < shape.size(); ++d)
    if (low[d] < 0 || high[d] < 0 || llvm::AddOverflow(shape[d], low[d], shape[d]) || llvm::AddOverflow(shape[d], high[d], shape[d]))
      return emitOpError() << "expected amounts of at least 0 that fit, got [" << low << "] and [" << high << "]";
  TensorValue y = context.allocate(*this, x.getElementType(), shape);
  if (!y)
    return failure();
  int64_t width = TensorValue::getElementSize(x.getElementType());
  for (int64_t i = 0; i < y.getNumElements(); ++i)
    std::memcpy(y.getMutableRaw() + i * width, value.getRaw(), width);
  SmallVector<int64_t, 4> strides = rowMajorStrides(shape);
  int64_t at = 0;
  for (size_t d = 0; d < shape.size(); ++d)
    at += low[d] * strides[d];
  SmallVector<int64_t> index(shape.size(), 0);
  for (int64_t i = 0; i < x.getNumElements(); ++i) {
    std::memcpy(y.getMutableRaw() + at * width, x.getRaw() + i * width, width);
    for (size_t d = shape.size(); d-- > 0;) {
      at += strides[d];
      if (++index[d] < x.getDim(d))
        break;
      at -= strides[d] * x.getDim(d);
      index[d] = 0;
    }
  }
  results.push_back(std::move(y));
  return success();
}

//===--- Lower ------------------------------------------------------------===//

FailureOr<SmallVector<Value>> PadOp::lower(OpBuilder &b, ValueRange operands) {
  Location loc = getLoc();
  IndexMath math(b, loc);
  Value x = operands[0];
  SmallVector<OpFoldResult> low = getMixedValues(getStaticLow(), operands.slice(2, getLow().size()), b);
  SmallVector<OpFoldResult> high = getMixedValues(getStaticHigh(), operands.take_back(getHigh().size()), b);
  SmallVector<OpFoldResult> own = tensor::getMixedSizes(b, loc, x), sizes;
  for (auto [size, before, after] : llvm::zip(own, low, high))
    sizes.push_back(math.add(math.add(size, before), after));
  // Not tensor.pad: it would be computed again in the loops of each consumer.
  Value value = tensor::ExtractOp::create(b, loc, operands[1], ValueRange{});
  Value empty = tensor::EmptyOp::create(b, loc, sizes, value.getType());
  Value filled = linalg::FillOp::create(b, loc, value, empty).getResult(0);
  if (llvm::any_of(own, [](OpFoldResult size) { return isConstantIntValue(size, 0); }))
    return SmallVector<Value>{filled}; // an empty part of no elements has no place that a slice may start at
  SmallVector<OpFoldResult> steps(sizes.size(), math.number(1));
  return SmallVector<Value>{tensor::InsertSliceOp::create(b, loc, x, filled, low, own, steps)};
}

Cost PadOp::getCost(int64_t dynamicSize) { return defaultCost(*this, dynamicSize, 0); }

//===--- Gradient ---------------------------------------------------------===//

FailureOr<SmallVector<Value>> PadOp::buildGradient(OpBuilder &b, ValueRange cotangents) {
  SmallVector<Value> results(getNumOperands());
  if (!isa<FloatType>(getElementTypeOrSelf(getType())))
    return results;
  ExprBuilder g(b, getLoc());
  int64_t rank = cast<RankedTensorType>(getType()).getRank();
  auto axes = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  Expr ct = g(cotangents[0]);
  Expr inner = g(SliceOp::create(b, getLoc(), ct, getMixedValues(getStaticLow(), getLow(), b), tensor::getMixedSizes(b, getLoc(), getX()),
                                 SmallVector<int64_t>(rank, 1)));
  results[0] = inner;
  // What flows into the frame is summed on its own, as the difference of two sums would lose digits: x's part is set to 0.
  Expr zero = g.number(0.0, getElementTypeOrSelf(getType())), one = g.number(1.0, getElementTypeOrSelf(getType()));
  Value inside = PadOp::create(b, getLoc(), g.broadcastLike(zero, inner), one, getMixedValues(getStaticLow(), getLow(), b),
                               getMixedValues(getStaticHigh(), getHigh(), b));
  results[1] = g.sum(ct * g(inside), axes, /*keepDims=*/false);
  return results;
}

//===--- Import -----------------------------------------------------------===//

Value PadOp::padOrCut(OpBuilder &b, Location loc, Value x, Value value, ArrayRef<OpFoldResult> low, ArrayRef<OpFoldResult> high) {
  IndexMath math(b, loc);
  SmallVector<OpFoldResult> starts, sizes = tensor::getMixedSizes(b, loc, x), before, behind;
  bool cuts = false;
  for (auto [from, to, size] : llvm::zip_equal(low, high, sizes)) {
    int64_t fromKnown = getConstantIntValue(from).value_or(0), toKnown = getConstantIntValue(to).value_or(0);
    cuts |= fromKnown < 0 || toKnown < 0;
    starts.push_back(math.number(std::max<int64_t>(0, -fromKnown)));
    size = math.sub(size, math.number(std::max<int64_t>(0, -fromKnown) + std::max<int64_t>(0, -toKnown)));
    before.push_back(fromKnown < 0 ? math.number(0) : from);
    behind.push_back(toKnown < 0 ? math.number(0) : to);
  }
  if (cuts)
    x = SliceOp::create(b, loc, x, starts, sizes, SmallVector<int64_t>(starts.size(), 1));
  return PadOp::create(b, loc, x, value, before, behind);
}

// lib/Interop/Onnx/Rules/Pad.cpp: ONNX's has several modes.
void PadOp::registerImportRules(ImportRules &rules) {
  rules.aten({"constant_pad_nd.default"}, [](ImportCall &call) -> LogicalResult {
    auto x = call.tensor("self");
    auto amounts = call.sizes("pad");
    if (failed(x) || failed(amounts))
      return failure();
    auto type = cast<RankedTensorType>(x->getType());
    FailureOr<Value> value = ExprBuilder(call.builder, call.loc).number(0, type.getElementType()).value;
    if (call.has("value"))
      value = call.tensorOrNumber("value", type.getElementType());
    if (failed(value))
      return failure();
    // Pairs from the last axis on.
    SmallVector<OpFoldResult> low(type.getRank(), call.builder.getIndexAttr(0)), high = low;
    if (amounts->size() % 2 != 0 || static_cast<int64_t>(amounts->size()) > 2 * type.getRank())
      return call.unsupported("amounts that are not pairs for the last axes");
    for (size_t i = 0; i < amounts->size() / 2; ++i) {
      low[type.getRank() - 1 - i] = (*amounts)[2 * i];
      high[type.getRank() - 1 - i] = (*amounts)[2 * i + 1];
    }
    return call.yield(padOrCut(call.builder, call.loc, *x, call.cast(*value, type.getElementType()), low, high));
  });
}

//===--- Export -----------------------------------------------------------===//

void PadOp::registerExportRules(ExportRules &rules) {
  rules.onnx<PadOp>([](PadOp op, OnnxExport &to) {
    if (op.getStaticLow().empty())
      return to.yield(to[op.getX()]); // a scalar, which runtimes don't pad
    SmallVector<OpFoldResult> amounts = getMixedValues(op.getStaticLow(), op.getLow(), op.getContext());
    llvm::append_range(amounts, getMixedValues(op.getStaticHigh(), op.getHigh(), op.getContext()));
    return to.yield(to("Pad", {to[op.getX()], to.sizes(amounts), to[op.getValue()]}));
  });
  rules.aten<PadOp>([](PadOp op, AtenExport &to) -> LogicalResult {
    DenseElementsAttr value;
    if (!matchPattern(op.getValue(), m_Constant(&value)))
      return to.decline("a value that is known only at run time");
    ForeignArg::List amounts; // of the last axis first
    SmallVector<OpFoldResult> low = getMixedValues(op.getStaticLow(), op.getLow(), op.getContext());
    SmallVector<OpFoldResult> high = getMixedValues(op.getStaticHigh(), op.getHigh(), op.getContext());
    for (size_t d = low.size(); d-- > 0;) {
      amounts.push_back(to.size(low[d]));
      amounts.push_back(to.size(high[d]));
    }
    TensorValue number = TensorValue::fromAttr(ElementsAttr(value));
    ForeignArg fill = isa<FloatType>(number.getElementType()) ? ForeignArg(number.getAsDouble(0)) : ForeignArg(number.getAsInt(0));
    return to.yield(to("constant_pad_nd.default", {to[op.getX()], amounts, fill}));
  });
}
