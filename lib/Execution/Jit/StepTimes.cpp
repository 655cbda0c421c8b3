//===- StepTimes.cpp ------------------------------------------------------===//
#include "Execution/Jit/StepTimes.h"
#include <chrono>

using namespace graphopt;
using namespace graphopt::execution;
using Lock = std::lock_guard<std::mutex>;

std::vector<ProfileStep> StepTimes::get() {
  Lock lock(mutex);
  return steps;
}

void StepTimes::reset() {
  Lock lock(mutex);
  for (ProfileStep &step : steps) {
    step.calls = 0;
    step.ms = 0;
  }
}

void StepTimes::add(int64_t step, const char *name) {
  using Clock = std::chrono::steady_clock;
  static thread_local Clock::time_point last; // the steps of one call follow each other on one thread
  if (step >= 0) {
    std::chrono::duration<double, std::milli> spent = Clock::now() - last;
    Lock lock(mutex);
    if (steps.size() <= static_cast<size_t>(step))
      steps.resize(step + 1);
    ProfileStep &entry = steps[step];
    if (entry.name.empty())
      entry.name = name;
    ++entry.calls;
    entry.ms += spent.count();
  }
  last = Clock::now();
}
