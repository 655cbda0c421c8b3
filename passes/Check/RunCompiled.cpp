//===- RunCompiled.cpp - run a test as machine code -----------------------===//
#include "Check/RunCompiled.h"
#include "graph-opt/Dialect/Check/Check.h"
#include "graph-opt/Execution/CompiledFunction.h"
#include "graph-opt/GraphOpt.h"
#include "graph-opt/Interpreter/Interpreter.h"
#include "mlir/AsmParser/AsmParser.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace graphopt;

namespace {
/// A test taken apart: the function that is compiled, its arguments, and the value of each operand of the checks, in order.
struct Test {
  OwningOpRef<ModuleOp> module;
  SmallVector<TensorValue> arguments;
  SmallVector<Operation *> checks; ///< the originals
  /// The number of the result that holds an operand, or the value of one that is a constant.
  SmallVector<std::pair<int64_t, TensorValue>> operands;
};
} // namespace

/// A value in another context.
static TensorValue moveTo(const TensorValue &value, MLIRContext *context) {
  std::string text;
  llvm::raw_string_ostream(text) << value.getElementType();
  return TensorValue(parseType(text, context), value.getShape(), value.getRaw(), value.getOwner());
}

/// Compiled functions take and give tensors only: a scalar becomes one of rank 0, and an index an i64.
static Value makeTensor(OpBuilder &b, Value value) {
  if (auto type = dyn_cast<RankedTensorType>(value.getType()))
    return type.getElementType().isIndex() ? arith::IndexCastOp::create(b, value.getLoc(), type.clone(b.getI64Type()), value) : value;
  if (value.getType().isIndex())
    value = arith::IndexCastOp::create(b, value.getLoc(), b.getI64Type(), value);
  return tensor::FromElementsOp::create(b, value.getLoc(), RankedTensorType::get({}, value.getType()), value);
}

static FailureOr<Test> takeApart(func::FuncOp function) {
  Test test;
  test.module = ModuleOp::create(function.getLoc());
  OpBuilder b = OpBuilder::atBlockEnd(test.module->getBody());
  IRMapping mapping;
  func::FuncOp clone;
  for (Operation &op : *function->getBlock()) {
    bool isTest = isa<func::FuncOp>(op) && SymbolTable::getSymbolVisibility(&op) != SymbolTable::Visibility::Private;
    if (&op == function)
      clone = cast<func::FuncOp>(b.clone(op, mapping));
    else if (!isTest)
      b.clone(op);
  }
  Block &body = clone.getBody().front();
  llvm::DenseMap<Value, TensorValue> constants;
  for (Operation &op : llvm::make_early_inc_range(function.getBody().front())) {
    Operation *copy = mapping.lookupOrNull(&op);
    if (!copy || !op.hasTrait<OpTrait::ConstantLike>() || !isa<RankedTensorType>(op.getResult(0).getType()) ||
        getElementTypeOrSelf(op.getResult(0).getType()).isIndex())
      continue;
    SmallVector<TensorValue> values;
    if (failed(evaluateOp(&op, {}, values)))
      return op.emitOpError() << "expected a constant that can be evaluated";
    BlockArgument argument = body.addArgument(op.getResult(0).getType(), op.getLoc());
    copy->getResult(0).replaceAllUsesWith(argument);
    constants[argument] = values[0];
    test.arguments.push_back(values[0]);
    copy->erase();
  }
  SmallVector<Value> results;
  b.setInsertionPoint(body.getTerminator());
  WalkResult walked = function.walk([&](Operation *op) {
    if (!isa_and_nonnull<check::CheckDialect>(op->getDialect()))
      return WalkResult::advance();
    if (op->getParentOp() != function) {
      op->emitOpError() << "expected in the body of the function itself, to be compiled";
      return WalkResult::interrupt();
    }
    Operation *copy = mapping.lookup(op);
    test.checks.push_back(op);
    for (Value operand : copy->getOperands()) {
      if (TensorValue known = constants.lookup(operand)) {
        test.operands.emplace_back(-1, known);
        continue;
      }
      test.operands.emplace_back(results.size(), TensorValue());
      results.push_back(makeTensor(b, operand));
    }
    copy->erase();
    return WalkResult::advance();
  });
  if (walked.wasInterrupted())
    return failure();
  body.getTerminator()->setOperands(results);
  clone.setType(FunctionType::get(clone.getContext(), body.getArgumentTypes(), ValueRange(results).getTypes()));
  return test;
}

LogicalResult graphopt::runCompiled(func::FuncOp function, StringRef pipeline) {
  auto test = takeApart(function);
  if (failed(test))
    return failure();
  auto fail = [&](llvm::Error error) { return function.emitError() << "is not compiled: " << llvm::toString(std::move(error)); };
  // In a context of its own: this one is busy with the pass that we are in.
  std::string text;
  llvm::raw_string_ostream(text) << **test->module;
  auto module = Module::parse(text, "<test>");
  if (!module)
    return fail(module.takeError());
  CompileOptions options;
  options.entry = function.getName().str();
  options.pipeline = pipeline.str();
  options.cache = "off";
  auto compiled = compile(module->get(), options);
  if (!compiled)
    return fail(compiled.takeError());
  if (compiled->stats().compiledOps != compiled->stats().totalOps)
    return function.emitError() << "expected all of " << compiled->stats().totalOps << " ops to be compiled, got "
                                << compiled->stats().compiledOps;
  auto results =
      compiled->run(llvm::map_to_vector(test->arguments, [&](const TensorValue &value) { return moveTo(value, module->getContext()); }));
  if (!results)
    return fail(results.takeError());
  bool allHold = true;
  auto next = test->operands.begin();
  for (Operation *check : test->checks) {
    SmallVector<TensorValue> operands, none;
    for (Value operand : check->getOperands()) {
      auto [number, known] = *next++;
      TensorValue value = known ? known : moveTo((*results)[number], function.getContext());
      operands.push_back(value.bitcast(getElementTypeOrSelf(operand.getType())));
    }
    allHold &= succeeded(evaluateOp(check, operands, none));
  }
  return success(allHold);
}
