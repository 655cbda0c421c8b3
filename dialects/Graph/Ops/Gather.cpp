//===- Gather.cpp ---------------------------------------------------------===//
#include "Graph/Shared/Indexing.h"
#include "Graph/Shared/Loops.h"
#include "Graph/Shared/OpSupport.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::graph;

#include "graph-opt/Dialect/Graph/Ops/Gather.ops.inc"

static int64_t rankOf(Value x) { return cast<RankedTensorType>(x.getType()).getRank(); }

/// `body()` where the axis has elements, else `other`. A branch only where its size is not known.
static Value guardEmpty(OpBuilder &b, Location loc, Value size, Value other, llvm::function_ref<Value(OpBuilder &)> body) {
  if (getConstantIntValue(size))
    return body(b);
  Value zero = arith::ConstantIndexOp::create(b, loc, 0);
  Value some = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::sgt, size, zero);
  auto branch = scf::IfOp::create(
      b, loc, some, [&](OpBuilder &nested, Location at) { scf::YieldOp::create(nested, at, body(nested)); },
      [&](OpBuilder &nested, Location at) { scf::YieldOp::create(nested, at, other); });
  return branch.getResult(0);
}

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
  SymbolicType x = context.typeOf(op.getX()), updates = context.typeOf(op.getUpdates());
  SmallVector<SymbolicType> gathered;
  if (failed(inferGather(context, op.getX(), op.getIndices(), op.getAxis(), gathered))) // (C1)
    return failure();
  if (updates.elementType != x.elementType) // (C2)
    return context.emitError() << "expected one element type of x and updates, got " << x.elementType << " and " << updates.elementType;
  if (updates.sizes.size() != gathered[0].sizes.size() || !llvm::all_of(llvm::zip(updates.sizes, gathered[0].sizes), [](auto pair) {
        return InferContext::canBeEqual(std::get<0>(pair), std::get<1>(pair));
      })) // (C3)
    return context.emitError() << "expected updates to have x's sizes, with those of indices at axis " << op.getAxis() << ", got "
                               << op.getUpdates().getType();
  results.push_back(std::move(x));
  return success();
}

LogicalResult ScatterAddOp::evaluate(EvalContext &context, ArrayRef<TensorValue> operands, SmallVectorImpl<TensorValue> &results) {
  const TensorValue &x = operands[0], &indices = operands[1], &updates = operands[2];
  int64_t axis = getAxis(), size = x.getDim(axis), count = indices.getNumElements();
  SmallVector<int64_t> wanted(x.getShape().take_front(axis));
  llvm::append_range(wanted, indices.getShape());
  llvm::append_range(wanted, x.getShape().drop_front(axis + 1));
  if (updates.getShape() != ArrayRef(wanted))
    return emitOpError() << "expected updates of sizes [" << wanted << "], got [" << updates.getShape() << "]";
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
  Value indices = operands[1], updates = operands[2];
  int64_t axis = getAxis(), count = rankOf(indices);
  OpFoldResult mixedSize = tensor::getMixedSize(b, loc, operands[0], axis);
  if (isConstantIntValue(mixedSize, 0))
    return SmallVector<Value>{operands[0]};
  Type element = getElementTypeOrSelf(operands[0].getType()), indexType = getElementTypeOrSelf(getIndices().getType());
  Type compute = getComputeType(element);
  Value size = getValueOrCreateConstantIndexOp(b, loc, mixedSize);
  Value sums = convertElements(b, loc, operands[0], compute);
  updates = convertElements(b, loc, updates, compute);
  // Sequential, in row-major order: two updates of one element must not meet.
  Value zero = arith::ConstantIndexOp::create(b, loc, 0), one = arith::ConstantIndexOp::create(b, loc, 1);
  SmallVector<Value> lower(rankOf(updates), zero), steps(rankOf(updates), one), upper;
  for (OpFoldResult bound : tensor::getMixedSizes(b, loc, updates))
    upper.push_back(getValueOrCreateConstantIndexOp(b, loc, bound));
  scf::LoopNest nest = scf::buildLoopNest(
      b, loc, lower, upper, steps, sums, [&](OpBuilder &nested, Location at, ValueRange loops, ValueRange state) -> SmallVector<Value> {
        Value next = guardEmpty(nested, at, size, state[0], [&](OpBuilder &inner) -> Value {
          Value index = tensor::ExtractOp::create(inner, at, indices, loops.slice(axis, count));
          SmallVector<Value> position(loops.take_front(axis));
          position.push_back(normalisedIndex(inner, at, index, indexType, size));
          llvm::append_range(position, loops.drop_front(axis + count));
          Value update = tensor::ExtractOp::create(inner, at, updates, loops);
          Value sum = tensor::ExtractOp::create(inner, at, state[0], position);
          return tensor::InsertOp::create(inner, at, ScalarBuilder(inner, at, compute).add(sum, update), state[0], position);
        });
        return {next};
      });
  Value result = nest.results.empty() ? sums : nest.results[0];
  return SmallVector<Value>{convertElements(b, loc, result, element)};
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
