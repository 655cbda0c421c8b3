//===- Search.cpp - where numbers stand among others ----------------------===//
#include "Graph/Shared/Indexing.h"
#include "Interop/Aten/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/Compare.h"
#include "graph-opt/Dialect/Graph/Ops/ElementwiseUnary.h"
#include "graph-opt/Dialect/Graph/Ops/Reduce.h"

using namespace mlir;
using namespace graphopt;

namespace {
/// How many of a sorted sequence stand before each value: those less than it, or not greater from the right. NaN stands behind all.
LogicalResult importSearch(ImportCall &call, StringRef sequenceName) {
  auto sequence = call.tensor(sequenceName);
  auto sorter = call.optionalTensor("sorter");
  auto fromRight = call.boolean("right", false);
  FailureOr<std::string> side = call.string("side", "left");
  if (failed(sequence) || failed(sorter) || failed(fromRight) || failed(side))
    return failure();
  bool isRight = *fromRight || *side == "right";
  auto values = call.tensorOrNumber("self", aten::typeOf(*sequence).getElementType());
  if (failed(values))
    return failure();
  OpBuilder &b = call.builder;
  if (*sorter)
    sequence = gatherAlong(b, call.loc, *sequence, *sorter, aten::rankOf(*sequence) - 1);
  // [..., 1, n] against [..., m, 1].
  int64_t rank = aten::rankOf(*values), last = aten::rankOf(*sequence) - 1;
  Value row = last == 0 ? *sequence : aten::insertAxis(call, *sequence, last), column = aten::insertAxis(call, *values, rank);
  Value isBehind =
      isRight ? graph::GtOp::create(b, call.loc, row, column).getResult() : graph::GeOp::create(b, call.loc, row, column).getResult();
  ExprBuilder g(b, call.loc);
  Expr isBefore = g(graph::NotOp::create(b, call.loc, isBehind));
  return call.yield(Value(g.cast(g.sum(g.cast(isBefore, b.getI64Type()), {rank}, /*keepDims=*/false), call.resultElementType())));
}

/// Whether each element is one of others.
LogicalResult importIsIn(ImportCall &call, StringRef elementsName, StringRef othersName) {
  const Value *given = call[elementsName].get<Value>(), *others = call[othersName].get<Value>();
  auto invert = call.boolean("invert", false);
  if (failed(invert))
    return failure();
  Type type = aten::typeOf(given ? *given : *others).getElementType();
  if (given && others && aten::typeOf(*others).getElementType() != type)
    return call.unsupported("expected tensors of one element type");
  auto elements = call.tensorOrNumber(elementsName, type), set = call.tensorOrNumber(othersName, type);
  if (failed(elements) || failed(set))
    return failure();
  ExprBuilder g(call.builder, call.loc);
  int64_t rank = aten::rankOf(*elements);
  Value same = graph::EqOp::create(g.b, g.loc, aten::insertAxis(call, *elements, rank), flatten(g.b, g.loc, *set));
  Value isIn = graph::ReduceMaxOp::create(g.b, g.loc, same, ArrayRef<int64_t>{rank});
  return call.yield(*invert ? graph::NotOp::create(g.b, g.loc, isIn).getResult() : isIn);
}

LogicalResult importOneHot(ImportCall &call) {
  auto x = call.tensor("self");
  auto classes = call.size("num_classes");
  if (failed(x) || failed(classes))
    return failure();
  if (auto known = getConstantIntValue(*classes); known && *known < 0)
    return call.unsupported("a number of classes that depends on numbers; state it");
  ExprBuilder g(call.builder, call.loc);
  int64_t rank = aten::rankOf(*x);
  Expr id = g(aten::insertAxis(call, call.cast(*x, call.builder.getI64Type()), rank));
  return call.yield(Value(g.cast(id == g(aten::positions(call, *classes, rank, rank + 1)), call.builder.getI64Type())));
}
} // namespace

void graphopt::registerAtenSearchRules(ImportRules &rules) {
  rules.aten({"searchsorted.Tensor", "searchsorted.Scalar"}, [](ImportCall &call) { return importSearch(call, "sorted_sequence"); });
  rules.aten({"bucketize.Tensor", "bucketize.Scalar"}, [](ImportCall &call) { return importSearch(call, "boundaries"); });
  rules.aten({"isin.Tensor_Tensor"}, [](ImportCall &call) { return importIsIn(call, "elements", "test_elements"); });
  rules.aten({"isin.Tensor_Scalar"}, [](ImportCall &call) { return importIsIn(call, "elements", "test_element"); });
  rules.aten({"isin.Scalar_Tensor"}, [](ImportCall &call) { return importIsIn(call, "element", "test_elements"); });
  rules.aten({"one_hot.default"}, importOneHot);
}
