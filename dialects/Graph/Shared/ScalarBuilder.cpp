//===- ScalarBuilder.cpp --------------------------------------------------===//
#include "graph-opt/Dialect/Graph/ScalarBuilder.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace graphopt;

Type graphopt::stripSign(Type elementType) {
  auto integer = dyn_cast<IntegerType>(elementType);
  return integer && !integer.isSignless() ? IntegerType::get(integer.getContext(), integer.getWidth()) : elementType;
}

Type graphopt::getComputeType(Type elementType) {
  if (elementType.isF16() || elementType.isBF16())
    return Float32Type::get(elementType.getContext());
  return stripSign(elementType);
}

// Truth values compare and order as unsigned numbers.
ScalarBuilder::ScalarBuilder(OpBuilder &b, Location loc, Type elementType)
    : b(b), loc(loc), computeType(graphopt::getComputeType(elementType)), floating(isa<FloatType>(elementType)),
      isUnsignedInt(elementType.isUnsignedInteger() || elementType.isInteger(1)) {}

Value ScalarBuilder::constant(double value) {
  TypedAttr attr = floating ? TypedAttr(b.getFloatAttr(computeType, value)) : b.getIntegerAttr(computeType, static_cast<int64_t>(value));
  return arith::ConstantOp::create(b, loc, attr);
}

Value ScalarBuilder::add(Value x, Value y) { return floating ? binary<arith::AddFOp>(x, y) : binary<arith::AddIOp>(x, y); }
Value ScalarBuilder::sub(Value x, Value y) { return floating ? binary<arith::SubFOp>(x, y) : binary<arith::SubIOp>(x, y); }
Value ScalarBuilder::mul(Value x, Value y) { return floating ? binary<arith::MulFOp>(x, y) : binary<arith::MulIOp>(x, y); }
Value ScalarBuilder::bitAnd(Value x, Value y) { return binary<arith::AndIOp>(x, y); }
Value ScalarBuilder::bitOr(Value x, Value y) { return binary<arith::OrIOp>(x, y); }
Value ScalarBuilder::bitXor(Value x, Value y) { return binary<arith::XOrIOp>(x, y); }
Value ScalarBuilder::bitNot(Value x) { return bitXor(x, constant(-1.0)); }
Value ScalarBuilder::neg(Value x) { return floating ? unary<arith::NegFOp>(x) : sub(constant(0.0), x); }

Value ScalarBuilder::select(Value condition, Value x, Value y) { return arith::SelectOp::create(b, loc, condition, x, y); }

Value ScalarBuilder::compare(ComparePredicate predicate, Value x, Value y) {
  using I = arith::CmpIPredicate;
  using F = arith::CmpFPredicate;
  bool u = isUnsignedInt;
  I i = I::eq;
  F f = F::OEQ;
  switch (predicate) {
  case ComparePredicate::eq:
    break;
  case ComparePredicate::ne:
    i = I::ne, f = F::UNE;
    break;
  case ComparePredicate::lt:
    i = u ? I::ult : I::slt, f = F::OLT;
    break;
  case ComparePredicate::le:
    i = u ? I::ule : I::sle, f = F::OLE;
    break;
  case ComparePredicate::gt:
    i = u ? I::ugt : I::sgt, f = F::OGT;
    break;
  case ComparePredicate::ge:
    i = u ? I::uge : I::sge, f = F::OGE;
    break;
  }
  return floating ? arith::CmpFOp::create(b, loc, f, x, y).getResult() : arith::CmpIOp::create(b, loc, i, x, y).getResult();
}

Value ScalarBuilder::abs(Value x) {
  if (floating)
    return unary<math::AbsFOp>(x);
  return isUnsignedInt ? x : select(compare(ComparePredicate::lt, x, constant(0.0)), neg(x), x);
}

Value ScalarBuilder::sign(Value x) {
  Value zero = constant(0.0), one = constant(1.0);
  Value positive = select(compare(ComparePredicate::gt, x, zero), one, zero);
  if (isUnsignedInt)
    return positive;
  return select(compare(ComparePredicate::lt, x, zero), constant(-1.0), positive);
}

Value ScalarBuilder::max(Value x, Value y) {
  if (floating)
    return binary<arith::MaximumFOp>(x, y);
  return isUnsignedInt ? binary<arith::MaxUIOp>(x, y) : binary<arith::MaxSIOp>(x, y);
}

Value ScalarBuilder::min(Value x, Value y) {
  if (floating)
    return binary<arith::MinimumFOp>(x, y);
  return isUnsignedInt ? binary<arith::MinUIOp>(x, y) : binary<arith::MinSIOp>(x, y);
}

// The plain instructions trap on x / 0 and on the least value / -1: divide by 1 there, and select the stated result.
Value ScalarBuilder::div(Value x, Value y) {
  if (floating)
    return binary<arith::DivFOp>(x, y);
  Value zero = constant(0.0), one = constant(1.0);
  Value byZero = compare(ComparePredicate::eq, y, zero);
  if (isUnsignedInt)
    return select(byZero, zero, binary<arith::DivUIOp>(x, select(byZero, one, y)));
  Value byMinusOne = compare(ComparePredicate::eq, y, constant(-1.0));
  Value safe = select(bitOr(byZero, byMinusOne), one, y);
  return select(byZero, zero, select(byMinusOne, neg(x), binary<arith::DivSIOp>(x, safe)));
}

Value ScalarBuilder::rem(Value x, Value y) {
  if (floating)
    return binary<arith::RemFOp>(x, y);
  Value zero = constant(0.0), one = constant(1.0);
  Value byZero = compare(ComparePredicate::eq, y, zero);
  if (isUnsignedInt)
    return select(byZero, x, binary<arith::RemUIOp>(x, select(byZero, one, y)));
  // The remainder by -1 is that by 1: zero.
  Value safe = select(bitOr(byZero, compare(ComparePredicate::eq, y, constant(-1.0))), one, y);
  return select(byZero, x, binary<arith::RemSIOp>(x, safe));
}

Value ScalarBuilder::mod(Value x, Value y) {
  Value r = rem(x, y);
  if (!floating && isUnsignedInt)
    return r;
  Value zero = constant(0.0);
  Value differ = bitXor(compare(ComparePredicate::lt, r, zero), compare(ComparePredicate::lt, y, zero));
  Value adjust = bitAnd(bitAnd(differ, compare(ComparePredicate::ne, r, zero)), compare(ComparePredicate::ne, y, zero));
  return select(adjust, add(r, y), r);
}

// The plain instructions are undefined from the width on.
Value ScalarBuilder::shl(Value x, Value y) {
  Value width = constant(computeType.getIntOrFloatBitWidth()), zero = constant(0.0);
  Value fits = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ult, y, width);
  return select(fits, binary<arith::ShLIOp>(x, select(fits, y, zero)), zero);
}

Value ScalarBuilder::shr(Value x, Value y) {
  unsigned bits = computeType.getIntOrFloatBitWidth();
  Value fits = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ult, y, constant(bits)), zero = constant(0.0);
  if (!isUnsignedInt) // all but the sign
    return binary<arith::ShRSIOp>(x, select(fits, y, constant(bits - 1)));
  return select(fits, binary<arith::ShRUIOp>(x, select(fits, y, zero)), zero);
}

Value ScalarBuilder::pow(Value x, Value y) {
  if (floating)
    return binary<math::PowFOp>(x, y);
  // Square and multiply over all the exponent's bits: no branch depends on the data.
  Value zero = constant(0.0), one = constant(1.0), result = one, base = x, exponent = y;
  unsigned bits = computeType.getIntOrFloatBitWidth();
  Value lower = arith::ConstantIndexOp::create(b, loc, 0), upper = arith::ConstantIndexOp::create(b, loc, bits);
  Value step = arith::ConstantIndexOp::create(b, loc, 1);
  auto loop = scf::ForOp::create(b, loc, lower, upper, step, ValueRange{result, base, exponent},
                                 [&](OpBuilder &nested, Location at, Value, ValueRange state) {
                                   ScalarBuilder s(nested, at, IntegerType::get(nested.getContext(), bits));
                                   Value odd = s.compare(ComparePredicate::ne, s.bitAnd(state[2], one), zero);
                                   Value next = s.select(odd, s.mul(state[0], state[1]), state[0]);
                                   Value half = arith::ShRUIOp::create(nested, at, state[2], one);
                                   scf::YieldOp::create(nested, at, ValueRange{next, s.mul(state[1], state[1]), half});
                                 });
  result = loop.getResult(0);
  if (isUnsignedInt)
    return result;
  Value minusOne = constant(-1.0);
  Value oddExponent = compare(ComparePredicate::ne, bitAnd(y, one), zero);
  Value ofMinusOne = select(compare(ComparePredicate::eq, x, minusOne), select(oddExponent, minusOne, one), zero);
  Value negative = select(compare(ComparePredicate::eq, x, one), one, ofMinusOne);
  return select(compare(ComparePredicate::lt, y, zero), negative, result);
}

Value ScalarBuilder::convert(Value x, Type to) {
  Type target = graphopt::getComputeType(to);
  if (to.isInteger(1))
    return compare(ComparePredicate::ne, x, constant(0.0));
  if (isa<FloatType>(target)) {
    if (!floating)
      return isUnsignedInt ? arith::UIToFPOp::create(b, loc, target, x).getResult()
                           : arith::SIToFPOp::create(b, loc, target, x).getResult();
    unsigned from = computeType.getIntOrFloatBitWidth(), width = target.getIntOrFloatBitWidth();
    if (from == width)
      return x;
    return from < width ? arith::ExtFOp::create(b, loc, target, x).getResult() : arith::TruncFOp::create(b, loc, target, x).getResult();
  }
  unsigned width = target.getIntOrFloatBitWidth();
  if (!floating) {
    unsigned from = computeType.getIntOrFloatBitWidth();
    if (from == width)
      return x;
    if (from > width)
      return arith::TruncIOp::create(b, loc, target, x);
    return isUnsignedInt ? arith::ExtUIOp::create(b, loc, target, x).getResult() : arith::ExtSIOp::create(b, loc, target, x).getResult();
  }
  // Float to integer saturates, NaN gives 0. The bounds 2^(width-1) and 2^width are exact in f32 and f64; the instruction itself only
  // sees values that fit.
  bool toUnsigned = to.isUnsignedInteger();
  double limit = std::ldexp(1.0, static_cast<int>(width) - (toUnsigned ? 0 : 1)), least = toUnsigned ? 0.0 : -limit;
  Value aboveAll = compare(ComparePredicate::ge, x, constant(limit));
  Value belowAll = compare(ComparePredicate::lt, x, constant(least));
  Value isNaN = compare(ComparePredicate::ne, x, x);
  Value fits = select(bitOr(bitOr(aboveAll, belowAll), isNaN), constant(0.0), x);
  Value inside =
      toUnsigned ? arith::FPToUIOp::create(b, loc, target, fits).getResult() : arith::FPToSIOp::create(b, loc, target, fits).getResult();
  auto bound = [&](const APInt &value) { return arith::ConstantOp::create(b, loc, b.getIntegerAttr(target, value)); };
  Value greatest = bound(toUnsigned ? APInt::getMaxValue(width) : APInt::getSignedMaxValue(width));
  Value smallest = bound(toUnsigned ? APInt::getMinValue(width) : APInt::getSignedMinValue(width));
  return select(aboveAll, greatest, select(belowAll, smallest, inside));
}
