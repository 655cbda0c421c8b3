//===- Rules.h - ATen operators that expand to several ops ----------------===//
//
// One file a family. Operators that are one to one with an op have their rules in the op's own file.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "graph-opt/Dialect/Graph/Expr.h"
#include "graph-opt/Dialect/Graph/GraphOps.h"
#include "graph-opt/Interop/ImportRules.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace graphopt {

/// All families, below.
void registerAtenRules(ImportRules &rules);
void registerAtenActivationRules(ImportRules &rules);
void registerAtenArithmeticRules(ImportRules &rules);
void registerAtenConvolutionRules(ImportRules &rules);
void registerAtenCreationRules(ImportRules &rules);
void registerAtenIdentityRules(ImportRules &rules);
void registerAtenNormRules(ImportRules &rules);
void registerAtenPartRules(ImportRules &rules);
void registerAtenPoolRules(ImportRules &rules);
void registerAtenRecurrentRules(ImportRules &rules);
void registerAtenReductionRules(ImportRules &rules);
void registerAtenResampleRules(ImportRules &rules);
void registerAtenScatterRules(ImportRules &rules);
void registerAtenShapeRules(ImportRules &rules);

namespace aten {
inline mlir::RankedTensorType typeOf(mlir::Value x) { return mlir::cast<mlir::RankedTensorType>(x.getType()); }
inline int64_t rankOf(mlir::Value x) { return typeOf(x).getRank(); }
/// The argument, or `absent` where it is none.
llvm::FailureOr<double> number(const ImportCall &call, llvm::StringRef arg, double absent);
llvm::FailureOr<bool> boolean(const ImportCall &call, llvm::StringRef arg, bool absent);
llvm::FailureOr<mlir::Value> optionalTensor(const ImportCall &call, llvm::StringRef arg);
/// The axis of x that the argument names, counted from 0; refuses a scalar, which has none.
llvm::FailureOr<int64_t> axisOf(const ImportCall &call, llvm::StringRef arg, mlir::Value x);
/// The product of sizes.
mlir::OpFoldResult product(const ImportCall &call, llvm::ArrayRef<mlir::OpFoldResult> sizes);
/// The sizes of a tensor: numbers where they are static.
llvm::SmallVector<mlir::OpFoldResult> sizesOf(const ImportCall &call, mlir::Value x);
/// A tensor of one number.
mlir::Value full(const ImportCall &call, mlir::Value scalar, llvm::ArrayRef<mlir::OpFoldResult> sizes);
mlir::Value reshape(const ImportCall &call, mlir::Value x, llvm::ArrayRef<mlir::OpFoldResult> sizes);
/// `size` elements of an axis from `start` on.
mlir::Value part(const ImportCall &call, mlir::Value x, int64_t axis, mlir::OpFoldResult start, mlir::OpFoldResult size);
/// x of the sizes `sizes` (which may have more axes of size 1 in front), repeated along each axis.
mlir::Value repeat(const ImportCall &call, mlir::Value x, llvm::ArrayRef<mlir::OpFoldResult> sizes,
                   llvm::ArrayRef<mlir::OpFoldResult> repeats);
/// x with an axis of size 1 before `axis`.
mlir::Value insertAxis(const ImportCall &call, mlir::Value x, int64_t axis);
/// [0, 1, 2 ...] along `axis` of a tensor of the rank, size 1 elsewhere, as i64.
mlir::Value positions(const ImportCall &call, mlir::OpFoldResult size, int64_t axis, int64_t rank);
/// A size as a rank-0 i64 tensor.
Expr sizeAsTensor(ImportCall &call, ExprBuilder &g, mlir::OpFoldResult size);
/// Positions as they are counted from 0: negative ones count from the end.
Expr fromEnd(ImportCall &call, Expr positions, mlir::OpFoldResult size);
/// The number of elements along axes, as a rank-0 tensor of the element type.
mlir::Value countAlong(const ImportCall &call, mlir::Value x, llvm::ArrayRef<int64_t> axes, mlir::Type elementType);
} // namespace aten

} // namespace graphopt
