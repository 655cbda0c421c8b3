//===- PlanMemory.cpp ===//
#include "Lifetimes.h"
#include "ResolveSizes.h"
#include "SizeExpressions.h"
#include "graph-opt/Passes/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "llvm/Support/MathExtras.h"
using namespace mlir;
namespace graphopt {
#define GEN_PASS_DEF_PLANMEMORYPASS
#include "graph-opt/Passes/Memory.h.inc"
namespace {
using namespace memory;

struct Buffer {
  Operation *alloc;
  Interval interval;
  int64_t offset = 0; ///< in the static part of its group
  int slot = -1;      ///< of a dynamic buffer
  MemRefType type() const { return cast<MemRefType>(alloc->getResult(0).getType()); }
};

/// The buffers of the function itself, or those of one parallel loop.
struct Group {
  Operation *loop = nullptr;
  SmallVector<Buffer> buffers;
  int64_t bytes = 0, bound = 0; ///< of the static part
  SmallVector<SmallVector<Operation *>> slots;
};

int64_t staticBytes(MemRefType type) {
  return llvm::alignTo(type.getNumElements() * SizeExpressions::elementBytes(type.getElementType()), Placer::alignment);
}

scf::ParallelOp outermostParallel(Operation *op) {
  scf::ParallelOp result;
  for (auto loop = op->getParentOfType<scf::ParallelOp>(); loop; loop = loop->getParentOfType<scf::ParallelOp>())
    result = loop;
  return result;
}

class FunctionPlan {
public:
  FunctionPlan(func::FuncOp func, const Placer &placer) : func(func), placer(placer) {}
  void collect();
  void place();
  void rewrite();
  func::FuncOp createArenaFunction();
  int64_t bytes() const { return groups.front().bytes; }
  int64_t bound() const { return groups.front().bound; }
  size_t buffers() const {
    size_t count = 0;
    for (const Group &group : groups)
      count += group.buffers.size();
    return count;
  }

private:
  SmallVector<Value> slotBytes(OpBuilder &builder, SizeExpressions &sizes, const Group &group);
  Value workerBytes(OpBuilder &builder, SizeExpressions &sizes);
  void rewriteGroup(Group &group, Value base, ArrayRef<Value> slotOffsets);

  func::FuncOp func;
  const Placer &placer;
  SmallVector<Group> groups; ///< the function's first
  BlockArgument arena;
};

void FunctionPlan::collect() {
  Lifetimes lifetimes(func);
  SizeExpressions sizes(func);
  groups.emplace_back();
  DenseMap<Operation *, size_t> groupOf;
  func.walk([&](Operation *op) {
    if (!isa<memref::AllocOp, memref::AllocaOp>(op))
      return;
    auto type = cast<MemRefType>(op->getResult(0).getType());
    bool known = type.hasStaticShape() || llvm::all_of(op->getOperands(), [&](Value size) { return sizes.isKnownAtEntry(size); });
    if (!known || lifetimes.escapesLoop(op->getResult(0)) || !type.getLayout().isIdentity()) {
      op->emitRemark("buffer is not planned: ") << (known ? "it outlives an iteration of a loop" : "its size depends on data");
      return;
    }
    Operation *loop = outermostParallel(op);
    size_t group = 0;
    if (loop) {
      auto [it, isNew] = groupOf.try_emplace(loop, groups.size());
      if (isNew)
        groups.emplace_back().loop = loop;
      group = it->second;
    }
    groups[group].buffers.push_back({op, lifetimes.of(op->getResult(0))});
  });
}

void FunctionPlan::place() {
  for (Group &group : groups) {
    SmallVector<Interval> intervals;
    SmallVector<Buffer *> placed;
    SmallVector<int64_t> slotEnds;
    for (Buffer &buffer : group.buffers) {
      if (buffer.type().hasStaticShape()) {
        buffer.interval.size = staticBytes(buffer.type());
        intervals.push_back(buffer.interval);
        placed.push_back(&buffer);
        continue;
      }
      // Buffers come in the order of their begin: the first slot that is free again will do.
      auto *end = llvm::find_if(slotEnds, [&](int64_t last) { return last < buffer.interval.first; });
      buffer.slot = end - slotEnds.begin();
      if (end == slotEnds.end()) {
        slotEnds.push_back(0);
        group.slots.emplace_back();
      }
      slotEnds[buffer.slot] = buffer.interval.last;
      group.slots[buffer.slot].push_back(buffer.alloc);
    }
    Placement placement = placer.place(intervals);
    for (auto [buffer, offset] : llvm::zip(placed, placement.offsets))
      buffer->offset = offset;
    group.bytes = placement.bytes;
    group.bound = lowerBound(intervals);
  }
}

SmallVector<Value> FunctionPlan::slotBytes(OpBuilder &builder, SizeExpressions &sizes, const Group &group) {
  SmallVector<Value> result;
  for (ArrayRef<Operation *> slot : group.slots) {
    Value most;
    for (Operation *alloc : slot) {
      Value bytes = sizes.bytesOf(builder, alloc, Placer::alignment);
      most = most ? arith::MaxUIOp::create(builder, alloc->getLoc(), most, bytes) : bytes;
    }
    result.push_back(most);
  }
  return result;
}

/// Bytes that one worker needs: those of its most demanding loop.
Value FunctionPlan::workerBytes(OpBuilder &builder, SizeExpressions &sizes) {
  Location loc = func.getLoc();
  Value most = arith::ConstantIndexOp::create(builder, loc, 0);
  for (const Group &group : ArrayRef(groups).drop_front()) {
    Value bytes = arith::ConstantIndexOp::create(builder, loc, group.bytes);
    for (Value slot : slotBytes(builder, sizes, group))
      bytes = arith::AddIOp::create(builder, loc, bytes, slot);
    most = arith::MaxUIOp::create(builder, loc, most, bytes);
  }
  return most;
}

func::FuncOp FunctionPlan::createArenaFunction() {
  OpBuilder builder(func->getContext());
  builder.setInsertionPointAfter(func);
  SmallVector<std::pair<unsigned, unsigned>> dynamic = SizeExpressions::dynamicSizes(func);
  SmallVector<Type> types(dynamic.size() + 1, builder.getIndexType());
  auto result = func::FuncOp::create(builder, func.getLoc(), (func.getName() + "_arena").str(),
                                     builder.getFunctionType(types, builder.getIndexType()));
  result->setAttr("graph.sizes", builder.getUnitAttr());
  builder.setInsertionPointToStart(result.addEntryBlock());
  SizeExpressions sizes(func);
  for (auto [key, argument] : llvm::zip(dynamic, result.getArguments()))
    sizes.bind(key.first, key.second, argument);
  Location loc = func.getLoc();
  Value total = arith::ConstantIndexOp::create(builder, loc, groups.front().bytes);
  for (Value slot : slotBytes(builder, sizes, groups.front()))
    total = arith::AddIOp::create(builder, loc, total, slot);
  Value workers = arith::MulIOp::create(builder, loc, result.getArguments().back(), workerBytes(builder, sizes));
  total = arith::AddIOp::create(builder, loc, total, workers);
  func::ReturnOp::create(builder, loc, total);
  return result;
}

void FunctionPlan::rewriteGroup(Group &group, Value base, ArrayRef<Value> slotOffsets) {
  for (Buffer &buffer : group.buffers) {
    OpBuilder builder(buffer.alloc);
    Location loc = buffer.alloc->getLoc();
    Value offset = buffer.slot >= 0 ? slotOffsets[buffer.slot] : arith::ConstantIndexOp::create(builder, loc, buffer.offset);
    if (base)
      offset = arith::AddIOp::create(builder, loc, base, offset);
    Value view = memref::ViewOp::create(builder, loc, buffer.type(), arena, offset, buffer.alloc->getOperands());
    buffer.alloc->getResult(0).replaceAllUsesWith(view);
    buffer.alloc->erase();
  }
}

void FunctionPlan::rewrite() {
  MLIRContext *context = func.getContext();
  auto bytes = MemRefType::get({ShapedType::kDynamic}, IntegerType::get(context, 8));
  OpBuilder builder = OpBuilder::atBlockBegin(&func.front());
  unsigned position = func.getNumArguments();
  if (failed(func.insertArgument(position, bytes, builder.getDictionaryAttr(builder.getNamedAttr("graph.arena", builder.getUnitAttr())),
                                 func.getLoc())))
    return;
  arena = func.getArgument(position);

  // All sizes are computed at the entry, from the arguments alone.
  SizeExpressions sizes(func);
  Location loc = func.getLoc();
  auto prefix = [&](Value start, ArrayRef<Value> slots) {
    SmallVector<Value> offsets;
    for (Value slot : slots) {
      offsets.push_back(start);
      start = arith::AddIOp::create(builder, loc, start, slot);
    }
    offsets.push_back(start);
    return offsets;
  };
  Value start = arith::ConstantIndexOp::create(builder, loc, groups.front().bytes);
  SmallVector<Value> main = prefix(start, slotBytes(builder, sizes, groups.front()));
  Value scratch = main.back(), perWorker = groups.size() > 1 ? workerBytes(builder, sizes) : Value();
  SmallVector<SmallVector<Value>> inner;
  for (Group &group : MutableArrayRef(groups).drop_front())
    inner.push_back(prefix(arith::ConstantIndexOp::create(builder, loc, group.bytes), slotBytes(builder, sizes, group)));
  for (auto [group, offsets] : llvm::zip(MutableArrayRef(groups).drop_front(), inner)) {
    OpBuilder body = OpBuilder::atBlockBegin(&group.loop->getRegion(0).front());
    auto worker = func::CallOp::create(body, loc, "go_worker", builder.getIndexType());
    Value skip = arith::MulIOp::create(body, loc, worker.getResult(0), perWorker);
    rewriteGroup(group, arith::AddIOp::create(body, loc, scratch, skip), offsets);
  }
  rewriteGroup(groups.front(), Value(), main);

  NamedAttrList plan;
  int64_t workerBytes = 0;
  for (const Group &group : ArrayRef(groups).drop_front())
    workerBytes = std::max(workerBytes, group.bytes);
  plan.set("bytes", builder.getI64IntegerAttr(groups.front().bytes));
  plan.set("lower_bound", builder.getI64IntegerAttr(groups.front().bound));
  plan.set("buffers", builder.getI64IntegerAttr(int64_t(buffers())));
  plan.set("worker_bytes", builder.getI64IntegerAttr(workerBytes));
  plan.set("slots", builder.getI64IntegerAttr(int64_t(groups.front().slots.size())));
  func->setAttr("graph.arena", plan.getDictionary(context));
}

struct PlanMemoryPass final : impl::PlanMemoryPassBase<PlanMemoryPass> {
  void runOnOperation() override {
    std::unique_ptr<Placer> placer = createHeuristicPlacer();
    SmallVector<func::FuncOp> funcs;
    for (auto func : getOperation().getOps<func::FuncOp>())
      if (!func.isDeclaration() && func.getNumArguments() && func.getArgAttr(0, "graph.ctx"))
        funcs.push_back(func);
    RewritePatternSet patterns(&getContext());
    populateResolveSizesPatterns(patterns);
    memref::DimOp::getCanonicalizationPatterns(patterns, &getContext());
    FrozenRewritePatternSet frozen(std::move(patterns));
    for (func::FuncOp func : funcs) {
      if (failed(applyPatternsGreedily(func, frozen)))
        return signalPassFailure();
      FunctionPlan plan(func, *placer);
      plan.collect();
      plan.place();
      buffers += plan.buffers();
      arenaBytes += plan.bytes();
      lowerBoundBytes += plan.bound();
      plan.createArenaFunction();
      plan.rewrite();
    }
    declareWorker();
  }

  void declareWorker() {
    auto calls = [](func::CallOp call) { return call.getCallee() == "go_worker" ? WalkResult::interrupt() : WalkResult::advance(); };
    if (!getOperation().walk(calls).wasInterrupted() || getOperation().lookupSymbol("go_worker"))
      return;
    OpBuilder builder = OpBuilder::atBlockBegin(getOperation().getBody());
    auto worker = func::FuncOp::create(builder, getOperation().getLoc(), "go_worker", builder.getFunctionType({}, builder.getIndexType()));
    worker.setPrivate();
  }
};

} // namespace
} // namespace graphopt
