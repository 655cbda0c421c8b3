//===- Resample.cpp - elements moved or mixed along the axes of space -----===//
//
// Interpolation, padding by other elements, rolling: an axis at a time, by positions that are computed from [0, 1, 2 ...].
//
//===----------------------------------------------------------------------===//
#include "Interop/Aten/Rules/Resample.h"
#include "Graph/Shared/IndexMath.h"
#include "Interop/Aten/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/ElementwiseBinary.h"
#include "graph-opt/Dialect/Graph/Ops/Gather.h"
#include "graph-opt/Dialect/Graph/Ops/Transpose.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace graphopt;

static Expr gather(Expr x, Expr positions, int64_t axis) { return (*x.g)(graph::GatherOp::create(x.g->b, x.g->loc, x, positions, axis)); }

//===--- What ONNX's operators share --------------------------------------===//

Expr aten::along(ImportCall &call, Expr vector, int64_t axis, int64_t rank) {
  SmallVector<OpFoldResult> sizes(rank, call.builder.getIndexAttr(1));
  sizes[axis] = sizesOf(call, vector)[0];
  return (*vector.g)(reshape(call, vector, sizes));
}

Expr aten::cubicNear(Expr d, double a) { return (d * (a + 2) - (a + 3)) * d * d + 1.0; }
Expr aten::cubicFar(Expr d, double a) { return ((d * a - 5 * a) * d + 8 * a) * d - 4 * a; }
SmallVector<Expr> aten::cubicShares(Expr t) {
  constexpr double a = -0.75;
  return {cubicFar(t + 1.0, a), cubicNear(t, a), cubicNear(1.0 - t, a), cubicFar(2.0 - t, a)};
}

Expr aten::blendAlong(ImportCall &call, Expr x, int64_t axis, Expr first, ArrayRef<Expr> shares) {
  ExprBuilder &g = *x.g;
  int64_t rank = x.getType().getRank();
  Expr last = sizeAsTensor(call, g, sizesOf(call, x)[axis]) - 1.0, sum;
  for (auto [k, share] : llvm::enumerate(shares)) {
    Expr place = min(max(first + static_cast<double>(k), 0), last);
    Expr part = g.cast(gather(x, place, axis), share.getType().getElementType()) * along(call, share, axis, rank);
    sum = sum.value ? sum + part : part;
  }
  return sum;
}

FailureOr<OpFoldResult> aten::scaledSize(const ImportCall &call, OpFoldResult size, double factor) {
  if (auto known = getConstantIntValue(size))
    return OpFoldResult(call.builder.getIndexAttr(static_cast<int64_t>(static_cast<double>(*known) * factor)));
  auto whole = static_cast<int64_t>(factor);
  if (static_cast<double>(whole) != factor)
    return call.unsupported("a size that is not known, by a factor that is no integer");
  IndexMath math(call.builder, call.loc);
  return math.mul(size, math.number(whole));
}

Expr aten::padAlong(ImportCall &call, Expr x, int64_t axis, OpFoldResult low, OpFoldResult high, PadMode mode) {
  if (isConstantIntValue(low, 0) && isConstantIntValue(high, 0))
    return x;
  ExprBuilder &g = *x.g;
  IndexMath math(g.b, g.loc);
  OpFoldResult size = sizesOf(call, x)[axis];
  Expr count = sizeAsTensor(call, g, size), last = count - 1.0;
  Expr place = g(positions(call, math.add(size, math.add(low, high)), 0, 1)) - sizeAsTensor(call, g, low);
  auto mod = [&](Expr a, Expr b) { return g(graph::ModOp::create(g.b, g.loc, a, b)); };
  if (mode == PadMode::replicate)
    place = min(max(place, 0), last);
  else if (mode == PadMode::circular)
    place = mod(place, count);
  else // back and forth between the ends
    place = last - abs(last - mod(place, max(last * 2.0, 1)));
  return gather(x, place, axis);
}

namespace {
//===--- Interpolation ----------------------------------------------------===//

enum class Mode { nearest, nearestExact, linear, cubic };

/// One axis of the result: its size, and how far its neighbours lie apart in x.
struct Axis {
  OpFoldResult size;
  std::optional<double> factor; ///< as the caller gave it
};

/// (size of x) / (size of y), or 1 / factor; with corners aligned (x - 1) / (y - 1). torch computes in the type of the elements.
Expr stepOf(ImportCall &call, ExprBuilder &g, OpFoldResult from, const Axis &axis, bool alignCorners, Type type) {
  auto known = getConstantIntValue(from), wanted = getConstantIntValue(axis.size);
  if (!alignCorners && axis.factor)
    return g.number(type.isF64() ? 1.0 / *axis.factor : static_cast<float>(1.0 / *axis.factor), type);
  int64_t less = alignCorners ? 1 : 0;
  if (known && wanted) {
    double rows = static_cast<double>(*known - less), columns = static_cast<double>(*wanted - less);
    return g.number(columns <= 0 ? 0.0 : type.isF64() ? rows / columns : static_cast<float>(rows) / static_cast<float>(columns), type);
  }
  Expr x = g.cast(aten::sizeAsTensor(call, g, from), type) - static_cast<double>(less);
  Expr y = g.cast(aten::sizeAsTensor(call, g, axis.size), type) - static_cast<double>(less);
  return x / max(y, 1);
}

Expr resize(ImportCall &call, Expr x, int64_t axis, const Axis &to, Mode mode, bool alignCorners) {
  ExprBuilder &g = *x.g;
  Type element = x.getType().getElementType(), type = element.isF64() ? element : Type(call.builder.getF32Type()),
       index = call.builder.getI64Type();
  OpFoldResult from = aten::sizesOf(call, x)[axis];
  Expr place = g.cast(g(aten::positions(call, to.size, 0, 1)), type), step = stepOf(call, g, from, to, alignCorners, type);
  if (mode == Mode::nearest || mode == Mode::nearestExact)
    return gather(x, g.cast(floor(mode == Mode::nearest ? place * step : (place + 0.5) * step), index), axis);
  Expr source = alignCorners ? place * step : (place + 0.5) * step - 0.5;
  if (mode == Mode::linear)
    source = max(source, 0);
  Expr first = floor(source), rest = source - first;
  bool isLinear = mode == Mode::linear;
  SmallVector<Expr> shares = isLinear ? SmallVector<Expr>{1.0 - rest, rest} : aten::cubicShares(rest);
  return g.cast(aten::blendAlong(call, x, axis, g.cast(isLinear ? first : first - 1.0, index), shares), element);
}

LogicalResult importResize(ImportCall &call, size_t space, Mode mode, bool isVector) {
  auto x = call.tensor(isVector ? "input" : "self");
  auto align = call.boolean("align_corners", false);
  if (failed(x) || failed(align))
    return failure();
  int64_t rank = aten::rankOf(*x);
  if (rank != static_cast<int64_t>(space) + 2 || !isa<FloatType>(aten::typeOf(*x).getElementType()))
    return call.unsupported("expected floating-point numbers with a batch, channels and " + Twine(space) + " axes of space");
  SmallVector<Axis> axes(space);
  if (isVector && call.has("scale_factors")) {
    const auto *factors = call["scale_factors"].get<std::vector<ImportArg>>();
    for (size_t d = 0; d < space; ++d) {
      const double *factor = factors && factors->size() == space ? (*factors)[d].get<double>() : nullptr;
      if (!factor || !(*factor > 0))
        return call.unsupported("expected " + Twine(space) + " factors");
      axes[d].factor = *factor;
    }
  } else if (!isVector) {
    static constexpr StringRef named[] = {"scales_d", "scales_h", "scales_w"};
    for (size_t d = 0; d < space; ++d)
      if (StringRef name = space == 1 ? StringRef("scales") : named[3 - space + d]; call.has(name)) {
        auto factor = call.number(name);
        if (failed(factor))
          return failure();
        axes[d].factor = *factor;
      }
  }
  SmallVector<OpFoldResult> own = aten::sizesOf(call, *x);
  if (call.has("output_size")) {
    auto sizes = call.sizes("output_size");
    if (failed(sizes) || sizes->size() != space)
      return call.unsupported("expected " + Twine(space) + " sizes");
    for (auto [axis, size] : llvm::zip(axes, *sizes))
      axis.size = size;
  } else {
    for (auto [d, axis] : llvm::enumerate(axes)) {
      if (!axis.factor)
        return call.unsupported("expected sizes or factors");
      auto size = aten::scaledSize(call, own[d + 2], *axis.factor);
      if (failed(size))
        return failure();
      axis.size = *size;
    }
  }
  ExprBuilder g(call.builder, call.loc);
  Expr y = g(*x);
  for (auto [d, axis] : llvm::enumerate(axes))
    y = resize(call, y, static_cast<int64_t>(d) + 2, axis, mode, *align);
  return call.yield(Value(y));
}

//===--- Padding by elements of the tensor --------------------------------===//

LogicalResult padByElements(ImportCall &call, aten::PadMode mode) {
  auto x = call.tensor("self");
  auto amounts = call.integers(call.has("padding") ? "padding" : "pad");
  if (failed(x) || failed(amounts))
    return failure();
  int64_t rank = aten::rankOf(*x);
  if (amounts->size() % 2 != 0 || static_cast<int64_t>(amounts->size()) > 2 * rank)
    return call.unsupported("expected pairs of amounts for the last axes");
  ExprBuilder g(call.builder, call.loc);
  Expr y = g(*x);
  for (size_t i = 0; i < amounts->size() / 2; ++i) { // from the last axis on
    int64_t low = (*amounts)[2 * i], high = (*amounts)[2 * i + 1], axis = rank - 1 - static_cast<int64_t>(i);
    if (getConstantIntValue(aten::sizesOf(call, y)[axis]).value_or(0) + low + high < 0)
      return call.unsupported("amounts that cut off more than there is");
    y = aten::padAlong(call, y, axis, call.builder.getIndexAttr(low), call.builder.getIndexAttr(high), mode);
  }
  return call.yield(Value(y));
}

//===--- Rolling, and channels for space ----------------------------------===//

LogicalResult roll(ImportCall &call) {
  auto x = call.tensor("self");
  auto shifts = call.integers("shifts"), axes = call.integers("dims");
  if (failed(x) || failed(shifts) || failed(axes))
    return failure();
  int64_t rank = aten::rankOf(*x);
  ExprBuilder g(call.builder, call.loc);
  Expr y = axes->empty() ? g(aten::reshape(call, *x, OpFoldResult(call.builder.getIndexAttr(-1)))) : g(*x);
  if (axes->empty())
    axes->push_back(0);
  if (axes->size() != shifts->size())
    return call.unsupported("expected a shift for each axis");
  for (auto [axis, shift] : llvm::zip(*axes, *shifts)) {
    int64_t d = axis < 0 ? axis + rank : axis;
    if (d < 0 || d >= y.getType().getRank())
      return call.unsupported("expected axes of the tensor");
    OpFoldResult size = aten::sizesOf(call, y)[d];
    Expr place = g(aten::positions(call, size, 0, 1)) - static_cast<double>(shift);
    y = gather(y, g(graph::ModOp::create(g.b, g.loc, place, aten::sizeAsTensor(call, g, size))), d);
  }
  return call.yield(aten::reshape(call, y, aten::sizesOf(call, *x)));
}

/// [..., c r r, h, w] to [..., c, h r, w r], or back.
LogicalResult shufflePixels(ImportCall &call, bool back) {
  auto x = call.tensor("self");
  auto factor = call.integer(back ? "downscale_factor" : "upscale_factor");
  if (failed(x) || failed(factor))
    return failure();
  RankedTensorType type = aten::typeOf(*x);
  int64_t rank = type.getRank(), r = *factor;
  if (rank < 3 || r < 1 || type.isDynamicDim(rank - 3))
    return call.unsupported("expected channels of static size, two axes of space, and a factor");
  IndexMath math(call.builder, call.loc);
  SmallVector<OpFoldResult> sizes = aten::sizesOf(call, *x);
  auto divided = [&](OpFoldResult size) { return math.ceilDiv(size, r); };
  SmallVector<OpFoldResult> apart(sizes.begin(), sizes.end() - 3), whole = apart;
  OpFoldResult c = sizes[rank - 3], h = sizes[rank - 2], w = sizes[rank - 1], step = math.number(r);
  SmallVector<int64_t> permutation = llvm::to_vector(llvm::seq<int64_t>(0, rank - 3));
  int64_t first = rank - 3;
  if (back) { // [c, h, r, w, r] to [c, r, r, h, w]
    apart.append({c, divided(h), step, divided(w), step});
    permutation.append({first, first + 2, first + 4, first + 1, first + 3});
    whole.append({math.mul(c, math.number(r * r)), divided(h), divided(w)});
  } else { // [c, r, r, h, w] to [c, h, r, w, r]
    apart.append({math.ceilDiv(c, r * r), step, step, h, w});
    permutation.append({first, first + 3, first + 1, first + 4, first + 2});
    whole.append({math.ceilDiv(c, r * r), math.mul(h, step), math.mul(w, step)});
  }
  Value y = graph::TransposeOp::create(call.builder, call.loc, aten::reshape(call, *x, apart), permutation);
  return call.yield(aten::reshape(call, y, whole));
}
} // namespace

void graphopt::registerAtenResampleRules(ImportRules &rules) {
  auto resizeRules = [&](StringRef name, size_t space, Mode mode) {
    rules.aten({(name + ".vec").str()}, [=](ImportCall &call) { return importResize(call, space, mode, /*isVector=*/true); });
    rules.aten({(name + ".default").str()}, [=](ImportCall &call) { return importResize(call, space, mode, /*isVector=*/false); });
  };
  static constexpr StringRef linear[] = {"upsample_linear1d", "upsample_bilinear2d", "upsample_trilinear3d"};
  for (size_t space : {1, 2, 3}) {
    std::string suffix = std::to_string(space) + "d";
    resizeRules("upsample_nearest" + suffix, space, Mode::nearest);
    resizeRules("_upsample_nearest_exact" + suffix, space, Mode::nearestExact);
    resizeRules(linear[space - 1], space, Mode::linear);
    for (StringRef mode : {"reflection", "replication"})
      rules.aten({(mode + "_pad" + suffix + ".default").str()}, [=](ImportCall &call) {
        return padByElements(call, mode == "reflection" ? aten::PadMode::reflect : aten::PadMode::replicate);
      });
  }
  resizeRules("upsample_bicubic2d", 2, Mode::cubic);
  rules.aten({"roll.default"}, roll);
  rules.aten({"pixel_shuffle.default"}, [](ImportCall &call) { return shufflePixels(call, /*back=*/false); });
  rules.aten({"pixel_unshuffle.default"}, [](ImportCall &call) { return shufflePixels(call, /*back=*/true); });
  ImportRule constant = *rules.findAten("constant_pad_nd.default");
  rules.aten({"pad.default"}, [constant](ImportCall &call) -> LogicalResult {
    auto mode = call.string("mode");
    if (failed(mode))
      return failure();
    if (*mode == "constant")
      return constant(call);
    return padByElements(call, *mode == "reflect"     ? aten::PadMode::reflect
                               : *mode == "replicate" ? aten::PadMode::replicate
                                                      : aten::PadMode::circular);
  });
}
