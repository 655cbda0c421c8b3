//===- NonMaxSuppression.cpp ----------------------------------------------===//
#include "graph-opt/Dialect/Graph/Ops/NonMaxSuppression.h"
#include "Graph/Shared/Loops.h"
#include "Graph/Shared/OpSupport.h"
#include "graph-opt/Dialect/Graph/Ops/Reshape.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::graph;

#include "graph-opt/Dialect/Graph/Ops/NonMaxSuppression.ops.inc"

//===--- Shape ------------------------------------------------------------===//

LogicalResult NonMaxSuppressionOp::infer(InferContext &context, Adaptor op, SmallVectorImpl<SymbolicType> &results) {
  SymbolicType boxes = context.typeOf(op.getBoxes()), scores = context.typeOf(op.getScores());
  if (boxes.sizes.size() != 3 || scores.sizes.size() != 3 || !InferContext::canBeEqual(boxes.sizes[2], context.constant(4)) ||
      !InferContext::canBeEqual(boxes.sizes[0], scores.sizes[0]) || !InferContext::canBeEqual(boxes.sizes[1], scores.sizes[2])) // (C1)
    return context.emitError() << "expected boxes [batches, boxes, 4] and scores [batches, classes, boxes], got " << op.getBoxes().getType()
                               << " and " << op.getScores().getType();
  for (Value number : {op.getLimit(), op.getIouThreshold(), op.getScoreThreshold()})
    if (cast<RankedTensorType>(number.getType()).getRank() != 0) // (C2)
      return context.emitError() << "expected a limit and thresholds of rank 0, got " << number.getType();
  results.push_back({{context.unknown(), context.constant(3)}, IntegerType::get(op.getBoxes().getContext(), 64)});
  return success();
}

//===--- Evaluate ---------------------------------------------------------===//

namespace {
/// The sides of a box along an axis, and its area.
template <typename T> struct Box {
  T low[2], high[2], area;
};

template <typename T> Box<T> readBox(const TensorValue &boxes, int64_t at, bool center) {
  T v[4];
  for (int64_t i = 0; i < 4; ++i)
    v[i] = static_cast<T>(boxes.getAsDouble(4 * at + i));
  Box<T> box;
  for (int axis = 0; axis < 2; ++axis) {
    T a = center ? v[axis] - v[axis + 2] / 2 : v[axis], b = center ? v[axis] + v[axis + 2] / 2 : v[axis + 2];
    box.low[axis] = a < b ? a : b;
    box.high[axis] = a < b ? b : a;
  }
  box.area = (box.high[0] - box.low[0]) * (box.high[1] - box.low[1]);
  return box;
}

template <typename T> bool overlap(const Box<T> &a, const Box<T> &b, double threshold) {
  T sides[2];
  for (int axis = 0; axis < 2; ++axis) {
    T low = a.low[axis] > b.low[axis] ? a.low[axis] : b.low[axis], high = a.high[axis] < b.high[axis] ? a.high[axis] : b.high[axis];
    sides[axis] = high - low > 0 ? high - low : 0;
  }
  T common = sides[0] * sides[1], all = a.area + b.area - common;
  return a.area > 0 && b.area > 0 && all > 0 && static_cast<double>(common / all) > threshold;
}

template <typename T> SmallVector<int64_t> choose(NonMaxSuppressionOp op, ArrayRef<TensorValue> operands) {
  const TensorValue &boxes = operands[0], &scores = operands[1];
  int64_t count = boxes.getDim(1), classes = scores.getDim(1), limit = operands[2].getAsInt(0);
  double iou = operands[3].getAsDouble(0), least = operands[4].getAsDouble(0);
  SmallVector<int64_t> rows;
  for (int64_t batch = 0; batch < boxes.getDim(0); ++batch)
    for (int64_t kind = 0; kind < classes; ++kind) {
      auto scoreOf = [&](int64_t i) { return scores.getAsDouble((batch * classes + kind) * count + i); };
      SmallVector<int64_t> order;
      for (int64_t i = 0; i < count; ++i)
        if (scoreOf(i) > least)
          order.push_back(i);
      llvm::sort(order, [&](int64_t a, int64_t b) { return scoreOf(a) > scoreOf(b) || (scoreOf(a) == scoreOf(b) && a < b); });
      SmallVector<Box<T>> chosen;
      for (int64_t i : order) {
        Box<T> box = readBox<T>(boxes, batch * count + i, op.getCenter());
        if (static_cast<int64_t>(chosen.size()) >= limit || llvm::any_of(chosen, [&](const Box<T> &o) { return overlap(o, box, iou); }))
          continue;
        chosen.push_back(box);
        rows.append({batch, kind, i});
      }
    }
  return rows;
}
} // namespace

LogicalResult NonMaxSuppressionOp::evaluate(EvalContext &context, ArrayRef<TensorValue> operands, SmallVectorImpl<TensorValue> &results) {
  const TensorValue &boxes = operands[0], &scores = operands[1];
  if (boxes.getDim(2) != 4 || boxes.getDim(0) != scores.getDim(0) || boxes.getDim(1) != scores.getDim(2)) // (C1)
    return emitOpError() << "expected boxes [batches, boxes, 4] and scores [batches, classes, boxes], got " << boxes.getType() << " and "
                         << scores.getType();
  SmallVector<int64_t> rows = boxes.getElementType().isF64() ? choose<double>(*this, operands) : choose<float>(*this, operands);
  TensorValue y = context.allocate(*this, IntegerType::get(getContext(), 64), {static_cast<int64_t>(rows.size()) / 3, 3});
  if (!y)
    return failure();
  llvm::copy(rows, y.getMutable<int64_t>().begin());
  results.push_back(std::move(y));
  return success();
}

//===--- Lower ------------------------------------------------------------===//

namespace {
/// Scalar code of boxes in one type, and the loops around it.
struct Suppression {
  OpBuilder &b;
  Location loc;
  bool center;
  Value boxes, scores, iou, least; ///< the thresholds as f64

  Value index(int64_t i) { return arith::ConstantIndexOp::create(b, loc, i); }
  Value number(Type type, double value) { return arith::ConstantOp::create(b, loc, b.getFloatAttr(type, value)); }
  Value greater(Value x, Value y) { return arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OGT, x, y); }
  Value less(Value x, Value y) { return arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OLT, x, y); }
  Value select(Value condition, Value x, Value y) { return arith::SelectOp::create(b, loc, condition, x, y); }
  Value wide(Value x) { return x.getType().isF64() ? x : arith::ExtFOp::create(b, loc, b.getF64Type(), x).getResult(); }

  /// Low and high side along the first axis, those along the second, and the area.
  SmallVector<Value> readBox(Value batch, Value at) {
    SmallVector<Value> v, box;
    for (int64_t i = 0; i < 4; ++i)
      v.push_back(tensor::ExtractOp::create(b, loc, boxes, ValueRange{batch, at, index(i)}));
    SmallVector<Value> sides;
    for (int64_t axis = 0; axis < 2; ++axis) {
      Value x = v[axis], y = v[axis + 2];
      if (center) {
        Value half = arith::DivFOp::create(b, loc, y, number(y.getType(), 2));
        y = arith::AddFOp::create(b, loc, x, half);
        x = arith::SubFOp::create(b, loc, x, half);
      }
      Value ordered = less(x, y);
      box.append({select(ordered, x, y), select(ordered, y, x)});
      sides.push_back(arith::SubFOp::create(b, loc, box[2 * axis + 1], box[2 * axis]));
    }
    box.push_back(arith::MulFOp::create(b, loc, sides[0], sides[1]));
    return box;
  }

  Value overlap(ArrayRef<Value> one, ArrayRef<Value> other) {
    Value zero = number(one[0].getType(), 0), common;
    for (int64_t axis = 0; axis < 2; ++axis) {
      Value low = select(greater(one[2 * axis], other[2 * axis]), one[2 * axis], other[2 * axis]);
      Value high = select(less(one[2 * axis + 1], other[2 * axis + 1]), one[2 * axis + 1], other[2 * axis + 1]);
      Value side = arith::SubFOp::create(b, loc, high, low);
      side = select(greater(side, zero), side, zero);
      common = axis ? arith::MulFOp::create(b, loc, common, side).getResult() : side;
    }
    Value all = arith::SubFOp::create(b, loc, arith::AddFOp::create(b, loc, one[4], other[4]), common);
    Value result = greater(wide(arith::DivFOp::create(b, loc, common, all)), iou);
    for (Value area : {one[4], other[4], all})
      result = arith::AndIOp::create(b, loc, result, greater(area, zero));
    return result;
  }

  /// Goes over the boxes of a class that are left. `best` is -1 at the start, or a box to strike out with those that overlap it. Returns
  /// which are left then, and the best of those, or -1.
  SmallVector<Value> strike(Value batch, Value kind, Value count, Value left, Value best, bool isStart) {
    SmallVector<Value> chosen = isStart ? SmallVector<Value>() : readBox(batch, best);
    Value none = index(-1), zero = index(0);
    Value lowest = number(cast<RankedTensorType>(scores.getType()).getElementType(), 0);
    auto body = [&](OpBuilder &inner, Location at, Value i, ValueRange carried) {
      Suppression s{inner, at, center, boxes, scores, iou, least};
      Value score = tensor::ExtractOp::create(inner, at, scores, ValueRange{batch, kind, i}), stays;
      if (isStart) {
        stays = s.greater(s.wide(score), least);
      } else {
        Value isOther = arith::CmpIOp::create(inner, at, arith::CmpIPredicate::ne, i, best);
        Value free =
            arith::XOrIOp::create(inner, at, s.overlap(chosen, s.readBox(batch, i)), arith::ConstantIntOp::create(inner, at, 1, 1));
        stays = arith::AndIOp::create(inner, at, tensor::ExtractOp::create(inner, at, carried[0], i),
                                      arith::AndIOp::create(inner, at, isOther, free));
      }
      Value next = tensor::InsertOp::create(inner, at, stays, carried[0], i);
      Value isFirst = arith::CmpIOp::create(inner, at, arith::CmpIPredicate::slt, carried[1], zero);
      Value better = arith::AndIOp::create(inner, at, stays, arith::OrIOp::create(inner, at, isFirst, s.greater(score, carried[2])));
      scf::YieldOp::create(inner, at, ValueRange{next, s.select(better, i, carried[1]), s.select(better, score, carried[2])});
    };
    auto loop = scf::ForOp::create(b, loc, zero, count, index(1), ValueRange{left, none, lowest}, body);
    return {loop.getResult(0), loop.getResult(1)};
  }
};
} // namespace

/// Of each class, strikes out until nothing is left: a pass over all boxes for each that is chosen.
FailureOr<SmallVector<Value>> NonMaxSuppressionOp::lower(OpBuilder &b, ValueRange operands) {
  Location loc = getLoc();
  Type i64 = b.getI64Type(), i1 = b.getI1Type();
  auto computed = [&](Value x) { return convertElements(b, loc, x, getComputeType(getElementTypeOrSelf(x.getType()))); };
  auto scalar = [&](Value x) -> Value { return tensor::ExtractOp::create(b, loc, x, ValueRange()); };
  auto mixed = [&](Value x, int64_t axis) { return tensor::getMixedSize(b, loc, x, axis); };
  // Slices of what may be less are checked as the code runs: each of the other's sizes are its own.
  auto within = [&](Value x, ArrayRef<OpFoldResult> sizes) -> Value {
    SmallVector<OpFoldResult> from(3, b.getIndexAttr(0)), step(3, b.getIndexAttr(1));
    return tensor::ExtractSliceOp::create(b, loc, x, from, sizes, step);
  };
  Value boxes = within(operands[0], {mixed(operands[1], 0), mixed(operands[1], 2), b.getIndexAttr(4)});
  Value scores = within(operands[1], {mixed(operands[0], 0), mixed(operands[1], 1), mixed(operands[0], 1)});
  Suppression s{b, loc, getCenter(), computed(boxes), computed(scores), {}, {}};
  s.iou = s.wide(scalar(computed(operands[3])));
  s.least = s.wide(scalar(computed(operands[4])));
  Value zero = s.index(0), one = s.index(1);
  auto sizeOf = [&](Value x, int64_t axis) { return getValueOrCreateConstantIndexOp(b, loc, mixed(x, axis)); };
  Value batches = sizeOf(s.boxes, 0), count = sizeOf(s.boxes, 1), classes = sizeOf(s.scores, 1);
  Value limit = arith::MaxSIOp::create(b, loc, arith::IndexCastOp::create(b, loc, b.getIndexType(), scalar(operands[2])), zero);
  limit = arith::MinSIOp::create(b, loc, limit, count);
  // One row more than can be chosen, so that no row is written past the end, whatever comes.
  Value last = arith::MulIOp::create(b, loc, arith::MulIOp::create(b, loc, batches, classes), limit);
  Value capacity = arith::AddIOp::create(b, loc, last, one);
  Value init = tensor::EmptyOp::create(b, loc, {OpFoldResult(capacity), b.getIndexAttr(3)}, i64);
  auto choose = [&](OpBuilder &inner, Location at, ValueRange position, ValueRange carried) -> SmallVector<Value> {
    Suppression start{inner, at, s.center, s.boxes, s.scores, s.iou, s.least};
    Value all = tensor::EmptyOp::create(inner, at, ArrayRef<OpFoldResult>{count}, i1);
    SmallVector<Value> first = start.strike(position[0], position[1], count, all, Value(), /*isStart=*/true);
    SmallVector<Value> inits{carried[0], carried[1], zero, first[0], first[1]};
    auto before = [&](OpBuilder &b, Location loc, ValueRange state) {
      Value isLeft = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::sge, state[4], zero);
      Value isWanted = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt, state[2], limit);
      scf::ConditionOp::create(b, loc, arith::AndIOp::create(b, loc, isLeft, isWanted), state);
    };
    auto after = [&](OpBuilder &b, Location loc, ValueRange state) {
      Value row = arith::MinUIOp::create(b, loc, state[1], last), into = state[0];
      for (auto [i, value] : llvm::enumerate(SmallVector<Value>{position[0], position[1], state[4]}))
        into = tensor::InsertOp::create(b, loc, arith::IndexCastOp::create(b, loc, i64, value), into,
                                        ValueRange{row, arith::ConstantIndexOp::create(b, loc, static_cast<int64_t>(i))});
      Suppression next{b, loc, s.center, s.boxes, s.scores, s.iou, s.least};
      SmallVector<Value> left = next.strike(position[0], position[1], count, state[3], state[4], /*isStart=*/false);
      scf::YieldOp::create(
          b, loc,
          ValueRange{into, arith::AddIOp::create(b, loc, row, one), arith::AddIOp::create(b, loc, state[2], one), left[0], left[1]});
    };
    auto loop = scf::WhileOp::create(inner, at, ValueRange(inits).getTypes(), inits, before, after);
    return {loop.getResult(0), loop.getResult(1)};
  };
  auto rows = scf::buildLoopNest(b, loc, {zero, zero}, {batches, classes}, {one, one}, {init, zero}, choose).results;
  SmallVector<OpFoldResult> from(2, b.getIndexAttr(0)), step(2, b.getIndexAttr(1));
  return SmallVector<Value>{
      tensor::ExtractSliceOp::create(b, loc, rows[0], from, {OpFoldResult(rows[1]), b.getIndexAttr(3)}, step).getResult()};
}

Cost NonMaxSuppressionOp::getCost(int64_t dynamicSize) { return defaultCost(*this, dynamicSize, 20 * std::max<int64_t>(dynamicSize, 1)); }

//===--- Import -----------------------------------------------------------===//

void NonMaxSuppressionOp::registerImportRules(ImportRules &rules) {
  rules.onnx({"NonMaxSuppression"}, [](ImportCall &call) -> LogicalResult {
    auto boxes = call.tensor("boxes"), scores = call.tensor("scores");
    auto center = call.integer("center_point_box", 0);
    if (failed(boxes) || failed(scores) || failed(center))
      return failure();
    ExprBuilder g(call.builder, call.loc);
    auto numberOf = [&](StringRef arg, double absent, Type element) -> FailureOr<Value> {
      auto given = call.optionalTensor(arg);
      if (failed(given) || !*given)
        return failed(given) ? FailureOr<Value>(failure()) : FailureOr<Value>(g.number(absent, element));
      return Value(graph::ReshapeOp::create(call.builder, call.loc, call.cast(*given, element), ArrayRef<OpFoldResult>()));
    };
    auto limit = numberOf("max_output_boxes_per_class", 0, call.builder.getI64Type());
    auto iou = numberOf("iou_threshold", 0, call.builder.getF32Type());
    auto least = numberOf("score_threshold", -std::numeric_limits<double>::infinity(), call.builder.getF32Type());
    if (failed(limit) || failed(iou) || failed(least))
      return failure();
    return call.yield(NonMaxSuppressionOp::create(call.builder, call.loc, *boxes, *scores, *limit, *iou, *least, *center != 0).getResult());
  });
}

//===--- Export -----------------------------------------------------------===//

void NonMaxSuppressionOp::registerExportRules(ExportRules &rules) {
  rules.onnx<NonMaxSuppressionOp>([](NonMaxSuppressionOp op, OnnxExport &to) {
    if (op.getBoxes().getType().getElementType().isF64())
      return to.decline("boxes of f64");
    Type f32 = Float32Type::get(op.getContext());
    std::vector<ForeignValue> inputs{to.wide(to[op.getBoxes()]), to.wide(to[op.getScores()]), to[op.getLimit()],
                                     to.cast(to[op.getIouThreshold()], f32), to.cast(to[op.getScoreThreshold()], f32)};
    return to.yield(to("NonMaxSuppression", inputs, {{"center_point_box", op.getCenter() ? 1 : 0}}, IntegerType::get(op.getContext(), 64)));
  });
}
