//===- InputShapes.h - --input-shape --------------------------------------===//
#pragma once
#include "graph-opt/Limits.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/CommandLine.h"

#pragma GCC visibility push(default)
namespace graphopt {

/// Sizes and element types by input, as LoadOptions has them.
using InputShapes = llvm::StringMap<std::string>;

/// --input-shape=NAME=2x3xf32, of every tool that reads models.
class InputShapeOption {
public:
  InputShapeOption();
  llvm::Expected<InputShapes> get() const;

private:
  llvm::cl::list<std::string> shapes;
};

/// Those of the arrays in an .npz or in a folder.
llvm::Expected<InputShapes> readInputShapes(llvm::StringRef path, const Limits &limits);

} // namespace graphopt
#pragma GCC visibility pop
