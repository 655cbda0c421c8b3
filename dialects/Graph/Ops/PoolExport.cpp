//===- PoolExport.cpp - pools as foreign operators ------------------------===//
#include "graph-opt/Dialect/Graph/Ops/Pool.h"
#include "graph-opt/Interop/ExportRules.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::graph;

namespace {
int64_t product(ArrayRef<int64_t> numbers) {
  int64_t result = 1;
  for (int64_t number : numbers)
    result *= number;
  return result;
}

/// Pools want two axes before those of space: others become one, and come back.
template <typename Op, typename Fn> LogicalResult exportPool(Op op, OnnxExport &to, Fn pool) {
  int64_t rank = cast<RankedTensorType>(op.getX().getType()).getRank(), lead = rank - static_cast<int64_t>(op.getWindow().size());
  ForeignValue x = to.wide(to[op.getX()]);
  if (!x.isFloat())
    return to.decline("pools take floating-point numbers");
  if (lead == 2)
    return to.yield(pool(x));
  ForeignValue flat = to("Reshape", {x, to("Concat", {to.integers({1, -1}), to.shape(x, lead)}, {{"axis", 0}})});
  ForeignValue y = pool(flat);
  return to.yield(to("Reshape", {y, to("Concat", {to.shape(x, 0, lead), to.shape(y, 2)}, {{"axis", 0}})}));
}

/// Runtimes take amounts below the window's size.
template <typename Op> bool isWidelyPadded(Op op) {
  return llvm::any_of(llvm::zip(op.getLow(), op.getHigh(), op.getWindow()),
                      [](auto axis) { return std::max(std::get<0>(axis), std::get<1>(axis)) >= std::get<2>(axis); });
}

/// x with wide amounts of `value` around it, which the attributes then leave out.
template <typename Op> ForeignValue padWidely(Op op, OnnxExport &to, ForeignValue x, double value) {
  if (!isWidelyPadded(op))
    return x;
  SmallVector<int64_t> amounts(2, 0);
  llvm::append_range(amounts, op.getLow());
  amounts.append(2, 0);
  llvm::append_range(amounts, op.getHigh());
  return to("Pad", {x, to.integers(amounts), to.number(value, x.element)});
}

template <typename Op> std::vector<NamedForeignArg> attributesOf(Op op) {
  SmallVector<int64_t> pads(op.getLow());
  llvm::append_range(pads, op.getHigh());
  if (isWidelyPadded(op))
    llvm::fill(pads, 0);
  return {{"kernel_shape", op.getWindow()}, {"strides", op.getStrides()}, {"pads", pads}, {"dilations", op.getDilations()}};
}

/// ATen pools 1 to 3 axes, pads evenly and by half a window at most, and wants two axes before those of space.
template <typename Op, typename Fn> LogicalResult exportPool(Op op, AtenExport &to, double outside, Fn pool) {
  int64_t rank = cast<RankedTensorType>(op.getX().getType()).getRank(), space = static_cast<int64_t>(op.getWindow().size());
  if (space > 3)
    return to.decline("windows of more than 3 axes");
  ForeignValue x = to[op.getX()];
  if (!x.isFloat())
    return to.decline("pools take floating-point numbers");
  SmallVector<int64_t> amounts; // of the last axis first
  for (auto [low, high] : llvm::reverse(llvm::zip(op.getLow(), op.getHigh())))
    amounts.append({low, high});
  if (llvm::any_of(amounts, [](int64_t amount) { return amount != 0; }))
    x = to("constant_pad_nd.default", {x, amounts, outside});
  auto shaped = [&](ForeignValue y, ForeignArg::List sizes, int64_t from) {
    for (int64_t d = from; d < from + space; ++d)
      sizes.push_back(to("sym_size.int", {y, d}, {}, IntegerType::get(op.getContext(), 64)));
    return sizes;
  };
  int64_t lead = rank - space;
  if (lead == 2)
    return to.yield(pool(x));
  ForeignValue y = pool(to("reshape.default", {x, shaped(x, {1, -1}, lead)}));
  ForeignArg::List sizes;
  for (int64_t d = 0; d < lead; ++d)
    sizes.push_back(to.dim(op.getX(), d));
  return to.yield(to("reshape.default", {y, shaped(y, sizes, 2)}));
}

template <typename Op> std::string overloadOf(Op op, StringRef kind) { return (kind + "_pool" + Twine(op.getWindow().size()) + "d").str(); }
} // namespace

void MaxPoolOp::registerExportRules(ExportRules &rules) {
  rules.onnx<MaxPoolOp>([](MaxPoolOp op, OnnxExport &to) {
    return exportPool(op, to, [&](ForeignValue x) { return to("MaxPool", {padWidely(op, to, x, -HUGE_VAL)}, attributesOf(op)); });
  });
  rules.aten<MaxPoolOp>([](MaxPoolOp op, AtenExport &to) {
    return exportPool(op, to, -HUGE_VAL, [&](ForeignValue x) {
      return to(overloadOf(op, "max") + ".default", {x, op.getWindow(), op.getStrides(), 0, op.getDilations()});
    });
  });
}

void SumPoolOp::registerExportRules(ExportRules &rules) {
  rules.onnx<SumPoolOp>([](SumPoolOp op, OnnxExport &to) {
    return exportPool(op, to, [&](ForeignValue x) {
      std::vector<NamedForeignArg> attributes = attributesOf(op);
      attributes.push_back({"count_include_pad", 1});
      return to("Mul", {to("AveragePool", {padWidely(op, to, x, 0)}, attributes),
                        to.number(static_cast<double>(product(op.getWindow())), x.element)});
    });
  });
  rules.aten<SumPoolOp>([](SumPoolOp op, AtenExport &to) -> LogicalResult {
    if (llvm::any_of(op.getDilations(), [](int64_t dilation) { return dilation != 1; }))
      return to.decline("sums over windows with gaps");
    return exportPool(op, to, 0, [&](ForeignValue x) {
      ForeignValue mean = to(overloadOf(op, "avg") + ".default", {x, op.getWindow(), op.getStrides()});
      return to("mul.Scalar", {mean, product(op.getWindow())});
    });
  });
}

void ArgmaxPoolOp::registerExportRules(ExportRules &rules) {
  rules.onnx<ArgmaxPoolOp>([](ArgmaxPoolOp op, OnnxExport &to) -> LogicalResult {
    if (isWidelyPadded(op))
      return to.decline("as much padding as a window has");
    return exportPool(op, to, [&](ForeignValue x) { // ONNX counts all elements of x, we those of its space
      ForeignValue places = to.many("MaxPool", {x}, attributesOf(op), {x.element, IntegerType::get(op.getContext(), 64)})[1];
      return to("Mod", {places, to("ReduceProd", {to.shape(x, 2)}, {{"keepdims", 0}})});
    });
  });
}
