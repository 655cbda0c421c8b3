//===- Fuzz.h - what the fuzz targets share -------------------------------===//
//
// Each target reads one format as the library does for a user, and looks at what it read. It has found something where it crashes, where a
// sanitizer speaks, or where it takes over 10 s. corpus/<target> holds small files that once did that, or that reach deep.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "graph-opt/GraphOpt.h"
#include "llvm/Support/raw_ostream.h"
#include <cstdint>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

#define FUZZ_TARGET(data) extern "C" __attribute__((visibility("default"))) int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)

/// A file in memory, for readers that map files.
class MemoryFile {
public:
  MemoryFile(const uint8_t *data, size_t size) : fd(memfd_create("input", 0)) {
    for (size_t done = 0; fd >= 0 && done < size;) {
      ssize_t count = ::write(fd, data + done, size - done);
      if (count <= 0)
        abort();
      done += static_cast<size_t>(count);
    }
  }
  ~MemoryFile() { ::close(fd); }
  MemoryFile(const MemoryFile &) = delete;
  MemoryFile &operator=(const MemoryFile &) = delete;
  std::string getPath() const { return "/proc/self/fd/" + std::to_string(fd); }

private:
  int fd;
};

/// A model that was read is printed; one that was not has an error with a message.
inline int look(llvm::Expected<graphopt::Module> module) {
  if (module) {
    std::string text = module->str();
    if (text.empty())
      abort();
  } else if (llvm::toString(module.takeError()).empty()) {
    abort();
  }
  return 0;
}
