//===- Scalar.cpp - arithmetic on single elements -------------------------===//
#include "Interpreter/Scalar.h"
#include "mlir/IR/TypeUtilities.h"
#include <cmath>

using namespace mlir;
using namespace graphopt;

std::optional<ScalarType> ScalarType::get(Type type) {
  ScalarType result;
  if (type.isF16())
    result = {half, 16};
  else if (type.isBF16())
    result = {bfloat, 16};
  else if (type.isF32())
    result = {single, 32};
  else if (type.isF64())
    result = {dbl, 64};
  else if (type.isIndex())
    result = {integer, 64};
  else if (auto integerType = dyn_cast<IntegerType>(type); integerType && integerType.getWidth() >= 1 && integerType.getWidth() <= 64)
    result = {integer, static_cast<uint8_t>(integerType.getWidth())};
  else
    return std::nullopt;
  return result;
}

template <typename T> static T read(const char *at) {
  T value;
  std::memcpy(&value, at, sizeof(T));
  return value;
}
template <typename T> static void write(char *at, T value) { std::memcpy(at, &value, sizeof(T)); }

Scalar ScalarType::load(const char *at) const {
  Scalar value;
  switch (kind) {
  case half:
    value.f = static_cast<float>(read<Half>(at));
    return value;
  case bfloat:
    value.f = static_cast<float>(read<BFloat16>(at));
    return value;
  case single:
    value.f = read<float>(at);
    return value;
  case dbl:
    value.f = read<double>(at);
    return value;
  case integer:
    break;
  }
  if (width <= 8)
    value.i = wrap(read<int8_t>(at));
  else if (width <= 16)
    value.i = wrap(read<int16_t>(at));
  else if (width <= 32)
    value.i = wrap(read<int32_t>(at));
  else
    value.i = wrap(read<int64_t>(at));
  return value;
}

/// `value` in float, rounded to odd, so that a second rounding to at most 22 bits is right.
static float roundToOdd(double value) {
  float result = static_cast<float>(value);
  if (std::isnan(value) || static_cast<double>(result) == value)
    return result;
  uint32_t bits = graphopt::detail::bitsOf(result);
  if (std::fabs(static_cast<double>(result)) > std::fabs(value))
    --bits;
  return graphopt::detail::floatOf(bits | 1u);
}

void ScalarType::store(char *at, Scalar value) const {
  switch (kind) {
  case half:
    return write(at, Half(roundToOdd(value.f)));
  case bfloat:
    return write(at, BFloat16(roundToOdd(value.f)));
  case single:
    return write(at, static_cast<float>(value.f));
  case dbl:
    return write(at, value.f);
  case integer:
    break;
  }
  if (width <= 8)
    write(at, static_cast<int8_t>(value.i));
  else if (width <= 16)
    write(at, static_cast<int16_t>(value.i));
  else if (width <= 32)
    write(at, static_cast<int32_t>(value.i));
  else
    write(at, value.i);
}

double ScalarType::round(double value) const {
  switch (kind) {
  case half:
    return static_cast<float>(Half(roundToOdd(value)));
  case bfloat:
    return static_cast<float>(BFloat16(roundToOdd(value)));
  case single:
    return static_cast<float>(value);
  default:
    return value;
  }
}

Scalar ScalarType::poison() const {
  Scalar value;
  if (isFloat())
    value.f = std::numeric_limits<double>::quiet_NaN();
  else
    value.i = wrap(0x5a5a5a5a5a5a5a5a) | (width == 1);
  return value;
}

std::optional<Kernel> graphopt::getKernel(Operation *op) {
  if (op->getNumOperands() == 0 || op->getNumResults() == 0)
    return std::nullopt;
  auto in = ScalarType::get(getElementTypeOrSelf(op->getOperands().back().getType()));
  auto out = ScalarType::get(getElementTypeOrSelf(op->getResult(0).getType()));
  if (!in || !out)
    return std::nullopt;
  Kernel kernel;
  kernel.in = *in;
  kernel.out = *out;
  if (auto found = getArithKernel(op, kernel))
    return found;
  return getMathKernel(op, kernel);
}
