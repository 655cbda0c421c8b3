//===- Gradient.cpp - the gradient of one op, for tests -------------------===//
#include "Gradient.h"
#include "graph-opt/Dialect/Graph/Graph.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Verifier.h"

using namespace mlir;
using namespace graphopt;

llvm::Expected<std::vector<int64_t>> python::addGradient(Module &module, const std::string &name) {
  auto function = module.get().lookupSymbol<func::FuncOp>(name);
  if (!function || function.isExternal())
    return makeError(Failure::badInput, "expected a function '" + name + "'");
  std::string text;
  llvm::raw_string_ostream stream(text);
  ScopedDiagnosticHandler handler(module.getContext(), [&](Diagnostic &diagnostic) {
    stream << diagnostic << "\n";
    return success();
  });
  OpBuilder b(module.getContext());
  b.setInsertionPointAfter(function);
  auto clone = cast<func::FuncOp>(b.clone(*function));
  clone.setName(name + "_gradient");
  auto fail = [&](const Twine &why) {
    std::string message = why.str() + (stream.str().empty() ? "" : ": " + stream.str());
    clone.erase();
    return makeError(Failure::badInput, message);
  };

  Block &body = clone.getBody().front();
  Operation *end = body.getTerminator();
  Operation *op = end->getNumOperands() ? end->getOperand(0).getDefiningOp() : nullptr;
  auto differentiable = dyn_cast_or_null<GradientOpInterface>(op);
  if (!differentiable || end->getOperands() != op->getResults())
    return fail("expected a function that returns the results of one op with a gradient");
  SmallVector<Value> cotangents;
  for (Value result : op->getResults())
    cotangents.push_back(body.addArgument(result.getType(), op->getLoc()));
  b.setInsertionPoint(end);
  auto gradients = differentiable.buildGradient(b, cotangents);
  if (failed(gradients) || gradients->size() != op->getNumOperands())
    return fail("expected a value for each operand from buildGradient");
  std::vector<int64_t> numbers;
  SmallVector<Value> results;
  for (auto [operand, gradient] : llvm::zip(op->getOperands(), *gradients)) {
    auto argument = dyn_cast<BlockArgument>(operand);
    if (!gradient || !argument)
      continue;
    if (getElementTypeOrSelf(gradient.getType()) != getElementTypeOrSelf(operand.getType()))
      return fail("expected a gradient of the operand's element type");
    numbers.push_back(argument.getArgNumber());
    results.push_back(gradient);
  }
  end->setOperands(results);
  clone.setType(FunctionType::get(b.getContext(), body.getArgumentTypes(), ValueRange(results).getTypes()));
  clone.removeArgAttrsAttr();
  clone.removeResAttrsAttr();
  if (failed(verify(clone)))
    return fail("expected a gradient that verifies");
  return numbers;
}
