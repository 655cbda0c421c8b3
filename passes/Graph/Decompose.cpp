//===- Decompose.cpp - composite ops become simpler ones ------------------===//
#include "graph-opt/Dialect/Graph/Graph.h"
#include "graph-opt/Passes/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace graphopt;

namespace graphopt {
#define GEN_PASS_DEF_GRAPHDECOMPOSEPASS
#include "graph-opt/Passes/Graph.h.inc"
} // namespace graphopt

namespace {
struct GraphDecomposePass final : graphopt::impl::GraphDecomposePassBase<GraphDecomposePass> {
  using GraphDecomposePassBase::GraphDecomposePassBase;

  bool isChosen(Operation *op) {
    return isa<DecomposeOpInterface>(op) && (names.only.empty() || names.only.contains(op->getName())) &&
           !names.except.contains(op->getName());
  }

  LogicalResult readNames(const ListOption<std::string> &texts, DenseSet<OperationName> &into) {
    for (const std::string &text : texts) {
      std::optional<RegisteredOperationName> name = RegisteredOperationName::lookup(text, &getContext());
      if (!name)
        return emitError(getOperation().getLoc()) << "expected the name of an op, as in 'graph.softmax', got '" << text << "'";
      into.insert(*name);
    }
    return success();
  }

  void runOnOperation() override {
    names = {};
    if (failed(readNames(only, names.only)) || failed(readNames(except, names.except)))
      return signalPassFailure();

    // Expansions of expansions: the first in, the last out, so that no depth of nesting can overflow the stack.
    SmallVector<Operation *> worklist;
    getOperation().walk([&](Operation *op) {
      if (isChosen(op))
        worklist.push_back(op);
    });
    while (!worklist.empty())
      if (failed(decompose(worklist.pop_back_val(), worklist)))
        return signalPassFailure();
  }

  LogicalResult decompose(Operation *op, SmallVectorImpl<Operation *> &worklist) {
    Operation *before = op->getPrevNode();
    OpBuilder b(op);
    auto values = cast<DecomposeOpInterface>(op).decompose(b);
    if (failed(values))
      return op->emitOpError() << "expected a decomposition of these operands and attributes, got none";
    for (auto [result, value] : llvm::zip(op->getResults(), *values)) {
      // The declared type may say more of the sizes than the expansion's.
      Value replacement = value;
      if (value.getType() != result.getType())
        replacement = tensor::CastOp::create(b, op->getLoc(), result.getType(), value);
      result.replaceAllUsesWith(replacement);
    }
    Operation *first = before ? before->getNextNode() : &op->getBlock()->front();
    for (Operation *built = first; built != op; built = built->getNextNode())
      built->walk([&](Operation *nested) {
        if (isChosen(nested))
          worklist.push_back(nested);
      });
    op->erase();
    ++numDecomposed;
    return success();
  }

  struct {
    DenseSet<OperationName> only, except;
  } names;
};
} // namespace
