//===- ArithKernels.cpp - the meaning of arith ops ------------------------===//
#include "Interpreter/Scalar.h"
#include "graph-opt/Dialect/Graph/Total.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/TypeSwitch.h"
#include <cmath>

using namespace mlir;
using namespace graphopt;

//===--- Floats -----------------------------------------------------------===//

/// NaN where either is; -0 is less than +0.
static double maximum(double a, double b) {
  if (a == b)
    return std::signbit(a) ? b : a;
  return total::max(a, b);
}
static double minimum(double a, double b) {
  if (a == b)
    return std::signbit(a) ? a : b;
  return total::min(a, b);
}
/// The other one where one is NaN.
static double maxNum(double a, double b) { return std::isnan(a) ? b : std::isnan(b) ? a : maximum(a, b); }
static double minNum(double a, double b) { return std::isnan(a) ? b : std::isnan(b) ? a : minimum(a, b); }

static bool runCompareFloats(const Kernel &k, const Scalar *in, Scalar *out) {
  double a = in[0].f, b = in[1].f;
  bool unordered = std::isnan(a) || std::isnan(b);
  using P = arith::CmpFPredicate;
  switch (static_cast<P>(k.extra)) {
  case P::AlwaysFalse:
    out->i = 0;
    return true;
  case P::AlwaysTrue:
    out->i = 1;
    return true;
  case P::ORD:
    out->i = !unordered;
    return true;
  case P::UNO:
    out->i = unordered;
    return true;
  case P::OEQ:
    out->i = !unordered && a == b;
    return true;
  case P::OGT:
    out->i = !unordered && a > b;
    return true;
  case P::OGE:
    out->i = !unordered && a >= b;
    return true;
  case P::OLT:
    out->i = !unordered && a < b;
    return true;
  case P::OLE:
    out->i = !unordered && a <= b;
    return true;
  case P::ONE:
    out->i = !unordered && a != b;
    return true;
  case P::UEQ:
    out->i = unordered || a == b;
    return true;
  case P::UGT:
    out->i = unordered || a > b;
    return true;
  case P::UGE:
    out->i = unordered || a >= b;
    return true;
  case P::ULT:
    out->i = unordered || a < b;
    return true;
  case P::ULE:
    out->i = unordered || a <= b;
    return true;
  case P::UNE:
    out->i = unordered || a != b;
    return true;
  }
  return false;
}

//===--- Integers ---------------------------------------------------------===//

static bool runCompareIntegers(const Kernel &k, const Scalar *in, Scalar *out) {
  int64_t a = k.in.asSigned(in[0]), b = k.in.asSigned(in[1]);
  uint64_t ua = k.in.asUnsigned(in[0]), ub = k.in.asUnsigned(in[1]);
  using P = arith::CmpIPredicate;
  switch (static_cast<P>(k.extra)) {
  case P::eq:
    out->i = a == b;
    return true;
  case P::ne:
    out->i = a != b;
    return true;
  case P::slt:
    out->i = a < b;
    return true;
  case P::sle:
    out->i = a <= b;
    return true;
  case P::sgt:
    out->i = a > b;
    return true;
  case P::sge:
    out->i = a >= b;
    return true;
  case P::ult:
    out->i = ua < ub;
    return true;
  case P::ule:
    out->i = ua <= ub;
    return true;
  case P::ugt:
    out->i = ua > ub;
    return true;
  case P::uge:
    out->i = ua >= ub;
    return true;
  }
  return false;
}

/// Whether a signed division is defined: b != 0 and not the least value by -1.
static bool divides(ScalarType type, int64_t a, int64_t b) {
  return b != 0 && !(b == -1 && a == (type.width == 64 ? std::numeric_limits<int64_t>::min() : -(int64_t(1) << (type.width - 1))));
}

/// A signed division; `adjust` is what rounding adds to the quotient that is rounded toward zero.
template <typename Adjust> static bool divideSigned(const Kernel &k, const Scalar *in, Scalar *out, Adjust adjust) {
  int64_t a = k.in.asSigned(in[0]), b = k.in.asSigned(in[1]);
  if (!divides(k.in, a, b))
    return false;
  out->i = k.out.wrap(a / b + (a % b == 0 ? 0 : adjust((a < 0) != (b < 0))));
  return true;
}

static bool runFloatToInteger(const Kernel &k, const Scalar *in, Scalar *out) {
  bool isSigned = k.extra;
  double value = std::trunc(in[0].f), limit = std::ldexp(1.0, k.out.width - (isSigned ? 1 : 0));
  if (!(value < limit && value >= (isSigned ? -limit : 0.0))) // NaN too
    *out = k.out.poison();
  else
    out->i = k.out.wrap(isSigned ? static_cast<int64_t>(value) : static_cast<int64_t>(static_cast<uint64_t>(value)));
  return true;
}

/// Rounds once: not by way of double where the target is narrower.
static bool runIntegerToFloat(const Kernel &k, const Scalar *in, Scalar *out) {
  if (k.extra) {
    int64_t value = k.in.asSigned(in[0]);
    out->f = k.out.kind == ScalarType::dbl ? static_cast<double>(value) : k.out.round(static_cast<float>(value));
  } else {
    uint64_t value = k.in.asUnsigned(in[0]);
    out->f = k.out.kind == ScalarType::dbl ? static_cast<double>(value) : k.out.round(static_cast<float>(value));
  }
  return true;
}

//===--- The table --------------------------------------------------------===//

std::optional<Kernel> graphopt::getArithKernel(Operation *op, Kernel k) {
  using Result = std::optional<Kernel>;
  auto with = [&](Kernel::Run run, int64_t extra = 0) -> Result {
    k.run = run;
    k.extra = extra;
    return k;
  };
  auto binary = [&](double (*fn)(double, double)) -> Result {
    k.fn.binary = fn;
    return with(runBinary);
  };
  auto integer = [&](int64_t (*fn)(const Kernel &, Scalar, Scalar)) -> Result {
    k.fn.integer = fn;
    return with(runInteger);
  };
#define FLOAT(name, expr) .Case<arith::name>([&](auto) { return binary(+[](double a, double b) -> double { return expr; }); })
#define INTEGER(name, expr)                                                                                                                \
  .Case<arith::name>([&](auto) { return integer(+[](const Kernel &k, Scalar a, Scalar b) -> int64_t { return expr; }); })
#define WITH(name, ...) .Case<arith::name>([&](auto) { return with(__VA_ARGS__); })
#define RUN(name, ...) .Case<arith::name>([&](auto) { return with(+[](const Kernel &k, const Scalar *in, Scalar *out) { __VA_ARGS__ }); })
  return TypeSwitch<Operation *, Result>(op)                                //
      FLOAT(AddFOp, a + b)                                                  //
      FLOAT(SubFOp, a - b)                                                  //
      FLOAT(MulFOp, a * b)                                                  //
      FLOAT(DivFOp, a / b)                                                  //
      FLOAT(RemFOp, std::fmod(a, b))                                        //
      FLOAT(MaximumFOp, maximum(a, b))                                      //
      FLOAT(MinimumFOp, minimum(a, b))                                      //
      FLOAT(MaxNumFOp, maxNum(a, b))                                        //
      FLOAT(MinNumFOp, minNum(a, b))                                        //
      RUN(NegFOp, out->f = -in[0].f; return true;)                          //
      RUN(ExtFOp, out->f = in[0].f; return true;)                           //
      RUN(TruncFOp, out->f = k.out.round(in[0].f); return true;)            //
      WITH(FPToSIOp, runFloatToInteger, 1)                                  //
      WITH(FPToUIOp, runFloatToInteger, 0)                                  //
      WITH(SIToFPOp, runIntegerToFloat, 1)                                  //
      WITH(UIToFPOp, runIntegerToFloat, 0)                                  //
      INTEGER(AddIOp, total::add(a.i, b.i))                                 //
      INTEGER(SubIOp, total::sub(a.i, b.i))                                 //
      INTEGER(MulIOp, total::mul(a.i, b.i))                                 //
      INTEGER(AndIOp, a.i & b.i)                                            //
      INTEGER(OrIOp, a.i | b.i)                                             //
      INTEGER(XOrIOp, a.i ^ b.i)                                            //
      INTEGER(MaxSIOp, k.in.asSigned(a) > k.in.asSigned(b) ? a.i : b.i)     //
      INTEGER(MinSIOp, k.in.asSigned(a) < k.in.asSigned(b) ? a.i : b.i)     //
      INTEGER(MaxUIOp, k.in.asUnsigned(a) > k.in.asUnsigned(b) ? a.i : b.i) //
      INTEGER(MinUIOp, k.in.asUnsigned(a) < k.in.asUnsigned(b) ? a.i : b.i) //
      INTEGER(ExtSIOp, k.in.asSigned(a))                                    //
      INTEGER(ExtUIOp, static_cast<int64_t>(k.in.asUnsigned(a)))            //
      INTEGER(TruncIOp, a.i)                                                //
      INTEGER(IndexCastOp, k.in.asSigned(a))                                //
      INTEGER(IndexCastUIOp, static_cast<int64_t>(k.in.asUnsigned(a)))      //
      INTEGER(ShLIOp,
              k.in.asUnsigned(b) >= k.in.width ? k.out.poison().i : static_cast<int64_t>(k.in.asUnsigned(a) << k.in.asUnsigned(b))) //
      INTEGER(ShRSIOp, k.in.asUnsigned(b) >= k.in.width ? k.out.poison().i : k.in.asSigned(a) >> k.in.asUnsigned(b))                //
      INTEGER(ShRUIOp,
              k.in.asUnsigned(b) >= k.in.width ? k.out.poison().i : static_cast<int64_t>(k.in.asUnsigned(a) >> k.in.asUnsigned(b))) //
      RUN(DivSIOp, return divideSigned(k, in, out, [](bool) { return 0; });)                                                        //
      RUN(FloorDivSIOp, return divideSigned(k, in, out, [](bool negative) { return negative ? -1 : 0; });)                          //
      RUN(CeilDivSIOp, return divideSigned(k, in, out, [](bool negative) { return negative ? 0 : 1; });)                            //
      RUN(RemSIOp, int64_t a = k.in.asSigned(in[0]), b = k.in.asSigned(in[1]); if (!divides(k.in, a, b)) return false;
          out->i = k.out.wrap(a % b); return true;) //
      RUN(DivUIOp, uint64_t a = k.in.asUnsigned(in[0]), b = k.in.asUnsigned(in[1]); if (b == 0) return false;
          out->i = k.out.wrap(static_cast<int64_t>(a / b)); return true;) //
      RUN(RemUIOp, uint64_t a = k.in.asUnsigned(in[0]), b = k.in.asUnsigned(in[1]); if (b == 0) return false;
          out->i = k.out.wrap(static_cast<int64_t>(a % b)); return true;) //
      RUN(CeilDivUIOp, uint64_t a = k.in.asUnsigned(in[0]), b = k.in.asUnsigned(in[1]); if (b == 0) return false;
          out->i = k.out.wrap(static_cast<int64_t>(a / b + (a % b != 0))); return true;)                   //
      RUN(BitcastOp, char bytes[8] = {}; k.in.store(bytes, in[0]); *out = k.out.load(bytes); return true;) //
      RUN(SelectOp, *out = in[0].i ? in[1] : in[2]; return true;)                                          //
      RUN(AddUIExtendedOp, uint64_t a = k.in.asUnsigned(in[0]), b = k.in.asUnsigned(in[1]);
          out[0].i = k.out.wrap(total::add(in[0].i, in[1].i)); out[1].i = k.out.asUnsigned(out[0]) < a || (k.in.width == 64 && a + b < a);
          return true;) //
      RUN(MulSIExtendedOp, auto p = static_cast<__int128>(k.in.asSigned(in[0])) * k.in.asSigned(in[1]);
          out[0].i = k.out.wrap(static_cast<int64_t>(p)); out[1].i = k.out.wrap(static_cast<int64_t>(p >> k.in.width)); return true;) //
      RUN(MulUIExtendedOp, auto p = static_cast<unsigned __int128>(k.in.asUnsigned(in[0])) * k.in.asUnsigned(in[1]);
          out[0].i = k.out.wrap(static_cast<int64_t>(p)); out[1].i = k.out.wrap(static_cast<int64_t>(p >> k.in.width)); return true;) //
          .Case<arith::CmpFOp>([&](arith::CmpFOp cmp) { return with(runCompareFloats, static_cast<int64_t>(cmp.getPredicate())); })
          .Case<arith::CmpIOp>([&](arith::CmpIOp cmp) { return with(runCompareIntegers, static_cast<int64_t>(cmp.getPredicate())); })
          .Default(Result());
#undef FLOAT
#undef INTEGER
#undef WITH
#undef RUN
}
