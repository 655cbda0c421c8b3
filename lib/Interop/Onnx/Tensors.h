//===- Tensors.h - the numbers of an ONNX file ----------------------------===//
#pragma once
#include "Interop/Onnx/Model.h"
#include "graph-opt/Dialect/Graph/WeightStore.h"
#include "mlir/IR/BuiltinTypes.h"

namespace graphopt::onnx {

/// The element type of a code of TensorProto.DataType, or null for those that we don't have.
mlir::Type elementType(int64_t code, mlir::MLIRContext *context);
/// The code of an element type that we have.
int64_t elementCode(mlir::Type type);
/// How the format calls a code: "FLOAT8E4M3FN".
std::string elementTypeName(int64_t code);

/// Where tensors come from: the model's file, as it is mapped and as references call it.
struct TensorSource {
  llvm::StringRef bytes;
  std::string fileName;
  WeightStore &weights;
  const Limits &limits;
};

/// A tensor with its type. Large ones are references to the file or to the file of external data, small ones have their numbers.
struct TensorData {
  mlir::RankedTensorType type;
  mlir::Attribute value;
};
llvm::Expected<TensorData> readTensor(const Tensor &tensor, const TensorSource &source, mlir::MLIRContext *context);
llvm::Expected<TensorData> readTensor(const SparseTensor &tensor, const TensorSource &source, mlir::MLIRContext *context);

} // namespace graphopt::onnx
