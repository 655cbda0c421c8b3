//===- Interpreter.cpp - the reference interpreter ------------------------===//
#include "graph-opt/Interpreter/Interpreter.h"
#include "graph-opt/Dialect/Graph/Graph.h"
#include "graph-opt/Failure.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Interfaces/CallInterfaces.h"

using namespace mlir;
using namespace graphopt;

EvalContext::~EvalContext() = default;

TensorValue EvalContext::allocate(Operation *op, Type elementType, ArrayRef<int64_t> shape) {
  auto count = checkedNumElements(shape);
  if (!count || (limits.maxElements && *count > limits.maxElements)) {
    InFlightDiagnostic error = op->emitOpError();
    setFailure(*error.getUnderlyingDiagnostic(), Failure::limit);
    error << "expected a result of at most " << limits.maxElements << " elements, got the sizes [" << shape << "]";
    return {};
  }
  return TensorValue(elementType, shape);
}

LogicalResult EvalContext::countIteration(Operation *op) {
  if (!limits.maxIterations || ++iterations <= limits.maxIterations)
    return success();
  InFlightDiagnostic error = op->emitOpError();
  setFailure(*error.getUnderlyingDiagnostic(), Failure::limit);
  return error << "expected at most " << limits.maxIterations << " loop iterations";
}

namespace {
constexpr unsigned maxCallDepth = 256;

class Machine final : public EvalContext {
public:
  explicit Machine(Operation *top, EvalHook hook = {}) : top(top), hook(hook) {}

  FailureOr<SmallVector<TensorValue>> call(FunctionOpInterface function, ArrayRef<TensorValue> arguments);

  LogicalResult runRegion(Region &region, ArrayRef<TensorValue> arguments, SmallVectorImpl<TensorValue> &results) override {
    if (!region.hasOneBlock())
      return region.getParentOp()->emitOpError() << "expected a region of one block, which is all that the interpreter runs";
    return runBlock(region.front(), arguments, results);
  }
  TensorValue lookup(Value value) override { return values.lookup(value); }
  Operation *lookupSymbol(Operation *from, SymbolRefAttr name) override { return symbols.lookupNearestSymbolFrom(from, name); }

private:
  LogicalResult runBlock(Block &block, ArrayRef<TensorValue> arguments, SmallVectorImpl<TensorValue> &results);
  LogicalResult runOp(Operation *op);
  LogicalResult evaluate(Operation *op, ArrayRef<TensorValue> operands, SmallVectorImpl<TensorValue> &results);
  LogicalResult runCall(CallOpInterface call, ArrayRef<TensorValue> arguments, SmallVectorImpl<TensorValue> &results);

  SymbolTableCollection symbols;
  DenseMap<Value, TensorValue> values;
  Operation *top;
  EvalHook hook;
  unsigned depth = 0;
};

/// Evaluates one op by itself: there are no enclosing values and no regions to run.
class SingleOp final : public EvalContext {
public:
  LogicalResult runRegion(Region &region, ArrayRef<TensorValue> arguments, SmallVectorImpl<TensorValue> &results) override {
    Machine machine(region.getParentOp());
    machine.limits = limits;
    return machine.runRegion(region, arguments, results);
  }
  TensorValue lookup(Value) override { return {}; }
  Operation *lookupSymbol(Operation *from, SymbolRefAttr name) override { return SymbolTable::lookupNearestSymbolFrom(from, name); }
};
} // namespace

/// Checks a value against the type that the IR states for it.
static LogicalResult checkType(Operation *op, const Twine &what, const TensorValue &value, Type type) {
  if (!value)
    return op->emitOpError() << "expected a value for " << what.str();
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor ? value.getRank() != 0 || value.getElementType() != type
              : value.getElementType() != tensor.getElementType() || failed(verifyCompatibleShape(value.getShape(), tensor.getShape())))
    return op->emitOpError() << "expected " << type << " for " << what.str() << ", got " << value.getType();
  return success();
}

static LogicalResult unsupported(Operation *op) {
  InFlightDiagnostic error = op->emitOpError();
  setFailure(*error.getUnderlyingDiagnostic(), Failure::unsupportedOp);
  return error << "has no evaluation: expected an op that implements EvaluateOpInterface";
}

LogicalResult Machine::runCall(CallOpInterface call, ArrayRef<TensorValue> arguments, SmallVectorImpl<TensorValue> &results) {
  auto callee = dyn_cast_or_null<FunctionOpInterface>(call.resolveCallableInTable(&symbols));
  if (!callee || callee.isExternal())
    return call->emitOpError() << "expected a call of a function with a body";
  if (depth >= maxCallDepth)
    return call->emitOpError() << "expected calls nested at most " << maxCallDepth << " deep";
  // A frame of its own: the callee's values may be live in a caller of the same function.
  Machine frame(top, hook);
  frame.limits = limits;
  frame.depth = depth + 1;
  auto returned = frame.call(callee, arguments);
  if (failed(returned))
    return failure();
  results = std::move(*returned);
  return success();
}

LogicalResult Machine::evaluate(Operation *op, ArrayRef<TensorValue> operands, SmallVectorImpl<TensorValue> &results) {
  if (auto call = dyn_cast<CallOpInterface>(op))
    return runCall(call, operands, results);
  if (auto evaluable = dyn_cast<EvaluateOpInterface>(op))
    return evaluable.evaluate(*this, operands, results);
  return unsupported(op);
}

LogicalResult Machine::runOp(Operation *op) {
  SmallVector<TensorValue> operands = llvm::map_to_vector(op->getOperands(), [&](Value v) { return values.lookup(v); });
  SmallVector<TensorValue> results;
  LogicalResult status = hook ? hook(op, operands, results, [&](ArrayRef<TensorValue> given) { return evaluate(op, given, results); })
                              : evaluate(op, operands, results);
  if (failed(status))
    return failure();
  if (results.size() != op->getNumResults())
    return op->emitOpError() << "expected " << op->getNumResults() << " results of its evaluation, got " << results.size();
  for (auto [result, value] : llvm::zip(op->getResults(), results)) {
    if (failed(checkType(op, "result " + Twine(result.getResultNumber()), value, result.getType())))
      return failure();
    values[result] = std::move(value);
  }
  return success();
}

LogicalResult Machine::runBlock(Block &block, ArrayRef<TensorValue> arguments, SmallVectorImpl<TensorValue> &results) {
  Operation *parent = block.getParentOp();
  if (arguments.size() != block.getNumArguments())
    return parent->emitOpError() << "expected " << block.getNumArguments() << " arguments, got " << arguments.size();
  for (auto [argument, value] : llvm::zip(block.getArguments(), arguments)) {
    if (failed(checkType(parent, "argument " + Twine(argument.getArgNumber()), value, argument.getType())))
      return failure();
    values[argument] = value;
  }
  // Values are freed after their last use in this block, so that a long chain needs no more memory than its widest cut.
  for (Operation &op : block.without_terminator()) {
    if (failed(runOp(&op)))
      return failure();
    for (Value operand : op.getOperands())
      if (operand.getParentBlock() == &block && operand.hasOneUse() && isa<OpResult>(operand))
        values.erase(operand);
  }
  for (Value operand : block.getTerminator()->getOperands())
    results.push_back(values.lookup(operand));
  return success();
}

FailureOr<SmallVector<TensorValue>> Machine::call(FunctionOpInterface function, ArrayRef<TensorValue> arguments) {
  SmallVector<TensorValue> results;
  if (function.isExternal())
    return function.emitOpError() << "expected a function with a body";
  if (failed(runRegion(function.getFunctionBody(), arguments, results)))
    return failure();
  return results;
}

FailureOr<SmallVector<TensorValue>> graphopt::interpret(FunctionOpInterface function, ArrayRef<TensorValue> arguments,
                                                        const EvalLimits &limits, EvalHook hook) {
  Machine machine(function->getParentOp(), hook);
  machine.limits = limits;
  return machine.call(function, arguments);
}

LogicalResult graphopt::evaluateOp(Operation *op, ArrayRef<TensorValue> operands, SmallVectorImpl<TensorValue> &results,
                                   const EvalLimits &limits) {
  auto evaluable = dyn_cast<EvaluateOpInterface>(op);
  if (!evaluable)
    return failure();
  SingleOp context;
  context.limits = limits;
  return evaluable.evaluate(context, operands, results);
}
