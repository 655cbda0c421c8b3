//===- Pt2Import.cpp - a torch.export archive as a module -----------------===//
#include "Interop/Bytes.h"
#include "Interop/ImportSupport.h"
#include "Interop/Pt2/GraphImporter.h"
#include "Interop/Pt2/Pt2Archive.h"
#include "Interop/Pt2/Signature.h"
#include "Interop/Pt2/Views.h"
#include "graph-opt/Dialect/Graph/Ops/Parameter.h"
#include "graph-opt/Failure.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Path.h"
#include <map>

using namespace mlir;
using namespace graphopt;

namespace {
ImportReport makeReport(const JsonValue &graph, const ImportRules &rules) {
  std::map<std::string, ImportReport::Operator> operators;
  visitNodes(graph, [&](const JsonValue &node, const JsonValue &owner) {
    StringRef target = node["target"].getString();
    auto &op = operators[shortTarget(target).str()];
    bool isSupported = isSupportedTarget(target, rules) || isRestride(node, owner);
    bool isFirst = op.count++ == 0, isFirstRefused = !isFirst && op.isSupported && !isSupported;
    if (!isFirst && !isFirstRefused)
      return;
    op.name = shortTarget(target).str();
    op.isSupported = isSupported;
    op.firstNode = node["name"].string; // the first that nothing supports, where there is one
    if (auto [file, line] = sourceOf(node); !file.empty())
      op.firstPlace = file + ":" + std::to_string(line);
  });
  ImportReport report;
  for (auto &[name, op] : operators)
    report.operators.push_back(std::move(op));
  return report;
}

/// One import: the signature, the parameters, the function.
class ModelImporter {
public:
  ModelImporter(const Pt2Archive &archive, ModuleOp module, const ImportRules &rules, const ImportOptions &options, StringRef weightsName)
      : archive(archive), module(module), b(module.getContext()), importer(b, rules), options(options), weightsName(weightsName) {}
  LogicalResult import();

private:
  LogicalResult importInput(const JsonValue &input, const JsonValue &spec);
  LogicalResult importParameter(StringRef role, StringRef name, StringRef valueName);
  LogicalResult importOutputs(ArrayRef<std::string> names);
  /// A result of the function, from an output in the schema's encoding, or a value.
  LogicalResult importOutput(const JsonValue &output, StringRef name);
  LogicalResult addResult(const ImportArg &argument, StringRef name, const JsonValue &meta);
  const JsonValue &graph() const { return archive.getModel()["graph_module"]["graph"]; }
  /// graph.name, and graph.dims where sizes have symbols.
  DictionaryAttr describe(StringRef name, const JsonValue &meta, RankedTensorType type);

  const Pt2Archive &archive;
  ModuleOp module;
  OpBuilder b;
  GraphImporter importer;
  const ImportOptions &options;
  std::string weightsName;
  func::FuncOp function;
  SmallVector<Type> argumentTypes;
  SmallVector<Attribute> argumentAttrs, resultAttrs;
  SmallVector<Value> results;
  /// What the model may change: the names of the values that come in, those by which users know them, and the parameters.
  struct Changeable {
    std::string value, name;
    graph::ParameterOp parameter;
  };
  SmallVector<Changeable> changeable;
  GraphImporter::Scope scope;
  SymbolTable symbolTable{module};
  NamedAttrList symbols;
};
} // namespace

DictionaryAttr ModelImporter::describe(StringRef name, const JsonValue &meta, RankedTensorType type) {
  NamedAttrList attrs;
  attrs.set(graph::nameAttr, b.getStringAttr(name));
  if (!type.hasStaticShape()) {
    SmallVector<Attribute> dims;
    for (auto [size, json] : llvm::zip(type.getShape(), meta["sizes"].elements)) {
      std::optional<std::string> symbol = bareSymbol(json["as_expr"]["expr_str"].getString());
      bool isKnown = symbol && symbols.get(*symbol);
      dims.push_back(!ShapedType::isDynamic(size) ? Attribute(b.getI64IntegerAttr(size)) : b.getStringAttr(isKnown ? *symbol : "?"));
    }
    attrs.set(graph::dimsAttr, b.getArrayAttr(dims));
  }
  return attrs.getDictionary(b.getContext());
}

LogicalResult ModelImporter::importParameter(StringRef role, StringRef name, StringRef valueName) {
  Refusal refusal;
  RankedTensorType type = pt2TensorType(graph()["tensor_values"][valueName], b.getContext(), refusal);
  Location loc = NameLoc::get(b.getStringAttr(name));
  if (!type)
    return emitError(loc) << refusal.message;
  llvm::Expected<Attribute> value = archive.getWeight(name, type, weightsName);
  if (!value) {
    auto [message, isLimit] = describeError(value.takeError());
    return graphopt::emitError(loc, isLimit ? Failure::limit : Failure::badInput) << message;
  }
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPoint(function);
  auto parameter = graph::ParameterOp::create(b, loc, name, type, *value, role);
  symbolTable.insert(parameter); // renames it if the function is called so
  return success();
}

LogicalResult ModelImporter::importInput(const JsonValue &input, const JsonValue &spec) {
  if (spec.members.size() != 1)
    return emitError(module.getLoc()) << "expected an input of one kind, got " << spec.describe();
  StringRef kind = spec.members[0].first, valueName = input["as_tensor"]["name"].getString();
  const JsonValue &value = spec.members[0].second;
  for (auto [kindName, key, role] : {std::tuple("parameter", "parameter_name", "parameter"), std::tuple("buffer", "buffer_name", "buffer"),
                                     std::tuple("tensor_constant", "tensor_constant_name", "constant")}) {
    if (kind != kindName)
      continue;
    StringRef name = value[key].getString();
    if (failed(importParameter(role, name, valueName)))
      return failure();
    auto parameter = cast<graph::ParameterOp>(function->getPrevNode());
    Location loc = NameLoc::get(b.getStringAttr(name));
    scope[valueName] = graph::GetOp::create(b, loc, cast<RankedTensorType>(parameter.getType()), parameter.getSymName());
    changeable.push_back({valueName.str(), name.str(), parameter});
    return success();
  }
  if (kind == "constant_input")
    return success(); // its value stands where it is used
  if (kind != "user_input")
    return graphopt::emitError(module.getLoc(), Failure::unsupportedOp) << "unsupported input of kind '" << kind << "'";
  if (StringRef size = input["as_sym_int"]["as_name"].getString(); !size.empty()) {
    // A size comes in as a scalar: values are tensors.
    auto type = RankedTensorType::get({}, b.getI64Type());
    Value argument = function.getBody().addArgument(type, NameLoc::get(b.getStringAttr(size)));
    argumentTypes.push_back(type);
    argumentAttrs.push_back(b.getDictionaryAttr(b.getNamedAttr(graph::nameAttr, b.getStringAttr(size))));
    Value scalar = tensor::ExtractOp::create(b, argument.getLoc(), argument, ValueRange());
    scope[size] = arith::IndexCastOp::create(b, argument.getLoc(), b.getIndexType(), scalar);
    return success();
  }
  if (valueName.empty())
    return success(); // a number or None that the export has fixed
  const JsonValue &meta = graph()["tensor_values"][valueName];
  Refusal refusal;
  RankedTensorType type = pt2TensorType(meta, b.getContext(), refusal);
  Location loc = NameLoc::get(b.getStringAttr(valueName));
  if (!type)
    return emitError(loc) << refusal.message;
  scope[valueName] = function.getBody().addArgument(type, loc);
  changeable.push_back({valueName.str(), valueName.str(), nullptr});
  argumentTypes.push_back(type);
  for (const JsonValue &size : meta["sizes"].elements)
    if (std::optional<std::string> symbol = bareSymbol(size["as_expr"]["expr_str"].getString()); symbol && !symbols.get(*symbol)) {
      const JsonValue &range = archive.getModel()["range_constraints"][*symbol];
      int64_t least = range["min_val"].isInteger() ? std::max<int64_t>(range["min_val"].integer, 0) : 0;
      int64_t greatest = range["max_val"].isInteger() ? range["max_val"].integer : std::numeric_limits<int64_t>::max();
      if (greatest < least)
        return emitError(loc) << "expected a range for size '" << *symbol << "', got [" << least << ", " << greatest << "]";
      symbols.set(*symbol, b.getI64ArrayAttr({least, greatest}));
    }
  argumentAttrs.push_back(describe(valueName, meta, type));
  return success();
}

LogicalResult ModelImporter::importOutput(const JsonValue &output, StringRef name) {
  Refusal refusal;
  FailureOr<ImportArg> argument = importer.readArgument(output, scope, refusal);
  if (failed(argument))
    return emitError(NameLoc::get(b.getStringAttr(name))) << "output: " << refusal.message;
  return addResult(*argument, name, graph()["tensor_values"][output["as_tensor"]["name"].getString()]);
}

LogicalResult ModelImporter::addResult(const ImportArg &argument, StringRef name, const JsonValue &meta) {
  if (argument.isNone())
    return success(); // None has no numbers
  ImportCall call(b, NameLoc::get(b.getStringAttr(name)), "output");
  call.args.push_back({"value", argument});
  const Value *value = argument.get<Value>();
  Type scalarType = argument.get<bool>() || (value && value->getType().isInteger(1)) ? Type(b.getI1Type())
                    : argument.get<double>() || (value && value->getType().isF64())  ? Type(b.getF64Type())
                                                                                     : Type(b.getI64Type());
  auto tensorType = value ? dyn_cast<RankedTensorType>(value->getType()) : RankedTensorType();
  FailureOr<Value> tensor = call.tensorOrNumber("value", tensorType ? tensorType.getElementType() : scalarType);
  if (failed(tensor))
    return failure();
  results.push_back(*tensor);
  resultAttrs.push_back(describe(name, meta, cast<RankedTensorType>(tensor->getType())));
  return success();
}

LogicalResult ModelImporter::importOutputs(ArrayRef<std::string> names) {
  const JsonValue &specs = archive.getModel()["graph_module"]["signature"]["output_specs"];
  const JsonValue absent;
  llvm::StringMap<const JsonValue *> changed; // by the names of what changes
  size_t own = 0;
  for (auto [i, output] : llvm::enumerate(graph()["outputs"].elements)) {
    const JsonValue *spec = i < specs.elements.size() && specs.elements[i].members.size() == 1 ? &specs.elements[i] : nullptr;
    StringRef kind = spec ? StringRef(spec->members[0].first) : StringRef();
    const JsonValue &detail = spec ? spec->members[0].second : absent;
    std::string name = own < names.size() ? names[own] : "out" + std::to_string(own);
    if (kind == "buffer_mutation" || kind == "parameter_mutation" || kind == "user_input_mutation") {
      changed[detail["buffer_name"].string + detail["parameter_name"].string + detail["user_input_name"].string] = &output;
      continue;
    }
    if (kind == "gradient_to_parameter")
      name = "grad." + detail["parameter_name"].string;
    else if (kind == "gradient_to_user_input")
      name = "grad." + detail["user_input_name"].string;
    else if (kind == "user_output" || kind == "loss_output")
      ++own;
    else
      return graphopt::emitError(module.getLoc(), Failure::unsupportedOp) << "unsupported output of kind '" << kind << "'";
    if (failed(importOutput(output, kind == "loss_output" ? "loss" : name)))
      return failure();
  }
  // What the model changes comes back after its results, in the order of the inputs; nothing changes in place.
  for (Changeable &input : changeable) {
    const JsonValue *output = changed.lookup(input.name);
    changed.erase(input.name);
    if (!output && !scope.changed.contains(input.value))
      continue;
    if (input.parameter)
      input.parameter.setMutable_(true);
    std::string name = "new." + input.name;
    if (failed(output ? importOutput(*output, name)
                      : addResult(ImportArg{scope.lookup(input.value)}, name, graph()["tensor_values"][input.value])))
      return failure();
  }
  if (!changed.empty())
    return emitError(module.getLoc()) << "expected the name of an input that the model changes, got '" << changed.begin()->first() << "'";
  func::ReturnOp::create(b, module.getLoc(), results);
  function.setFunctionType(b.getFunctionType(argumentTypes, ValueRange(results).getTypes()));
  function.setArgAttrsAttr(b.getArrayAttr(argumentAttrs));
  function.setResAttrsAttr(b.getArrayAttr(resultAttrs));
  if (!symbols.empty())
    function->setAttr(graph::symbolsAttr, symbols.getDictionary(b.getContext()));
  return success();
}

LogicalResult ModelImporter::import() {
  b.setInsertionPointToEnd(module.getBody());
  function = func::FuncOp::create(b, module.getLoc(), options.functionName, b.getFunctionType({}, {}));
  symbolTable.insert(function);
  b.setInsertionPointToStart(&function.getBody().emplaceBlock());
  const JsonValue &inputs = graph()["inputs"], &specs = archive.getModel()["graph_module"]["signature"]["input_specs"];
  if (inputs.elements.size() != specs.elements.size())
    return emitError(module.getLoc()) << "expected a spec for each of " << inputs.elements.size() << " inputs, got "
                                      << specs.elements.size();
  for (auto [input, spec] : llvm::zip(inputs.elements, specs.elements))
    if (failed(importInput(input, spec)))
      return failure();
  importer.random.key = addRandomKey(function.getBody().front());
  importer.importNodes(graph(), scope);
  if (importer.hasFailed())
    return failure();
  if (DictionaryAttr key = settleRandomKey(importer.random)) {
    argumentTypes.push_back(importer.random.key.getType());
    argumentAttrs.push_back(key);
  }
  const JsonValue &calls = archive.getModel()["graph_module"]["module_call_graph"];
  const JsonValue *signature = calls.elements.empty() ? nullptr : calls.elements[0].find("signature");
  if (failed(importOutputs(signature ? outputNames((*signature)["out_spec"].getString()) : std::vector<std::string>())))
    return failure();
  eraseUnused(function.getBody());
  return verify(module);
}

static std::optional<Pt2Archive> openArchive(StringRef path, MLIRContext *context, const Limits &limits) {
  llvm::Expected<Pt2Archive> archive = Pt2Archive::open(path, context, limits);
  if (archive)
    return std::move(*archive);
  emitFileError(context, path, archive.takeError());
  return std::nullopt;
}

OwningOpRef<ModuleOp> graphopt::importPt2(StringRef path, MLIRContext *context, const ImportOptions &options, ImportReport *report) {
  context->loadDialect<graph::GraphDialect, func::FuncDialect, arith::ArithDialect, cf::ControlFlowDialect, tensor::TensorDialect,
                       scf::SCFDialect>();
  std::optional<Pt2Archive> archive = openArchive(path, context, options.limits);
  if (!archive)
    return nullptr;
  std::optional<ImportRules> rules = collectRules(context);
  if (!rules)
    return nullptr;
  ImportReport own;
  ImportReport &found = report ? *report : own;
  found = makeReport(archive->getModel()["graph_module"]["graph"], *rules);
  StringRef label = archive->getModelLabel();
  if (failed(checkSupport(found, context, label)))
    return nullptr;

  StringRef directory = llvm::sys::path::parent_path(path), fileName = llvm::sys::path::filename(path);
  context->getLoadedDialect<graph::GraphDialect>()->getWeights().setBaseDirectory(directory.empty() ? "." : directory);
  OwningOpRef<ModuleOp> module = ModuleOp::create(NameLoc::get(StringAttr::get(context, fileName)));
  ImportDiagnostics diagnostics(context, label);
  LogicalResult result =
      ModelImporter(*archive, *module, *rules, options, options.weightsName.empty() ? fileName : StringRef(options.weightsName)).import();
  found.hasUnsupportedArguments = diagnostics.hasUnsupported;
  if (failed(result))
    return nullptr;
  return module;
}

FailureOr<ImportReport> graphopt::reportPt2(StringRef path, MLIRContext *context, const Limits &limits) {
  context->loadDialect<graph::GraphDialect>();
  std::optional<Pt2Archive> archive = openArchive(path, context, limits);
  if (!archive)
    return failure();
  std::optional<ImportRules> rules = collectRules(context);
  if (!rules)
    return failure();
  return makeReport(archive->getModel()["graph_module"]["graph"], *rules);
}
