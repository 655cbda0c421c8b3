//===- GridSample.cpp - images read between their elements ----------------===//
#include "Interop/Aten/Rules/GridSample.h"
#include "Interop/Onnx/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/Transpose.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::onnx;

namespace {
LogicalResult importGridSample(ImportCall &call) {
  auto x = call.tensor("X"), grid = call.tensor("grid");
  auto mode = call.string("mode"), padding = call.string("padding_mode");
  auto alignCorners = call.boolean("align_corners");
  if (failed(x) || failed(grid) || failed(mode) || failed(padding) || failed(alignCorners))
    return failure();
  auto interpolation = llvm::StringSwitch<std::optional<aten::Interpolation>>(*mode)
                           .Cases({"linear", "bilinear"}, aten::Interpolation::linear)
                           .Case("nearest", aten::Interpolation::nearest)
                           .Cases({"cubic", "bicubic"}, aten::Interpolation::cubic)
                           .Default(std::nullopt);
  auto outside = llvm::StringSwitch<std::optional<aten::Outside>>(*padding)
                     .Case("zeros", aten::Outside::zeros)
                     .Case("border", aten::Outside::border)
                     .Case("reflection", aten::Outside::reflection)
                     .Default(std::nullopt);
  if (!interpolation || !outside)
    return call.unsupported("the mode '" + *mode + "' with the padding '" + *padding + "'");
  auto y = aten::sampleGrid(call, *x, *grid, *interpolation, *outside, *alignCorners);
  return failed(y) ? failure() : call.yield(*y);
}

/// Regions of images, each cut into output_height * output_width bins, of which sampling_ratio^2 places are read.
LogicalResult importRoiAlign(ImportCall &call) {
  auto x = call.tensor("X"), regions = call.tensor("rois"), images = call.tensor("batch_indices");
  auto mode = call.string("mode"), coordinates = call.string("coordinate_transformation_mode", "output_half_pixel");
  auto height = call.integer("output_height"), width = call.integer("output_width"), ratio = call.integer("sampling_ratio");
  auto scale = call.number("spatial_scale");
  if (failed(x) || failed(regions) || failed(images) || failed(mode) || failed(coordinates) || failed(height) || failed(width) ||
      failed(ratio) || failed(scale))
    return failure();
  if (rankOf(*x) != 4 || rankOf(*regions) != 2 || rankOf(*images) != 1)
    return emitError(call.loc) << "'RoiAlign': expected images of rank 4, a matrix of regions and a vector of their images";
  if (*ratio < 1 || *height < 1 || *width < 1)
    return call.unsupported("a number of places that depends on the sizes of the regions");
  OpBuilder &b = call.builder;
  ExprBuilder g(b, call.loc);
  Type type = computeType(*x);
  bool isShifted = *coordinates == "half_pixel";
  constexpr int64_t rank = 5; // [regions, bins down, bins right, places down, places right]
  auto number = [&](int64_t n) { return OpFoldResult(b.getIndexAttr(n)); };
  SmallVector<OpFoldResult> one(rank, number(1));
  one[0] = sizesOf(call, *regions)[0];
  auto corner = [&](int64_t i) {
    Value value = call.cast(part(call, *regions, 1, number(i), number(1)), type);
    Expr place = g(aten::reshape(call, value, one)) * *scale;
    return isShifted ? place - 0.5 : place;
  };
  aten::Image image(call, g(call.cast(*x, type)), rank, aten::Outside::border, /*alignCorners=*/true);
  image.number = g(aten::reshape(call, call.cast(*images, b.getI64Type()), one));
  SmallVector<Expr> places;
  Expr isInside;
  for (int64_t d = 0; d < 2; ++d) {
    int64_t bins = d == 0 ? *height : *width;
    Expr start = corner(1 - d), size = corner(3 - d) - start, end = image.axes[d].size;
    if (!isShifted)
      size = max(size, 1);
    Expr bin = g.cast(g(aten::positions(call, number(bins), 1 + d, rank)), type);
    Expr sample = g.cast(g(aten::positions(call, number(*ratio), 3 + d, rank)), type);
    Expr place = start + (bin + (sample + 0.5) / static_cast<double>(*ratio)) * (size / static_cast<double>(bins));
    Expr counts = select(place < -1.0, numberLike(0, place), select(place > end, numberLike(0, place), numberLike(1, place)));
    isInside = d == 0 ? counts : isInside * counts;
    places.push_back(image.axes[d].clipped(place));
  }
  isInside = g(aten::insertAxis(call, isInside, rank));
  Expr y;
  if (*mode == "avg") {
    y = g.mean(image.linear(places) * isInside, {3, 4}, /*keepDims=*/false);
  } else if (*mode == "max") { // of what each neighbour has times its share
    for (Expr part : image.linearNeighbours(places))
      y = y.value ? max(y, part) : part;
    y = g.reduceMax(y * isInside, {3, 4}, /*keepDims=*/false);
  } else {
    return call.unsupported("the mode '" + *mode + "'");
  }
  Value channelsSecond = graph::TransposeOp::create(b, call.loc, y, ArrayRef<int64_t>{0, 3, 1, 2});
  return call.yield(call.cast(channelsSecond, elementOf(*x)));
}
} // namespace

void graphopt::registerOnnxGridSampleRules(ImportRules &rules) {
  rules.onnx({"GridSample"}, importGridSample);
  rules.onnx({"AffineGrid"}, aten::importAffineGrid);
  rules.onnx({"RoiAlign"}, importRoiAlign);
}
