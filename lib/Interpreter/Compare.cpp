//===- Compare.cpp - the one notion of error ------------------------------===//
#include "graph-opt/Interpreter/Compare.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/InterleavedRange.h"
#include "llvm/Support/raw_ostream.h"
#include <cmath>

using namespace mlir;
using namespace graphopt;

double graphopt::defaultTolerance(Type elementType) {
  if (elementType.isF64())
    return 1e-10;
  if (elementType.isF32())
    return 1e-5;
  if (elementType.isF16())
    return 2e-3;
  if (elementType.isBF16())
    return 2e-2;
  return 0;
}

/// The indices of element `i`, as [1, 2].
static std::string position(ArrayRef<int64_t> shape, int64_t i) {
  SmallVector<int64_t> indices;
  for (auto [size, stride] : llvm::zip(shape, rowMajorStrides(shape)))
    indices.push_back(i / stride % size);
  std::string text;
  llvm::raw_string_ostream(text) << "[" << llvm::interleaved(indices) << "]";
  return text;
}

static std::string print(const TensorValue &value, int64_t i) {
  std::string text;
  llvm::raw_string_ostream os(text);
  if (isa<FloatType>(value.getElementType()))
    os << llvm::format("%.9g", value.getAsDouble(i));
  else if (value.getElementType().isUnsignedInteger())
    os << static_cast<uint64_t>(value.getAsInt(i));
  else
    os << value.getAsInt(i);
  return text;
}

static Comparison differ(double error, std::string message) { return {false, error, std::move(message), false}; }

static Comparison compareFloats(const TensorValue &actual, const TensorValue &reference, const Tolerances &tolerances) {
  double tolerance = defaultTolerance(reference.getElementType()), infinity = std::numeric_limits<double>::infinity();
  double greatest = 0, worst = 0;
  int64_t worstAt = 0;
  bool allNaN = true;
  for (int64_t i = 0, n = reference.getNumElements(); i < n; ++i) {
    double a = actual.getAsDouble(i), b = reference.getAsDouble(i);
    allNaN = allNaN && std::isnan(b);
    if (std::isfinite(a) && std::isfinite(b)) {
      greatest = std::max(greatest, std::fabs(b));
      if (double distance = std::fabs(a - b); distance > worst) {
        worst = distance;
        worstAt = i;
      }
    } else if (!(std::isnan(a) && std::isnan(b)) && a != b) {
      return differ(infinity, "expected " + print(reference, i) + ", got " + print(actual, i) + " at " + position(reference.getShape(), i));
    }
  }
  Comparison result;
  result.allNaN = allNaN && reference.getNumElements() > 0;
  result.error = worst / std::max(1.0, greatest);
  double limit = std::max(tolerances.atol.value_or(tolerance), tolerances.rtol.value_or(tolerance) * greatest);
  if (worst <= limit)
    return result;
  std::string message;
  llvm::raw_string_ostream(message) << "expected " << print(reference, worstAt) << ", got " << print(actual, worstAt) << " at "
                                    << position(reference.getShape(), worstAt) << "; error " << llvm::format("%.3g", result.error)
                                    << ", limit " << llvm::format("%.3g", limit / std::max(1.0, greatest));
  return differ(result.error, std::move(message));
}

Comparison graphopt::compare(const TensorValue &actual, const TensorValue &reference, const Tolerances &tolerances) {
  double infinity = std::numeric_limits<double>::infinity();
  if (!actual || !reference)
    return differ(infinity, "expected a value");
  if (actual.getElementType() != reference.getElementType() || actual.getShape() != reference.getShape()) {
    std::string message;
    llvm::raw_string_ostream(message) << "expected " << reference.getType() << ", got " << actual.getType();
    return differ(infinity, std::move(message));
  }
  if (isa<FloatType>(reference.getElementType()))
    return compareFloats(actual, reference, tolerances);
  int64_t size = TensorValue::getElementSize(reference.getElementType());
  for (int64_t i = 0, n = reference.getNumElements(); i < n; ++i)
    if (std::memcmp(actual.getRaw() + i * size, reference.getRaw() + i * size, size) != 0)
      return differ(infinity, "expected " + print(reference, i) + ", got " + print(actual, i) + " at " + position(reference.getShape(), i));
  return {};
}
