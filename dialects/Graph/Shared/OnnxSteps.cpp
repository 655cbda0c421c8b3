//===- OnnxSteps.cpp - arithmetic that ai.onnx has no operator for --------===//
#include "Graph/Shared/OnnxSteps.h"
#include "mlir/IR/BuiltinTypes.h"

using namespace mlir;
using namespace graphopt;

ForeignValue graphopt::exportExpm1(OnnxExport &to, ForeignValue x) {
  auto number = [&](double value) { return to.number(value, x.element); };
  ForeignValue t = to("Tanh", {to("Mul", {x, number(0.5)})}); // exp(x) - 1 = 2 t / (1 - t)
  ForeignValue near = to("Div", {to("Mul", {t, number(2)}), to("Sub", {number(1), t})});
  ForeignValue isNear = to.test("Less", {to("Abs", {x}), number(0.5)});
  return to("Where", {isNear, near, to("Sub", {to("Exp", {x}), number(1)})}, {}, x.element);
}

ForeignValue graphopt::exportLog1p(OnnxExport &to, ForeignValue x) {
  auto number = [&](double value) { return to.number(value, x.element); };
  // What 1 + x loses of x is made up for by the quotient (Kahan); where nothing of x is left, x is the logarithm.
  ForeignValue sum = to("Add", {x, number(1)}), kept = to("Sub", {sum, number(1)});
  ForeignValue near = to("Mul", {to("Log", {sum}), to("Div", {x, kept})});
  ForeignValue isNear = to.test("Less", {to("Abs", {x}), number(0.5)});
  ForeignValue isLost = to.test("Equal", {kept, number(0)});
  return to("Where", {isLost, x, to("Where", {isNear, near, to("Log", {sum})}, {}, x.element)}, {}, x.element);
}

ForeignValue graphopt::exportAtan2(OnnxExport &to, ForeignValue a, ForeignValue b) {
  Type element = a.element;
  auto number = [&](double value) { return to.number(value, element); };
  auto choose = [&](ForeignValue condition, ForeignValue x, ForeignValue y) { return to("Where", {condition, x, y}, {}, element); };
  constexpr double pi = 3.14159265358979323846;
  ForeignValue zero = number(0);
  auto isNegative = [&](ForeignValue x) { // -0, too: 1 / -0 is -infinity
    return to.test("Less", {choose(to.test("Equal", {x, zero}), to("Reciprocal", {x}), x), zero});
  };
  ForeignValue below = isNegative(a), left = isNegative(b);
  ForeignValue size = to("Abs", {a}), run = to("Abs", {b});
  // The angle in the first quadrant: 0 for two zeros, and pi / 4 for two infinities.
  ForeignValue angle = to(
      "Atan", {to("Div", {choose(to.test("Equal", {size, run}), number(1), size), choose(to.test("Equal", {size, run}), number(1), run)})});
  angle = choose(to.test("Equal", {size, zero}), zero, angle);
  angle = choose(left, to("Sub", {number(pi), angle}), angle);
  angle = choose(below, to("Neg", {angle}), angle);
  // Comparisons with NaN are false.
  return choose(to.test("Or", {to.test("IsNaN", {a}), to.test("IsNaN", {b})}), to("Add", {a, b}), angle);
}

//===--- Division ---------------------------------------------------------===//

namespace {
/// The divisors of integers: 0, and -1, by which the least number has no quotient.
struct Divisor {
  Divisor(OnnxExport &to, ForeignValue b) : to(to), value(b), safe(b) {
    const TensorValue *known = to.findConstant(b);
    bool isSigned = !b.element.isUnsignedInteger();
    auto isSafe = [&](int64_t i) { return known->getAsInt(i) != 0 && (!isSigned || known->getAsInt(i) != -1); };
    if (known && llvm::all_of(llvm::seq(known->getNumElements()), isSafe))
      return;
    isZero = to.test("Equal", {b, number(0)});
    if (isSigned)
      isMinusOne = to.test("Equal", {b, number(-1)});
    safe = choose(isMinusOne ? to.test("Or", {isZero, isMinusOne}) : isZero, number(1), b);
  }
  ForeignValue number(int64_t n) { return to.number(static_cast<double>(n), value.element); }
  ForeignValue choose(ForeignValue condition, ForeignValue x, ForeignValue y) { return to("Where", {condition, x, y}, {}, x.element); }

  OnnxExport &to;
  ForeignValue value, safe;        ///< `safe` has 1 for 0 and for -1
  ForeignValue isZero, isMinusOne; ///< none where that is known not to be
};

ForeignValue remainder(OnnxExport &to, ForeignValue a, ForeignValue b, bool isTruncated) {
  Divisor by(to, b);
  ForeignValue rest = to("Mod", {a, by.safe}, {{"fmod", isTruncated}});
  return by.isZero ? by.choose(by.isZero, a, rest) : rest;
}
} // namespace

ForeignValue graphopt::exportDiv(OnnxExport &to, ForeignValue a, ForeignValue b) {
  if (a.isFloat())
    return to("Div", {a, b});
  Divisor by(to, b);
  ForeignValue quotient = to("Div", {a, by.safe});
  if (!by.isZero)
    return quotient;
  ForeignValue sign = by.isMinusOne ? by.choose(by.isMinusOne, by.number(-1), by.number(1)) : by.number(1);
  return to("Mul", {quotient, by.choose(by.isZero, by.number(0), sign)});
}

ForeignValue graphopt::exportRem(OnnxExport &to, ForeignValue a, ForeignValue b) {
  return a.isFloat() ? to("Mod", {a, b}, {{"fmod", 1}}) : remainder(to, a, b, /*isTruncated=*/true);
}

ForeignValue graphopt::exportMod(OnnxExport &to, ForeignValue a, ForeignValue b) {
  if (!a.isFloat())
    return remainder(to, a, b, /*isTruncated=*/false);
  ForeignValue rest = to("Mod", {a, b}, {{"fmod", 1}}), zero = to.number(0, a.element);
  ForeignValue differ = to.test("Less", {to("Mul", {to("Sign", {rest}), to("Sign", {b})}), zero});
  return to("Where", {differ, to("Add", {rest, b}), rest}, {}, a.element);
}

ForeignValue graphopt::exportPow(OnnxExport &to, ForeignValue a, ForeignValue b) {
  if (a.isFloat())
    return to("Pow", {a, b});
  if (a.element.isUnsignedInteger())
    return to("Pow", {to.positions(a), to.positions(b)});
  auto number = [&](int64_t n) { return to.number(static_cast<double>(n), a.element); };
  auto choose = [&](ForeignValue condition, ForeignValue x, ForeignValue y) { return to("Where", {condition, x, y}, {}, x.element); };
  // A negative exponent leaves something of 1 and -1 only, and of -1 what the parity of the exponent says.
  ForeignValue isNegative = to.test("Less", {b, number(0)}),
               isOdd = to.test("Equal", {to("Mod", {b, number(2)}, {{"fmod", 0}}), number(1)});
  ForeignValue ofMinusOne = choose(isOdd, number(-1), number(1));
  ForeignValue inverse =
      choose(to.test("Equal", {a, number(1)}), number(1), choose(to.test("Equal", {a, number(-1)}), ofMinusOne, number(0)));
  return choose(isNegative, inverse, to("Pow", {a, choose(isNegative, number(0), b)}));
}

ForeignValue graphopt::exportShift(OnnxExport &to, Value a, Value b, StringRef direction) {
  MLIRContext *context = to.op->getContext();
  Type type = getElementTypeOrSelf(a.getType()), wide = IntegerType::get(context, 64);
  Type bits = IntegerType::get(context, 64, IntegerType::Unsigned);
  int64_t width = type.getIntOrFloatBitWidth();
  ForeignValue amount = to.cast(to[b], wide), zero = to.number(0, wide), last = to.number(63, wide);
  ForeignValue inRange = to.test("And", {to.test("GreaterOrEqual", {amount, zero}), to.test("Less", {amount, to.number(width, wide)})});
  amount = to("Where", {inRange, amount, last}, {}, wide);
  auto shift = [&](ForeignValue x) {
    return to.cast(to("BitShift", {to.cast(x, bits), to.cast(amount, bits)}, {{"direction", direction}}), wide);
  };
  if (direction == "LEFT" || type.isUnsignedInteger())
    return to("Where", {inRange, shift(to[a]), zero}, {}, wide);
  // A negative number is shifted with all bits turned, so that ones come in.
  ForeignValue x = to.cast(to[a], wide), isNegative = to.test("Less", {x, zero});
  ForeignValue shifted = shift(to("Where", {isNegative, to("BitwiseNot", {x}), x}, {}, wide));
  return to("Where", {isNegative, to("BitwiseNot", {shifted}), shifted}, {}, wide);
}

ForeignValue graphopt::exportScatter(OnnxExport &to, Value x, Value indices, Value updates, int64_t axis, StringRef reduction) {
  int64_t rank = cast<RankedTensorType>(x.getType()).getRank(), count = cast<RankedTensorType>(indices.getType()).getRank();
  // The axis first in x, and those of indices first in updates.
  auto rotate = [](ForeignValue value, int64_t rank, int64_t from, int64_t count, int64_t toPosition, OnnxExport &to) {
    SmallVector<int64_t> others, moved;
    for (int64_t d = 0; d < rank; ++d)
      (d >= from && d < from + count ? moved : others).push_back(d);
    others.insert(others.begin() + toPosition, moved.begin(), moved.end());
    return llvm::is_sorted(others) ? value : to("Transpose", {value}, {{"perm", others}});
  };
  ForeignValue table = rotate(to[x], rank, axis, 1, 0, to), values = rotate(to[updates], rank - 1 + count, axis, count, 0, to);
  ForeignValue positions = to("Unsqueeze", {to.positions(to[indices]), to.integers({-1})});
  ForeignValue y = to("ScatterND", {table, positions, values}, {{"reduction", reduction}});
  return rotate(y, rank, 0, 1, axis, to);
}
