//===- Random.cpp ---------------------------------------------------------===//
#include "graph-opt/Dialect/Graph/Ops/Random.h"
#include "Graph/Shared/IndexMath.h"
#include "Graph/Shared/Loops.h"
#include "Graph/Shared/OpSupport.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::graph;

#include "graph-opt/Dialect/Graph/Ops/Random.ops.inc"

void RandomOp::build(OpBuilder &b, OperationState &state, Value key, Type element, ArrayRef<OpFoldResult> sizes, StringRef distribution,
                     int64_t stream) {
  auto [staticSizes, dynamicSizes] = decomposeMixedValues(SmallVector<OpFoldResult>(sizes));
  build(b, state, key, TypeAttr::get(element), dynamicSizes, b.getDenseI64ArrayAttr(staticSizes), b.getStringAttr(distribution),
        b.getI64IntegerAttr(stream));
}

bool RandomOp::isFoldable() { return false; } // a model's noise is no constant of it

//===--- Shape ------------------------------------------------------------===//

LogicalResult RandomOp::infer(InferContext &context, Adaptor op, SmallVectorImpl<SymbolicType> &results) {
  if (failed(context.checkList(op.getStaticSizes(), op.getSizes())))
    return failure();
  StringAttr distribution = op.getDistributionAttr();                        // null while parsing, where it is left out
  if (distribution && distribution != "uniform" && distribution != "normal") // (C1)
    return context.emitError() << "expected 'distribution' to be \"uniform\" or \"normal\", got " << distribution;
  if (cast<RankedTensorType>(op.getKey().getType()).getRank() != 0 || !isa<FloatType>(op.getElement())) // (C2)
    return context.emitError() << "expected a key of type tensor<i64> and a floating-point element type, got " << op.getKey().getType()
                               << " and " << op.getElement();
  SymbolicType y{{}, op.getElement()};
  size_t dynamic = 0;
  for (int64_t size : op.getStaticSizes()) {
    if (size < 0 && !ShapedType::isDynamic(size)) // (C3)
      return context.emitError() << "expected sizes of at least 0, got [" << op.getStaticSizes() << "]";
    y.sizes.push_back(ShapedType::isDynamic(size) ? context.valueOf(op.getSizes()[dynamic++]) : context.constant(size));
  }
  results.push_back(std::move(y));
  return success();
}

//===--- Philox4x32-10 ----------------------------------------------------===//

namespace {
constexpr uint64_t multiplier0 = 0xD2511F53, multiplier1 = 0xCD9E8D57, weyl0 = 0x9E3779B9, weyl1 = 0xBB67AE85, mask = 0xFFFFFFFF;
constexpr int rounds = 10;

/// Arithmetic on 32-bit words, each held in 64 bits: on numbers to evaluate, on values to lower.
struct Numbers {
  using Word = uint64_t;
  Word number(uint64_t n) { return n; }
  Word add(Word a, Word b) { return a + b; }
  Word mul(Word a, Word b) { return a * b; }
  Word bitXor(Word a, Word b) { return a ^ b; }
  Word low(Word a) { return a & mask; }
  Word shr(Word a, unsigned n) { return a >> n; }
};

struct Values {
  using Word = Value;
  OpBuilder &b;
  Location loc;
  Word number(uint64_t n) { return arith::ConstantOp::create(b, loc, b.getI64IntegerAttr(static_cast<int64_t>(n))); }
  Word add(Word x, Word y) { return arith::AddIOp::create(b, loc, x, y); }
  Word mul(Word x, Word y) { return arith::MulIOp::create(b, loc, x, y); }
  Word bitXor(Word x, Word y) { return arith::XOrIOp::create(b, loc, x, y); }
  Word low(Word x) { return arith::AndIOp::create(b, loc, x, number(mask)); }
  Word shr(Word x, unsigned n) { return arith::ShRUIOp::create(b, loc, x, number(n)); }
};

/// The four words of the counter (position, stream) under a key.
template <typename Math>
std::array<typename Math::Word, 4> philox(Math m, typename Math::Word key, typename Math::Word position, uint64_t stream) {
  using Word = typename Math::Word;
  std::array<Word, 4> c = {m.low(position), m.shr(position, 32), m.number(stream & mask), m.number(stream >> 32)};
  Word key0 = m.low(key), key1 = m.shr(key, 32);
  for (uint64_t round = 0; round < rounds; ++round) {
    Word k0 = m.low(m.add(key0, m.number(round * weyl0 & mask))), k1 = m.low(m.add(key1, m.number(round * weyl1 & mask)));
    Word p0 = m.mul(c[0], m.number(multiplier0)), p1 = m.mul(c[2], m.number(multiplier1));
    c = {m.bitXor(m.bitXor(m.shr(p1, 32), c[1]), k0), m.low(p1), m.bitXor(m.bitXor(m.shr(p0, 32), c[3]), k1), m.low(p0)};
  }
  return c;
}

/// The digits of a number in [0, 1): of the first word, or of the two words from `first` on where one is too short.
template <typename Math>
typename Math::Word digits(Math m, const std::array<typename Math::Word, 4> &words, unsigned first, unsigned count) {
  if (count <= 32)
    return m.shr(words[first], 32 - count);
  return m.add(m.mul(m.shr(words[2 * first], 5), m.number(uint64_t(1) << 26)), m.shr(words[2 * first + 1], 6));
}

/// The binary digits of a uniform number, so that it is below 1 after rounding, too. Normal numbers are made of f32 or f64.
unsigned digitCount(Type element, bool normal) {
  if (normal)
    return element.isF64() ? 53 : 24;
  return cast<FloatType>(element).getFPMantissaWidth();
}

constexpr double twoPi = 6.283185307179586;
} // namespace

//===--- Evaluate ---------------------------------------------------------===//

LogicalResult RandomOp::evaluate(EvalContext &context, ArrayRef<TensorValue> operands, SmallVectorImpl<TensorValue> &results) {
  size_t next = 1;
  SmallVector<int64_t> shape = llvm::map_to_vector(
      getStaticSizes(), [&](int64_t size) { return ShapedType::isDynamic(size) ? operands[next++].getAsInt(0) : size; });
  TensorValue y = context.allocate(*this, getElement(), shape);
  if (!y)
    return failure();
  bool normal = getDistribution() == "normal";
  unsigned count = digitCount(getElement(), normal);
  auto key = static_cast<uint64_t>(operands[0].getAsInt(0)), stream = static_cast<uint64_t>(getStream());
  visitElementType(getElement(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    T *out = y.getMutable<T>().data();
    for (int64_t i = 0; i < y.getNumElements(); ++i) {
      auto words = philox(Numbers(), key, static_cast<uint64_t>(i), stream);
      double scale = std::ldexp(1.0, -static_cast<int>(count)), value = static_cast<double>(digits(Numbers(), words, 0, count)) * scale;
      if (normal)
        value =
            std::sqrt(-2.0 * std::log(value + scale)) * std::cos(twoPi * static_cast<double>(digits(Numbers(), words, 1, count)) * scale);
      out[i] = static_cast<T>(static_cast<ComputeType<T>>(value));
    }
  });
  results.push_back(std::move(y));
  return success();
}

//===--- Lower ------------------------------------------------------------===//

FailureOr<SmallVector<Value>> RandomOp::lower(OpBuilder &b, ValueRange operands) {
  Location loc = getLoc();
  SmallVector<OpFoldResult> sizes = getMixedValues(getStaticSizes(), operands.drop_front(), b);
  Value key = tensor::ExtractOp::create(b, loc, operands[0], ValueRange{});
  bool normal = getDistribution() == "normal";
  unsigned count = digitCount(getElement(), normal);
  SmallVector<Value> counts;
  for (OpFoldResult size : sizes)
    counts.push_back(getValueOrCreateConstantIndexOp(b, loc, size));
  Type compute = getComputeType(getElement());
  Value y = buildElements(b, loc, sizes, getElement(), {}, {}, [&](OpBuilder &nested, Location at, ValueRange) {
    Value position = arith::ConstantIndexOp::create(nested, at, 0);
    for (auto [d, size] : llvm::enumerate(counts)) {
      Value scaled = arith::MulIOp::create(nested, at, position, size);
      position = arith::AddIOp::create(nested, at, scaled, linalg::IndexOp::create(nested, at, d).getResult());
    }
    Values words{nested, at};
    auto drawn = philox(words, key, arith::IndexCastOp::create(nested, at, nested.getI64Type(), position).getResult(),
                        static_cast<uint64_t>(getStream()));
    ScalarBuilder s(nested, at, compute);
    Value scale = s.constant(std::ldexp(1.0, -static_cast<int>(count)));
    auto uniform = [&](unsigned first) {
      return s.mul(arith::UIToFPOp::create(nested, at, compute, digits(words, drawn, first, count)), scale);
    };
    Value value = uniform(0);
    if (!normal)
      return value;
    Value radius = s.unary<math::SqrtOp>(s.mul(s.constant(-2.0), s.unary<math::LogOp>(s.add(value, scale))));
    return s.mul(radius, s.unary<math::CosOp>(s.mul(s.constant(twoPi), uniform(1))));
  });
  return SmallVector<Value>{y};
}

Cost RandomOp::getCost(int64_t dynamicSize) { return defaultCost(*this, dynamicSize, 80); }
FusionKind RandomOp::getFusionKind() { return FusionKind::view; }

//===--- Import -----------------------------------------------------------===//

void RandomOp::registerImportRules(ImportRules &) {} // importers give each draw a key and a stream
