//===- RunReport.h - what graph-run tells of a run ------------------------===//
#pragma once
#include "Driver/Run.h"
#include "graph-opt/Execution/CompiledFunction.h"
#include "graph-opt/Interpreter/TensorValue.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"
#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace graphopt {

/// docs/schemas/graph-run.json and docs/schemas/memory-report.json describe its JSON.
struct RunReport {
  struct Port {
    std::string name;
    TensorValue value;
  };
  struct Phase {
    std::string name;
    double ms;
  };
  /// Of --train.
  struct Epoch {
    double loss; ///< the mean of its steps'
    std::optional<double> accuracy;
  };
  struct Check {
    std::string output;
    bool equal;
    double error;
    bool allNaN;
  };

  std::string target, function;
  std::vector<Port> inputs, outputs;
  std::vector<Phase> phases;
  std::vector<Check> checks;
  std::vector<Epoch> epochs;
  std::vector<double> losses;  ///< of each step of training
  std::vector<double> samples; ///< ms a call, sorted
  std::vector<ProfileStep> steps;
  // Of compiled code; -1 where unknown.
  int64_t totalOps = -1, compiledOps = -1, cacheHits = -1, arenaBytes = -1, weightBytes = -1, objectBytes = -1;

  double percentile(double p) const;
  void print(llvm::raw_ostream &os, const RunRequest &request) const;
  void printJson(llvm::raw_ostream &os) const;
};

/// Measures one phase of a run.
class PhaseTimer {
public:
  PhaseTimer(RunReport &report, llvm::StringRef name) : report(report), name(name) {}
  ~PhaseTimer() {
    std::chrono::duration<double, std::milli> spent = std::chrono::steady_clock::now() - start;
    report.phases.push_back({name.str(), spent.count()});
  }

private:
  RunReport &report;
  llvm::StringRef name;
  std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
};

llvm::Error writeMemoryReport(const RunReport &report, llvm::StringRef path);

} // namespace graphopt
