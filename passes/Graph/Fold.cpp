//===- Fold.cpp - constant folding through the interpreter ----------------===//
#include "graph-opt/Dialect/Graph/Graph.h"
#include "graph-opt/Interpreter/Interpreter.h"
#include "graph-opt/Passes/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"
#include <chrono>
#include <thread>

using namespace mlir;
using namespace graphopt;

namespace graphopt {
#define GEN_PASS_DEF_GRAPHFOLDPASS
#include "graph-opt/Passes/Graph.h.inc"
} // namespace graphopt

namespace {
using Clock = std::chrono::steady_clock;

/// A value known at compile time: a leaf (constant or parameter), whose numbers are read when an op needs them, or a result.
struct Known {
  TensorValue value;
  /// The bytes of the leaves that a result is computed from.
  int64_t leafBytes = 0;
};

struct Limits {
  int64_t maxBytes, maxTotalBytes, maxFlops;
  double maxSeconds;
};

/// The forward sweep: evaluates everything whose operands are known, in program order.
class Evaluator {
public:
  Evaluator(func::FuncOp function, const Limits &limits) : limits(limits), start(Clock::now()) {
    if (auto module = function->getParentOfType<ModuleOp>())
      top = module;
  }

  void visit(Operation *op);
  bool isLeaf(Operation *op);
  const Known &get(Value value) const { return known.find(value)->second; }

  /// The ops whose results are known by evaluation, in program order.
  SmallVector<Operation *> evaluated;

private:
  bool load(Operation *leaf);
  bool fits(Operation *op);
  void stop(Operation *op, const Twine &why);

  Limits limits;
  Clock::time_point start;
  Operation *top = nullptr;
  SymbolTableCollection symbols;
  DenseMap<Value, Known> known;
  DenseSet<Operation *> unreadable;
  int64_t bytes = 0, flops = 0;
  bool exhausted = false;
};
} // namespace

static int64_t addSaturating(int64_t a, int64_t b) {
  int64_t sum = 0;
  return llvm::AddOverflow(a, b, sum) ? std::numeric_limits<int64_t>::max() : sum;
}

void Evaluator::stop(Operation *op, const Twine &why) {
  exhausted = true;
  op->emitRemark() << "folding stops here: " << why;
}

bool Evaluator::isLeaf(Operation *op) {
  if (op->getNumOperands() != 0 || op->getNumResults() != 1 || op->getNumRegions() != 0)
    return false;
  return op->hasTrait<OpTrait::ConstantLike>() || isa<ParameterReadOpInterface>(op);
}

/// Reads the numbers of a leaf. A weight that can't be read here is no constant: its file may be there when the model runs.
bool Evaluator::load(Operation *leaf) {
  if (unreadable.contains(leaf))
    return false;
  Value result = leaf->getResult(0);
  Attribute attr;
  if (auto read = dyn_cast<ParameterReadOpInterface>(leaf)) {
    auto parameter = dyn_cast_or_null<ParameterOpInterface>(symbols.lookupSymbolIn(top, read.getParameterName()));
    if (parameter && !parameter.isMutableParameter())
      attr = parameter.getParameterValue();
  } else {
    matchPattern(result, m_Constant(&attr));
  }
  TensorValue value;
  if (auto type = dyn_cast<RankedTensorType>(result.getType()); type && attr) {
    auto weight = WeightStore::get(attr, type);
    if (weight)
      value = *weight;
    else
      llvm::consumeError(weight.takeError());
  } else if (auto scalar = dyn_cast_or_null<TypedAttr>(attr); scalar && result.getType().isIntOrIndexOrFloat()) {
    value = TensorValue::fromAttr(scalar);
  }
  if (!value) {
    unreadable.insert(leaf);
    return false;
  }
  int64_t size = value.getByteSize();
  known.try_emplace(result, Known{std::move(value), size});
  return true;
}

/// Whether the op is within the limits; if not, a remark has been made.
bool Evaluator::fits(Operation *op) {
  int64_t elements = 0;
  for (Type type : op->getResultTypes()) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (!tensor)
      continue;
    if (!tensor.hasStaticShape())
      return false;
    int64_t count = countElements(tensor, 1), size = TensorValue::getElementSize(tensor.getElementType());
    if (count > limits.maxBytes / size) {
      op->emitRemark() << "not folded: expected a result of at most " << limits.maxBytes << " bytes, got " << type;
      return false;
    }
    elements += count;
    bytes += count * size;
  }
  int64_t work = elements;
  if (auto cost = dyn_cast<CostOpInterface>(op))
    work = addSaturating(work, cost.getCost(1).flops);
  flops = addSaturating(flops, work);
  if (bytes > limits.maxTotalBytes)
    stop(op, "expected at most " + Twine(limits.maxTotalBytes) + " bytes of results");
  else if (flops > limits.maxFlops)
    stop(op, "expected at most " + Twine(limits.maxFlops) + " arithmetic operations");
  else if (limits.maxSeconds > 0 && std::chrono::duration<double>(Clock::now() - start).count() > limits.maxSeconds)
    stop(op, "expected at most " + llvm::formatv("{0}", limits.maxSeconds).str() + " seconds");
  return !exhausted;
}

void Evaluator::visit(Operation *op) {
  if (exhausted || op->getNumResults() == 0 || isLeaf(op))
    return;
  // The common case, an operand that is not known, is decided without a look at the op's traits.
  for (Value operand : op->getOperands()) {
    if (known.contains(operand))
      continue;
    Operation *definition = operand.getDefiningOp();
    if (!definition || !isLeaf(definition))
      return;
  }
  auto evaluable = dyn_cast<EvaluateOpInterface>(op);
  if (!evaluable || !evaluable.isFoldable() || !isPure(op) || (op->getNumRegions() != 0 && !op->hasTrait<OpTrait::IsIsolatedFromAbove>()))
    return;
  for (Value operand : op->getOperands())
    if (!known.contains(operand) && !load(operand.getDefiningOp()))
      return;
  if (!fits(op))
    return;

  SmallVector<TensorValue> operands, results;
  int64_t leafBytes = 0;
  for (Value operand : op->getOperands()) {
    const Known &entry = get(operand);
    operands.push_back(entry.value);
    leafBytes = addSaturating(leafBytes, entry.leafBytes);
  }
  // An op that fails stays, and a run of the model says why. Other functions are folded at the same time: their diagnostics pass.
  ScopedDiagnosticHandler quiet(
      op->getContext(), [thread = std::this_thread::get_id()](Diagnostic &) { return success(thread == std::this_thread::get_id()); });
  EvalLimits budget;
  budget.maxElements = std::max<int64_t>(limits.maxBytes, 1);
  budget.maxIterations = std::max<int64_t>(limits.maxFlops, 1);
  if (failed(evaluateOp(op, operands, results, budget)) || results.size() != op->getNumResults())
    return;
  for (auto [result, value] : llvm::zip(op->getResults(), results)) {
    auto tensor = dyn_cast<RankedTensorType>(result.getType());
    if (tensor ? value.getType() != tensor : value.getRank() != 0)
      return;
  }
  // What is read once isn't needed again: of a thousand weights that are folded away, one is in memory at a time.
  for (Value operand : op->getOperands())
    if (operand.hasOneUse() && isLeaf(operand.getDefiningOp()))
      known.erase(operand);
  for (auto [result, value] : llvm::zip(op->getResults(), results))
    known.try_emplace(result, Known{std::move(value), leafBytes});
  evaluated.push_back(op);
}

namespace {
struct GraphFoldPass final : graphopt::impl::GraphFoldPassBase<GraphFoldPass> {
  using GraphFoldPassBase::GraphFoldPassBase;

  /// Whether a large value would cost more to read than the weights it is computed from.
  bool growsTooMuch(const Known &entry) {
    int64_t size = entry.value.getByteSize();
    return size > WeightStore::maxInlineBytes && size / std::max<int64_t>(maxGrowth, 1) > entry.leafBytes;
  }

  void runOnOperation() override {
    Evaluator evaluator(getOperation(), {maxBytes, maxTotalBytes, maxFlops, maxSeconds});
    getOperation().walk<WalkOrder::PreOrder>([&](Operation *op) { evaluator.visit(op); });
    numEvaluated += evaluator.evaluated.size();

    // The reverse sweep: what nobody reads any more goes; what is read becomes a constant, unless it grows too much.
    auto *graph = getContext().getLoadedDialect<graph::GraphDialect>();
    for (Operation *op : llvm::reverse(evaluator.evaluated)) {
      bool keep = false;
      for (Value result : op->getResults())
        keep = keep || (!result.use_empty() && growsTooMuch(evaluator.get(result)));
      if (keep)
        continue;
      OpBuilder b(op);
      for (Value result : op->getResults()) {
        if (result.use_empty())
          continue;
        const TensorValue &value = evaluator.get(result).value;
        Attribute attr;
        if (isa<RankedTensorType>(result.getType()))
          attr = WeightStore::makeAttr(&getContext(), value, "folded");
        else if (auto type = dyn_cast<FloatType>(result.getType()))
          attr = b.getFloatAttr(type, value.getAsDouble(0));
        else
          attr = b.getIntegerAttr(result.getType(), value.getAsInt(0));
        Operation *constant = graph->materializeConstant(b, attr, result.getType(), op->getLoc());
        if (!constant)
          continue;
        result.replaceAllUsesWith(constant->getResult(0));
        ++numConstants;
      }
      if (op->use_empty())
        op->erase();
    }
  }
};
} // namespace
