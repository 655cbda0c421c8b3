//===- Arith.cpp - arithmetic on sizes and scalars as ONNX ----------------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "Interop/Onnx/Exports/Exports.h"

using namespace mlir;
using namespace graphopt;

namespace {
/// An op that is one to one with an operator.
template <typename Op> void addSame(ExportRules &rules, StringRef name) {
  rules.onnx<Op>([name](Op op, OnnxExport &to) { return to.yield(to(name, {to[op.getLhs()], to[op.getRhs()]})); });
}

/// An op on integers without a sign, whatever their type says.
template <typename Op> void addUnsigned(ExportRules &rules, StringRef name, std::vector<NamedForeignArg> attributes = {}) {
  rules.onnx<Op>([=](Op op, OnnxExport &to) {
    ForeignValue a = to[op.getLhs()], b = to[op.getRhs()];
    Type bits = IntegerType::get(op.getContext(), a.element.getIntOrFloatBitWidth(), IntegerType::Unsigned);
    return to.yield(to(name, {to.cast(a, bits), to.cast(b, bits)}, attributes));
  });
}

/// An op on bits, which ONNX has twice.
template <typename Op> void addBits(ExportRules &rules, StringRef logical, StringRef bitwise) {
  rules.onnx<Op>([=](Op op, OnnxExport &to) {
    ForeignValue a = to[op.getLhs()];
    return to.yield(to(a.isTruth() ? logical : bitwise, {a, to[op.getRhs()]}));
  });
}

/// A conversion that keeps the number: `yield` casts. Truth values are 0 and 1 where they are unsigned, others have their sign.
template <typename Op> void addConversion(ExportRules &rules, bool isUnsigned = false) {
  rules.onnx<Op>([isUnsigned](Op op, OnnxExport &to) {
    ForeignValue x = to[op.getIn()];
    bool isInteger = !x.isFloat();
    if (isInteger && x.isTruth() != isUnsigned)
      return to.decline(isUnsigned ? "an unsigned conversion of more than a truth value" : "a truth value that is 0 or -1");
    return to.yield(x);
  });
}

/// a / b rounded down, for any signs: what is left over has the sign of b.
ForeignValue floorDiv(OnnxExport &to, ForeignValue a, ForeignValue b) {
  return to("Div", {to("Sub", {a, to("Mod", {a, b}, {{"fmod", 0}})}), b});
}

/// The operator of a predicate, and whether its result is turned; null where there is none.
using Comparison = std::pair<const char *, bool>;

Comparison operatorOf(arith::CmpIPredicate predicate) {
  switch (predicate) {
  case arith::CmpIPredicate::eq:
    return {"Equal", false};
  case arith::CmpIPredicate::ne:
    return {"Equal", true};
  case arith::CmpIPredicate::slt:
    return {"Less", false};
  case arith::CmpIPredicate::sle:
    return {"LessOrEqual", false};
  case arith::CmpIPredicate::sgt:
    return {"Greater", false};
  case arith::CmpIPredicate::sge:
    return {"GreaterOrEqual", false};
  default:
    return {nullptr, false};
  }
}

/// Unordered predicates are true of NaN, which is what the opposite ordered one is false of.
Comparison operatorOf(arith::CmpFPredicate predicate) {
  switch (predicate) {
  case arith::CmpFPredicate::OEQ:
    return {"Equal", false};
  case arith::CmpFPredicate::UNE:
    return {"Equal", true};
  case arith::CmpFPredicate::OLT:
    return {"Less", false};
  case arith::CmpFPredicate::UGE:
    return {"Less", true};
  case arith::CmpFPredicate::OLE:
    return {"LessOrEqual", false};
  case arith::CmpFPredicate::UGT:
    return {"LessOrEqual", true};
  case arith::CmpFPredicate::OGT:
    return {"Greater", false};
  case arith::CmpFPredicate::ULE:
    return {"Greater", true};
  case arith::CmpFPredicate::OGE:
    return {"GreaterOrEqual", false};
  case arith::CmpFPredicate::ULT:
    return {"GreaterOrEqual", true};
  default:
    return {nullptr, false};
  }
}

template <typename Op> void addComparison(ExportRules &rules, const char *missing) {
  rules.onnx<Op>([missing](Op op, OnnxExport &to) {
    auto [name, isTurned] = operatorOf(op.getPredicate());
    if (!name)
      return to.decline(missing);
    ForeignValue y = to.test(name, {to.comparable(to[op.getLhs()]), to.comparable(to[op.getRhs()])});
    return to.yield(isTurned ? to.test("Not", {y}) : y);
  });
}
} // namespace

void graphopt::registerOnnxArithExports(ExportRules &rules) {
  addSame<arith::AddIOp>(rules, "Add");
  addSame<arith::SubIOp>(rules, "Sub");
  addSame<arith::MulIOp>(rules, "Mul");
  addSame<arith::DivSIOp>(rules, "Div");
  addSame<arith::MaxSIOp>(rules, "Max");
  addSame<arith::MinSIOp>(rules, "Min");
  addUnsigned<arith::DivUIOp>(rules, "Div");
  addUnsigned<arith::RemUIOp>(rules, "Mod");
  addUnsigned<arith::MaxUIOp>(rules, "Max");
  addUnsigned<arith::MinUIOp>(rules, "Min");
  addSame<arith::AddFOp>(rules, "Add");
  addSame<arith::SubFOp>(rules, "Sub");
  addSame<arith::MulFOp>(rules, "Mul");
  addSame<arith::DivFOp>(rules, "Div");
  addSame<arith::MaximumFOp>(rules, "Max");
  addSame<arith::MinimumFOp>(rules, "Min");
  addBits<arith::AndIOp>(rules, "And", "BitwiseAnd");
  addBits<arith::OrIOp>(rules, "Or", "BitwiseOr");
  addBits<arith::XOrIOp>(rules, "Xor", "BitwiseXor");
  addConversion<arith::ExtSIOp>(rules);
  addConversion<arith::ExtUIOp>(rules, /*isUnsigned=*/true);
  addConversion<arith::UIToFPOp>(rules, /*isUnsigned=*/true);
  addConversion<arith::SIToFPOp>(rules);
  addConversion<arith::TruncIOp>(rules);
  addConversion<arith::IndexCastOp>(rules);
  addConversion<arith::FPToSIOp>(rules);
  addConversion<arith::ExtFOp>(rules);
  addConversion<arith::TruncFOp>(rules);
  rules.onnx<arith::RemSIOp>(
      [](arith::RemSIOp op, OnnxExport &to) { return to.yield(to("Mod", {to[op.getLhs()], to[op.getRhs()]}, {{"fmod", 1}})); });
  rules.onnx<arith::FloorDivSIOp>(
      [](arith::FloorDivSIOp op, OnnxExport &to) { return to.yield(floorDiv(to, to[op.getLhs()], to[op.getRhs()])); });
  rules.onnx<arith::CeilDivSIOp>([](arith::CeilDivSIOp op, OnnxExport &to) {
    return to.yield(to("Neg", {floorDiv(to, to("Neg", {to[op.getLhs()]}), to[op.getRhs()])}));
  });
  addComparison<arith::CmpIOp>(rules, "a comparison of unsigned numbers");
  addComparison<arith::CmpFOp>(rules, "a comparison that asks for NaN");
  rules.onnx<arith::SelectOp>([](arith::SelectOp op, OnnxExport &to) {
    ForeignValue a = to.comparable(to[op.getTrueValue()]), b = to.comparable(to[op.getFalseValue()]);
    return to.yield(to("Where", {to[op.getCondition()], a, b}, {}, a.element));
  });
  rules.onnx<arith::ConstantOp>([](arith::ConstantOp op, OnnxExport &to) {
    if (auto elements = dyn_cast<ElementsAttr>(op.getValue()))
      return to.yield(to.constant(TensorValue::fromAttr(elements)));
    TensorValue scalar = TensorValue::fromAttr(op.getValue());
    return to.yield(to.constant(scalar.bitcast(ExportSite::elementOf(op.getType()))));
  });
}
