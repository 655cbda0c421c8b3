//===- Exports.cpp - ops of upstream dialects as calls in Python ----------===//
#include "Interop/Aten/Exports/Exports.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

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

void graphopt::registerAtenExports(ExportRules &rules) {
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
