//===- GridSample.cpp - an image read at places that a grid names ---------===//
#include "Interop/Aten/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/Compare.h"
#include "graph-opt/Dialect/Graph/Ops/ElementwiseBinary.h"
#include "graph-opt/Dialect/Graph/Ops/ElementwiseUnary.h"
#include "graph-opt/Dialect/Graph/Ops/Gather.h"
#include "graph-opt/Dialect/Graph/Ops/Transpose.h"

using namespace mlir;
using namespace graphopt;

namespace {
Expr least(Expr a, Expr b) { return (*a.g)(graph::MinOp::create(a.g->b, a.g->loc, a, b)); }
Expr greatest(Expr a, double b) { return (*a.g)(graph::MaxOp::create(a.g->b, a.g->loc, a, a.g->number(b, a.getType().getElementType()))); }

enum class Padding { zeros, border, reflection };

/// One axis of space: its size as a number, and how places along it are read.
struct Axis {
  Expr size;
  Padding padding;
  bool alignCorners;

  /// From [-1, 1] to elements.
  Expr scaled(Expr place) const { return alignCorners ? (place + 1.0) * ((size - 1.0) * 0.5) : ((place + 1.0) * size - 1.0) * 0.5; }
  Expr clipped(Expr place) const { return least(greatest(place, 0), size - 1.0); }
  /// A place outside of the image moved into it; with zeros, left where it is.
  Expr padded(Expr place) const {
    if (padding == Padding::zeros)
      return place;
    if (padding == Padding::border)
      return clipped(place);
    // Mirrored at the first and the last element, or half an element before and behind.
    ExprBuilder &g = *place.g;
    double low = alignCorners ? 0 : -0.5;
    Expr span = alignCorners ? size - 1.0 : size, from = place - low;
    from = g(graph::AbsOp::create(g.b, g.loc, from));
    Expr flips = floor(from / span), rest = from - flips * span;
    Expr isEven = g(graph::EqOp::create(g.b, g.loc, flips, floor(flips * 0.5) * 2.0));
    Expr mirrored = select(isEven, rest, span - rest) + low;
    return clipped(select(span == 0.0, g.number(0, place.getType().getElementType()), mirrored));
  }
};

/// An image [n, c, h, w] as rows of channels, read at whole places.
struct Image {
  ImportCall &call;
  Expr rows, first; ///< [n * h * w, c]; the image's number, [n, 1, 1]
  Axis y, x;

  Image(ImportCall &call, Expr image, Padding padding, bool alignCorners) : call(call), y(), x() {
    ExprBuilder &g = *image.g;
    SmallVector<OpFoldResult> sizes = aten::sizesOf(call, image);
    Type type = image.getType().getElementType();
    Value last = graph::TransposeOp::create(g.b, g.loc, image, ArrayRef<int64_t>{0, 2, 3, 1});
    rows = g(aten::reshape(call, last, {aten::product(call, {sizes[0], sizes[2], sizes[3]}), sizes[1]}));
    first = g(aten::positions(call, sizes[0], 0, 3));
    y = {g.cast(aten::sizeAsTensor(call, g, sizes[2]), type), padding, alignCorners};
    x = {g.cast(aten::sizeAsTensor(call, g, sizes[3]), type), padding, alignCorners};
  }

  /// [n, h', w', c]; zeros outside of the image.
  Expr at(Expr row, Expr column) const {
    ExprBuilder &g = *row.g;
    Type index = call.builder.getI64Type(), type = row.getType().getElementType();
    auto whole = [&](Expr place) { return g.cast(place, index); };
    Expr position = (first * whole(y.size) + whole(y.clipped(row))) * whole(x.size) + whole(x.clipped(column));
    Expr value = g(graph::GatherOp::create(g.b, g.loc, rows, position, int64_t(0)));
    if (y.padding != Padding::zeros)
      return value;
    auto isInside = [&](Expr place, Expr size) {
      Value isBehind = graph::GeOp::create(g.b, g.loc, place, g.number(0, type));
      return graph::AndOp::create(g.b, g.loc, isBehind, place < size);
    };
    Value isRead = graph::AndOp::create(g.b, g.loc, isInside(row, y.size), isInside(column, x.size));
    return select(g(aten::insertAxis(call, isRead, 3)), value, g.number(0, type));
  }
};

/// The sum of what neighbours have, by their shares along both axes.
Expr blend(const Image &image, Expr row, Expr column, ArrayRef<Expr> rowShares, ArrayRef<Expr> columnShares, int64_t before, bool pads) {
  Expr sum;
  for (auto [i, rowShare] : llvm::enumerate(rowShares))
    for (auto [j, columnShare] : llvm::enumerate(columnShares)) {
      Expr y = row + static_cast<double>(static_cast<int64_t>(i) - before),
           x = column + static_cast<double>(static_cast<int64_t>(j) - before);
      Expr value = pads ? image.at(image.y.padded(y), image.x.padded(x)) : image.at(y, x);
      Expr part = value * (*value.g)(aten::insertAxis(image.call, rowShare * columnShare, 3));
      sum = sum.value ? sum + part : part;
    }
  return sum;
}

LogicalResult importGridSample(ImportCall &call) {
  auto image = call.tensor("input"), grid = call.tensor("grid");
  auto mode = call.integer("interpolation_mode"), padding = call.integer("padding_mode");
  auto alignCorners = call.boolean("align_corners");
  if (failed(image) || failed(grid) || failed(mode) || failed(padding) || failed(alignCorners))
    return failure();
  Type element = aten::typeOf(*image).getElementType();
  if (aten::rankOf(*image) != 4 || aten::rankOf(*grid) != 4 || !isa<FloatType>(element) || *mode < 0 || *mode > 2 || *padding < 0 ||
      *padding > 2)
    return call.unsupported("expected images and grids of rank 4, and modes of 0 to 2");
  OpBuilder &b = call.builder;
  ExprBuilder g(b, call.loc);
  Type type = element.isF64() ? element : Type(b.getF32Type());
  Image from(call, g.cast(g(*image), type), static_cast<Padding>(*padding), *alignCorners);
  auto places = [&](int64_t which) { // the grid has x before y
    Value part = aten::part(call, *grid, 3, b.getIndexAttr(which), b.getIndexAttr(1));
    return g.cast(g(aten::reshape(call, part, ArrayRef(aten::sizesOf(call, *grid)).drop_back())), type);
  };
  Expr y = from.y.scaled(places(1)), x = from.x.scaled(places(0)), result;
  if (*mode != 2)
    y = from.y.padded(y), x = from.x.padded(x);
  if (*mode == 1) {
    auto nearest = [&](Expr place) { return g(graph::RoundOp::create(b, call.loc, place)); };
    result = from.at(nearest(y), nearest(x));
  } else {
    Expr row = floor(y), column = floor(x), down = y - row, right = x - column;
    bool isLinear = *mode == 0;
    auto shares = [&](Expr t) { return isLinear ? SmallVector<Expr>{1.0 - t, t} : aten::cubicShares(t); };
    result = blend(from, row, column, shares(down), shares(right), isLinear ? 0 : 1, /*pads=*/!isLinear || *padding != 0);
  }
  Value y4 = graph::TransposeOp::create(b, call.loc, result, ArrayRef<int64_t>{0, 3, 1, 2});
  return call.yield(call.cast(y4, element));
}
} // namespace

void graphopt::registerAtenGridSampleRules(ImportRules &rules) { rules.aten({"grid_sampler_2d.default"}, importGridSample); }
