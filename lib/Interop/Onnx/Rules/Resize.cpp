//===- Resize.cpp - tensors of other sizes, by interpolation --------------===//
//
// An axis at a time. Places in x are computed in f64 from [0, 1, 2 ...], sums in f32 or wider.
//
//===----------------------------------------------------------------------===//
#include "Graph/Shared/IndexMath.h"
#include "Interop/Aten/Rules/Resample.h"
#include "Interop/Onnx/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/Gather.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::onnx;

namespace {
struct Settings {
  std::string mode, coordinates, rounding, policy;
  double cubic = 0, outside = 0;
  bool excludesOutside = false, antialias = false;
};

/// One axis that changes its size, by a scale where that was given.
struct Axis {
  int64_t axis = 0;
  OpFoldResult from, to;
  std::optional<double> scale = {};
  double start = 0, end = 1; ///< of the part of x that is read, for tf_crop_and_resize
};

/// The same as numbers: the length is that of the result before it is rounded to a size.
struct Lengths {
  Expr from, to, scale, length;

  Lengths(ImportCall &call, ExprBuilder &g, const Axis &axis) {
    Type type = g.b.getF64Type();
    from = g.cast(aten::sizeAsTensor(call, g, axis.from), type);
    to = g.cast(aten::sizeAsTensor(call, g, axis.to), type);
    scale = axis.scale ? g.number(*axis.scale, type) : to / from;
    length = axis.scale ? from * scale : to;
  }
};

/// Where in x element `place` of the result lies.
FailureOr<Expr> sourceOf(ImportCall &call, Expr place, const Axis &axis, const Lengths &n, StringRef coordinates) {
  Expr halfPixel = (place + 0.5) / n.scale - 0.5, isSingle = n.length == 1.0;
  if (coordinates == "half_pixel")
    return halfPixel;
  if (coordinates == "half_pixel_symmetric") // the rest that rounding took off is taken from both ends
    return (1.0 - n.to / n.length) * n.from * 0.5 + halfPixel;
  if (coordinates == "pytorch_half_pixel")
    return select(n.length > 1.0, halfPixel, numberLike(0, place));
  if (coordinates == "asymmetric")
    return place / n.scale;
  if (coordinates == "align_corners")
    return select(isSingle, numberLike(0, place), place * (n.from - 1.0) / (n.length - 1.0));
  if (coordinates == "tf_crop_and_resize") {
    Expr reach = (n.from - 1.0) * (axis.end - axis.start);
    return select(isSingle, reach * 0.5, place * reach / (n.length - 1.0)) + (n.from - 1.0) * axis.start;
  }
  return call.unsupported("the coordinates '" + coordinates + "'");
}

FailureOr<Expr> nearest(ImportCall &call, Expr source, StringRef rounding) {
  auto up = [](Expr x) { return -floor(-x); };
  if (rounding == "floor")
    return floor(source);
  if (rounding == "ceil")
    return up(source);
  if (rounding == "round_prefer_floor")
    return up(source - 0.5);
  if (rounding == "round_prefer_ceil")
    return floor(source + 0.5);
  return call.unsupported("rounding by '" + rounding + "'");
}

/// The share of an element at a distance.
Expr kernel(Expr distance, const Settings &s) {
  if (s.mode == "linear")
    return max(1.0 - distance, 0);
  Expr far = select(distance > 2.0, numberLike(0, distance), aten::cubicFar(distance, s.cubic));
  return select(distance > 1.0, far, aten::cubicNear(distance, s.cubic));
}

FailureOr<Expr> interpolate(ImportCall &call, Expr x, const Axis &axis, const Lengths &n, Expr source, const Settings &s) {
  ExprBuilder &g = *x.g;
  // Where x is made smaller, antialiasing widens the kernel.
  double shrink = 1;
  if (s.antialias) {
    auto from = getConstantIntValue(axis.from), to = getConstantIntValue(axis.to);
    if (!axis.scale && (!from || !to))
      return call.unsupported("antialiasing to a size that is not known");
    shrink = std::min(1.0, axis.scale ? *axis.scale : static_cast<double>(*to) / static_cast<double>(*from));
    if (!(shrink > 1e-3))
      return call.unsupported("antialiasing by a scale below 1/1000");
  }
  Expr first = floor(source), rest = source - first, total;
  auto before = static_cast<int64_t>(std::floor((s.mode == "linear" ? -1 : -2) / shrink)) + 1;
  SmallVector<Expr> shares;
  for (int64_t k = before; k <= 1 - before; ++k) {
    Expr share = kernel(abs(static_cast<double>(k) - rest) * shrink, s);
    if (s.excludesOutside) {
      Expr place = first + static_cast<double>(k), zero = numberLike(0, share);
      share = select(place < zero, zero, select(place > n.from - 1.0, zero, share));
    }
    shares.push_back(share);
    total = total.value ? total + share : share;
  }
  Type wide = x.getType().getElementType().isF64() ? g.b.getF64Type() : g.b.getF32Type();
  for (Expr &share : shares)
    share = g.cast(s.antialias || s.excludesOutside ? share / total : share, wide);
  first = g.cast(first + static_cast<double>(before), g.b.getI64Type());
  return g.cast(aten::blendAlong(call, x, axis.axis, first, shares), x.getType().getElementType());
}

FailureOr<Expr> resize(ImportCall &call, Expr x, const Axis &axis, const Settings &s) {
  ExprBuilder &g = *x.g;
  int64_t rank = x.getType().getRank();
  Lengths n(call, g, axis);
  auto source = sourceOf(call, g.cast(g(aten::positions(call, axis.to, 0, 1)), g.b.getF64Type()), axis, n, s.coordinates);
  if (failed(source))
    return failure();
  FailureOr<Expr> y;
  if (s.mode == "nearest") {
    auto place = nearest(call, *source, s.rounding);
    if (failed(place))
      return failure();
    y = g(graph::GatherOp::create(g.b, g.loc, x, g.cast(max(*place, 0), g.b.getI64Type()), axis.axis));
  } else {
    y = interpolate(call, x, axis, n, *source, s);
  }
  if (failed(y) || s.coordinates != "tf_crop_and_resize")
    return y;
  Expr outside = numberLike(s.outside, *y);
  y = select(aten::along(call, *source < 0.0, axis.axis, rank), outside, *y);
  return select(aten::along(call, *source > n.from - 1.0, axis.axis, rank), outside, *y);
}

FailureOr<Settings> readSettings(ImportCall &call) {
  // Upsample, and Resize before opset 11, know no other than these.
  auto mode = call.string("mode", "nearest"), coordinates = call.string("coordinate_transformation_mode", "asymmetric"),
       rounding = call.string("nearest_mode", "floor"), policy = call.string("keep_aspect_ratio_policy", "stretch");
  auto cubic = call.number("cubic_coeff_a", -0.75), outside = call.number("extrapolation_value", 0);
  auto excludesOutside = call.boolean("exclude_outside", false), antialias = call.boolean("antialias", false);
  if (failed(mode) || failed(coordinates) || failed(rounding) || failed(policy) || failed(cubic) || failed(outside) ||
      failed(excludesOutside) || failed(antialias))
    return failure();
  if (*mode != "nearest" && *mode != "linear" && *mode != "cubic")
    return call.unsupported("the mode '" + *mode + "'");
  return Settings{*mode, *coordinates, *rounding, *policy, *cubic, *outside, *excludesOutside, *antialias};
}

/// One scale for all axes, the least or the greatest of those that the sizes ask for.
LogicalResult keepAspect(ImportCall &call, SmallVectorImpl<Axis> &axes, StringRef policy) {
  if (policy != "not_larger" && policy != "not_smaller")
    return call.unsupported("keeping the aspect ratio by '" + policy + "'");
  std::optional<double> common;
  for (const Axis &axis : axes) {
    auto from = getConstantIntValue(axis.from), to = getConstantIntValue(axis.to);
    if (!from || !to)
      return call.unsupported("keeping the aspect ratio of sizes that are not known");
    double scale = static_cast<double>(*to) / static_cast<double>(*from);
    common = !common ? scale : policy == "not_larger" ? std::min(*common, scale) : std::max(*common, scale);
  }
  for (Axis &axis : axes) {
    axis.scale = *common;
    axis.to = call.builder.getIndexAttr(static_cast<int64_t>(static_cast<double>(*getConstantIntValue(axis.from)) * *common + 0.5));
  }
  return success();
}

/// By the arguments `axes`, `sizes` or `scales`, and `roi`.
FailureOr<SmallVector<Axis>> readAxes(ImportCall &call, Value x, const Settings &s) {
  auto named = axesInOrder(call, "axes", rankOf(x));
  if (failed(named))
    return failure();
  SmallVector<OpFoldResult> own = sizesOf(call, x);
  SmallVector<Axis> axes;
  for (int64_t axis : *named)
    axes.push_back({axis, own[axis], own[axis], std::nullopt});
  auto checkCount = [&](size_t count, StringRef of) -> LogicalResult {
    if (count == axes.size())
      return success();
    return emitError(call.loc) << "'" << call.name << "': expected " << axes.size() << " " << of << ", got " << count;
  };
  if (call.has("sizes")) {
    auto sizes = call.sizes("sizes");
    if (failed(sizes) || failed(checkCount(sizes->size(), "sizes")))
      return failure();
    for (auto [axis, size] : llvm::zip_equal(axes, *sizes))
      axis.to = size;
    if (s.policy != "stretch" && failed(keepAspect(call, axes, s.policy)))
      return failure();
  } else {
    auto scales = numbers(call, "scales");
    if (failed(scales) || failed(checkCount(scales->size(), "scales")))
      return failure();
    for (auto [axis, scale] : llvm::zip_equal(axes, *scales)) {
      if (!(scale > 0 && scale < 0x1p31))
        return emitError(call.loc) << "'" << call.name << "': expected scales above 0, got " << scale;
      auto size = aten::scaledSize(call, axis.from, scale);
      if (failed(size))
        return failure();
      axis.scale = scale;
      axis.to = *size;
    }
  }
  if (s.coordinates == "tf_crop_and_resize") {
    auto roi = numbers(call, "roi");
    if (failed(roi) || failed(checkCount(roi->size() / 2, "starts and ends in 'roi'")))
      return failure();
    for (auto [i, axis] : llvm::enumerate(axes))
      axis.start = (*roi)[i], axis.end = (*roi)[i + axes.size()];
  }
  return axes;
}

/// Whether the axis stays as it is: as many elements, each from its own place.
bool isKept(Value x, const Axis &axis) {
  if (axis.start != 0 || axis.end != 1 || axis.scale.value_or(1) != 1)
    return false;
  if (auto from = getConstantIntValue(axis.from))
    return from == getConstantIntValue(axis.to);
  auto size = dyn_cast<Value>(axis.to);
  auto dim = size ? size.getDefiningOp<tensor::DimOp>() : nullptr;
  return axis.scale || (dim && dim.getSource() == x && dim.getConstantIndex() == axis.axis);
}

LogicalResult importResize(ImportCall &call) {
  auto x = call.tensor("X");
  auto settings = readSettings(call);
  if (failed(x) || failed(settings))
    return failure();
  auto axes = readAxes(call, *x, *settings);
  if (failed(axes))
    return failure();
  ExprBuilder g(call.builder, call.loc);
  Expr y = g(*x);
  for (const Axis &axis : *axes) {
    if (isKept(*x, axis))
      continue;
    auto next = resize(call, y, axis, *settings);
    if (failed(next))
      return failure();
    y = *next;
  }
  return call.yield(Value(y));
}
} // namespace

void graphopt::registerOnnxResizeRules(ImportRules &rules) { rules.onnx({"Resize", "Upsample"}, importResize); }
