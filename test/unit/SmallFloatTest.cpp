//===- SmallFloatTest.cpp -------------------------------------------------===//
#include "graph-opt/Dialect/Graph/SmallFloat.h"
#include "llvm/ADT/APFloat.h"
#include "gtest/gtest.h"
#include <cmath>

using namespace graphopt;
using llvm::APFloat;

namespace {
/// Holds every value of a 16-bit type, and every midpoint of two neighbours, against LLVM's APFloat.
template <typename T> void checkAll(const llvm::fltSemantics &semantics) {
  auto toFloat = [&](uint16_t bits) {
    APFloat value(semantics, llvm::APInt(16, bits));
    bool lossy = false;
    value.convert(APFloat::IEEEsingle(), APFloat::rmNearestTiesToEven, &lossy);
    return value.convertToFloat();
  };
  auto fromFloat = [&](float x) {
    APFloat value(x);
    bool lossy = false;
    value.convert(semantics, APFloat::rmNearestTiesToEven, &lossy);
    return static_cast<uint16_t>(value.bitcastToAPInt().getZExtValue());
  };
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    T value;
    value.bits = static_cast<uint16_t>(bits);
    float wide = value, expected = toFloat(value.bits);
    if (std::isnan(expected)) {
      EXPECT_TRUE(std::isnan(wide)) << bits;
      EXPECT_TRUE(std::isnan(static_cast<float>(T(wide)))) << bits;
      continue;
    }
    ASSERT_EQ(wide, expected) << bits;
    ASSERT_EQ(std::signbit(wide), std::signbit(expected)) << bits;
    ASSERT_EQ(T(wide).bits, bits);
    if (std::isinf(wide))
      continue;
    float next = toFloat(static_cast<uint16_t>(bits + 1));
    if (!std::isfinite(next))
      next = std::ldexp(1.0f, 16) * (wide < 0 ? -1.0f : 1.0f); // beyond the greatest value of f16
    float middle = wide / 2 + next / 2;
    for (float x : {middle, std::nextafterf(middle, wide), std::nextafterf(middle, next)})
      ASSERT_EQ(T(x).bits, fromFloat(x)) << x;
  }
  for (float x : {65519.0f, 65520.0f, 1e30f, -1e30f, 3.4028235e38f, 1e-45f, -1e-45f, 0.0f, -0.0f, INFINITY, -INFINITY})
    EXPECT_EQ(T(x).bits, fromFloat(x)) << x;
}
} // namespace

TEST(SmallFloat, HalfIsExhaustivelyRight) { checkAll<Half>(APFloat::IEEEhalf()); }
TEST(SmallFloat, BFloat16IsExhaustivelyRight) { checkAll<BFloat16>(APFloat::BFloat()); }
