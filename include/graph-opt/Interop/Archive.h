//===- Archive.h - zip files, read in place -------------------------------===//
//
// The containers of torch (.pt2) and numpy (.npz). The file is mapped; a stored entry is a range of the mapping, a deflated one is
// inflated within limits. Nothing is ever written to a path that an archive names.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "graph-opt/Limits.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"
#include <memory>
#include <string>
#include <vector>

#pragma GCC visibility push(default)
namespace graphopt {

/// A regular file, mapped; errors name the path.
llvm::Expected<std::shared_ptr<llvm::MemoryBuffer>> mapFile(llvm::StringRef path);

class Archive {
public:
  struct Entry {
    std::string name;
    uint64_t offset = 0; ///< of the entry's data in the file
    uint64_t size = 0, storedSize = 0;
    uint32_t crc = 0;
    bool isStored = true;
  };
  /// The bytes of an entry, with what keeps them alive.
  struct Bytes {
    llvm::StringRef data;
    std::shared_ptr<const void> owner;
  };

  /// Whether the bytes begin like a zip file.
  static bool isArchive(llvm::StringRef bytes);
  static llvm::Expected<Archive> open(llvm::StringRef path, const Limits &limits = {});
  /// An archive in memory; `label` stands for the path in messages. Every range is checked: inside the file, of its own, and once a name.
  static llvm::Expected<Archive> read(std::shared_ptr<llvm::MemoryBuffer> file, llvm::StringRef label, const Limits &limits = {});

  llvm::ArrayRef<Entry> getEntries() const { return entries; }
  const Entry *find(llvm::StringRef name) const;
  /// The entry's bytes: in place where stored. `verify` compares the checksum, which reads every byte.
  llvm::Expected<Bytes> getBytes(const Entry &entry, bool verify = true) const;
  llvm::StringRef getLabel() const { return label; }

private:
  std::string label;
  std::shared_ptr<llvm::MemoryBuffer> file;
  std::vector<Entry> entries;
  llvm::StringMap<size_t> byName;
};

/// Writes stored entries, each with its data at a multiple of 64 in the stream. Uses zip64 where sizes ask for it.
class ArchiveWriter {
public:
  explicit ArchiveWriter(llvm::raw_ostream &os) : os(os) {}
  void add(llvm::StringRef name, llvm::StringRef data);
  /// Writes the directory. Nothing may be added after it.
  void finish();

private:
  struct Written {
    std::string name;
    uint64_t offset, size;
    uint32_t crc;
  };
  llvm::raw_ostream &os;
  uint64_t position = 0;
  std::vector<Written> entries;
};

} // namespace graphopt
#pragma GCC visibility pop
