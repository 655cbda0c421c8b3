//===- TorchScriptImport.cpp - a TorchScript archive as a module ----------===//
#include "Interop/ImportSupport.h"
#include "Interop/TorchScript/Weights.h"
#include "graph-opt/Failure.h"
#include "graph-opt/Interop/TorchScript.h"
#include "mlir/AsmParser/AsmParser.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Verifier.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
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
      : archive(archive), module(module), b(module.getContext()),
        function(func::FuncOp::create(module.getLoc(), options.functionName, b.getFunctionType({}, {}))), options(options), symbols(module),
        weights(archive, memory, function, symbols, weightsName), evaluator(archive, weights, memory, b, rules, options.limits) {}
  LogicalResult import();

private:
  FailureOr<Item> makeInput(StringRef name, const Expr &type, const Expr *defaultValue);
  FailureOr<Item> makeTensorInput(StringRef name, StringRef text);
  LogicalResult checkInputs();
  LogicalResult addResults(const Item &item, StringRef name, bool isNamed);
  LogicalResult addResult(const Item &item, StringRef name);
  LogicalResult addChanges();
  Location at(StringRef name) { return NameLoc::get(b.getStringAttr(name)); }

  ScriptArchive &archive;
  ModuleOp module;
  OpBuilder b;
  func::FuncOp function;
  const TorchScriptOptions &options;
  SymbolTable symbols;
  Memory memory;
  Weights weights;
  Evaluator evaluator;
  SmallVector<Attribute> argumentAttrs, resultAttrs;
  SmallVector<Value> results;
  SmallVector<Tensor *> inputs;
  SmallVector<std::string> missing; ///< inputs whose types are not given
  llvm::StringSet<> taken;          ///< those that are
};
} // namespace

//===--- Inputs -----------------------------------------------------------===//

FailureOr<Item> ModelImporter::makeTensorInput(StringRef name, StringRef text) {
  // The text comes from a command line; what is no shape does not reach the parser.
  bool isPlain = text.size() < 4096 && llvm::all_of(text, [](char c) { return llvm::isAlnum(c) || c == '?'; });
  RankedTensorType type;
  if (isPlain) {
    ScopedDiagnosticHandler quiet(b.getContext(), [](Diagnostic &) { return success(); });
    type = dyn_cast_or_null<RankedTensorType>(parseType(("tensor<" + text + ">").str(), b.getContext()));
  }
  if (!type || scriptDtype(type.getElementType()) < 0)
    return LogicalResult(graphopt::emitError(module.getLoc(), Failure::usage)
                         << "expected sizes and an element type for the input '" << name << "', as in 2x3xf32, got '" << text << "'");
  taken.insert(name);
  Tensor *tensor = memory.make(function.getBody().addArgument(type, at(name)));
  tensor->name = name.str();
  inputs.push_back(tensor);
  argumentAttrs.push_back(b.getDictionaryAttr(b.getNamedAttr(graph::nameAttr, b.getStringAttr(name))));
  return Item{tensor};
}

FailureOr<Item> ModelImporter::makeInput(StringRef name, const Expr &type, const Expr *defaultValue) {
  StringRef kind = type.kind == Expr::Kind::subscript ? type.operands[0]->text : type.text;
  if (auto given = options.inputs.find(name); given != options.inputs.end() && (kind == "Tensor" || kind == "Optional"))
    return makeTensorInput(name, given->second);
  if (kind == "Tuple" && type.operands[1]->kind == Expr::Kind::tuple) {
    Sequence *parts = memory.make(Sequence::Kind::tuple);
    for (auto [i, part] : llvm::enumerate(type.operands[1]->operands)) {
      FailureOr<Item> item = makeInput((name + "." + Twine(i)).str(), *part, nullptr);
      if (failed(item))
        return failure();
      parts->elements.push_back(*item);
    }
    return Item{parts};
  }
  if (kind == "List" && options.inputs.contains((name + ".0").str())) {
    Sequence *parts = memory.make(Sequence::Kind::list);
    for (size_t i = 0; options.inputs.contains((name + "." + Twine(i)).str()); ++i) {
      FailureOr<Item> item = makeInput((name + "." + Twine(i)).str(), *type.operands[1], nullptr);
      if (failed(item))
        return failure();
      parts->elements.push_back(*item);
    }
    return Item{parts};
  }
  if (kind == "Tensor" || kind == "List") {
    missing.push_back(name.str() + (kind == "List" ? ".0" : ""));
    return Item();
  }
  if (kind == "Optional" || defaultValue)
    return Item(); // the caller takes the default
  return LogicalResult(graphopt::emitError(at(name), Failure::unsupportedOp)
                       << "unsupported input of type '" << kind << "': expected tensors, and tuples and lists of them");
}

LogicalResult ModelImporter::checkInputs() {
  if (!missing.empty())
    return graphopt::emitError(module.getLoc(), Failure::usage)
           << "expected sizes and element types of the inputs, which a TorchScript file does not hold, got none for '"
           << llvm::join(missing, "', '") << "': --input-shape=" << missing.front() << "=2x3xf32, in Python load(path, inputs={\""
           << missing.front() << "\": \"2x3xf32\"})";
  for (const auto &given : options.inputs)
    if (!taken.contains(given.getKey()))
      return graphopt::emitError(module.getLoc(), Failure::usage)
             << "expected the name of an input of the model, got '" << given.getKey() << "'";
  return success();
}

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

/// Results by their place among all, or by the keys of dicts.
LogicalResult ModelImporter::addResults(const Item &item, StringRef name, bool isNamed) {
  if (item.isNone())
    return success(); // None has no numbers
  const Sequence *parts = item.sequence();
  if (!parts)
    return addResult(item, isNamed ? name.str() : "out" + std::to_string(results.size()));
  if (name.size() > options.limits.name) // a list that holds itself
    return graphopt::emitError(module.getLoc(), Failure::limit) << options.limits.exceeded(&Limits::name);
  bool isDict = parts->kind == Sequence::Kind::dict;
  for (size_t i = 0; i < parts->elements.size(); i += isDict ? 2 : 1) {
    const StringRef *key = isDict ? parts->elements[i].get<StringRef>() : nullptr;
    std::string part = key ? key->str() : std::to_string(i / (isDict ? 2 : 1));
    if (failed(addResults(parts->elements[i + isDict], name.empty() ? part : (name + "." + part).str(), isNamed || key)))
      return failure();
  }
  return success();
}

/// What the model changes comes back after its results; nothing changes in place.
LogicalResult ModelImporter::addChanges() {
  for (Tensor *input : inputs)
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
  SmallVector<Item> arguments = {*model};
  for (const Parameter &parameter : llvm::drop_begin(forward->parameters)) {
    if (!parameter.type)
      return emitError(module.getLoc()) << "expected a type for the input '" << parameter.name << "'";
    FailureOr<Item> item = makeInput(parameter.name, *parameter.type, parameter.defaultValue);
    if (failed(item))
      return failure();
    arguments.push_back(*item);
  }
  // Those at the end that are not given take their defaults.
  for (const Parameter &parameter : llvm::reverse(forward->parameters)) {
    if (!arguments.back().isNone() || !parameter.defaultValue)
      break;
    arguments.pop_back();
  }
  if (failed(checkInputs()))
    return failure();
  FailureOr<Item> result = evaluator.call(*forward, arguments, module.getLoc());
  if (failed(result) || failed(addResults(*result, "", false)) || failed(addChanges()))
    return failure();
  func::ReturnOp::create(b, module.getLoc(), results);
  function.setFunctionType(b.getFunctionType(function.getBody().getArgumentTypes(), ValueRange(results).getTypes()));
  function.setArgAttrsAttr(b.getArrayAttr(argumentAttrs));
  function.setResAttrsAttr(b.getArrayAttr(resultAttrs));
  eraseUnused(function.getBody());
  return verify(module);
}

static std::optional<ScriptArchive> openArchive(StringRef path, MLIRContext *context, const Limits &limits) {
  llvm::Expected<ScriptArchive> archive = ScriptArchive::open(path, limits);
  if (archive)
    return std::move(*archive);
  emitFileError(context, path, archive.takeError());
  return std::nullopt;
}

OwningOpRef<ModuleOp> graphopt::importTorchScript(StringRef path, MLIRContext *context, const TorchScriptOptions &options) {
  context->loadDialect<graph::GraphDialect, func::FuncDialect, arith::ArithDialect, cf::ControlFlowDialect, tensor::TensorDialect,
                       scf::SCFDialect>();
  std::optional<ScriptArchive> archive = openArchive(path, context, options.limits);
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

//===--- The report -------------------------------------------------------===//

FailureOr<ImportReport> graphopt::reportTorchScript(StringRef path, MLIRContext *context, const Limits &limits) {
  context->loadDialect<graph::GraphDialect>();
  std::optional<ScriptArchive> archive = openArchive(path, context, limits);
  std::optional<ImportRules> rules = archive ? collectRules(context) : std::nullopt;
  if (!rules)
    return failure();
  std::map<std::string, ImportReport::Operator> operators;
  llvm::Error error = archive->visitUnits([&](const Unit &unit) {
    for (const Expr &expr : unit.exprs) {
      std::string called = expr.kind == Expr::Kind::call ? expr.operands[0]->path() : "";
      StringRef name = called;
      bool isForeign = name.consume_front("ops.") && !name.starts_with("prim.");
      bool isAten = !isForeign && StringRef(called).starts_with("torch.");
      name.consume_front("torch.");
      SmallVector<AtenSchema> overloads;
      if (isAten) {
        overloads = atenOverloads(name);
        overloads = overloads.empty() && name.ends_with("_") ? atenOverloads(name.drop_back()) : overloads;
      }
      if (!isForeign && overloads.empty())
        continue; // of the language: numbers, lists and strings
      auto &op = operators[(isAten ? "aten." : "") + name.str()];
      op.isSupported = llvm::any_of(overloads, [&](const AtenSchema &schema) { return rules->findAten(schema.name()) != nullptr; });
      if (op.count++ != 0)
        continue;
      op.name = (isAten ? "aten." : "") + name.str();
      op.firstNode = name.str();
      op.firstPlace = unit.file + ":" + std::to_string(expr.line);
    }
  });
  if (error) {
    emitFileError(context, path, std::move(error));
    return failure();
  }
  ImportReport report;
  for (auto &[name, op] : operators)
    report.operators.push_back(std::move(op));
  return report;
}
