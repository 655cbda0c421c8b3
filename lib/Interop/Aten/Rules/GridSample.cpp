//===- GridSample.cpp - an image read at places that a grid names ---------===//
#include "Interop/Aten/Rules/GridSample.h"
#include "Interop/Aten/Rules/Resample.h"
#include "Interop/Aten/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/ElementwiseBinary.h"
#include "graph-opt/Dialect/Graph/Ops/ElementwiseUnary.h"
#include "graph-opt/Dialect/Graph/Ops/Gather.h"
#include "graph-opt/Dialect/Graph/Ops/Transpose.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::aten;

//===--- An axis ----------------------------------------------------------===//

Expr ImageAxis::scaled(Expr place) const {
  return alignCorners ? (place + 1.0) * ((size - 1.0) * 0.5) : ((place + 1.0) * size - 1.0) * 0.5;
}

Expr ImageAxis::clipped(Expr place) const { return min(max(place, 0), size - 1.0); }

Expr ImageAxis::padded(Expr place) const {
  if (outside == Outside::zeros)
    return place;
  if (outside == Outside::border)
    return clipped(place);
  // Mirrored at the first and the last element, or half an element before and behind.
  double low = alignCorners ? 0 : -0.5;
  Expr span = alignCorners ? size - 1.0 : size, from = abs(place - low);
  Expr flips = floor(from / span), rest = from - flips * span;
  Expr mirrored = select(flips == floor(flips * 0.5) * 2.0, rest, span - rest) + low;
  return clipped(select(span == 0.0, numberLike(0, place), mirrored));
}

//===--- An image ---------------------------------------------------------===//

Image::Image(ImportCall &call, Expr image, int64_t placesRank, Outside outside, bool alignCorners) : call(call) {
  ExprBuilder &g = *image.g;
  SmallVector<OpFoldResult> sizes = sizesOf(call, image), places = sizes;
  int64_t rank = image.getType().getRank();
  SmallVector<int64_t> channelsLast = {0};
  llvm::append_range(channelsLast, llvm::seq<int64_t>(2, rank));
  channelsLast.push_back(1);
  places.erase(places.begin() + 1);
  Value last = graph::TransposeOp::create(g.b, g.loc, image, channelsLast);
  rows = g(reshape(call, last, {product(call, places), sizes[1]}));
  number = g(positions(call, sizes[0], 0, placesRank));
  for (OpFoldResult size : ArrayRef(sizes).drop_front(2))
    axes.push_back({g.cast(sizeAsTensor(call, g, size), image.getType().getElementType()), outside, alignCorners});
}

Expr Image::at(ArrayRef<Expr> places) const {
  ExprBuilder &g = *rows.g;
  auto whole = [&](Expr place) { return g.cast(place, g.b.getI64Type()); };
  Expr row = number, isRead;
  for (auto [axis, place] : llvm::zip_equal(axes, places)) {
    row = row * whole(axis.size) + whole(axis.clipped(place));
    if (axis.outside != Outside::zeros)
      continue;
    for (Value isInside : {Value(place > -1.0), Value(place < axis.size)})
      isRead = isRead.value ? g(graph::AndOp::create(g.b, g.loc, isRead, isInside)) : g(isInside);
  }
  Expr value = g(graph::GatherOp::create(g.b, g.loc, rows, row, int64_t(0)));
  if (!isRead.value)
    return value;
  return select(g(insertAxis(call, isRead, isRead.getType().getRank())), value, numberLike(0, value));
}

SmallVector<Expr> Image::neighbours(ArrayRef<Expr> first, ArrayRef<SmallVector<Expr>> shares) const {
  struct Neighbour {
    SmallVector<Expr> places;
    Expr share;
  };
  SmallVector<Neighbour> found(1);
  for (size_t d = 0; d < axes.size(); ++d) {
    SmallVector<Neighbour> next;
    for (const Neighbour &before : found)
      for (auto [k, share] : llvm::enumerate(shares[d])) {
        Expr place = first[d] + static_cast<double>(k);
        next.push_back({before.places, before.share.value ? before.share * share : share});
        next.back().places.push_back(axes[d].padded(place));
      }
    found = std::move(next);
  }
  return llvm::map_to_vector(found, [&](const Neighbour &neighbour) {
    Expr value = at(neighbour.places);
    return value * (*value.g)(insertAxis(call, neighbour.share, neighbour.share.getType().getRank()));
  });
}

/// The sum of shares.
static Expr blend(ArrayRef<Expr> parts) {
  Expr sum = parts[0];
  for (Expr part : parts.drop_front())
    sum = sum + part;
  return sum;
}

SmallVector<Expr> Image::linearNeighbours(ArrayRef<Expr> places) const {
  SmallVector<Expr> first;
  SmallVector<SmallVector<Expr>> shares;
  for (Expr place : places) {
    first.push_back(floor(place));
    Expr rest = place - first.back();
    shares.push_back({1.0 - rest, rest});
  }
  return neighbours(first, shares);
}

Expr Image::linear(ArrayRef<Expr> places) const { return blend(linearNeighbours(places)); }

//===--- A grid -----------------------------------------------------------===//

FailureOr<Value> aten::sampleGrid(ImportCall &call, Value image, Value grid, Interpolation mode, Outside outside, bool alignCorners) {
  Type element = typeOf(image).getElementType();
  int64_t rank = rankOf(image), space = rank - 2;
  if (rank < 3 || rankOf(grid) != rank || !isa<FloatType>(element))
    return call.unsupported("expected floating-point images with axes of space, and grids of their rank");
  OpBuilder &b = call.builder;
  ExprBuilder g(b, call.loc);
  Type type = element.isF64() ? element : Type(b.getF32Type());
  Image from(call, g.cast(g(image), type), rank - 1, outside, alignCorners);
  SmallVector<Expr> places;
  for (auto [d, axis] : llvm::enumerate(from.axes)) {
    Value named = part(call, grid, rank - 1, b.getIndexAttr(space - 1 - static_cast<int64_t>(d)), b.getIndexAttr(1));
    Expr place = axis.scaled(g.cast(g(reshape(call, named, ArrayRef(sizesOf(call, grid)).drop_back())), type));
    places.push_back(mode == Interpolation::cubic ? place : axis.padded(place));
  }
  Expr result;
  if (mode == Interpolation::nearest) {
    result = from.at(llvm::map_to_vector(places, [&](Expr place) { return g(graph::RoundOp::create(b, call.loc, place)); }));
  } else if (mode == Interpolation::linear) {
    result = from.linear(places);
  } else {
    SmallVector<Expr> first;
    SmallVector<SmallVector<Expr>> shares;
    for (Expr place : places) {
      Expr before = floor(place);
      first.push_back(before - 1.0);
      shares.push_back(cubicShares(place - before));
    }
    result = blend(from.neighbours(first, shares));
  }
  SmallVector<int64_t> channelsSecond = {0, rank - 1};
  llvm::append_range(channelsSecond, llvm::seq<int64_t>(1, rank - 1));
  return call.cast(graph::TransposeOp::create(b, call.loc, result, channelsSecond), element);
}

LogicalResult aten::importAffineGrid(ImportCall &call) {
  auto theta = call.tensor("theta");
  auto sizes = call.sizes("size");
  auto alignCorners = call.boolean("align_corners");
  if (failed(theta) || failed(sizes) || failed(alignCorners))
    return failure();
  auto space = static_cast<int64_t>(sizes->size()) - 2;
  if (space < 1 || rankOf(*theta) != 3)
    return call.unsupported("expected matrices, and a size with axes of space");
  OpBuilder &b = call.builder;
  ExprBuilder g(b, call.loc);
  Type element = typeOf(*theta).getElementType(), type = element.isF64() ? element : Type(b.getF32Type());
  SmallVector<OpFoldResult> columnSizes(space + 2, b.getIndexAttr(1));
  columnSizes[0] = sizesOf(call, *theta)[0];
  columnSizes.back() = sizesOf(call, *theta)[1];
  auto column = [&](int64_t i) {
    return g(reshape(call, call.cast(part(call, *theta, 2, b.getIndexAttr(i), b.getIndexAttr(1)), type), columnSizes));
  };
  Expr grid = column(space);
  for (int64_t d = 0; d < space; ++d) {
    OpFoldResult size = (*sizes)[d + 2];
    Expr last = g.cast(sizeAsTensor(call, g, size), type) - 1.0, place = g.cast(g(positions(call, size, d + 1, space + 2)), type);
    Expr span = *alignCorners ? max(last, 1) : last + 1.0; // of one element the place is 0
    grid = grid + column(space - 1 - d) * ((place * 2.0 - last) / span);
  }
  return call.yield(call.cast(grid, element));
}

static LogicalResult importGridSample(ImportCall &call) {
  auto image = call.tensor("input"), grid = call.tensor("grid");
  auto mode = call.integer("interpolation_mode"), padding = call.integer("padding_mode");
  auto alignCorners = call.boolean("align_corners");
  if (failed(image) || failed(grid) || failed(mode) || failed(padding) || failed(alignCorners))
    return failure();
  if (*mode < 0 || *mode > 2 || *padding < 0 || *padding > 2)
    return call.unsupported("expected modes of 0 to 2");
  auto y = sampleGrid(call, *image, *grid, static_cast<Interpolation>(*mode), static_cast<Outside>(*padding), *alignCorners);
  return failed(y) ? failure() : call.yield(*y);
}

void graphopt::registerAtenGridSampleRules(ImportRules &rules) {
  rules.aten({"grid_sampler.default", "grid_sampler_2d.default", "grid_sampler_3d.default"}, importGridSample);
  rules.aten({"affine_grid_generator.default"}, importAffineGrid);
}
