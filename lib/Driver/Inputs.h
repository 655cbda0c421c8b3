//===- Inputs.h - the tensors that a run gets and gives -------------------===//
#pragma once
#include "Driver/Run.h"
#include "graph-opt/GraphOpt.h"

namespace graphopt {

/// The arguments of `function`: from the files that the request names, or random ones. A tensor that is missing, too many, or of another
/// element type, rank or size is an error; nothing is cast (but float32 to bf16, which npy has no form for).
llvm::Expected<llvm::SmallVector<TensorValue>> makeInputs(const Module &module, mlir::FunctionOpInterface function,
                                                          const RunRequest &request);
/// Those for `ports`, in their order, from an .npz or from a folder.
llvm::Expected<llvm::SmallVector<TensorValue>> readInputs(llvm::ArrayRef<PortInfo> ports, llvm::StringRef path, mlir::MLIRContext *context,
                                                          const Limits &limits);
/// Sizes against the function's graph.dims and graph.symbols: one size for one name, in its range.
llvm::Error checkDims(mlir::FunctionOpInterface function, llvm::ArrayRef<TensorValue> arguments, llvm::StringRef label);
/// Each output's name, made unique.
llvm::SmallVector<std::string> nameOutputs(mlir::FunctionOpInterface function);
/// The first elements, "[1, 2.5, ...]".
std::string previewTensor(const TensorValue &value);

} // namespace graphopt
