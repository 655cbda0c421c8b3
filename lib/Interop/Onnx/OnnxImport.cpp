//===- OnnxImport.cpp - an ONNX model as a module -------------------------===//
#include "Interop/Bytes.h"
#include "Interop/ImportSupport.h"
#include "Interop/Onnx/NodeImporter.h"
#include "Interop/Onnx/Schemas.h"
#include "graph-opt/Dialect/Graph/Graph.h"
#include "graph-opt/GraphError.h"
#include "graph-opt/Interop/Archive.h"
#include "graph-opt/Interop/Onnx.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Verifier.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::onnx;

namespace {
constexpr int64_t maxIrVersion = 14;

/// Counts the operators of nodes, of their nested graphs, and of each function that is called.
class Counter {
public:
  Counter(const FunctionTable &functions, const ImportRules &rules) : functions(functions), rules(rules) {}
  void count(ArrayRef<Node> nodes, ArrayRef<Opset> opsets) {
    visit(nodes, opsets);
    while (!pending.empty()) { // any number of functions may call each other in a row
      const Function *function = pending.pop_back_val();
      visit(function->nodes, function->opsets);
    }
  }
  ImportReport take() {
    ImportReport report;
    for (auto &[name, op] : operators)
      report.operators.push_back(std::move(op));
    return report;
  }

private:
  void visit(ArrayRef<Node> nodes, ArrayRef<Opset> opsets) {
    for (const Node &node : nodes) {
      ImportReport::Operator &op = operators[operatorName(node)];
      if (op.count++ == 0) {
        op.name = operatorName(node);
        op.firstNode = node.getName().str();
        op.isSupported = true;
      }
      if (op.isSupported && !isSupported(node, opsets, functions, rules)) {
        op.isSupported = false;
        op.firstNode = node.getName().str();
      }
      for (const NodeAttribute &attribute : node.attributes)
        if (attribute.graph)
          visit(attribute.graph->nodes, opsets);
      auto callee = functions.find({node.domain, node.op, node.overload});
      if (callee != functions.end() && seen.insert(callee->second).second)
        pending.push_back(callee->second);
    }
  }

  const FunctionTable &functions;
  const ImportRules &rules;
  std::map<std::string, ImportReport::Operator> operators;
  llvm::SmallPtrSet<const Function *, 8> seen;
  SmallVector<const Function *> pending;
};

/// Counts nodes as often as they are imported: functions that call others twice double with each level.
class Expansion {
public:
  explicit Expansion(const FunctionTable &functions) : functions(functions) {}
  uint64_t count(ArrayRef<Node> nodes, unsigned depth = 0) {
    uint64_t total = nodes.size();
    for (const Node &node : nodes) {
      for (const NodeAttribute &attribute : node.attributes)
        if (attribute.graph)
          total = llvm::SaturatingAdd(total, count(attribute.graph->nodes, depth));
      auto callee = functions.find({node.domain, node.op, node.overload});
      if (callee == functions.end() || depth > maxCallDepth) // deeper ones are refused
        continue;
      auto [known, isNew] = counts.try_emplace(callee->second, 0); // 0 while it is counted: one that calls itself is refused, too
      uint64_t own = isNew ? count(callee->second->nodes, depth + 1) : known->second;
      counts[callee->second] = own;
      total = llvm::SaturatingAdd(total, own);
    }
    return total;
  }

private:
  const FunctionTable &functions;
  llvm::DenseMap<const Function *, uint64_t> counts;
};

/// One import: the signature, the function, its results.
class ModelImporter {
public:
  ModelImporter(const Model &model, const FunctionTable &functions, const TensorSource &source, ModuleOp module, const ImportRules &rules,
                const OnnxOptions &options)
      : model(model), functions(functions), source(source), module(module), rules(rules), options(options), b(module.getContext()),
        symbolTable(module) {}
  LogicalResult import();

private:
  LogicalResult importInput(const ValueInfo &input, NodeImporter &importer, NodeImporter::Scope &scope);
  LogicalResult importOutput(const ValueInfo &output, NodeImporter &importer, NodeImporter::Scope &scope);
  /// graph.name, and graph.dims where sizes have symbols.
  DictionaryAttr describe(const ValueInfo &info, RankedTensorType type);

  const Model &model;
  const FunctionTable &functions;
  const TensorSource &source;
  ModuleOp module;
  const ImportRules &rules;
  const OnnxOptions &options;
  OpBuilder b;
  SymbolTable symbolTable;
  func::FuncOp function;
  SmallVector<Type> argumentTypes;
  SmallVector<Attribute> argumentAttrs, resultAttrs;
  SmallVector<Value> results;
  NamedAttrList symbols;
};
} // namespace

llvm::Expected<RankedTensorType> onnx::typeOf(const ValueInfo &info, MLIRContext *context) {
  if (info.kind.empty() || (info.kind == "tensor" && (!info.hasShape || info.elementType == 0)))
    return makeError(Failure::badInput, "expected a type with a shape");
  if (info.kind != "tensor")
    return makeError(Failure::unsupportedOp, "values of kind " + info.kind + " are not supported");
  Type element = elementType(info.elementType, context);
  if (!element)
    return makeError(Failure::unsupportedOp, "elements of type " + elementTypeName(info.elementType) + " are not supported");
  SmallVector<int64_t> sizes, known;
  for (const Dim &dim : info.dims) {
    if (dim.size && *dim.size < 0)
      return makeError(Failure::badInput, "expected sizes of at least 0, got " + Twine(*dim.size));
    sizes.push_back(dim.size ? *dim.size : ShapedType::kDynamic);
    if (dim.size)
      known.push_back(*dim.size);
  }
  std::optional<int64_t> count = checkedNumElements(known);
  if (!count || *count > std::numeric_limits<int64_t>::max() / TensorValue::getElementSize(element))
    return makeError(Failure::badInput, "expected sizes whose product is below 2^63");
  return RankedTensorType::get(sizes, element);
}

DictionaryAttr ModelImporter::describe(const ValueInfo &info, RankedTensorType type) {
  NamedAttrList attrs;
  attrs.set(graph::nameAttr, b.getStringAttr(info.name));
  if (!type.hasStaticShape()) {
    SmallVector<Attribute> dims;
    for (auto [d, size] : llvm::enumerate(type.getShape())) {
      StringRef symbol = d < info.dims.size() ? info.dims[d].symbol : StringRef();
      bool isKnown = !symbol.empty() && symbols.get(symbol);
      dims.push_back(!ShapedType::isDynamic(size) ? Attribute(b.getI64IntegerAttr(size)) : b.getStringAttr(isKnown ? symbol : "?"));
    }
    attrs.set(graph::dimsAttr, b.getArrayAttr(dims));
  }
  return attrs.getDictionary(b.getContext());
}

LogicalResult ModelImporter::importInput(const ValueInfo &input, NodeImporter &importer, NodeImporter::Scope &scope) {
  Location loc = importer.locate(input.name);
  if (scope.initializers.count(input.name) || scope.sparse.count(input.name))
    return success(); // its default value; that a caller could give another is not kept
  llvm::Expected<RankedTensorType> type = onnx::typeOf(input, b.getContext());
  if (!type)
    return emit(loc, type.takeError(), "input: ");
  if (!scope.values.try_emplace(input.name, function.getBody().addArgument(*type, loc)).second)
    return emitError(loc) << "expected each input once, got two of this name";
  for (const Dim &dim : input.dims)
    if (!dim.size && !dim.symbol.empty() && !symbols.get(dim.symbol))
      symbols.set(dim.symbol, b.getI64ArrayAttr({0, std::numeric_limits<int64_t>::max()}));
  argumentTypes.push_back(*type);
  argumentAttrs.push_back(describe(input, *type));
  return success();
}

LogicalResult ModelImporter::importOutput(const ValueInfo &output, NodeImporter &importer, NodeImporter::Scope &scope) {
  Location loc = importer.locate(output.name);
  Value value = importer.find(output.name, scope, loc);
  if (!value)
    return failure();
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type)
    return graphopt::emitError(loc, Failure::unsupportedOp) << "output: values of kind sequence are not supported";
  llvm::Expected<RankedTensorType> stated = onnx::typeOf(output, b.getContext());
  if (!stated)
    llvm::consumeError(stated.takeError()); // not stated in full: nothing to hold it against
  else if (stated->getElementType() != type.getElementType() || failed(verifyCompatibleShape(*stated, type)))
    return emitError(loc) << "expected an output of type " << *stated << ", which the model states, got " << type;
  results.push_back(value);
  resultAttrs.push_back(describe(output, type));
  return success();
}

LogicalResult ModelImporter::import() {
  b.setInsertionPointToEnd(module.getBody());
  function = func::FuncOp::create(b, module.getLoc(), options.functionName, b.getFunctionType({}, {}));
  symbolTable.insert(function);
  Block *block = &function.getBody().emplaceBlock();
  b.setInsertionPointToEnd(block);
  NodeImporter importer(b, rules, functions, source, function, symbolTable);
  NodeImporter::Scope scope;
  NodeImporter::Frame frame;
  frame.opsets = model.opsets;
  if (failed(importer.open(model.graph, scope)))
    return failure();
  for (const ValueInfo &input : model.graph.inputs)
    if (failed(importInput(input, importer, scope)))
      return failure();
  importer.random.key = addRandomKey(*block);
  importer.importNodes(model.graph.nodes, scope, frame);
  if (importer.hasFailed())
    return failure();
  if (DictionaryAttr key = settleRandomKey(importer.random)) {
    argumentTypes.push_back(importer.random.key.getType());
    argumentAttrs.push_back(key);
  }
  for (const ValueInfo &output : model.graph.outputs)
    if (failed(importOutput(output, importer, scope)))
      return failure();
  func::ReturnOp::create(b, module.getLoc(), results);
  function.setFunctionType(b.getFunctionType(argumentTypes, ValueRange(results).getTypes()));
  function.setArgAttrsAttr(b.getArrayAttr(argumentAttrs));
  function.setResAttrsAttr(b.getArrayAttr(resultAttrs));
  if (!symbols.empty())
    function->setAttr(graph::symbolsAttr, symbols.getDictionary(b.getContext()));
  eraseUnused(function.getBody());
  return verify(module);
}

/// The mapped file and what it says; an error has been emitted where it can't be read.
static std::optional<std::pair<std::shared_ptr<llvm::MemoryBuffer>, Model>> openModel(StringRef path, MLIRContext *context,
                                                                                      const Limits &limits) {
  Location loc = FileLineColLoc::get(context, path, 0, 0);
  llvm::Expected<std::shared_ptr<llvm::MemoryBuffer>> file = mapFile(path);
  if (!file) {
    emitError(loc) << llvm::toString(file.takeError());
    return std::nullopt;
  }
  llvm::Expected<Model> model = readModel((*file)->getBuffer(), limits);
  if (!model) {
    (void)emit(loc, model.takeError());
    return std::nullopt;
  }
  if (model->irVersion < 3 || model->irVersion > maxIrVersion) {
    emitError(loc) << "expected version 3 to " << maxIrVersion << " of the format, got " << model->irVersion;
    return std::nullopt;
  }
  int64_t opset = versionOf(model->opsets, "");
  if (opset != 0 && (opset < minOpset || opset > maxOpset)) {
    emitError(loc) << "expected opset " << minOpset << " to " << maxOpset << " of ai.onnx, got " << opset;
    return std::nullopt;
  }
  return std::pair(*file, std::move(*model));
}

OwningOpRef<ModuleOp> graphopt::importOnnx(StringRef path, MLIRContext *context, const OnnxOptions &options, ImportReport *report) {
  context->loadDialect<graph::GraphDialect, func::FuncDialect, arith::ArithDialect, math::MathDialect, tensor::TensorDialect,
                       scf::SCFDialect, cf::ControlFlowDialect>();
  auto opened = openModel(path, context, options.limits);
  if (!opened)
    return nullptr;
  const auto &[file, model] = *opened;
  std::optional<ImportRules> rules = collectRules(context);
  if (!rules)
    return nullptr;
  FunctionTable functions = tableOf(model);
  Counter counter(functions, *rules);
  counter.count(model.graph.nodes, model.opsets);
  ImportReport own;
  ImportReport &found = report ? *report : own;
  found = counter.take();
  if (failed(checkSupport(found, context, path)))
    return nullptr;

  if (uint64_t nodes = Expansion(functions).count(model.graph.nodes); nodes > options.limits.ops) {
    graphopt::emitError(FileLineColLoc::get(context, path, 0, 0), Failure::limit) << options.limits.exceeded(&Limits::ops, Twine(nodes));
    return nullptr;
  }

  StringRef folder = llvm::sys::path::parent_path(path), fileName = llvm::sys::path::filename(path);
  WeightStore &weights = context->getLoadedDialect<graph::GraphDialect>()->getWeights();
  weights.setBaseDirectory(folder.empty() ? "." : folder);
  TensorSource source{file->getBuffer(), fileName.str(), weights, options.limits};
  OwningOpRef<ModuleOp> module = ModuleOp::create(NameLoc::get(StringAttr::get(context, fileName)));
  ImportDiagnostics diagnostics(context, path);
  LogicalResult result = ModelImporter(model, functions, source, *module, *rules, options).import();
  found.hasUnsupportedArguments = diagnostics.hasUnsupported;
  if (failed(result))
    return nullptr;
  return module;
}

FailureOr<ImportReport> graphopt::reportOnnx(StringRef path, MLIRContext *context, const Limits &limits) {
  context->loadDialect<graph::GraphDialect>();
  auto opened = openModel(path, context, limits);
  if (!opened)
    return failure();
  std::optional<ImportRules> rules = collectRules(context);
  if (!rules)
    return failure();
  FunctionTable functions = tableOf(opened->second);
  Counter counter(functions, *rules);
  counter.count(opened->second.graph.nodes, opened->second.opsets);
  return counter.take();
}
