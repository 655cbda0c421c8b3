//===- HigherOrder.cpp - operators that hold graphs -----------------------===//
#include "Interop/Pt2/GraphImporter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

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
  auto tensor = dyn_cast<RankedTensorType>(value.getType());
  if (!tensor)
    return value;
  SmallVector<Value> zeros(tensor.getRank(), tensor.getRank() ? arith::ConstantIndexOp::create(b, loc, 0).getResult() : Value());
  return tensor::ExtractOp::create(b, loc, value, zeros);
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
    protect(name);
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

LogicalResult GraphImporter::importHigherOrder(ImportCall &call, StringRef name, const JsonValue &node, Scope &scope, unsigned depth) {
  SmallVector<const JsonValue *> graphs = graphsOf(node);
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
    auto yieldCast = [&](ArrayRef<Value> results) {
      SmallVector<Value> cast;
      for (auto [value, type] : llvm::zip(results, types))
        cast.push_back(value.getType() == type ? value : tensor::CastOp::create(builder, call.loc, type, value).getResult());
      yield(cast);
    };
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
    auto yieldSame = [&](ArrayRef<Value> results) {
      SmallVector<Value> cast;
      for (auto [value, type] : llvm::zip(results, types))
        cast.push_back(value.getType() == type ? value : tensor::CastOp::create(builder, call.loc, type, value).getResult());
      yield(cast);
    };
    if (failed(fill(before, *graphs[0], arguments(before), condition)) || failed(fill(after, *graphs[1], arguments(after), yieldSame)))
      return failure();
    return call.yield(op.getResults());
  }
  return call.unsupported("there is no import rule for it");
}
