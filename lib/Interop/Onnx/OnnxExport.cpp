//===- OnnxExport.cpp - a function as an ONNX model -----------------------===//
#include "Interop/GraphExporter.h"
#include "Interop/Onnx/Tensors.h"
#include "Interop/Onnx/WireWriter.h"
#include "graph-opt/Dialect/Graph/Graph.h"
#include "graph-opt/Interop/Onnx.h"
#include "graph-opt/Interop/Safetensors.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::onnx;

namespace {
/// Weights up to this stay in the model, whatever its budget is: shapes and axes, which checkers look at.
constexpr int64_t maxInlineTensor = 1024;

/// Names that occur once: "x", "x_1" ...
class NameTable {
public:
  std::string make(StringRef wanted) {
    std::string name = wanted.str();
    for (unsigned &i = counts[wanted]; !used.insert(name).second;)
      name = (wanted + "_" + Twine(++i)).str();
    return name;
  }

private:
  llvm::StringSet<> used;
  llvm::StringMap<unsigned> counts;
};

/// Writes the messages of a model. Field numbers are those of onnx.proto.
class ModelWriter {
public:
  ModelWriter(const ForeignModel &model, FunctionOpInterface function) : model(model), function(function), names(model.hints.size()) {}
  /// Gives each value its name: inputs, outputs and parameters keep theirs.
  void nameValues();
  LogicalResult placeConstants(const OnnxExportOptions &options);
  WireWriter write();

private:
  WireWriter writeGraph(const ForeignGraph &graph, StringRef name);
  WireWriter writeNode(const ForeignNode &node);
  WireWriter writeAttribute(const NamedForeignArg &attribute);
  WireWriter writeTensor(const TensorValue &tensor, StringRef name, const TensorRange *range = nullptr);
  /// A name and a type; sizes where `type` is a tensor's, and their names where `dims` has them.
  WireWriter writeValue(ForeignValue value, Type type = {}, ArrayAttr dims = {});
  void nameResults(const ForeignGraph &graph);
  void assign(ForeignValue value, StringRef absent) {
    if (std::string &name = names[value.number]; name.empty())
      name = valueNames.make(model.hints[value.number].empty() ? absent : StringRef(model.hints[value.number]));
  }

  const ForeignModel &model;
  FunctionOpInterface function;
  std::vector<std::string> names; ///< by the number of a value
  NameTable valueNames, nodeNames;
  llvm::DenseMap<unsigned, TensorRange> external;
  std::string weightsName;
};
} // namespace

//===--- Names ------------------------------------------------------------===//

void ModelWriter::nameResults(const ForeignGraph &graph) {
  for (ForeignValue input : graph.inputs)
    assign(input, "in");
  for (const ForeignNode &node : graph.nodes) {
    for (const NamedForeignArg &attribute : node.named)
      if (const auto *nested = attribute.second.get<std::shared_ptr<ForeignGraph>>())
        nameResults(**nested);
    for (ForeignValue result : node.results)
      assign(result, node.op);
  }
}

void ModelWriter::nameValues() {
  for (ForeignValue input : model.graph.inputs)
    assign(input, "in");
  for (ForeignValue output : model.graph.outputs)
    assign(output, "out");
  for (bool parameters : {true, false})
    for (const ForeignModel::Constant &constant : model.constants)
      if (constant.isParameter == parameters)
        assign(constant.value, "constant");
  nameResults(model.graph);
}

//===--- Weights ----------------------------------------------------------===//

LogicalResult ModelWriter::placeConstants(const OnnxExportOptions &options) {
  int64_t total = 0;
  for (const ForeignModel::Constant &constant : model.constants)
    total += constant.tensor.getByteSize();
  bool isAnyLarge = llvm::any_of(model.constants, [](const auto &constant) { return constant.tensor.getByteSize() > maxInlineTensor; });
  if (total <= options.inlineBytes || !isAnyLarge)
    return success();
  if (options.weightsFile.empty())
    return function->emitError() << "expected a file for weights of " << total << " bytes, which are more than " << options.inlineBytes;
  std::vector<NamedTensor> tensors;
  SmallVector<unsigned> numbers;
  for (const ForeignModel::Constant &constant : model.constants)
    if (constant.tensor.getByteSize() > maxInlineTensor) {
      tensors.push_back({names[constant.value.number], constant.tensor});
      numbers.push_back(constant.value.number);
    }
  llvm::Expected<std::vector<TensorRange>> ranges = writeSafetensors(options.weightsFile, tensors);
  if (!ranges)
    return function->emitError() << llvm::toString(ranges.takeError());
  for (auto [number, range] : llvm::zip(numbers, *ranges))
    external.insert({number, range});
  weightsName = llvm::sys::path::filename(options.weightsFile).str();
  return success();
}

WireWriter ModelWriter::writeTensor(const TensorValue &tensor, StringRef name, const TensorRange *range) {
  WireWriter message;
  for (int64_t size : tensor.getShape())
    message.number(1, size);
  message.number(2, elementCode(ExportSite::elementOf(tensor.getElementType())));
  message.text(8, name);
  if (!range) {
    message.borrow(9, StringRef(tensor.getRaw(), tensor.getByteSize()));
    return message;
  }
  auto entry = [&](StringRef key, StringRef value) {
    WireWriter pair;
    pair.text(1, key);
    pair.text(2, value);
    message.message(13, std::move(pair));
  };
  entry("location", weightsName);
  entry("offset", std::to_string(range->offset));
  entry("length", std::to_string(range->bytes));
  message.number(14, 1); // EXTERNAL
  return message;
}

//===--- Nodes ------------------------------------------------------------===//

WireWriter ModelWriter::writeAttribute(const NamedForeignArg &attribute) {
  enum AttributeType { real = 1, integer = 2, text = 3, tensor = 4, graph = 5, integers = 7 };
  WireWriter message;
  message.text(1, attribute.first);
  auto finish = [&](AttributeType type) {
    message.number(20, type);
    return message;
  };
  const ForeignArg &value = attribute.second;
  if (const auto *number = value.get<double>()) {
    message.real(2, static_cast<float>(*number));
    return finish(real);
  }
  if (const auto *string = value.get<std::string>()) {
    message.text(4, *string);
    return finish(text);
  }
  if (const auto *numbers = value.get<TensorValue>()) {
    message.message(5, writeTensor(*numbers, attribute.first));
    return finish(tensor);
  }
  if (const auto *nested = value.get<std::shared_ptr<ForeignGraph>>()) {
    message.message(6, writeGraph(**nested, attribute.first));
    return finish(graph);
  }
  if (const auto *list = value.get<ForeignArg::List>()) {
    for (const ForeignArg &element : *list)
      message.number(8, *element.get<int64_t>());
    return finish(integers);
  }
  const auto *type = value.get<Type>();
  const auto *flag = value.get<bool>();
  message.number(3, type ? elementCode(*type) : flag ? *flag : *value.get<int64_t>());
  return finish(integer);
}

WireWriter ModelWriter::writeNode(const ForeignNode &node) {
  WireWriter message;
  for (const ForeignArg &arg : node.args) {
    const auto *value = arg.get<ForeignValue>();
    message.text(1, value ? StringRef(names[value->number]) : StringRef());
  }
  for (ForeignValue result : node.results)
    message.text(2, names[result.number]);
  message.text(3, nodeNames.make(node.name.empty() ? node.op : node.name));
  message.text(4, node.op);
  for (const NamedForeignArg &attribute : node.named)
    message.message(5, writeAttribute(attribute));
  return message;
}

WireWriter ModelWriter::writeValue(ForeignValue value, Type type, ArrayAttr dims) {
  WireWriter tensorType;
  tensorType.number(1, elementCode(value.element));
  if (auto ranked = dyn_cast_or_null<RankedTensorType>(type)) {
    WireWriter shape;
    for (int64_t d = 0; d < ranked.getRank(); ++d) {
      WireWriter dim;
      auto symbol = dims ? dyn_cast<StringAttr>(dims[d]) : StringAttr();
      if (!ranked.isDynamicDim(d))
        dim.number(1, ranked.getDimSize(d));
      else if (symbol && symbol != "?")
        dim.text(2, symbol);
      shape.message(1, std::move(dim));
    }
    tensorType.message(2, std::move(shape));
  } else if (type) {
    tensorType.message(2, WireWriter()); // a scalar
  }
  WireWriter typeMessage, message;
  typeMessage.message(1, std::move(tensorType));
  message.text(1, names[value.number]);
  message.message(2, std::move(typeMessage));
  return message;
}

WireWriter ModelWriter::writeGraph(const ForeignGraph &graph, StringRef name) {
  WireWriter message;
  for (const ForeignNode &node : graph.nodes)
    message.message(1, writeNode(node));
  message.text(2, name);
  bool isMain = &graph == &model.graph;
  if (isMain)
    for (const ForeignModel::Constant &constant : model.constants) {
      auto range = external.find(constant.value.number);
      message.message(5, writeTensor(constant.tensor, names[constant.value.number], range == external.end() ? nullptr : &range->second));
    }
  for (auto [i, input] : llvm::enumerate(graph.inputs))
    message.message(11, isMain ? writeValue(input, function.getArgumentTypes()[i], function.getArgAttrOfType<ArrayAttr>(i, graph::dimsAttr))
                               : writeValue(input, model.inputTypes.lookup(input.number)));
  for (auto [i, output] : llvm::enumerate(graph.outputs))
    message.message(12, isMain
                            ? writeValue(output, function.getResultTypes()[i], function.getResultAttrOfType<ArrayAttr>(i, graph::dimsAttr))
                            : writeValue(output));
  return message;
}

WireWriter ModelWriter::write() {
  WireWriter message, opset;
  message.number(1, OnnxExport::irVersion);
  message.text(2, "graph-opt");
  message.message(7, writeGraph(model.graph, function.getName()));
  opset.text(1, "");
  opset.number(2, OnnxExport::opset);
  message.message(8, std::move(opset));
  return message;
}

LogicalResult graphopt::exportOnnx(ModuleOp module, llvm::raw_ostream &os, const OnnxExportOptions &options) {
  FailureOr<ExportedFunction> exported = exportFunction(module, options.functionName, ExportTarget::onnx);
  if (failed(exported))
    return failure();
  ModelWriter writer(exported->model, exported->function);
  writer.nameValues();
  if (failed(writer.placeConstants(options)))
    return failure();
  WireWriter message = writer.write();
  if (message.size() > std::numeric_limits<int32_t>::max())
    return module->emitError() << "expected a model of less than 2 GiB, got " << message.size() << " bytes: give its weights a file";
  message.write(os);
  return success();
}
