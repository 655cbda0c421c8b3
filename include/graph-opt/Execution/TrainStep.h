//===- TrainStep.h - compiled steps of training ---------------------------===//
//
//   module.runPipeline("graph-make-train-step{loss=cross_entropy optimizer=sgd}");
//   llvm::Expected<graphopt::TrainStep> training = graphopt::TrainStep::create(module);
//   llvm::Expected<llvm::SmallVector<TensorValue>> results = training->step({x, target, lr}); // results[0] is the loss
//
//===----------------------------------------------------------------------===//
#pragma once
#include "graph-opt/GraphOpt.h"

#pragma GCC visibility push(default)
namespace graphopt {

/// A compiled function that changes a state, with the state: inputs X for which there is a result `new.X`, the value for the next call.
/// Each is kept twice, and a step writes what the step before has read. One thread at a time.
class TrainStep {
public:
  /// Compiles a function of the module, the only public one by default. Its mutable parameters are the state, and begin with the values
  /// that they have in the module, which stays as it is. Errors: no state, sizes of a state that are not known.
  static llvm::Expected<TrainStep> create(const Module &module, const CompileOptions &options = {});

  /// What a step takes and gives besides the state.
  llvm::ArrayRef<PortInfo> getInputs() const { return inputs; }
  llvm::ArrayRef<PortInfo> getOutputs() const { return outputs; }
  /// Runs a step. After an error the state is that of before.
  llvm::Expected<llvm::SmallVector<TensorValue>> step(llvm::ArrayRef<TensorValue> arguments);

  llvm::ArrayRef<std::string> getStateNames() const { return names; }
  /// The value of a state on its own memory, which the step after the next overwrites; none where there is no such state.
  TensorValue getState(llvm::StringRef name) const;
  /// Copies a value into the state.
  llvm::Error setState(llvm::StringRef name, const TensorValue &value);
  const CompiledFunction &getFunction() const { return function; }

private:
  explicit TrainStep(CompiledFunction function) : function(std::move(function)) {}

  CompiledFunction function;
  llvm::SmallVector<PortInfo> inputs, outputs;
  llvm::SmallVector<unsigned> inputPositions, outputPositions; ///< among those of the function
  llvm::SmallVector<unsigned> stateInputs, stateOutputs;
  llvm::SmallVector<std::string> names;
  llvm::StringMap<unsigned> numbers;            ///< of states
  llvm::SmallVector<TensorValue> current, next; ///< of states
};

} // namespace graphopt
#pragma GCC visibility pop
