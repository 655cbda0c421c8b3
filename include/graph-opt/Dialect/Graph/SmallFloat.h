//===- SmallFloat.h - f16 and bf16 as storage types -----------------------===//
#pragma once
#include <cstdint>
#include <cstring>

namespace graphopt {

namespace detail {
inline uint32_t bitsOf(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  return bits;
}
inline float floatOf(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}
} // namespace detail

/// IEEE 754 binary16. Arithmetic happens in float; the conversion rounds to nearest, ties to even.
struct Half {
  uint16_t bits = 0;
  Half() = default;
  Half(float value) {
    uint32_t f = detail::bitsOf(value), sign = (f >> 16) & 0x8000u, magnitude = f & 0x7fffffffu;
    if (magnitude > 0x7f800000u) { // NaN: keep it quiet
      bits = static_cast<uint16_t>(sign | 0x7e00u);
    } else if (magnitude >= 0x477ff000u) { // rounds to 2^16 or more
      bits = static_cast<uint16_t>(sign | 0x7c00u);
    } else if (magnitude < 0x38800000u) { // subnormal: let float addition round at 2^-24
      uint32_t rounded = detail::bitsOf(detail::floatOf(magnitude) + 0.5f) - detail::bitsOf(0.5f);
      bits = static_cast<uint16_t>(sign | rounded);
    } else {
      uint32_t odd = (magnitude >> 13) & 1u;
      bits = static_cast<uint16_t>(sign | ((magnitude - 0x38000000u + 0xfffu + odd) >> 13));
    }
  }
  operator float() const {
    uint32_t sign = static_cast<uint32_t>(bits & 0x8000u) << 16, exponent = (bits >> 10) & 0x1fu, mantissa = bits & 0x3ffu;
    if (exponent == 0x1f)
      return detail::floatOf(sign | 0x7f800000u | (mantissa << 13));
    if (exponent == 0) {
      float value = static_cast<float>(mantissa) * 0x1p-24f;
      return sign ? -value : value;
    }
    return detail::floatOf(sign | ((exponent + 112u) << 23) | (mantissa << 13));
  }
};

/// bfloat16: the upper half of a float. The conversion rounds to nearest, ties to even.
struct BFloat16 {
  uint16_t bits = 0;
  BFloat16() = default;
  BFloat16(float value) {
    uint32_t f = detail::bitsOf(value);
    bits = (f & 0x7fffffffu) > 0x7f800000u ? static_cast<uint16_t>((f >> 16) | 0x40u)
                                           : static_cast<uint16_t>((f + 0x7fffu + ((f >> 16) & 1u)) >> 16);
  }
  operator float() const { return detail::floatOf(static_cast<uint32_t>(bits) << 16); }
};

} // namespace graphopt
