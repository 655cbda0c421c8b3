//===- ObjectCache.h - compiled code, kept between processes ---------------===//
//
// An entry is one file, named by its key: a header, the object, and the weights that the pipeline computed. Objects are code, so the
// folder must belong to the user and be closed to others.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"
#include <memory>
#include <string>

namespace graphopt::execution {

/// The bytes of a weight that isn't in the source module, by its number.
struct DerivedWeight {
  uint64_t index = 0;
  llvm::StringRef bytes;
};

struct CacheEntry {
  std::shared_ptr<llvm::MemoryBuffer> file; ///< what the rest points into
  llvm::StringRef object;
  llvm::SmallVector<DerivedWeight> weights;
};

class ObjectCache {
public:
  static constexpr uint64_t defaultMaxBytes = uint64_t(2) << 30;

  /// Opens a cache. `where` is a folder, "off", or empty for GRAPH_OPT_CACHE, else $XDG_CACHE_HOME/graph-opt, else ~/.cache/graph-opt.
  /// A folder that is not ours, or open to others, is an error; no folder at all is a cache that is off.
  static llvm::Expected<ObjectCache> open(llvm::StringRef where, uint64_t maxBytes = defaultMaxBytes);

  bool isOn() const { return !directory.empty(); }
  llvm::StringRef getDirectory() const { return directory; }
  /// The entry of a key, or nothing if there is none or it is damaged.
  std::optional<CacheEntry> lookup(llvm::StringRef key);
  /// Writes an entry under another name first and renames it; then drops the entries that were used longest ago, over the cap.
  llvm::Error store(llvm::StringRef key, llvm::StringRef object, llvm::ArrayRef<DerivedWeight> weights);

private:
  std::string pathOf(llvm::StringRef key) const;
  void trim() const;

  std::string directory;
  uint64_t maxBytes = 0;
};

} // namespace graphopt::execution
