//===- OutlineKernels.cpp - one function for products that are alike ------===//
#include "MatmulForm.h"
#include "graph-opt/Passes/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/SymbolTable.h"
using namespace mlir;
namespace graphopt {
#define GEN_PASS_DEF_CPUOUTLINEKERNELSPASS
#include "graph-opt/Passes/Cpu.h.inc"
namespace {

/// A function that does what the product does, with the fill before it.
func::FuncOp build(linalg::GenericOp op, linalg::FillOp fill, ArrayRef<Value> inputs) {
  OpBuilder builder(op.getContext());
  auto kernel = func::FuncOp::create(op.getLoc(), "kernel", builder.getFunctionType(ValueRange(inputs).getTypes(), {}));
  kernel.setPrivate();
  // Otherwise LLVM would put it back into each place.
  kernel->setAttr("passthrough", builder.getStrArrayAttr({"noinline"}));
  builder.setInsertionPointToStart(kernel.addEntryBlock());
  IRMapping mapping;
  mapping.map(inputs, kernel.getArguments());
  if (fill) {
    if (Operation *constant = fill.value().getDefiningOp(); constant && !llvm::is_contained(inputs, fill.value()))
      builder.clone(*constant, mapping);
    builder.clone(*fill, mapping);
  }
  builder.clone(*op, mapping);
  func::ReturnOp::create(builder, op.getLoc());
  return kernel;
}

bool isSame(func::FuncOp a, func::FuncOp b) {
  return a.getFunctionType() == b.getFunctionType() &&
         OperationEquivalence::isRegionEquivalentTo(&a.getBody(), &b.getBody(), OperationEquivalence::IgnoreLocations);
}

struct CpuOutlineKernelsPass final : impl::CpuOutlineKernelsPassBase<CpuOutlineKernelsPass> {
  void runOnOperation() override {
    SymbolTable symbols(getOperation());
    DenseMap<Type, SmallVector<func::FuncOp>> kernels;
    SmallVector<linalg::GenericOp> ops;
    getOperation().walk([&](linalg::GenericOp op) {
      if (op.hasPureBufferSemantics() && succeeded(cpu::matchMatmul(op)))
        ops.push_back(op);
    });
    for (linalg::GenericOp op : ops) {
      linalg::FillOp fill = cpu::startOf(op);
      SmallVector<Value> inputs = llvm::to_vector(op->getOperands());
      if (fill && !fill.value().getDefiningOp<arith::ConstantOp>())
        inputs.push_back(fill.value());
      func::FuncOp kernel = build(op, fill, inputs);
      SmallVector<func::FuncOp> &alike = kernels[kernel.getFunctionType()];
      auto *known = llvm::find_if(alike, [&](func::FuncOp other) { return isSame(kernel, other); });
      if (known == alike.end()) {
        symbols.insert(kernel);
        alike.push_back(kernel);
      } else {
        kernel->erase();
        kernel = *known;
      }
      OpBuilder builder(op);
      func::CallOp::create(builder, op.getLoc(), kernel, inputs);
      op->erase();
      if (fill)
        fill->erase();
    }
  }
};

} // namespace
} // namespace graphopt
