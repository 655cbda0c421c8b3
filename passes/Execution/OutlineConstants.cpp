//===- OutlineConstants.cpp - large constants as parameters ----------------===//
#include "graph-opt/Dialect/Graph/Graph.h"
#include "graph-opt/Passes/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Pass/Pass.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;

namespace graphopt {
#define GEN_PASS_DEF_OUTLINECONSTANTSPASS
#include "graph-opt/Passes/Execution.h.inc"

namespace {
struct OutlineConstantsPass final : impl::OutlineConstantsPassBase<OutlineConstantsPass> {
  using impl::OutlineConstantsPassBase<OutlineConstantsPass>::OutlineConstantsPassBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    llvm::MapVector<Attribute, SmallVector<Operation *>> constants;
    for (auto function : module.getOps<func::FuncOp>())
      function.walk([&](Operation *op) {
        ElementsAttr value;
        if (op->getNumResults() != 1 || !matchPattern(op, m_Constant(&value)) || value.isSplat())
          return;
        auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
        if (type && type == value.getType() && type.getNumElements() * TensorValue::getElementSize(type.getElementType()) > maxBytes)
          constants[value].push_back(op);
      });
    SymbolTable symbols(module);
    OpBuilder b(&getContext());
    for (auto &[value, ops] : constants) {
      auto type = cast<RankedTensorType>(ops.front()->getResult(0).getType());
      b.setInsertionPointToStart(module.getBody());
      Operation *parameter = graph::createParameter(b, ops.front()->getLoc(), "constant", type, value);
      StringAttr name = symbols.insert(parameter); // makes the name unique
      for (Operation *op : ops) {
        b.setInsertionPoint(op);
        op->getResult(0).replaceAllUsesWith(graph::createParameterRead(b, op->getLoc(), type, FlatSymbolRefAttr::get(name)));
        op->erase();
      }
    }
  }
};
} // namespace
} // namespace graphopt
