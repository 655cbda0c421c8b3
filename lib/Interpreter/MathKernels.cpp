//===- MathKernels.cpp - the meaning of math ops --------------------------===//
//
// Functions of floats are computed in f64 and rounded once.
//
//===----------------------------------------------------------------------===//
#include "Interpreter/Scalar.h"
#include "graph-opt/Dialect/Graph/Total.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/ADT/bit.h"
#include <cmath>

using namespace mlir;
using namespace graphopt;

/// Rounds once in float: in double, the sum would be rounded twice.
static bool runFma(const Kernel &k, const Scalar *in, Scalar *out) {
  if (k.out.kind == ScalarType::single)
    out->f = std::fmaf(static_cast<float>(in[0].f), static_cast<float>(in[1].f), static_cast<float>(in[2].f));
  else
    out->f = k.out.round(std::fma(in[0].f, in[1].f, in[2].f));
  return true;
}

static bool isNormal(const Kernel &k, double value) {
  double least = k.in.kind == ScalarType::half  ? 0x1p-14
                 : k.in.kind == ScalarType::dbl ? std::numeric_limits<double>::min()
                                                : std::numeric_limits<float>::min();
  return std::isfinite(value) && std::fabs(value) >= least;
}

std::optional<Kernel> graphopt::getMathKernel(Operation *op, Kernel k) {
  using Result = std::optional<Kernel>;
  auto with = [&](Kernel::Run run) -> Result {
    k.run = run;
    return k;
  };
  auto unary = [&](double (*fn)(double)) -> Result {
    k.fn.unary = fn;
    return with(runUnary);
  };
  auto binary = [&](double (*fn)(double, double)) -> Result {
    k.fn.binary = fn;
    return with(runBinary);
  };
  auto integer = [&](int64_t (*fn)(const Kernel &, Scalar, Scalar)) -> Result {
    k.fn.integer = fn;
    return with(runInteger);
  };
#define UNARY(name, expr) .Case<math::name>([&](auto) { return unary(+[](double x) -> double { return expr; }); })
#define BINARY(name, expr) .Case<math::name>([&](auto) { return binary(+[](double a, double b) -> double { return expr; }); })
#define INTEGER(name, expr)                                                                                                                \
  .Case<math::name>([&](auto) { return integer(+[](const Kernel &k, Scalar a, Scalar b) -> int64_t { return expr; }); })
#define RUN(name, ...) .Case<math::name>([&](auto) { return with(+[](const Kernel &k, const Scalar *in, Scalar *out) { __VA_ARGS__ }); })
  return TypeSwitch<Operation *, Result>(op)                                                                            //
      UNARY(AbsFOp, std::fabs(x))                                                                                       //
      UNARY(AcosOp, std::acos(x))                                                                                       //
      UNARY(AcoshOp, std::acosh(x))                                                                                     //
      UNARY(AsinOp, std::asin(x))                                                                                       //
      UNARY(AsinhOp, std::asinh(x))                                                                                     //
      UNARY(AtanOp, std::atan(x))                                                                                       //
      UNARY(AtanhOp, std::atanh(x))                                                                                     //
      UNARY(CbrtOp, std::cbrt(x))                                                                                       //
      UNARY(CeilOp, std::ceil(x))                                                                                       //
      UNARY(CosOp, std::cos(x))                                                                                         //
      UNARY(CoshOp, std::cosh(x))                                                                                       //
      UNARY(ErfOp, std::erf(x))                                                                                         //
      UNARY(ErfcOp, std::erfc(x))                                                                                       //
      UNARY(ExpOp, std::exp(x))                                                                                         //
      UNARY(Exp2Op, std::exp2(x))                                                                                       //
      UNARY(ExpM1Op, std::expm1(x))                                                                                     //
      UNARY(FloorOp, std::floor(x))                                                                                     //
      UNARY(LogOp, std::log(x))                                                                                         //
      UNARY(Log10Op, std::log10(x))                                                                                     //
      UNARY(Log1pOp, std::log1p(x))                                                                                     //
      UNARY(Log2Op, std::log2(x))                                                                                       //
      UNARY(RoundOp, std::round(x))                                                                                     //
      UNARY(RoundEvenOp, std::nearbyint(x))                                                                             //
      UNARY(RsqrtOp, 1.0 / std::sqrt(x))                                                                                //
      UNARY(SinOp, std::sin(x))                                                                                         //
      UNARY(SinhOp, std::sinh(x))                                                                                       //
      UNARY(SqrtOp, std::sqrt(x))                                                                                       //
      UNARY(TanOp, std::tan(x))                                                                                         //
      UNARY(TanhOp, std::tanh(x))                                                                                       //
      UNARY(TruncOp, std::trunc(x))                                                                                     //
      BINARY(Atan2Op, std::atan2(a, b))                                                                                 //
      BINARY(CopySignOp, std::copysign(a, b))                                                                           //
      BINARY(PowFOp, std::pow(a, b))                                                                                    //
      INTEGER(AbsIOp, total::abs(k.in.asSigned(a)))                                                                     //
      INTEGER(CountLeadingZerosOp, llvm::countl_zero(k.in.asUnsigned(a)) - (64 - k.in.width))                           //
      INTEGER(CountTrailingZerosOp, std::min<int64_t>(k.in.width, llvm::countr_zero(k.in.asUnsigned(a))))               //
      INTEGER(CtPopOp, llvm::popcount(k.in.asUnsigned(a)))                                                              //
      INTEGER(IPowIOp, total::pow(k.in.asSigned(a), k.in.asSigned(b)))                                                  //
      RUN(FPowIOp, out->f = k.out.round(std::pow(in[0].f, static_cast<double>(k.in.asSigned(in[1])))); return true;)    //
      RUN(IsFiniteOp, out->i = std::isfinite(in[0].f); return true;)                                                    //
      RUN(IsInfOp, out->i = std::isinf(in[0].f); return true;)                                                          //
      RUN(IsNaNOp, out->i = std::isnan(in[0].f); return true;)                                                          //
      RUN(IsNormalOp, out->i = isNormal(k, in[0].f); return true;)                                                      //
      RUN(SincosOp, out[0].f = k.out.round(std::sin(in[0].f)); out[1].f = k.out.round(std::cos(in[0].f)); return true;) //
      RUN(ClampFOp, out->f = std::isnan(in[0].f) ? in[0].f : total::min(total::max(in[0].f, in[1].f), in[2].f); return true;)
          .Case<math::FmaOp>([&](auto) { return with(runFma); })
          .Default(Result());
#undef UNARY
#undef BINARY
#undef INTEGER
#undef RUN
}
