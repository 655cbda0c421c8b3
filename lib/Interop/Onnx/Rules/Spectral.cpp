//===- Spectral.cpp - Fourier transforms, windows and mel weights ---------===//
//
// A transform is a product with a matrix of cosines and sines, which ops make, so that sizes may be dynamic. Much of it cancels: it is
// computed in f64.
//
//===----------------------------------------------------------------------===//
#include "Graph/Shared/IndexMath.h"
#include "Interop/Onnx/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/Compare.h"
#include "graph-opt/Dialect/Graph/Ops/Concat.h"
#include "graph-opt/Dialect/Graph/Ops/Contract.h"
#include "graph-opt/Dialect/Graph/Ops/ElementwiseBinary.h"
#include "graph-opt/Dialect/Graph/Ops/Gather.h"
#include "graph-opt/Dialect/Graph/Ops/Iota.h"
#include "graph-opt/Dialect/Graph/Ops/Transpose.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::onnx;

namespace {
constexpr double pi = 3.14159265358979323846;

struct Transform {
  bool isInverse, isOneSided;
  int64_t axis;
  OpFoldResult length; ///< of the signal; null where the tensor has all of it
};

/// A size over 2, rounded down, and 1.
OpFoldResult halfAnd1(IndexMath &math, OpFoldResult size) { return math.ceilDiv(math.add(size, math.number(1)), 2); }

/// The transform of x, whose last axis holds numbers or pairs of a real and an imaginary part, as such pairs; but numbers from the inverse
/// of one side.
FailureOr<Value> transform(ImportCall &call, Value x, Transform options) {
  OpBuilder &b = call.builder;
  ExprBuilder g(b, call.loc);
  IndexMath math(b, call.loc);
  int64_t rank = rankOf(x), parts = aten::typeOf(x).getDimSize(rank - 1);
  if (rank < 2 || (parts != 1 && parts != 2) || options.axis == rank - 1)
    return call.unsupported("expected numbers or pairs along the last axis, and another axis to transform");
  bool toNumbers = options.isInverse && options.isOneSided;
  OpFoldResult given = sizesOf(call, x)[options.axis], length = options.length;
  if (!length)
    length = toNumbers ? math.mul(math.sub(given, math.number(1)), math.number(2)) : given;
  OpFoldResult used = math.min(given, toNumbers ? halfAnd1(math, length) : length); // what is missing is 0
  OpFoldResult count = options.isOneSided && !toNumbers ? halfAnd1(math, length) : length;
  x = part(call, x, options.axis, b.getIndexAttr(0), used);

  // Angles of element and frequency, by whole turns less so that large products don't lose digits.
  Type type = b.getF64Type();
  Expr total = aten::sizeAsTensor(call, g, length), element = g(aten::positions(call, used, 0, 4));
  Expr turns = g(graph::ModOp::create(b, call.loc, element * g(aten::positions(call, count, 2, 4)), total));
  Expr size = g.cast(total, type), angle = g.cast(turns, type) * (2 * pi) / size;
  Expr cosine = cos(angle), sine = options.isInverse ? sin(angle) : -sin(angle);
  if (options.isInverse) {
    cosine = cosine / size, sine = sine / size;
    if (toNumbers) { // each frequency stands for two, but 0 and the one in the middle
      Expr twice = g.cast(element, type) * 2.0, isOnce = g(graph::OrOp::create(b, call.loc, element == 0.0, twice == size));
      Expr weight = select(isOnce, g.number(1, type), g.number(2, type));
      cosine = cosine * weight, sine = sine * weight;
    }
  }
  auto join = [&](ArrayRef<Value> values, int64_t axis) {
    return values.size() == 1 ? values[0] : Value(graph::ConcatOp::create(b, call.loc, values, axis));
  };
  SmallVector<Value> toReal = {cosine, -sine}, toImaginary = {sine, cosine}; // of the real and of the imaginary part
  toReal.resize(parts), toImaginary.resize(parts);
  SmallVector<Value> columns = {join(toReal, 1)};
  if (!toNumbers)
    columns.push_back(join(toImaginary, 1));
  Value matrix = join(columns, 3); // [elements, parts, frequencies, parts]
  Value y = graph::ContractOp::create(b, call.loc, call.cast(x, type), matrix, ArrayRef<int64_t>{}, ArrayRef<int64_t>{},
                                      ArrayRef<int64_t>{options.axis, rank - 1}, ArrayRef<int64_t>{0, 1});
  SmallVector<int64_t> permutation = llvm::to_vector(llvm::seq<int64_t>(0, rank - 2)); // the frequencies go to the axis
  permutation.insert(permutation.begin() + options.axis, rank - 2);
  permutation.push_back(rank - 1);
  return call.cast(graph::TransposeOp::create(b, call.loc, y, permutation), elementOf(x));
}

LogicalResult importDft(ImportCall &call) {
  auto x = call.tensor(call.args.front().first);
  auto isInverse = call.boolean("inverse"), isOneSided = call.boolean("onesided");
  if (failed(x) || failed(isInverse) || failed(isOneSided))
    return failure();
  FailureOr<int64_t> axis = call.has("axis") ? call.axis("axis", rankOf(*x)) : FailureOr<int64_t>(rankOf(*x) - 2);
  FailureOr<OpFoldResult> length = call.has("dft_length") ? call.size("dft_length") : FailureOr<OpFoldResult>(OpFoldResult());
  if (failed(axis) || failed(length))
    return failure();
  auto y = transform(call, *x, {*isInverse, *isOneSided, *axis, *length});
  return failed(y) ? failure() : call.yield(*y);
}

/// Frames of the signal, each under the window, transformed.
LogicalResult importStft(ImportCall &call) {
  auto signal = call.tensor("signal");
  auto window = call.optionalTensor("window");
  auto step = call.integer("frame_step");
  auto isOneSided = call.boolean("onesided");
  if (failed(signal) || failed(window) || failed(step) || failed(isOneSided))
    return failure();
  if (rankOf(*signal) != 3 || *step < 1 || (*window ? rankOf(*window) != 1 : !call.has("frame_length")))
    return call.unsupported("expected a signal of rank 3, a step of at least 1, and a window or a length of frames");
  FailureOr<OpFoldResult> length = *window ? FailureOr<OpFoldResult>(sizesOf(call, *window)[0]) : call.size("frame_length");
  if (failed(length))
    return failure();
  OpBuilder &b = call.builder;
  ExprBuilder g(b, call.loc);
  IndexMath math(b, call.loc);
  OpFoldResult last = math.sub(sizesOf(call, *signal)[1], *length);
  OpFoldResult frames = math.ceilDiv(math.add(last, math.number(1)), *step);
  Expr places = g(aten::positions(call, frames, 0, 2)) * static_cast<double>(*step) + g(aten::positions(call, *length, 1, 2));
  Expr framed = g(graph::GatherOp::create(b, call.loc, *signal, places, int64_t(1))); // [batch, frames, length, parts]
  if (*window)
    framed = framed * g(aten::insertAxis(call, *window, 1));
  auto y = transform(call, framed, {/*isInverse=*/false, *isOneSided, /*axis=*/2, {}});
  return failed(y) ? failure() : call.yield(*y);
}

/// A sum of cosines of one, two ... turns over the window.
void addWindow(ImportRules &rules, StringRef op, SmallVector<double> factors) {
  rules.onnx({op}, [=](ImportCall &call) -> LogicalResult {
    auto size = call.size("size");
    auto isPeriodic = call.boolean("periodic");
    auto type = elementTypeArg(call, "output_datatype");
    if (failed(size) || failed(isPeriodic) || failed(type))
      return failure();
    ExprBuilder g(call.builder, call.loc);
    Type compute = type->isF64() ? *type : call.builder.getF32Type();
    Expr turn = g.cast(aten::sizeAsTensor(call, g, *size), compute);
    Expr place = g.cast(g(aten::positions(call, *size, 0, 1)), compute) / (*isPeriodic ? turn : turn - 1.0);
    Expr y = g.number(factors[0], compute);
    for (size_t i = 1; i < factors.size(); ++i)
      y = y + factors[i] * cos(place * (2 * pi * static_cast<double>(i)));
    return call.yield(call.cast(y, *type));
  });
}

/// Triangles over the frequencies of a spectrum, whose corners lie evenly on the mel scale.
LogicalResult importMelWeights(ImportCall &call) {
  auto bins = call.size("num_mel_bins"), length = call.size("dft_length");
  auto rate = call.tensor("sample_rate"), low = call.tensor("lower_edge_hertz"), high = call.tensor("upper_edge_hertz");
  auto type = elementTypeArg(call, "output_datatype");
  if (failed(bins) || failed(length) || failed(rate) || failed(low) || failed(high) || failed(type))
    return failure();
  OpBuilder &b = call.builder;
  ExprBuilder g(b, call.loc);
  IndexMath math(b, call.loc);
  // In f64: corners are rounded down to frequencies.
  auto number = [&](Value of) { return g(aten::reshape(call, call.cast(of, b.getF64Type()), {})); };
  auto toMel = [](Expr hertz) { return 2595.0 / std::log(10.0) * log1p(hertz / 700.0); };
  Expr from = toMel(number(*low)), corners = g.cast(aten::sizeAsTensor(call, g, math.add(*bins, math.number(2))), b.getF64Type());
  Expr step = (toMel(number(*high)) - from) / corners, count = g.cast(aten::sizeAsTensor(call, g, *length), b.getF64Type()) + 1.0;
  Expr index = g.cast(g(aten::positions(call, *bins, 1, 2)), b.getF64Type());
  auto corner = [&](double offset) {
    Expr hertz = 700.0 * expm1(((index + offset) * step + from) * (std::log(10.0) / 2595.0));
    return floor(count * hertz / number(*rate));
  };
  Expr left = corner(0), centre = corner(1), right = corner(2);
  Expr frequency = g.cast(g(aten::positions(call, halfAnd1(math, *length), 0, 2)), b.getF64Type());
  Expr zero = g.number(0, b.getF64Type()), one = g.number(1, b.getF64Type());
  auto clipped = [&](Expr value) { return max(min(value, one), 0); };
  Expr rising = select(frequency == centre, one, clipped((frequency - left) / (centre - left)));
  Expr falling = select(frequency < right, clipped((right - frequency) / (right - centre)), zero);
  return call.yield(call.cast(select(frequency > centre, falling, rising), *type));
}
} // namespace

void graphopt::registerOnnxSpectralRules(ImportRules &rules) {
  rules.onnx({"DFT"}, importDft);
  rules.onnx({"STFT"}, importStft);
  rules.onnx({"MelWeightMatrix"}, importMelWeights);
  addWindow(rules, "HannWindow", {0.5, -0.5});
  addWindow(rules, "HammingWindow", {25.0 / 46, -21.0 / 46});
  addWindow(rules, "BlackmanWindow", {0.42, -0.5, 0.08});
}
