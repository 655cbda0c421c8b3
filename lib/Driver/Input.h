//===- Input.h - opens files, recognises formats, counts nesting ----------===//
#pragma once
#include "graph-opt/GraphError.h"
#include "graph-opt/Limits.h"
#include "llvm/Support/MemoryBuffer.h"
#include <memory>

#pragma GCC visibility push(default)
namespace graphopt {

enum class Format { mlirText, bytecode, json, pt2, onnx, torchScript, archive, empty, binary };

/// How a format is called in messages.
llvm::StringRef getFormatName(Format format);
/// The format that the bytes are in: by content, never by the name.
Format recogniseFormat(llvm::StringRef bytes);

/// A file, or stdin for "-".
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> openInput(llvm::StringRef path);

/// An error of class limit, "file:line:col: error: ...", where the text is over a budget.
llvm::Error checkText(llvm::StringRef text, llvm::StringRef label, const Limits &limits);

} // namespace graphopt
#pragma GCC visibility pop
