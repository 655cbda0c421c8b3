//===- Shape.h - shape rules over symbolic sizes --------------------------===//
//
// A shape rule is written once, on affine expressions over symbols. What the symbols stand for depends on who asks:
//   static inference    one symbol for each `?` of an operand's type; results that are not constant become `?`
//   symbolic analysis   the names in the function's `graph.symbols`
//   run-time sizes      one symbol for each `?`, bound to a tensor.dim (reifyShapes)
//
//===----------------------------------------------------------------------===//
#pragma once
#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include <array>

#pragma GCC visibility push(default)
namespace graphopt {

/// A tensor type whose sizes are expressions.
struct SymbolicType {
  llvm::SmallVector<mlir::AffineExpr> sizes;
  mlir::Type elementType;
};

/// What a shape rule sees of the op's operands.
class InferContext {
public:
  InferContext(mlir::MLIRContext *context, std::optional<mlir::Location> location, llvm::StringRef opName)
      : context(context), location(location), opName(opName) {}
  virtual ~InferContext();

  /// The type of a ranked tensor operand.
  virtual SymbolicType typeOf(mlir::Value tensor) = 0;
  /// The value of an operand of type index, or an unknown where no expression gives it.
  virtual mlir::AffineExpr valueOf(mlir::Value index) = 0;
  /// The expression of a size given by attribute or operand.
  mlir::AffineExpr valueOf(mlir::OpFoldResult size);
  /// Whether there is a value for each of the numbers that is left open (ShapedType::kDynamic), and no other. Emits an error where not: IR
  /// in its generic form may say anything.
  llvm::LogicalResult checkList(llvm::ArrayRef<int64_t> numbers, mlir::ValueRange values);
  /// A size that no expression gives: a symbol of its own.
  virtual mlir::AffineExpr unknown() = 0;

  mlir::AffineExpr constant(int64_t value) {
    // An op's operands share their sizes: the context's table, with its locks, is asked once for each.
    mlir::AffineExpr &expr = recent[static_cast<uint64_t>(value) % recent.size()];
    if (!expr || mlir::cast<mlir::AffineConstantExpr>(expr).getValue() != value)
      expr = mlir::getAffineConstantExpr(value, context);
    return expr;
  }
  /// The size that `a` and `b` broadcast to (numpy's rule), or null if they contradict each other. Two sizes that are not known to
  /// differ are taken to be equal, which compiled code checks at run time; a size that is not known to be 1 is never stretched.
  mlir::AffineExpr broadcast(mlir::AffineExpr a, mlir::AffineExpr b);
  /// Whether the sizes can be equal: false only for two different constants.
  static bool canBeEqual(mlir::AffineExpr a, mlir::AffineExpr b);

  /// An error on the op ("'graph.add' op ..."); silent where the caller has no location.
  mlir::InFlightDiagnostic emitError();
  mlir::MLIRContext *getContext() const { return context; }

protected:
  mlir::MLIRContext *context;
  std::optional<mlir::Location> location;
  llvm::StringRef opName;

private:
  std::array<mlir::AffineExpr, 8> recent; ///< constants, by their low bits
};

using InferRule = llvm::function_ref<llvm::LogicalResult(InferContext &, llvm::SmallVectorImpl<SymbolicType> &)>;

/// Runs `rule` on the operands' static types and appends the result types.
llvm::LogicalResult inferStatically(mlir::MLIRContext *context, std::optional<mlir::Location> location, llvm::StringRef opName,
                                    llvm::SmallVectorImpl<mlir::Type> &types, InferRule rule);
/// Whether an op may have the result types `types` by its rule. No type is built unless there is an error to tell.
llvm::LogicalResult verifyStatically(mlir::MLIRContext *context, std::optional<mlir::Location> location, llvm::StringRef opName,
                                     mlir::TypeRange types, InferRule rule);
/// Whether each actual type refines or coarsens the inferred one: equal element types and ranks, no two different static sizes.
bool areCompatible(mlir::TypeRange inferred, mlir::TypeRange actual);
/// ReifyRankedShapedTypeOpInterface by the op's shape rule: sizes as attributes or affine.apply of tensor.dim.
llvm::LogicalResult reifyShapes(mlir::OpBuilder &b, mlir::Operation *op, mlir::ReifiedRankedShapedTypeDims &shapes);

/// How the element type of an elementwise result follows from the operands'.
enum class ElementRule { same, predicate };
/// The shape rule of elementwise ops: all operands broadcast.
llvm::LogicalResult inferElementwise(InferContext &context, mlir::ValueRange operands, ElementRule rule,
                                     llvm::SmallVectorImpl<SymbolicType> &results);

} // namespace graphopt
#pragma GCC visibility pop
