//===- Exports.cpp - ops of upstream dialects as calls in Python ----------===//
#include "Interop/Aten/Exports/Exports.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace graphopt;

/// A number that is known stands for itself where it is used.
static LogicalResult yieldNumber(AtenExport &to, const ForeignArg &number) {
  const auto *value = number.get<ForeignValue>();
  return to.yield(value ? *value : ForeignValue());
}

/// Arithmetic on sizes, which are not negative.
template <typename Op> static void addSame(ExportRules &rules, StringRef operation) {
  rules.aten<Op>([operation](Op op, AtenExport &to) -> LogicalResult {
    return yieldNumber(to, to.compute(operation, {to.size(op.getLhs()), to.size(op.getRhs())}));
  });
}

static StringRef operatorOf(arith::CmpIPredicate predicate) {
  constexpr llvm::StringLiteral names[] = {"eq", "ne", "lt", "le", "gt", "ge", "lt", "le", "gt", "ge"}; // signed, unsigned
  return names[static_cast<unsigned>(predicate)];
}

namespace {
/// Where a slice lies along an axis.
struct Range {
  int64_t axis;
  OpFoldResult start, size, step;
};

/// x, of the rank of `into`, in its place there: of the first axis the place of the others.
ForeignValue insert(AtenExport &to, ForeignValue x, ForeignValue into, ArrayRef<Range> ranges) {
  if (ranges.empty())
    return x;
  auto [axis, start, size, step] = ranges.front();
  ranges = ranges.drop_front();
  ForeignArg first = to.size(start);
  if (isConstantIntValue(size, 1)) { // by `select`, whose result has sizes that torch knows
    if (!ranges.empty())
      x = insert(to, x, to("unsqueeze.default", {to("select.int", {into, axis, first}), axis}), ranges);
    return to("select_scatter.default", {into, to("select.int", {x, axis, 0}), axis, first});
  }
  ForeignArg stride = to.size(step);
  std::vector<ForeignArg> place = {axis, first, to.compute("add", {first, to.compute("mul", {to.size(size), stride})}), stride};
  auto with = [&](std::vector<ForeignArg> args) {
    llvm::append_range(args, place);
    return args;
  };
  if (!ranges.empty())
    x = insert(to, x, to("slice.Tensor", with({into})), ranges);
  return to("slice_scatter.default", with({into, x}));
}

LogicalResult exportInsert(tensor::InsertSliceOp op, AtenExport &to) {
  ForeignValue x = to[op.getSource()];
  llvm::SmallBitVector dropped = op.getDroppedDims();
  for (unsigned axis : dropped.set_bits())
    x = to("unsqueeze.default", {x, static_cast<int64_t>(axis)});
  SmallVector<Range> ranges;
  for (auto [axis, start, size, step] : llvm::enumerate(op.getMixedOffsets(), op.getMixedSizes(), op.getMixedStrides())) {
    int64_t all = op.getDestType().getDimSize(axis);
    if (!isZeroInteger(start) || !isConstantIntValue(step, 1) || ShapedType::isDynamic(all) || !isConstantIntValue(size, all))
      ranges.push_back({static_cast<int64_t>(axis), start, size, step});
  }
  return to.yield(insert(to, x, to[op.getDest()], ranges));
}
} // namespace

void graphopt::registerAtenExports(ExportRules &rules) {
  registerAtenControlFlowExports(rules);
  addSame<arith::AddIOp>(rules, "add");
  addSame<arith::SubIOp>(rules, "sub");
  addSame<arith::MulIOp>(rules, "mul");
  addSame<arith::DivSIOp>(rules, "floordiv");
  addSame<arith::FloorDivSIOp>(rules, "floordiv");
  addSame<arith::RemSIOp>(rules, "mod");
  addSame<arith::MaxSIOp>(rules, "max");
  addSame<arith::MinSIOp>(rules, "min");
  rules.aten<arith::CmpIOp>([](arith::CmpIOp op, AtenExport &to) {
    return yieldNumber(to, to.compute(operatorOf(op.getPredicate()), {to.size(op.getLhs()), to.size(op.getRhs())}));
  });
  rules.aten<arith::SelectOp>([](arith::SelectOp op, AtenExport &to) {
    return yieldNumber(to, to.compute("ite", {to[op.getCondition()], to.size(op.getTrueValue()), to.size(op.getFalseValue())}));
  });
  rules.aten<arith::IndexCastOp>([](arith::IndexCastOp op, AtenExport &to) { return to.yield(to[op.getIn()]); });
  rules.aten<arith::ConstantOp>([](arith::ConstantOp op, AtenExport &to) {
    if (auto elements = dyn_cast<ElementsAttr>(op.getValue()))
      return to.yield(to.constant(TensorValue::fromAttr(elements)));
    return to.yield(ForeignValue());
  });
  // Truth values.
  addSame<arith::AndIOp>(rules, "and_");
  addSame<arith::OrIOp>(rules, "or_");
  rules.aten<arith::XOrIOp>([](arith::XOrIOp op, AtenExport &to) -> LogicalResult {
    if (!op.getType().isInteger(1))
      return to.decline("bits that differ between numbers");
    return yieldNumber(to, to.compute("ne", {to.size(op.getLhs()), to.size(op.getRhs())}));
  });
  rules.aten<tensor::InsertSliceOp>(exportInsert);
  rules.aten<tensor::CastOp>([](tensor::CastOp op, AtenExport &to) { return to.yield(to[op.getSource()]); });
  rules.aten<tensor::DimOp>([](tensor::DimOp op, AtenExport &to) -> LogicalResult {
    std::optional<int64_t> axis = op.getConstantIndex();
    if (!axis)
      return to.decline("the size of an axis that is known only at run time");
    return to.yield(to("sym_size.int", {to[op.getSource()], *axis}, {}, IntegerType::get(op.getContext(), 64)));
  });
  rules.aten<tensor::ExtractOp>([](tensor::ExtractOp op, AtenExport &to) {
    ForeignValue x = to[op.getTensor()];
    for (Value index : op.getIndices())
      x = to("select.int", {x, 0, to.size(index)});
    return to.yield(to("item.default", {x}));
  });
  rules.aten<tensor::FromElementsOp>([](tensor::FromElementsOp op, AtenExport &to) {
    RankedTensorType type = op.getType();
    ForeignArg::List parts;
    for (Value element : op.getElements())
      parts.push_back(to("scalar_tensor.default", {to.size(element)}, {{"dtype", type.getElementType()}}, type.getElementType()));
    if (type.getRank() == 0)
      return to.yield(*parts.front().get<ForeignValue>());
    ForeignValue vector = to("stack.default", {parts}, {}, type.getElementType());
    return to.yield(type.getRank() == 1 ? vector : to("reshape.default", {vector, type.getShape()}));
  });
}
