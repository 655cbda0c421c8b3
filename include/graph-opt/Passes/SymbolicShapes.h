//===- SymbolicShapes.h - sizes as expressions, for a whole function ------===//
//
// A dataflow analysis in program order. Symbols stand for the names in the function's `graph.symbols`, and for sizes that nothing tells;
// sizes of results are affine expressions over them by each op's shape rule. Index arithmetic of arith and affine, and tensor.dim, are
// understood.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "graph-opt/Dialect/Graph/Shape.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/ADT/DenseMap.h"

#pragma GCC visibility push(default)
namespace graphopt {

class SymbolicShapes {
public:
  /// Knows the arguments; `bindings` gives numbers to names of `graph.symbols`.
  explicit SymbolicShapes(mlir::FunctionOpInterface function,
                          const llvm::DenseMap<mlir::StringAttr, int64_t> &bindings = llvm::DenseMap<mlir::StringAttr, int64_t>());

  /// Analyses the whole body.
  void run();
  /// Analyses one op. Its operands have been; a second visit replaces what the first found.
  void visit(mlir::Operation *op);
  /// Drops what is known of the results of an op that goes away.
  void forget(mlir::Operation *op);

  /// The size of a ranked tensor along an axis.
  mlir::AffineExpr getSize(mlir::Value tensor, int64_t axis);
  llvm::SmallVector<mlir::AffineExpr> getSizes(mlir::Value tensor);
  /// The value of an index; a symbol of its own where no expression gives it.
  mlir::AffineExpr getValue(mlir::Value index);
  /// The argument and axis that has the size `size`, first in their order; a null value if there is none.
  std::pair<mlir::Value, int64_t> findArgument(mlir::AffineExpr size) const { return roots.lookup(size); }
  /// The name of a symbol in `graph.symbols`; null for other expressions.
  mlir::StringAttr getName(mlir::AffineExpr size) const;
  /// A symbol of its own.
  mlir::AffineExpr unknown() { return mlir::getAffineSymbolExpr(numSymbols++, context); }

private:
  mlir::AffineExpr compute(mlir::Operation *op);
  void setSizes(mlir::Value tensor, llvm::ArrayRef<mlir::AffineExpr> sizes);

  mlir::FunctionOpInterface function;
  mlir::MLIRContext *context;
  llvm::SmallVector<mlir::StringAttr> names; ///< of the first symbols
  unsigned numSymbols = 0;
  /// Where the sizes of a value begin in `sizes`: only values with a `?` are here, so that a static graph costs nothing.
  llvm::DenseMap<mlir::Value, unsigned> offsets;
  std::vector<mlir::AffineExpr> sizes;
  llvm::DenseMap<mlir::Value, mlir::AffineExpr> values;
  llvm::DenseMap<mlir::AffineExpr, std::pair<mlir::Value, int64_t>> roots;
};

} // namespace graphopt
#pragma GCC visibility pop
