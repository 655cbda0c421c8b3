//===- Fuse.cpp - group ops into kernels ----------------------------------===//
#include "graph-opt/Dialect/Graph/Fusion.h"
#include "graph-opt/Dialect/Graph/Graph.h"
#include "graph-opt/Passes/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace graphopt;

namespace graphopt {
#define GEN_PASS_DEF_GRAPHFUSEPASS
#include "graph-opt/Passes/Fusion.h.inc"
} // namespace graphopt

namespace {
/// A fusion in the making: one op that the rest of the graph reads, and what only it depends on.
struct Group {
  SmallVector<Operation *, 4> members; ///< against program order: the root first
  bool hasContraction = false;
  bool hasRows = false;
};

/// An op and the group it is in.
struct Member {
  FusionKind kind = FusionKind::none;
  unsigned group = 0;
};

struct GraphFusePass final : graphopt::impl::GraphFusePassBase<GraphFusePass> {
  using GraphFusePassBase::GraphFusePassBase;

  void runOnOperation() override {
    SmallVector<Block *> blocks;
    getOperation().walk<WalkOrder::PreOrder>([&](Operation *op) {
      if (op != getOperation() && op->hasTrait<OpTrait::IsIsolatedFromAbove>())
        return WalkResult::skip();
      for (Region &region : op->getRegions())
        for (Block &block : region)
          blocks.push_back(&block);
      return WalkResult::advance();
    });
    for (Block *block : blocks)
      fuse(*block);
  }

  void fuse(Block &block);
  FusionKind kindOf(Operation *op);
  const char *whyNot(Operation *op, FusionKind kind, unsigned &group);
  const char *whyNotBeside(Operation *op, FusionKind kind, Operation *user);
  bool isWorthRecomputing(Operation *op, Operation *user);

  DenseMap<Operation *, Member> members;
  std::vector<Group> groups;
};
} // namespace

FusionKind GraphFusePass::kindOf(Operation *op) {
  auto fusible = dyn_cast<FusionOpInterface>(op);
  if (!fusible || op->getNumResults() != 1 || op->getNumRegions() != 0 || op->hasTrait<OpTrait::ConstantLike>())
    return FusionKind::none;
  FusionKind kind = fusible.getFusionKind();
  if (kind == FusionKind::none || !isMemoryEffectFree(op))
    return FusionKind::none;
  bool operandsFit = llvm::all_of(op->getOperandTypes(), [](Type type) { return isa<RankedTensorType, IndexType>(type); });
  return operandsFit ? kind : FusionKind::none;
}

/// Whether computing `op` again for each element that `user` stretches it to costs less than writing and reading it.
bool GraphFusePass::isWorthRecomputing(Operation *op, Operation *user) {
  Type own = op->getResult(0).getType(), stretched = user->getResult(0).getType();
  int64_t before = std::max<int64_t>(countElements(own, dynamicSize), 1), after = countElements(stretched, dynamicSize);
  auto costed = dyn_cast<CostOpInterface>(op);
  if (after <= before || !costed)
    return after <= before;
  Cost cost = costed.getCost(dynamicSize);
  double saved = 2.0 * static_cast<double>(before) * TensorValue::getElementSize(getElementTypeOrSelf(own));
  double again = static_cast<double>(cost.flops) * (static_cast<double>(after) / static_cast<double>(before) - 1);
  return again <= saved * static_cast<double>(flopsPerByte);
}

/// Why `op` can't share a kernel with `user`, or null.
const char *GraphFusePass::whyNotBeside(Operation *op, FusionKind kind, Operation *user) {
  FusionKind with = members.lookup(user).kind;
  bool sameShape = cast<ShapedType>(op->getResult(0).getType()).getShape() == cast<ShapedType>(user->getResult(0).getType()).getShape();
  switch (with) {
  case FusionKind::none:
    return "a user stays alone";
  case FusionKind::contraction:
    return "a matrix product reads it many times";
  case FusionKind::rowwise:
  case FusionKind::reduction:
    return kind == FusionKind::elementwise || kind == FusionKind::view ? nullptr : "only elementwise ops fold into a reduction";
  case FusionKind::elementwise:
    if (kind == FusionKind::rowwise || kind == FusionKind::contraction)
      return sameShape ? nullptr : "a user has another shape";
    return isWorthRecomputing(op, user) ? nullptr : "a user would compute it again for each element";
  case FusionKind::view:
    if (kind == FusionKind::rowwise || kind == FusionKind::contraction)
      return "a user moves its elements";
    return isWorthRecomputing(op, user) ? nullptr : "a user would compute it again for each element";
  }
  return "a user stays alone";
}

/// Why `op` can't join its users' group, or null, and then `group` is that. Each use is looked at once, and none after the first reason.
const char *GraphFusePass::whyNot(Operation *op, FusionKind kind, unsigned &group) {
  if (op->use_empty())
    return "nobody uses it";
  if (kind == FusionKind::reduction)
    return "a reduction ends a fusion";
  bool first = true;
  for (Operation *user : op->getUsers()) {
    auto it = members.find(user);
    if (it == members.end() || user->getBlock() != op->getBlock())
      return "a user stays alone";
    if (!first && it->second.group != group)
      return "its users are in several fusions";
    if (const char *reason = whyNotBeside(op, kind, user))
      return reason;
    group = it->second.group;
    first = false;
  }
  const Group &target = groups[group];
  if (target.members.size() >= maxOps)
    return "the fusion is as large as it may be";
  if (kind == FusionKind::contraction && (target.hasContraction || target.hasRows))
    return "the fusion has a matrix product or a row-wise op already";
  if (kind == FusionKind::rowwise && target.hasContraction)
    return "the fusion has a matrix product already";
  // A product's epilogue has the product's shape throughout, down to what the fusion yields.
  if (kind == FusionKind::contraction && cast<ShapedType>(target.members.front()->getResult(0).getType()).getShape() !=
                                             cast<ShapedType>(op->getResult(0).getType()).getShape())
    return "the fusion yields another shape";
  return nullptr;
}

void GraphFusePass::fuse(Block &block) {
  members.clear();
  groups.clear();
  // From the end: users come before what they use, and each op is decided once.
  for (Operation &op : llvm::reverse(block)) {
    FusionKind kind = kindOf(&op);
    if (kind == FusionKind::none)
      continue;
    unsigned group = 0;
    if (const char *reason = whyNot(&op, kind, group)) {
      if (getContext().getRemarkEngine())
        remark::missed(op.getLoc(), remark::RemarkOpts::name("not-joined").category("graph-fuse").function(getOperation().getName()))
            << remark::reason("{0}", reason);
      group = static_cast<unsigned>(groups.size());
      groups.emplace_back();
    }
    Group &target = groups[group];
    target.members.push_back(&op);
    target.hasContraction |= kind == FusionKind::contraction;
    target.hasRows |= kind == FusionKind::rowwise || kind == FusionKind::reduction;
    members[&op] = {kind, group};
  }
  OpBuilder b(&getContext());
  for (Group &group : groups) {
    if (group.members.size() < 2)
      continue;
    std::reverse(group.members.begin(), group.members.end());
    Operation *fusion = graph::createFusion(b, group.members);
    ++numFusions;
    numFused += group.members.size();
    if (getContext().getRemarkEngine())
      remark::passed(fusion->getLoc(), remark::RemarkOpts::name("fused").category("graph-fuse").function(getOperation().getName()))
          << remark::metric("Ops", static_cast<int64_t>(group.members.size()));
  }
}
