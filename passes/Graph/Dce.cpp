//===- Dce.cpp - dead code, across functions too --------------------------===//
#include "Graph/SymbolUses.h"
#include "graph-opt/Dialect/Graph/Graph.h"
#include "graph-opt/Passes/Passes.h"
#include "mlir/IR/Iterators.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace graphopt;

namespace graphopt {
#define GEN_PASS_DEF_GRAPHDCEPASS
#include "graph-opt/Passes/Graph.h.inc"
} // namespace graphopt

namespace {
/// What is known of a function.
struct FunctionInfo {
  func::FuncOp function;
  /// No effect, no recursion: a call without users may go.
  bool pure = false;
  /// All uses are calls that we see, so that arguments and results may go.
  bool mutableSignature = false;
  bool live = false;
  BitVector liveArguments, liveResults;
};

/// Liveness of ops, arguments and results, from the effects and the public functions' results backwards.
class Liveness {
public:
  Liveness(ModuleOp module, const SymbolUses &uses);

  void run();
  bool isLive(Operation *op) const { return liveOps.contains(op); }
  bool isPureCall(Operation *op) const;
  FunctionInfo *calleeOf(Operation *op);
  llvm::MapVector<StringAttr, FunctionInfo> functions;

private:
  void findPure(const SymbolUses &uses);
  void markFunction(FunctionInfo &info);
  void markOp(Operation *op);
  void markValue(Value value);
  void process(Operation *op);

  const SymbolUses &uses;
  DenseSet<Operation *> liveOps;
  SmallVector<Operation *> worklist;
};
} // namespace

Liveness::Liveness(ModuleOp module, const SymbolUses &uses) : uses(uses) {
  for (auto function : module.getOps<func::FuncOp>()) {
    FunctionInfo &info = functions[function.getSymNameAttr()];
    info.function = function;
    info.mutableSignature = function.isPrivate() && !function.isExternal() && !uses.mentioned.contains(function.getSymNameAttr());
    info.liveArguments.resize(function.getNumArguments(), !info.mutableSignature);
    info.liveResults.resize(function.getNumResults(), !info.mutableSignature);
  }
  findPure(uses);
}

FunctionInfo *Liveness::calleeOf(Operation *op) {
  auto call = dyn_cast<func::CallOp>(op);
  auto *it = call ? functions.find(call.getCalleeAttr().getAttr()) : functions.end();
  return it == functions.end() ? nullptr : &it->second;
}

bool Liveness::isPureCall(Operation *op) const {
  auto call = dyn_cast<func::CallOp>(op);
  const auto *it = call ? functions.find(call.getCalleeAttr().getAttr()) : functions.end();
  return it != functions.end() && it->second.pure;
}

/// Callees before callers; what is left over is recursive, or calls something that is.
void Liveness::findPure(const SymbolUses &uses) {
  DenseMap<StringAttr, unsigned> pending;
  for (auto &[name, calls] : uses.calls)
    for (func::CallOp call : calls)
      if (auto caller = call->getParentOfType<func::FuncOp>())
        ++pending[caller.getSymNameAttr()];
  SmallVector<StringAttr> ready;
  for (auto &[name, info] : functions)
    if (!pending.contains(name))
      ready.push_back(name);
  while (!ready.empty()) {
    StringAttr name = ready.pop_back_val();
    FunctionInfo &info = functions[name];
    auto hasEffect = [&](Operation *op) {
      if (op == info.function || op->hasTrait<OpTrait::IsTerminator>() || isPureCall(op) || isDroppable(op))
        return WalkResult::advance();
      // What has the effects of what it holds is judged by that.
      return op->hasTrait<OpTrait::HasRecursiveMemoryEffects>() ? WalkResult::advance() : WalkResult::interrupt();
    };
    info.pure = !info.function.isExternal() && !info.function.walk(hasEffect).wasInterrupted();
    if (const auto *it = uses.calls.find(name); it != uses.calls.end())
      for (func::CallOp call : it->second)
        if (auto caller = call->getParentOfType<func::FuncOp>(); caller && --pending[caller.getSymNameAttr()] == 0)
          ready.push_back(caller.getSymNameAttr());
  }
}

void Liveness::markFunction(FunctionInfo &info) {
  if (std::exchange(info.live, true) || info.function.isExternal())
    return;
  info.function.walk([&](Operation *op) {
    // Terminators live with what holds them; ops with regions by what they hold, or by their users.
    if (op->hasTrait<OpTrait::IsTerminator>() ? op->getParentOp() == info.function : !isDroppable(op) && !isPureCall(op))
      markOp(op);
  });
}

void Liveness::markOp(Operation *op) {
  if (liveOps.insert(op).second)
    worklist.push_back(op);
}

void Liveness::markValue(Value value) {
  if (Operation *definition = value.getDefiningOp()) {
    markOp(definition);
    FunctionInfo *callee = calleeOf(definition);
    unsigned number = cast<OpResult>(value).getResultNumber();
    if (!callee || callee->liveResults.test(number))
      return;
    callee->liveResults.set(number);
    callee->function.walk([&](func::ReturnOp op) { markValue(op.getOperand(number)); });
    return;
  }
  auto argument = cast<BlockArgument>(value);
  Operation *parent = argument.getOwner()->getParentOp();
  auto *it = functions.end();
  if (auto function = dyn_cast<func::FuncOp>(parent); function && argument.getOwner()->isEntryBlock())
    it = functions.find(function.getSymNameAttr());
  if (it == functions.end())
    return markOp(parent);
  FunctionInfo &info = it->second;
  if (info.liveArguments.test(argument.getArgNumber()))
    return;
  info.liveArguments.set(argument.getArgNumber());
  if (const auto *calls = uses.calls.find(it->first); calls != uses.calls.end())
    for (func::CallOp call : calls->second)
      if (isLive(call))
        markValue(call.getOperand(argument.getArgNumber()));
}

void Liveness::process(Operation *op) {
  if (Operation *parent = op->getParentOp(); parent && !isa<func::FuncOp>(parent))
    markOp(parent);
  for (Region &region : op->getRegions())
    for (Block &block : region)
      if (!block.empty() && block.back().hasTrait<OpTrait::IsTerminator>())
        markOp(&block.back());
  const BitVector *needed = nullptr;
  if (FunctionInfo *callee = calleeOf(op)) {
    markFunction(*callee);
    needed = &callee->liveArguments;
  } else if (isa<func::ReturnOp>(op)) {
    if (auto *it = functions.find(op->getParentOfType<func::FuncOp>().getSymNameAttr()); it != functions.end())
      needed = &it->second.liveResults;
  }
  for (OpOperand &operand : op->getOpOperands())
    if (!needed || needed->test(operand.getOperandNumber()))
      markValue(operand.get());
}

void Liveness::run() {
  for (auto &[name, info] : functions)
    if (!info.function.isPrivate() || uses.mentioned.contains(name))
      markFunction(info);
  while (!worklist.empty())
    process(worklist.pop_back_val());
}

namespace {
struct GraphDcePass final : graphopt::impl::GraphDcePassBase<GraphDcePass> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    bool hasCalls = false, hasPrivate = false;
    for (auto function : module.getOps<func::FuncOp>())
      hasPrivate = hasPrivate || function.isPrivate();
    // A module of one public function has no calls: one sweep from the end is all it takes.
    hasCalls = hasPrivate || !llvm::hasSingleElement(module.getOps<func::FuncOp>());
    if (hasCalls)
      removeAcrossFunctions();
    else
      module.walk<WalkOrder::PostOrder, mlir::ReverseIterator>([&](Operation *op) {
        if (op->use_empty() && op->getNumResults() != 0 && isDroppable(op)) {
          op->erase();
          ++numOps;
        }
      });
    removeParameters();
  }

  void removeAcrossFunctions();
  void shrink(FunctionInfo &info, ArrayRef<func::CallOp> calls);

  void removeParameters() {
    SmallVector<ParameterOpInterface> parameters = llvm::to_vector(getOperation().getOps<ParameterOpInterface>());
    if (parameters.empty())
      return;
    SymbolUses uses(getOperation());
    for (ParameterOpInterface parameter : parameters) {
      if (parameter.isMutableParameter() || uses.mentioned.contains(SymbolTable::getSymbolName(parameter)))
        continue;
      parameter->erase();
      ++numSymbols;
    }
  }
};
} // namespace

void GraphDcePass::removeAcrossFunctions() {
  SymbolUses uses(getOperation());
  Liveness liveness(getOperation(), uses);
  liveness.run();
  DenseSet<Operation *> gone;
  for (auto &[name, info] : liveness.functions) {
    if (!info.live)
      continue;
    info.function.walk<WalkOrder::PostOrder, mlir::ReverseIterator>([&, function = info.function](Operation *op) {
      if (op == function || liveness.isLive(op) || op->hasTrait<OpTrait::IsTerminator>())
        return;
      gone.insert(op);
      op->dropAllUses();
      op->erase();
      ++numOps;
    });
  }
  for (auto &[name, info] : liveness.functions) {
    if (!info.live)
      continue;
    SmallVector<func::CallOp> calls;
    if (auto *it = uses.calls.find(name); it != uses.calls.end())
      for (func::CallOp call : it->second)
        if (!gone.contains(call.getOperation()) && liveness.isLive(call))
          calls.push_back(call);
    shrink(info, calls);
  }
  for (auto &[name, info] : liveness.functions) {
    if (info.live || !info.function.isPrivate())
      continue;
    info.function->dropAllReferences();
    info.function.erase();
    ++numSymbols;
  }
}

/// Takes dead arguments and results out of a function and its calls, each at one go.
void GraphDcePass::shrink(FunctionInfo &info, ArrayRef<func::CallOp> calls) {
  if (info.liveArguments.all() && info.liveResults.all())
    return;
  auto keep = [](auto range, const BitVector &live) {
    SmallVector<Value> kept;
    for (auto [i, value] : llvm::enumerate(range))
      if (live.test(i))
        kept.push_back(value);
    return kept;
  };
  BitVector deadArguments = info.liveArguments, deadResults = info.liveResults;
  deadArguments.flip();
  deadResults.flip();
  info.function.walk([&](func::ReturnOp op) { op->setOperands(keep(op.getOperands(), info.liveResults)); });
  (void)info.function.eraseArguments(deadArguments);
  (void)info.function.eraseResults(deadResults);
  numArguments += deadArguments.count();
  numResults += deadResults.count();
  for (func::CallOp call : calls) {
    OpBuilder b(call);
    auto shrunk = func::CallOp::create(b, call.getLoc(), info.function, keep(call.getOperands(), info.liveArguments));
    shrunk->setDiscardableAttrs(call->getDiscardableAttrDictionary());
    unsigned next = 0;
    for (auto [i, result] : llvm::enumerate(call.getResults()))
      if (info.liveResults.test(i))
        result.replaceAllUsesWith(shrunk.getResult(next++));
    call.erase();
  }
}
