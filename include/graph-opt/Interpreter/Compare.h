//===- Compare.h - the one notion of error --------------------------------===//
#pragma once
#include "graph-opt/Interpreter/TensorValue.h"
#include <string>

#pragma GCC visibility push(default)
namespace graphopt {

/// Overrides of the tolerances; where absent, `defaultTolerance` of the reference's element type.
struct Tolerances {
  std::optional<double> rtol, atol;
};

/// What a comparison found.
struct Comparison {
  bool equal = true;
  double error = 0;    ///< max |a - b| / max(1, max |reference|) over the finite elements; infinite where anything else differs
  std::string message; ///< where not equal, the worst difference: "expected 1.5, got 1.25 at [0, 3]; error 0.25, limit 1e-05"
  bool allNaN = false; ///< every element of the reference is NaN, and there is one: equality says nothing
};

/// 1e-5 for f32, 1e-10 for f64, 2e-3 for f16, 2e-2 for bf16, 0 for integers, which must be equal.
double defaultTolerance(mlir::Type elementType);

/// Compares by |a - b| <= max(atol, rtol * max |reference|), which for equal tolerances is the error above. Shapes and element types
/// must be equal, NaNs in the same places, and infinities equal. Tolerances do not apply to integers.
Comparison compare(const TensorValue &actual, const TensorValue &reference, const Tolerances &tolerances = {});

} // namespace graphopt
#pragma GCC visibility pop
