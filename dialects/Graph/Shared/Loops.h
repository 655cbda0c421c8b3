//===- Loops.h - loops over elements, as linalg.generic -------------------===//
#pragma once
#include "graph-opt/Dialect/Graph/ScalarBuilder.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace graphopt {

/// One element from those of the inputs; f16 and bf16 come extended to f32.
using ElementBody = llvm::function_ref<mlir::Value(mlir::OpBuilder &, mlir::Location, mlir::ValueRange)>;
/// The next value of the accumulator (first) from the elements of the inputs.
using AccumulateBody = llvm::function_ref<mlir::Value(mlir::OpBuilder &, mlir::Location, mlir::Value, mlir::ValueRange)>;

/// A tensor of `sizes`, each element computed by `body` from the inputs' elements, which are read through `maps`. A result in f32 is
/// rounded to `elementType` where that is f16 or bf16.
mlir::Value buildElements(mlir::OpBuilder &b, mlir::Location loc, llvm::ArrayRef<mlir::OpFoldResult> sizes, mlir::Type elementType,
                          mlir::ValueRange inputs, llvm::ArrayRef<mlir::AffineMap> maps, ElementBody body);

/// A tensor of `sizes` with the elements of x that `map` names: moved, not computed with.
mlir::Value moveElements(mlir::OpBuilder &b, mlir::Location loc, llvm::ArrayRef<mlir::OpFoldResult> sizes, mlir::Value x,
                         mlir::AffineMap map);

/// A tensor of `sizes` that starts as `identity` (a scalar, which gives the element type) and accumulates over the loops that `resultMap`
/// leaves out.
mlir::Value buildAccumulation(mlir::OpBuilder &b, mlir::Location loc, llvm::ArrayRef<mlir::OpFoldResult> sizes, mlir::Value identity,
                              mlir::ValueRange inputs, llvm::ArrayRef<mlir::AffineMap> maps, mlir::AffineMap resultMap,
                              AccumulateBody body);

/// x converted to `elementType`, element by element; x itself where that changes nothing.
mlir::Value convertElements(mlir::OpBuilder &b, mlir::Location loc, mlir::Value x, mlir::Type elementType);

/// The size of each axis of a result: constant where `type` says so, else from `dynamic(axis)`.
llvm::SmallVector<mlir::OpFoldResult> resultSizes(mlir::OpBuilder &b, mlir::RankedTensorType type,
                                                  llvm::function_ref<mlir::OpFoldResult(int64_t)> dynamic);

/// The number of elements of a tensor of `sizes`, as a scalar of a floating-point type.
mlir::Value elementCount(mlir::OpBuilder &b, mlir::Location loc, llvm::ArrayRef<mlir::OpFoldResult> sizes, mlir::Type floatType);

/// The loops `loops` of `count`: an operand whose axis i runs along loop loops[i].
mlir::AffineMap mapOfLoops(mlir::MLIRContext *context, int64_t count, llvm::ArrayRef<int64_t> loops);
/// All loops of `count` but `axes`, which grow.
llvm::SmallVector<int64_t> loopsWithout(int64_t count, llvm::ArrayRef<int64_t> axes);

} // namespace graphopt
