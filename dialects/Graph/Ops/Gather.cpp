//===- Gather.cpp ---------------------------------------------------------===//
#include "Graph/Shared/Indexing.h"
#include "Graph/Shared/Loops.h"
#include "Graph/Shared/OpSupport.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::graph;

#include "graph-opt/Dialect/Graph/Ops/Gather.ops.inc"

static int64_t rankOf(Value x) { return cast<RankedTensorType>(x.getType()).getRank(); }

//===--- gather -----------------------------------------------------------===//

LogicalResult GatherOp::infer(InferContext &context, Adaptor op, SmallVectorImpl<SymbolicType> &results) {
  return inferGather(context, op.getX(), op.getIndices(), op.getAxis(), results);
}

LogicalResult GatherOp::evaluate(EvalContext &context, ArrayRef<TensorValue> operands, SmallVectorImpl<TensorValue> &results) {
  results.push_back(evaluateGather(context, *this, operands[0], operands[1], getAxis()));
  return success(static_cast<bool>(results.back()));
}

FailureOr<SmallVector<Value>> GatherOp::lower(OpBuilder &b, ValueRange operands) {
  Location loc = getLoc();
  Value x = operands[0], indices = operands[1];
  int64_t axis = getAxis(), count = rankOf(indices), rank = rankOf(x) + count - 1;
  SmallVector<OpFoldResult> own = tensor::getMixedSizes(b, loc, x), sizes(ArrayRef(own).take_front(axis));
  llvm::append_range(sizes, tensor::getMixedSizes(b, loc, indices));
  llvm::append_range(sizes, ArrayRef(own).drop_front(axis + 1));
  Type element = getElementTypeOrSelf(x.getType());
  Value init = tensor::EmptyOp::create(b, loc, sizes, element);
  Value zero = arith::ConstantOp::create(b, loc, b.getZeroAttr(element));
  if (isConstantIntValue(own[axis], 0))
    return SmallVector<Value>{linalg::FillOp::create(b, loc, zero, init).getResult(0)};

  Value size = getValueOrCreateConstantIndexOp(b, loc, own[axis]);
  Type indexType = getElementTypeOrSelf(getIndices().getType());
  AffineMap map = mapOfLoops(b.getContext(), rank, llvm::to_vector(llvm::seq(axis, axis + count)));
  auto body = [&](OpBuilder &nested, Location at, ValueRange args) {
    SmallVector<Value> position;
    for (int64_t d = 0; d < axis; ++d)
      position.push_back(linalg::IndexOp::create(nested, at, d));
    position.push_back(normalisedIndex(nested, at, args[0], indexType, size));
    for (int64_t d = axis + count; d < rank; ++d)
      position.push_back(linalg::IndexOp::create(nested, at, d));
    Value y =
        guardEmpty(nested, at, size, zero, [&](OpBuilder &inner) -> Value { return tensor::ExtractOp::create(inner, at, x, position); });
    linalg::YieldOp::create(nested, at, y);
  };
  auto generic = linalg::GenericOp::create(b, loc, init.getType(), indices, init, ArrayRef{map, b.getMultiDimIdentityMap(rank)},
                                           SmallVector<utils::IteratorType>(rank, utils::IteratorType::parallel), body);
  return SmallVector<Value>{generic.getResult(0)};
}

std::optional<std::pair<Value, int64_t>> GatherOp::getIndexed(unsigned operandNumber) {
  return operandNumber == 1 ? std::optional(std::pair(Value(getX()), static_cast<int64_t>(getAxis()))) : std::nullopt;
}

Cost GatherOp::getCost(int64_t dynamicSize) { return gatherCost(*this, dynamicSize); }

FailureOr<SmallVector<Value>> GatherOp::buildGradient(OpBuilder &b, ValueRange cotangents) {
  if (!isa<FloatType>(getElementTypeOrSelf(getType())))
    return SmallVector<Value>(2);
  ExprBuilder g(b, getLoc());
  Expr zero = g.number(0.0, getElementTypeOrSelf(getType()));
  Value zeros = g.broadcastLike(zero, g(getX()));
  return SmallVector<Value>{ScatterAddOp::create(b, getLoc(), zeros, getIndices(), cotangents[0], getAxis()), Value()};
}

void GatherOp::registerImportRules(ImportRules &rules) {
  auto rule = [](StringRef xName, StringRef indexName, StringRef axisName) {
    return [=](ImportCall &call) -> LogicalResult {
      auto x = call.tensor(xName), indices = call.tensor(indexName);
      if (failed(x) || failed(indices))
        return failure();
      FailureOr<int64_t> axis = call.has(axisName) ? call.axis(axisName, rankOf(*x)) : FailureOr<int64_t>(0);
      if (failed(axis))
        return failure();
      return call.yield(GatherOp::create(call.builder, call.loc, *x, *indices, *axis).getResult());
    };
  };
  rules.aten({"index_select.default"}, rule("self", "index", "dim"));
  rules.onnx({"Gather"}, rule("data", "indices", "axis"));
}

//===--- scatter_add ------------------------------------------------------===//

LogicalResult ScatterAddOp::infer(InferContext &context, Adaptor op, SmallVectorImpl<SymbolicType> &results) {
  return inferScatter(context, op.getX(), op.getIndices(), op.getUpdates(), op.getAxis(), results);
}

LogicalResult ScatterAddOp::evaluate(EvalContext &context, ArrayRef<TensorValue> operands, SmallVectorImpl<TensorValue> &results) {
  const TensorValue &x = operands[0], &indices = operands[1], &updates = operands[2];
  int64_t axis = getAxis(), size = x.getDim(axis), count = indices.getNumElements();
  if (failed(checkUpdates(*this, x, indices, updates, axis)))
    return failure();
  TensorValue y = context.allocate(*this, x.getElementType(), x.getShape());
  if (!y)
    return failure();
  int64_t outer = *checkedNumElements(x.getShape().take_front(axis)), inner = *checkedNumElements(x.getShape().drop_front(axis + 1));
  visitElementType(x.getElementType(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    using C = ComputeType<T>;
    std::vector<C> sums(x.get<T>().begin(), x.get<T>().end());
    const T *update = updates.get<T>().data();
    for (int64_t i = 0; i < outer && size > 0; ++i)
      for (int64_t j = 0; j < count; ++j)
        for (int64_t k = 0; k < inner; ++k) {
          size_t at = (i * size + normalisedIndex(indices, j, size)) * inner + k;
          sums[at] = total::add<C>(sums[at], static_cast<C>(*update++));
        }
    for (auto [to, from] : llvm::zip(y.getMutable<T>(), sums))
      to = static_cast<T>(static_cast<C>(from));
  });
  results.push_back(std::move(y));
  return success();
}

FailureOr<SmallVector<Value>> ScatterAddOp::lower(OpBuilder &b, ValueRange operands) {
  Location loc = getLoc();
  Type element = getElementTypeOrSelf(operands[0].getType()), compute = getComputeType(element);
  Value sums = convertElements(b, loc, operands[0], compute), updates = convertElements(b, loc, operands[2], compute);
  Type indexType = getElementTypeOrSelf(getIndices().getType());
  auto add = [&](OpBuilder &inner, Location at, Value update, Value into, ValueRange position) -> Value {
    return ScalarBuilder(inner, at, compute).add(tensor::ExtractOp::create(inner, at, into, position), update);
  };
  Value y = buildScatter(b, loc, sums, operands[1], indexType, updates, getAxis(), add);
  return SmallVector<Value>{convertElements(b, loc, y, element)};
}

std::optional<std::pair<Value, int64_t>> ScatterAddOp::getIndexed(unsigned operandNumber) {
  return operandNumber == 1 ? std::optional(std::pair(Value(getX()), static_cast<int64_t>(getAxis()))) : std::nullopt;
}

Cost ScatterAddOp::getCost(int64_t dynamicSize) {
  Cost cost = defaultCost(*this, dynamicSize, 0);
  cost.flops = countElements(getUpdates().getType(), dynamicSize);
  return cost;
}

FailureOr<SmallVector<Value>> ScatterAddOp::buildGradient(OpBuilder &b, ValueRange cotangents) {
  if (!isa<FloatType>(getElementTypeOrSelf(getType())))
    return SmallVector<Value>(3);
  Value ofUpdates = GatherOp::create(b, getLoc(), cotangents[0], getIndices(), getAxis());
  return SmallVector<Value>{cotangents[0], Value(), ofUpdates};
}

void ScatterAddOp::registerImportRules(ImportRules &) {} // index_add has a factor; ATen's scatter_add numbers elements, not slices
