//===- Npy.h - tensors in numpy's files -----------------------------------===//
//
// .npy versions 1 to 3, C and Fortran order, little-endian numbers and bools; .npz archives; folders of .npy files. npy has no bf16: such
// tensors are written as float32, and fromFloat32() narrows what was read.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "graph-opt/Interpreter/TensorValue.h"
#include "graph-opt/Limits.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"
#include <string>
#include <vector>

#pragma GCC visibility push(default)
namespace graphopt {

struct NamedTensor {
  std::string name;
  TensorValue value;
};

/// A tensor from the bytes of an .npy file, in place where order and alignment allow; `owner` keeps the bytes, `label` names them in
/// messages.
llvm::Expected<TensorValue> parseNpy(llvm::StringRef bytes, std::shared_ptr<const void> owner, llvm::StringRef label,
                                     mlir::MLIRContext *context);
llvm::Expected<TensorValue> readNpy(llvm::StringRef path, mlir::MLIRContext *context);
/// Version 1, C order, data at a multiple of 64.
void printNpy(llvm::raw_ostream &os, const TensorValue &value);
/// Atomic, as all writers are: the file appears whole or not at all.
llvm::Error writeNpy(llvm::StringRef path, const TensorValue &value);

/// The members of an .npz, in the archive's order, named without ".npy".
llvm::Expected<std::vector<NamedTensor>> readNpz(llvm::StringRef path, mlir::MLIRContext *context, const Limits &limits = {});
llvm::Error writeNpz(llvm::StringRef path, llvm::ArrayRef<NamedTensor> tensors);

/// A folder of NAME.npy files, sorted by name, or an .npz file. In a folder `/` and `%` of names are percent-encoded.
llvm::Expected<std::vector<NamedTensor>> readTensors(llvm::StringRef path, mlir::MLIRContext *context, const Limits &limits = {});
/// Writes an .npz if `path` ends so, else a folder, created if absent.
llvm::Error writeTensors(llvm::StringRef path, llvm::ArrayRef<NamedTensor> tensors);

/// "layer/0" as "layer%2F0" and back.
std::string encodeTensorName(llvm::StringRef name);
llvm::Expected<std::string> decodeTensorName(llvm::StringRef name);

/// bf16 as float32, anything else as it is: what npy files hold.
TensorValue toNpyType(const TensorValue &value);
/// A float32 tensor as bf16, rounded to nearest even.
TensorValue fromFloat32(const TensorValue &value);

} // namespace graphopt
#pragma GCC visibility pop
