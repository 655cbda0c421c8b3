//===- Shape.cpp - the same elements in another shape ---------------------===//
#include "Interop/Aten/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/Broadcast.h"
#include "graph-opt/Dialect/Graph/Ops/Transpose.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace graphopt;

namespace {
/// Rules of one tensor `self` whose sizes a function edits.
using EditSizes = std::function<LogicalResult(ImportCall &, Value, SmallVectorImpl<OpFoldResult> &)>;

void addReshape(ImportRules &rules, ArrayRef<StringRef> overloads, EditSizes edit) {
  rules.aten(overloads, [edit](ImportCall &call) -> LogicalResult {
    auto x = call.tensor("self");
    if (failed(x))
      return failure();
    SmallVector<OpFoldResult> sizes = aten::sizesOf(call, *x);
    if (failed(edit(call, *x, sizes)))
      return failure();
    return call.yield(aten::reshape(call, *x, sizes));
  });
}

Value transpose(ImportCall &call, Value x, ArrayRef<int64_t> permutation) {
  return graph::TransposeOp::create(call.builder, call.loc, x, permutation);
}

LogicalResult expand(ImportCall &call, Value x, ArrayRef<OpFoldResult> sizes) {
  return call.yield(graph::BroadcastOp::create(call.builder, call.loc, x, sizes).getResult());
}

LogicalResult importRepeat(ImportCall &call) {
  auto x = call.tensor("self");
  auto repeats = call.sizes("repeats");
  if (failed(x) || failed(repeats))
    return failure();
  SmallVector<OpFoldResult> sizes = aten::sizesOf(call, *x);
  if (repeats->size() < sizes.size())
    return call.unsupported("expected a number of repeats for each axis");
  sizes.insert(sizes.begin(), repeats->size() - sizes.size(), call.builder.getIndexAttr(1));
  return call.yield(aten::repeat(call, *x, sizes, *repeats));
}

/// Each element of an axis `repeats` times in a row.
LogicalResult importRepeatInterleave(ImportCall &call) {
  auto x = call.tensor("self");
  auto repeats = call.size("repeats");
  if (failed(x) || failed(repeats))
    return failure();
  Value value = *x;
  if (!call.has("dim"))
    value = aten::reshape(call, value, aten::product(call, aten::sizesOf(call, value)));
  auto axis = call.has("dim") ? aten::axisOf(call, "dim", value) : FailureOr<int64_t>(0);
  if (failed(axis))
    return failure();
  SmallVector<OpFoldResult> sizes = aten::sizesOf(call, value), stretched = sizes;
  stretched.insert(stretched.begin() + *axis + 1, *repeats);
  sizes[*axis] = aten::product(call, {sizes[*axis], *repeats});
  value = aten::insertAxis(call, value, *axis + 1);
  value = graph::BroadcastOp::create(call.builder, call.loc, value, stretched);
  return call.yield(aten::reshape(call, value, sizes));
}

LogicalResult moveAxes(ImportCall &call) {
  auto x = call.tensor("self");
  auto from = call.integers("source"), to = call.integers("destination");
  if (failed(x) || failed(from) || failed(to))
    return failure();
  int64_t rank = aten::rankOf(*x);
  SmallVector<int64_t> permutation(rank, -1);
  llvm::SmallBitVector used(rank);
  for (auto [source, target] : llvm::zip(*from, *to)) {
    source += source < 0 ? rank : 0;
    target += target < 0 ? rank : 0;
    if (source < 0 || source >= rank || target < 0 || target >= rank || used[source] || permutation[target] >= 0)
      return call.unsupported("expected each axis once");
    permutation[target] = source;
    used.set(source);
  }
  int64_t next = 0;
  for (int64_t &axis : permutation) {
    if (axis >= 0)
      continue;
    while (used[next])
      ++next;
    axis = next++;
  }
  return call.yield(transpose(call, *x, permutation));
}
} // namespace

void graphopt::registerAtenShapeRules(ImportRules &rules) {
  addReshape(rules, {"unsqueeze.default"}, [](ImportCall &call, Value, SmallVectorImpl<OpFoldResult> &sizes) -> LogicalResult {
    auto axis = call.axis("dim", static_cast<int64_t>(sizes.size()) + 1);
    if (failed(axis))
      return failure();
    sizes.insert(sizes.begin() + *axis, call.builder.getIndexAttr(1));
    return success();
  });
  // Only sizes known to be 1 go: a rank can't depend on a number. The source's rank, which is checked, agrees.
  auto squeeze = [](SmallVectorImpl<OpFoldResult> &sizes, ArrayRef<int64_t> axes) {
    for (int64_t axis : llvm::reverse(axes))
      if (isConstantIntValue(sizes[axis], 1))
        sizes.erase(sizes.begin() + axis);
    return success();
  };
  addReshape(rules, {"squeeze.default"}, [=](ImportCall &, Value x, SmallVectorImpl<OpFoldResult> &sizes) {
    return squeeze(sizes, llvm::to_vector(llvm::seq<int64_t>(0, aten::rankOf(x))));
  });
  addReshape(rules, {"squeeze.dim", "squeeze.dims"}, [=](ImportCall &call, Value x, SmallVectorImpl<OpFoldResult> &sizes) -> LogicalResult {
    if (auto *dims = call["dim"].get<std::vector<ImportArg>>(); dims && dims->empty())
      return success(); // none, where reductions would take all
    auto axes = call.axes("dim", aten::rankOf(x));
    return failed(axes) ? failure() : squeeze(sizes, *axes);
  });
  addReshape(rules, {"flatten.using_ints"}, [](ImportCall &call, Value x, SmallVectorImpl<OpFoldResult> &sizes) -> LogicalResult {
    auto first = call.axis("start_dim", aten::rankOf(x)), last = call.axis("end_dim", aten::rankOf(x));
    if (failed(first) || failed(last))
      return failure();
    if (*first > *last)
      return call.unsupported("expected start_dim before end_dim");
    if (sizes.empty()) {
      sizes.push_back(call.builder.getIndexAttr(1));
      return success();
    }
    OpFoldResult joined = aten::product(call, ArrayRef(sizes).slice(*first, *last - *first + 1));
    sizes.erase(sizes.begin() + *first, sizes.begin() + *last + 1);
    sizes.insert(sizes.begin() + *first, joined);
    return success();
  });
  addReshape(rules, {"ravel.default"}, [](ImportCall &call, Value, SmallVectorImpl<OpFoldResult> &sizes) -> LogicalResult {
    OpFoldResult joined = aten::product(call, sizes);
    sizes.assign(1, joined);
    return success();
  });
  addReshape(rules, {"unflatten.int"}, [](ImportCall &call, Value x, SmallVectorImpl<OpFoldResult> &sizes) -> LogicalResult {
    auto axis = call.axis("dim", aten::rankOf(x));
    auto parts = call.sizes("sizes");
    if (failed(axis) || failed(parts) || sizes.empty())
      return failure();
    sizes.erase(sizes.begin() + *axis);
    sizes.insert(sizes.begin() + *axis, parts->begin(), parts->end());
    return success();
  });
  addReshape(rules, {"view_as.default", "reshape_as.default"},
             [](ImportCall &call, Value, SmallVectorImpl<OpFoldResult> &sizes) -> LogicalResult {
               auto other = call.tensor("other");
               if (failed(other))
                 return failure();
               sizes = aten::sizesOf(call, *other);
               return success();
             });

  rules.aten({"expand_as.default"}, [](ImportCall &call) -> LogicalResult {
    auto x = call.tensor("self"), other = call.tensor("other");
    return failed(x) || failed(other) ? failure() : expand(call, *x, aten::sizesOf(call, *other));
  });
  rules.aten({"broadcast_to.default"}, [](ImportCall &call) -> LogicalResult {
    auto x = call.tensor("self");
    auto sizes = call.sizes("size");
    return failed(x) || failed(sizes) ? failure() : expand(call, *x, *sizes);
  });
  rules.aten({"repeat.default"}, importRepeat);
  rules.aten({"repeat_interleave.self_int"}, importRepeatInterleave);
  rules.aten({"movedim.intlist", "movedim.int", "moveaxis.intlist", "moveaxis.int"}, moveAxes);

  auto swap = [](StringRef firstName, StringRef secondName) {
    return [=](ImportCall &call) -> LogicalResult {
      auto x = call.tensor("self");
      if (failed(x))
        return failure();
      auto first = call.axis(firstName, aten::rankOf(*x)), second = call.axis(secondName, aten::rankOf(*x));
      if (failed(first) || failed(second))
        return failure();
      auto permutation = llvm::to_vector(llvm::seq<int64_t>(0, aten::rankOf(*x)));
      if (!permutation.empty())
        std::swap(permutation[*first], permutation[*second]);
      return call.yield(transpose(call, *x, permutation));
    };
  };
  rules.aten({"swapaxes.default"}, swap("axis0", "axis1"));
  rules.aten({"swapdims.default"}, swap("dim0", "dim1"));
  rules.aten({"mT.default", "numpy_T.default", "matrix_H.default", "adjoint.default"}, [](ImportCall &call) -> LogicalResult {
    auto x = call.tensor("self");
    if (failed(x))
      return failure();
    int64_t rank = aten::rankOf(*x);
    auto permutation = llvm::to_vector(llvm::seq<int64_t>(0, rank));
    if (call.name == "aten.numpy_T.default")
      std::reverse(permutation.begin(), permutation.end());
    else if (rank < 2)
      return call.unsupported("expected a matrix");
    else
      std::swap(permutation[rank - 2], permutation[rank - 1]);
    return call.yield(transpose(call, *x, permutation));
  });
}
