//===- Autodiff.cpp - a function that computes gradients ------------------===//
#include "Autodiff/ReverseMode.h"
#include "graph-opt/Dialect/Graph/Expr.h"
#include "graph-opt/Dialect/Graph/Graph.h"
#include "graph-opt/GraphOpt.h"
#include "graph-opt/Passes/Passes.h"
#include "graph-opt/Rewrite/BuildOp.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace graphopt {
#define GEN_PASS_DEF_GRAPHAUTODIFFPASS
#include "graph-opt/Passes/Autodiff.h.inc"
} // namespace graphopt

using namespace graphopt;

namespace {
struct GraphAutodiffPass final : graphopt::impl::GraphAutodiffPassBase<GraphAutodiffPass> {
  using GraphAutodiffPassBase::GraphAutodiffPassBase;

  void runOnOperation() override {
    func::FuncOp original = findFunction(getOperation(), function, "differentiate");
    if (!original)
      return signalPassFailure();
    OpBuilder b(&getContext());
    b.setInsertionPointAfter(original);
    auto gradient = cast<func::FuncOp>(b.clone(*original));
    gradient.setName((original.getName() + "_gradient").str());
    if (failed(differentiate(gradient))) {
      gradient.erase();
      signalPassFailure();
    }
  }

private:
  /// The positions of the ports called by `names`, or of all that have cotangents.
  FailureOr<SmallVector<unsigned>> choose(func::FuncOp gradient, StringRef what, ArrayRef<PortInfo> ports, ArrayRef<std::string> names) {
    SmallVector<unsigned> chosen;
    auto isFloat = [](const PortInfo &port) {
      return port.type && isa<FloatType>(port.type.getElementType());
    }; // buffers and indices have no tensor type
    for (auto [index, port] : llvm::enumerate(ports))
      if (names.empty() && isFloat(port))
        chosen.push_back(index);
    for (const std::string &name : names) {
      const auto *port = llvm::find_if(ports, [&](const PortInfo &port) { return port.name == name; });
      if (port == ports.end() || !isFloat(*port))
        return gradient.emitError() << "expected " << what << " of a floating-point type, got '" << name << "'";
      chosen.push_back(static_cast<unsigned>(port - ports.begin()));
    }
    if (chosen.empty())
      return gradient.emitError() << "expected " << what << " of a floating-point type, got none";
    return chosen;
  }

  LogicalResult differentiate(func::FuncOp gradient) {
    SmallVector<PortInfo> inputs = Module::getInputs(gradient), outputs = Module::getOutputs(gradient);
    FailureOr<SmallVector<unsigned>> by = choose(gradient, "an argument", inputs, wrt);
    if (failed(by))
      return failure();
    FailureOr<SmallVector<unsigned>> results = choose(gradient, "a result", outputs, of);
    if (failed(results))
      return failure();
    Block &body = gradient.front();
    Operation *end = body.getTerminator();
    OpBuilder b(end);
    Cotangents cotangents(b);
    if (failed(seed(gradient, outputs, *results, cotangents)))
      return failure();
    Activity activity;
    for (unsigned index : *by)
      activity.add(body.getArgument(index));
    SmallVector<Operation *> steps = getSteps(body);
    activity.spread(steps);
    numReversed +=
        llvm::count_if(steps, [&](Operation *op) { return llvm::any_of(op->getResults(), [&](Value v) { return activity.isActive(v); }); });
    if (failed(reverseSteps(steps, activity, cotangents)))
      return failure();
    SmallVector<Value> returned = llvm::to_vector(end->getOperands());
    SmallVector<std::string> names(returned.size());
    for (unsigned index : *by) {
      returned.push_back(orZeros(b, cotangents.lookup(body.getArgument(index)), body.getArgument(index)));
      names.push_back("grad." + inputs[index].name);
    }
    if (llvm::Error wrong = setResults(gradient, returned, names))
      return gradient.emitError() << llvm::toString(std::move(wrong));
    for (auto [place, index] : llvm::enumerate(*by)) // the symbols of its sizes
      if (Attribute dims = gradient.getArgAttr(index, graph::dimsAttr))
        gradient.setResultAttr(outputs.size() + place, graph::dimsAttr, dims);
    return success();
  }

  /// The cotangents of the results: an argument for each, or 1 for the loss.
  LogicalResult seed(func::FuncOp gradient, ArrayRef<PortInfo> outputs, ArrayRef<unsigned> results, Cotangents &cotangents) {
    Operation *end = gradient.front().getTerminator();
    OpBuilder &b = cotangents.b;
    if (loss) {
      Value value = end->getOperand(results.front());
      auto type = cast<RankedTensorType>(value.getType());
      if (results.size() != 1 || !type.hasStaticShape() || type.getNumElements() != 1)
        return gradient.emitError() << "expected a loss that is one number, got " << results.size() << " results, the first of type "
                                    << type;
      ExprBuilder g(b, gradient.getLoc());
      cotangents.flowInto(value, g.broadcastLike(g.number(1, type.getElementType()), g(value)));
      return success();
    }
    for (unsigned index : results) {
      llvm::Expected<Value> argument = addArgument(gradient, outputs[index].type, "ct." + outputs[index].name);
      if (!argument)
        return gradient.emitError() << llvm::toString(argument.takeError());
      if (Attribute dims = gradient.getResultAttr(index, graph::dimsAttr))
        gradient.setArgAttr(gradient.getNumArguments() - 1, graph::dimsAttr, dims);
      cotangents.flowInto(end->getOperand(index), *argument);
    }
    return success();
  }
};
} // namespace
