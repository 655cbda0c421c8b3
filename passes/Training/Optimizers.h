//===- Optimizers.h - how a step of training changes a parameter ----------===//
//
// Each is a formula of the parameter, its gradient and its states, with the numbers and defaults of torch.optim's optimiser of that name.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "Training/Settings.h"
#include "graph-opt/Dialect/Graph/Expr.h"

namespace graphopt::training {

/// One parameter in one step. All are of the type that is computed in: f32 for f16 and bf16.
class Update {
public:
  Update(const Settings &settings, Expr parameter, Expr gradient) : settings(settings), parameter(parameter), gradient(gradient) {}
  virtual ~Update() = default;

  const Settings &settings;
  Expr parameter, gradient;

  /// A tensor of the parameter's sizes that the optimiser keeps, as the last step left it; `initial` everywhere before the first.
  virtual Expr getState(llvm::StringRef name, double initial) = 0;
  virtual void setState(llvm::StringRef name, Expr value) = 0;
  /// The number of this step, from 1; and the learning rate. Both are tensor<f64>, so that what follows from them is exact enough.
  virtual Expr count() = 0;
  virtual Expr rate() = 0;

  /// A tensor<f64> in the type of the parameter.
  Expr scalar(Expr value) { return parameter.g->cast(value, parameter.getType().getElementType()); }
  /// The state, moved to `value` by (1 - decay) of the way, and kept.
  Expr average(llvm::StringRef name, Expr value, double decay);
};

struct Optimizer {
  llvm::StringRef name;
  std::vector<Setting> settings;
  /// The parameter after the step.
  Expr (*update)(Update &);
};

/// Null where there is none of that name.
const Optimizer *findOptimizer(llvm::StringRef name);
/// "sgd, adam": for messages.
std::string listOptimizers();

} // namespace graphopt::training
