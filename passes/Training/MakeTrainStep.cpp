//===- MakeTrainStep.cpp - one step of training as a function -------------===//
#include "Autodiff/ReverseMode.h"
#include "Training/Losses.h"
#include "Training/StepState.h"
#include "graph-opt/Dialect/Graph/Parameters.h"
#include "graph-opt/GraphOpt.h"
#include "graph-opt/Passes/Passes.h"
#include "graph-opt/Rewrite/BuildOp.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/CallInterfaces.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::training;

namespace graphopt {
#define GEN_PASS_DEF_GRAPHMAKETRAINSTEPPASS
#include "graph-opt/Passes/Training.h.inc"
} // namespace graphopt

namespace {
constexpr StringLiteral stepName = "train_step", randomKey = "random.key", newPrefix = "new.";

/// What a pass has been asked for, with what the names mean.
struct Recipe {
  const Loss *loss = nullptr; ///< null: the output is the loss
  Settings lossSettings;
  const Optimizer *optimizer = nullptr;
  Settings optimizerSettings;
};

/// What is trained: parameters, each with the value that the step reads.
struct Trained {
  llvm::MapVector<StringAttr, Value> parameters; ///< in the order of the module, which is that of the model
  /// Another name of the tensor of one of them: it follows that one.
  struct Follower {
    StringAttr name, first;
    Value value;
  };
  SmallVector<Follower> followers;

  bool contains(StringAttr name) const {
    return parameters.contains(name) || llvm::any_of(followers, [&](const Follower &follower) { return follower.name == name; });
  }
};

struct GraphMakeTrainStepPass final : graphopt::impl::GraphMakeTrainStepPassBase<GraphMakeTrainStepPass> {
  using GraphMakeTrainStepPassBase::GraphMakeTrainStepPassBase;

  void runOnOperation() override {
    llvm::Expected<Recipe> recipe = readRecipe();
    if (!recipe) {
      getOperation()->emitError() << llvm::toString(recipe.takeError());
      return signalPassFailure();
    }
    func::FuncOp found = find();
    if (!found || failed(make(found, *recipe)))
      return signalPassFailure();
  }

private:
  llvm::Expected<Recipe> readRecipe() {
    Recipe recipe;
    auto refuse = [](const Twine &message) { return makeError(Failure::badInput, message); };
    if (!loss.empty()) {
      if (!(recipe.loss = findLoss(loss)))
        return refuse("expected a loss of " + listLosses() + ", got '" + loss + "'");
      llvm::Expected<Settings> settings = Settings::parse(loss, recipe.loss->getSettings(), lossSettings);
      if (!settings)
        return settings.takeError();
      recipe.lossSettings = std::move(*settings);
    } else if (!lossSettings.empty()) {
      return refuse("expected no settings without a loss, got '" + lossSettings[0] + "'");
    }
    if (!(recipe.optimizer = findOptimizer(optimizer)))
      return refuse("expected an optimizer of " + listOptimizers() + ", got '" + optimizer + "'");
    llvm::Expected<Settings> settings = Settings::parse(optimizer, recipe.optimizer->settings, optimizerSettings);
    if (!settings)
      return settings.takeError();
    recipe.optimizerSettings = std::move(*settings);
    if (clipNorm < 0 || clipValue < 0 || accumulate < 1)
      return refuse("expected no negative limit of gradients, and at least 1 step to accumulate");
    return recipe;
  }

  func::FuncOp find() {
    func::FuncOp found = findFunction(getOperation(), function, "train");
    if (!found)
      return {};
    bool calls = found.walk([](CallOpInterface) { return WalkResult::interrupt(); }).wasInterrupted();
    if (calls || !SymbolTable::symbolKnownUseEmpty(found, getOperation())) {
      found.emitError() << "expected a function that calls none and that none calls: inline them first";
      return {};
    }
    return found;
  }

  /// One read of each trained parameter, in front of all.
  FailureOr<Trained> readTrained(func::FuncOp step) {
    llvm::SetVector<StringRef> chosen;
    for (const std::string &name : parameters)
      chosen.insert(name);
    OpBuilder b = OpBuilder::atBlockBegin(&step.front());
    llvm::DenseMap<StringAttr, SmallVector<ParameterReadOpInterface>> reads;
    step.walk([&](ParameterReadOpInterface read) { reads[read.getParameterName().getAttr()].push_back(read); });
    Trained trained;
    llvm::DenseMap<Attribute, StringAttr> stored;
    for (auto parameter : getOperation().getOps<ParameterOpInterface>()) {
      StringAttr name = SymbolTable::getSymbolName(parameter);
      RankedTensorType type = parameter.getParameterType();
      bool isFloat = isa<FloatType>(type.getElementType());
      bool isWanted =
          chosen.empty() ? isFloat && graph::getRole(parameter) == "parameter" && !parameter.isMutableParameter() : chosen.contains(name);
      auto found = reads.find(name);
      if (!isWanted || found == reads.end())
        continue;
      if (!isFloat)
        return parameter->emitError() << "expected parameters of a floating-point type to train, got " << type;
      // Two names of one tensor: the model reads the first, and the other one follows it. Inline values may be equal by chance.
      StringAttr first = isa<DenseElementsAttr>(parameter.getParameterValue())
                             ? name
                             : stored.try_emplace(parameter.getParameterValue(), name).first->second;
      Value value = graph::createParameterRead(b, NameLoc::get(name, parameter.getLoc()), type, FlatSymbolRefAttr::get(name));
      if (first == name)
        trained.parameters[name] = value;
      else
        trained.followers.push_back({name, first, value});
      for (ParameterReadOpInterface read : found->second) {
        if (read->getParentWithTrait<OpTrait::IsIsolatedFromAbove>() != step)
          return read->emitError() << "expected the parameter '" << name.getValue() << "' to be read outside of isolated regions";
        read->getResult(0).replaceAllUsesWith(trained.parameters[first]); // the builder may stand in front of it: it is erased at the end
      }
      graph::setMutable(parameter);
    }
    for (auto &[name, list] : reads)
      for (ParameterReadOpInterface read : list)
        if (trained.contains(name))
          read->erase();
    for (StringRef name : chosen)
      if (!trained.contains(StringAttr::get(&getContext(), name)))
        return step.emitError() << "expected the names of parameters that the function reads, got '" << name << "'";
    if (trained.parameters.empty())
      return step.emitError() << "expected parameters to train, got none";
    return trained;
  }

  /// The position of the result that the loss is of.
  FailureOr<unsigned> chooseOutput(func::FuncOp step) {
    SmallVector<PortInfo> ports = Module::getOutputs(step);
    for (auto [index, port] : llvm::enumerate(ports))
      if (output.empty() ? !StringRef(port.name).starts_with(newPrefix) : port.name == output)
        if (port.type && isa<FloatType>(port.type.getElementType()))
          return static_cast<unsigned>(index);
    return step.emitError() << "expected a result of a floating-point type that the loss is of, got "
                            << (output.empty() ? std::string("none") : "'" + output + "'");
  }

  FailureOr<Value> addInput(func::FuncOp step, RankedTensorType type, StringRef name) {
    llvm::Expected<Value> input = addArgument(step, type, name);
    if (!input)
      return step.emitError() << llvm::toString(input.takeError());
    return *input;
  }

  /// The loss of the output, and the inputs that it takes.
  FailureOr<Value> makeLoss(func::FuncOp step, OpBuilder &b, unsigned index, const Recipe &recipe) {
    Value value = step.front().getTerminator()->getOperand(index);
    if (recipe.loss) {
      auto type = cast<RankedTensorType>(value.getType());
      RankedTensorType targetType = recipe.loss->getTargetType(type, recipe.lossSettings);
      FailureOr<Value> target = addInput(step, targetType, "target");
      if (failed(target))
        return failure();
      if (auto dims = step.getResultAttrOfType<ArrayAttr>(index, graph::dimsAttr)) {
        SmallVector<Attribute> kept(dims.getValue());
        if (targetType.getRank() < type.getRank())
          kept.erase(kept.begin() + Loss::classAxis(type.getRank()));
        step.setArgAttr(step.getNumArguments() - 1, graph::dimsAttr, b.getArrayAttr(kept));
      }
      FailureOr<Value> made = recipe.loss->build(b, value.getLoc(), recipe.lossSettings, value, *target, [&](StringRef name) {
        return addInput(step, recipe.loss->getTensorType(type), ("loss." + name).str());
      });
      if (failed(made))
        return failure();
      value = *made;
    }
    auto type = dyn_cast<RankedTensorType>(value.getType());
    if (!type || !type.hasStaticShape() || type.getNumElements() != 1)
      return step.emitError() << "expected a loss that is one number, got " << value.getType();
    return value;
  }

  /// The gradients of the loss by the parameters, in their order.
  FailureOr<SmallVector<Expr>> differentiate(func::FuncOp step, ExprBuilder &g, Value lossValue, ArrayRef<Value> by) {
    Activity activity;
    for (Value value : by)
      activity.add(value);
    SmallVector<Operation *> steps = getSteps(step.front());
    activity.spread(steps);
    Cotangents cotangents(g.b);
    cotangents.flowInto(lossValue,
                        g.broadcastLike(g.number(1, cast<RankedTensorType>(lossValue.getType()).getElementType()), g(lossValue)));
    if (failed(reverseSteps(steps, activity, cotangents)))
      return failure();
    SmallVector<Expr> gradients;
    for (Value value : by)
      gradients.push_back(g(orZeros(g.b, cotangents.lookup(value), value)));
    return gradients;
  }

  /// Rescales by the norm over all of them, as torch.nn.utils.clip_grad_norm_, then limits elements.
  void clip(SmallVectorImpl<Expr> &gradients) {
    ExprBuilder &g = *gradients[0].g;
    auto allAxes = [](Expr x) { return llvm::to_vector(llvm::seq<int64_t>(0, x.getType().getRank())); };
    if (clipNorm > 0) {
      Expr squares = g.number(0, g.b.getF32Type());
      for (Expr gradient : gradients) {
        Expr wide = g.cast(gradient, squares.getType().getElementType());
        squares = squares + g.sum(wide * wide, allAxes(wide), /*keepDims=*/false);
      }
      Expr factor = min(numberLike(clipNorm, squares) / (sqrt(squares) + 1e-6), numberLike(1, squares));
      for (Expr &gradient : gradients)
        gradient = gradient * g.cast(factor, gradient.getType().getElementType());
    }
    if (clipValue > 0)
      for (Expr &gradient : gradients)
        gradient = max(min(gradient, numberLike(clipValue, gradient)), -clipValue);
  }

  /// The average of the gradients since parameters changed last; they change now if that are enough.
  void average(StepState &state, const llvm::MapVector<StringAttr, Value> &trained, SmallVectorImpl<Expr> &gradients) {
    ExprBuilder &g = *gradients[0].g;
    constexpr StringLiteral counter = "accumulated.steps";
    Expr count = state.read(counter, RankedTensorType::get({}, g.b.getI64Type()), 0) + 1.0;
    Expr due = count == static_cast<double>(accumulate);
    state.write(counter, select(due, numberLike(0, count), count));
    for (auto [entry, gradient] : llvm::zip(trained, gradients)) {
      std::string name = ("accumulated." + entry.first.getValue()).str();
      Expr sum = state.read(name, gradient.getType(), 0) + gradient / static_cast<double>(accumulate);
      state.write(name, select(due, numberLike(0, sum), sum));
      gradient = sum;
    }
    state.onlyWhen(due);
  }

  /// The key that the model draws by: a state that counts.
  void keepRandomKey(func::FuncOp step, StepState &state) {
    for (unsigned index = 0; index < step.getNumArguments(); ++index) {
      if (step.getArgAttrOfType<StringAttr>(index, graph::nameAttr) != StringRef(randomKey))
        continue;
      Expr key = state.read(randomKey, cast<RankedTensorType>(step.getArgument(index).getType()), static_cast<double>(seed));
      state.write(randomKey, key + 1.0);
      step.getArgument(index).replaceAllUsesWith(key);
      (void)step.eraseArgument(index);
      return;
    }
  }

  LogicalResult make(func::FuncOp step, const Recipe &recipe) {
    FailureOr<unsigned> index = chooseOutput(step);
    if (failed(index))
      return failure();
    FailureOr<Trained> trained = readTrained(step);
    if (failed(trained))
      return failure();
    Operation *end = step.front().getTerminator();
    OpBuilder b(end);
    ExprBuilder g(b, step.getLoc());
    FailureOr<Value> lossValue = makeLoss(step, b, *index, recipe);
    if (failed(lossValue))
      return failure();
    SmallVector<Value> values = llvm::to_vector(llvm::make_second_range(trained->parameters));
    FailureOr<SmallVector<Expr>> gradients = differentiate(step, g, *lossValue, values);
    if (failed(gradients))
      return failure();
    numTrained += values.size();

    FailureOr<Value> rate = addInput(step, RankedTensorType::get({}, b.getF64Type()), "lr");
    if (failed(rate))
      return failure();
    StepState state(step, g);
    keepRandomKey(step, state);
    for (auto &[name, value] : trained->parameters)
      state.adopt(name, value);
    if (accumulate > 1)
      average(state, trained->parameters, *gradients);
    clip(*gradients);
    for (auto [entry, gradient] : llvm::zip(trained->parameters, *gradients))
      state.write(entry.first, state.update(*recipe.optimizer, recipe.optimizerSettings, entry.first, gradient, g(*rate)));
    for (const auto &[name, first, value] : trained->followers) {
      state.adopt(name, value);
      state.write(name, g(state.getNext().lookup(first)));
    }
    return finish(step, *lossValue, state);
  }

  /// Gives the function its results and its name.
  LogicalResult finish(func::FuncOp step, Value lossValue, StepState &state) {
    SmallVector<Value> returned = {lossValue};
    SmallVector<std::string> names = {"loss"};
    for (auto [port, value] : llvm::zip(Module::getOutputs(step), step.front().getTerminator()->getOperands()))
      if (keepOutputs || StringRef(port.name).starts_with(newPrefix)) {
        returned.push_back(value);
        names.push_back(port.name);
      }
    for (auto &[name, value] : state.getNext()) {
      returned.push_back(value);
      names.push_back((newPrefix + name).str());
    }
    if (llvm::Error wrong = setResults(step, returned, names))
      return step.emitError() << llvm::toString(std::move(wrong));
    if (step.getName() != stepName && SymbolTable::lookupSymbolIn(getOperation(), stepName))
      return step.emitError() << "expected no '" << stepName << "' in the module: it is what the function becomes";
    step.setName(stepName);
    return state.getStatus();
  }
};
} // namespace
