//===- Attention.cpp ------------------------------------------------------===//
#include "graph-opt/Dialect/Graph/Ops/Attention.h"
#include "Graph/Shared/AttentionSteps.h"
#include "Graph/Shared/ContractGradient.h"
#include "Graph/Shared/DecompositionGradient.h"
#include "Graph/Shared/IndexMath.h"
#include "Graph/Shared/OpSupport.h"
#include "graph-opt/Dialect/Graph/Ops/Reshape.h"
#include "graph-opt/Dialect/Graph/Ops/Transpose.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::graph;

#include "graph-opt/Dialect/Graph/Ops/Attention.ops.inc"

static constexpr double infinity = std::numeric_limits<double>::infinity();

//===--- Shape ------------------------------------------------------------===//

LogicalResult AttentionOp::infer(InferContext &context, Adaptor op, SmallVectorImpl<SymbolicType> &results) {
  SymbolicType query = context.typeOf(op.getQuery()), key = context.typeOf(op.getKey()), value = context.typeOf(op.getValue()), y = query;
  size_t rank = query.sizes.size();
  auto group = static_cast<int64_t>(op.getGroup());
  auto got = [&](InFlightDiagnostic error) {
    return std::move(error << ", got " << op.getQuery().getType() << ", " << op.getKey().getType() << " and " << op.getValue().getType());
  };
  if (key.elementType != query.elementType || value.elementType != query.elementType || key.sizes.size() != rank ||
      value.sizes.size() != rank || rank < (group == 1 ? 2 : 3)) // (C1)
    return got(context.emitError() << "expected one element type and one rank of at least " << (group == 1 ? 2 : 3));
  if (group < 1 || group > (int64_t(1) << 31)) // (C2)
    return context.emitError() << "expected a group of 1 to 2^31 heads, got " << group;
  if (!InferContext::canBeEqual(query.sizes[rank - 1], key.sizes[rank - 1]) ||
      !InferContext::canBeEqual(key.sizes[rank - 2], value.sizes[rank - 2])) // (C2)
    return got(context.emitError() << "expected query and key to have one last size, and key and value one before it");
  for (size_t d = 0; d + 2 < rank; ++d) {
    AffineExpr served = context.broadcast(key.sizes[d], value.sizes[d]);
    bool isGrouped = group != 1 && d + 3 == rank;
    if (served && isGrouped)
      served = InferContext::canBeEqual(served * group, query.sizes[d]) ? query.sizes[d] : AffineExpr();
    y.sizes[d] = served ? context.broadcast(query.sizes[d], served) : AffineExpr();
    if (!y.sizes[d]) // (C2)
      return got(context.emitError() << "expected sizes before the last two that broadcast, and " << group << " heads for each of key's");
  }
  if (op.getMask()) {
    SymbolicType mask = context.typeOf(op.getMask());
    SmallVector<AffineExpr> scores = y.sizes;
    scores.back() = key.sizes[rank - 2];
    bool fits = mask.sizes.size() <= rank && (mask.elementType == query.elementType || mask.elementType.isInteger(1));
    for (auto [own, size] : llvm::zip(llvm::reverse(mask.sizes), llvm::reverse(scores)))
      fits &= own == context.constant(1) || InferContext::canBeEqual(own, size);
    if (!fits) // (C3)
      return got(context.emitError() << "expected a mask of i1 or of the operands' element type that broadcasts to the scores, got "
                                     << op.getMask().getType() << " for query, key and value");
  }
  y.sizes.back() = value.sizes.back();
  results.push_back(std::move(y));
  return success();
}

//===--- Evaluate ---------------------------------------------------------===//

namespace {
/// Where an operand's elements lie for an index of leading axes (and more, for the mask), by numpy's rules.
int64_t offsetAt(const TensorValue &x, ArrayRef<int64_t> index, int64_t trailing, int64_t group) {
  SmallVector<int64_t, 4> strides = rowMajorStrides(x.getShape());
  int64_t own = x.getRank() - trailing, extra = static_cast<int64_t>(index.size()) - own, offset = 0;
  for (int64_t d = 0; d < own; ++d) {
    bool isHeads = trailing == 2 && d + 1 == own;
    offset += x.getDim(d) == 1 ? 0 : (isHeads ? index[d + extra] / group : index[d + extra]) * strides[d];
  }
  return offset;
}

/// The sizes of the scores, or failure where the operands' sizes contradict each other.
FailureOr<SmallVector<int64_t>> scoresShape(AttentionOp op, ArrayRef<TensorValue> operands) {
  const TensorValue &query = operands[0], &key = operands[1], &value = operands[2];
  int64_t rank = query.getRank(), group = op.getGroup();
  SmallVector<int64_t> shape(query.getShape());
  bool agree = query.getDim(rank - 1) == key.getDim(rank - 1) && key.getDim(rank - 2) == value.getDim(rank - 2);
  for (int64_t d = 0; d + 2 < rank; ++d) {
    bool isGrouped = group != 1 && d + 3 == rank;
    for (const TensorValue *x : {&key, &value}) {
      int64_t size = x->getDim(d);
      if (isGrouped)
        agree &= size * group == shape[d];
      else if (shape[d] == 1)
        shape[d] = size;
      else
        agree &= size == 1 || size == shape[d];
    }
  }
  shape[rank - 1] = key.getDim(rank - 2);
  if (op.getMask())
    for (auto [own, size] : llvm::zip(llvm::reverse(operands[3].getShape()), llvm::reverse(shape)))
      agree &= own == 1 || own == size;
  if (agree)
    return shape;
  op.emitOpError() << "expected sizes that agree, got [" << query.getShape() << "], [" << key.getShape() << "] and [" << value.getShape()
                   << "]";
  return failure();
}
} // namespace

LogicalResult AttentionOp::evaluate(EvalContext &context, ArrayRef<TensorValue> operands, SmallVectorImpl<TensorValue> &results) {
  const TensorValue &query = operands[0], &key = operands[1], &value = operands[2];
  FailureOr<SmallVector<int64_t>> scores = scoresShape(*this, operands);
  if (failed(scores))
    return failure();
  int64_t rank = query.getRank(), keys = scores->back(), depth = query.getDim(rank - 1);
  SmallVector<int64_t> shape = *scores;
  int64_t width = shape.back() = value.getDim(rank - 1);
  TensorValue y = context.allocate(*this, query.getElementType(), shape);
  if (!y)
    return failure();
  auto maskAt = [&](ArrayRef<int64_t> index, double score) {
    const TensorValue &mask = operands[3];
    int64_t at = offsetAt(mask, index, 0, 1);
    return visitElementType(mask.getElementType(), [&](auto tag) -> double {
      using T = typename decltype(tag)::type;
      if constexpr (std::is_same_v<T, bool>)
        return mask.get<T>()[at] ? score : -infinity;
      else
        return score + static_cast<double>(static_cast<ComputeType<T>>(mask.get<T>()[at]));
    });
  };
  auto row = [&](auto tag, ArrayRef<int64_t> index, int64_t at) {
    using T = typename decltype(tag)::type;
    using C = ComputeType<T>;
    auto number = [](const TensorValue &x, int64_t i) { return static_cast<double>(static_cast<C>(x.get<T>()[i])); };
    ArrayRef<int64_t> leading = index.drop_back(2);
    auto group = static_cast<int64_t>(getGroup());
    int64_t i = index[rank - 2], q = offsetAt(query, leading, 2, 1) + i * depth, k = offsetAt(key, leading, 2, group),
            v = offsetAt(value, leading, 2, group);
    SmallVector<double> weights(keys), sums(width, 0);
    SmallVector<int64_t> place(index);
    double greatest = -infinity, total = 0;
    for (int64_t j = 0; j < keys; ++j) {
      double score = 0;
      for (int64_t c = 0; c < depth; ++c)
        score += number(query, q + c) * number(key, k + j * depth + c);
      place.back() = j;
      score = getCausal() && j > i ? -infinity : score * getScale().convertToDouble();
      weights[j] = getMask() ? maskAt(place, score) : score;
      greatest = total::max<double>(greatest, weights[j]);
    }
    for (double &weight : weights)
      total += weight = std::exp(weight - greatest);
    if (getSafe() && greatest == -infinity) {
      weights.assign(keys, 0);
      total = 1;
    }
    for (int64_t j = 0; j < keys; ++j)
      for (int64_t c = 0; c < width; ++c)
        sums[c] += weights[j] / total * number(value, v + j * width + c);
    for (int64_t c = 0; c < width; ++c)
      y.getMutable<T>()[at * width + c] = static_cast<T>(static_cast<C>(sums[c]));
  };
  visitElementType(query.getElementType(), [&](auto tag) {
    if constexpr (std::is_floating_point_v<ComputeType<typename decltype(tag)::type>>) {
      SmallVector<int64_t> index(rank, 0);
      int64_t count = width == 0 ? 0 : y.getNumElements() / width;
      for (int64_t at = 0; at < count; ++at) {
        row(tag, index, at);
        for (int64_t d = rank - 1; d-- > 0 && ++index[d] == shape[d];)
          index[d] = 0;
      }
    }
  });
  results.push_back(std::move(y));
  return success();
}

//===--- Decompose --------------------------------------------------------===//

/// `finite`: see attentionWeights.
static Value expand(AttentionOp op, OpBuilder &b, bool finite) {
  Location loc = op.getLoc();
  ExprBuilder g(b, loc);
  IndexMath math(b, loc);
  Type element = getElementTypeOrSelf(op.getType()), compute = getComputeType(element);
  Expr query = g.cast(g(op.getQuery()), compute), key = g.cast(g(op.getKey()), compute), value = g.cast(g(op.getValue()), compute);
  int64_t rank = query.getType().getRank(), last = rank - 1;
  auto group = static_cast<int64_t>(op.getGroup());
  // The heads that share a key become rows under it, and come apart again.
  auto joinHeads = [&](Expr x) {
    SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(b, loc, x);
    sizes[last - 2] = tensor::getMixedSize(b, loc, key, last - 2);
    sizes[last - 1] = math.mul(sizes[last - 1], math.number(group));
    return g(ReshapeOp::create(b, loc, x, sizes));
  };
  auto multiply = [&](Expr x, Expr other) {
    if (group == 1)
      return g(buildMatmul(b, loc, x, other));
    Expr product = g(buildMatmul(b, loc, joinHeads(x), other));
    SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(b, loc, product);
    for (int64_t axis : {last - 2, last - 1})
      sizes[axis] = tensor::getMixedSize(b, loc, query, axis);
    return g(ReshapeOp::create(b, loc, product, sizes));
  };
  SmallVector<int64_t> swapped = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  std::swap(swapped[last], swapped[last - 1]);
  Expr scores = multiply(query, g(TransposeOp::create(b, loc, key, swapped)));
  if (double scale = op.getScale().convertToDouble(); scale != 1)
    scores = scores * scale;
  Expr weights = attentionWeights(maskScores(scores, query, key, op.getMask(), op.getCausal()), op.getSafe(), finite);
  return g.cast(multiply(weights, value), element);
}

FailureOr<SmallVector<Value>> AttentionOp::decompose(OpBuilder &b) { return SmallVector<Value>{expand(*this, b, /*finite=*/false)}; }

FailureOr<SmallVector<Value>> AttentionOp::buildGradient(OpBuilder &b, ValueRange cotangents) {
  return gradientOfDecomposition(
      *this, b, cotangents, [&](OpBuilder &at) -> FailureOr<SmallVector<Value>> { return SmallVector<Value>{expand(*this, at, true)}; });
}

Cost AttentionOp::getCost(int64_t dynamicSize) {
  Cost cost = defaultCost(*this, dynamicSize, 0);
  auto sizeOf = [&](Value x, int64_t fromEnd) {
    int64_t size = cast<RankedTensorType>(x.getType()).getShape().take_back(fromEnd).front();
    return static_cast<uint64_t>(ShapedType::isDynamic(size) ? dynamicSize : size);
  };
  // For each score: a step of both products, and what softmax, scale and mask do.
  uint64_t width = std::max<uint64_t>(sizeOf(getValue(), 1), 1), rows = countElements(getType(), dynamicSize) / width;
  uint64_t perScore =
      llvm::SaturatingAdd<uint64_t>(llvm::SaturatingMultiply<uint64_t>(2, llvm::SaturatingAdd(sizeOf(getQuery(), 1), width)), 20);
  uint64_t flops = llvm::SaturatingMultiply(llvm::SaturatingMultiply(rows, sizeOf(getKey(), 2)), perScore);
  cost.flops = static_cast<int64_t>(std::min<uint64_t>(flops, std::numeric_limits<int64_t>::max()));
  return cost;
}

//===--- Import -----------------------------------------------------------===//

// lib/Interop/{Aten,Onnx}/Rules/Attention.cpp: frameworks have it in several forms.
void AttentionOp::registerImportRules(ImportRules &) {}
