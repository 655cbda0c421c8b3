//===- Safetensors.h - weights in one mapped file -------------------------===//
#pragma once
#include "graph-opt/Interop/Npy.h"
#include "llvm/ADT/StringMap.h"

#pragma GCC visibility push(default)
namespace graphopt {

/// A mapped .safetensors file. Opening it checks the whole header: types, shapes, and that the tensors fill the payload without gap or
/// overlap.
class SafetensorsFile {
public:
  struct Entry {
    std::string name;
    mlir::RankedTensorType type;
    int64_t offset = 0; ///< in the file: what #graph.external takes
    int64_t bytes = 0;
  };

  static llvm::Expected<SafetensorsFile> open(llvm::StringRef path, mlir::MLIRContext *context);
  /// Sorted by offset.
  llvm::ArrayRef<Entry> getEntries() const { return entries; }
  const Entry *find(llvm::StringRef name) const;
  /// The tensor, in place where its offset is a multiple of the element's size.
  TensorValue read(const Entry &entry) const;
  llvm::ArrayRef<std::pair<std::string, std::string>> getMetadata() const { return metadata; }

private:
  std::shared_ptr<llvm::MemoryBuffer> file;
  std::vector<Entry> entries;
  llvm::StringMap<size_t> byName;
  std::vector<std::pair<std::string, std::string>> metadata;
};

/// Where writeSafetensors() put a tensor.
struct TensorRange {
  int64_t offset = 0, bytes = 0;
};
/// Writes the tensors in this order, the payload at a multiple of 64, and returns their places in the file. Atomic.
llvm::Expected<std::vector<TensorRange>> writeSafetensors(llvm::StringRef path, llvm::ArrayRef<NamedTensor> tensors);

} // namespace graphopt
#pragma GCC visibility pop
