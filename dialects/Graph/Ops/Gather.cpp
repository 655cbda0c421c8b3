//===- Gather.cpp ---------------------------------------------------------===//
#include "graph-opt/Dialect/Graph/Ops/Gather.h"
#include "Graph/Shared/Indexing.h"
#include "Graph/Shared/Loops.h"
#include "Graph/Shared/OpSupport.h"
#include "graph-opt/Dialect/Graph/Ops/Reshape.h"
#include "graph-opt/Dialect/Graph/Ops/ScatterReduce.h"

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
      bool isScalar = rankOf(*x) == 0; // read as a vector of one
      if (isScalar)
        x = ReshapeOp::create(call.builder, call.loc, *x, ArrayRef<OpFoldResult>{call.builder.getIndexAttr(1)}).getResult();
      Value y = GatherOp::create(call.builder, call.loc, *x, *indices, *axis);
      if (auto stated = dyn_cast_or_null<RankedTensorType>(call.resultTypes.empty() ? Type() : call.resultTypes[0]);
          isScalar && stated && stated.getRank() == 0)
        y = ReshapeOp::create(call.builder, call.loc, y, ArrayRef<OpFoldResult>());
      return call.yield(y);
    };
  };
  rules.aten({"index_select.default"}, rule("self", "index", "dim"));
  rules.onnx({"Gather"}, rule("data", "indices", "axis"));
}

//===--- Export -----------------------------------------------------------===//

void GatherOp::registerExportRules(ExportRules &rules) {
  rules.onnx<GatherOp>([](GatherOp op, OnnxExport &to) {
    return to.yield(to("Gather", {to[op.getX()], to.positions(op.getX(), op.getAxis(), op.getIndices())}, {{"axis", op.getAxis()}}));
  });
  rules.aten<GatherOp>([](GatherOp op, AtenExport &to) {
    ForeignArg::List indices(op.getAxis());
    indices.push_back(to.positions(op.getX(), op.getAxis(), op.getIndices()));
    return to.yield(to("index.Tensor", {to[op.getX()], indices}));
  });
}
