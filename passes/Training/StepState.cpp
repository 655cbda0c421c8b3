//===- StepState.cpp ------------------------------------------------------===//
#include "Training/StepState.h"
#include "graph-opt/Dialect/Graph/Parameters.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::training;

static TypedAttr numberOf(Type elementType, double number) {
  if (isa<FloatType>(elementType))
    return FloatAttr::get(elementType, number);
  return IntegerAttr::get(elementType, static_cast<int64_t>(number));
}

Expr StepState::read(StringRef name, RankedTensorType type, double initial) {
  Value &value = before[name];
  if (!value) {
    if (SymbolTable::lookupSymbolIn(step->getParentOp(), name))
      status = step.emitError() << "expected no '" << name << "' in the module: it is what the step keeps";
    Location loc = NameLoc::get(StringAttr::get(step.getContext(), name), step.getLoc());
    OpBuilder b(step);
    graph::createState(b, loc, name, type, numberOf(type.getElementType(), initial));
    b.setInsertionPointToStart(&step.front()); // the model may use it
    value = graph::createParameterRead(b, loc, type, FlatSymbolRefAttr::get(step.getContext(), name));
  }
  return g(value);
}

void StepState::write(StringRef name, Expr value) {
  auto entry = before.find(name);
  Expr old = g(entry->second), now = g.cast(value, old.getType().getElementType());
  after[entry->first()] = condition ? select(*condition, now, old) : now;
}

namespace graphopt::training {
class ParameterUpdate final : public Update {
public:
  ParameterUpdate(StepState &state, const Settings &settings, StringRef name, Expr parameter, Expr gradient, Expr learningRate)
      : Update(settings, parameter, gradient), state(state), name(name), learningRate(learningRate) {}

  Expr getState(StringRef kind, double initial) override {
    return parameter.g->cast(state.read(nameOf(kind), typeOf(state.before.lookup(name)), initial), parameter.getType().getElementType());
  }
  void setState(StringRef kind, Expr value) override {
    (void)getState(kind, 0);
    state.write(nameOf(kind), value);
  }
  Expr count() override {
    if (!state.count) {
      ExprBuilder &g = *parameter.g;
      state.count = state.read("optimizer.step", RankedTensorType::get({}, g.b.getF64Type()), 0) + 1.0;
      state.write("optimizer.step", *state.count);
    }
    return *state.count;
  }
  Expr rate() override { return learningRate; }

private:
  static RankedTensorType typeOf(Value value) { return cast<RankedTensorType>(value.getType()); }
  std::string nameOf(StringRef kind) const { return ("optimizer." + name + "." + kind).str(); }

  StepState &state;
  StringRef name;
  Expr learningRate;
};
} // namespace graphopt::training

Expr StepState::update(const Optimizer &optimizer, const Settings &settings, StringRef name, Expr gradient, Expr rate) {
  Expr parameter = g(before.lookup(name));
  Type type = parameter.getType().getElementType();
  if (type.getIntOrFloatBitWidth() < 32)
    type = g.b.getF32Type();
  ParameterUpdate update(*this, settings, name, g.cast(parameter, type), g.cast(gradient, type), rate);
  return optimizer.update(update);
}
