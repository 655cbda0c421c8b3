//===- WhileLoops.cpp - loops that end by their data, backwards -----------===//
//
// A loop is run once to count its iterations; what it computes is then a counted loop, which is differentiated as such, and what is before
// the condition once more.
//
//===----------------------------------------------------------------------===//
#include "Autodiff/ReverseMode.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace graphopt;

namespace {
/// How often the second region of the loop runs.
Value countIterations(OpBuilder &b, scf::WhileOp op) {
  Location loc = op.getLoc();
  SmallVector<Value> inits = llvm::to_vector(op.getInits());
  inits.push_back(arith::ConstantIndexOp::create(b, loc, 0));
  SmallVector<Type> types = llvm::to_vector(op.getResultTypes());
  types.push_back(b.getIndexType());
  auto counting = scf::WhileOp::create(b, loc, types, inits);
  auto addBlock = [&](Region &region, TypeRange given) {
    return b.createBlock(&region, {}, given, SmallVector<Location>(given.size(), loc));
  };
  OpBuilder::InsertionGuard guard(b);
  Block *before = addBlock(counting.getBefore(), ValueRange(inits).getTypes());
  SmallVector<Value> ends; // the condition, and what is handed on
  copySteps(b, *op.getBeforeBody(), before->getArguments().drop_back(), ends);
  ends.push_back(before->getArguments().back());
  scf::ConditionOp::create(b, loc, ends.front(), ArrayRef<Value>(ends).drop_front());
  Block *after = addBlock(counting.getAfter(), types);
  SmallVector<Value> next;
  copySteps(b, *op.getAfterBody(), after->getArguments().drop_back(), next);
  next.push_back(arith::AddIOp::create(b, loc, after->getArguments().back(), arith::ConstantIndexOp::create(b, loc, 1)));
  scf::YieldOp::create(b, loc, next);
  return counting.getResults().back();
}
} // namespace

LogicalResult graphopt::reverseWhile(scf::WhileOp op, const Activity &outer, Cotangents &cotangents) {
  OpBuilder b(op);
  Location loc = op.getLoc();
  Value count = countIterations(b, op);
  Value zero = arith::ConstantIndexOp::create(b, loc, 0), one = arith::ConstantIndexOp::create(b, loc, 1);
  auto counted = scf::ForOp::create(b, loc, zero, count, one, op.getInits());
  OpBuilder inner = OpBuilder::atBlockEnd(counted.getBody());
  SmallVector<Value> handed, next, ends;
  copySteps(inner, *op.getBeforeBody(), counted.getRegionIterArgs(), handed);
  copySteps(inner, *op.getAfterBody(), ArrayRef<Value>(handed).drop_front(), next);
  scf::YieldOp::create(inner, loc, next);
  SmallVector<Operation *> steps{counted};
  llvm::append_range(steps, copySteps(b, *op.getBeforeBody(), counted.getResults(), ends));

  Activity activity = outer;
  activity.spread(steps);
  ArrayRef<Value> results = ArrayRef<Value>(ends).drop_front();
  for (auto [result, value] : llvm::zip(op.getResults(), results))
    cotangents.flowInto(value, cotangents.take(result));
  // Before the cotangents are built, which use the values in the loop's place: what replaces it may be replaced again.
  op->replaceAllUsesWith(results);
  op.erase();
  return reverseSteps(steps, activity, cotangents);
}
