//===- LimitOptions.h - the budgets of files, as options ------------------===//
#pragma once
#include "graph-opt/Limits.h"
#include "llvm/Support/CommandLine.h"

#pragma GCC visibility push(default)
namespace graphopt {

/// Defines --limit=NAME=N and --max-nesting=N, which is short for one of them.
class LimitOptions {
public:
  LimitOptions();
  /// What was asked for; an error of class usage where that is no budget. After the options are parsed.
  llvm::Expected<Limits> get() const;

private:
  llvm::cl::list<std::string> limits;
  llvm::cl::opt<uint64_t> nesting;
};

} // namespace graphopt
#pragma GCC visibility pop
