//===- ControlFlow.cpp - scf as If and Loop -------------------------------===//
#include "Interop/Onnx/Exports/Exports.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace graphopt;

void graphopt::registerOnnxExports(ExportRules &rules) {
  registerOnnxArithExports(rules);
  registerOnnxControlFlowExports(rules);
  registerOnnxTensorExports(rules);
}

namespace {
SmallVector<ForeignValue> valuesOf(OnnxExport &to, ValueRange ours) {
  return llvm::map_to_vector(ours, [&](Value value) { return to[value]; });
}
SmallVector<Type> elementsOf(TypeRange types) { return llvm::map_to_vector(types, ExportSite::elementOf); }
void bindAll(OnnxExport &to, ValueRange ours, ArrayRef<ForeignValue> values) {
  for (auto [mine, value] : llvm::zip(ours, values))
    to.bind(mine, value);
}

/// An output of a nested graph has to be made in it.
void addOutputs(OnnxExport &to, ForeignGraph &graph, ArrayRef<ForeignValue> values) {
  for (ForeignValue value : values)
    graph.outputs.push_back(to("Identity", {value}));
}

/// A nested graph of a block without arguments, and what its terminator yields.
FailureOr<std::shared_ptr<ForeignGraph>> branch(OnnxExport &to, Region &region) {
  return to.nest([&](ForeignGraph &graph) -> LogicalResult {
    if (region.empty())
      return success();
    if (failed(to.exportBlock(region.front())))
      return failure();
    addOutputs(to, graph, valuesOf(to, region.front().getTerminator()->getOperands()));
    return success();
  });
}

/// The body of a Loop: `fill` gets the number of the round and the values that are carried, and gives the next condition (none: it goes
/// on) and the next values.
struct Step {
  ForeignValue condition;
  SmallVector<ForeignValue> carried;
};
FailureOr<std::shared_ptr<ForeignGraph>> loopBody(OnnxExport &to, TypeRange types,
                                                  llvm::function_ref<FailureOr<Step>(ForeignValue, ArrayRef<ForeignValue>)> fill) {
  return to.nest([&](ForeignGraph &graph) -> LogicalResult {
    Builder b(to.op->getContext());
    ForeignValue round = to.input(b.getI64Type()), goesOn = to.input(b.getI1Type());
    SmallVector<ForeignValue> carried;
    for (Type type : types)
      carried.push_back(to.input(type));
    graph.inputs = {round, goesOn};
    graph.inputs.insert(graph.inputs.end(), carried.begin(), carried.end());
    FailureOr<Step> step = fill(round, carried);
    if (failed(step))
      return failure();
    addOutputs(to, graph, step->condition ? step->condition : goesOn);
    addOutputs(to, graph, step->carried);
    return success();
  });
}

LogicalResult exportIf(scf::IfOp op, OnnxExport &to) {
  auto thenGraph = branch(to, op.getThenRegion()), elseGraph = branch(to, op.getElseRegion());
  if (failed(thenGraph) || failed(elseGraph))
    return failure();
  return to.yield(
      to.many("If", {to[op.getCondition()]}, {{"then_branch", *thenGraph}, {"else_branch", *elseGraph}}, elementsOf(op.getResultTypes())));
}

LogicalResult exportFor(scf::ForOp op, OnnxExport &to) {
  Type wide = IntegerType::get(op.getContext(), 64);
  ForeignValue lower = to.cast(to[op.getLowerBound()], wide), step = to.cast(to[op.getStep()], wide);
  ForeignValue span = to("Sub", {to.cast(to[op.getUpperBound()], wide), lower});
  ForeignValue rounds = to("Div", {to("Add", {span, to("Sub", {step, to.integer(1)})}), step});
  auto body = loopBody(to, op.getInitArgs().getTypes(), [&](ForeignValue round, ArrayRef<ForeignValue> carried) -> FailureOr<Step> {
    ForeignValue position = to("Add", {lower, to("Mul", {round, step})});
    to.bind(op.getInductionVar(), to.cast(position, ExportSite::elementOf(op.getInductionVar().getType())));
    bindAll(to, op.getRegionIterArgs(), carried);
    if (failed(to.exportBlock(*op.getBody())))
      return failure();
    return Step{{}, valuesOf(to, op.getBody()->getTerminator()->getOperands())};
  });
  if (failed(body))
    return failure();
  std::vector<ForeignValue> inputs = {to("Max", {rounds, to.integer(0)}), ForeignValue()};
  llvm::append_range(inputs, valuesOf(to, op.getInitArgs()));
  return to.yield(to.many("Loop", inputs, {{"body", *body}}, elementsOf(op.getResultTypes())));
}

/// Loop asks for the condition ahead of each round: what comes before it is written once ahead of the loop, and once at the end of its
/// body.
LogicalResult exportWhile(scf::WhileOp op, OnnxExport &to) {
  auto before = [&](ArrayRef<ForeignValue> values) -> FailureOr<Step> {
    bindAll(to, op.getBeforeArguments(), values);
    if (failed(to.exportBlock(op.getBefore().front())))
      return failure();
    scf::ConditionOp end = op.getConditionOp();
    return Step{to[end.getCondition()], valuesOf(to, end.getArgs())};
  };
  FailureOr<Step> first = before(valuesOf(to, op.getInits()));
  if (failed(first))
    return failure();
  auto body = loopBody(to, op.getResultTypes(), [&](ForeignValue, ArrayRef<ForeignValue> carried) -> FailureOr<Step> {
    bindAll(to, op.getAfterArguments(), carried);
    if (failed(to.exportBlock(op.getAfter().front())))
      return failure();
    return before(valuesOf(to, op.getYieldOp().getOperands()));
  });
  if (failed(body))
    return failure();
  std::vector<ForeignValue> inputs = {ForeignValue(), first->condition};
  llvm::append_range(inputs, first->carried);
  return to.yield(to.many("Loop", inputs, {{"body", *body}}, elementsOf(op.getResultTypes())));
}
} // namespace

void graphopt::registerOnnxControlFlowExports(ExportRules &rules) {
  // ONNX has no assertions: they are left out, as torch's exporter leaves them out.
  rules.onnx<cf::AssertOp>([](cf::AssertOp, OnnxExport &to) { return to.yield({}); });
  rules.onnx<scf::IfOp>(exportIf);
  rules.onnx<scf::ForOp>(exportFor);
  rules.onnx<scf::WhileOp>(exportWhile);
}
