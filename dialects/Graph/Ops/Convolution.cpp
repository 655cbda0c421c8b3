//===- Convolution.cpp ----------------------------------------------------===//
#include "graph-opt/Dialect/Graph/Ops/Convolution.h"
#include "Graph/Shared/Indexing.h"
#include "Graph/Shared/Loops.h"
#include "Graph/Shared/OpSupport.h"
#include "Graph/Shared/Reshape.h"
#include "Graph/Shared/Window.h"
#include "graph-opt/Dialect/Graph/Ops/ElementwiseBinary.h"
#include "graph-opt/Dialect/Graph/Ops/Reshape.h"
#include "graph-opt/Dialect/Graph/Ops/Slice.h"
#include "graph-opt/Dialect/Graph/Ops/Transpose.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::graph;

#include "graph-opt/Dialect/Graph/Ops/Convolution.ops.inc"

static SmallVector<WindowAxis> axesOf(ConvolutionOp op) {
  return windowAxes(op.getStrides(), op.getLow(), op.getHigh(), op.getDilations(), op.getSpread());
}

//===--- Shape ------------------------------------------------------------===//

LogicalResult ConvolutionOp::infer(InferContext &context, Adaptor op, SmallVectorImpl<SymbolicType> &results) {
  SymbolicType x = context.typeOf(op.getX()), w = context.typeOf(op.getW());
  if (x.elementType != w.elementType || x.sizes.size() != w.sizes.size() || x.sizes.size() < 3) // (C1)
    return context.emitError() << "expected one element type and one rank of at least 3, got " << op.getX().getType() << " and "
                               << op.getW().getType();
  size_t rank = x.sizes.size() - 2;
  if (failed(checkWindow(context, rank, op.getStrides(), op.getLow(), op.getHigh(), op.getDilations(), op.getSpread()))) // (C2)
    return failure();
  auto groups = static_cast<int64_t>(op.getGroups());
  auto filters = dyn_cast<AffineConstantExpr>(w.sizes[0]);
  if (groups < 1 || groups > (int64_t(1) << 31) || (filters && filters.getValue() % groups != 0) ||
      !InferContext::canBeEqual(x.sizes[1], w.sizes[1] * groups)) // (C3)
    return context.emitError() << "expected groups that divide the filters of " << op.getW().getType() << " and have its channels of "
                               << op.getX().getType() << ", got " << groups;
  SymbolicType y{{x.sizes[0], w.sizes[0]}, x.elementType};
  SmallVector<WindowAxis> axes = windowAxes(op.getStrides(), op.getLow(), op.getHigh(), op.getDilations(), op.getSpread());
  for (auto [axis, size, window] : llvm::zip(axes, ArrayRef(x.sizes).drop_front(2), ArrayRef(w.sizes).drop_front(2))) {
    y.sizes.push_back(countWindows(context, axis, size, window)); // (C4)
    if (!y.sizes.back())
      return failure();
  }
  results.push_back(std::move(y));
  return success();
}

//===--- Evaluate ---------------------------------------------------------===//

/// Calls `fn` for each index into `shape`, the last axis fastest.
static void forEachIndex(ArrayRef<int64_t> shape, llvm::function_ref<void(ArrayRef<int64_t>)> fn) {
  SmallVector<int64_t> index(shape.size(), 0);
  if (llvm::is_contained(shape, 0))
    return;
  while (true) {
    fn(index);
    size_t d = shape.size();
    while (d > 0 && ++index[d - 1] == shape[d - 1])
      index[--d] = 0;
    if (d == 0)
      return;
  }
}

LogicalResult ConvolutionOp::evaluate(EvalContext &context, ArrayRef<TensorValue> operands, SmallVectorImpl<TensorValue> &results) {
  const TensorValue &x = operands[0], &w = operands[1];
  auto groups = static_cast<int64_t>(getGroups());
  int64_t channels = w.getDim(1), filters = w.getDim(0);
  if (filters % groups != 0 || x.getDim(1) != channels * groups)
    return emitOpError() << "expected " << groups << " groups of the channels and filters, got " << x.getDim(1) << " channels, " << filters
                         << " filters of " << channels;
  SmallVector<WindowAxis> axes = axesOf(*this);
  ArrayRef<int64_t> space = x.getShape().drop_front(2), window = w.getShape().drop_front(2);
  SmallVector<int64_t> shape = {x.getDim(0), filters};
  for (auto [axis, size, width] : llvm::zip(axes, space, window)) {
    shape.push_back(countWindows(axis, size, width));
    if (shape.back() == 0)
      return emitOpError() << "expected a window that fits, got " << width << " elements in " << size;
  }
  TensorValue y = context.allocate(*this, x.getElementType(), shape);
  if (!y)
    return failure();
  SmallVector<int64_t, 4> strides = rowMajorStrides(x.getShape()), windowStrides = rowMajorStrides(w.getShape());
  visitElementType(x.getElementType(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    using C = ComputeType<T>;
    using A = std::conditional_t<std::is_same_v<C, float>, double, C>;
    const T *in = x.get<T>().data(), *weight = w.get<T>().data();
    T *out = y.getMutable<T>().data();
    int64_t places = *checkedNumElements(ArrayRef(shape).drop_front(2)), place = 0;
    SmallVector<std::pair<int64_t, int64_t>> taps; // of x and w; -1 for a zero around x, which makes NaN of infinity
    forEachIndex(ArrayRef(shape).drop_front(2), [&](ArrayRef<int64_t> at) {
      taps.clear();
      forEachIndex(window, [&](ArrayRef<int64_t> k) {
        int64_t from = 0, of = 0;
        bool isZero = false;
        for (auto [d, axis] : llvm::enumerate(axes)) {
          int64_t position = at[d] * axis.stride + k[d] * axis.dilation - axis.low;
          isZero |= position < 0 || position % axis.spread != 0 || position / axis.spread >= space[d];
          from += position / axis.spread * strides[d + 2];
          of += k[d] * windowStrides[d + 2];
        }
        taps.push_back({isZero ? -1 : from, of});
      });
      for (int64_t n = 0; n < shape[0]; ++n)
        for (int64_t f = 0; f < filters; ++f) {
          A sum = A(0);
          int64_t first = f / (filters / groups) * channels;
          for (int64_t c = 0; c < channels; ++c) {
            const T *line = in + n * strides[0] + (first + c) * strides[1], *filter = weight + f * windowStrides[0] + c * windowStrides[1];
            for (auto [from, of] : taps) {
              C value = from < 0 ? C(0) : static_cast<C>(line[from]);
              sum = total::add<A>(sum, total::mul<A>(static_cast<A>(value), static_cast<A>(static_cast<C>(filter[of]))));
            }
          }
          out[(n * filters + f) * places + place] = static_cast<T>(static_cast<C>(sum));
        }
      ++place;
    });
  });
  results.push_back(std::move(y));
  return success();
}

//===--- Lower ------------------------------------------------------------===//

namespace {
/// Names the loops of the nest as the operands' axes come.
struct Nest {
  SmallVector<AffineExpr> x, w, y;
  int64_t loops = 0;
  AffineExpr add(MLIRContext *context) { return getAffineDimExpr(loops++, context); }
};
} // namespace

FailureOr<SmallVector<Value>> ConvolutionOp::lower(OpBuilder &b, ValueRange operands) {
  Location loc = getLoc();
  MLIRContext *context = b.getContext();
  Type element = getElementTypeOrSelf(getType());
  SmallVector<WindowAxis> axes = axesOf(*this);
  Value zero = arith::ConstantOp::create(b, loc, b.getZeroAttr(stripSign(element)));
  Value x = padWindow(b, loc, operands[0], axes, zero), w = operands[1];
  auto groups = static_cast<int64_t>(getGroups());
  SmallVector<OpFoldResult> xSizes = tensor::getMixedSizes(b, loc, x), wSizes = tensor::getMixedSizes(b, loc, w);
  SmallVector<OpFoldResult> window(ArrayRef(wSizes).drop_front(2)), counts = windowCounts(b, loc, x, axes, window);
  OpFoldResult perGroup = affine::makeComposedFoldedAffineApply(b, loc, getAffineSymbolExpr(0, context).floorDiv(groups), {wSizes[0]});
  bool grouped = groups > 1, oneChannel = grouped && isConstantIntValue(wSizes[1], 1),
       oneFilter = grouped && isConstantIntValue(perGroup, 1);

  // Axes: y [n, g, f, o...], x [n, g, c, o * stride + k * dilation...], w [g, f, c, k...]; g, and c or f of size 1 within a group, only
  // where there are groups, and k only where the window is wider than 1.
  Nest nest;
  AffineExpr n = nest.add(context);
  nest.x = {n}, nest.y = {n};
  SmallVector<OpFoldResult> xShape = {xSizes[0]}, wShape, sizes = {xSizes[0]};
  if (grouped) {
    AffineExpr g = nest.add(context);
    nest.x.push_back(g), nest.w.push_back(g), nest.y.push_back(g);
    for (auto *shape : {&xShape, &wShape, &sizes})
      shape->push_back(b.getIndexAttr(groups));
  }
  if (!oneFilter) {
    AffineExpr f = nest.add(context);
    nest.w.push_back(f), nest.y.push_back(f);
    wShape.push_back(perGroup), sizes.push_back(perGroup);
  }
  SmallVector<AffineExpr> places;
  for (OpFoldResult count : counts) {
    places.push_back(nest.add(context));
    nest.y.push_back(places.back()), sizes.push_back(count);
  }
  if (!oneChannel) {
    AffineExpr c = nest.add(context);
    nest.x.push_back(c), nest.w.push_back(c);
    xShape.push_back(wSizes[1]), wShape.push_back(wSizes[1]);
  }
  for (auto [d, axis] : llvm::enumerate(axes)) {
    AffineExpr position = places[d] * axis.stride;
    if (!isConstantIntValue(window[d], 1)) {
      AffineExpr k = nest.add(context);
      nest.w.push_back(k), wShape.push_back(window[d]);
      position = position + k * axis.dilation;
    }
    nest.x.push_back(position), xShape.push_back(xSizes[d + 2]);
  }
  x = reshapeTo(b, loc, x, xShape);
  w = reshapeTo(b, loc, w, wShape);
  auto map = [&](ArrayRef<AffineExpr> exprs) { return AffineMap::get(nest.loops, 0, exprs, context); };
  Value start = ScalarBuilder(b, loc, element).constant(0.0);
  Value sum = buildAccumulation(b, loc, sizes, start, {x, w}, {map(nest.x), map(nest.w)}, map(nest.y),
                                [&](OpBuilder &nested, Location at, Value accumulator, ValueRange values) {
                                  ScalarBuilder s(nested, at, element);
                                  return s.add(accumulator, s.mul(values[0], values[1]));
                                });
  sum = convertElements(b, loc, sum, stripSign(element));
  if (!grouped || oneFilter)
    return SmallVector<Value>{sum};
  SmallVector<OpFoldResult> shape = {xSizes[0], wSizes[0]};
  shape.append(counts);
  return SmallVector<Value>{reshapeTo(b, loc, sum, shape)};
}

Cost ConvolutionOp::getCost(int64_t dynamicSize) {
  Cost cost = defaultCost(*this, dynamicSize, 0);
  uint64_t taps = 2;
  for (int64_t size : cast<RankedTensorType>(getW().getType()).getShape().drop_front())
    taps = llvm::SaturatingMultiply<uint64_t>(taps, ShapedType::isDynamic(size) ? dynamicSize : size);
  uint64_t flops = llvm::SaturatingMultiply<uint64_t>(taps, countElements(getType(), dynamicSize));
  cost.flops = static_cast<int64_t>(std::min<uint64_t>(flops, std::numeric_limits<int64_t>::max()));
  return cost;
}

FusionKind ConvolutionOp::getFusionKind() { return FusionKind::contraction; }

//===--- Gradient ---------------------------------------------------------===//

/// The first `sizes` elements from `starts` on, along the axes of space.
static Value take(OpBuilder &b, Location loc, Value x, ArrayRef<int64_t> starts, ArrayRef<OpFoldResult> sizes) {
  SmallVector<OpFoldResult> from(2, b.getIndexAttr(0)), count = tensor::getMixedSizes(b, loc, x);
  for (auto [d, start] : llvm::enumerate(starts)) {
    from.push_back(b.getIndexAttr(start));
    count[d + 2] = sizes[d];
  }
  return SliceOp::create(b, loc, x, from, count, SmallVector<int64_t>(count.size(), 1));
}

/// [a, g * c, ...] as [c, g * a, ...], or [g * a, c, ...] as [g * c, a, ...]: the axes of batch and channels of one group swap.
static Value swapWithinGroups(OpBuilder &b, Location loc, Value x, int64_t groups, bool groupsInFirst) {
  ExprBuilder g(b, loc);
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(b, loc, x);
  auto rank = static_cast<int64_t>(sizes.size());
  SmallVector<int64_t> permutation = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  if (groups == 1) {
    std::swap(permutation[0], permutation[1]);
    return TransposeOp::create(b, loc, x, permutation);
  }
  int64_t split = groupsInFirst ? 0 : 1;
  AffineExpr size = b.getAffineSymbolExpr(0);
  OpFoldResult part = affine::makeComposedFoldedAffineApply(b, loc, size.floorDiv(groups), {sizes[split]});
  SmallVector<OpFoldResult> apart = sizes, joined = sizes;
  apart[split] = part;
  apart.insert(apart.begin() + split, b.getIndexAttr(groups));
  // From [g, a, c, ...] to [g, c, a, ...], or from [a, g, c, ...] to [c, g, a, ...].
  permutation.push_back(rank);
  std::swap(permutation[groupsInFirst ? 1 : 0], permutation[2]);
  joined[0] = groupsInFirst ? affine::makeComposedFoldedAffineApply(b, loc, size * groups, {sizes[1]}) : part;
  joined[1] = groupsInFirst ? part : affine::makeComposedFoldedAffineApply(b, loc, size * groups, {sizes[0]});
  Value y = TransposeOp::create(b, loc, ReshapeOp::create(b, loc, x, apart), permutation);
  return ReshapeOp::create(b, loc, y, joined);
}

Value graphopt::transposeFilters(OpBuilder &b, Location loc, Value w, int64_t groups) {
  SmallVector<int64_t> space = llvm::to_vector(llvm::seq<int64_t>(2, cast<RankedTensorType>(w.getType()).getRank()));
  return swapWithinGroups(b, loc, reversed(b, loc, w, space), groups, /*groupsInFirst=*/true);
}

/// The cotangent, spread by the strides, under the turned filters. What would start before x's first element is dropped after.
Value graphopt::windowGradient(OpBuilder &b, Location loc, Value ct, Value turned, ArrayRef<WindowAxis> axes, ArrayRef<int64_t> window,
                               int64_t groups, ArrayRef<OpFoldResult> space) {
  SmallVector<int64_t> low, high, dropped, strides, spread, dilations;
  for (auto [axis, width] : llvm::zip(axes, window)) {
    int64_t before = axis.reach(width) - axis.low;
    dropped.push_back(before < 0 ? llvm::divideCeil(-before, axis.spread) : 0);
    low.push_back(before + dropped.back() * axis.spread);
    high.push_back(std::max<int64_t>(0, axis.reach(width) - axis.high + axis.stride - 1));
    strides.push_back(axis.stride), spread.push_back(axis.spread), dilations.push_back(axis.dilation);
  }
  Value all = ConvolutionOp::create(b, loc, ct, turned, spread, low, high, dilations, strides, groups);
  return take(b, loc, all, dropped, space);
}

FailureOr<SmallVector<Value>> ConvolutionOp::buildGradient(OpBuilder &b, ValueRange cotangents) {
  if (!isa<FloatType>(getElementTypeOrSelf(getType())))
    return SmallVector<Value>(2);
  Location loc = getLoc();
  auto groups = static_cast<int64_t>(getGroups());
  ArrayRef<int64_t> window = cast<RankedTensorType>(getW().getType()).getShape().drop_front(2);
  if (llvm::any_of(window, ShapedType::isDynamic))
    return emitOpError() << "expected a window of static size for the gradient";
  SmallVector<OpFoldResult> space = tensor::getMixedSizes(b, loc, getX());
  Value ofX = windowGradient(b, loc, cotangents[0], transposeFilters(b, loc, getW(), groups), axesOf(*this), window, groups,
                             ArrayRef(space).drop_front(2));
  // Of w: x under the cotangent as a window, batch and channels having changed places.
  Value x = swapWithinGroups(b, loc, getX(), groups, /*groupsInFirst=*/false);
  SmallVector<int64_t> permutation = llvm::to_vector(llvm::seq<int64_t>(0, static_cast<int64_t>(window.size()) + 2));
  std::swap(permutation[0], permutation[1]);
  Value ct = TransposeOp::create(b, loc, cotangents[0], permutation);
  Value ofW = ConvolutionOp::create(b, loc, x, ct, getDilations(), getLow(), getHigh(), getStrides(), getSpread(), groups);
  ofW = take(b, loc, ofW, SmallVector<int64_t>(window.size(), 0),
             llvm::map_to_vector(window, [&](int64_t size) { return OpFoldResult(b.getIndexAttr(size)); }));
  return SmallVector<Value>{ofX, TransposeOp::create(b, loc, ofW, permutation)};
}

//===--- Import -----------------------------------------------------------===//

Value graphopt::addChannels(OpBuilder &b, Location loc, Value y, Value bias) {
  if (!bias)
    return y;
  SmallVector<OpFoldResult> sizes(cast<RankedTensorType>(y.getType()).getRank() - 1, b.getIndexAttr(1));
  sizes[0] = tensor::getMixedSize(b, loc, bias, 0);
  return AddOp::create(b, loc, y, ReshapeOp::create(b, loc, bias, sizes));
}

// lib/Interop/{Aten,Onnx}/Rules/Convolution.cpp: the frameworks' add a bias, and have rules for their padding.
void ConvolutionOp::registerImportRules(ImportRules &) {}
