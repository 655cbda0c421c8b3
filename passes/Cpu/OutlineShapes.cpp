//===- OutlineShapes.cpp - a function for the sizes of results ------------===//
#include "graph-opt/Passes/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/MemRef/Transforms/Transforms.h"
#include "mlir/Dialect/SCF/Transforms/Patterns.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
using namespace mlir;
namespace graphopt {
#define GEN_PASS_DEF_CPUOUTLINESHAPESPASS
#include "graph-opt/Passes/Cpu.h.inc"
namespace {

bool hasDynamicResult(func::FuncOp func) {
  return llvm::any_of(func.getResultTypes(), [](Type type) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    return tensor && !tensor.hasStaticShape();
  });
}

/// Lets the clone return the dynamic sizes of its results in place of the results.
void returnSizes(func::FuncOp clone) {
  auto terminator = cast<func::ReturnOp>(clone.front().getTerminator());
  OpBuilder builder(terminator);
  SmallVector<Value> sizes;
  for (Value value : terminator.getOperands()) {
    auto type = dyn_cast<RankedTensorType>(value.getType());
    for (int64_t dim = 0; type && dim < type.getRank(); ++dim)
      if (type.isDynamicDim(dim))
        sizes.push_back(tensor::DimOp::create(builder, value.getLoc(), value, dim));
  }
  terminator->setOperands(sizes);
  clone.setFunctionType(builder.getFunctionType(clone.getArgumentTypes(), SmallVector<Type>(sizes.size(), builder.getIndexType())));
  clone.removeResAttrsAttr();
}

/// Puts an index argument in the place of each dynamic size of a tensor argument.
LogicalResult takeSizes(func::FuncOp clone) {
  Block &entry = clone.front();
  unsigned tensors = entry.getNumArguments();
  OpBuilder builder(clone.getContext());
  for (unsigned number = 0; number < tensors; ++number) {
    BlockArgument argument = entry.getArgument(number);
    auto type = dyn_cast<RankedTensorType>(argument.getType());
    if (!type)
      continue;
    SmallVector<Value> sizes(type.getRank());
    for (int64_t dim = 0; dim < type.getRank(); ++dim)
      if (type.isDynamicDim(dim))
        sizes[dim] = entry.addArgument(builder.getIndexType(), argument.getLoc());
    for (Operation *user : llvm::make_early_inc_range(argument.getUsers())) {
      auto dim = dyn_cast<tensor::DimOp>(user);
      std::optional<int64_t> index = dim ? dim.getConstantIndex() : std::nullopt;
      if (!index || !sizes[*index])
        return user->emitError("expected sizes of results that follow from the sizes of inputs, got one that depends on data");
      dim.replaceAllUsesWith(sizes[*index]);
      dim.erase();
    }
  }
  entry.eraseArguments(0, tensors);
  clone.removeArgAttrsAttr();
  clone.setFunctionType(builder.getFunctionType(entry.getArgumentTypes(), clone.getResultTypes()));
  return success();
}

struct CpuOutlineShapesPass final : impl::CpuOutlineShapesPassBase<CpuOutlineShapesPass> {
  void runOnOperation() override {
    SymbolTable symbols(getOperation());
    for (auto func : llvm::to_vector(getOperation().getOps<func::FuncOp>())) {
      if (func.isDeclaration() || func.isPrivate() || !hasDynamicResult(func))
        continue;
      func::FuncOp clone = func.clone();
      clone.setName((func.getName() + "_shapes").str());
      for (NamedAttribute attribute : llvm::to_vector(clone->getDiscardableAttrs()))
        clone->removeDiscardableAttr(attribute.getName());
      clone->setAttr("graph.sizes", UnitAttr::get(&getContext()));
      symbols.insert(clone, std::next(func->getIterator()));
      returnSizes(clone);
      RewritePatternSet patterns(&getContext());
      memref::populateResolveRankedShapedTypeResultDimsPatterns(patterns);
      memref::populateResolveShapedTypeResultDimsPatterns(patterns);
      scf::populateSCFForLoopCanonicalizationPatterns(patterns);
      tensor::DimOp::getCanonicalizationPatterns(patterns, &getContext());
      for (RegisteredOperationName name : getContext().getRegisteredOperations())
        if (name.getDialectNamespace() == "scf" || name.getDialectNamespace() == "tensor")
          name.getCanonicalizationPatterns(patterns, &getContext());
      if (failed(applyPatternsGreedily(clone, std::move(patterns))) || failed(takeSizes(clone)))
        return signalPassFailure();
    }
  }
};

} // namespace
} // namespace graphopt
