//===- TorchScriptImport.cpp - a TorchScript archive as a module ----------===//
#include "Interop/ImportSupport.h"
#include "Interop/TorchScript/Inputs.h"
#include "Interop/TorchScript/Weights.h"
#include "graph-opt/Failure.h"
#include "graph-opt/Interop/TorchScript.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Verifier.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::script;

namespace {
constexpr size_t maxResults = 4096;

/// One import: the arguments, the code, the results.
class ModelImporter {
public:
  ModelImporter(ScriptArchive &archive, ModuleOp module, const ImportRules &rules, const TorchScriptOptions &options, StringRef weightsName)
      : archive(archive), rules(rules), module(module), b(module.getContext()),
        function(func::FuncOp::create(module.getLoc(), options.functionName, b.getFunctionType({}, {}))), options(options), symbols(module),
        inputs(memory, function, options), weights(archive, memory, function, symbols, weightsName),
        evaluator(archive, weights, memory, b, rules, options.limits) {}
  LogicalResult import();

private:
  FailureOr<SmallVector<Item>> makeArguments(const Item &model, const Function &forward);
  FailureOr<llvm::json::Value> addResults(const Item &item, StringRef name, bool isNamed);
  LogicalResult addResult(const Item &item, StringRef name);
  LogicalResult addChanges();
  void reportUnsupported();
  Location at(StringRef name) { return NameLoc::get(b.getStringAttr(name)); }

  ScriptArchive &archive;
  const ImportRules &rules;
  ModuleOp module;
  OpBuilder b;
  func::FuncOp function;
  const TorchScriptOptions &options;
  SymbolTable symbols;
  Memory memory;
  Inputs inputs;
  Weights weights;
  Evaluator evaluator;
  SmallVector<Attribute> resultAttrs;
  SmallVector<Value> results;
};
} // namespace

//===--- Results ----------------------------------------------------------===//

LogicalResult ModelImporter::addResult(const Item &item, StringRef name) {
  if (results.size() == maxResults)
    return graphopt::emitError(at(name), Failure::limit) << "expected at most " << maxResults << " results";
  ImportCall call(b, at(name), "output");
  Type type = item.get<bool>() ? Type(b.getI1Type()) : item.get<double>() ? Type(b.getF64Type()) : b.getI64Type();
  ImportArg argument;
  if (Tensor *tensor = item.tensor()) {
    Value value = evaluator.read(*tensor, call.loc);
    if (!value)
      return failure();
    argument.value = value;
    type = getElementTypeOrSelf(value.getType());
  } else if (const Value *value = item.get<Value>()) {
    argument.value = *value;
    type = value->getType().isIndex() ? type : value->getType();
  } else if (const double *number = item.get<double>()) {
    argument.value = *number;
  } else if (const int64_t *integer = item.get<int64_t>()) {
    argument.value = *integer;
  } else if (const bool *truth = item.get<bool>()) {
    argument.value = *truth;
  } else {
    return LogicalResult(graphopt::emitError(at(name), Failure::unsupportedOp)
                         << "unsupported result: expected tensors and numbers, got " << item.describe());
  }
  call.args.push_back({"value", argument});
  FailureOr<Value> tensor = call.tensorOrNumber("value", type);
  if (failed(tensor))
    return failure();
  results.push_back(*tensor);
  resultAttrs.push_back(b.getDictionaryAttr(b.getNamedAttr(graph::nameAttr, b.getStringAttr(name))));
  return success();
}

/// Results by their place among all, or by the keys of dicts; how they are nested.
FailureOr<llvm::json::Value> ModelImporter::addResults(const Item &item, StringRef name, bool isNamed) {
  if (item.isNone())
    return llvm::json::Value(nullptr); // None has no numbers
  const Sequence *parts = item.sequence();
  if (!parts) {
    auto index = static_cast<int64_t>(results.size());
    if (failed(addResult(item, isNamed ? name.str() : "out" + std::to_string(index))))
      return failure();
    return item.isNumber() ? llvm::json::Value(llvm::json::Array{"number", index}) : llvm::json::Value(index);
  }
  if (name.size() > options.limits.name) // a list that holds itself
    return LogicalResult(graphopt::emitError(module.getLoc(), Failure::limit) << options.limits.exceeded(&Limits::name));
  bool isDict = parts->kind == Sequence::Kind::dict;
  llvm::json::Array nesting{isDict ? "dict" : parts->kind == Sequence::Kind::list ? "list" : "tuple"};
  for (size_t i = 0; i < parts->elements.size(); i += isDict ? 2 : 1) {
    const StringRef *key = isDict ? parts->elements[i].get<StringRef>() : nullptr;
    const int64_t *number = isDict ? parts->elements[i].get<int64_t>() : nullptr;
    std::string part = key ? key->str() : std::to_string(number ? *number : static_cast<int64_t>(i / (isDict ? 2 : 1)));
    auto inner = addResults(parts->elements[i + isDict], name.empty() ? part : (name + "." + part).str(), isNamed || key);
    if (failed(inner))
      return failure();
    if (isDict)
      nesting.push_back(
          llvm::json::Array{number ? llvm::json::Value(*number) : llvm::json::Value(llvm::json::fixUTF8(part)), std::move(*inner)});
    else
      nesting.push_back(std::move(*inner));
  }
  return llvm::json::Value(std::move(nesting));
}

/// What the model changes comes back after its results; nothing changes in place.
LogicalResult ModelImporter::addChanges() {
  for (Tensor *input : inputs.getTensors())
    if (input->isChanged && failed(addResult(Item{input}, "new." + input->name)))
      return failure();
  for (const Weights::Used &weight : weights.getUsed()) {
    if (!weight.tensor->isChanged)
      continue;
    graph::ParameterOp(weight.parameter).setMutable_(true);
    if (failed(addResult(Item{weight.tensor}, "new." + weight.tensor->name)))
      return failure();
  }
  return success();
}

FailureOr<SmallVector<Item>> ModelImporter::makeArguments(const Item &model, const Function &forward) {
  SmallVector<std::optional<Item>> given;
  for (const Parameter &parameter : llvm::drop_begin(forward.parameters)) {
    FailureOr<std::optional<Item>> item = inputs.make(parameter);
    if (failed(item))
      return failure();
    given.push_back(*item);
  }
  if (failed(inputs.check()))
    return failure();
  SmallVector<Item> arguments = {model};
  for (auto [item, parameter] : llvm::zip(given, llvm::drop_begin(forward.parameters))) {
    FailureOr<Item> value = item ? FailureOr<Item>(*item) : evaluator.evaluateDefault(forward, parameter);
    if (failed(value))
      return failure();
    arguments.push_back(*value);
  }
  return arguments;
}

/// After an operator that nothing supports, what comes behind it is not known; but which others there are in the code is.
void ModelImporter::reportUnsupported() {
  if (evaluator.unsupportedName.empty())
    return;
  FailureOr<ImportReport> report = reportOperators(archive, rules, b.getContext());
  if (failed(report))
    return;
  llvm::erase_if(report->operators, [&](const ImportReport::Operator &op) {
    return evaluator.unsupportedName == op.name || StringRef(evaluator.unsupportedName).starts_with(op.name + ".");
  });
  (void)checkSupport(*report, b.getContext(), archive.getLabel());
}

LogicalResult ModelImporter::import() {
  module.push_back(function);
  symbols.insert(function);
  b.setInsertionPointToStart(&function.getBody().emplaceBlock());
  FailureOr<Item> model = weights.make(archive.getModel(), "");
  if (failed(model))
    return failure();
  Object &object = *model->object();
  const Function *forward = evaluator.findMethod(object, "forward", module.getLoc());
  if (!forward)
    return failure();
  llvm::Expected<const Class *> known = archive.findClass(object.className);
  if (known && *known && (*known)->hasHooks)
    return LogicalResult(graphopt::emitError(module.getLoc(), Failure::unsupportedOp)
                         << "unsupported hooks of '" << object.className << "'");
  llvm::consumeError(known.takeError());
  FailureOr<SmallVector<Item>> arguments = makeArguments(*model, *forward);
  if (failed(arguments))
    return failure();
  evaluator.random.key = addRandomKey(function.getBody().front());
  FailureOr<Item> result = evaluator.call(*forward, *arguments, module.getLoc());
  if (failed(result))
    return reportUnsupported(), failure();
  if (DictionaryAttr key = settleRandomKey(evaluator.random))
    inputs.attributes.push_back(key);
  auto nesting = addResults(*result, "", false);
  if (failed(nesting) || failed(addChanges()))
    return failure();
  if (options.nesting)
    *options.nesting =
        llvm::formatv("{0}",
                      llvm::json::Value(llvm::json::Object{{"arguments", std::move(inputs.names)}, {"results", std::move(*nesting)}}))
            .str();
  func::ReturnOp::create(b, module.getLoc(), results);
  function.setFunctionType(b.getFunctionType(function.getBody().getArgumentTypes(), ValueRange(results).getTypes()));
  function.setArgAttrsAttr(b.getArrayAttr(inputs.attributes));
  function.setResAttrsAttr(b.getArrayAttr(resultAttrs));
  eraseUnused(function.getBody());
  return verify(module);
}

OwningOpRef<ModuleOp> graphopt::importTorchScript(StringRef path, MLIRContext *context, const TorchScriptOptions &options) {
  context->loadDialect<graph::GraphDialect, func::FuncDialect, arith::ArithDialect, cf::ControlFlowDialect, tensor::TensorDialect,
                       scf::SCFDialect>();
  std::optional<ScriptArchive> archive = ScriptArchive::open(path, context, options.limits);
  std::optional<ImportRules> rules = archive ? collectRules(context) : std::nullopt;
  if (!rules)
    return nullptr;
  StringRef directory = llvm::sys::path::parent_path(path), fileName = llvm::sys::path::filename(path);
  context->getLoadedDialect<graph::GraphDialect>()->getWeights().setBaseDirectory(directory.empty() ? "." : directory);
  OwningOpRef<ModuleOp> module = ModuleOp::create(NameLoc::get(StringAttr::get(context, fileName)));
  ImportDiagnostics diagnostics(context, path);
  StringRef weightsName = options.weightsName.empty() ? fileName : StringRef(options.weightsName);
  if (failed(ModelImporter(*archive, *module, *rules, options, weightsName).import()))
    return nullptr;
  return module;
}
