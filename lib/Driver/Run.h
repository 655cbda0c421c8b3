//===- Run.h - graph-run --------------------------------------------------===//
#pragma once
#include "graph-opt/Failure.h"
#include "graph-opt/Limits.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"
#include <optional>
#include <string>
#include <utility>

#pragma GCC visibility push(default)
namespace graphopt {

/// What --train and the options beside it ask for.
struct TrainRequest {
  std::string step; ///< options of graph-make-train-step
  double lr = 0.01;
  int64_t epochs = 1;
  int64_t batchSize = 0;           ///< 0: the size that the model has, or all rows
  std::optional<uint64_t> shuffle; ///< the seed
  std::string save;
};

/// What graph-run is asked for; each field is an option of the tool.
struct RunRequest {
  std::string model, function, inputs, outputs, memoryReport;
  std::optional<uint64_t> randomSeed;
  llvm::SmallVector<std::pair<std::string, int64_t>> dims;
  llvm::SmallVector<std::pair<std::string, std::string>> weights;
  llvm::StringMap<std::string> shapes; ///< of inputs, where the model has none
  std::string target = "cpu";          ///< cpu, cuda or interpreter
  std::string pipeline = "O2";
  std::string accuracy;
  int threads = 0;
  Limits limits;
  bool check = false, profile = false, json = false, trusted = false, quiet = false, verbose = false;
  std::optional<double> benchmarkSeconds, rtol, atol;
  std::optional<TrainRequest> train;
};

/// Loads, runs, checks, measures and writes. Returns the exit code; errors have been printed.
int runModel(const RunRequest &request);

} // namespace graphopt
#pragma GCC visibility pop
