//===- Argsort.cpp --------------------------------------------------------===//
#include "graph-opt/Dialect/Graph/Ops/Argsort.h"
#include "Graph/Shared/Loops.h"
#include "Graph/Shared/OpSupport.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include <numeric>

using namespace mlir;
using namespace graphopt;
using namespace graphopt::graph;

#include "graph-opt/Dialect/Graph/Ops/Argsort.ops.inc"

//===--- Shape ------------------------------------------------------------===//

LogicalResult ArgsortOp::infer(InferContext &context, Adaptor op, SmallVectorImpl<SymbolicType> &results) {
  SymbolicType y = context.typeOf(op.getX());
  auto rank = static_cast<int64_t>(y.sizes.size()), axis = static_cast<int64_t>(op.getAxis());
  if (axis < 0 || axis >= rank) // (C1)
    return context.emitError() << "expected axis in [0, " << rank << "), got " << axis;
  y.elementType = IntegerType::get(op.getX().getContext(), 64);
  results.push_back(std::move(y));
  return success();
}

//===--- Evaluate ---------------------------------------------------------===//

LogicalResult ArgsortOp::evaluate(EvalContext &context, ArrayRef<TensorValue> operands, SmallVectorImpl<TensorValue> &results) {
  const TensorValue &x = operands[0];
  TensorValue y = context.allocate(*this, IntegerType::get(getContext(), 64), x.getShape());
  if (!y)
    return failure();
  auto axis = static_cast<int64_t>(getAxis());
  int64_t outer = *checkedNumElements(x.getShape().take_front(axis)), size = x.getDim(axis);
  int64_t inner = *checkedNumElements(x.getShape().drop_front(axis + 1));
  bool descending = getDescending();
  visitElementType(x.getElementType(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    using C = ComputeType<T>;
    const T *in = x.get<T>().data();
    int64_t *out = y.getMutable<int64_t>().data();
    std::vector<int64_t> order(size);
    for (int64_t i = 0; i < outer; ++i)
      for (int64_t k = 0; k < inner; ++k) {
        auto at = [&](int64_t j) { return (i * size + j) * inner + k; };
        std::iota(order.begin(), order.end(), 0);
        auto isBefore = [&](int64_t p, int64_t q) {
          auto a = static_cast<C>(in[at(p)]), b = static_cast<C>(in[at(q)]);
          return descending ? a > b || (a != a && b == b) : a < b || (b != b && a == a);
        };
        std::sort(order.begin(), order.end(), [&](int64_t p, int64_t q) { return isBefore(p, q) || (!isBefore(q, p) && p < q); });
        for (int64_t j = 0; j < size; ++j)
          out[at(j)] = order[j];
      }
  });
  results.push_back(std::move(y));
  return success();
}

//===--- Lower ------------------------------------------------------------===//

namespace {
/// Merges sorted runs of positions, all lines of a tensor at once.
struct Merger {
  Value x;
  Type elementType; ///< with its sign
  int64_t axis;
  bool descending;
  SmallVector<Value> lines; ///< the sizes of the other axes
  Value size, zero, one;

  /// Whether the element a comes before b, equal ones not.
  Value isBefore(OpBuilder &b, Location loc, Value first, Value second) {
    ScalarBuilder s(b, loc, elementType);
    if (descending)
      std::swap(first, second);
    Value less = s.compare(ComparePredicate::lt, first, second);
    if (!s.isFloat())
      return less;
    Value isNumber = s.compare(ComparePredicate::eq, first, first), isNan = s.compare(ComparePredicate::ne, second, second);
    return arith::OrIOp::create(b, loc, less, arith::AndIOp::create(b, loc, isNumber, isNan));
  }

  /// `into` with the runs of `width` positions in `from` merged in pairs; the last one may be short, or alone. Where `isUnset`, `from`
  /// holds nothing yet, and stands for [0, 1, 2 ...].
  Value merge(OpBuilder &b, Location loc, Value from, Value into, Value width, Value isUnset = {}) {
    Value pair = arith::AddIOp::create(b, loc, width, width), last = arith::SubIOp::create(b, loc, size, one);
    auto line = [&](OpBuilder &b, Location loc, ValueRange loops, ValueRange state) -> SmallVector<Value> {
      auto positionAt = [&](Value i) {
        SmallVector<Value> position(loops);
        position.insert(position.begin() + axis, i);
        return position;
      };
      auto step = [&](OpBuilder &b, Location loc, Value i, ValueRange carried) {
        auto least = [&](Value p, Value q) -> Value { return arith::MinUIOp::create(b, loc, p, q); };
        auto less = [&](Value p, Value q) -> Value { return arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ult, p, q); };
        Value within = arith::RemUIOp::create(b, loc, i, pair), start = arith::SubIOp::create(b, loc, i, within);
        Value middle = least(arith::AddIOp::create(b, loc, start, width), size);
        Value end = least(arith::AddIOp::create(b, loc, start, pair), size);
        Value isStart = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, within, zero);
        Value head = arith::SelectOp::create(b, loc, isStart, start, carried[1]);
        Value other = arith::SelectOp::create(b, loc, isStart, middle, carried[2]);
        auto read = [&](Value at) {
          Value place = least(at, last), position = tensor::ExtractOp::create(b, loc, from, positionAt(place));
          if (isUnset)
            position = arith::SelectOp::create(b, loc, isUnset, arith::IndexCastOp::create(b, loc, b.getI64Type(), place), position);
          Value index = arith::IndexCastOp::create(b, loc, b.getIndexType(), position);
          Value element = tensor::ExtractOp::create(b, loc, x, positionAt(index));
          return std::pair(position, element);
        };
        auto [headPosition, headElement] = read(head);
        auto [otherPosition, otherElement] = read(other);
        Value isFirst = arith::OrIOp::create(b, loc, arith::CmpIOp::create(b, loc, arith::CmpIPredicate::uge, head, middle),
                                             isBefore(b, loc, otherElement, headElement));
        Value takesOther = arith::AndIOp::create(b, loc, less(other, end), isFirst);
        Value taken = arith::SelectOp::create(b, loc, takesOther, otherPosition, headPosition);
        Value y = tensor::InsertOp::create(b, loc, taken, carried[0], positionAt(i));
        Value nextOther = arith::AddIOp::create(b, loc, other, arith::SelectOp::create(b, loc, takesOther, one, zero));
        Value nextHead = arith::AddIOp::create(b, loc, head, arith::SelectOp::create(b, loc, takesOther, zero, one));
        scf::YieldOp::create(b, loc, ValueRange{y, nextHead, nextOther});
      };
      return {scf::ForOp::create(b, loc, zero, size, one, ValueRange{state[0], zero, zero}, step).getResult(0)};
    };
    SmallVector<Value> lower(lines.size(), zero), steps(lines.size(), one);
    return scf::buildLoopNest(b, loc, lower, lines, steps, into, line).results[0];
  }
};

/// How often runs of 1 are merged, twice each time, until one of n is left: once at least, which sets the positions.
Value countRounds(OpBuilder &b, Location loc, OpFoldResult size) {
  if (std::optional<int64_t> n = getConstantIntValue(size))
    return arith::ConstantIndexOp::create(b, loc, llvm::divideCeil(*n > 1 ? llvm::Log2_64_Ceil(*n) : 1, 2));
  constexpr int64_t most = 31; // 4 to this power is as much as an address space holds
  Value zero = arith::ConstantIndexOp::create(b, loc, 0), one = arith::ConstantIndexOp::create(b, loc, 1);
  Value bound = arith::ConstantIndexOp::create(b, loc, most), two = arith::ConstantIndexOp::create(b, loc, 2);
  auto count = scf::ForOp::create(b, loc, zero, bound, one, zero, [&](OpBuilder &b, Location loc, Value i, ValueRange carried) {
    Value width = arith::ShLIOp::create(b, loc, one, arith::MulIOp::create(b, loc, i, two));
    Value isShort = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ult, width, cast<Value>(size));
    isShort = arith::OrIOp::create(b, loc, isShort, arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, i, zero));
    Value next = arith::AddIOp::create(b, loc, carried[0], one);
    scf::YieldOp::create(b, loc, arith::SelectOp::create(b, loc, isShort, next, carried[0]).getResult());
  });
  return count.getResult(0);
}
} // namespace

/// Merge sort from the bottom up, between two tensors of positions: two merges a round, so that each ends where it started.
FailureOr<SmallVector<Value>> ArgsortOp::lower(OpBuilder &b, ValueRange operands) {
  Location loc = getLoc();
  auto axis = static_cast<int64_t>(getAxis());
  Type i64 = b.getI64Type(), element = getElementTypeOrSelf(getX().getType());
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(b, loc, operands[0]);
  Value zero = arith::ConstantIndexOp::create(b, loc, 0), one = arith::ConstantIndexOp::create(b, loc, 1);
  SmallVector<Value> lines = llvm::map_to_vector(sizes, [&](OpFoldResult n) { return getValueOrCreateConstantIndexOp(b, loc, n); });
  Value size = lines[axis];
  lines.erase(lines.begin() + axis);
  // f16 and bf16 compare as f32.
  Value x = convertElements(b, loc, operands[0], getComputeType(element));
  Merger merger{x, element, axis, getDescending(), lines, size, zero, one};
  Value order = tensor::EmptyOp::create(b, loc, sizes, i64), other = tensor::EmptyOp::create(b, loc, sizes, i64);
  auto round = [&](OpBuilder &b, Location loc, Value i, ValueRange state) {
    Value shift = arith::AddIOp::create(b, loc, i, i), width = arith::ShLIOp::create(b, loc, one, shift);
    Value isUnset = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, i, zero);
    Value merged = merger.merge(b, loc, state[0], state[1], width, isUnset);
    Value twice = merger.merge(b, loc, merged, state[0], arith::AddIOp::create(b, loc, width, width));
    scf::YieldOp::create(b, loc, ValueRange{twice, merged});
  };
  auto rounds = scf::ForOp::create(b, loc, zero, countRounds(b, loc, sizes[axis]), one, ValueRange{order, other}, round);
  return SmallVector<Value>{rounds.getResult(0)};
}

Cost ArgsortOp::getCost(int64_t dynamicSize) {
  int64_t n =
      countElements(RankedTensorType::get({getX().getType().getDimSize(getAxis())}, getX().getType().getElementType()), dynamicSize);
  return defaultCost(*this, dynamicSize, 10 * (1 + llvm::Log2_64_Ceil(std::max<int64_t>(n, 1))));
}

//===--- Import -----------------------------------------------------------===//

void ArgsortOp::registerImportRules(ImportRules &) {} // sorting, the greatest k: lib/Interop/Aten/Rules/Sort.cpp

//===--- Export -----------------------------------------------------------===//

void ArgsortOp::registerExportRules(ExportRules &rules) {
  rules.onnx<ArgsortOp>([](ArgsortOp op, OnnxExport &to) {
    int64_t axis = op.getAxis();
    ForeignValue x = to.comparable(to[op.getX()]);
    Type wide = getElementTypeOrSelf(op.getType());
    return to.yield(
        to.many("TopK", {x, to.shape(x, axis, axis + 1)}, {{"axis", axis}, {"largest", op.getDescending()}}, {x.element, wide}).back());
  });
  rules.aten<ArgsortOp>([](ArgsortOp op, AtenExport &to) {
    return to.yield(to("argsort.stable", {to[op.getX()]}, {{"stable", true}, {"dim", op.getAxis()}, {"descending", op.getDescending()}},
                       getElementTypeOrSelf(op.getType())));
  });
}
