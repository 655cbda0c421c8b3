//===- OutlineShapes.cpp - a function for the sizes of results ------------===//
#include "graph-opt/Passes/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/MemRef/Transforms/Transforms.h"
#include "mlir/Dialect/SCF/Transforms/Patterns.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/LoopLikeInterface.h"
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
        return user->emitError("expected ops without effects where no size of an argument is asked for");
      dim.replaceAllUsesWith(sizes[*index]);
      dim.erase();
    }
  }
  entry.eraseArguments(0, tensors);
  clone.removeArgAttrsAttr();
  clone.setFunctionType(builder.getFunctionType(entry.getArgumentTypes(), clone.getResultTypes()));
  return success();
}

/// A value that both branches of `branch` compute in the same way from values outside of it: those, or a copy of the computation ahead
/// of it. Null where they differ.
Value takeOut(Value a, Value b, scf::IfOp branch, RewriterBase &rewriter, unsigned depth = 0) {
  constexpr unsigned maxDepth = 32; // of arithmetic on sizes
  auto isOutside = [&](Value value) { return !branch->isAncestor(value.getParentBlock()->getParentOp()); };
  if (isOutside(a) || isOutside(b))
    return a == b ? a : Value();
  Operation *left = a.getDefiningOp(), *right = b.getDefiningOp();
  if (!left || !right || depth == maxDepth || left->getNumRegions() || !isMemoryEffectFree(left) || left->getName() != right->getName() ||
      left->getAttrDictionary() != right->getAttrDictionary() || left->getNumOperands() != right->getNumOperands() ||
      left->getResultTypes() != right->getResultTypes() || cast<OpResult>(a).getResultNumber() != cast<OpResult>(b).getResultNumber())
    return {};
  IRMapping outside;
  for (auto [x, y] : llvm::zip(left->getOperands(), right->getOperands())) {
    Value operand = takeOut(x, y, branch, rewriter, depth + 1);
    if (!operand)
      return {};
    outside.map(x, operand);
  }
  return rewriter.clone(*left, outside)->getResult(cast<OpResult>(a).getResultNumber());
}

/// The size of a branch's result is a branch's own result; and no branch where both ways compute it alike.
struct DimOfIf final : OpRewritePattern<tensor::DimOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(tensor::DimOp op, PatternRewriter &rewriter) const override {
    auto branch = op.getSource().getDefiningOp<scf::IfOp>();
    std::optional<int64_t> dim = op.getConstantIndex();
    if (!branch || !dim)
      return rewriter.notifyMatchFailure(op, "no size of a branch's result");
    unsigned number = cast<OpResult>(op.getSource()).getResultNumber();
    auto build = [&](Block *from) {
      return [=](OpBuilder &builder, Location loc) {
        IRMapping mapping;
        for (Operation &inner : from->without_terminator())
          builder.clone(inner, mapping);
        Value yielded = mapping.lookupOrDefault(from->getTerminator()->getOperand(number));
        scf::YieldOp::create(builder, loc, ValueRange(tensor::DimOp::create(builder, loc, yielded, *dim)));
      };
    };
    rewriter.setInsertionPoint(branch);
    rewriter.replaceOpWithNewOp<scf::IfOp>(op, branch.getCondition(), build(branch.thenBlock()), build(branch.elseBlock()));
    return success();
  }
};

struct SameInBothBranches final : OpRewritePattern<scf::IfOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(scf::IfOp op, PatternRewriter &rewriter) const override {
    rewriter.setInsertionPoint(op);
    bool changed = false;
    for (OpResult result : op.getResults()) {
      if (!result.getType().isIndex() || result.use_empty())
        continue;
      unsigned number = result.getResultNumber();
      Value same = takeOut(op.thenYield().getOperand(number), op.elseYield().getOperand(number), op, rewriter);
      if (!same)
        continue;
      rewriter.replaceAllUsesWith(result, same);
      changed = true;
    }
    return changed ? success() : rewriter.notifyMatchFailure(op, "the branches compute no size alike");
  }
};

/// Sizes of arguments that go by one name are one number: whoever calls has seen to that.
struct DimOfArgument final : OpRewritePattern<tensor::DimOp> {
  using Named = llvm::StringMap<std::pair<BlockArgument, int64_t>>;
  DimOfArgument(MLIRContext *context, const Named &named) : OpRewritePattern(context), named(named) {}
  /// The first size of each name.
  static Named collect(func::FuncOp func) {
    Named named;
    for (BlockArgument argument : func.getArguments())
      if (auto dims = func.getArgAttrOfType<ArrayAttr>(argument.getArgNumber(), "graph.dims"))
        for (auto [dim, name] : llvm::enumerate(dims))
          if (auto text = dyn_cast<StringAttr>(name); text && text != "?")
            named.try_emplace(text, argument, dim);
    return named;
  }
  LogicalResult matchAndRewrite(tensor::DimOp op, PatternRewriter &rewriter) const override {
    auto argument = dyn_cast<BlockArgument>(op.getSource());
    std::optional<int64_t> dim = op.getConstantIndex();
    auto func = argument ? dyn_cast<func::FuncOp>(argument.getOwner()->getParentOp()) : func::FuncOp();
    auto dims = func && dim ? func.getArgAttrOfType<ArrayAttr>(argument.getArgNumber(), "graph.dims") : ArrayAttr();
    auto name = dims && *dim < static_cast<int64_t>(dims.size()) ? dyn_cast<StringAttr>(dims[*dim]) : StringAttr();
    auto first = name ? named.find(name) : named.end();
    if (first == named.end() || first->second == std::pair(argument, *dim))
      return rewriter.notifyMatchFailure(op, "no size of a name that has been seen before");
    rewriter.replaceOpWithNewOp<tensor::DimOp>(op, first->second.first, first->second.second);
    return success();
  }
  const Named &named;
};

/// What a loop carries keeps its size (graph-cpu-carry-in-place checks it). Where the loop's type leaves a size open that is known before
/// it, it is one that grows.
struct DimOfCarried final : OpRewritePattern<tensor::DimOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(tensor::DimOp op, PatternRewriter &rewriter) const override {
    auto loop = op.getSource().getDefiningOp<LoopLikeOpInterface>();
    std::optional<int64_t> dim = op.getConstantIndex();
    if (!loop || !dim)
      return rewriter.notifyMatchFailure(op, "no size of what a loop carries");
    unsigned number = cast<OpResult>(op.getSource()).getResultNumber();
    if (auto whileLoop = dyn_cast<scf::WhileOp>(*loop)) {
      auto argument = dyn_cast<BlockArgument>(whileLoop.getConditionOp().getArgs()[number]);
      if (!argument || argument.getOwner() != whileLoop.getBeforeBody())
        return rewriter.notifyMatchFailure(op, "a loop that goes on with other values than it returns");
      number = argument.getArgNumber();
    }
    if (number >= loop.getInits().size())
      return rewriter.notifyMatchFailure(op, "a result that is not carried");
    Value init = loop.getInits()[number];
    auto cast = init.getDefiningOp<tensor::CastOp>();
    if (init.getType() != op.getSource().getType() || (cast && !cast.getSource().getType().isDynamicDim(*dim)))
      return rewriter.notifyMatchFailure(op, "a size that the loop may change");
    rewriter.replaceOpWithNewOp<tensor::DimOp>(op, init, *dim);
    return success();
  }
};

/// Whether a number is computed from the sizes of the function's arguments alone.
bool followsFromSizes(Value size, Block &entry) {
  SmallVector<Value> stack{size};
  DenseSet<Value> seen;
  while (!stack.empty()) {
    Value next = stack.pop_back_val();
    if (!seen.insert(next).second)
      continue;
    if (isa<TensorType>(next.getType()))
      return false;
    Operation *op = next.getDefiningOp();
    if (!op) // the number of an iteration
      op = cast<BlockArgument>(next).getOwner()->getParentOp();
    if (auto dim = dyn_cast<tensor::DimOp>(op); dim && is_contained(entry.getArguments(), dim.getSource()))
      continue;
    op->walk([&](Operation *inner) { llvm::append_range(stack, inner->getOperands()); });
  }
  return true;
}

/// Returns -1 in the place of each size that follows from elements of tensors, and says of the results of `func` which those are.
void leaveOutData(func::FuncOp func, func::FuncOp clone) {
  auto terminator = cast<func::ReturnOp>(clone.front().getTerminator());
  OpBuilder builder(terminator);
  unsigned next = 0;
  for (auto [number, type] : llvm::enumerate(func.getResultTypes())) {
    SmallVector<int64_t> fromData;
    auto tensor = dyn_cast<RankedTensorType>(type);
    for (int64_t dim = 0; tensor && dim < tensor.getRank(); ++dim) {
      if (!tensor.isDynamicDim(dim))
        continue;
      OpOperand &size = terminator->getOpOperand(next++);
      if (followsFromSizes(size.get(), clone.front()))
        continue;
      fromData.push_back(dim);
      size.set(arith::ConstantIndexOp::create(builder, size.get().getLoc(), -1));
    }
    if (!fromData.empty())
      func.setResultAttr(number, "graph.from_data", builder.getDenseI64ArrayAttr(fromData));
  }
}

/// Whether a number is computed from elements of tensors, and not from sizes alone.
bool dependsOnData(Value value) {
  SmallVector<Value> stack{value};
  DenseSet<Value> seen;
  while (!stack.empty()) {
    Value next = stack.pop_back_val();
    Operation *op = next.getDefiningOp();
    if (!seen.insert(next).second || (op && isa<tensor::DimOp>(op)))
      continue;
    if (isa<TensorType>(next.getType()) || (op && op->getNumRegions()))
      return true;
    if (op)
      llvm::append_range(stack, op->getOperands());
  }
  return false;
}

/// Checks that are not of sizes alone, and those inside of loops and branches, stay in the function that computes.
void dropChecksOfData(func::FuncOp clone) {
  clone.walk([&](cf::AssertOp check) {
    if (check->getParentOp() != clone || dependsOnData(check.getArg()))
      check.erase();
  });
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
      dropChecksOfData(clone);
      RewritePatternSet patterns(&getContext());
      DimOfArgument::Named named = DimOfArgument::collect(clone);
      patterns.add<DimOfArgument>(&getContext(), named);
      patterns.add<DimOfIf, SameInBothBranches, DimOfCarried>(&getContext());
      memref::populateResolveRankedShapedTypeResultDimsPatterns(patterns);
      memref::populateResolveShapedTypeResultDimsPatterns(patterns);
      scf::populateSCFForLoopCanonicalizationPatterns(patterns);
      tensor::DimOp::getCanonicalizationPatterns(patterns, &getContext());
      for (RegisteredOperationName name : getContext().getRegisteredOperations())
        if (name.getDialectNamespace() == "scf" || name.getDialectNamespace() == "tensor")
          name.getCanonicalizationPatterns(patterns, &getContext());
      FrozenRewritePatternSet frozen(std::move(patterns));
      LogicalResult resolved = applyPatternsGreedily(clone, frozen);
      leaveOutData(func, clone);
      if (failed(resolved) || failed(applyPatternsGreedily(clone, frozen)) || failed(takeSizes(clone))) {
        clone.erase(); // half done
        return signalPassFailure();
      }
    }
  }
};

} // namespace
} // namespace graphopt
