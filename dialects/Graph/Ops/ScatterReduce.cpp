//===- ScatterReduce.cpp --------------------------------------------------===//
#include "graph-opt/Dialect/Graph/Ops/ScatterReduce.h"
#include "Graph/Shared/Indexing.h"
#include "Graph/Shared/Loops.h"
#include "Graph/Shared/OnnxSteps.h"
#include "Graph/Shared/OpSupport.h"
#include "Graph/Shared/Reduction.h"
#include "graph-opt/Dialect/Graph/Ops/Gather.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::graph;

#include "graph-opt/Dialect/Graph/Ops/ScatterReduce.ops.inc"

//===--- Evaluate and lower, for all rows ---------------------------------===//

namespace {
LogicalResult evaluateScatter(Operation *op, EvalContext &context, ArrayRef<TensorValue> operands, int64_t axis, ReductionKind kind,
                              SmallVectorImpl<TensorValue> &results) {
  const TensorValue &x = operands[0], &indices = operands[1], &updates = operands[2];
  int64_t size = x.getDim(axis), count = indices.getNumElements();
  if (failed(checkUpdates(op, x, indices, updates, axis)))
    return failure();
  TensorValue y = context.allocate(op, x.getElementType(), x.getShape());
  if (!y)
    return failure();
  int64_t outer = *checkedNumElements(x.getShape().take_front(axis)), inner = *checkedNumElements(x.getShape().drop_front(axis + 1));
  visitElementType(x.getElementType(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    using C = ComputeType<T>;
    std::vector<C> values(x.get<T>().begin(), x.get<T>().end());
    const T *update = updates.get<T>().data();
    for (int64_t i = 0; i < outer && size > 0; ++i)
      for (int64_t j = 0; j < count; ++j)
        for (int64_t k = 0; k < inner; ++k) {
          size_t at = (i * size + normalisedIndex(indices, j, size)) * inner + k;
          values[at] = combineValues<C>(kind, values[at], static_cast<C>(*update++));
        }
    for (auto [to, from] : llvm::zip(y.getMutable<T>(), values))
      to = static_cast<T>(static_cast<C>(from));
  });
  results.push_back(std::move(y));
  return success();
}

/// `indexType` and `elementType` have their signs, which the operands have lost.
Value lowerScatter(OpBuilder &b, Location loc, ValueRange operands, Type indexType, Type elementType, int64_t axis, ReductionKind kind) {
  Type stored = getElementTypeOrSelf(operands[0].getType()), compute = getComputeType(elementType);
  Value values = convertElements(b, loc, operands[0], compute), updates = convertElements(b, loc, operands[2], compute);
  auto put = [&](OpBuilder &inner, Location at, Value update, Value into, ValueRange position) -> Value {
    ScalarBuilder s(inner, at, elementType);
    return combine(s, kind, tensor::ExtractOp::create(inner, at, into, position), update);
  };
  return convertElements(b, loc, buildScatter(b, loc, values, operands[1], indexType, updates, axis, put), stored);
}

//===--- Gradient ---------------------------------------------------------===//

/// A scatter of floating-point numbers, as its gradient sees it.
struct Site {
  ExprBuilder &g;
  Expr x, updates, y, ct;
  Value indices;
  int64_t axis;

  /// What the updates meet of a tensor like x.
  Expr taken(Expr of) { return g(GatherOp::create(g.b, g.loc, of, indices, axis)); }
  template <typename Op> Expr put(Expr into, Expr updates) { return g(Op::create(g.b, g.loc, into, indices, updates, axis)); }
  Expr isZero(Expr of) { return g.cast(of == 0.0, of.getType().getElementType()); }
};

SmallVector<Value> sumGradient(Site s) { return {s.ct, Value(), s.taken(s.ct)}; }

/// All that attain the extreme get an equal part.
SmallVector<Value> extremeGradient(Site s) {
  Type element = s.x.getType().getElementType();
  Expr ofX = s.g.cast(s.x == s.y, element), ofUpdates = s.g.cast(s.updates == s.taken(s.y), element);
  Expr part = s.ct / s.put<ScatterAddOp>(ofX, ofUpdates);
  return {part * ofX, Value(), s.taken(part) * ofUpdates};
}

/// The product of the other factors: where one of them is 0, it alone gets the product of the rest.
SmallVector<Value> prodGradient(Site s) {
  Type element = s.x.getType().getElementType();
  Expr one = s.g.number(1.0, element), zero = s.g.number(0.0, element);
  auto nonZero = [&](Expr of) { return select(of == 0.0, one, of); };
  Expr rest = s.put<ScatterProdOp>(nonZero(s.x), nonZero(s.updates)), zeros = s.put<ScatterAddOp>(s.isZero(s.x), s.isZero(s.updates));
  auto others = [&](Expr of, Expr rest, Expr zeros) {
    return select(of == 0.0, select(zeros == 1.0, rest, zero), select(zeros == 0.0, rest / nonZero(of), zero));
  };
  return {s.ct * others(s.x, rest, zeros), Value(), s.taken(s.ct) * others(s.updates, s.taken(rest), s.taken(zeros))};
}
} // namespace

#define GRAPH_SCATTER(Op, kind, gradient)                                                                                                  \
  LogicalResult Op::infer(InferContext &context, Adaptor op, SmallVectorImpl<SymbolicType> &results) {                                     \
    return inferScatter(context, op.getX(), op.getIndices(), op.getUpdates(), op.getAxis(), results);                                      \
  }                                                                                                                                        \
  LogicalResult Op::evaluate(EvalContext &context, ArrayRef<TensorValue> operands, SmallVectorImpl<TensorValue> &results) {                \
    return evaluateScatter(*this, context, operands, getAxis(), ReductionKind::kind, results);                                             \
  }                                                                                                                                        \
  FailureOr<SmallVector<Value>> Op::lower(OpBuilder &b, ValueRange operands) {                                                             \
    Type index = getElementTypeOrSelf(getIndices().getType()), element = getElementTypeOrSelf(getType());                                  \
    return SmallVector<Value>{lowerScatter(b, getLoc(), operands, index, element, getAxis(), ReductionKind::kind)};                        \
  }                                                                                                                                        \
  std::optional<std::pair<Value, int64_t>> Op::getIndexed(unsigned operandNumber) {                                                        \
    return operandNumber == 1 ? std::optional(std::pair(Value(getX()), static_cast<int64_t>(getAxis()))) : std::nullopt;                   \
  }                                                                                                                                        \
  Cost Op::getCost(int64_t dynamicSize) {                                                                                                  \
    Cost cost = defaultCost(*this, dynamicSize, 0);                                                                                        \
    cost.flops = countElements(getUpdates().getType(), dynamicSize);                                                                       \
    return cost;                                                                                                                           \
  }                                                                                                                                        \
  FailureOr<SmallVector<Value>> Op::buildGradient(OpBuilder &b, ValueRange cotangents) {                                                   \
    if (!isa<FloatType>(getElementTypeOrSelf(getType())))                                                                                  \
      return SmallVector<Value>(3);                                                                                                        \
    ExprBuilder g(b, getLoc());                                                                                                            \
    return gradient({g, g(getX()), g(getUpdates()), g(getY()), g(cotangents[0]), getIndices(), static_cast<int64_t>(getAxis())});          \
  }                                                                                                                                        \
  void Op::registerImportRules(ImportRules &) {} // ATen's number elements, not slices: lib/Interop/Aten/Rules/Scatter.cpp

GRAPH_SCATTER(ScatterAddOp, sum, sumGradient)
GRAPH_SCATTER(ScatterProdOp, prod, prodGradient)
GRAPH_SCATTER(ScatterMaxOp, max, extremeGradient)
GRAPH_SCATTER(ScatterMinOp, min, extremeGradient)

//===--- Export -----------------------------------------------------------===//

template <typename Op> static void addOnnxExport(ExportRules &rules, StringRef reduction) {
  rules.onnx<Op>([reduction](Op op, OnnxExport &to) {
    return to.yield(exportScatter(to, op.getX(), op.getIndices(), op.getUpdates(), op.getAxis(), reduction));
  });
}
/// ATen takes a vector of positions that are not negative, and the axis of the updates in one.
template <typename Op> static void addAtenExport(ExportRules &rules, StringRef reduction) {
  rules.aten<Op>([reduction](Op op, AtenExport &to) {
    int64_t axis = op.getAxis(), count = cast<RankedTensorType>(op.getIndices().getType()).getRank();
    ForeignValue indices = to("remainder.Scalar", {to.positions(to[op.getIndices()]), to.dim(op.getX(), axis)});
    ForeignValue updates = to[op.getUpdates()];
    updates = count == 0 ? to("unsqueeze.default", {updates, axis}) : to("flatten.using_ints", {updates, axis, axis + count - 1});
    return to.yield(
        to("index_reduce.default", {to[op.getX()], axis, to("reshape.default", {indices, ArrayRef<int64_t>{-1}}), updates, reduction}));
  });
}

void ScatterAddOp::registerExportRules(ExportRules &rules) {
  addOnnxExport<ScatterAddOp>(rules, "add");
  rules.aten<ScatterAddOp>([](ScatterAddOp op, AtenExport &to) {
    return to.yield(to.putAt(op.getX(), op.getIndices(), op.getUpdates(), op.getAxis(), /*accumulate=*/true));
  });
}
void ScatterProdOp::registerExportRules(ExportRules &rules) {
  addOnnxExport<ScatterProdOp>(rules, "mul");
  addAtenExport<ScatterProdOp>(rules, "prod");
}
void ScatterMaxOp::registerExportRules(ExportRules &rules) {
  addOnnxExport<ScatterMaxOp>(rules, "max");
  addAtenExport<ScatterMaxOp>(rules, "amax");
}
void ScatterMinOp::registerExportRules(ExportRules &rules) {
  addOnnxExport<ScatterMinOp>(rules, "min");
  addAtenExport<ScatterMinOp>(rules, "amin");
}
