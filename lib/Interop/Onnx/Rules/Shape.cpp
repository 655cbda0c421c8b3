//===- Shape.cpp - the same elements in another shape ---------------------===//
#include "Interop/Onnx/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/Broadcast.h"
#include "graph-opt/Dialect/Graph/Ops/Transpose.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::onnx;

namespace {
Value select(ImportCall &call, Value condition, Value a, Value b) {
  return arith::SelectOp::create(call.builder, call.loc, condition, a, b);
}

/// Sizes that are known only when the model runs: 0 copies a size (unless it is allowed), -1 follows from the others.
SmallVector<OpFoldResult> resolveAtRunTime(ImportCall &call, ArrayRef<OpFoldResult> given, ArrayRef<OpFoldResult> own, bool allowsZero) {
  OpBuilder &b = call.builder;
  auto constant = [&](int64_t value) -> Value { return arith::ConstantIndexOp::create(b, call.loc, value); };
  auto is = [&](Value x, int64_t value) -> Value {
    return arith::CmpIOp::create(b, call.loc, arith::CmpIPredicate::eq, x, constant(value));
  };
  SmallVector<Value> sizes;
  Value others = constant(1);
  for (auto [i, size] : llvm::enumerate(given)) {
    Value value = getValueOrCreateConstantIndexOp(b, call.loc, size);
    if (!allowsZero && i < own.size())
      value = select(call, is(value, 0), getValueOrCreateConstantIndexOp(b, call.loc, own[i]), value);
    sizes.push_back(value);
    others = arith::MulIOp::create(b, call.loc, others, select(call, is(value, -1), constant(1), value));
  }
  Value total = getValueOrCreateConstantIndexOp(b, call.loc, product(call, own));
  Value inferred = arith::DivSIOp::create(b, call.loc, total, arith::MaxSIOp::create(b, call.loc, others, constant(1)));
  SmallVector<OpFoldResult> result;
  for (Value size : sizes)
    result.push_back(select(call, is(size, -1), inferred, size));
  return result;
}

LogicalResult importReshape(ImportCall &call) {
  auto x = call.tensor("data");
  auto given = call.sizes("shape");
  auto allowsZero = call.boolean("allowzero", false);
  if (failed(x) || failed(given) || failed(allowsZero))
    return failure();
  SmallVector<OpFoldResult> own = sizesOf(call, *x), sizes = *given;
  if (!knownElements(*call["shape"].get<Value>()))
    return call.yield(aten::reshape(call, *x, resolveAtRunTime(call, *given, own, *allowsZero)));
  for (auto [i, size] : llvm::enumerate(sizes))
    if (isConstantIntValue(size, 0) && !*allowsZero) {
      if (i >= own.size())
        return call.unsupported("a size of 0 that copies an axis which the tensor hasn't");
      size = own[i];
    }
  return call.yield(aten::reshape(call, *x, sizes));
}

LogicalResult importSqueeze(ImportCall &call) {
  auto x = call.tensor("data");
  if (failed(x))
    return failure();
  SmallVector<OpFoldResult> sizes = sizesOf(call, *x);
  FailureOr<SmallVector<int64_t>> axes = SmallVector<int64_t>();
  if (call.has("axes"))
    axes = call.axes("axes", rankOf(*x));
  else
    for (auto [i, size] : llvm::enumerate(sizes)) {
      if (!getConstantIntValue(size))
        return call.unsupported("a tensor whose sizes are known only at run time, without axes");
      if (isConstantIntValue(size, 1))
        axes->push_back(static_cast<int64_t>(i));
    }
  if (failed(axes))
    return failure();
  for (int64_t axis : llvm::reverse(*axes)) {
    if (auto size = getConstantIntValue(sizes[axis]); size && *size != 1)
      return emitError(call.loc) << "'Squeeze': expected size 1 along axis " << axis << ", got " << *size;
    sizes.erase(sizes.begin() + axis);
  }
  return call.yield(aten::reshape(call, *x, sizes));
}

LogicalResult importUnsqueeze(ImportCall &call) {
  auto x = call.tensor("data");
  auto given = call.integers("axes");
  if (failed(x) || failed(given))
    return failure();
  int64_t rank = rankOf(*x) + static_cast<int64_t>(given->size());
  for (int64_t &axis : *given) {
    axis += axis < 0 ? rank : 0;
    if (axis < 0 || axis >= rank || llvm::count(*given, axis) != 1)
      return emitError(call.loc) << "'Unsqueeze': expected axes of the result, each once";
  }
  llvm::sort(*given);
  SmallVector<OpFoldResult> sizes = sizesOf(call, *x);
  for (int64_t axis : *given)
    sizes.insert(sizes.begin() + axis, call.builder.getIndexAttr(1));
  return call.yield(aten::reshape(call, *x, sizes));
}

Value sizeTensor(ImportCall &call, ArrayRef<OpFoldResult> sizes, RankedTensorType type) {
  SmallVector<OpFoldResult> elements;
  for (OpFoldResult size : sizes) {
    if (auto constant = getConstantIntValue(size))
      elements.push_back(call.builder.getI64IntegerAttr(*constant));
    else
      elements.push_back(arith::IndexCastOp::create(call.builder, call.loc, call.builder.getI64Type(), cast<Value>(size)).getResult());
  }
  return fromElements(call.builder, call.loc, elements, type);
}

LogicalResult importShape(ImportCall &call) {
  auto x = call.tensor("data");
  FailureOr<int64_t> start = call.integer("start", 0);
  if (failed(x) || failed(start))
    return failure();
  int64_t rank = rankOf(*x);
  FailureOr<int64_t> end = call.integer("end", rank);
  if (failed(end))
    return failure();
  auto clamp = [&](int64_t at) { return std::clamp<int64_t>(at < 0 ? at + rank : at, 0, rank); };
  int64_t first = clamp(*start), last = std::max(clamp(*end), first);
  SmallVector<OpFoldResult> sizes = sizesOf(call, *x);
  return call.yield(
      sizeTensor(call, ArrayRef(sizes).slice(first, last - first), RankedTensorType::get({last - first}, call.builder.getI64Type())));
}

LogicalResult importTile(ImportCall &call) {
  auto x = call.tensor("input");
  auto repeats = call.sizes("repeats");
  if (failed(x) || failed(repeats))
    return failure();
  if (static_cast<int64_t>(repeats->size()) != rankOf(*x))
    return emitError(call.loc) << "'Tile': expected a number of repeats for each axis";
  for (OpFoldResult repeat : *repeats)
    if (auto known = getConstantIntValue(repeat); known && *known < 0)
      return emitError(call.loc) << "'Tile': expected repeats of at least 0, got " << *known;
  return call.yield(aten::repeat(call, *x, sizesOf(call, *x), *repeats));
}

/// y has the sizes of both, stretched against each other.
LogicalResult importExpand(ImportCall &call) {
  auto x = call.tensor("input");
  auto shape = call.sizes("shape");
  if (failed(x) || failed(shape))
    return failure();
  OpBuilder &b = call.builder;
  SmallVector<OpFoldResult> own = sizesOf(call, *x), sizes = *shape;
  if (own.size() > sizes.size())
    sizes.insert(sizes.begin(), own.size() - sizes.size(), b.getIndexAttr(1));
  for (auto [i, size] : llvm::enumerate(own)) {
    OpFoldResult &target = sizes[sizes.size() - own.size() + i];
    if (isConstantIntValue(size, 1) || target == size)
      continue;
    if (auto constant = getConstantIntValue(target)) {
      target = *constant == 1 ? size : target;
      continue;
    }
    Value value = getValueOrCreateConstantIndexOp(b, call.loc, target), one = arith::ConstantIndexOp::create(b, call.loc, 1);
    Value isOne = arith::CmpIOp::create(b, call.loc, arith::CmpIPredicate::eq, value, one);
    target = select(call, isOne, getValueOrCreateConstantIndexOp(b, call.loc, size), value);
  }
  return call.yield(graph::BroadcastOp::create(b, call.loc, *x, sizes).getResult());
}

/// Blocks of space become channels, or channels blocks of space.
LogicalResult importBlocks(ImportCall &call, bool toDepth) {
  auto x = call.tensor("input");
  auto block = call.integer("blocksize");
  FailureOr<std::string> mode = call.string("mode", "DCR");
  if (failed(x) || failed(block) || failed(mode))
    return failure();
  if (rankOf(*x) != 4 || *block < 1)
    return emitError(call.loc) << "'" << call.name << "': expected a tensor of rank 4 and a block of at least 1";
  SmallVector<OpFoldResult> s = sizesOf(call, *x);
  if (*mode != "DCR" && *mode != "CRD")
    return call.unsupported("the mode '" + *mode + "'");
  OpFoldResult n = call.builder.getIndexAttr(*block);
  auto divided = [&](OpFoldResult size, int64_t by) -> OpFoldResult {
    if (auto constant = getConstantIntValue(size))
      return call.builder.getIndexAttr(*constant / by);
    return arith::DivSIOp::create(call.builder, call.loc, cast<Value>(size), arith::ConstantIndexOp::create(call.builder, call.loc, by))
        .getResult();
  };
  SmallVector<OpFoldResult> split, joined;
  SmallVector<int64_t> order;
  if (toDepth) {
    split = {s[0], s[1], divided(s[2], *block), n, divided(s[3], *block), n};
    order = *mode == "DCR" ? SmallVector<int64_t>{0, 3, 5, 1, 2, 4} : SmallVector<int64_t>{0, 1, 3, 5, 2, 4};
    joined = {s[0], product(call, {n, n, s[1]}), split[2], split[4]};
  } else {
    OpFoldResult depth = divided(s[1], *block * *block);
    if (*mode == "DCR") {
      split = {s[0], n, n, depth, s[2], s[3]};
      order = {0, 3, 4, 1, 5, 2};
    } else {
      split = {s[0], depth, n, n, s[2], s[3]};
      order = {0, 1, 4, 2, 5, 3};
    }
    joined = {s[0], depth, product(call, {s[2], n}), product(call, {s[3], n})};
  }
  Value y = graph::TransposeOp::create(call.builder, call.loc, aten::reshape(call, *x, split), order);
  return call.yield(aten::reshape(call, y, joined));
}
} // namespace

void graphopt::registerOnnxShapeRules(ImportRules &rules) {
  rules.onnx({"Reshape"}, importReshape);
  rules.onnx({"Squeeze"}, importSqueeze);
  rules.onnx({"Unsqueeze"}, importUnsqueeze);
  rules.onnx({"Shape"}, importShape);
  rules.onnx({"Tile"}, importTile);
  rules.onnx({"Expand"}, importExpand);
  rules.onnx({"SpaceToDepth"}, [](ImportCall &call) { return importBlocks(call, /*toDepth=*/true); });
  rules.onnx({"DepthToSpace"}, [](ImportCall &call) { return importBlocks(call, /*toDepth=*/false); });
  rules.onnx({"Size"}, [](ImportCall &call) -> LogicalResult {
    auto x = call.tensor("data");
    if (failed(x))
      return failure();
    OpFoldResult count = product(call, sizesOf(call, *x));
    return call.yield(sizeTensor(call, count, RankedTensorType::get({}, call.builder.getI64Type())));
  });
  rules.onnx({"Flatten"}, [](ImportCall &call) -> LogicalResult {
    auto x = call.tensor("input");
    auto axis = call.integer("axis");
    if (failed(x) || failed(axis))
      return failure();
    int64_t rank = rankOf(*x), at = *axis < 0 ? *axis + rank : *axis;
    if (at < 0 || at > rank)
      return emitError(call.loc) << "'Flatten': expected an axis in [" << -rank << ", " << rank << "], got " << *axis;
    return call.yield(asMatrix(call, *x, at));
  });
}
