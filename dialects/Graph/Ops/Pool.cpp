//===- Pool.cpp -----------------------------------------------------------===//
#include "graph-opt/Dialect/Graph/Ops/Pool.h"
#include "Graph/Shared/IndexMath.h"
#include "Graph/Shared/Loops.h"
#include "Graph/Shared/OpSupport.h"
#include "Graph/Shared/Reduction.h"
#include "Graph/Shared/Window.h"
#include "graph-opt/Dialect/Graph/Ops/Broadcast.h"
#include "graph-opt/Dialect/Graph/Ops/Iota.h"
#include "graph-opt/Dialect/Graph/Ops/Reshape.h"
#include "graph-opt/Dialect/Graph/Ops/ScatterReduce.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::graph;

#include "graph-opt/Dialect/Graph/Ops/Pool.ops.inc"

template <typename Op> static SmallVector<WindowAxis> axesOf(Op op) {
  return windowAxes(op.getStrides(), op.getLow(), op.getHigh(), op.getDilations(), SmallVector<int64_t>(op.getWindow().size(), 1));
}

//===--- Shape ------------------------------------------------------------===//

template <typename Adaptor>
static LogicalResult inferPool(InferContext &context, Adaptor op, Type elementType, SmallVectorImpl<SymbolicType> &results) {
  SymbolicType y = context.typeOf(op.getX());
  ArrayRef<int64_t> window = op.getWindow();
  size_t rank = window.size(), leading = y.sizes.size() - rank;
  if (rank < 1 || rank > y.sizes.size()) // (C1)
    return context.emitError() << "expected a window of 1 to " << y.sizes.size() << " axes, got [" << window << "]";
  if (llvm::any_of(window, [](int64_t size) { return size < 1 || size > (int64_t(1) << 31); })) // (C1)
    return context.emitError() << "expected a window of at least 1 along each axis, got [" << window << "]";
  if (failed(checkWindow(context, rank, op.getStrides(), op.getLow(), op.getHigh(), op.getDilations(), SmallVector<int64_t>(rank, 1))))
    return failure();
  for (auto [d, axis] : llvm::enumerate(axesOf(op))) {
    AffineExpr &size = y.sizes[leading + d];
    size = countWindows(context, axis, size, context.constant(window[d])); // (C2)
    if (!size)
      return failure();
  }
  y.elementType = elementType ? elementType : y.elementType;
  results.push_back(std::move(y));
  return success();
}

//===--- Evaluate ---------------------------------------------------------===//

namespace {
enum class PoolKind { max, sum, argmax };
} // namespace

/// Advances an index, the last axis fastest; false after the last one.
static bool advance(MutableArrayRef<int64_t> index, ArrayRef<int64_t> shape) {
  for (size_t d = shape.size(); d-- > 0;) {
    if (++index[d] < shape[d])
      return true;
    index[d] = 0;
  }
  return false;
}

template <typename Op> static FailureOr<TensorValue> evaluatePool(EvalContext &context, Op op, const TensorValue &x, PoolKind kind) {
  SmallVector<WindowAxis> axes = axesOf(op);
  ArrayRef<int64_t> window = op.getWindow(), space = x.getShape().take_back(axes.size());
  SmallVector<int64_t> shape(x.getShape());
  for (auto [d, axis] : llvm::enumerate(axes)) {
    int64_t &size = shape[shape.size() - axes.size() + d];
    size = countWindows(axis, size, window[d]);
    if (size == 0)
      return op.emitOpError() << "expected a window that fits, got " << window[d] << " elements in " << space[d];
  }
  TensorValue y = context.allocate(op, getElementTypeOrSelf(op.getType()), shape);
  if (!y)
    return failure();
  if (y.getNumElements() == 0)
    return y;
  ArrayRef<int64_t> counts = ArrayRef(shape).take_back(axes.size());
  SmallVector<int64_t, 4> strides = rowMajorStrides(space);
  int64_t places = *checkedNumElements(counts), elements = *checkedNumElements(space), rows = y.getNumElements() / places;
  visitElementType(x.getElementType(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    using C = ComputeType<T>;
    using A = std::conditional_t<std::is_same_v<C, float>, double, C>;
    const T *in = x.get<T>().data();
    C lowest = std::is_floating_point_v<C> ? -std::numeric_limits<C>::infinity() : static_cast<C>(std::numeric_limits<T>::lowest());
    for (int64_t row = 0; row < rows; ++row) {
      SmallVector<int64_t> at(axes.size(), 0);
      for (int64_t place = 0; place < places; ++place, advance(at, counts)) {
        A sum = A(0);
        C greatest = lowest;
        int64_t best = -1;
        SmallVector<int64_t> k(axes.size(), 0);
        do {
          int64_t from = 0;
          bool isOutside = false;
          for (auto [d, axis] : llvm::enumerate(axes)) {
            int64_t position = at[d] * axis.stride + k[d] * axis.dilation - axis.low;
            isOutside |= position < 0 || position >= space[d];
            from += position * strides[d];
          }
          if (isOutside)
            continue;
          C value = static_cast<C>(in[row * elements + from]);
          sum = total::add<A>(sum, static_cast<A>(value));
          if (best < 0 || value > greatest || value != value)
            best = from;
          greatest = total::max<C>(greatest, value);
        } while (advance(k, window));
        int64_t to = row * places + place;
        if (kind == PoolKind::argmax)
          y.getMutable<int64_t>()[to] = std::max<int64_t>(best, 0);
        else
          y.getMutable<T>()[to] = static_cast<T>(kind == PoolKind::max ? greatest : static_cast<C>(sum));
      }
    }
  });
  return y;
}

//===--- Lower ------------------------------------------------------------===//

namespace {
/// The loops of a pool: x's leading axes and the places of the window, then the window.
struct PoolNest {
  template <typename Op> PoolNest(OpBuilder &b, Op op, Value operand, Value outside) {
    Location loc = op.getLoc();
    SmallVector<WindowAxis> axes = axesOf(op);
    x = padWindow(b, loc, operand, axes, outside);
    SmallVector<OpFoldResult> window =
        llvm::map_to_vector(op.getWindow(), [&](int64_t size) { return OpFoldResult(b.getIndexAttr(size)); });
    // Only its sizes are read, as those of the innermost loops.
    shape = tensor::EmptyOp::create(b, loc, window, getElementTypeOrSelf(x.getType()));
    sizes = tensor::getMixedSizes(b, loc, x);
    leading = static_cast<int64_t>(sizes.size() - axes.size());
    sizes.truncate(leading);
    sizes.append(windowCounts(b, loc, x, axes, window));
    auto rank = static_cast<int64_t>(sizes.size()), loops = rank + static_cast<int64_t>(axes.size());
    SmallVector<AffineExpr> from, of;
    for (int64_t d = 0; d < leading; ++d)
      from.push_back(b.getAffineDimExpr(d));
    for (auto [d, axis] : llvm::enumerate(axes)) {
      of.push_back(b.getAffineDimExpr(rank + d));
      from.push_back(b.getAffineDimExpr(leading + d) * axis.stride + of.back() * axis.dilation);
    }
    xMap = AffineMap::get(loops, 0, from, b.getContext());
    windowMap = AffineMap::get(loops, 0, of, b.getContext());
    resultMap = mapOfLoops(b.getContext(), loops, llvm::to_vector(llvm::seq<int64_t>(0, rank)));
  }
  Value x, shape;
  SmallVector<OpFoldResult> sizes;
  int64_t leading;
  AffineMap xMap, windowMap, resultMap;
};

/// `scalar` in storage type, to pad with.
Value stored(OpBuilder &b, Location loc, Value scalar, Type element) {
  Type storage = stripSign(element);
  return scalar.getType() == storage ? scalar : arith::TruncFOp::create(b, loc, storage, scalar).getResult();
}
} // namespace

template <typename Op> static Value lowerPool(OpBuilder &b, Op op, Value operand, ReductionKind kind) {
  Location loc = op.getLoc();
  Type element = getElementTypeOrSelf(op.getX().getType());
  ScalarBuilder scalar(b, loc, element);
  Value identity = reductionIdentity(scalar, element, kind);
  PoolNest nest(b, op, operand, stored(b, loc, identity, element));
  Value y = buildAccumulation(b, loc, nest.sizes, identity, {nest.x, nest.shape}, {nest.xMap, nest.windowMap}, nest.resultMap,
                              [&](OpBuilder &nested, Location at, Value accumulator, ValueRange values) {
                                ScalarBuilder s(nested, at, element);
                                return combine(s, kind, accumulator, values[0]);
                              });
  return convertElements(b, loc, y, stripSign(element));
}

/// The greatest and its position side by side. What is outside has position -1, which is 0 in the end.
static Value lowerArgmax(OpBuilder &b, ArgmaxPoolOp op, Value operand) {
  Location loc = op.getLoc();
  Type element = getElementTypeOrSelf(op.getX().getType()), index = b.getI64Type();
  ScalarBuilder scalar(b, loc, element);
  Value lowest = reductionIdentity(scalar, element, ReductionKind::max);
  PoolNest nest(b, op, operand, stored(b, loc, lowest, element));
  SmallVector<WindowAxis> axes = axesOf(op);
  SmallVector<OpFoldResult> own = tensor::getMixedSizes(b, loc, operand);
  SmallVector<Value> space;
  for (OpFoldResult size : ArrayRef(own).drop_front(nest.leading))
    space.push_back(IndexMath(b, loc).value(size));
  auto start = [&](Value value) {
    return linalg::FillOp::create(b, loc, value, tensor::EmptyOp::create(b, loc, nest.sizes, value.getType()).getResult()).getResult(0);
  };
  Value none = arith::ConstantOp::create(b, loc, b.getI64IntegerAttr(-1));
  SmallVector<Value> inits = {start(lowest), start(none)};
  SmallVector<utils::IteratorType> iterators(nest.resultMap.getNumDims(), utils::IteratorType::reduction);
  std::fill_n(iterators.begin(), nest.resultMap.getNumResults(), utils::IteratorType::parallel);
  auto generic = linalg::GenericOp::create(
      b, loc, TypeRange{inits[0].getType(), inits[1].getType()}, ValueRange{nest.x, nest.shape}, inits,
      ArrayRef{nest.xMap, nest.windowMap, nest.resultMap, nest.resultMap}, iterators, [&](OpBuilder &nested, Location at, ValueRange args) {
        Value flat = arith::ConstantIndexOp::create(nested, at, 0), zero = flat;
        Value inside = arith::ConstantOp::create(nested, at, nested.getBoolAttr(true));
        int64_t place = nest.leading, tap = nest.resultMap.getNumResults();
        for (auto [d, axis] : llvm::enumerate(axes)) {
          auto scaled = [&](int64_t loop, int64_t factor) -> Value {
            Value i = linalg::IndexOp::create(nested, at, loop);
            return arith::MulIOp::create(nested, at, i, arith::ConstantIndexOp::create(nested, at, factor));
          };
          Value sum = arith::AddIOp::create(nested, at, scaled(place + d, axis.stride), scaled(tap + d, axis.dilation));
          Value position = arith::SubIOp::create(nested, at, sum, arith::ConstantIndexOp::create(nested, at, axis.low));
          for (auto [predicate, bound] : {std::pair(arith::CmpIPredicate::sge, zero), std::pair(arith::CmpIPredicate::slt, space[d])})
            inside = arith::AndIOp::create(nested, at, inside, arith::CmpIOp::create(nested, at, predicate, position, bound));
          flat = arith::AddIOp::create(nested, at, arith::MulIOp::create(nested, at, flat, space[d]), position);
        }
        Value value = args[0];
        if (value.getType() != scalar.getComputeType())
          value = arith::ExtFOp::create(nested, at, scalar.getComputeType(), value);
        ScalarBuilder s(nested, at, element);
        Value isFirst = arith::CmpIOp::create(nested, at, arith::CmpIPredicate::slt, args[3],
                                              arith::ConstantOp::create(nested, at, nested.getI64IntegerAttr(0)));
        // A NaN before makes all comparisons false, and the new one counts.
        Value better = arith::OrIOp::create(nested, at, isFirst, s.compare(ComparePredicate::lt, args[2], value));
        if (s.isFloat())
          better = arith::OrIOp::create(nested, at, better, s.compare(ComparePredicate::ne, value, value));
        better = arith::AndIOp::create(nested, at, better, inside);
        Value best = arith::SelectOp::create(nested, at, better, arith::IndexCastOp::create(nested, at, index, flat), args[3]);
        linalg::YieldOp::create(nested, at, ValueRange{s.max(args[2], value), best});
      });
  AffineMap all = b.getMultiDimIdentityMap(static_cast<int64_t>(nest.sizes.size()));
  return buildElements(b, loc, nest.sizes, index, generic.getResult(1), all, [&](OpBuilder &nested, Location at, ValueRange args) {
    ScalarBuilder s(nested, at, index);
    return s.max(args[0], s.constant(0.0));
  });
}

//===--- Gradient ---------------------------------------------------------===//

/// The product of sizes.
static OpFoldResult countOf(IndexMath &math, ArrayRef<OpFoldResult> sizes) {
  OpFoldResult count = math.number(1);
  for (OpFoldResult size : sizes)
    count = math.mul(count, size);
  return count;
}

/// Each cotangent goes where its greatest element was; nowhere from a window that has none.
FailureOr<SmallVector<Value>> MaxPoolOp::buildGradient(OpBuilder &b, ValueRange cotangents) {
  Type element = getElementTypeOrSelf(getType());
  if (!isa<FloatType>(element))
    return SmallVector<Value>{Value()};
  Location loc = getLoc();
  IndexMath math(b, loc);
  ExprBuilder g(b, loc);
  SmallVector<OpFoldResult> own = tensor::getMixedSizes(b, loc, getX()), places = tensor::getMixedSizes(b, loc, cotangents[0]);
  size_t leading = own.size() - getWindow().size();
  OpFoldResult rows = countOf(math, ArrayRef(own).take_front(leading)), space = countOf(math, ArrayRef(own).drop_front(leading));
  OpFoldResult perRow = countOf(math, ArrayRef(places).drop_front(leading));
  Value best = ArgmaxPoolOp::create(b, loc, getX(), getWindow(), getStrides(), getLow(), getHigh(), getDilations());
  Expr inRow = g(ReshapeOp::create(b, loc, best, {rows, perRow}));
  Expr row = g(IotaOp::create(b, loc, b.getI64Type(), ArrayRef<OpFoldResult>{rows, math.number(1)}, 0));
  Value position = inRow + row * g(math.tensor(space));
  Value flat = ReshapeOp::create(b, loc, position, math.mul(rows, perRow));
  Expr zero = g.number(0.0, element), none = g.number(-std::numeric_limits<double>::infinity(), element);
  Value updates = ReshapeOp::create(b, loc, select(g(getY()) == none, zero, g(cotangents[0])), math.mul(rows, perRow));
  Value zeros = BroadcastOp::create(b, loc, zero, math.mul(rows, space));
  Value sum = ScatterAddOp::create(b, loc, zeros, flat, updates, 0);
  return SmallVector<Value>{ReshapeOp::create(b, loc, sum, own)};
}

/// Each element of x gets the sum of the cotangents of its windows.
FailureOr<SmallVector<Value>> SumPoolOp::buildGradient(OpBuilder &b, ValueRange cotangents) {
  Type element = getElementTypeOrSelf(getType());
  if (!isa<FloatType>(element))
    return SmallVector<Value>{Value()};
  Location loc = getLoc();
  IndexMath math(b, loc);
  ExprBuilder g(b, loc);
  SmallVector<OpFoldResult> own = tensor::getMixedSizes(b, loc, getX()), places = tensor::getMixedSizes(b, loc, cotangents[0]);
  size_t leading = own.size() - getWindow().size();
  OpFoldResult rows = countOf(math, ArrayRef(own).take_front(leading)), one = math.number(1);
  SmallVector<OpFoldResult> shape = {rows, one}, filter = {one, one};
  shape.append(places.begin() + leading, places.end());
  for (int64_t size : getWindow())
    filter.push_back(math.number(size));
  Value ones = BroadcastOp::create(b, loc, g.number(1.0, element), filter);
  Value ct = ReshapeOp::create(b, loc, cotangents[0], shape);
  Value y = windowGradient(b, loc, ct, ones, axesOf(*this), getWindow(), 1, ArrayRef(own).drop_front(leading));
  return SmallVector<Value>{ReshapeOp::create(b, loc, y, own)};
}

//===--- The rows ---------------------------------------------------------===//

#define GRAPH_POOL(Op, kind, lowered)                                                                                                      \
  LogicalResult Op::infer(InferContext &context, Adaptor op, SmallVectorImpl<SymbolicType> &results) {                                     \
    return inferPool(context, op, PoolKind::kind == PoolKind::argmax ? IntegerType::get(context.getContext(), 64) : Type(), results);      \
  }                                                                                                                                        \
  LogicalResult Op::evaluate(EvalContext &context, ArrayRef<TensorValue> operands, SmallVectorImpl<TensorValue> &results) {                \
    auto y = evaluatePool(context, *this, operands[0], PoolKind::kind);                                                                    \
    if (succeeded(y))                                                                                                                      \
      results.push_back(std::move(*y));                                                                                                    \
    return y;                                                                                                                              \
  }                                                                                                                                        \
  FailureOr<SmallVector<Value>> Op::lower(OpBuilder &b, ValueRange operands) { return SmallVector<Value>{lowered}; }                       \
  Cost Op::getCost(int64_t dynamicSize) {                                                                                                  \
    auto taps = checkedNumElements(getWindow());                                                                                           \
    return defaultCost(*this, dynamicSize, taps ? *taps : std::numeric_limits<int64_t>::max());                                            \
  }

GRAPH_POOL(MaxPoolOp, max, lowerPool(b, *this, operands[0], ReductionKind::max))
GRAPH_POOL(SumPoolOp, sum, lowerPool(b, *this, operands[0], ReductionKind::sum))
GRAPH_POOL(ArgmaxPoolOp, argmax, lowerArgmax(b, *this, operands[0]))

//===--- Import -----------------------------------------------------------===//

// lib/Interop/{Aten,Onnx}/Rules/Pool.cpp: the frameworks' have rules for their padding, count what a window meets, and give values and
// positions at once.
void SumPoolOp::registerImportRules(ImportRules &) {}
void ArgmaxPoolOp::registerImportRules(ImportRules &) {}
void MaxPoolOp::registerImportRules(ImportRules &) {}
