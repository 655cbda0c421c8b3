//===- PassWatch.h - follows passes for a tool ----------------------------===//
#pragma once
#include "graph-opt/Failure.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/StringSet.h"
#include <memory>
#include <mutex>
#include <string>

namespace graphopt {

/// What a tool learns of a run of passes. One for each pass manager, alive until the run is over.
struct PassRun {
  std::mutex mutex;
  llvm::StringSet<> ran;  ///< arguments of the passes that ran on some op
  std::string failedPass; ///< the argument of the first pass that failed
  bool brokenIR = false;  ///< it left IR that doesn't verify
};

/// Watches the passes that `manager` holds now.
std::shared_ptr<PassRun> watchPasses(mlir::PassManager &manager);

/// The arguments of the passes in a printed pipeline, "builtin.module(func.func(cse,canonicalize{max-iterations=1}))".
llvm::SmallVector<std::string> listPasses(mlir::PassManager &manager);

} // namespace graphopt
