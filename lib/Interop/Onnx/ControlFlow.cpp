//===- ControlFlow.cpp - graphs in nodes, and If --------------------------===//
#include "Interop/Onnx/ControlFlow.h"
#include "Interop/ImportSupport.h"
#include "Interop/KnownElements.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::onnx;

RankedTensorType onnx::join(Type a, Type b) {
  auto x = cast<RankedTensorType>(a), y = cast<RankedTensorType>(b);
  if (x.getElementType() != y.getElementType() || x.getRank() != y.getRank())
    return nullptr;
  SmallVector<int64_t> sizes;
  for (auto [p, q] : llvm::zip(x.getShape(), y.getShape()))
    sizes.push_back(p == q ? p : ShapedType::kDynamic);
  return RankedTensorType::get(sizes, x.getElementType());
}

Value onnx::extract(OpBuilder &b, Location loc, Value tensor) {
  if (auto elements = knownElements(tensor); elements && elements->size() == 1) {
    if (auto value = dyn_cast<Value>(elements->front()))
      return value;
    return arith::ConstantOp::create(b, loc, cast<TypedAttr>(cast<Attribute>(elements->front())));
  }
  return extractOnly(b, loc, tensor);
}

const Graph *onnx::graphOf(const Node &node, StringRef name) {
  const NodeAttribute *attribute = node.find(name);
  return attribute ? attribute->graph.get() : nullptr;
}

bool onnx::isOneOf(Type type, bool isTruth) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && tensor.getRank() <= 1 && (tensor.getRank() == 0 || tensor.getDimSize(0) == 1) &&
         tensor.getElementType().isInteger(isTruth ? 1 : 64);
}

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

FailureOr<SmallVector<Value>> NodeImporter::inlineBody(ImportCall &call, const Graph &graph, ValueRange arguments, Scope &outer,
                                                       const Frame &frame) {
  FailureOr<SmallVector<Value>> results = inlineGraph(call, graph, arguments, outer, frame);
  if (succeeded(results) && !llvm::all_of(*results, [](Value value) { return isa<RankedTensorType>(value.getType()); }))
    return call.unsupported("a graph whose result is a sequence");
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
    FailureOr<SmallVector<Value>> made = inlineBody(call, *branches[i], {}, scope, frame);
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
