//===- ScalarBuilder.h - scalar code for one element ----------------------===//
#pragma once
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"

#pragma GCC visibility push(default)
namespace graphopt {

enum class ComparePredicate { eq, ne, lt, le, gt, ge };

/// Builds arith and math ops for elements of one type, and picks the float, signed or unsigned form. The results are those of Total.h:
/// total, guarded where the plain instruction is not.
class ScalarBuilder {
public:
  /// `elementType` is the operands' element type, with its sign; f16 and bf16 compute as f32.
  ScalarBuilder(mlir::OpBuilder &b, mlir::Location loc, mlir::Type elementType);

  mlir::Value constant(double value);
  mlir::Value add(mlir::Value a, mlir::Value b);
  mlir::Value sub(mlir::Value a, mlir::Value b);
  mlir::Value mul(mlir::Value a, mlir::Value b);
  mlir::Value div(mlir::Value a, mlir::Value b);
  mlir::Value rem(mlir::Value a, mlir::Value b);
  mlir::Value mod(mlir::Value a, mlir::Value b);
  mlir::Value pow(mlir::Value a, mlir::Value b);
  mlir::Value neg(mlir::Value x);
  mlir::Value abs(mlir::Value x);
  mlir::Value sign(mlir::Value x);
  mlir::Value max(mlir::Value a, mlir::Value b);
  mlir::Value min(mlir::Value a, mlir::Value b);
  mlir::Value bitNot(mlir::Value x);
  mlir::Value bitAnd(mlir::Value a, mlir::Value b);
  mlir::Value bitOr(mlir::Value a, mlir::Value b);
  mlir::Value bitXor(mlir::Value a, mlir::Value b);
  mlir::Value shl(mlir::Value a, mlir::Value b);
  mlir::Value shr(mlir::Value a, mlir::Value b);
  /// An i1.
  mlir::Value compare(ComparePredicate predicate, mlir::Value a, mlir::Value b);
  mlir::Value select(mlir::Value condition, mlir::Value a, mlir::Value b);
  /// From this builder's element type to another one (Total.h's convert).
  mlir::Value convert(mlir::Value x, mlir::Type to);
  template <typename Op> mlir::Value unary(mlir::Value x) { return Op::create(b, loc, x); }
  template <typename Op> mlir::Value binary(mlir::Value x, mlir::Value y) { return Op::create(b, loc, x, y); }

  bool isFloat() const { return floating; }
  bool isUnsigned() const { return isUnsignedInt; }
  /// The type that values of this builder have: signless, f32 for f16 and bf16.
  mlir::Type getComputeType() const { return computeType; }
  mlir::OpBuilder &getBuilder() { return b; }
  mlir::Location getLoc() const { return loc; }

private:
  mlir::OpBuilder &b;
  mlir::Location loc;
  mlir::Type computeType;
  bool floating;
  bool isUnsignedInt;
};

/// The element type without its sign: what lowered code stores.
mlir::Type stripSign(mlir::Type elementType);
/// f32 for f16 and bf16, else the signless type.
mlir::Type getComputeType(mlir::Type elementType);

} // namespace graphopt
#pragma GCC visibility pop
