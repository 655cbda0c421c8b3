//===- TrainOptions.h - --train and what goes with it ---------------------===//
#pragma once
#include "Driver/Run.h"
#include "llvm/Support/CommandLine.h"

#pragma GCC visibility push(default)
namespace graphopt {

/// The options of graph-run that say how to train.
class TrainOptions {
public:
  TrainOptions();
  /// Nothing without --train.
  llvm::Expected<std::optional<TrainRequest>> get() const;

private:
  llvm::cl::opt<std::string> step;
  llvm::cl::opt<double> lr;
  llvm::cl::opt<int64_t> epochs, batchSize;
  llvm::cl::opt<std::string> shuffle, save;
};

} // namespace graphopt
#pragma GCC visibility pop
