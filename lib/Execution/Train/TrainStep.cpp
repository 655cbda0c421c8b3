//===- TrainStep.cpp ------------------------------------------------------===//
#include "graph-opt/Execution/TrainStep.h"
#include "graph-opt/Dialect/Graph/Graph.h"

using namespace mlir;
using namespace graphopt;

static llvm::Error error(const Twine &message) { return makeError(Failure::badInput, message); }

llvm::Expected<TrainStep> TrainStep::create(const Module &module, const CompileOptions &options) {
  Module lifted = module.clone();
  if (llvm::Error failed = lifted.runPipeline("graph-lift-parameters{mutable-only}"))
    return std::move(failed);
  llvm::Expected<FunctionOpInterface> entry = lifted.getFunction(options.entry);
  if (!entry)
    return entry.takeError();
  llvm::Expected<CompiledFunction> compiled = lifted.compile(options);
  if (!compiled)
    return compiled.takeError();
  TrainStep made(std::move(*compiled));
  SmallVector<PortInfo> ins = Module::getInputs(*entry), outs = Module::getOutputs(*entry);
  llvm::StringMap<unsigned> inputOf;
  for (auto [i, port] : llvm::enumerate(ins))
    inputOf[port.name] = i;
  llvm::DenseSet<unsigned> isState;
  for (auto [i, port] : llvm::enumerate(outs)) {
    StringRef name = port.name;
    auto input = name.consume_front("new.") ? inputOf.find(name) : inputOf.end();
    if (input == inputOf.end()) {
      made.outputs.push_back(port);
      made.outputPositions.push_back(i);
      continue;
    }
    if (port.type != ins[input->second].type || !port.type.hasStaticShape())
      return error("expected one static type of '" + name + "' and its next value");
    auto parameter = dyn_cast_or_null<ParameterOpInterface>(module.get().lookupSymbol(name));
    if (!parameter)
      return error("expected a parameter '" + name + "' with the first value of this state");
    llvm::Expected<TensorValue> value = WeightStore::get(parameter.getParameterValue(), parameter.getParameterType());
    if (!value)
      return value.takeError();
    made.numbers[name] = made.names.size();
    made.names.push_back(name.str());
    made.current.push_back(value->clone());
    made.next.emplace_back(port.type.getElementType(), port.type.getShape());
    made.stateInputs.push_back(input->second);
    made.stateOutputs.push_back(i);
    isState.insert(input->second);
  }
  if (made.names.empty())
    return error("expected a function with mutable parameters and their next values, as graph-make-train-step makes");
  for (auto [i, port] : llvm::enumerate(ins))
    if (!isState.contains(i)) {
      made.inputs.push_back(port);
      made.inputPositions.push_back(i);
    }
  return made;
}

llvm::Expected<SmallVector<TensorValue>> TrainStep::step(ArrayRef<TensorValue> arguments) {
  if (arguments.size() != inputs.size())
    return error("expected " + Twine(inputs.size()) + " inputs, got " + Twine(arguments.size()));
  SmallVector<TensorValue> all(inputs.size() + names.size()), given(outputs.size() + names.size());
  for (auto [position, value] : llvm::zip_equal(inputPositions, arguments))
    all[position] = value;
  for (auto [position, value] : llvm::zip_equal(stateInputs, current))
    all[position] = value;
  for (auto [position, value] : llvm::zip_equal(stateOutputs, next))
    given[position] = value;
  if (llvm::Error failed = function.runWith(all, given))
    return std::move(failed);
  std::swap(current, next);
  return llvm::map_to_vector(outputPositions, [&](unsigned position) { return given[position]; });
}

TensorValue TrainStep::getState(StringRef name) const {
  auto found = numbers.find(name);
  return found == numbers.end() ? TensorValue() : current[found->second];
}

llvm::Error TrainStep::setState(StringRef name, const TensorValue &value) {
  auto found = numbers.find(name);
  if (found == numbers.end())
    return error("expected the name of a state, got '" + name + "'");
  TensorValue &kept = current[found->second];
  if (!value || value.getType() != kept.getType()) {
    std::string text;
    llvm::raw_string_ostream stream(text);
    stream << "expected " << kept.getType() << " for '" << name << "', got ";
    value ? stream << value.getType() : stream << "none";
    return error(text);
  }
  if (int64_t bytes = kept.getByteSize())
    std::memmove(kept.getMutableRaw(), value.getRaw(), bytes);
  return llvm::Error::success();
}
