//===- Scalar.h - arithmetic on single elements ---------------------------===//
//
// The meaning of arith and math ops on one element, stated once: on tensors they apply it to each element, and the bodies of linalg ops
// are compiled to a list of them.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "graph-opt/Interpreter/TensorValue.h"
#include "mlir/IR/Operation.h"
#include <optional>

namespace graphopt {

/// A number. Floats of all widths are held as the double that equals them; integers of w bits are sign-extended, i1 is 0 or 1.
union Scalar {
  int64_t i;
  double f;
};

/// The types that scalars have.
struct ScalarType {
  enum Kind : uint8_t { half, bfloat, single, dbl, integer } kind = integer;
  uint8_t width = 64;

  static std::optional<ScalarType> get(mlir::Type type);
  bool isFloat() const { return kind != integer; }

  Scalar load(const char *at) const;
  void store(char *at, Scalar value) const;
  /// The value of this float type nearest to `value`, ties to even.
  double round(double value) const;
  /// `value` modulo 2^width, sign-extended.
  int64_t wrap(int64_t value) const {
    if (width == 1)
      return value & 1;
    return static_cast<int64_t>(static_cast<uint64_t>(value) << (64 - width)) >> (64 - width);
  }
  /// The value as arith's signed ops see it: i1 true is -1.
  int64_t asSigned(Scalar value) const { return width == 1 ? -value.i : value.i; }
  uint64_t asUnsigned(Scalar value) const {
    return width == 64 ? static_cast<uint64_t>(value.i) : static_cast<uint64_t>(value.i) & ((uint64_t(1) << width) - 1);
  }
  /// What poison reads as: conspicuous, so that a guard that selects another value is right, and a missing one shows.
  Scalar poison() const;
};

/// The meaning of one op on scalars.
struct Kernel {
  /// False where the op has undefined behaviour, such as a division by zero.
  using Run = bool (*)(const Kernel &kernel, const Scalar *in, Scalar *out);
  Run run = nullptr;
  ScalarType in, out; ///< of the last operand and the first result
  int64_t extra = 0;  ///< a predicate
  union {
    double (*unary)(double);
    double (*binary)(double, double);
    int64_t (*integer)(const Kernel &, Scalar, Scalar);
    void (*none)();
  } fn = {nullptr};
};

/// The kernel of an op of arith or math; none for other ops, and for element types that the interpreter lacks.
std::optional<Kernel> getKernel(mlir::Operation *op);
std::optional<Kernel> getArithKernel(mlir::Operation *op, Kernel kernel);
std::optional<Kernel> getMathKernel(mlir::Operation *op, Kernel kernel);

inline bool runUnary(const Kernel &k, const Scalar *in, Scalar *out) {
  out->f = k.out.round(k.fn.unary(in[0].f));
  return true;
}
inline bool runBinary(const Kernel &k, const Scalar *in, Scalar *out) {
  out->f = k.out.round(k.fn.binary(in[0].f, in[1].f));
  return true;
}
inline bool runInteger(const Kernel &k, const Scalar *in, Scalar *out) {
  out->i = k.out.wrap(k.fn.integer(k, in[0], in[1]));
  return true;
}

} // namespace graphopt
