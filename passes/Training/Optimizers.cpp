//===- Optimizers.cpp -----------------------------------------------------===//
//
// SGD with momentum: Sutskever et al., On the importance of initialization and momentum in deep learning, 2013. Adam: Kingma and Ba, 2015,
// algorithm 1; amsgrad: Reddi et al., On the convergence of Adam and beyond, 2018. AdamW: Loshchilov and Hutter, Decoupled weight decay
// regularization, 2019, algorithm 2. RMSprop: Graves, Generating sequences with recurrent neural networks, 2013, section 4. Adagrad: Duchi
// et al., 2011, section 1. The order of operations is that of torch.optim, so that curves agree.
//
//===----------------------------------------------------------------------===//
#include "Training/Optimizers.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::training;

Expr Update::average(StringRef name, Expr value, double decay) {
  Expr now = getState(name, 0) * decay + value * (1 - decay);
  setState(name, now);
  return now;
}

namespace {
/// The gradient with that of the penalty weight_decay / 2 * |x|^2.
Expr penalised(Update &u) {
  double decay = u.settings["weight_decay"];
  return decay == 0 ? u.gradient : u.gradient + u.parameter * decay;
}

Expr sgd(Update &u) {
  Expr gradient = penalised(u);
  if (double momentum = u.settings["momentum"]; momentum != 0) {
    Expr share = gradient;
    if (double dampening = u.settings["dampening"]; dampening != 0) // not in the first step
      share = select(u.count() == 1.0, gradient, gradient * (1 - dampening));
    Expr buffer = u.getState("momentum_buffer", 0) * momentum + share;
    u.setState("momentum_buffer", buffer);
    gradient = u.settings["nesterov"] != 0 ? gradient + buffer * momentum : buffer;
  }
  return u.parameter - gradient * u.scalar(u.rate());
}

Expr adamStep(Update &u, Expr parameter, Expr gradient) {
  double beta1 = u.settings["beta1"], beta2 = u.settings["beta2"];
  Expr mean = u.average("exp_avg", gradient, beta1), squares = u.average("exp_avg_sq", gradient * gradient, beta2);
  if (u.settings["amsgrad"] != 0) {
    squares = max(u.getState("max_exp_avg_sq", 0), squares);
    u.setState("max_exp_avg_sq", squares);
  }
  // What the averages, which began at 0, are short of: 1 - beta^count of it is there.
  Expr count = u.count();
  auto correction = [&](double beta) { return 1.0 - pow(numberLike(beta, count), count); };
  Expr step = u.scalar(u.rate() / correction(beta1)), root = u.scalar(sqrt(correction(beta2)));
  return parameter - step * (mean / (sqrt(squares) / root + u.settings["eps"]));
}

Expr adam(Update &u) { return adamStep(u, u.parameter, penalised(u)); }

Expr adamW(Update &u) { return adamStep(u, u.parameter * u.scalar(1.0 - u.rate() * u.settings["weight_decay"]), u.gradient); }

Expr rmsprop(Update &u) {
  double alpha = u.settings["alpha"];
  Expr gradient = penalised(u), squares = u.average("square_avg", gradient * gradient, alpha), rate = u.scalar(u.rate());
  if (u.settings["centered"] != 0) {
    Expr mean = u.average("grad_avg", gradient, alpha);
    squares = squares - mean * mean;
  }
  Expr step = gradient / (sqrt(squares) + u.settings["eps"]);
  if (double momentum = u.settings["momentum"]; momentum != 0) {
    step = u.getState("momentum_buffer", 0) * momentum + step;
    u.setState("momentum_buffer", step);
  }
  return u.parameter - rate * step;
}

Expr adagrad(Update &u) {
  Expr gradient = penalised(u), squares = u.getState("sum", u.settings["initial_accumulator_value"]) + gradient * gradient;
  u.setState("sum", squares);
  Expr rate = u.rate() / ((u.count() - 1.0) * u.settings["lr_decay"] + 1.0);
  return u.parameter - u.scalar(rate) * (gradient / (sqrt(squares) + u.settings["eps"]));
}

const Optimizer table[] = {
    {"sgd", {{"momentum", 0}, {"dampening", 0}, {"weight_decay", 0}, {"nesterov", 0}}, sgd},
    {"adam", {{"beta1", 0.9}, {"beta2", 0.999}, {"eps", 1e-8}, {"weight_decay", 0}, {"amsgrad", 0}}, adam},
    {"adamw", {{"beta1", 0.9}, {"beta2", 0.999}, {"eps", 1e-8}, {"weight_decay", 1e-2}, {"amsgrad", 0}}, adamW},
    {"rmsprop", {{"alpha", 0.99}, {"eps", 1e-8}, {"weight_decay", 0}, {"momentum", 0}, {"centered", 0}}, rmsprop},
    {"adagrad", {{"lr_decay", 0}, {"weight_decay", 0}, {"initial_accumulator_value", 0}, {"eps", 1e-10}}, adagrad},
};
} // namespace

const Optimizer *training::findOptimizer(StringRef name) {
  const auto *found = llvm::find_if(table, [&](const Optimizer &optimizer) { return optimizer.name == name; });
  return found == std::end(table) ? nullptr : found;
}

std::string training::listOptimizers() {
  return llvm::join(llvm::map_range(table, [](const Optimizer &optimizer) { return optimizer.name.str(); }), ", ");
}
