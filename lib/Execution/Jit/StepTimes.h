//===- StepTimes.h - the times of a function's steps ----------------------===//
#pragma once
#include "graph-opt/Execution/CompiledFunction.h"
#include <mutex>

namespace graphopt::execution {

/// The times that the steps of a function take, summed over the calls of all threads.
class StepTimes {
public:
  /// go_options.step: `self` is a StepTimes.
  static void onStep(void *self, int64_t step, const char *name) { static_cast<StepTimes *>(self)->add(step, name); }
  std::vector<ProfileStep> get();
  void reset();

private:
  void add(int64_t step, const char *name);

  std::mutex mutex;
  std::vector<ProfileStep> steps;
};

} // namespace graphopt::execution
