//===- NodeImporter.cpp - nodes of an ONNX graph become ops --------------===//
#include "Interop/Onnx/NodeImporter.h"
#include "Graph/Shared/FailedInference.h"
#include "Interop/Aten/Schemas.h"
#include "Interop/KnownElements.h"
#include "Interop/Onnx/Legacy.h"
#include "Interop/Onnx/Rules/Rules.h"
#include "Interop/Onnx/Schemas.h"
#include "graph-opt/Dialect/Graph/Ops/Constant.h"
#include "graph-opt/Dialect/Graph/Ops/Parameter.h"
#include "graph-opt/GraphError.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::onnx;

namespace {
constexpr unsigned maxErrors = 100; ///< more are told in vain, and each looks at the whole graph

bool isControlFlow(StringRef op) { return op == "If" || op == "Loop" || op == "Scan"; }
} // namespace

FunctionTable onnx::tableOf(const Model &model) {
  FunctionTable table;
  for (const Function &function : model.functions)
    table.try_emplace({function.domain, function.name, function.overload}, &function);
  return table;
}

int64_t onnx::versionOf(ArrayRef<Opset> opsets, StringRef domain) {
  for (const Opset &opset : opsets)
    if (opset.domain == domain)
      return opset.version;
  return 0;
}

std::string onnx::operatorName(const Node &node) { return (node.domain.empty() ? node.op : node.domain + "." + node.op).str(); }

bool onnx::isSupported(const Node &node, ArrayRef<Opset> opsets, const FunctionTable &functions, const ImportRules &rules) {
  if (functions.count({node.domain, node.op, node.overload}))
    return true;
  if (node.domain.empty() && (isControlFlow(node.op) || node.op == "Constant"))
    return true;
  return rules.findOnnx(operatorName(node), versionOf(opsets, node.domain));
}

LogicalResult onnx::emit(Location loc, llvm::Error error, const Twine &prefix) {
  llvm::handleAllErrors(std::move(error), [&](const llvm::ErrorInfoBase &info) {
    bool hasClass = info.isA<GraphError>();
    Failure failure = hasClass ? static_cast<const GraphError &>(info).getFailure() : graphopt::getFailure(info.convertToErrorCode());
    graphopt::emitError(loc, failure) << prefix << info.message();
  });
  return failure();
}

LogicalResult NodeImporter::open(const Graph &graph, Scope &scope) {
  for (const Tensor &tensor : graph.initializers)
    if (!scope.initializers.try_emplace(tensor.name, &tensor).second)
      return emitError(locate(tensor.name)) << "expected each initialiser once, got two of this name";
  for (const SparseTensor &tensor : graph.sparseInitializers)
    if (scope.initializers.count(tensor.values.name) || !scope.sparse.try_emplace(tensor.values.name, &tensor).second)
      return emitError(locate(tensor.values.name)) << "expected each initialiser once, got two of this name";
  for (ArrayRef<ValueInfo> list : {ArrayRef(graph.values), ArrayRef(graph.outputs)})
    for (const ValueInfo &info : list)
      scope.stated[info.name] = &info;
  return success();
}

/// Floating-point weights are parameters, with their names. Integers, which are mostly sizes and axes, and single numbers are constants.
Value NodeImporter::materialize(const TensorData &data, StringRef name) {
  OpBuilder::InsertionGuard guard(builder);
  Location loc = locate(name);
  bool isWeight = isa<FloatType>(data.type.getElementType()) && data.type.getNumElements() > 1;
  if (auto elements = dyn_cast<ElementsAttr>(data.value); elements && !isWeight) {
    builder.setInsertionPointToStart(&function.getBody().front());
    return graph::ConstantOp::create(builder, loc, data.type, elements);
  }
  builder.setInsertionPoint(function);
  auto parameter = graph::ParameterOp::create(builder, loc, name, data.type, data.value, isWeight ? "parameter" : "constant");
  symbols.insert(parameter); // renames it if something is called so
  builder.setInsertionPointToStart(&function.getBody().front());
  return graph::GetOp::create(builder, loc, data.type, parameter.getSymName());
}

Value NodeImporter::find(StringRef name, Scope &scope, Location loc) {
  for (Scope *s = &scope; s; s = const_cast<Scope *>(s->outer)) {
    if (auto it = s->values.find(name); it != s->values.end())
      return it->second;
    if (s->broken.contains(name))
      return nullptr;
    auto it = s->initializers.find(name);
    auto sparse = s->sparse.find(name);
    if (it == s->initializers.end() && sparse == s->sparse.end())
      continue;
    llvm::Expected<TensorData> data = it != s->initializers.end() ? readTensor(*it->second, source, builder.getContext())
                                                                  : readTensor(*sparse->second, source, builder.getContext());
    if (!data) {
      s->broken.insert(name);
      isBroken = true;
      (void)emit(locate(name), data.takeError(), "initialiser: ");
      return nullptr;
    }
    return s->values[name] = materialize(*data, name);
  }
  isBroken = true;
  ++errors;
  for (const Node &node : unit)
    if (llvm::is_contained(node.outputs, name)) {
      emitError(loc) << "expected nodes in order, got the input '" << name << "' from node '" << node.getName()
                     << "', which stands later: the graph has a cycle or is not sorted";
      return nullptr;
    }
  emitError(loc) << "expected a name that something defines as input, got '" << name << "'";
  return nullptr;
}

void NodeImporter::importNodes(ArrayRef<Node> nodes, Scope &scope, const Frame &frame) {
  ArrayRef<Node> outer = unit;
  unit = nodes;
  for (const Node &node : nodes)
    if (errors < maxErrors)
      importNode(node, scope, frame);
  unit = outer;
}

void NodeImporter::importNode(const Node &node, Scope &scope, const Frame &frame) {
  ImportCall call(builder, locate(node.getName()), operatorName(node));
  LogicalResult result = failure();
  SmallVector<RankedTensorType> stated;
  bool isCaused = false; // by an error that has been told
  for (StringRef input : node.inputs)
    if (!input.empty() && !find(input, scope, call.loc))
      isCaused = true;
  if (!isCaused) {
    for (StringRef output : node.outputs) {
      auto it = scope.stated.find(output);
      llvm::Expected<RankedTensorType> type =
          it == scope.stated.end() ? RankedTensorType() : onnx::typeOf(*it->second, builder.getContext());
      if (!type)
        llvm::consumeError(type.takeError()); // stated, but not of ours: the rule decides
      stated.push_back(type ? *type : RankedTensorType());
      call.resultTypes.push_back(nullptr); // the operands decide: rules would convert to it
    }
    Block *block = builder.getInsertionBlock();
    Operation *last = block->empty() ? nullptr : &block->back();
    call.random = &random;
    uint64_t failedBefore = countFailedInferences();
    result = convert(node, call, scope, frame);
    if (countFailedInferences() != failedBefore) // the sizes of the model contradict each other
      result = failure();
    if (succeeded(result)) {
      // Sizes are followed while they are known.
      SmallVector<Value> results(call.getResults());
      foldKnownAfter(builder, last, results);
      (void)call.yield(results);
      result = bindResults(node, call, stated, scope);
    }
  }
  if (succeeded(result))
    return;
  isBroken = true;
  errors += !isCaused;
  for (StringRef output : node.outputs)
    scope.broken.insert(output);
}

LogicalResult NodeImporter::bindResults(const Node &node, ImportCall &call, ArrayRef<RankedTensorType> statedTypes, Scope &scope) {
  if (call.getResults().size() < node.outputs.size())
    return call.unsupported("expected " + Twine(node.outputs.size()) + " results, got " + Twine(call.getResults().size()));
  for (auto [i, name] : llvm::enumerate(node.outputs)) {
    Value value = call.getResults()[i];
    if (name.empty())
      continue;
    if (!value)
      return call.unsupported("its result " + Twine(i) + " is not supported");
    if (RankedTensorType stated = statedTypes[i]) {
      auto given = dyn_cast<RankedTensorType>(value.getType());
      if (!given || given.getElementType() != stated.getElementType() || failed(verifyCompatibleShape(given, stated)))
        return emitError(call.loc) << "'" << call.name << "': expected result '" << name << "' of type " << stated
                                   << ", which the model states, got " << value.getType();
    }
    bool isTaken = scope.values.count(name) || scope.initializers.count(name) || scope.sparse.count(name);
    if (isTaken)
      return emitError(call.loc) << "expected a new name for each result, got '" << name << "' again";
    scope.values[name] = value;
  }
  return success();
}

LogicalResult NodeImporter::convert(const Node &node, ImportCall &call, Scope &scope, const Frame &frame) {
  auto callee = functions.find({node.domain, node.op, node.overload});
  if (callee != functions.end())
    return callFunction(node, call, *callee->second, scope, frame);
  int64_t version = versionOf(frame.opsets, node.domain);
  if (node.domain.empty() && (version < minOpset || version > maxOpset))
    return emitError(call.loc) << "expected opset " << minOpset << " to " << maxOpset << " of ai.onnx, got " << version;
  bool hasSequence =
      llvm::any_of(node.inputs, [&](StringRef name) { return !name.empty() && isa<TupleType>(find(name, scope, call.loc).getType()); });
  if (hasSequence && !takesSequences(node.op))
    return call.unsupported("a sequence as its input");
  if (node.domain.empty() && isControlFlow(node.op))
    return importControlFlow(node, call, scope, frame);
  const ImportRule *rule = rules.findOnnx(call.name, static_cast<int>(version));
  if (!rule && !node.domain.empty())
    return call.unsupported("there is no import rule for it");
  if (failed(readArguments(node, call, scope, frame, version)) || (version < 7 && failed(modernise(call))))
    return failure();
  if (call.name == "Constant") // one of its attributes is there
    for (StringRef name : {"value", "value_float", "value_int", "value_floats", "value_ints"})
      if (call.has(name)) {
        const ImportArg &value = call[name];
        if (value.get<Value>())
          return call.yield(*value.get<Value>());
        bool isFloat = name.contains("float");
        Type type = isFloat ? Type(builder.getF32Type()) : Type(builder.getI64Type());
        SmallVector<OpFoldResult> elements;
        auto add = [&](const ImportArg &element) {
          elements.push_back(isFloat ? Attribute(builder.getF32FloatAttr(static_cast<float>(*element.get<double>())))
                                     : Attribute(builder.getI64IntegerAttr(*element.get<int64_t>())));
        };
        const auto *list = value.get<std::vector<ImportArg>>();
        for (const ImportArg &element : list ? ArrayRef(*list) : ArrayRef(value))
          add(element);
        auto sizes = list ? SmallVector<int64_t>{static_cast<int64_t>(elements.size())} : SmallVector<int64_t>();
        return call.yield(fromElements(builder, call.loc, elements, RankedTensorType::get(sizes, type)));
      }
  if (!rule)
    return call.unsupported("there is no import rule for it");
  return (*rule)(call);
}

FailureOr<ImportArg> NodeImporter::readAttribute(const NodeAttribute &attribute, const ImportCall &call) {
  auto list = [](const auto &elements, auto convert) {
    std::vector<ImportArg> result;
    for (const auto &element : elements)
      result.push_back({convert(element)});
    return ImportArg{std::move(result)};
  };
  // The least integer is how MLIR's lists of sizes mean "dynamic".
  auto integer = [&](int64_t number) { return number + (ShapedType::isDynamic(number) && call.name != "Constant"); };
  switch (attribute.type) {
  case NodeAttribute::f:
    return ImportArg{attribute.number};
  case NodeAttribute::i:
    return ImportArg{integer(attribute.integer)};
  case NodeAttribute::s:
    return ImportArg{attribute.string.str()};
  case NodeAttribute::floats:
    return list(attribute.numbers, [](float number) { return static_cast<double>(number); });
  case NodeAttribute::ints:
    return list(attribute.integers, integer);
  case NodeAttribute::strings:
    return list(attribute.strings_, [](StringRef text) { return text.str(); });
  case NodeAttribute::t: {
    llvm::Expected<TensorData> data = readTensor(*attribute.tensor, source, builder.getContext());
    if (!data)
      return emit(call.loc, data.takeError(), "'" + call.name + "': attribute '" + attribute.name + "': ");
    StringRef name = cast<NameLoc>(call.loc).getName();
    return ImportArg{materialize(*data, name)};
  }
  case NodeAttribute::g:
    return ImportArg{}; // one of the call's graphs
  default:
    (void)call.unsupported("the type of its attribute '" + attribute.name + "'");
    return failure();
  }
}

LogicalResult NodeImporter::readArguments(const Node &node, ImportCall &call, Scope &scope, const Frame &frame, int64_t version) {
  const Schema *schema = findSchema(call.name, version);
  if (!schema)
    return call.unsupported("opset " + Twine(version) + " has no operator of this name");
  // Inputs by position. Those of one letter have one element type.
  SmallVector<StringRef> parameters;
  schema->inputs.split(parameters, ';', -1, /*KeepEmpty=*/false);
  llvm::StringMap<Type> letters;
  size_t position = 0;
  for (StringRef parameter : parameters) {
    StringRef name = parameter.split('/').first, letter = parameter.split('/').second;
    bool isOptional = name.consume_back("?"), isVariadic = name.consume_back("*");
    auto read = [&](ImportArg &argument) -> LogicalResult {
      StringRef input = position < node.inputs.size() ? node.inputs[position] : StringRef();
      ++position;
      if (input.empty())
        return isOptional ? success() : emitError(call.loc) << "'" << call.name << "': expected an input '" << name << "'";
      Value value = find(input, scope, call.loc);
      Type type = getElementTypeOrSelf(value.getType());
      if (!letter.empty())
        if (Type known = letters.try_emplace(letter, type).first->second; known != type)
          return emitError(call.loc) << "'" << call.name << "': expected " << known << " as input '" << name
                                     << "', as another input of its type is, got " << type;
      argument.value = value;
      return success();
    };
    ImportArg argument;
    if (isVariadic) {
      std::vector<ImportArg> list;
      while (position < node.inputs.size())
        if (failed(read(list.emplace_back())))
          return failure();
      argument.value = std::move(list);
    } else if (failed(read(argument))) {
      return failure();
    }
    call.args.push_back({name.str(), std::move(argument)});
  }
  if (position < node.inputs.size())
    return emitError(call.loc) << "'" << call.name << "': expected at most " << position << " inputs, got " << node.inputs.size();

  SmallVector<StringRef> attributes;
  schema->attributes.split(attributes, ';', -1, /*KeepEmpty=*/false);
  for (const NodeAttribute &attribute : node.attributes)
    if (llvm::none_of(attributes, [&](StringRef row) { return row.split('=').first == attribute.name; }))
      return emitError(call.loc) << "'" << call.name << "': expected its attributes, got '" << attribute.name << "'";
  for (StringRef row : attributes) {
    auto [name, text] = row.split('=');
    const NodeAttribute *attribute = node.find(name);
    if (attribute && !attribute->reference.empty()) { // the function's own attribute, of the call
      auto it = frame.attributes.find(attribute->reference);
      attribute = it == frame.attributes.end() ? nullptr : it->second;
    }
    if (attribute && attribute->type == NodeAttribute::g && attribute->graph)
      call.graphs[name] = [&, graph = attribute->graph.get()](ValueRange inputs) {
        return inlineGraph(call, *graph, inputs, scope, frame);
      };
    FailureOr<ImportArg> value = attribute ? readAttribute(*attribute, call) : row.contains('=') ? parseDefault(text) : ImportArg();
    if (failed(value))
      return failure();
    call.args.push_back({name.str(), std::move(*value)});
  }
  return success();
}

LogicalResult NodeImporter::callFunction(const Node &node, ImportCall &call, const Function &callee, Scope &scope, const Frame &frame) {
  for (const Frame *f = &frame; f; f = f->caller)
    if (f->callee == &callee)
      return emitError(call.loc) << "expected functions that don't call themselves, got '" << call.name << "' inside of its own body";
  Frame inner;
  inner.opsets = callee.opsets;
  inner.callee = &callee;
  inner.caller = &frame;
  inner.depth = frame.depth + 1;
  if (inner.depth > maxCallDepth)
    return graphopt::emitError(call.loc, Failure::limit) << "expected calls of functions at most " << maxCallDepth << " deep";
  if (node.inputs.size() > callee.inputs.size() || node.outputs.size() > callee.outputs.size())
    return emitError(call.loc) << "'" << call.name << "': expected at most " << callee.inputs.size() << " inputs and "
                               << callee.outputs.size() << " outputs, got " << node.inputs.size() << " and " << node.outputs.size();
  for (const NodeAttribute &attribute : callee.defaults)
    inner.attributes[attribute.name] = &attribute;
  for (const NodeAttribute &attribute : node.attributes) {
    const NodeAttribute *given = &attribute;
    if (!attribute.reference.empty()) {
      auto it = frame.attributes.find(attribute.reference);
      given = it == frame.attributes.end() ? nullptr : it->second;
    }
    if (given)
      inner.attributes[attribute.name] = given;
  }
  Scope body;
  for (auto [i, name] : llvm::enumerate(callee.inputs))
    if (i < node.inputs.size() && !node.inputs[i].empty())
      body.values[name] = find(node.inputs[i], scope, call.loc);
  importNodes(callee.nodes, body, inner);
  SmallVector<Value> results;
  for (StringRef name : ArrayRef(callee.outputs).take_front(node.outputs.size())) {
    Value result = find(name, body, call.loc);
    if (!result)
      return failure();
    results.push_back(result);
  }
  return call.yield(results);
}
