//===- Rules.h - ONNX operators that expand to several ops ----------------===//
//
// One file a family. Operators that are one to one with an op have their rules in the op's own file. Arguments go by the schema's names.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "Interop/Aten/Rules/Rules.h"
#include "Interop/KnownElements.h"
#include "Interop/Onnx/Tensors.h"

namespace graphopt {

/// All families, below.
void registerOnnxRules(ImportRules &rules);
void registerOnnxActivationRules(ImportRules &rules);
void registerOnnxArithmeticRules(ImportRules &rules);
void registerOnnxAttentionRules(ImportRules &rules);
void registerOnnxConvolutionRules(ImportRules &rules);
void registerOnnxCreationRules(ImportRules &rules);
void registerOnnxDecoderRules(ImportRules &rules);
void registerOnnxGridSampleRules(ImportRules &rules);
void registerOnnxLearningRules(ImportRules &rules);
void registerOnnxLinearAttentionRules(ImportRules &rules);
void registerOnnxLinearRules(ImportRules &rules);
void registerOnnxLossRules(ImportRules &rules);
void registerOnnxNormRules(ImportRules &rules);
void registerOnnxOptimiserRules(ImportRules &rules);
void registerOnnxPadRules(ImportRules &rules);
void registerOnnxPartRules(ImportRules &rules);
void registerOnnxPoolRules(ImportRules &rules);
void registerOnnxQuantizeRules(ImportRules &rules);
void registerOnnxQuantizedRules(ImportRules &rules);
void registerOnnxRandomRules(ImportRules &rules);
void registerOnnxRecurrentRules(ImportRules &rules);
void registerOnnxReductionRules(ImportRules &rules);
void registerOnnxResizeRules(ImportRules &rules);
void registerOnnxSequenceRules(ImportRules &rules);
void registerOnnxShapeRules(ImportRules &rules);
void registerOnnxSpectralRules(ImportRules &rules);
void registerOnnxTfIdfRules(ImportRules &rules);

namespace onnx {
using aten::alongChannels;
using aten::axisOf;
using aten::computeType;
using aten::part;
using aten::product;
using aten::rankOf;
using aten::sizesOf;
inline mlir::Type elementOf(mlir::Value x) { return aten::typeOf(x).getElementType(); }
/// An attribute that holds a code of an element type; `absent` where it is not there.
llvm::FailureOr<mlir::Type> elementTypeArg(const ImportCall &call, llvm::StringRef arg, mlir::Type absent = {});
/// An attribute or a tensor of numbers that are known.
llvm::FailureOr<llvm::SmallVector<double>> numbers(const ImportCall &call, llvm::StringRef arg);
/// Axes counted from 0, in the order that they are given in; all of them where the argument is absent.
llvm::FailureOr<llvm::SmallVector<int64_t>> axesInOrder(const ImportCall &call, llvm::StringRef arg, int64_t rank);
/// x with all axes in two: those before `axis`, and the rest.
mlir::Value asMatrix(const ImportCall &call, mlir::Value x, int64_t axis);
/// An elementwise function of a tensor and of numbers, which the operator's attributes `parameters` hold.
struct Activation {
  llvm::StringLiteral op;
  llvm::SmallVector<llvm::StringRef, 2> parameters;
  Expr (*compute)(Expr x, llvm::ArrayRef<double> parameters);
};
/// In any case of letters; null where it is none of ours.
const Activation *findActivation(llvm::StringRef op);
/// round(x) + zero point, which may be null, within the range of an integer type.
Expr quantise(Expr x, mlir::Value zeroPoint, mlir::Type type);
/// x cut along an axis into parts of the sizes.
llvm::SmallVector<mlir::Value> cut(const ImportCall &call, mlir::Value x, int64_t axis, llvm::ArrayRef<mlir::OpFoldResult> sizes);
/// A tensor of 64-bit integers.
mlir::Value constantOf(const ImportCall &call, llvm::ArrayRef<int64_t> elements, llvm::ArrayRef<int64_t> shape);
/// Whether an operator takes sequences, beside or in place of tensors.
bool takesSequences(llvm::StringRef op);
/// Whether results beyond the first `count` are asked for.
inline bool asksForMore(const ImportCall &call, size_t count) { return call.resultTypes.size() > count; }
} // namespace onnx

} // namespace graphopt
