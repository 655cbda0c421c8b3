//===- Reduce.cpp ---------------------------------------------------------===//
#include "graph-opt/Dialect/Graph/Ops/Reduce.h"
#include "Graph/Shared/OpSupport.h"
#include "Graph/Shared/Reduction.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::graph;

#include "graph-opt/Dialect/Graph/Ops/Reduce.ops.inc"

//===--- The four rows: how two values combine, and what the gradient is --===//

namespace {
/// A result with size 1 in place of the reduced axes.
Expr keepingDims(Expr y, ArrayRef<int64_t> axes, bool kept) { return kept ? y : y.g->unsqueeze(y, axes); }

/// The cotangent goes to the elements that attain the extreme, in equal parts.
Expr extremeGradient(Expr x, Expr y, Expr ct, ArrayRef<int64_t> axes) {
  Type type = x.getType().getElementType();
  Expr attains = x.g->cast(x == y, type);
  return ct * attains / x.g->sum(attains, axes, /*keepDims=*/true);
}

Expr sumGradient(Expr x, Expr, Expr ct, ArrayRef<int64_t>) { return ct.g->broadcastLike(ct, x); }

/// The product of the other elements: y / x where no element is 0; where one is, it alone gets the product of the rest.
Expr prodGradient(Expr x, Expr y, Expr ct, ArrayRef<int64_t> axes) {
  Type type = x.getType().getElementType();
  Expr isZero = x == 0.0, one = x.g->number(1.0, type), zero = x.g->number(0.0, type);
  Expr zeros = x.g->sum(x.g->cast(isZero, type), axes, /*keepDims=*/true);
  Expr rest = x.g->prod(select(isZero, one, x), axes, /*keepDims=*/true);
  Expr others = select(isZero, select(zeros == 1.0, rest, zero), select(zeros == 0.0, y / select(isZero, one, x), zero));
  return ct * others;
}
} // namespace

#define GRAPH_REDUCE(Op, kind, gradient)                                                                                                   \
  LogicalResult Op::infer(InferContext &context, Adaptor op, SmallVectorImpl<SymbolicType> &results) {                                     \
    return inferReduction(context, op.getX(), op.getAxes(), op.getKeepDims(), results);                                                    \
  }                                                                                                                                        \
  LogicalResult Op::evaluate(EvalContext &, ArrayRef<TensorValue> operands, SmallVectorImpl<TensorValue> &results) {                       \
    results.push_back(evaluateReduction(operands[0], getAxes(), getKeepDims(), ReductionKind::kind));                                      \
    return success();                                                                                                                      \
  }                                                                                                                                        \
  FailureOr<SmallVector<Value>> Op::lower(OpBuilder &b, ValueRange operands) {                                                             \
    return lowerReduction(b, *this, operands[0], getAxes(), getKeepDims(), ReductionKind::kind);                                           \
  }                                                                                                                                        \
  Cost Op::getCost(int64_t dynamicSize) {                                                                                                  \
    Cost cost = defaultCost(*this, dynamicSize, 0);                                                                                        \
    cost.flops = countElements(getX().getType(), dynamicSize);                                                                             \
    return cost;                                                                                                                           \
  }                                                                                                                                        \
  FusionKind Op::getFusionKind() { return FusionKind::reduction; }                                                                         \
  FailureOr<SmallVector<Value>> Op::buildGradient(OpBuilder &b, ValueRange cotangents) {                                                   \
    if (!isa<FloatType>(getElementTypeOrSelf(getX().getType())))                                                                           \
      return SmallVector<Value>{Value()};                                                                                                  \
    ExprBuilder g(b, getLoc());                                                                                                            \
    Expr y = keepingDims(g(getY()), getAxes(), getKeepDims()), ct = keepingDims(g(cotangents[0]), getAxes(), getKeepDims());               \
    return SmallVector<Value>{gradient(g(getX()), y, ct, getAxes())};                                                                      \
  }

GRAPH_REDUCE(ReduceSumOp, sum, sumGradient)
GRAPH_REDUCE(ReduceMaxOp, max, extremeGradient)
GRAPH_REDUCE(ReduceMinOp, min, extremeGradient)
GRAPH_REDUCE(ReduceProdOp, prod, prodGradient)

//===--- Import -----------------------------------------------------------===//

namespace {
/// `ofTruth` asks whether elements are not 0, even where the result is of bytes.
template <typename Op> void addRules(ImportRules &rules, ArrayRef<StringRef> overloads, bool ofTruth = false) {
  rules.aten(overloads, [ofTruth](ImportCall &call) -> LogicalResult {
    auto x = call.tensor("self");
    auto keep = call.boolean("keepdim", false);
    if (failed(x) || failed(keep))
      return failure();
    if (ofTruth)
      x = call.cast(*x, call.builder.getI1Type());
    // sum and prod of integers and truth values count in the result's type.
    Value operand = call.resultElementType() ? call.cast(*x, call.resultElementType()) : *x;
    auto axes = call.axes("dim", cast<RankedTensorType>(operand.getType()).getRank());
    if (failed(axes))
      return failure();
    return call.yield(Op::create(call.builder, call.loc, operand, *axes, *keep).getResult());
  });
}
} // namespace

void ReduceSumOp::registerImportRules(ImportRules &rules) { addRules<ReduceSumOp>(rules, {"sum.default", "sum.dim_IntList"}); }
void ReduceProdOp::registerImportRules(ImportRules &rules) { addRules<ReduceProdOp>(rules, {"prod.default", "prod.dim_int"}); }
void ReduceMaxOp::registerImportRules(ImportRules &rules) {
  addRules<ReduceMaxOp>(rules, {"amax.default", "max.default"});
  addRules<ReduceMaxOp>(rules, {"any.default", "any.dim", "any.dims"}, /*ofTruth=*/true);
}
void ReduceMinOp::registerImportRules(ImportRules &rules) {
  addRules<ReduceMinOp>(rules, {"amin.default", "min.default"});
  addRules<ReduceMinOp>(rules, {"all.default", "all.dim", "all.dims"}, /*ofTruth=*/true);
}

//===--- Export -----------------------------------------------------------===//

namespace {
template <typename Op> void addOnnxExport(ExportRules &rules, StringRef name) {
  rules.onnx<Op>([name](Op op, OnnxExport &to) {
    if (op.getAxes().empty())
      return to.yield(to[op.getX()]);
    return to.yield(
        to(name, {to.comparable(to[op.getX()]), to.integers(op.getAxes())}, {{"keepdims", static_cast<bool>(op.getKeepDims())}}));
  });
}
template <typename Op> void addExtremeExport(ExportRules &rules, StringRef overload) {
  rules.aten<Op>([overload](Op op, AtenExport &to) {
    if (op.getAxes().empty()) // all, to ATen
      return to.yield(to[op.getX()]);
    return to.yield(to(overload, {to[op.getX()], op.getAxes(), static_cast<bool>(op.getKeepDims())}));
  });
}
} // namespace

void ReduceSumOp::registerExportRules(ExportRules &rules) {
  addOnnxExport<ReduceSumOp>(rules, "ReduceSum");
  rules.aten<ReduceSumOp>([](ReduceSumOp op, AtenExport &to) {
    if (op.getAxes().empty())
      return to.yield(to[op.getX()]);
    return to.yield(to("sum.dim_IntList", {to[op.getX()], op.getAxes(), static_cast<bool>(op.getKeepDims())},
                       {{"dtype", getElementTypeOrSelf(op.getType())}}));
  });
}
void ReduceProdOp::registerExportRules(ExportRules &rules) {
  addOnnxExport<ReduceProdOp>(rules, "ReduceProd");
  rules.aten<ReduceProdOp>([](ReduceProdOp op, AtenExport &to) {
    ForeignValue y = to[op.getX()];
    for (int64_t axis : llvm::reverse(op.getAxes())) // one at a time, the last first: the others stay where they are
      y = to("prod.dim_int", {y, axis, static_cast<bool>(op.getKeepDims())}, {{"dtype", y.element}});
    return to.yield(y);
  });
}
void ReduceMaxOp::registerExportRules(ExportRules &rules) {
  addOnnxExport<ReduceMaxOp>(rules, "ReduceMax");
  addExtremeExport<ReduceMaxOp>(rules, "amax.default");
}
void ReduceMinOp::registerExportRules(ExportRules &rules) {
  addOnnxExport<ReduceMinOp>(rules, "ReduceMin");
  addExtremeExport<ReduceMinOp>(rules, "amin.default");
}
