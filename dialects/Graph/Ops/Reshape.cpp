//===- Reshape.cpp --------------------------------------------------------===//
#include "graph-opt/Dialect/Graph/Ops/Reshape.h"
#include "Graph/Shared/OpSupport.h"
#include "Graph/Shared/Reshape.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::graph;

#include "graph-opt/Dialect/Graph/Ops/Reshape.ops.inc"

void ReshapeOp::build(OpBuilder &b, OperationState &state, Value x, ArrayRef<OpFoldResult> sizes) {
  auto [staticSizes, dynamicSizes] = decomposeMixedValues(SmallVector<OpFoldResult>(sizes));
  build(b, state, x, dynamicSizes, b.getDenseI64ArrayAttr(staticSizes));
}

OpFoldResult ReshapeOp::fold(FoldAdaptor) {
  auto type = cast<RankedTensorType>(getType());
  if (getX().getType() == type && type.hasStaticShape())
    return getX();
  if (auto inner = getX().getDefiningOp<ReshapeOp>()) { // the order of the elements is one
    getXMutable().assign(inner.getX());
    return getResult();
  }
  return {};
}

//===--- Shape ------------------------------------------------------------===//

LogicalResult ReshapeOp::infer(InferContext &context, Adaptor op, SmallVectorImpl<SymbolicType> &results) {
  if (failed(context.checkList(op.getStaticSizes(), op.getSizes())))
    return failure();
  SymbolicType x = context.typeOf(op.getX());
  SmallVector<AffineExpr> sizes, known;
  std::optional<size_t> inferred;
  size_t dynamic = 0;
  for (auto [i, size] : llvm::enumerate(op.getStaticSizes())) {
    if (size == inferredSize && !inferred) {
      inferred = i;
      sizes.push_back({});
      continue;
    }
    if (size < 0 && !ShapedType::isDynamic(size)) // (C1)
      return context.emitError() << "expected sizes of at least 0 and at most one of -1, got [" << op.getStaticSizes() << "]";
    sizes.push_back(ShapedType::isDynamic(size) ? context.valueOf(op.getSizes()[dynamic++]) : context.constant(size));
    known.push_back(sizes.back());
  }
  if (inferred) {
    AffineExpr quotient = divideProducts(x.sizes, known, context.getContext());
    bool empty = llvm::is_contained(known, context.constant(0));
    sizes[*inferred] = empty ? context.constant(0) : quotient ? quotient : context.unknown();
    known.push_back(sizes[*inferred]);
  }
  auto product = [](ArrayRef<AffineExpr> factors) -> std::optional<int64_t> {
    SmallVector<int64_t> numbers;
    for (AffineExpr factor : factors) {
      auto number = dyn_cast<AffineConstantExpr>(factor);
      if (!number)
        return std::nullopt;
      numbers.push_back(number.getValue());
    }
    return checkedNumElements(numbers);
  };
  auto before = product(x.sizes), after = product(sizes);
  if (before && after && *before != *after) // (C2)
    return context.emitError() << "expected a shape of " << *before << " elements, got one of " << *after;
  results.push_back({std::move(sizes), x.elementType});
  return success();
}

bool ReshapeOp::isIdentityOnEqualShapes() { return true; }

//===--- Evaluate ---------------------------------------------------------===//

LogicalResult ReshapeOp::evaluate(EvalContext &, ArrayRef<TensorValue> operands, SmallVectorImpl<TensorValue> &results) {
  SmallVector<int64_t> sizes;
  std::optional<size_t> inferred;
  int64_t product = 1, elements = operands[0].getNumElements();
  size_t dynamic = 1;
  for (int64_t size : getStaticSizes()) {
    if (size == inferredSize)
      inferred = sizes.size();
    sizes.push_back(ShapedType::isDynamic(size) ? operands[dynamic++].getAsInt(0) : size);
  }
  for (auto [i, size] : llvm::enumerate(sizes))
    if (i != inferred && (size < 0 || llvm::MulOverflow(product, size, product)))
      return emitOpError() << "expected sizes of at least 0 that fit, got [" << sizes << "]";
  if (inferred)
    sizes[*inferred] = product == 0 ? 0 : elements / product;
  if (checkedNumElements(sizes) != elements)
    return emitOpError() << "expected a shape of " << elements << " elements, got [" << sizes << "]";
  results.push_back(operands[0].reshaped(sizes));
  return success();
}

//===--- Lower ------------------------------------------------------------===//

FailureOr<SmallVector<Value>> ReshapeOp::lower(OpBuilder &b, ValueRange operands) {
  Location loc = getLoc();
  auto type = cast<RankedTensorType>(getType());
  SmallVector<OpFoldResult> sizes = getMixedValues(getStaticSizes(), operands.drop_front(), b);
  for (auto [d, size] : llvm::enumerate(sizes)) {
    if (!type.isDynamicDim(d)) {
      size = b.getIndexAttr(type.getDimSize(d));
    } else if (getStaticSizes()[d] == inferredSize) {
      Value total = arith::ConstantIndexOp::create(b, loc, 1), known = total;
      for (OpFoldResult of : tensor::getMixedSizes(b, loc, operands[0]))
        total = arith::MulIOp::create(b, loc, total, getValueOrCreateConstantIndexOp(b, loc, of));
      for (auto [i, of] : llvm::enumerate(sizes))
        if (i != d)
          known = arith::MulIOp::create(b, loc, known, getValueOrCreateConstantIndexOp(b, loc, of));
      // An empty shape has 0 there, and must not divide by zero.
      Value zero = arith::ConstantIndexOp::create(b, loc, 0), one = arith::ConstantIndexOp::create(b, loc, 1);
      Value empty = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, known, zero);
      Value divisor = arith::SelectOp::create(b, loc, empty, one, known);
      size = arith::SelectOp::create(b, loc, empty, zero, arith::DivUIOp::create(b, loc, total, divisor)).getResult();
    }
  }
  return SmallVector<Value>{reshapeTo(b, loc, operands[0], sizes)};
}

FusionKind ReshapeOp::getFusionKind() { return FusionKind::none; } // free by itself: a view of the same buffer

//===--- Gradient ---------------------------------------------------------===//

FailureOr<SmallVector<Value>> ReshapeOp::buildGradient(OpBuilder &b, ValueRange cotangents) {
  SmallVector<Value> results(getNumOperands());
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(b, getLoc(), getX());
  if (isa<FloatType>(getElementTypeOrSelf(getType())))
    results[0] = ReshapeOp::create(b, getLoc(), cotangents[0], sizes);
  return results;
}

//===--- Import -----------------------------------------------------------===//

void ReshapeOp::registerImportRules(ImportRules &rules) {
  auto rule = [](StringRef sizesName) {
    return [sizesName](ImportCall &call) -> LogicalResult {
      auto x = call.tensor("self");
      auto sizes = call.sizes(sizesName);
      if (failed(x) || failed(sizes))
        return failure();
      // A size that is left open, -1, is often known to the source, where its proof takes arithmetic on sizes that vary.
      auto stated = call.resultTypes.empty() ? RankedTensorType() : dyn_cast_or_null<RankedTensorType>(call.resultTypes[0]);
      if (stated && stated.getRank() == static_cast<int64_t>(sizes->size()))
        for (auto [d, size] : llvm::enumerate(*sizes))
          if (isConstantIntValue(size, -1) && !stated.isDynamicDim(d))
            size = call.builder.getIndexAttr(stated.getDimSize(d));
      return call.yield(ReshapeOp::create(call.builder, call.loc, *x, *sizes).getResult());
    };
  };
  rules.aten({"view.default", "_unsafe_view.default"}, rule("size"));
  rules.aten({"reshape.default"}, rule("shape"));
}

//===--- Export -----------------------------------------------------------===//

void ReshapeOp::registerExportRules(ExportRules &rules) {
  rules.onnx<ReshapeOp>([](ReshapeOp op, OnnxExport &to) {
    SmallVector<OpFoldResult> sizes = op.getMixedSizes();
    ArrayRef<int64_t> shape = cast<RankedTensorType>(op.getType()).getShape();
    auto number = [&](int64_t size) -> OpFoldResult { return IntegerAttr::get(IndexType::get(op.getContext()), size); };
    bool isEmpty = llvm::is_contained(shape, 0), follows = false;
    for (auto [size, known] : llvm::zip(sizes, shape)) {
      if (!ShapedType::isDynamic(known))
        size = number(known);
      else if (getConstantIntValue(size) == -1 && isEmpty)
        size = number(0);
      follows |= getConstantIntValue(size) == -1;
    }
    // ONNX has either a size that follows from the others, or sizes of 0.
    return to.yield(to("Reshape", {to[op.getX()], to.sizes(sizes)}, {{"allowzero", !follows}}));
  });
  rules.aten<ReshapeOp>(
      [](ReshapeOp op, AtenExport &to) { return to.yield(to("reshape.default", {to[op.getX()], to.sizes(op.getMixedSizes())})); });
}
