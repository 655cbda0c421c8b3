//===- Total.h - arithmetic without undefined behaviour -------------------===//
//
// The scalar functions that the dialect's elementwise ops are defined by, on the compute types float, double, int64_t, uint64_t and
// bool. Narrow integers compute in 64 bits and wrap when they are stored.
//
//===----------------------------------------------------------------------===//
#pragma once
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace graphopt::total {

template <typename T> using EnableFloat = std::enable_if_t<std::is_floating_point_v<T>, T>;
template <typename T> using EnableInt = std::enable_if_t<std::is_integral_v<T>, T>;

template <typename T> T add(T a, T b) {
  if constexpr (std::is_floating_point_v<T>)
    return a + b;
  else
    return static_cast<T>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}
template <typename T> T sub(T a, T b) {
  if constexpr (std::is_floating_point_v<T>)
    return a - b;
  else
    return static_cast<T>(static_cast<uint64_t>(a) - static_cast<uint64_t>(b));
}
template <typename T> T mul(T a, T b) {
  if constexpr (std::is_floating_point_v<T>)
    return a * b;
  else
    return static_cast<T>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
}
template <typename T> T neg(T x) {
  if constexpr (std::is_floating_point_v<T>)
    return -x;
  else
    return sub(T(0), x);
}
template <typename T> T abs(T x) {
  if constexpr (std::is_floating_point_v<T>)
    return std::fabs(x);
  else
    return x < T(0) ? neg(x) : x;
}
/// 0 for NaN, as torch has it.
template <typename T> T sign(T x) {
  return static_cast<T>((x > T(0)) - (x < T(0)));
}
/// NaN where either is.
template <typename T> T max(T a, T b) {
  if constexpr (std::is_floating_point_v<T>)
    return std::isnan(a) ? a : std::isnan(b) ? b : a > b ? a : b;
  else
    return a > b ? a : b;
}
template <typename T> T min(T a, T b) {
  if constexpr (std::is_floating_point_v<T>)
    return std::isnan(a) ? a : std::isnan(b) ? b : a < b ? a : b;
  else
    return a < b ? a : b;
}
/// Integers round toward zero; x / 0 is 0, the least value / -1 is itself.
template <typename T> T div(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    return a / b;
  } else {
    if (b == T(0))
      return T(0);
    if constexpr (std::is_signed_v<T>)
      if (b == T(-1))
        return neg(a);
    return a / b;
  }
}
/// The remainder with the sign of a. On integers x rem 0 is x.
template <typename T> T rem(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    return std::fmod(a, b);
  } else {
    if (b == T(0))
      return a;
    if constexpr (std::is_signed_v<T>)
      if (b == T(-1))
        return T(0);
    return a % b;
  }
}
/// The remainder with the sign of b. On integers x mod 0 is x.
template <typename T> T mod(T a, T b) {
  T r = rem(a, b);
  if constexpr (std::is_signed_v<T> || std::is_floating_point_v<T>)
    if (b != T(0) && r != T(0) && ((r < T(0)) != (b < T(0))))
      return add(r, b);
  return r;
}
/// Integers wrap; a negative exponent gives 0, but 1 for a = 1, and 1 or -1 for a = -1.
template <typename T> T pow(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    return std::pow(a, b);
  } else {
    if constexpr (std::is_signed_v<T>)
      if (b < T(0))
        return a == T(1) ? T(1) : a == T(-1) ? ((b & T(1)) ? T(-1) : T(1)) : T(0);
    T result = 1;
    for (uint64_t n = static_cast<uint64_t>(b); n; n >>= 1, a = mul(a, a))
      if (n & 1)
        result = mul(result, a);
    return result;
  }
}

template <typename T> T bitNot(T x) {
  if constexpr (std::is_same_v<T, bool>)
    return !x;
  else
    return static_cast<T>(~x);
}
template <typename T> T bitAnd(T a, T b) { return static_cast<T>(a & b); }
template <typename T> T bitOr(T a, T b) { return static_cast<T>(a | b); }
template <typename T> T bitXor(T a, T b) { return static_cast<T>(a ^ b); }

/// A shift by a negative amount, or by the width or more, shifts out all bits.
template <typename T> T shl(T a, T b) {
  if constexpr (std::is_same_v<T, bool>) {
    return a && !b;
  } else {
    uint64_t n = static_cast<uint64_t>(b);
    return n < 64 ? static_cast<T>(static_cast<uint64_t>(a) << n) : T(0);
  }
}
/// Signed numbers keep their sign: all bits shifted out leave 0 or -1.
template <typename T> T shr(T a, T b) {
  if constexpr (std::is_same_v<T, bool>) {
    return a && !b;
  } else {
    uint64_t n = static_cast<uint64_t>(b);
    return n < 64 ? static_cast<T>(a >> n) : a < T(0) ? static_cast<T>(-1) : T(0);
  }
}

/// Conversion between any two compute types: float to integer truncates and saturates at the bounds of the `width`-bit target, NaN gives
/// 0; integer to integer wraps when stored; anything to bool is x != 0.
template <typename To, typename From> To convert(From x, unsigned width) {
  if constexpr (std::is_same_v<To, bool>) {
    return x != From(0);
  } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    if (std::isnan(x))
      return To(0);
    constexpr bool isSigned = std::is_signed_v<To>;
    // 2^(width-1) or 2^width: exact in both floating-point types.
    double limit = std::ldexp(1.0, static_cast<int>(width) - (isSigned ? 1 : 0));
    double value = std::trunc(static_cast<double>(x));
    uint64_t all = width == 64 ? ~uint64_t(0) : (uint64_t(1) << width) - 1;
    if (value >= limit)
      return static_cast<To>(isSigned ? all >> 1 : all);
    if (value <= (isSigned ? -limit : 0.0))
      return isSigned ? static_cast<To>(-static_cast<int64_t>(all >> 1) - 1) : To(0);
    return static_cast<To>(value);
  } else {
    return static_cast<To>(x);
  }
}

} // namespace graphopt::total
