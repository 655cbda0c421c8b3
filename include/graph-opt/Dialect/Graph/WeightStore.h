//===- WeightStore.h - the bytes of parameters ----------------------------===//
//
// Weights up to 1 KiB are inline dense<> attributes. Larger ones are references: #graph.external<"file", offset, bytes> names a range of
// a file, which is mapped and used in place; dense_resource<> names a blob of the context (a folded result, or bytecode's own).
//
//===----------------------------------------------------------------------===//
#pragma once
#include "graph-opt/Interpreter/TensorValue.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"
#include <mutex>
#include <string>

#pragma GCC visibility push(default)
namespace graphopt {

/// The mapped files of one context. Thread-safe.
class WeightStore {
public:
  /// The largest constant that stays inline, in bytes.
  static constexpr int64_t maxInlineBytes = 1024;

  /// The folder that relative file names are resolved in: the model's. Absolute names, `..`, links and anything that is not a regular
  /// file are refused, but for what `allow` has named.
  void setBaseDirectory(llvm::StringRef directory);
  /// Lets references to `name` open `path`, wherever it lies (graph-run --weights name=path).
  void allow(llvm::StringRef name, llvm::StringRef path);
  /// The bytes of a range of a file, mapped once for all references; the value keeps the mapping alive.
  llvm::Expected<TensorValue> read(llvm::StringRef file, int64_t offset, int64_t bytes, mlir::RankedTensorType type);

  /// What tells the contents of a file, as it is mapped, from other contents: device, inode, size and time of change. Caches use it.
  llvm::Expected<std::string> getVersion(llvm::StringRef file);

  /// The value of a weight attribute: dense, dense_resource or #graph.external.
  static llvm::Expected<TensorValue> get(mlir::Attribute attr, mlir::RankedTensorType type);
  /// The attribute for a value: dense<> up to maxInlineBytes (and splats), else a blob of the context that shares the value's storage.
  static mlir::ElementsAttr makeAttr(mlir::MLIRContext *context, const TensorValue &value, llvm::StringRef nameHint);

private:
  std::mutex mutex;
  std::string baseDirectory;
  llvm::StringMap<std::string> allowed;
  struct File {
    std::shared_ptr<llvm::MemoryBuffer> buffer;
    std::string version;
  };
  /// The file called `name`, mapped. The mutex is held.
  llvm::Expected<const File *> map(llvm::StringRef name);
  llvm::StringMap<File> files;
};

} // namespace graphopt
#pragma GCC visibility pop
