//===- Slice.cpp ----------------------------------------------------------===//
#include "graph-opt/Dialect/Graph/Ops/Slice.h"
#include "Graph/Shared/IndexMath.h"
#include "Graph/Shared/Loops.h"
#include "Graph/Shared/OpSupport.h"
#include "graph-opt/Dialect/Graph/Ops/Broadcast.h"
#include "graph-opt/Dialect/Graph/Ops/Iota.h"
#include "graph-opt/Dialect/Graph/Ops/Pad.h"
#include "graph-opt/Dialect/Graph/Ops/ScatterReduce.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::graph;

#include "graph-opt/Dialect/Graph/Ops/Slice.ops.inc"

void SliceOp::build(OpBuilder &b, OperationState &state, Value x, ArrayRef<OpFoldResult> starts, ArrayRef<OpFoldResult> sizes,
                    ArrayRef<int64_t> steps) {
  auto [staticStarts, dynamicStarts] = decomposeMixedValues(SmallVector<OpFoldResult>(starts));
  auto [staticSizes, dynamicSizes] = decomposeMixedValues(SmallVector<OpFoldResult>(sizes));
  build(b, state, x, dynamicStarts, dynamicSizes, staticStarts, staticSizes, steps);
}

static int64_t magnitude(int64_t step) { return step < 0 ? total::neg(step) : step; }

/// The elements of an axis that `size` steps span, or nullopt where int64_t can't hold it.
static std::optional<int64_t> spanOf(int64_t size, int64_t step) {
  int64_t span = 0;
  if (size > 0 && (magnitude(step) < 0 || llvm::MulOverflow(size - 1, magnitude(step), span) || llvm::AddOverflow(span, int64_t(1), span)))
    return std::nullopt;
  return span;
}

//===--- Shape ------------------------------------------------------------===//

LogicalResult SliceOp::infer(InferContext &context, Adaptor op, SmallVectorImpl<SymbolicType> &results) {
  if (failed(context.checkList(op.getStaticStarts(), op.getStarts())) || failed(context.checkList(op.getStaticSizes(), op.getSizes())))
    return failure();
  SymbolicType x = context.typeOf(op.getX()), y{{}, x.elementType};
  size_t rank = x.sizes.size();
  ArrayRef<int64_t> sizes = op.getStaticSizes(), steps = op.getSteps();
  if (op.getStaticStarts().size() != rank || sizes.size() != rank || steps.size() != rank) // (C1)
    return context.emitError() << "expected " << rank << " starts, sizes and steps, got [" << op.getStaticStarts() << "], [" << sizes
                               << "] and [" << steps << "]";
  size_t dynamic = 0;
  for (size_t d = 0; d < rank; ++d) {
    if ((sizes[d] < 0 && !ShapedType::isDynamic(sizes[d])) || steps[d] == 0) // (C2)
      return context.emitError() << "expected sizes of at least 0 and steps other than 0, got [" << sizes << "] and [" << steps << "]";
    y.sizes.push_back(ShapedType::isDynamic(sizes[d]) ? context.valueOf(op.getSizes()[dynamic++]) : context.constant(sizes[d]));
    auto known = dyn_cast<AffineConstantExpr>(x.sizes[d]), wanted = dyn_cast<AffineConstantExpr>(y.sizes[d]);
    auto span = wanted ? spanOf(wanted.getValue(), steps[d]) : std::optional<int64_t>(0);
    if (!span || (known && *span > known.getValue())) // (C3)
      return context.emitError() << "expected axis " << d << " of " << op.getX().getType() << " to hold " << wanted.getValue()
                                 << " elements in steps of " << steps[d];
  }
  results.push_back(std::move(y));
  return success();
}

//===--- Fold -------------------------------------------------------------===//

bool SliceOp::isIdentityOnEqualShapes() {
  return llvm::all_of(getSteps(), [](int64_t step) { return step == 1; });
}

OpFoldResult SliceOp::fold(FoldAdaptor) {
  return isIdentityOnEqualShapes() && getX().getType() == getType() && cast<RankedTensorType>(getType()).hasStaticShape()
             ? OpFoldResult(getX())
             : OpFoldResult();
}

//===--- Evaluate ---------------------------------------------------------===//

LogicalResult SliceOp::evaluate(EvalContext &context, ArrayRef<TensorValue> operands, SmallVectorImpl<TensorValue> &results) {
  const TensorValue &x = operands[0];
  size_t next = 1;
  auto read = [&](ArrayRef<int64_t> fixed) {
    return llvm::map_to_vector(fixed, [&](int64_t v) { return ShapedType::isDynamic(v) ? operands[next++].getAsInt(0) : v; });
  };
  SmallVector<int64_t> starts = read(getStaticStarts()), sizes = read(getStaticSizes());
  SmallVector<int64_t, 4> strides = rowMajorStrides(x.getShape());
  int64_t at = 0;
  for (size_t d = 0; d < sizes.size(); ++d) {
    int64_t step = getSteps()[d];
    auto span = spanOf(sizes[d], step);
    if (sizes[d] < 0 || !span || *span > x.getDim(d))
      return emitOpError() << "expected axis " << d << " of " << x.getDim(d) << " elements to hold " << sizes[d] << " in steps of " << step;
    int64_t least = step > 0 || *span == 0 ? 0 : *span - 1;
    at += std::clamp(starts[d], least, least + x.getDim(d) - *span) * strides[d];
    strides[d] *= *span > 1 ? step : 0; // one element is no step, and its stride might overflow
  }
  TensorValue y = context.allocate(*this, x.getElementType(), sizes);
  if (!y)
    return failure();
  int64_t width = TensorValue::getElementSize(x.getElementType());
  SmallVector<int64_t> index(sizes.size(), 0);
  for (int64_t i = 0; i < y.getNumElements(); ++i) {
    std::memcpy(y.getMutableRaw() + i * width, x.getRaw() + at * width, width);
    for (size_t d = sizes.size(); d-- > 0;) {
      at += strides[d];
      if (++index[d] < sizes[d])
        break;
      at -= strides[d] * sizes[d];
      index[d] = 0;
    }
  }
  results.push_back(std::move(y));
  return success();
}

//===--- Lower ------------------------------------------------------------===//

SmallVector<OpFoldResult> SliceOp::getBases(OpBuilder &b, Value x, ValueRange starts, ValueRange sizes) {
  IndexMath math(b, getLoc());
  SmallVector<OpFoldResult> bases, from = getMixedValues(getStaticStarts(), starts, b), count = getMixedValues(getStaticSizes(), sizes, b);
  for (auto [d, start] : llvm::enumerate(from)) {
    int64_t step = getSteps()[d];
    OpFoldResult zero = math.number(0), size = tensor::getMixedSize(b, getLoc(), x, d);
    OpFoldResult steps = math.mul(math.max(math.sub(count[d], math.number(1)), zero), math.number(magnitude(step)));
    OpFoldResult span = math.min(math.add(steps, math.number(1)), size); // 0 or 1 of no elements read: both stay in range
    OpFoldResult lowest = step > 0 ? start : math.sub(start, steps);
    bases.push_back(math.max(math.min(lowest, math.sub(size, span)), zero));
  }
  return bases;
}

FailureOr<SmallVector<Value>> SliceOp::lower(OpBuilder &b, ValueRange operands) {
  Location loc = getLoc();
  ValueRange starts = operands.slice(1, getStarts().size()), dynamicSizes = operands.take_back(getSizes().size());
  SmallVector<OpFoldResult> sizes = getMixedValues(getStaticSizes(), dynamicSizes, b);
  SmallVector<OpFoldResult> steps =
      llvm::map_to_vector(getSteps(), [&](int64_t step) { return OpFoldResult(b.getIndexAttr(magnitude(step))); });
  // Nothing is read. There is no offset in an empty axis that the verifier takes.
  if (llvm::is_contained(cast<RankedTensorType>(operands[0].getType()).getShape(), 0) ||
      llvm::any_of(sizes, [](OpFoldResult size) { return isConstantIntValue(size, 0); }))
    return SmallVector<Value>{tensor::EmptyOp::create(b, loc, sizes, getElementTypeOrSelf(operands[0].getType()))};
  Value y = tensor::ExtractSliceOp::create(b, loc, operands[0], getBases(b, operands[0], starts, dynamicSizes), sizes, steps);
  if (llvm::all_of(getSteps(), [](int64_t step) { return step > 0; }))
    return SmallVector<Value>{y};
  // A view can't walk backwards: read it in the other order.
  Value init = tensor::EmptyOp::create(b, loc, sizes, getElementTypeOrSelf(y.getType()));
  IndexMath math(b, loc);
  SmallVector<Value> last;
  for (OpFoldResult size : sizes)
    last.push_back(math.value(math.sub(size, math.number(1))));
  auto generic = linalg::GenericOp::create(
      b, loc, init.getType(), ValueRange{}, init, b.getMultiDimIdentityMap(sizes.size()),
      SmallVector<utils::IteratorType>(sizes.size(), utils::IteratorType::parallel), [&](OpBuilder &nested, Location at, ValueRange) {
        SmallVector<Value> position;
        for (auto [d, step] : llvm::enumerate(getSteps())) {
          Value i = linalg::IndexOp::create(nested, at, d);
          position.push_back(step > 0 ? i : arith::SubIOp::create(nested, at, last[d], i).getResult());
        }
        linalg::YieldOp::create(nested, at, tensor::ExtractOp::create(nested, at, y, position).getResult());
      });
  return SmallVector<Value>{generic.getResult(0)};
}

Cost SliceOp::getCost(int64_t dynamicSize) {
  int64_t width = TensorValue::getElementSize(getElementTypeOrSelf(getType())), count = countElements(getType(), dynamicSize);
  return {0, count > std::numeric_limits<int64_t>::max() / (2 * width) ? std::numeric_limits<int64_t>::max() : 2 * width * count};
}

FusionKind SliceOp::getFusionKind() { return FusionKind::view; }

//===--- Gradient ---------------------------------------------------------===//

FailureOr<SmallVector<Value>> SliceOp::buildGradient(OpBuilder &b, ValueRange cotangents) {
  SmallVector<Value> results(getNumOperands());
  Type element = getElementTypeOrSelf(getType());
  if (!isa<FloatType>(element))
    return results;
  Location loc = getLoc();
  IndexMath math(b, loc);
  ExprBuilder g(b, loc);
  SmallVector<OpFoldResult> bases = getBases(b, getX(), getStarts(), getSizes()), full = tensor::getMixedSizes(b, loc, getX());
  SmallVector<OpFoldResult> sizes = getMixedValues(getStaticSizes(), getSizes(), b);
  Value zero = g.number(0.0, element), ct = cotangents[0];
  // Zeros around what was read; along an axis with steps, the slices are put where they came from.
  SmallVector<OpFoldResult> low(sizes.size(), math.number(0)), high = low;
  for (auto [d, step] : llvm::enumerate(getSteps())) {
    if (step == 1) {
      low[d] = bases[d];
      high[d] = math.sub(math.sub(full[d], bases[d]), sizes[d]);
      continue;
    }
    auto axis = static_cast<int64_t>(d);
    OpFoldResult last = math.mul(math.max(math.sub(sizes[d], math.number(1)), math.number(0)), math.number(magnitude(step)));
    Value first = math.tensor(step > 0 ? bases[d] : math.add(bases[d], last));
    Expr positions = g(IotaOp::create(b, loc, b.getI64Type(), ArrayRef(sizes[d]), 0)) * static_cast<double>(step) + g(first);
    SmallVector<OpFoldResult> shape = tensor::getMixedSizes(b, loc, ct);
    shape[d] = full[d];
    Value zeros = BroadcastOp::create(b, loc, zero, shape);
    ct = ScatterAddOp::create(b, loc, zeros, positions, ct, axis);
  }
  results[0] = PadOp::create(b, loc, ct, zero, low, high);
  return results;
}

//===--- Import -----------------------------------------------------------===//

/// The slice of one axis from `start` to `end` by `step`, each clamped as numpy does.
static Value sliceAxis(ImportCall &call, Value x, int64_t axis, OpFoldResult start, OpFoldResult end, int64_t step) {
  OpBuilder &b = call.builder;
  IndexMath math(b, call.loc);
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(b, call.loc, x), starts(sizes.size(), math.number(0));
  SmallVector<int64_t> steps(sizes.size(), 1);
  OpFoldResult size = sizes[axis], zero = math.number(0), least = math.number(step > 0 ? 0 : -1);
  OpFoldResult greatest = step > 0 ? size : math.sub(size, math.number(1));
  auto clamp = [&](OpFoldResult position) {
    if (auto known = getConstantIntValue(position); known && step > 0 && (*known == 0 || *known == std::numeric_limits<int64_t>::max()))
      return *known == 0 ? zero : size; // the whole axis, whatever its size
    return math.max(math.min(math.fromEnd(position, size), greatest), least);
  };
  starts[axis] = clamp(start);
  OpFoldResult stop = clamp(end), distance = step > 0 ? math.sub(stop, starts[axis]) : math.sub(starts[axis], stop);
  bool inOrder = isConstantIntValue(starts[axis], 0) && step > 0;
  sizes[axis] = math.ceilDiv(inOrder ? distance : math.max(distance, zero), magnitude(step));
  steps[axis] = step;
  return SliceOp::create(b, call.loc, x, starts, sizes, steps);
}

void SliceOp::registerImportRules(ImportRules &rules) {
  rules.aten({"slice.Tensor"}, [](ImportCall &call) -> LogicalResult {
    auto x = call.tensor("self");
    if (failed(x))
      return failure();
    OpFoldResult first = call.builder.getIndexAttr(0), past = call.builder.getIndexAttr(std::numeric_limits<int64_t>::max());
    int64_t rank = cast<RankedTensorType>(x->getType()).getRank();
    FailureOr<int64_t> axis = call.has("dim") ? call.axis("dim", rank) : FailureOr<int64_t>(0);
    FailureOr<int64_t> step = call.integer("step", 1);
    FailureOr<OpFoldResult> start = call.has("start") ? call.size("start") : FailureOr<OpFoldResult>(first);
    FailureOr<OpFoldResult> end = call.has("end") ? call.size("end") : FailureOr<OpFoldResult>(past);
    if (failed(axis) || failed(step) || failed(start) || failed(end))
      return failure();
    if (rank == 0 || *step <= 0)
      return call.unsupported("expected a tensor of rank 1 or more and a step of at least 1");
    return call.yield(sliceAxis(call, *x, *axis, *start, *end, *step));
  });
  auto onnx = [](ImportCall &call) -> LogicalResult {
    auto x = call.tensor("data");
    auto starts = call.sizes("starts"), ends = call.sizes("ends");
    if (failed(x) || failed(starts) || failed(ends))
      return failure();
    int64_t rank = cast<RankedTensorType>(x->getType()).getRank();
    FailureOr<SmallVector<int64_t>> axes = llvm::to_vector(llvm::seq<int64_t>(0, static_cast<int64_t>(starts->size())));
    FailureOr<SmallVector<int64_t>> steps = SmallVector<int64_t>(starts->size(), 1);
    if (call.has("axes"))
      axes = call.integers("axes");
    if (call.has("steps"))
      steps = call.integers("steps");
    if (failed(axes) || failed(steps))
      return failure();
    if (ends->size() != starts->size() || axes->size() != starts->size() || steps->size() != starts->size())
      return call.unsupported("starts, ends, axes and steps of different lengths");
    Value y = *x;
    for (auto [axis, start, end, step] : llvm::zip(*axes, *starts, *ends, *steps)) {
      int64_t d = axis < 0 ? axis + rank : axis;
      if (d < 0 || d >= rank || step == 0)
        return call.unsupported("an axis out of range, or a step of 0");
      y = sliceAxis(call, y, d, start, end, step);
    }
    return call.yield(y);
  };
  rules.onnx({"Slice"}, onnx);
}

//===--- Export -----------------------------------------------------------===//

/// Start and end of an axis of x as Slice takes them. A start that would read outside of x is moved.
static std::pair<ForeignValue, ForeignValue> rangeOf(OnnxExport &to, SliceOp op, int64_t axis, OpFoldResult start, OpFoldResult size) {
  int64_t step = op.getSteps()[axis], length = cast<RankedTensorType>(op.getX().getType()).getDimSize(axis);
  constexpr int64_t none = std::numeric_limits<int64_t>::min(); // an end before the first element
  std::optional<int64_t> from = getConstantIntValue(start), count = getConstantIntValue(size);
  std::optional<int64_t> span = count ? spanOf(*count, step) : std::nullopt;
  if (from && span && !ShapedType::isDynamic(length)) {
    int64_t least = step > 0 || *span == 0 ? 0 : *span - 1;
    int64_t first = std::clamp(*from, least, least + length - *span);
    int64_t end = *count == 0 ? first : step > 0 ? first + *span : first - *span;
    return {to.integer(first), to.integer(end < 0 ? none : end)};
  }
  ForeignValue n = to.size(size);
  if (from == 0 && step == 1)
    return {to.integer(0), n};
  ForeignValue dim = to("Squeeze", {to.shape(to[op.getX()], axis, axis + 1)}), zero = to.integer(0), one = to.integer(1);
  ForeignValue reach = n; // of no elements, none
  if (magnitude(step) != 1)
    reach = to("Max", {to("Add", {to("Mul", {to("Sub", {n, one}), to.integer(magnitude(step))}), one}), zero});
  ForeignValue first = to.size(start);
  if (step > 0) {
    first = to("Max", {to("Min", {first, to("Sub", {dim, reach})}), zero});
    return {first, to("Add", {first, reach})};
  }
  first = to("Min", {to("Max", {first, to("Sub", {reach, one})}), to("Sub", {dim, one})});
  ForeignValue end = to("Sub", {first, reach});
  return {first, to("Where", {to.test("Less", {end, zero}), to.integer(none), end}, {}, end.element)};
}

void SliceOp::registerExportRules(ExportRules &rules) {
  rules.onnx<SliceOp>([](SliceOp op, OnnxExport &to) {
    SmallVector<OpFoldResult> starts = getMixedValues(op.getStaticStarts(), op.getStarts(), op.getContext());
    SmallVector<OpFoldResult> sizes = getMixedValues(op.getStaticSizes(), op.getSizes(), op.getContext());
    ArrayRef<int64_t> shape = cast<RankedTensorType>(op.getX().getType()).getShape();
    std::vector<ForeignValue> from, until;
    SmallVector<int64_t> axes, steps;
    for (size_t d = 0; d < sizes.size(); ++d) {
      int64_t step = op.getSteps()[d];
      if (step == 1 && getConstantIntValue(sizes[d]) == shape[d])
        continue; // all of it
      auto [start, end] = rangeOf(to, op, static_cast<int64_t>(d), starts[d], sizes[d]);
      from.push_back(start);
      until.push_back(end);
      axes.push_back(static_cast<int64_t>(d));
      steps.push_back(step);
    }
    if (axes.empty())
      return to.yield(to[op.getX()]);
    return to.yield(to("Slice", {to[op.getX()], to.stack(from), to.stack(until), to.integers(axes), to.integers(steps)}));
  });
  rules.aten<SliceOp>([](SliceOp op, AtenExport &to) {
    SmallVector<OpFoldResult> starts = getMixedValues(op.getStaticStarts(), op.getStarts(), op.getContext());
    SmallVector<OpFoldResult> sizes = getMixedValues(op.getStaticSizes(), op.getSizes(), op.getContext());
    ArrayRef<int64_t> shape = cast<RankedTensorType>(op.getX().getType()).getShape();
    ForeignValue y = to[op.getX()];
    for (int64_t d = 0; d < static_cast<int64_t>(sizes.size()); ++d) {
      int64_t step = op.getSteps()[d];
      if (step == 1 && getConstantIntValue(sizes[d]) == shape[d])
        continue; // all of it
      ForeignArg first = to.size(starts[d]);
      if (first.get<ForeignValue>() && getConstantIntValue(sizes[d]) == 1) { // by `select`, whose result has sizes that torch knows
        y = to("unsqueeze.default", {to("select.int", {y, d, first}), d});
        continue;
      }
      if (step < 0) { // ATen walks forwards only: turned around, element i is element size - 1 - i
        y = to("flip.default", {y, ForeignArg::List{d}});
        first = to.compute("sub", {to.compute("sub", {to.dim(op.getX(), d), 1}), first});
      }
      ForeignArg reach = to.compute("mul", {to.size(sizes[d]), magnitude(step)});
      y = to("slice.Tensor", {y, d, first, to.compute("add", {first, reach}), magnitude(step)});
    }
    return to.yield(y);
  });
}
