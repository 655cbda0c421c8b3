//===- StridedWeight.h - tensors in the storages of archives --------------===//
#pragma once
#include "graph-opt/Interop/Archive.h"
#include "mlir/IR/Attributes.h"
#include "mlir/IR/BuiltinTypes.h"

namespace graphopt {

/// A tensor in a storage: neighbours along axis i lie strides[i] elements apart, the first `offset` elements from the start.
struct StridedWeight {
  llvm::StringRef name;
  mlir::RankedTensorType type;
  int64_t offset = 0;
  llvm::SmallVector<int64_t> strides;
};

/// The value of a tensor whose storage is an entry of the archive: a reference into the file called `weightsName` where it is stored and
/// contiguous, else its own copy. `copied` counts the bytes of copies, in all.
llvm::Expected<mlir::Attribute> readStridedWeight(const Archive &archive, const Archive::Entry &storage, const StridedWeight &weight,
                                                  llvm::StringRef weightsName, const Limits &limits, uint64_t &copied);

} // namespace graphopt
