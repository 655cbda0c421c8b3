//===- Input.h - opens files, recognises formats, counts nesting ----------===//
#pragma once
#include "graph-opt/GraphError.h"
#include "llvm/Support/MemoryBuffer.h"
#include <memory>

#pragma GCC visibility push(default)
namespace graphopt {

enum class Format { mlirText, bytecode, json, pt2, torchScript, archive, empty, binary };

/// How a format is called in messages.
llvm::StringRef getFormatName(Format format);
/// The format that the bytes are in: by content, never by the name.
Format recogniseFormat(llvm::StringRef bytes);

/// A file, or stdin for "-".
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> openInput(llvm::StringRef path);

/// MLIR's parser recurses; an 8 MB stack takes some 10,000 levels of its leanest form, and passes recurse over regions and attributes
/// again.
inline constexpr unsigned defaultMaxNesting = 512;
/// An error of class limit, "file:line:col: error: ...", where brackets, or signs in a row, nest deeper than `limit`.
llvm::Error checkNesting(llvm::StringRef text, llvm::StringRef label, unsigned limit);

} // namespace graphopt
#pragma GCC visibility pop
