//===- ControlFlow.cpp - If, Loop and Scan --------------------------------===//
#include "Interop/ImportSupport.h"
#include "Interop/KnownElements.h"
#include "Interop/Onnx/NodeImporter.h"
#include "graph-opt/Dialect/Graph/Ops/Concat.h"
#include "graph-opt/Dialect/Graph/Ops/Constant.h"
#include "graph-opt/Dialect/Graph/Ops/Reshape.h"
#include "graph-opt/Dialect/Graph/Ops/Slice.h"
#include "graph-opt/Dialect/Graph/Ops/Transpose.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::onnx;

namespace {
/// The type that values of both types have: sizes that differ are dynamic. Null where element types or ranks differ.
RankedTensorType join(Type a, Type b) {
  auto x = cast<RankedTensorType>(a), y = cast<RankedTensorType>(b);
  if (x.getElementType() != y.getElementType() || x.getRank() != y.getRank())
    return nullptr;
  SmallVector<int64_t> sizes;
  for (auto [p, q] : llvm::zip(x.getShape(), y.getShape()))
    sizes.push_back(p == q ? p : ShapedType::kDynamic);
  return RankedTensorType::get(sizes, x.getElementType());
}

/// The only element of a tensor.
Value extract(OpBuilder &b, Location loc, Value tensor) {
  if (auto elements = knownElements(tensor); elements && elements->size() == 1) {
    if (auto value = dyn_cast<Value>(elements->front()))
      return value;
    return arith::ConstantOp::create(b, loc, cast<TypedAttr>(cast<Attribute>(elements->front())));
  }
  return extractOnly(b, loc, tensor);
}

Value scalarTensor(OpBuilder &b, Location loc, Value scalar) {
  return tensor::FromElementsOp::create(b, loc, RankedTensorType::get({}, scalar.getType()), scalar);
}

const Graph *graphOf(const Node &node, StringRef name) {
  const NodeAttribute *attribute = node.find(name);
  return attribute ? attribute->graph.get() : nullptr;
}

SmallVector<int64_t> integersOf(const Node &node, StringRef name, size_t count) {
  const NodeAttribute *attribute = node.find(name);
  SmallVector<int64_t> list = attribute ? SmallVector<int64_t>(ArrayRef(attribute->integers)) : SmallVector<int64_t>();
  list.resize(count, 0);
  return list;
}

bool isOneOf(Type type, bool isTruth) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && tensor.getRank() <= 1 && (tensor.getRank() == 0 || tensor.getDimSize(0) == 1) &&
         tensor.getElementType().isInteger(isTruth ? 1 : 64);
}
} // namespace

FailureOr<SmallVector<Value>> NodeImporter::inlineGraph(ImportCall &call, const Graph &graph, ValueRange arguments, Scope &outer,
                                                        const Frame &frame) {
  if (graph.inputs.size() != arguments.size())
    return emitError(call.loc) << "'" << call.name << "': expected a graph with " << arguments.size() << " inputs, got "
                               << graph.inputs.size();
  Scope scope;
  scope.outer = &outer;
  if (failed(open(graph, scope)))
    return failure();
  for (auto [input, value] : llvm::zip(graph.inputs, arguments))
    scope.values[input.name] = value;
  importNodes(graph.nodes, scope, frame);
  SmallVector<Value> results;
  for (const ValueInfo &output : graph.outputs) {
    Value value = find(output.name, scope, call.loc);
    if (!value)
      return failure();
    results.push_back(value);
  }
  return results;
}

LogicalResult NodeImporter::importControlFlow(const Node &node, ImportCall &call, Scope &scope, const Frame &frame) {
  return node.op == "If"     ? importIf(node, call, scope, frame)
         : node.op == "Loop" ? importLoop(node, call, scope, frame)
                             : importScan(node, call, scope, frame);
}

LogicalResult NodeImporter::importIf(const Node &node, ImportCall &call, Scope &scope, const Frame &frame) {
  const Graph *branches[] = {graphOf(node, "then_branch"), graphOf(node, "else_branch")};
  if (!branches[0] || !branches[1] || node.inputs.size() != 1)
    return emitError(call.loc) << "'If': expected a condition and two branches";
  Value tensor = find(node.inputs[0], scope, call.loc);
  if (!isOneOf(tensor.getType(), /*isTruth=*/true))
    return emitError(call.loc) << "'If': expected one truth value as condition, got " << tensor.getType();
  Value condition = extract(builder, call.loc, tensor);
  if (std::optional<int64_t> known = getConstantIntValue(condition)) {
    FailureOr<SmallVector<Value>> results = inlineGraph(call, *branches[*known ? 0 : 1], {}, scope, frame);
    return failed(results) ? failure() : call.yield(*results);
  }
  Region regions[2];
  SmallVector<Value> results[2];
  for (unsigned i : {0, 1}) {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToEnd(&regions[i].emplaceBlock());
    FailureOr<SmallVector<Value>> made = inlineGraph(call, *branches[i], {}, scope, frame);
    if (failed(made))
      return failure();
    results[i] = *made;
  }
  if (results[0].size() != results[1].size())
    return emitError(call.loc) << "'If': expected as many results of both branches, got " << results[0].size() << " and "
                               << results[1].size();
  SmallVector<Type> types;
  for (auto [a, b] : llvm::zip(results[0], results[1])) {
    types.push_back(join(a.getType(), b.getType()));
    if (!types.back())
      return call.unsupported("branches with results of different ranks or element types");
  }
  auto op = scf::IfOp::create(builder, call.loc, types, condition, /*addThenBlock=*/false, /*addElseBlock=*/false);
  for (unsigned i : {0, 1}) {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToEnd(&regions[i].front());
    scf::YieldOp::create(builder, call.loc, castAll(builder, call.loc, results[i], types));
    op->getRegion(i).takeBody(regions[i]);
  }
  return call.yield(op.getResults());
}

/// A loop with a count, a condition, values carried around and results that are stacked.
struct NodeImporter::LoopPlan {
  Value count, condition; ///< an i64 and an i1; null for no limit, and for always
  SmallVector<Value> carried;
  SmallVector<bool> prepends; ///< for each stacked result: whether it grows at the front
  /// Builds the body: the next condition (null: always), the carried values, the elements of the stacked results.
  struct Step {
    Value condition;
    SmallVector<Value> carried, elements;
  };
  std::function<FailureOr<Step>(Value iteration, Value condition, ValueRange carried)> body;
};

LogicalResult NodeImporter::buildLoop(ImportCall &call, const LoopPlan &plan) {
  OpBuilder &b = builder;
  Location loc = call.loc;
  // Sizes may change from round to round: the body is built until it yields the types that it is built for.
  SmallVector<Type> types(ValueRange(plan.carried).getTypes());
  Region body;
  LoopPlan::Step step;
  for (bool isStable = false; !isStable;) {
    OpBuilder::InsertionGuard guard(b);
    body.getBlocks().clear();
    Block &block = body.emplaceBlock();
    block.addArguments({b.getI64Type(), b.getI1Type()}, {loc, loc});
    block.addArguments(types, SmallVector<Location>(types.size(), loc));
    b.setInsertionPointToEnd(&block);
    FailureOr<LoopPlan::Step> made = plan.body(block.getArgument(0), block.getArgument(1), block.getArguments().drop_front(2));
    if (failed(made))
      return failure();
    step = std::move(*made);
    isStable = true;
    for (auto [type, value] : llvm::zip(types, step.carried)) {
      RankedTensorType joined = join(type, value.getType());
      if (!joined)
        return call.unsupported("a value that is carried around changes its rank or element type");
      isStable &= joined == type;
      type = joined;
    }
  }
  SmallVector<Value> initial = {arith::ConstantIntOp::create(b, loc, 0, 64), plan.condition};
  if (!plan.condition)
    initial[1] = arith::ConstantIntOp::create(b, loc, 1, 1);
  llvm::append_range(initial, castAll(b, loc, plan.carried, types));
  for (Value element : step.elements) { // stacked from nothing
    auto type = cast<RankedTensorType>(element.getType());
    if (!type.hasStaticShape())
      return call.unsupported("a stacked result whose parts have sizes that are known only at run time");
    SmallVector<int64_t> sizes(type.getShape());
    sizes.insert(sizes.begin(), 0);
    auto emptyType = RankedTensorType::get(sizes, type.getElementType());
    Value empty = graph::ConstantOp::create(b, loc, emptyType, DenseElementsAttr::get(emptyType, ArrayRef<Attribute>()));
    sizes[0] = ShapedType::kDynamic;
    initial.push_back(tensor::CastOp::create(b, loc, RankedTensorType::get(sizes, type.getElementType()), empty));
  }
  SmallVector<Type> allTypes(ValueRange(initial).getTypes());
  SmallVector<Location> locs(allTypes.size(), loc);
  auto loop = scf::WhileOp::create(b, loc, allTypes, initial);
  OpBuilder::InsertionGuard guard(b);
  Block *before = b.createBlock(&loop.getBefore(), {}, allTypes, locs);
  Value goesOn = before->getArgument(1);
  if (plan.count)
    goesOn =
        arith::AndIOp::create(b, loc, goesOn, arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt, before->getArgument(0), plan.count));
  scf::ConditionOp::create(b, loc, goesOn, before->getArguments());
  loop.getAfter().takeBody(body);
  Block &after = loop.getAfter().front();
  size_t fixed = after.getNumArguments();
  after.addArguments(ArrayRef(allTypes).drop_front(fixed), ArrayRef(locs).drop_front(fixed));
  b.setInsertionPointToEnd(&after);
  SmallVector<Value> next = {arith::AddIOp::create(b, loc, after.getArgument(0), arith::ConstantIntOp::create(b, loc, 1, 64)),
                             step.condition};
  if (!step.condition)
    next[1] = arith::ConstantIntOp::create(b, loc, 1, 1);
  llvm::append_range(next, castAll(b, loc, step.carried, types));
  for (auto [i, element] : llvm::enumerate(step.elements)) {
    SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(b, loc, element);
    sizes.insert(sizes.begin(), b.getIndexAttr(1));
    Value part = graph::ReshapeOp::create(b, loc, element, sizes), stacked = after.getArgument(fixed + i);
    SmallVector<Value> parts = {stacked, part};
    if (plan.prepends[i])
      std::swap(parts[0], parts[1]);
    next.push_back(graph::ConcatOp::create(b, loc, parts, 0));
  }
  scf::YieldOp::create(b, loc, castAll(b, loc, next, allTypes));
  return call.yield(loop.getResults().drop_front(2));
}

LogicalResult NodeImporter::importLoop(const Node &node, ImportCall &call, Scope &scope, const Frame &frame) {
  const Graph *body = graphOf(node, "body");
  if (!body || node.inputs.size() < 2)
    return emitError(call.loc) << "'Loop': expected a body, a trip count and a condition";
  LoopPlan plan;
  Value inputs[2];
  for (unsigned i : {0, 1})
    if (!node.inputs[i].empty()) {
      Value tensor = find(node.inputs[i], scope, call.loc);
      if (!isOneOf(tensor.getType(), /*isTruth=*/i == 1))
        return emitError(call.loc) << "'Loop': expected one " << (i ? "truth value" : "64-bit integer") << ", got " << tensor.getType();
      inputs[i] = extract(builder, call.loc, tensor);
    }
  plan.count = inputs[0];
  plan.condition = inputs[1];
  for (StringRef name : ArrayRef(node.inputs).drop_front(2))
    plan.carried.push_back(find(name, scope, call.loc));
  size_t carried = plan.carried.size();
  if (body->outputs.size() < carried + 1)
    return emitError(call.loc) << "'Loop': expected a body with at least " << carried + 1 << " outputs, got " << body->outputs.size();
  plan.prepends.assign(body->outputs.size() - carried - 1, false);
  plan.body = [&](Value iteration, Value condition, ValueRange values) -> FailureOr<LoopPlan::Step> {
    SmallVector<Value> arguments = {scalarTensor(builder, call.loc, iteration), scalarTensor(builder, call.loc, condition)};
    llvm::append_range(arguments, values);
    FailureOr<SmallVector<Value>> results = inlineGraph(call, *body, arguments, scope, frame);
    if (failed(results))
      return failure();
    if (!isOneOf(results->front().getType(), /*isTruth=*/true))
      return emitError(call.loc) << "'Loop': expected one truth value as condition, got " << results->front().getType();
    LoopPlan::Step step;
    step.condition = extract(builder, call.loc, results->front());
    step.carried.assign(results->begin() + 1, results->begin() + 1 + carried);
    step.elements.assign(results->begin() + 1 + carried, results->end());
    return step;
  };
  return buildLoop(call, plan);
}

LogicalResult NodeImporter::importScan(const Node &node, ImportCall &call, Scope &scope, const Frame &frame) {
  const Graph *body = graphOf(node, "body");
  const NodeAttribute *countAttribute = node.find("num_scan_inputs");
  if (versionOf(frame.opsets, "") < 9)
    return call.unsupported("its form before opset 9, with a batch axis");
  int64_t scans = countAttribute ? countAttribute->integer : 0, states = static_cast<int64_t>(node.inputs.size()) - scans;
  if (!body || scans < 1 || states < 0 || static_cast<int64_t>(body->outputs.size()) < states)
    return emitError(call.loc) << "'Scan': expected a body, and inputs that are scanned";
  size_t stacked = body->outputs.size() - states;
  SmallVector<int64_t> axes = integersOf(node, "scan_input_axes", scans), backwards = integersOf(node, "scan_input_directions", scans);
  SmallVector<int64_t> outAxes = integersOf(node, "scan_output_axes", stacked),
                       outBackwards = integersOf(node, "scan_output_directions", stacked);
  LoopPlan plan;
  SmallVector<Value> sequences;
  for (auto [i, name] : llvm::enumerate(node.inputs))
    (static_cast<int64_t>(i) < states ? plan.carried : sequences).push_back(find(name, scope, call.loc));
  for (auto [sequence, axis] : llvm::zip(sequences, axes)) {
    int64_t rank = cast<RankedTensorType>(sequence.getType()).getRank();
    axis += axis < 0 ? rank : 0;
    if (axis < 0 || axis >= rank)
      return emitError(call.loc) << "'Scan': expected an axis of its input, got " << axis;
  }
  OpBuilder &b = builder;
  Value length = b.createOrFold<tensor::DimOp>(call.loc, sequences[0], axes[0]);
  plan.count = arith::IndexCastOp::create(b, call.loc, b.getI64Type(), length);
  for (int64_t isBackwards : outBackwards)
    plan.prepends.push_back(isBackwards != 0);
  plan.body = [&](Value iteration, Value, ValueRange values) -> FailureOr<LoopPlan::Step> {
    SmallVector<Value> arguments(values);
    Value at = arith::IndexCastOp::create(b, call.loc, b.getIndexType(), iteration);
    for (auto [sequence, axis, isBackwards] : llvm::zip(sequences, axes, backwards)) {
      SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(b, call.loc, sequence), starts(sizes.size(), b.getIndexAttr(0));
      Value one = arith::ConstantIndexOp::create(b, call.loc, 1);
      starts[axis] = isBackwards ? arith::SubIOp::create(b, call.loc, arith::SubIOp::create(b, call.loc, length, one), at).getResult() : at;
      sizes[axis] = b.getIndexAttr(1);
      Value part = graph::SliceOp::create(b, call.loc, sequence, starts, sizes, SmallVector<int64_t>(sizes.size(), 1));
      sizes.erase(sizes.begin() + axis);
      arguments.push_back(graph::ReshapeOp::create(b, call.loc, part, sizes));
    }
    FailureOr<SmallVector<Value>> results = inlineGraph(call, *body, arguments, scope, frame);
    if (failed(results))
      return failure();
    LoopPlan::Step step;
    step.carried.assign(results->begin(), results->begin() + states);
    step.elements.assign(results->begin() + states, results->end());
    return step;
  };
  if (failed(buildLoop(call, plan)))
    return failure();
  SmallVector<Value> results(call.getResults());
  for (auto [result, axis] : llvm::zip(MutableArrayRef(results).drop_front(states), outAxes)) {
    int64_t rank = cast<RankedTensorType>(result.getType()).getRank();
    axis += axis < 0 ? rank : 0;
    if (axis < 0 || axis >= rank)
      return emitError(call.loc) << "'Scan': expected an axis of its output, got " << axis;
    if (axis == 0)
      continue;
    SmallVector<int64_t> permutation; // the stacked axis moves to its place
    for (int64_t d = 0; d < rank; ++d)
      permutation.push_back(d < axis ? d + 1 : d == axis ? 0 : d);
    result = graph::TransposeOp::create(b, call.loc, result, permutation);
  }
  return call.yield(results);
}
