//===- Expr.h - graphs written as formulas --------------------------------===//
//
// Expr is a tensor value with operators: `ct * (1.0 - y * y)` builds graph ops. Gradients and decompositions are written in it.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"

#pragma GCC visibility push(default)
namespace graphopt {

class ExprBuilder;

/// A tensor value in an ExprBuilder. Numbers become rank-0 constants of the other operand's element type; shapes broadcast.
struct Expr {
  ExprBuilder *g = nullptr;
  mlir::Value value;
  operator mlir::Value() const { return value; }
  mlir::RankedTensorType getType() const { return mlir::cast<mlir::RankedTensorType>(value.getType()); }
};

class ExprBuilder {
public:
  ExprBuilder(mlir::OpBuilder &b, mlir::Location loc) : b(b), loc(loc) {}
  Expr operator()(mlir::Value value) { return {this, value}; }
  llvm::SmallVector<Expr> operator()(mlir::ValueRange values);
  /// A rank-0 constant.
  Expr number(double value, mlir::Type elementType);
  Expr cast(Expr x, mlir::Type elementType);
  Expr sum(Expr x, llvm::ArrayRef<int64_t> axes, bool keepDims);
  Expr prod(Expr x, llvm::ArrayRef<int64_t> axes, bool keepDims);
  Expr mean(Expr x, llvm::ArrayRef<int64_t> axes, bool keepDims);
  /// Size 1 at `axes`, positions in the result.
  Expr unsqueeze(Expr x, llvm::ArrayRef<int64_t> axes);
  /// x stretched to the shape of `like`.
  Expr broadcastLike(Expr x, Expr like);
  Expr reduceMax(Expr x, llvm::ArrayRef<int64_t> axes, bool keepDims);

  mlir::OpBuilder &b;
  mlir::Location loc;
};

Expr operator+(Expr a, Expr b);
Expr operator+(Expr a, double b);
Expr operator-(Expr a, Expr b);
Expr operator-(Expr a, double b);
Expr operator-(double a, Expr b);
Expr operator-(Expr x);
Expr operator*(Expr a, Expr b);
Expr operator*(Expr a, double b);
inline Expr operator*(double a, Expr b) { return b * a; }
Expr operator/(Expr a, Expr b);
Expr operator/(Expr a, double b);
Expr operator/(double a, Expr b);
Expr operator>(Expr a, Expr b);
Expr operator>(Expr a, double b);
Expr operator<(Expr a, Expr b);
Expr operator<(Expr a, double b);
Expr operator==(Expr a, Expr b);
Expr operator==(Expr a, double b);
Expr select(Expr condition, Expr a, Expr b);
Expr exp(Expr x);
Expr expm1(Expr x);
Expr log(Expr x);
Expr log1p(Expr x);
Expr sin(Expr x);
Expr cos(Expr x);
Expr sinh(Expr x);
Expr cosh(Expr x);
Expr tanh(Expr x);
Expr erf(Expr x);
Expr abs(Expr x);
Expr sign(Expr x);
Expr sqrt(Expr x);
Expr rsqrt(Expr x);
Expr trunc(Expr x);
Expr floor(Expr x);
Expr sigmoid(Expr x);
Expr softplus(Expr x);
Expr pow(Expr a, Expr b);
Expr max(Expr a, Expr b);
Expr max(Expr a, double b);
Expr min(Expr a, Expr b);
/// x != x, which no integer is.
Expr isNan(Expr x);
/// A rank-0 constant of x's element type.
Expr numberLike(double value, Expr x);

/// The cotangents of an elementwise op's operands: each is summed over the axes that its operand was stretched along, and null where
/// the operand is not of a floating-point type, or nothing flows: Expr().
llvm::SmallVector<mlir::Value> unbroadcast(mlir::Operation *op, llvm::ArrayRef<Expr> cotangents);

} // namespace graphopt
#pragma GCC visibility pop
