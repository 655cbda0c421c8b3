//===- ConvolutionExport.cpp - convolutions as foreign operators ----------===//
#include "graph-opt/Dialect/Graph/Ops/Convolution.h"
#include "graph-opt/Interop/ExportRules.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::graph;

/// `spread - 1` zeros between neighbours along the axes of space.
static ForeignValue spreadOut(ConvolutionOp op, OnnxExport &to, ForeignValue x) {
  int64_t rank = cast<RankedTensorType>(op.getX().getType()).getRank();
  for (auto [d, spread] : llvm::enumerate(op.getSpread())) {
    if (spread == 1)
      continue;
    int64_t axis = static_cast<int64_t>(d) + 2;
    SmallVector<int64_t> amounts(2 * (rank + 1), 0);
    amounts[rank + 1 + axis + 1] = spread - 1;
    ForeignValue apart = to("Pad", {to("Unsqueeze", {x, to.integers({axis + 1})}), to.integers(amounts), to.number(0, x.element)});
    ForeignValue sizes = to("Concat", {to.shape(x, 0, axis), to.integers({-1}), to.shape(x, axis + 1)}, {{"axis", 0}});
    x = to("Reshape", {apart, sizes});
    x = to("Slice", {x, to.integers({0}), to.integers({1 - spread}), to.integers({axis})});
  }
  return x;
}

/// The same by ATen's calls.
static ForeignValue spreadOut(ConvolutionOp op, AtenExport &to, ForeignValue x) {
  int64_t rank = cast<RankedTensorType>(op.getX().getType()).getRank();
  for (auto [d, spread] : llvm::enumerate(op.getSpread())) {
    if (spread == 1)
      continue;
    int64_t axis = static_cast<int64_t>(d) + 2;
    SmallVector<int64_t> amounts(2 * (rank - axis), 0);
    amounts.back() = spread - 1;
    x = to("constant_pad_nd.default", {to("unsqueeze.default", {x, axis + 1}), amounts});
    x = to("slice.Tensor", {to("flatten.using_ints", {x, axis, axis + 1}), axis, 0, 1 - spread});
  }
  return x;
}

void ConvolutionOp::registerExportRules(ExportRules &rules) {
  rules.onnx<ConvolutionOp>([](ConvolutionOp op, OnnxExport &to) -> LogicalResult {
    ForeignValue x = to.wide(to[op.getX()]), w = to.wide(to[op.getW()]);
    if (!x.isFloat())
      return to.decline("Conv takes floating-point numbers");
    SmallVector<int64_t> pads(op.getLow());
    llvm::append_range(pads, op.getHigh());
    return to.yield(to("Conv", {spreadOut(op, to, x), w},
                       {{"strides", op.getStrides()}, {"pads", pads}, {"dilations", op.getDilations()}, {"group", op.getGroups()}}));
  });
  rules.aten<ConvolutionOp>([](ConvolutionOp op, AtenExport &to) {
    ForeignValue x = spreadOut(op, to, to[op.getX()]);
    SmallVector<int64_t> none(op.getLow().size(), 0), padding(op.getLow());
    if (op.getLow() != op.getHigh()) {
      SmallVector<int64_t> amounts; // of the last axis first
      for (auto [low, high] : llvm::reverse(llvm::zip(op.getLow(), op.getHigh())))
        amounts.append({low, high});
      x = to("constant_pad_nd.default", {x, amounts});
      padding = none;
    }
    return to.yield(to("convolution.default",
                       {x, to[op.getW()], ForeignArg(), op.getStrides(), padding, op.getDilations(), false, none, op.getGroups()}));
  });
}
