//===- Optimiser.cpp - steps of training ----------------------------------===//
//
// Operators of ai.onnx.preview.training: the learning rate, the count of steps, and lists of as many tensors, gradients and states.
//
//===----------------------------------------------------------------------===//
#include "Interop/Onnx/Rules/Rules.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::onnx;

namespace {
/// The attributes of an operator by their names.
struct Numbers {
  const ImportCall &call;
  bool isBroken = false;
  double operator()(StringRef name) {
    auto number = call.number(name);
    isBroken |= failed(number);
    return failed(number) ? 0 : *number;
  }
};

/// One tensor, its gradient and its states, as they are before a step; and the rate and count of the step.
struct Tensors {
  Expr rate, count, x, gradient;
  ArrayRef<Expr> states;

  Expr regularised(double coefficient) const { return x * coefficient + gradient; }
  /// `now` after the first step, `atFirst` in it.
  Expr later(Expr now, Expr atFirst) const { return select(count > 0.0, now, atFirst); }
};

/// The tensor and its states after a step.
using Update = SmallVector<Expr> (*)(const Tensors &before, Numbers &number);

SmallVector<Expr> adagrad(const Tensors &before, Numbers &number) {
  Expr gradient = before.regularised(number("norm_coefficient")), squares = before.states[0] + gradient * gradient;
  Expr rate = before.rate / (before.count * number("decay_factor") + 1.0);
  return {before.x - rate * gradient / (sqrt(squares) + number("epsilon")), squares};
}

SmallVector<Expr> adam(const Tensors &before, Numbers &number) {
  double alpha = number("alpha"), beta = number("beta");
  Expr gradient = before.regularised(number("norm_coefficient"));
  Expr momentum = before.states[0] * alpha + gradient * (1 - alpha), squares = before.states[1] * beta + gradient * gradient * (1 - beta);
  auto left = [&](double factor) { return 1.0 - pow(numberLike(factor, before.rate), before.count); };
  Expr rate = before.later(before.rate * sqrt(left(beta)) / left(alpha), before.rate);
  Expr x = before.x - rate * (momentum / (sqrt(squares) + number("epsilon")));
  return {x * (1 - number("norm_coefficient_post")), momentum, squares};
}

SmallVector<Expr> momentum(const Tensors &before, Numbers &number) {
  Expr gradient = before.regularised(number("norm_coefficient"));
  Expr share = before.later(numberLike(number("beta"), before.rate), numberLike(1, before.rate));
  Expr velocity = before.states[0] * number("alpha") + share * gradient;
  auto mode = number.call.string("mode");
  number.isBroken |= failed(mode) || (*mode != "standard" && *mode != "nesterov");
  Expr step = succeeded(mode) && *mode == "nesterov" ? gradient + velocity * number("alpha") : velocity;
  return {before.x - before.rate * step, velocity};
}

/// Computed in f32 at least; results have the types of what they take the place of.
LogicalResult importOptimiser(ImportCall &call, Update update, size_t states) {
  auto rate = call.tensor("R"), count = call.tensor("T");
  auto inputs = call.tensors("inputs");
  if (failed(rate) || failed(count) || failed(inputs))
    return failure();
  size_t lists = states + 2, each = inputs->size() / lists;
  if (inputs->size() % lists != 0 || each == 0)
    return call.unsupported("expected tensors, gradients and states in " + Twine(lists) + " lists of one length");
  ExprBuilder g(call.builder, call.loc);
  SmallVector<Value> results(each * (states + 1));
  Numbers numbers{call};
  for (size_t i = 0; i < each; ++i) {
    Type type = computeType((*inputs)[i]);
    auto input = [&](size_t list) { return g(call.cast((*inputs)[list * each + i], type)); };
    SmallVector<Expr> old;
    for (size_t state = 0; state < states; ++state)
      old.push_back(input(state + 2));
    Tensors before{g(call.cast(*rate, type)), g(call.cast(*count, type)), input(0), input(1), old};
    for (auto [j, value] : llvm::enumerate(update(before, numbers))) // tensors first, then the states; the gradients have no result
      results[j * each + i] = call.cast(value, elementOf((*inputs)[(j == 0 ? 0 : j + 1) * each + i]));
  }
  if (numbers.isBroken)
    return call.unsupported("expected its attributes, and the mode standard or nesterov");
  return call.yield(results);
}
} // namespace

void graphopt::registerOnnxOptimiserRules(ImportRules &rules) {
  auto add = [&](StringRef op, Update update, size_t states) {
    rules.onnx({("ai.onnx.preview.training." + op).str()}, [=](ImportCall &call) { return importOptimiser(call, update, states); });
  };
  add("Adagrad", adagrad, 1);
  add("Adam", adam, 2);
  add("Momentum", momentum, 1);
}
