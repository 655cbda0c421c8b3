//===- ControlFlow.cpp - scf as torch's higher-order operators ------------===//
#include "Interop/Aten/Exports/Exports.h"
#include "Interop/GraphExporter.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/DenseSet.h"

using namespace mlir;
using namespace graphopt;

//===--- Graphs that see no values but their own --------------------------===//

/// The values of an argument; nested graphs have theirs as arguments of their own.
static void visitValues(ForeignArg &arg, function_ref<void(ForeignValue &)> visit) {
  if (auto *value = std::get_if<ForeignValue>(&arg.value))
    visit(*value);
  else if (auto *list = std::get_if<ForeignArg::List>(&arg.value))
    for (ForeignArg &element : *list)
      visitValues(element, visit);
}

static void visitUses(ForeignGraph &graph, function_ref<void(ForeignValue &)> visit) {
  for (ForeignNode &node : graph.nodes) {
    for (ForeignArg &arg : node.args)
      visitValues(arg, visit);
    for (NamedForeignArg &arg : node.named)
      visitValues(arg.second, visit);
  }
  for (ForeignValue &output : graph.outputs)
    visit(output);
}

/// Whether a node makes a number of Python's. Graphs make those themselves, of the same tensors: torch keeps no lists of tensors and
/// numbers, and sizes that come in as numbers are sizes of nothing.
static bool makesNumber(const ForeignNode &node) {
  StringRef op = node.op;
  return op == "aten.sym_size.int" || op == "aten.item.default" || op.starts_with("torch.sym_") ||
         (op.starts_with("operator.") && op != "operator.getitem");
}

namespace {
/// Makes nested graphs see no values but their own.
class Closure {
public:
  Closure(AtenExport &to, const ExportState &state) : to(to), state(state) {}
  void collect(ForeignGraph &graph);
  void close(ForeignGraph &graph);
  ForeignArg::List operands() const;

private:
  static llvm::DenseSet<unsigned> valuesOf(const ForeignGraph &graph);
  const ForeignNode *findNumber(ForeignValue value) const;
  void need(ForeignValue value);
  ForeignValue resolve(ForeignValue value, llvm::DenseMap<unsigned, ForeignValue> &inside, std::vector<ForeignNode> &numbers);

  AtenExport &to;
  const ExportState &state;
  llvm::MapVector<unsigned, ForeignValue> outside; ///< what becomes an operand
};

llvm::DenseSet<unsigned> Closure::valuesOf(const ForeignGraph &graph) {
  llvm::DenseSet<unsigned> own;
  for (ForeignValue input : graph.inputs)
    own.insert(input.number);
  for (const ForeignNode &node : graph.nodes)
    for (ForeignValue result : node.results)
      own.insert(result.number);
  return own;
}

const ForeignNode *Closure::findNumber(ForeignValue value) const {
  const ForeignNode *node = state.findNode(value);
  return node && makesNumber(*node) ? node : nullptr;
}

void Closure::need(ForeignValue value) {
  const ForeignNode *number = findNumber(value);
  if (!number) {
    outside.insert({value.number, value});
    return;
  }
  for (ForeignArg arg : number->args)
    visitValues(arg, [&](ForeignValue &use) { need(use); });
}

void Closure::collect(ForeignGraph &graph) {
  pruneUnused(graph);
  llvm::DenseSet<unsigned> own = valuesOf(graph);
  visitUses(graph, [&](ForeignValue &use) {
    if (!own.contains(use.number))
      need(use);
  });
}

ForeignValue Closure::resolve(ForeignValue value, llvm::DenseMap<unsigned, ForeignValue> &inside, std::vector<ForeignNode> &numbers) {
  if (auto it = inside.find(value.number); it != inside.end())
    return it->second;
  ForeignNode copy = *findNumber(value);
  for (ForeignArg &arg : copy.args)
    visitValues(arg, [&](ForeignValue &use) { use = resolve(use, inside, numbers); });
  ForeignValue made = copy.results.front() = inside[value.number] = to.input(value);
  numbers.push_back(std::move(copy));
  return made;
}

void Closure::close(ForeignGraph &graph) {
  llvm::DenseSet<unsigned> own = valuesOf(graph);
  llvm::DenseMap<unsigned, ForeignValue> inside;
  for (auto &[number, value] : outside)
    graph.inputs.push_back(inside[number] = to.input(value));
  std::vector<ForeignNode> numbers;
  visitUses(graph, [&](ForeignValue &use) {
    if (!own.contains(use.number))
      use = resolve(use, inside, numbers);
  });
  graph.nodes.insert(graph.nodes.begin(), std::make_move_iterator(numbers.begin()), std::make_move_iterator(numbers.end()));
}

ForeignArg::List Closure::operands() const {
  ForeignArg::List operands;
  for (auto &[number, value] : outside)
    operands.push_back(value);
  return operands;
}
} // namespace

ForeignValue AtenExport::higherOrder(StringRef operation, std::vector<ForeignArg> args) {
  Closure closure(*this, state);
  SmallVector<ForeignGraph *> graphs;
  for (const ForeignArg &arg : args)
    if (const auto *graph = arg.get<std::shared_ptr<ForeignGraph>>())
      graphs.push_back(graph->get());
  for (ForeignGraph *graph : graphs)
    closure.collect(*graph);
  for (ForeignGraph *graph : graphs)
    closure.close(*graph);
  args.push_back(closure.operands());
  return add(("torch.ops.higher_order." + operation).str(), std::move(args), {}, {Type()}).front();
}

//===--- What goes in and out of them -------------------------------------===//

namespace {
using Nested = FailureOr<std::shared_ptr<ForeignGraph>>;

/// Tensors; numbers and truth values as tensors of rank 0.
ForeignValue pack(AtenExport &to, Value ours) {
  if (isa<TensorType>(ours.getType()))
    return to[ours];
  Type element = ExportSite::elementOf(ours.getType());
  return to("scalar_tensor.default", {to.size(ours)}, {{"dtype", element}}, element);
}
ForeignValue unpack(AtenExport &to, Type type, ForeignValue value) { return isa<TensorType>(type) ? value : to("item.default", {value}); }
void bindAll(AtenExport &to, ValueRange ours, ArrayRef<ForeignValue> values) {
  for (auto [mine, value] : llvm::zip(ours, values))
    to.bind(mine, unpack(to, mine.getType(), value));
}
ForeignArg::List packAll(AtenExport &to, ValueRange ours) {
  ForeignArg::List list;
  for (Value value : ours)
    list.push_back(pack(to, value));
  return list;
}

/// The tensor that a condition is the element of, which torch need not look into to export the model again.
ForeignValue conditionOf(AtenExport &to, Value condition) {
  auto element = condition.getDefiningOp<tensor::ExtractOp>();
  return element && element.getIndices().empty() ? to[element.getTensor()] : pack(to, condition);
}

/// Results of a graph are values that it makes, each one once: torch follows no storage that graphs share.
void addOutputs(AtenExport &to, ForeignGraph &graph, ArrayRef<ForeignValue> values) {
  llvm::DenseSet<unsigned> made;
  for (const ForeignNode &node : graph.nodes)
    for (ForeignValue result : node.results)
      made.insert(result.number);
  for (ForeignValue value : values)
    graph.outputs.push_back(made.erase(value.number) ? value : to("clone.default", {value}));
}
void addOutputs(AtenExport &to, ForeignGraph &graph, ValueRange ours) {
  addOutputs(to, graph, llvm::map_to_vector(ours, [&](Value value) { return pack(to, value); }));
}

Nested graphOf(AtenExport &to, StringRef name, function_ref<LogicalResult(ForeignGraph &)> fill) {
  Nested nested = to.nest([&](ForeignGraph &graph) {
    graph.isTuple = true;
    return fill(graph);
  });
  if (succeeded(nested))
    (*nested)->name = name.str();
  return nested;
}

/// New inputs that are what a loop carries.
SmallVector<ForeignValue> addInputs(AtenExport &to, ForeignGraph &graph, TypeRange types) {
  SmallVector<ForeignValue> inputs;
  for (Type type : types)
    graph.inputs.push_back(inputs.emplace_back(to.input(type)));
  return inputs;
}

/// The results of a call, from the one at `first` on.
SmallVector<ForeignValue> partsOf(AtenExport &to, ForeignValue call, TypeRange types, int64_t first = 0) {
  SmallVector<ForeignValue> parts;
  for (auto [i, type] : llvm::enumerate(types))
    parts.push_back(unpack(to, type, to.part(call, first + static_cast<int64_t>(i), ExportSite::elementOf(type))));
  return parts;
}

bool areTensorsOrIntegers(TypeRange types) {
  return llvm::all_of(types, [](Type type) { return isa<RankedTensorType>(type) || type.isIntOrIndex(); });
}
constexpr const char *noForm = "a value that is neither a tensor nor an integer goes in or out";

//===--- The ops ----------------------------------------------------------===//

LogicalResult exportIf(scf::IfOp op, AtenExport &to) {
  if (!areTensorsOrIntegers(op.getResultTypes()))
    return to.decline(noForm);
  auto branch = [&](StringRef name, Region &region) {
    return graphOf(to, name, [&](ForeignGraph &graph) -> LogicalResult {
      if (region.empty())
        return success();
      if (failed(to.exportBlock(region.front())))
        return failure();
      addOutputs(to, graph, region.front().getTerminator()->getOperands());
      return success();
    });
  };
  Nested thenGraph = branch("true_graph", op.getThenRegion()), elseGraph = branch("false_graph", op.getElseRegion());
  if (failed(thenGraph) || failed(elseGraph))
    return failure();
  ForeignValue call = to.higherOrder("cond", {conditionOf(to, op.getCondition()), *thenGraph, *elseGraph});
  return to.yield(partsOf(to, call, op.getResultTypes()));
}

/// The counter is carried ahead of the others, as a tensor.
LogicalResult exportFor(scf::ForOp op, AtenExport &to) {
  if (!areTensorsOrIntegers(op.getResultTypes()))
    return to.decline(noForm);
  Type wide = IntegerType::get(op.getContext(), 64);
  TypeRange types = op.getInitArgs().getTypes();
  Nested condition = graphOf(to, "while_loop_cond_graph", [&](ForeignGraph &graph) {
    ForeignValue counter = addInputs(to, graph, wide).front();
    addInputs(to, graph, types);
    graph.isTuple = false;
    graph.outputs = {to("lt.Scalar", {counter, to.size(op.getUpperBound())}, {}, IntegerType::get(op.getContext(), 1))};
    return success();
  });
  Nested body = graphOf(to, "while_loop_body_graph", [&](ForeignGraph &graph) -> LogicalResult {
    ForeignValue counter = addInputs(to, graph, wide).front();
    bindAll(to, op.getRegionIterArgs(), addInputs(to, graph, types));
    to.bind(op.getInductionVar(), to("item.default", {counter}));
    if (failed(to.exportBlock(*op.getBody())))
      return failure();
    graph.outputs = {to("add.Scalar", {counter, to.size(op.getStep())})};
    addOutputs(to, graph, op.getBody()->getTerminator()->getOperands());
    return success();
  });
  if (failed(condition) || failed(body))
    return failure();
  ForeignArg::List carried = packAll(to, op.getInitArgs());
  carried.insert(carried.begin(), to("scalar_tensor.default", {to.size(op.getLowerBound())}, {{"dtype", wide}}, wide));
  ForeignValue call = to.higherOrder("while_loop", {*condition, *body, carried});
  return to.yield(partsOf(to, call, op.getResultTypes(), 1));
}

/// What comes ahead of the condition is written for the condition, for the body, which may go on from its values, and for the results.
LogicalResult exportWhile(scf::WhileOp op, AtenExport &to) {
  TypeRange types = op.getInits().getTypes();
  if (!areTensorsOrIntegers(types) || !areTensorsOrIntegers(op.getResultTypes()))
    return to.decline(noForm);
  Block &before = op.getBefore().front(), &after = op.getAfter().front();
  scf::ConditionOp end = op.getConditionOp();
  auto forwarded = [&] {
    return llvm::map_to_vector(end.getArgs(), [&](Value value) {
      ForeignValue known = to[value];
      return known ? known : unpack(to, value.getType(), pack(to, value));
    });
  };
  Nested condition = graphOf(to, "while_loop_cond_graph", [&](ForeignGraph &graph) -> LogicalResult {
    bindAll(to, before.getArguments(), addInputs(to, graph, types));
    if (failed(to.exportBlock(before)))
      return failure();
    graph.isTuple = false;
    addOutputs(to, graph, ArrayRef(conditionOf(to, end.getCondition())));
    return success();
  });
  Nested body = graphOf(to, "while_loop_body_graph", [&](ForeignGraph &graph) -> LogicalResult {
    bindAll(to, before.getArguments(), addInputs(to, graph, types));
    if (failed(to.exportBlock(before)))
      return failure();
    for (auto [argument, value] : llvm::zip(after.getArguments(), forwarded()))
      to.bind(argument, value);
    if (failed(to.exportBlock(after)))
      return failure();
    addOutputs(to, graph, op.getYieldOp().getOperands());
    return success();
  });
  if (failed(condition) || failed(body))
    return failure();
  ForeignValue call = to.higherOrder("while_loop", {*condition, *body, packAll(to, op.getInits())});
  for (auto [argument, value] : llvm::zip(before.getArguments(), partsOf(to, call, types)))
    to.bind(argument, value);
  if (failed(to.exportBlock(before)))
    return failure();
  return to.yield(forwarded());
}
} // namespace

void graphopt::registerAtenControlFlowExports(ExportRules &rules) {
  rules.aten<scf::IfOp>(exportIf);
  rules.aten<scf::ForOp>(exportFor);
  rules.aten<scf::WhileOp>(exportWhile);
}
