//===- ScalarCalls.cpp - operators on sizes -------------------------------===//
//
// Sizes are index values, their ratios f64 and comparisons i1. Whatever is constant folds at once.
//
//===----------------------------------------------------------------------===//
#include "Interop/ScalarCalls.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace graphopt;

namespace {
class ScalarImporter {
public:
  ScalarImporter(ImportCall &call) : call(call), b(call.builder), loc(call.loc) {}

  /// Null, and no error, where the operator is not one on sizes.
  Value import();
  bool isKnown = true;

private:
  Value argument(size_t i) {
    if (i >= call.args.size())
      return (void)call.unsupported("expected an argument " + Twine(i)), Value();
    const ImportArg &arg = call.args[i].second;
    if (const int64_t *integer = arg.get<int64_t>())
      return arith::ConstantIndexOp::create(b, loc, *integer);
    if (const double *number = arg.get<double>())
      return arith::ConstantOp::create(b, loc, b.getF64FloatAttr(*number));
    if (const bool *truth = arg.get<bool>())
      return arith::ConstantOp::create(b, loc, b.getBoolAttr(*truth));
    const Value *value = arg.get<Value>();
    if (value && *value && !isa<ShapedType>((*value).getType()))
      return *value;
    return (void)call.unsupported("expected sizes or numbers as arguments"), Value();
  }
  Value toFloat(Value x) {
    if (isa<FloatType>(x.getType()))
      return x;
    if (x.getType().isIndex())
      x = b.createOrFold<arith::IndexCastOp>(loc, b.getI64Type(), x);
    return x.getType().isInteger(1) ? b.createOrFold<arith::UIToFPOp>(loc, b.getF64Type(), x)
                                    : b.createOrFold<arith::SIToFPOp>(loc, b.getF64Type(), x);
  }
  Value toIndex(Value x) {
    if (x.getType().isIndex())
      return x;
    if (x.getType().isInteger(1))
      return b.createOrFold<arith::IndexCastUIOp>(loc, b.getIndexType(), x);
    return b.createOrFold<arith::IndexCastOp>(loc, b.getIndexType(), b.createOrFold<arith::FPToSIOp>(loc, b.getI64Type(), x));
  }
  Value index(int64_t value) { return arith::ConstantIndexOp::create(b, loc, value); }
  Value compare(arith::CmpIPredicate integers, arith::CmpFPredicate floats, Value x, Value y);

  ImportCall &call;
  OpBuilder &b;
  Location loc;
};
} // namespace

Value ScalarImporter::compare(arith::CmpIPredicate integers, arith::CmpFPredicate floats, Value x, Value y) {
  if (isa<FloatType>(x.getType()) || isa<FloatType>(y.getType()))
    return b.createOrFold<arith::CmpFOp>(loc, floats, toFloat(x), toFloat(y));
  return b.createOrFold<arith::CmpIOp>(loc, integers, toIndex(x), toIndex(y));
}

Value ScalarImporter::import() {
  StringRef name = call.name;
  if (!name.consume_front("_operator.") && !name.consume_front("torch.sym_") && !name.consume_front("math.") &&
      !name.consume_front("torch._sym_")) {
    isKnown = false;
    return {};
  }
  Value x = argument(0);
  if (!x)
    return {};
  bool isUnary = call.args.size() == 1;
  if (isUnary) {
    if (name == "neg")
      return isa<FloatType>(x.getType()) ? b.createOrFold<arith::NegFOp>(loc, x) : b.createOrFold<arith::SubIOp>(loc, index(0), toIndex(x));
    if (name == "not" || name == "not_")
      return b.createOrFold<arith::XOrIOp>(loc, x, arith::ConstantOp::create(b, loc, b.getBoolAttr(true)));
    if (name == "float")
      return toFloat(x);
    if (name == "int" || name == "trunc")
      return toIndex(x);
    if (name == "floor")
      return isa<FloatType>(x.getType()) ? toIndex(b.createOrFold<math::FloorOp>(loc, x)) : x;
    if (name == "ceil")
      return isa<FloatType>(x.getType()) ? toIndex(b.createOrFold<math::CeilOp>(loc, x)) : x;
    if (name == "sqrt")
      return b.createOrFold<math::SqrtOp>(loc, toFloat(x));
    isKnown = false;
    return {};
  }
  Value y = argument(1);
  if (!y)
    return {};
  if (name == "eq")
    return compare(arith::CmpIPredicate::eq, arith::CmpFPredicate::OEQ, x, y);
  if (name == "ne")
    return compare(arith::CmpIPredicate::ne, arith::CmpFPredicate::UNE, x, y);
  if (name == "lt")
    return compare(arith::CmpIPredicate::slt, arith::CmpFPredicate::OLT, x, y);
  if (name == "le")
    return compare(arith::CmpIPredicate::sle, arith::CmpFPredicate::OLE, x, y);
  if (name == "gt")
    return compare(arith::CmpIPredicate::sgt, arith::CmpFPredicate::OGT, x, y);
  if (name == "ge")
    return compare(arith::CmpIPredicate::sge, arith::CmpFPredicate::OGE, x, y);
  if (name == "and_" && x.getType().isInteger(1))
    return b.createOrFold<arith::AndIOp>(loc, x, y);
  if (name == "or_" && x.getType().isInteger(1))
    return b.createOrFold<arith::OrIOp>(loc, x, y);
  bool isFloat = isa<FloatType>(x.getType()) || isa<FloatType>(y.getType());
  if (name == "truediv")
    return b.createOrFold<arith::DivFOp>(loc, toFloat(x), toFloat(y));
  if (isFloat) {
    x = toFloat(x), y = toFloat(y);
    if (name == "add")
      return b.createOrFold<arith::AddFOp>(loc, x, y);
    if (name == "sub")
      return b.createOrFold<arith::SubFOp>(loc, x, y);
    if (name == "mul")
      return b.createOrFold<arith::MulFOp>(loc, x, y);
    isKnown = false;
    return {};
  }
  x = toIndex(x), y = toIndex(y);
  if (name == "add")
    return b.createOrFold<arith::AddIOp>(loc, x, y);
  if (name == "sub")
    return b.createOrFold<arith::SubIOp>(loc, x, y);
  if (name == "mul")
    return b.createOrFold<arith::MulIOp>(loc, x, y);
  if (name == "floordiv")
    return b.createOrFold<arith::FloorDivSIOp>(loc, x, y);
  if (name == "mod") { // the sign of the divisor
    Value quotient = b.createOrFold<arith::FloorDivSIOp>(loc, x, y);
    return b.createOrFold<arith::SubIOp>(loc, x, b.createOrFold<arith::MulIOp>(loc, quotient, y));
  }
  if (name == "max")
    return b.createOrFold<arith::MaxSIOp>(loc, x, y);
  if (name == "min")
    return b.createOrFold<arith::MinSIOp>(loc, x, y);
  isKnown = false;
  return {};
}

Value graphopt::importScalar(ImportCall &call) {
  ScalarImporter importer(call);
  Value value = importer.import();
  if (!importer.isKnown)
    (void)call.unsupported("there is no import rule for it");
  return value;
}
