//===- LayerNorm.cpp ------------------------------------------------------===//
#include "graph-opt/Dialect/Graph/Ops/LayerNorm.h"
#include "Graph/Shared/Loops.h"
#include "Graph/Shared/OpSupport.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::graph;

#include "graph-opt/Dialect/Graph/Ops/LayerNorm.ops.inc"

//===--- Shape ------------------------------------------------------------===//

LogicalResult LayerNormOp::infer(InferContext &context, Adaptor op, SmallVectorImpl<SymbolicType> &results) {
  SymbolicType x = context.typeOf(op.getX());
  auto rank = static_cast<int64_t>(x.sizes.size()), last = static_cast<int64_t>(op.getLast());
  if (last < 1 || last > rank) // (C2)
    return context.emitError() << "expected the number of last axes in [1, " << rank << "], got " << last;
  for (Value operand : {op.getWeight(), op.getBias()}) {
    if (!operand)
      continue;
    SymbolicType type = context.typeOf(operand);
    if (type.elementType != x.elementType) // (C1)
      return context.emitError() << "expected one element type of all operands, got " << x.elementType << " and " << type.elementType;
    if (static_cast<int64_t>(type.sizes.size()) != last ||
        !llvm::all_of(llvm::zip(type.sizes, ArrayRef(x.sizes).take_back(last)),
                      [](auto pair) { return InferContext::canBeEqual(std::get<0>(pair), std::get<1>(pair)); })) // (C3)
      return context.emitError() << "expected weight and bias to have the last " << last << " sizes of x, got " << operand.getType()
                                 << " for " << op.getX().getType();
  }
  results.push_back(std::move(x));
  return success();
}

/// The axes that mean and variance are taken over.
static SmallVector<int64_t> normalisedAxes(LayerNormOp op) {
  int64_t rank = cast<RankedTensorType>(op.getType()).getRank();
  return llvm::to_vector(llvm::seq<int64_t>(rank - static_cast<int64_t>(op.getLast()), rank));
}

//===--- Evaluate ---------------------------------------------------------===//

LogicalResult LayerNormOp::evaluate(EvalContext &, ArrayRef<TensorValue> operands, SmallVectorImpl<TensorValue> &results) {
  const TensorValue &x = operands[0];
  const TensorValue *weight = getWeight() ? &operands[1] : nullptr, *bias = getBias() ? &operands.back() : nullptr;
  ArrayRef<int64_t> rowShape = x.getShape().take_back(getLast());
  for (const TensorValue *operand : {weight, bias})
    if (operand && operand->getShape() != rowShape)
      return emitOpError() << "expected weight and bias of sizes [" << rowShape << "], got [" << operand->getShape() << "]";
  TensorValue y(x.getElementType(), x.getShape());
  int64_t size = *checkedNumElements(rowShape), rows = size == 0 ? 0 : x.getNumElements() / size;
  double epsilon = getEpsilon().convertToDouble();
  visitElementType(x.getElementType(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    using C = ComputeType<T>;
    if constexpr (std::is_floating_point_v<C>) {
      for (int64_t row = 0; row < rows; ++row) {
        const T *in = x.get<T>().data() + row * size;
        T *out = y.getMutable<T>().data() + row * size;
        double mean = 0, variance = 0;
        for (int64_t i = 0; i < size; ++i)
          mean += static_cast<C>(in[i]);
        mean /= static_cast<double>(size);
        for (int64_t i = 0; i < size; ++i)
          variance += (static_cast<C>(in[i]) - mean) * (static_cast<C>(in[i]) - mean);
        variance /= static_cast<double>(size);
        for (int64_t i = 0; i < size; ++i) {
          double value = (static_cast<C>(in[i]) - mean) / std::sqrt(variance + epsilon);
          if (weight)
            value *= static_cast<C>(weight->get<T>()[i]);
          if (bias)
            value += static_cast<C>(bias->get<T>()[i]);
          out[i] = static_cast<T>(static_cast<C>(value));
        }
      }
    }
  });
  results.push_back(std::move(y));
  return success();
}

//===--- Decompose and lower ----------------------------------------------===//

namespace {
/// x in its compute type, normalised, and 1 / sqrt(variance + epsilon).
std::pair<Expr, Expr> normalise(ExprBuilder &g, LayerNormOp op) {
  SmallVector<int64_t> axes = normalisedAxes(op);
  Expr x = g(op.getX()), wide = g.cast(x, getComputeType(x.getType().getElementType()));
  Expr centred = wide - g.mean(wide, axes, /*keepDims=*/true);
  Expr scale = rsqrt(g.mean(centred * centred, axes, /*keepDims=*/true) + op.getEpsilon().convertToDouble());
  return {centred * scale, scale};
}
} // namespace

FailureOr<SmallVector<Value>> LayerNormOp::decompose(OpBuilder &b) {
  ExprBuilder g(b, getLoc());
  Expr y = normalise(g, *this).first;
  if (getWeight())
    y = y * g.cast(g(getWeight()), y.getType().getElementType());
  if (getBias())
    y = y + g.cast(g(getBias()), y.getType().getElementType());
  return SmallVector<Value>{g.cast(y, getElementTypeOrSelf(getType()))};
}

FailureOr<SmallVector<Value>> LayerNormOp::lower(OpBuilder &b, ValueRange operands) {
  Location loc = getLoc();
  Value x = operands[0];
  Type element = getElementTypeOrSelf(x.getType()), compute = getComputeType(element);
  int64_t rank = cast<RankedTensorType>(x.getType()).getRank(), leading = rank - static_cast<int64_t>(getLast());
  auto loops = [&](int64_t begin, int64_t end) { return mapOfLoops(b.getContext(), rank, llvm::to_vector(llvm::seq(begin, end))); };
  AffineMap all = loops(0, rank), row = loops(0, leading), column = loops(leading, rank), rowOnly = b.getMultiDimIdentityMap(leading);
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(b, loc, x);
  ArrayRef<OpFoldResult> rows = ArrayRef(sizes).take_front(leading);
  Value count = elementCount(b, loc, ArrayRef(sizes).drop_front(leading), compute);
  Value zero = ScalarBuilder(b, loc, compute).constant(0.0);

  Value sum = buildAccumulation(b, loc, rows, zero, x, all, row, [&](OpBuilder &nested, Location at, Value accumulator, ValueRange args) {
    return ScalarBuilder(nested, at, compute).add(accumulator, args[0]);
  });
  Value mean = buildElements(b, loc, rows, compute, sum, rowOnly, [&](OpBuilder &nested, Location at, ValueRange args) {
    return ScalarBuilder(nested, at, compute).div(args[0], count);
  });
  Value squares = buildAccumulation(b, loc, rows, zero, {x, mean}, {all, row}, row,
                                    [&](OpBuilder &nested, Location at, Value accumulator, ValueRange args) {
                                      ScalarBuilder s(nested, at, compute);
                                      Value centred = s.sub(args[0], args[1]);
                                      return s.add(accumulator, s.mul(centred, centred));
                                    });
  Value scale = buildElements(b, loc, rows, compute, squares, rowOnly, [&](OpBuilder &nested, Location at, ValueRange args) {
    ScalarBuilder s(nested, at, compute);
    Value shifted = s.add(s.div(args[0], count), s.constant(getEpsilon().convertToDouble()));
    return s.div(s.constant(1.0), s.unary<math::SqrtOp>(shifted));
  });
  SmallVector<Value> inputs{x, mean, scale};
  SmallVector<AffineMap> maps{all, row, row};
  for (Value operand : operands.drop_front()) {
    inputs.push_back(operand);
    maps.push_back(column);
  }
  Value y = buildElements(b, loc, sizes, element, inputs, maps, [&](OpBuilder &nested, Location at, ValueRange args) {
    ScalarBuilder s(nested, at, compute);
    Value value = s.mul(s.sub(args[0], args[1]), args[2]);
    if (getWeight())
      value = s.mul(value, args[3]);
    return getBias() ? s.add(value, args.back()) : value;
  });
  return SmallVector<Value>{y};
}

Cost LayerNormOp::getCost(int64_t dynamicSize) { return defaultCost(*this, dynamicSize, 8); }
FusionKind LayerNormOp::getFusionKind() { return getLast() == 1 ? FusionKind::rowwise : FusionKind::none; }

//===--- Gradient ---------------------------------------------------------===//

FailureOr<SmallVector<Value>> LayerNormOp::buildGradient(OpBuilder &b, ValueRange cotangents) {
  ExprBuilder g(b, getLoc());
  SmallVector<int64_t> axes = normalisedAxes(*this), leading = llvm::to_vector(llvm::seq<int64_t>(0, axes.front()));
  auto [normalised, scale] = normalise(g, *this);
  Type element = getElementTypeOrSelf(getType()), compute = normalised.getType().getElementType();
  Expr ct = g.cast(g(cotangents[0]), compute);
  Expr inner = getWeight() ? ct * g.cast(g(getWeight()), compute) : ct;
  Expr projected = inner - g.mean(inner, axes, /*keepDims=*/true) - normalised * g.mean(inner * normalised, axes, /*keepDims=*/true);
  SmallVector<Value> results{g.cast(projected * scale, element)};
  if (getWeight())
    results.push_back(g.cast(g.sum(ct * normalised, leading, /*keepDims=*/false), element));
  if (getBias())
    results.push_back(g.cast(g.sum(ct, leading, /*keepDims=*/false), element));
  return results;
}

//===--- Import -----------------------------------------------------------===//

void LayerNormOp::registerImportRules(ImportRules &rules) {
  rules.aten({"layer_norm.default"}, [](ImportCall &call) -> LogicalResult {
    auto x = call.tensor("input"), weight = call.optionalTensor("weight"), bias = call.optionalTensor("bias");
    auto shape = call.sizes("normalized_shape");
    auto epsilon = call.number("eps", 1e-5);
    if (failed(x) || failed(weight) || failed(bias) || failed(shape) || failed(epsilon))
      return failure();
    auto last = static_cast<int64_t>(shape->size());
    return call.yield(LayerNormOp::create(call.builder, call.loc, *x, *weight, *bias, last, llvm::APFloat(*epsilon)).getResult());
  });
}

//===--- Export -----------------------------------------------------------===//

void LayerNormOp::registerExportRules(ExportRules &rules) {
  rules.onnx<LayerNormOp>([](LayerNormOp op, OnnxExport &to) -> LogicalResult {
    ForeignValue x = to.wide(to[op.getX()]);
    if (x.element.isF64())
      return to.decline("LayerNormalization computes in 32 bits");
    int64_t axis = cast<RankedTensorType>(op.getX().getType()).getRank() - static_cast<int64_t>(op.getLast());
    ForeignValue weight = op.getWeight() ? to.wide(to[op.getWeight()]) : to("Expand", {to.number(1, x.element), to.shape(x, axis)});
    ForeignValue bias = op.getBias() ? to.wide(to[op.getBias()]) : ForeignValue();
    return to.yield(to("LayerNormalization", {x, weight, bias}, {{"axis", axis}, {"epsilon", op.getEpsilon().convertToDouble()}}));
  });
  rules.aten<LayerNormOp>([](LayerNormOp op, AtenExport &to) {
    ForeignArg::List sizes;
    int64_t rank = cast<RankedTensorType>(op.getX().getType()).getRank();
    for (int64_t axis = rank - static_cast<int64_t>(op.getLast()); axis < rank; ++axis)
      sizes.push_back(to.dim(op.getX(), axis));
    return to.yield(
        to("layer_norm.default", {to[op.getX()], sizes, to[op.getWeight()], to[op.getBias()], op.getEpsilon().convertToDouble(), false}));
  });
}
