//===- Output.h - files that appear whole or not at all -------------------===//
#pragma once
#include "llvm/Support/Error.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"
#include <memory>
#include <optional>
#include <string>

#pragma GCC visibility push(default)
namespace graphopt {

/// A file that is written beside its place and renamed into it by keep(). "-" is stdout; devices and pipes are written directly.
class OutputFile {
public:
  static llvm::Expected<OutputFile> open(llvm::StringRef path);
  OutputFile(OutputFile &&) = default;
  /// Discards what was written, unless kept.
  ~OutputFile();

  llvm::raw_ostream &os() { return *stream; }
  /// Flushes and puts the file in its place; fails where a write has failed.
  llvm::Error keep();

private:
  OutputFile() = default;
  std::string path;
  std::optional<llvm::sys::fs::TempFile> temporary;
  std::unique_ptr<llvm::raw_fd_ostream> stream;
};

} // namespace graphopt
#pragma GCC visibility pop
