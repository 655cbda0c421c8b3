//===- Rules.h - ATen operators that expand to several ops ----------------===//
//
// One file a family. Operators that are one to one with an op have their rules in the op's own file.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "graph-opt/Dialect/Graph/Expr.h"
#include "graph-opt/Interop/ImportRules.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace graphopt {

/// All families, below.
void registerAtenRules(ImportRules &rules);
void registerAtenActivationRules(ImportRules &rules);
void registerAtenAdaptivePoolRules(ImportRules &rules);
void registerAtenArithmeticRules(ImportRules &rules);
void registerAtenAttentionRules(ImportRules &rules);
void registerAtenBackwardRules(ImportRules &rules);
void registerAtenBatchNormRules(ImportRules &rules);
void registerAtenConvolutionRules(ImportRules &rules);
void registerAtenCreationRules(ImportRules &rules);
void registerAtenCumulativeRules(ImportRules &rules);
void registerAtenDiagonalRules(ImportRules &rules);
void registerAtenDistanceRules(ImportRules &rules);
void registerAtenEmbeddingBagRules(ImportRules &rules);
void registerAtenFunctionRules(ImportRules &rules);
void registerAtenGridSampleRules(ImportRules &rules);
void registerAtenIdentityRules(ImportRules &rules);
void registerAtenIndexRules(ImportRules &rules);
void registerAtenLossRules(ImportRules &rules);
void registerAtenNormRules(ImportRules &rules);
void registerAtenNormTrainingRules(ImportRules &rules);
void registerAtenNumberRules(ImportRules &rules);
void registerAtenPartRules(ImportRules &rules);
void registerAtenPoolRules(ImportRules &rules);
void registerAtenProductRules(ImportRules &rules);
void registerAtenRandomRules(ImportRules &rules);
void registerAtenRecurrentRules(ImportRules &rules);
void registerAtenReductionRules(ImportRules &rules);
void registerAtenRefusals(ImportRules &rules);
void registerAtenResampleRules(ImportRules &rules);
void registerAtenScatterRules(ImportRules &rules);
void registerAtenSearchRules(ImportRules &rules);
void registerAtenShapeRules(ImportRules &rules);
void registerAtenSortRules(ImportRules &rules);
void registerAtenUnfoldRules(ImportRules &rules);
void registerAtenUniqueRules(ImportRules &rules);

namespace aten {
inline mlir::RankedTensorType typeOf(mlir::Value x) { return mlir::cast<mlir::RankedTensorType>(x.getType()); }
/// The type in which numbers of an element type are computed: f32 for f16 and bf16, else itself.
inline mlir::Type computeType(mlir::Type elementType) {
  return elementType.isF16() || elementType.isBF16() ? mlir::Type(mlir::Float32Type::get(elementType.getContext())) : elementType;
}
inline mlir::Type computeType(mlir::Value x) { return computeType(typeOf(x).getElementType()); }
inline int64_t rankOf(mlir::Value x) { return typeOf(x).getRank(); }
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
/// Random numbers of a stream of their own; refused where there is no key.
llvm::FailureOr<Expr> draw(ImportCall &call, ExprBuilder &g, mlir::Type element, llvm::ArrayRef<mlir::OpFoldResult> sizes,
                           llvm::StringRef distribution);
/// Which elements stay where a share p is dropped: of the sizes.
llvm::FailureOr<Expr> keptOf(ImportCall &call, ExprBuilder &g, double p, llvm::ArrayRef<mlir::OpFoldResult> sizes);
/// x without those that are dropped; the others grow to keep the mean.
Expr scaledUp(Expr kept, Expr x, double p);
/// The positions of the elements of x that are not 0: [found, axis].
mlir::Value nonzero(const ImportCall &call, mlir::Value x);
/// A column of those: the positions along an axis, as a vector.
mlir::Value column(const ImportCall &call, mlir::Value positions, int64_t axis);
/// Of a vector of truth values or numbers, the positions of those that are true, as a vector.
inline mlir::Value truths(const ImportCall &call, mlir::Value vector) { return column(call, nonzero(call, vector), 0); }
/// What differs among the elements of x, or among its slices along an axis: that, where each stood first, which of them each element or
/// slice is, and how many are each. Sorted, by their first appearance, or of neighbours only. NaN differs from itself.
enum class UniqueOrder { sorted, appearance, consecutive };
llvm::FailureOr<llvm::SmallVector<mlir::Value>> unique(ImportCall &call, mlir::Value x, std::optional<int64_t> axis, UniqueOrder ordered);
/// x with an axis of size 1 before `axis`.
mlir::Value insertAxis(const ImportCall &call, mlir::Value x, int64_t axis);
/// [0, 1, 2 ...] along `axis` of a tensor of the rank, size 1 elsewhere, as i64.
mlir::Value positions(const ImportCall &call, mlir::OpFoldResult size, int64_t axis, int64_t rank);
/// A size as a rank-0 i64 tensor.
Expr sizeAsTensor(ImportCall &call, ExprBuilder &g, mlir::OpFoldResult size);
/// Positions as they are counted from 0: negative ones count from the end.
Expr fromEnd(ImportCall &call, Expr positions, mlir::OpFoldResult size);
/// The sum of products that the argument `equation` names, of a list of tensors.
llvm::LogicalResult importEinsum(ImportCall &call, llvm::StringRef tensors);
/// A tensor and an axis to walk along; a scalar as a vector of one.
struct Line {
  mlir::Value x;
  int64_t axis;
  bool isScalar;

  /// A result in the shape of the operand.
  mlir::Value shaped(const ImportCall &call, mlir::Value y) const { return isScalar ? reshape(call, y, {}) : y; }
};
/// Of the arguments `self` and `dim`, the first axis if that is absent.
llvm::FailureOr<Line> readLine(const ImportCall &call);
/// What updates do to the elements that they meet.
enum class ScatterEffect { put, add, multiply, max, min };
/// Slices of x along an axis with updates, which are cast to x's elements. Truth values count.
mlir::Value scatter(const ImportCall &call, mlir::Value x, mlir::Value indices, mlir::Value updates, int64_t axis, ScatterEffect effect);
/// x[..., indices[i, j, ...], ...] = updates[i, j, ...] along an axis, or combined with it.
mlir::Value scatterAlong(const ImportCall &call, mlir::Value x, mlir::Value indices, mlir::Value updates, int64_t axis,
                         ScatterEffect effect);
/// The first k elements of lines in order, the greatest or the least of them, and their positions: the results of a call.
llvm::LogicalResult yieldFirst(ImportCall &call, const Line &line, mlir::OpFoldResult k, bool largest);
/// A vector of channels as [1, c, 1, ...], so that it broadcasts against `like`, whose element type it gets.
Expr alongChannels(const ImportCall &call, Expr like, mlir::Value vector);
/// sqrt, with a slope of 0 at 0: what lengths and deviations have there.
Expr root(Expr square);
/// (the sum of |x|^p) ^ (1 / p) for p > 0, by what sums.
Expr powerNorm(Expr x, double p, llvm::function_ref<Expr(Expr)> sum);
/// The p-norm along axes: for p = 0 how many elements are not 0, for infinity the largest; 0 of no elements.
Expr norm(Expr x, double p, llvm::ArrayRef<int64_t> axes, bool keepDims);
/// What normalises along axes, which stay with size 1.
struct Moments {
  Expr mean, variance, inverse; ///< the inverse is 1 / sqrt(variance + epsilon)
  Expr count;                   ///< of what they are moments of
};
Moments moments(const ImportCall &call, Expr x, llvm::ArrayRef<int64_t> axes, double epsilon);
/// The number of elements along axes, as a rank-0 tensor of the element type.
mlir::Value countAlong(const ImportCall &call, mlir::Value x, llvm::ArrayRef<int64_t> axes, mlir::Type elementType);
} // namespace aten

} // namespace graphopt
