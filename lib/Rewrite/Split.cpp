//===- Split.cpp ----------------------------------------------------------===//
#include "graph-opt/Rewrite/Split.h"
#include "graph-opt/Dialect/Graph/Graph.h"
#include "graph-opt/GraphError.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/PriorityQueue.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace graphopt;

namespace {
/// What a value is before it is used: nothing to wait for.
bool isSource(Operation &op) { return op.getNumOperands() == 0 && op.getNumRegions() == 0 && isPure(&op); }

/// The values from outside that an op uses, those of its regions too.
void forEachUsed(Operation &op, llvm::function_ref<void(OpOperand &)> visit) {
  for (OpOperand &operand : op.getOpOperands())
    visit(operand);
  visitUsedValuesDefinedAbove(op.getRegions(), [&](OpOperand *operand) { visit(*operand); });
}

/// A part, or an op that stays by itself: what runs in one go.
struct Unit {
  std::string tag;
  SmallVector<Operation *> ops; ///< in the order of the code
  bool isPart = false;
};

class Splitter {
public:
  Splitter(func::FuncOp function, llvm::function_ref<void(Operation *)> onErase)
      : function(function), body(function.front()), symbols(function->getParentOp()), onErase(onErase) {}

  llvm::Expected<std::vector<Part>> run(llvm::function_ref<std::optional<std::string>(Operation *)> tag) {
    collect(tag);
    llvm::Expected<std::vector<unsigned>> order = sort();
    if (!order) // and nothing has changed
      return order.takeError();
    copySources();
    std::vector<Part> parts;
    for (unsigned index : *order) {
      for (Operation *op : units[index].ops)
        op->moveBefore(body.getTerminator());
      if (units[index].isPart)
        parts.push_back({units[index].tag, outline(units[index])});
    }
    return parts;
  }

private:
  void collect(llvm::function_ref<std::optional<std::string>(Operation *)> tag);
  void copySources();
  llvm::Expected<std::vector<unsigned>> sort();
  func::FuncOp outline(const Unit &unit);

  func::FuncOp function;
  Block &body;
  SymbolTable symbols;
  llvm::function_ref<void(Operation *)> onErase;
  std::vector<Unit> units;
  llvm::DenseMap<Operation *, unsigned> unitOf;
};
} // namespace

void Splitter::collect(llvm::function_ref<std::optional<std::string>(Operation *)> tag) {
  llvm::StringMap<unsigned> parts;
  for (Operation &op : body.without_terminator()) {
    std::optional<std::string> chosen = tag(&op);
    unsigned index = units.size();
    if (chosen)
      index = parts.try_emplace(*chosen, index).first->second;
    if (index == units.size())
      units.push_back({chosen.value_or(""), {}, chosen.has_value()});
    units[index].ops.push_back(&op);
    unitOf[&op] = index;
  }
}

void Splitter::copySources() {
  for (unsigned index = 0; index < units.size(); ++index) {
    Unit &unit = units[index];
    if (!unit.isPart)
      continue;
    llvm::MapVector<Operation *, Operation *> copies;
    for (Operation *op : unit.ops)
      forEachUsed(*op, [&](OpOperand &operand) {
        Operation *source = operand.get().getDefiningOp();
        if (!source || source->getBlock() != &body || unitOf.lookup(source) == index || units[unitOf.lookup(source)].isPart ||
            !isSource(*source))
          return;
        Operation *&copy = copies[source];
        if (!copy)
          copy = OpBuilder(source).clone(*source);
        operand.set(copy->getResult(cast<OpResult>(operand.get()).getResultNumber()));
      });
    SmallVector<Operation *> ops;
    for (auto [source, copy] : copies) {
      unitOf[copy] = index;
      ops.push_back(copy);
    }
    ops.append(unit.ops);
    unit.ops = std::move(ops);
  }
  for (Unit &unit : units) // what nothing else used has gone into the parts
    if (!unit.isPart && isSource(*unit.ops.front()) && unit.ops.front()->use_empty()) {
      unitOf.erase(unit.ops.front());
      if (onErase)
        onErase(unit.ops.front());
      unit.ops.front()->erase();
      unit.ops.clear();
    }
}

/// Topologically, and in the order of the code where there is a choice (Kahn, 1962).
llvm::Expected<std::vector<unsigned>> Splitter::sort() {
  std::vector<llvm::SmallSetVector<unsigned, 4>> users(units.size());
  std::vector<unsigned> waiting(units.size());
  for (auto &[op, index] : unitOf)
    forEachUsed(*op, [&, index = index](OpOperand &operand) {
      Operation *needed = operand.get().getDefiningOp();
      auto it = needed ? unitOf.find(needed) : unitOf.end();
      if (it != unitOf.end() && it->second != index && users[it->second].insert(index))
        ++waiting[index];
    });
  llvm::PriorityQueue<unsigned, std::vector<unsigned>, std::greater<>> ready;
  for (unsigned index = 0; index < units.size(); ++index)
    if (waiting[index] == 0)
      ready.push(index);
  std::vector<unsigned> order;
  while (!ready.empty()) {
    unsigned next = ready.top();
    ready.pop();
    order.push_back(next);
    for (unsigned user : users[next])
      if (--waiting[user] == 0)
        ready.push(user);
  }
  for (unsigned index = 0; index < units.size(); ++index)
    if (waiting[index] > 0 && units[index].isPart)
      return makeError(Failure::badInput, "expected parts that can run one after the other, got part '" + units[index].tag +
                                              "', which needs results of others that need its own");
  return order;
}

func::FuncOp Splitter::outline(const Unit &unit) {
  llvm::SmallDenseSet<Operation *> inside(unit.ops.begin(), unit.ops.end());
  llvm::SmallSetVector<Value, 8> inputs, outputs;
  for (Operation *op : unit.ops) {
    forEachUsed(*op, [&](OpOperand &operand) {
      if (!inside.contains(operand.get().getDefiningOp()))
        inputs.insert(operand.get());
    });
    for (Value result : op->getResults())
      if (llvm::any_of(result.getUsers(), [&](Operation *user) { return !inside.contains(body.findAncestorOpInBlock(*user)); }))
        outputs.insert(result);
  }
  Builder types(function.getContext());
  OpBuilder b(function);
  auto part = func::FuncOp::create(b, function.getLoc(), (function.getName() + "_" + unit.tag).str(),
                                   types.getFunctionType(TypeRange(inputs.getArrayRef()), TypeRange(outputs.getArrayRef())));
  part.setPrivate();
  symbols.insert(part, Block::iterator(function));
  Block *block = part.addEntryBlock();
  b.setInsertionPoint(body.getTerminator());
  auto call = func::CallOp::create(b, function.getLoc(), part, inputs.getArrayRef());
  for (Operation *op : unit.ops)
    op->moveBefore(block, block->end());
  b.setInsertionPointToEnd(block);
  func::ReturnOp::create(b, function.getLoc(), outputs.getArrayRef());
  for (auto [input, argument] : llvm::zip(inputs, block->getArguments())) {
    argument.setLoc(input.getLoc());
    Value(input).replaceUsesWithIf(argument, [&](OpOperand &use) { return part->isProperAncestor(use.getOwner()); });
  }
  for (auto [output, result] : llvm::zip(outputs, call.getResults()))
    Value(output).replaceUsesWithIf(result, [&](OpOperand &use) { return !part->isProperAncestor(use.getOwner()); });
  return part;
}

static llvm::Error checkBody(func::FuncOp function) {
  if (function.getBody().hasOneBlock())
    return llvm::Error::success();
  return makeError(Failure::badInput, "expected a function with a body of one block, got '" + function.getName() + "'");
}

llvm::Expected<std::vector<Part>> graphopt::splitFunction(func::FuncOp function,
                                                          llvm::function_ref<std::optional<std::string>(Operation *)> tag,
                                                          llvm::function_ref<void(Operation *)> onErase) {
  if (llvm::Error error = checkBody(function))
    return std::move(error);
  return Splitter(function, onErase).run(tag);
}

llvm::Expected<std::vector<Part>> graphopt::partitionFunction(func::FuncOp function, llvm::function_ref<bool(Operation *)> isChosen,
                                                              llvm::function_ref<void(Operation *)> onErase) {
  if (llvm::Error error = checkBody(function))
    return std::move(error);
  // An op is one level above what it needs where one of the two is chosen and the other is not: even levels stay, odd ones are parts.
  llvm::DenseMap<Operation *, unsigned> levels;
  for (Operation &op : function.front().without_terminator()) {
    if (isSource(op))
      continue;
    unsigned level = isChosen(&op) ? 1 : 0, odd = level;
    forEachUsed(op, [&](OpOperand &operand) {
      if (auto it = levels.find(operand.get().getDefiningOp()); it != levels.end())
        level = std::max(level, it->second + (it->second % 2 == odd ? 0 : 1));
    });
    levels[&op] = level;
  }
  return Splitter(function, onErase).run([&](Operation *op) -> std::optional<std::string> {
    auto it = levels.find(op);
    if (it == levels.end() || it->second % 2 == 0)
      return std::nullopt;
    return std::to_string(it->second / 2);
  });
}
