//===- Inputs.cpp ---------------------------------------------------------===//
#include "Driver/Inputs.h"
#include "Driver/Diagnostics.h"
#include "graph-opt/Dialect/Graph/Graph.h"
#include "graph-opt/Interop/Npy.h"
#include "graph-opt/Interpreter/RandomInputs.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"

using namespace llvm;
using namespace mlir;
using namespace graphopt;

template <typename T> static std::string toText(T type) {
  std::string text;
  raw_string_ostream stream(text);
  type.print(stream);
  return text;
}

static std::string listInputs(ArrayRef<PortInfo> ports) {
  std::string text;
  for (const PortInfo &port : ports)
    text += (text.empty() ? "'" : ", '") + port.name + "' : " + toText(port.type);
  return text.empty() ? "none" : text;
}

static bool fits(RankedTensorType wanted, const TensorValue &value) {
  if (wanted.getElementType() != value.getElementType() || wanted.getRank() != value.getRank())
    return false;
  for (auto [size, have] : llvm::zip(wanted.getShape(), value.getShape()))
    if (!ShapedType::isDynamic(size) && size != have)
      return false;
  return true;
}

Expected<SmallVector<TensorValue>> graphopt::readInputs(ArrayRef<PortInfo> ports, StringRef path, MLIRContext *context,
                                                        const Limits &limits) {
  Expected<std::vector<NamedTensor>> read = readTensors(path, context, limits);
  if (!read)
    return read.takeError();
  llvm::StringMap<TensorValue> byName;
  for (NamedTensor &tensor : *read)
    if (!byName.try_emplace(tensor.name, tensor.value).second)
      return makeError(Failure::badInput, path + ": error: expected each input once, got '" + tensor.name + "' twice");
  SmallVector<TensorValue> values;
  for (const PortInfo &port : ports) {
    auto found = byName.find(port.name);
    if (found == byName.end())
      return makeError(Failure::badInput,
                       path + ": error: expected an input '" + port.name + "' : " + toText(port.type) + ", got none of that name");
    TensorValue value = found->second;
    byName.erase(found);
    if (port.type.getElementType().isBF16() && value.getElementType().isF32())
      value = fromFloat32(value);
    if (!fits(port.type, value))
      return makeError(Failure::badInput,
                       path + ": error: expected " + toText(port.type) + " for input '" + port.name + "', got " + toText(value.getType()));
    values.push_back(value);
  }
  SmallVector<StringRef> extra(byName.keys());
  llvm::sort(extra);
  if (!extra.empty())
    return makeError(Failure::badInput, path + ": error: expected the inputs " + listInputs(ports) + ", got also '" + extra.front() + "'");
  return values;
}

Expected<SmallVector<TensorValue>> graphopt::makeInputs(const Module &module, FunctionOpInterface function, const RunRequest &request) {
  SmallVector<PortInfo> ports = Module::getInputs(function);
  for (const PortInfo &port : ports)
    if (!port.type)
      return makeError(Failure::badInput, request.model + ": error: expected tensor arguments, got another type for '" + port.name + "'");
  if (!request.inputs.empty()) {
    Expected<SmallVector<TensorValue>> values = readInputs(ports, request.inputs, module.getContext(), request.limits);
    if (values)
      if (Error error = checkDims(function, *values, request.inputs))
        return error;
    return values;
  }
  if (!request.randomSeed && !ports.empty())
    return makeError(Failure::usage, "graph-run: error: expected --inputs=DIR or --random-inputs, got neither; the model's inputs are " +
                                         listInputs(ports));
  RandomOptions options;
  options.seed = request.randomSeed.value_or(0);
  for (auto &[name, size] : request.dims)
    options.dims[name] = size;
  FailureOr<SmallVector<TensorValue>> values = failure();
  if (Error error = captureDiagnostics(module.getContext(), request.model, "making inputs", /*os=*/nullptr,
                                       [&]() -> LogicalResult { return values = randomInputs(function, options); }))
    return error;
  return std::move(*values);
}

Error graphopt::checkDims(FunctionOpInterface function, ArrayRef<TensorValue> arguments, StringRef label) {
  auto ranges = function->getAttrOfType<DictionaryAttr>(graph::symbolsAttr);
  llvm::StringMap<std::pair<int64_t, unsigned>> bound; // name -> size, and the argument that it was first seen in
  SmallVector<PortInfo> ports = Module::getInputs(function);
  for (auto [i, value] : llvm::enumerate(arguments)) {
    auto dims = function.getArgAttrOfType<ArrayAttr>(i, graph::dimsAttr);
    if (!dims)
      continue;
    for (auto [axis, dim] : llvm::enumerate(dims)) {
      auto name = dyn_cast<StringAttr>(dim);
      if (!name || static_cast<int64_t>(axis) >= value.getRank())
        continue;
      int64_t size = value.getDim(axis);
      std::string place = "size " + std::to_string(axis) + " of '" + ports[i].name + "'";
      auto [known, isNew] = bound.try_emplace(name.getValue(), size, i);
      if (!isNew && known->second.first != size)
        return makeError(Failure::badInput, label + ": error: expected " + Twine(known->second.first) + " for " + place + " ('" +
                                                name.getValue() + "', as in '" + ports[known->second.second].name + "'), got " +
                                                Twine(size));
      auto range = ranges ? ranges.getAs<ArrayAttr>(name) : ArrayAttr(); // [least, greatest], the verifier says
      if (!range)
        continue;
      int64_t least = cast<IntegerAttr>(range[0]).getInt(), greatest = cast<IntegerAttr>(range[1]).getInt();
      if (size < least || size > greatest)
        return makeError(Failure::badInput, label + ": error: expected '" + name.getValue() + "' in [" + Twine(least) + ", " +
                                                Twine(greatest) + "], got " + Twine(size) + " for " + place);
    }
  }
  return Error::success();
}

SmallVector<std::string> graphopt::nameOutputs(FunctionOpInterface function) {
  SmallVector<std::string> names;
  llvm::StringSet<> taken;
  for (auto [i, port] : llvm::enumerate(Module::getOutputs(function)))
    names.push_back(taken.insert(port.name).second ? port.name : ("out" + Twine(i)).str());
  return names;
}

std::string graphopt::previewTensor(const TensorValue &value) {
  std::string text;
  raw_string_ostream stream(text);
  constexpr int64_t shown = 8;
  stream << "[";
  for (int64_t i = 0, e = std::min(value.getNumElements(), shown); i < e; ++i) {
    stream << (i ? ", " : "");
    if (isa<FloatType>(value.getElementType()))
      stream << llvm::format("%.6g", value.getAsDouble(i));
    else
      stream << value.getAsInt(i);
  }
  stream << (value.getNumElements() > shown ? ", ..." : "") << "]";
  return text;
}
