//===- HigherOrder.cpp - operators that hold graphs -----------------------===//
#include "Interop/ImportSupport.h"
#include "Interop/Pt2/GraphImporter.h"
#include "graph-opt/Dialect/Graph/Ops/Broadcast.h"
#include "graph-opt/Dialect/Graph/Ops/Constant.h"
#include "graph-opt/Dialect/Graph/Ops/Reshape.h"
#include "graph-opt/Dialect/Graph/Ops/Slice.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/Support/SaveAndRestore.h"

using namespace mlir;
using namespace graphopt;

namespace {
/// The graphs among a node's arguments, in order.
SmallVector<const JsonValue *> graphsOf(const JsonValue &node) {
  SmallVector<const JsonValue *> graphs;
  for (const JsonValue &input : node["inputs"].elements)
    if (const JsonValue &graph = input["arg"]["as_graph"]["graph"]; graph.isObject())
      graphs.push_back(&graph);
  return graphs;
}

/// A tensor or list argument's values.
void collectValues(const ImportArg &arg, SmallVectorImpl<Value> &values) {
  if (const Value *value = arg.get<Value>())
    values.push_back(*value);
  else if (const auto *list = arg.get<std::vector<ImportArg>>())
    for (const ImportArg &element : *list)
      collectValues(element, values);
}

Value toCondition(OpBuilder &b, Location loc, Value value) {
  return isa<RankedTensorType>(value.getType()) ? extractOnly(b, loc, value) : value;
}

/// 0 for what is no tensor.
int64_t getRank(Value value) {
  auto type = value ? dyn_cast<RankedTensorType>(value.getType()) : RankedTensorType();
  return type ? type.getRank() : 0;
}

/// A tensor, and its sizes as the archive has them.
using Sized = std::pair<Value, const JsonValue *>;

/// The names of tensors among arguments or results.
void visitTensorNames(const JsonValue &list, function_ref<void(StringRef)> visit) {
  for (const JsonValue &element : list.elements) {
    const JsonValue &value = element["arg"].isObject() ? element["arg"] : element;
    if (StringRef name = value["as_tensor"]["name"].getString(); !name.empty())
      visit(name);
    for (const JsonValue &part : value["as_tensors"].elements)
      visit(part["name"].getString());
  }
}

/// The sizes of a stacked result: static ones, the number of rows, and symbols that the size of an argument goes by too.
FailureOr<SmallVector<OpFoldResult>> stackedSizesOf(ImportCall &call, RankedTensorType type, const JsonValue &meta, ArrayRef<Sized> known) {
  OpBuilder &b = call.builder;
  SmallVector<OpFoldResult> sizes;
  for (auto [axis, size] : llvm::enumerate(type.getShape())) {
    if (!ShapedType::isDynamic(size)) {
      sizes.push_back(b.getIndexAttr(size));
      continue;
    }
    StringRef text = meta["sizes"].elements[axis]["as_expr"]["expr_str"].getString();
    for (const auto &[value, sizesOfValue] : known)
      for (auto [i, own] : llvm::enumerate(sizesOfValue->elements))
        if (sizes.size() == axis && static_cast<int64_t>(i) < getRank(value) && own["as_expr"]["expr_str"].getString() == text)
          sizes.push_back(tensor::getMixedSize(b, call.loc, value, static_cast<int64_t>(i)));
    if (sizes.size() == axis)
      return failure();
  }
  return sizes;
}
} // namespace

FailureOr<SmallVector<Value>> GraphImporter::inlineGraph(ImportCall &call, const JsonValue &graph, ValueRange arguments, unsigned depth) {
  Scope inner;
  if (graph["inputs"].elements.size() != arguments.size())
    return call.unsupported("expected " + Twine(graph["inputs"].elements.size()) + " values for its graph, got " + Twine(arguments.size()));
  for (auto [input, value] : llvm::zip(graph["inputs"].elements, arguments)) {
    const JsonValue &tensor = input["as_tensor"]["name"], &size = input["as_sym_int"]["as_name"];
    StringRef name = tensor.isString() ? tensor.getString() : size.getString();
    inner[name] = value;
    inner.opaque.insert(name);
  }
  importNodes(graph, inner, depth + 1);
  SmallVector<Value> results;
  for (const JsonValue &output : graph["outputs"].elements) {
    Refusal refusal;
    FailureOr<ImportArg> result = readArgument(output, inner, refusal);
    if (failed(result) || !result->get<Value>())
      return call.unsupported("result of its graph: expected a tensor or a size, got " +
                              (refusal.message.empty() ? "a number" : refusal.message));
    results.push_back(*result->get<Value>());
  }
  return results;
}

LogicalResult GraphImporter::importHigherOrder(ImportCall &call, StringRef name, const JsonValue &node, const JsonValue &graph,
                                               Scope &scope, unsigned depth) {
  SmallVector<const JsonValue *> graphs = graphsOf(node);
  // A nested graph may return what it was given.
  for (const JsonValue *list : {&node["inputs"], &node["outputs"]})
    visitTensorNames(*list, [&](StringRef tensor) { scope.opaque.insert(scope.first(tensor)); });
  if (!call.args.empty() && call.args.back().first == "mutated_arg_indices") {
    if (const auto *changed = call.args.back().second.get<std::string>(); !changed || !changed->empty())
      return call.unsupported("its graph changes what it is given in place");
    call.args.pop_back();
  }
  // The branches of a cond draw as what is around it does; a loop's steps would repeat the draws of the first one.
  llvm::SaveAndRestore key(random.key, name == "cond" ? random.key : Value());
  if ((name == "scan" || name == "map_impl") && graphs.size() == 1)
    return importScan(call, *graphs[0], node, graph, scope, name == "map_impl", depth);
  SmallVector<Value> values;
  for (const auto &[argument, value] : call.args)
    collectValues(value, values);
  OpBuilder::InsertionGuard guard(builder);

  if (name == "wrap_with_set_grad_enabled" && graphs.size() == 1) {
    FailureOr<SmallVector<Value>> results = inlineGraph(call, *graphs[0], values, depth);
    return failed(results) ? failure() : call.yield(*results);
  }

  // Fills a block with a graph and its terminator.
  auto fill = [&](Block *block, const JsonValue &graph, ValueRange arguments, auto terminate) -> LogicalResult {
    builder.setInsertionPointToEnd(block);
    FailureOr<SmallVector<Value>> results = inlineGraph(call, graph, arguments, depth);
    if (failed(results))
      return failure();
    terminate(*results);
    return success();
  };
  auto yield = [&](ValueRange results) { scf::YieldOp::create(builder, call.loc, results); };

  if (name == "cond" && graphs.size() == 2 && !values.empty()) {
    SmallVector<Type> types;
    for (Type type : call.resultTypes)
      types.push_back(type ? type : builder.getIndexType());
    Value condition = toCondition(builder, call.loc, values[0]);
    auto op = scf::IfOp::create(builder, call.loc, types, condition, /*addThenBlock=*/true, /*addElseBlock=*/true);
    ArrayRef<Value> operands = ArrayRef(values).drop_front();
    // A branch may know its sizes better than the source states them.
    auto yieldCast = [&](ArrayRef<Value> results) { yield(castAll(builder, call.loc, results, types)); };
    if (failed(fill(op.thenBlock(), *graphs[0], operands, yieldCast)) || failed(fill(op.elseBlock(), *graphs[1], operands, yieldCast)))
      return failure();
    return call.yield(op.getResults());
  }

  if (name == "while_loop" && graphs.size() == 2) {
    size_t carried = call.resultTypes.size();
    if ((*graphs[0])["outputs"].elements.size() != 1)
      return call.unsupported("expected a condition with one result");
    if (values.size() < carried)
      return call.unsupported("expected " + Twine(carried) + " carried values, got " + Twine(values.size()));
    ArrayRef<Value> initial = ArrayRef(values).take_front(carried), others = ArrayRef(values).drop_front(carried);
    SmallVector<Type> types(ValueRange(initial).getTypes());
    auto op = scf::WhileOp::create(builder, call.loc, types, initial);
    SmallVector<Location> locs(carried, call.loc);
    Block *before = builder.createBlock(&op.getBefore(), {}, types, locs), *after = builder.createBlock(&op.getAfter(), {}, types, locs);
    auto arguments = [&](Block *block) {
      SmallVector<Value> all(block->getArguments());
      llvm::append_range(all, others);
      return all;
    };
    auto condition = [&](ArrayRef<Value> results) {
      scf::ConditionOp::create(builder, call.loc, toCondition(builder, call.loc, results[0]), before->getArguments());
    };
    auto yieldSame = [&](ArrayRef<Value> results) { yield(castAll(builder, call.loc, results, types)); };
    if (failed(fill(before, *graphs[0], arguments(before), condition)) || failed(fill(after, *graphs[1], arguments(after), yieldSame)))
      return failure();
    return call.yield(op.getResults());
  }
  return call.unsupported("there is no import rule for it");
}

LogicalResult GraphImporter::importScan(ImportCall &call, const JsonValue &body, const JsonValue &node, const JsonValue &graph,
                                        Scope &scope, bool isMap, unsigned depth) {
  // scan(graph, initial, sequences, others): the graph's results are what it carries on, and rows of what is stacked.
  // map(graph, sequences, others): it carries nothing.
  OpBuilder &b = builder;
  OpBuilder::InsertionGuard guard(b);
  Location loc = call.loc;
  SmallVector<SmallVector<Value>> lists(3);
  if (call.args.size() != (isMap ? 3 : 4))
    return call.unsupported("expected a graph and lists of values");
  for (auto [i, argument] : llvm::enumerate(ArrayRef(call.args).drop_front()))
    collectValues(argument.second, lists[i + (isMap ? 1 : 0)]);
  ArrayRef<Value> initial = lists[0], sequences = lists[1], others = lists[2];
  size_t carried = initial.size();
  if (sequences.empty() || !llvm::all_of(sequences, [](Value value) { return getRank(value) > 0; }) || call.resultTypes.size() < carried)
    return call.unsupported("expected tensors to go along the first axis of");

  SmallVector<Sized> known;
  visitTensorNames(node["inputs"],
                   [&](StringRef name) { known.push_back({scope.lookup(scope.first(name)), &graph["tensor_values"][name]["sizes"]}); });
  SmallVector<StringRef> names;
  visitTensorNames(node["outputs"], [&](StringRef name) { names.push_back(name); });
  SmallVector<SmallVector<OpFoldResult>> stackedSizes;
  SmallVector<Value> start(initial);
  for (size_t i = carried; i < call.resultTypes.size(); ++i) {
    auto type = dyn_cast_or_null<RankedTensorType>(call.resultTypes[i]);
    FailureOr<SmallVector<OpFoldResult>> sizes = failure();
    if (type && i < names.size())
      sizes = stackedSizesOf(call, type, graph["tensor_values"][names[i]], known);
    if (failed(sizes))
      return call.unsupported("a stacked result whose sizes are known only at run time");
    stackedSizes.push_back(*sizes);
    auto scalar = RankedTensorType::get({}, type.getElementType());
    Value zero = graph::ConstantOp::create(b, loc, scalar, DenseElementsAttr::get(scalar, b.getZeroAttr(type.getElementType())));
    start.push_back(graph::BroadcastOp::create(b, loc, zero, *sizes));
  }
  Value count = getValueOrCreateConstantIndexOp(b, loc, tensor::getMixedSize(b, loc, sequences[0], 0));
  Value zero = arith::ConstantIndexOp::create(b, loc, 0), one = arith::ConstantIndexOp::create(b, loc, 1);
  auto loop = scf::ForOp::create(b, loc, zero, count, one, start);
  b.setInsertionPointToStart(loop.getBody());
  SmallVector<Value> inputs(loop.getRegionIterArgs().take_front(carried));
  for (Value sequence : sequences) {
    SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(b, loc, sequence), starts(sizes.size(), b.getIndexAttr(0));
    starts[0] = loop.getInductionVar(), sizes[0] = b.getIndexAttr(1);
    Value row = graph::SliceOp::create(b, loc, sequence, starts, sizes, SmallVector<int64_t>(sizes.size(), 1));
    inputs.push_back(graph::ReshapeOp::create(b, loc, row, ArrayRef(sizes).drop_front()));
  }
  llvm::append_range(inputs, others);
  FailureOr<SmallVector<Value>> results = inlineGraph(call, body, inputs, depth);
  if (failed(results))
    return failure();
  if (results->size() != start.size())
    return call.unsupported("expected " + Twine(start.size()) + " results of its graph, got " + Twine(results->size()));
  for (auto [i, row] : llvm::enumerate(MutableArrayRef(*results).drop_front(carried))) {
    SmallVector<OpFoldResult> sizes = stackedSizes[i], starts(sizes.size(), b.getIndexAttr(0)), steps(sizes.size(), b.getIndexAttr(1));
    starts[0] = loop.getInductionVar(), sizes[0] = b.getIndexAttr(1);
    row = tensor::InsertSliceOp::create(b, loc, row, loop.getRegionIterArgs()[carried + i], starts, sizes, steps);
  }
  scf::YieldOp::create(b, loc, castAll(b, loc, *results, ValueRange(start).getTypes()));
  return call.yield(loop.getResults());
}
