//===- Loop.cpp - Loop and Scan -------------------------------------------===//
#include "Graph/Shared/IndexMath.h"
#include "Interop/Aten/Rules/Recurrent.h"
#include "Interop/ImportSupport.h"
#include "Interop/KnownElements.h"
#include "Interop/Onnx/ControlFlow.h"
#include "graph-opt/Dialect/Graph/Ops/Broadcast.h"
#include "graph-opt/Dialect/Graph/Ops/Concat.h"
#include "graph-opt/Dialect/Graph/Ops/Constant.h"
#include "graph-opt/Dialect/Graph/Ops/Reshape.h"
#include "graph-opt/Dialect/Graph/Ops/Transpose.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/Support/SaveAndRestore.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::onnx;

namespace {
Value scalarTensor(OpBuilder &b, Location loc, Value scalar) {
  return tensor::FromElementsOp::create(b, loc, RankedTensorType::get({}, scalar.getType()), scalar);
}

SmallVector<int64_t> integersOf(const Node &node, StringRef name, size_t count) {
  const NodeAttribute *attribute = node.find(name);
  SmallVector<int64_t> list = attribute ? SmallVector<int64_t>(ArrayRef(attribute->integers)) : SmallVector<int64_t>();
  list.resize(count, 0);
  return list;
}
} // namespace

/// What one round makes: the next condition (null: always), the carried values, the elements of the stacked results.
struct NodeImporter::LoopStep {
  Value condition;
  SmallVector<Value> carried, elements;
};

/// A loop with a count, a condition, values carried around and results that are stacked.
struct NodeImporter::LoopPlan {
  Value count, condition; ///< an index of at least 0 and an i1; null for no limit, and for always
  SmallVector<Value> carried;
  SmallVector<bool> prepends; ///< for each stacked result: whether it grows at the front
  std::function<FailureOr<LoopStep>(Value iteration, Value condition, ValueRange carried)> body;
};

/// The sizes of each stacked result's parts: those that follow from no type are those of the first round, which is built ahead of the loop
/// for them, and 0 where there is none.
FailureOr<SmallVector<NodeImporter::Sizes>> NodeImporter::sizesOfParts(ImportCall &call, const LoopPlan &plan, const LoopStep &step) {
  OpBuilder &b = builder;
  Location loc = call.loc;
  SmallVector<Sizes> parts;
  bool areKnown = true;
  for (Value element : step.elements) {
    auto type = cast<RankedTensorType>(element.getType());
    areKnown &= type.hasStaticShape();
    parts.push_back(getAsIndexOpFoldResult(b.getContext(), type.getShape()));
  }
  if (areKnown)
    return parts;
  Value runs = plan.condition ? plan.condition : Value(arith::ConstantIntOp::create(b, loc, 1, 1));
  if (plan.count) {
    Value zero = arith::ConstantIndexOp::create(b, loc, 0);
    runs = b.createOrFold<arith::AndIOp>(loc, runs, b.createOrFold<arith::CmpIOp>(loc, arith::CmpIPredicate::sgt, plan.count, zero));
  }
  Region bodies[2];
  SmallVector<Value> none;
  {
    OpBuilder::InsertionGuard guard(b);
    llvm::SaveAndRestore key(random.key, Value());
    b.setInsertionPointToEnd(&bodies[0].emplaceBlock());
    FailureOr<LoopStep> first =
        plan.body(arith::ConstantIntOp::create(b, loc, 0, 64), arith::ConstantIntOp::create(b, loc, 1, 1), plan.carried);
    if (failed(first))
      return failure();
    SmallVector<Value> sizes;
    for (auto [element, known] : llvm::zip_equal(first->elements, parts)) {
      auto type = dyn_cast<RankedTensorType>(element.getType());
      if (!type || type.getRank() != static_cast<int64_t>(known.size()))
        return call.unsupported("a stacked result whose parts change their rank");
      for (auto [axis, size] : llvm::enumerate(known)) {
        if (isa<Attribute>(size) && !ShapedType::isDynamic(*getConstantIntValue(size)))
          continue;
        if (!type.isDynamicDim(axis))
          size = b.getIndexAttr(type.getDimSize(axis));
        else
          sizes.push_back(b.createOrFold<tensor::DimOp>(loc, element, axis));
      }
    }
    scf::YieldOp::create(b, loc, sizes);
    b.setInsertionPointToEnd(&bodies[1].emplaceBlock());
    none.assign(sizes.size(), arith::ConstantIndexOp::create(b, loc, 0));
    scf::YieldOp::create(b, loc, none);
  }
  auto op = scf::IfOp::create(b, loc, ValueRange(none).getTypes(), runs, /*addThenBlock=*/false, /*addElseBlock=*/false);
  op.getThenRegion().takeBody(bodies[0]);
  op.getElseRegion().takeBody(bodies[1]);
  unsigned next = 0;
  for (Sizes &sizes : parts)
    for (OpFoldResult &size : sizes)
      if (ShapedType::isDynamic(*getConstantIntValue(size)))
        size = op.getResult(next++);
  return parts;
}

/// A part as one of its stacked result, of exactly these sizes.
static Value asPart(OpBuilder &b, Location loc, Value element, ArrayRef<OpFoldResult> sizes) {
  SmallVector<OpFoldResult> whole = {b.getIndexAttr(1)};
  llvm::append_range(whole, sizes);
  auto type = cast<RankedTensorType>(element.getType());
  for (auto [axis, size] : llvm::enumerate(sizes))
    if (type.isDynamicDim(axis)) { // a part of another size would be written past its place
      Value now = tensor::DimOp::create(b, loc, element, axis), first = getValueOrCreateConstantIndexOp(b, loc, size);
      Value isSame = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, now, first);
      cf::AssertOp::create(b, loc, isSame, "expected a stacked result whose parts keep their size");
    }
  return graph::ReshapeOp::create(b, loc, element, whole);
}

/// A loop that nothing but its count ends: as long as its stacked results, which are there from the start.
LogicalResult NodeImporter::buildCounted(ImportCall &call, const LoopPlan &plan, const LoopStep &step, ArrayRef<Sizes> parts, Region &body,
                                         TypeRange types) {
  OpBuilder &b = builder;
  Location loc = call.loc;
  ExprBuilder g(b, loc);
  SmallVector<Value> initial = castAll(b, loc, plan.carried, types);
  for (auto [element, part] : llvm::zip_equal(step.elements, parts)) {
    SmallVector<OpFoldResult> sizes = {getAsOpFoldResult(plan.count)};
    llvm::append_range(sizes, part);
    initial.push_back(graph::BroadcastOp::create(b, loc, g.number(0, getElementTypeOrSelf(element)), sizes));
  }
  Value zero = arith::ConstantIndexOp::create(b, loc, 0), one = arith::ConstantIndexOp::create(b, loc, 1);
  auto loop = scf::ForOp::create(b, loc, zero, plan.count, one, initial);
  // The body's number of the round and condition come from the loop's own.
  Block &block = body.front();
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(&block);
  Value round = block.insertArgument(0U, b.getIndexType(), loc);
  block.getArgument(1).replaceAllUsesWith(arith::IndexCastOp::create(b, loc, b.getI64Type(), round));
  block.getArgument(2).replaceAllUsesWith(arith::ConstantIntOp::create(b, loc, 1, 1));
  block.eraseArguments(1, 2);
  b.setInsertionPointToEnd(&block);
  SmallVector<Value> next = castAll(b, loc, step.carried, types);
  for (auto [element, part, whole, prepends] : llvm::zip(step.elements, parts, ArrayRef(initial).drop_front(types.size()), plan.prepends)) {
    SmallVector<OpFoldResult> sizes = {b.getIndexAttr(1)};
    llvm::append_range(sizes, part);
    SmallVector<OpFoldResult> starts(sizes.size(), b.getIndexAttr(0)), steps(sizes.size(), b.getIndexAttr(1));
    starts[0] = round;
    if (prepends)
      starts[0] = arith::SubIOp::create(b, loc, arith::SubIOp::create(b, loc, plan.count, one), round).getResult();
    Value stacked = block.addArgument(whole.getType(), loc);
    next.push_back(tensor::InsertSliceOp::create(b, loc, asPart(b, loc, element, part), stacked, starts, sizes, steps));
  }
  scf::YieldOp::create(b, loc, next);
  loop.getRegion().takeBody(body);
  return call.yield(loop.getResults());
}

LogicalResult NodeImporter::buildLoop(ImportCall &call, const LoopPlan &plan) {
  OpBuilder &b = builder;
  Location loc = call.loc;
  // Sizes may change from round to round: the body is built until it yields the types that it is built for.
  SmallVector<Type> types(ValueRange(plan.carried).getTypes());
  Region body;
  LoopStep step;
  for (bool isStable = false; !isStable;) {
    OpBuilder::InsertionGuard guard(b);
    body.getBlocks().clear();
    Block &block = body.emplaceBlock();
    block.addArguments({b.getI64Type(), b.getI1Type()}, {loc, loc});
    block.addArguments(types, SmallVector<Location>(types.size(), loc));
    b.setInsertionPointToEnd(&block);
    llvm::SaveAndRestore key(random.key, Value());
    FailureOr<LoopStep> made = plan.body(block.getArgument(0), block.getArgument(1), block.getArguments().drop_front(2));
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
  FailureOr<SmallVector<Sizes>> parts = sizesOfParts(call, plan, step);
  if (failed(parts))
    return failure();
  auto isTrue = [](Value condition) { return !condition || getConstantIntValue(condition).value_or(0) != 0; }; // an i1 is -1
  if (plan.count && isTrue(plan.condition) && (isTrue(step.condition) || step.condition == body.front().getArgument(1)))
    return buildCounted(call, plan, step, *parts, body, types);
  SmallVector<Value> initial = {arith::ConstantIntOp::create(b, loc, 0, 64), plan.condition};
  if (!plan.condition)
    initial[1] = arith::ConstantIntOp::create(b, loc, 1, 1);
  llvm::append_range(initial, castAll(b, loc, plan.carried, types));
  ExprBuilder g(b, loc);
  for (auto [element, part] : llvm::zip_equal(step.elements, *parts)) { // stacked from nothing
    SmallVector<OpFoldResult> sizes = {b.getIndexAttr(0)};
    llvm::append_range(sizes, part);
    Value empty = graph::BroadcastOp::create(b, loc, g.number(0, getElementTypeOrSelf(element)), sizes);
    SmallVector<int64_t> shape(cast<RankedTensorType>(empty.getType()).getShape());
    shape[0] = ShapedType::kDynamic;
    initial.push_back(tensor::CastOp::create(b, loc, RankedTensorType::get(shape, getElementTypeOrSelf(element)), empty));
  }
  SmallVector<Type> allTypes(ValueRange(initial).getTypes());
  SmallVector<Location> locs(allTypes.size(), loc);
  auto loop = scf::WhileOp::create(b, loc, allTypes, initial);
  OpBuilder::InsertionGuard guard(b);
  Block *before = b.createBlock(&loop.getBefore(), {}, allTypes, locs);
  Value goesOn = before->getArgument(1);
  if (plan.count) {
    Value count = arith::IndexCastOp::create(b, loc, b.getI64Type(), plan.count);
    Value isLeft = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt, before->getArgument(0), count);
    goesOn = arith::AndIOp::create(b, loc, goesOn, isLeft);
  }
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
    Value part = asPart(b, loc, element, (*parts)[i]), stacked = after.getArgument(fixed + i);
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
  IndexMath math(builder, call.loc);
  if (inputs[0])
    plan.count = math.value(math.max(asIndex(builder, call.loc, getAsOpFoldResult(inputs[0])), math.number(0)));
  plan.condition = inputs[1];
  for (StringRef name : ArrayRef(node.inputs).drop_front(2))
    plan.carried.push_back(find(name, scope, call.loc));
  size_t carried = plan.carried.size();
  if (body->outputs.size() < carried + 1)
    return emitError(call.loc) << "'Loop': expected a body with at least " << carried + 1 << " outputs, got " << body->outputs.size();
  plan.prepends.assign(body->outputs.size() - carried - 1, false);
  plan.body = [&](Value iteration, Value condition, ValueRange values) -> FailureOr<LoopStep> {
    SmallVector<Value> arguments = {scalarTensor(builder, call.loc, iteration), scalarTensor(builder, call.loc, condition)};
    llvm::append_range(arguments, values);
    FailureOr<SmallVector<Value>> results = inlineBody(call, *body, arguments, scope, frame);
    if (failed(results))
      return failure();
    if (!isOneOf(results->front().getType(), /*isTruth=*/true))
      return emitError(call.loc) << "'Loop': expected one truth value as condition, got " << results->front().getType();
    LoopStep step;
    step.condition = extract(builder, call.loc, results->front());
    step.carried.assign(results->begin() + 1, results->begin() + 1 + carried);
    step.elements.assign(results->begin() + 1 + carried, results->end());
    return step;
  };
  return buildLoop(call, plan);
}

/// A body's values, and sequences that it walks along: each one's axis, and whether from its end.
struct NodeImporter::ScanPlan {
  const Graph *body;
  SmallVector<Value> states, sequences;
  SmallVector<int64_t> axes, backwards;
  SmallVector<bool> prepends; ///< for each stacked result: whether it grows at the front
};

LogicalResult NodeImporter::buildScan(ImportCall &call, const ScanPlan &scan, Scope &scope, const Frame &frame) {
  OpBuilder &b = builder;
  LoopPlan plan;
  plan.carried = scan.states;
  plan.prepends = scan.prepends;
  plan.count = b.createOrFold<tensor::DimOp>(call.loc, scan.sequences[0], scan.axes[0]);
  plan.body = [&](Value iteration, Value, ValueRange values) -> FailureOr<LoopStep> {
    SmallVector<Value> arguments(values);
    Value at = arith::IndexCastOp::create(b, call.loc, b.getIndexType(), iteration), one = arith::ConstantIndexOp::create(b, call.loc, 1);
    for (auto [sequence, axis, isBackwards] : llvm::zip(scan.sequences, scan.axes, scan.backwards)) {
      Value last = arith::SubIOp::create(b, call.loc, plan.count, one);
      Value index = isBackwards ? arith::SubIOp::create(b, call.loc, last, at).getResult() : at;
      arguments.push_back(aten::entry(call, sequence, index, axis));
    }
    FailureOr<SmallVector<Value>> results = inlineBody(call, *scan.body, arguments, scope, frame);
    if (failed(results))
      return failure();
    ArrayRef<Value> made = *results;
    return LoopStep{{}, llvm::to_vector(made.take_front(values.size())), llvm::to_vector(made.drop_front(values.size()))};
  };
  return buildLoop(call, plan);
}

/// Before opset 9 everything has an axis of samples in front, and each sample is scanned for itself.
LogicalResult NodeImporter::buildScanOfSamples(ImportCall &call, const ScanPlan &scan, Scope &scope, const Frame &frame) {
  LoopPlan plan;
  plan.prepends.assign(scan.body->outputs.size(), false);
  plan.count = builder.createOrFold<tensor::DimOp>(call.loc, scan.sequences[0], 0);
  plan.body = [&](Value iteration, Value, ValueRange) -> FailureOr<LoopStep> {
    Value at = arith::IndexCastOp::create(builder, call.loc, builder.getIndexType(), iteration);
    ScanPlan sample = scan;
    for (SmallVector<Value> *values : {&sample.states, &sample.sequences})
      for (Value &value : *values)
        value = aten::entry(call, value, at);
    if (failed(buildScan(call, sample, scope, frame)))
      return failure();
    return LoopStep{{}, {}, llvm::to_vector(call.getResults())};
  };
  return buildLoop(call, plan);
}

LogicalResult NodeImporter::importScan(const Node &node, ImportCall &call, Scope &scope, const Frame &frame) {
  const NodeAttribute *countAttribute = node.find("num_scan_inputs");
  bool isOld = versionOf(frame.opsets, "") < 9;
  ArrayRef<StringRef> inputs = node.inputs;
  if (isOld && !inputs.empty() && !inputs.consume_front().empty())
    return call.unsupported("lengths of sequences");
  int64_t scans = countAttribute ? countAttribute->integer : 0, states = static_cast<int64_t>(inputs.size()) - scans;
  ScanPlan scan;
  scan.body = graphOf(node, "body");
  if (!scan.body || scans < 1 || states < 0 || static_cast<int64_t>(scan.body->outputs.size()) < states)
    return emitError(call.loc) << "'Scan': expected a body, and inputs that are scanned";
  for (auto [i, name] : llvm::enumerate(inputs)) {
    Value value = find(name, scope, call.loc);
    if (isOld && cast<RankedTensorType>(value.getType()).getRank() == 0)
      return emitError(call.loc) << "'Scan': expected an axis of samples, got a scalar";
    (static_cast<int64_t>(i) < states ? scan.states : scan.sequences).push_back(value);
  }
  size_t stacked = scan.body->outputs.size() - states;
  scan.axes = integersOf(node, "scan_input_axes", scans);
  scan.backwards = integersOf(node, isOld ? "directions" : "scan_input_directions", scans);
  for (int64_t isBackwards : integersOf(node, "scan_output_directions", stacked))
    scan.prepends.push_back(isBackwards != 0);
  for (auto [sequence, axis] : llvm::zip(scan.sequences, scan.axes)) {
    int64_t rank = cast<RankedTensorType>(sequence.getType()).getRank() - isOld;
    axis += axis < 0 ? rank : 0;
    if (axis < 0 || axis >= rank)
      return emitError(call.loc) << "'Scan': expected an axis of its input, got " << axis;
  }
  if (isOld)
    return buildScanOfSamples(call, scan, scope, frame);
  if (failed(buildScan(call, scan, scope, frame)))
    return failure();
  SmallVector<Value> results(call.getResults());
  for (auto [result, axis] : llvm::zip(MutableArrayRef(results).drop_front(states), integersOf(node, "scan_output_axes", stacked))) {
    int64_t rank = cast<RankedTensorType>(result.getType()).getRank();
    axis += axis < 0 ? rank : 0;
    if (axis < 0 || axis >= rank)
      return emitError(call.loc) << "'Scan': expected an axis of its output, got " << axis;
    if (axis == 0)
      continue;
    SmallVector<int64_t> permutation; // the stacked axis moves to its place
    for (int64_t d = 0; d < rank; ++d)
      permutation.push_back(d < axis ? d + 1 : d == axis ? 0 : d);
    result = graph::TransposeOp::create(builder, call.loc, result, permutation);
  }
  return call.yield(results);
}
