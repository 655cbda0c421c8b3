//===- GraphExporter.cpp - a function as a foreign graph ------------------===//
#include "Interop/GraphExporter.h"
#include "Interop/ImportSupport.h"
#include "graph-opt/Dialect/Graph/Graph.h"
#include "graph-opt/Failure.h"
#include "llvm/ADT/DenseSet.h"

using namespace mlir;
using namespace graphopt;

StringRef graphopt::nameOfNode(Location loc) {
  auto name = loc->findInstanceOf<NameLoc>();
  return name ? name.getName().strref() : StringRef();
}

FailureOr<ExportedFunction> graphopt::exportFunction(ModuleOp module, StringRef name, ExportTarget target) {
  ExportedFunction exported;
  exported.copy = module.clone();
  SmallVector<FunctionOpInterface> found;
  for (auto function : exported.copy->getOps<FunctionOpInterface>())
    if (function.isPublic() && !function.isExternal() && (name.empty() || function.getName() == name))
      found.push_back(function);
  if (found.size() != 1)
    return module->emitError() << "expected one public function" << (name.empty() ? "" : " called '") << name << (name.empty() ? "" : "'")
                               << " to export, got " << found.size();
  exported.function = found.front();
  FailureOr<ForeignModel> model = ExportState(target, ExportRules::collect(module.getContext())).run(exported.function);
  if (failed(model))
    return failure();
  exported.model = std::move(*model);
  return std::move(exported);
}

ForeignValue ExportState::makeValue(Type element, StringRef hint) {
  model.hints.push_back(hint.str());
  return {static_cast<unsigned>(model.hints.size() - 1), element};
}

const ForeignNode *ExportState::findNode(ForeignValue value) const {
  SmallVector<const ForeignGraph *> graphs(around);
  graphs.push_back(graph);
  for (const ForeignGraph *each : llvm::reverse(graphs))
    for (const ForeignNode &node : each->nodes)
      if (llvm::any_of(node.results, [&](ForeignValue result) { return result.number == value.number; }))
        return &node;
  return nullptr;
}

ForeignValue ExportState::addConstant(const TensorValue &tensor, StringRef hint, bool isParameter) {
  ForeignValue value = makeValue(tensor.getElementType(), hint);
  constantNumbers[value.number] = model.constants.size();
  model.constants.push_back({value, tensor, isParameter});
  return value;
}

FailureOr<ForeignModel> ExportState::run(FunctionOpInterface function) {
  if (!function.getFunctionBody().hasOneBlock())
    return function->emitError() << "expected a function of one block, got " << function.getFunctionBody().getBlocks().size();
  eraseUnused(function.getFunctionBody()); // what is not exported need not have a form
  for (BlockArgument argument : function.getArguments()) {
    auto name = function.getArgAttrOfType<StringAttr>(argument.getArgNumber(), graph::nameAttr);
    std::string hint = name ? name.str() : "in" + std::to_string(argument.getArgNumber());
    values[argument] = makeValue(ExportSite::elementOf(argument.getType()), hint);
    model.graph.inputs.push_back(values[argument]);
  }
  Block &body = function.getFunctionBody().front();
  if (failed(exportBlock(body)) || failed(reportUnsupported(function->getContext())))
    return failure();

  // Formats want an output to be the result of a node, and of one output: copies where it isn't.
  llvm::SmallDenseSet<unsigned> made;
  for (const ForeignNode &node : model.graph.nodes)
    for (ForeignValue result : node.results)
      made.insert(result.number);
  for (OpOperand &operand : body.getTerminator()->getOpOperands()) {
    auto name = function.getResultAttrOfType<StringAttr>(operand.getOperandNumber(), graph::nameAttr);
    std::string hint = name ? name.str() : "out" + std::to_string(operand.getOperandNumber());
    ForeignValue value = values.lookup(operand.get());
    if (target == ExportTarget::onnx && !made.erase(value.number))
      value = OnnxExport(*this, body.getTerminator())("Identity", {value});
    if (target == ExportTarget::onnx)
      model.hints[value.number] = hint;
    model.graph.outputs.push_back(value);
  }
  pruneUnused(model);
  return std::move(model);
}

LogicalResult ExportState::exportBlock(Block &block) {
  for (Operation *op = &block.front(); !op->hasTrait<OpTrait::IsTerminator>();) {
    Operation *next = op->getNextNode();
    if (failed(exportOp(op, next)))
      return failure();
    op = next;
  }
  return success();
}

LogicalResult ExportState::readParameter(Operation *op, FlatSymbolRefAttr name) {
  ForeignValue &known = parameters[name];
  if (!known) {
    auto parameter = symbols.lookupNearestSymbolFrom<ParameterOpInterface>(op, name);
    if (!parameter)
      return op->emitOpError() << "expected a parameter called " << name << ", got none";
    llvm::Expected<TensorValue> value = WeightStore::get(parameter.getParameterValue(), parameter.getParameterType());
    if (!value)
      return op->emitOpError() << llvm::toString(value.takeError());
    known = addConstant(*value, name.getValue(), /*isParameter=*/true);
  }
  values[op->getResult(0)] = known;
  return success();
}

LogicalResult ExportState::exportOp(Operation *op, Operation *&next) {
  if (auto read = dyn_cast<ParameterReadOpInterface>(op))
    return readParameter(op, read.getParameterName());
  std::string reason;
  if (const ExportRules::Rule *rule = rules.find(target, op->getName().getStringRef())) {
    OnnxExport onnx(*this, op);
    AtenExport aten(*this, op);
    ExportSite &place = target == ExportTarget::onnx ? static_cast<ExportSite &>(onnx) : aten;
    if (succeeded((*rule)(place)))
      return success();
    if (!place.hasDeclined())
      return failure();
    reason = place.getReason();
  }
  if (auto composite = dyn_cast<DecomposeOpInterface>(op)) {
    OpBuilder b(op);
    Operation *before = op->getPrevNode();
    FailureOr<SmallVector<Value>> expansion = composite.decompose(b);
    if (succeeded(expansion)) {
      next = before ? before->getNextNode() : &op->getBlock()->front();
      op->replaceAllUsesWith(*expansion);
      if (next == op)
        next = op->getNextNode();
      op->erase();
      return success();
    }
  }
  ++unsupported.try_emplace(op->getName(), Unsupported{op->getLoc(), reason, 0}).first->second.count;
  for (Value result : op->getResults()) // so that the others are told, too
    values[result] = makeValue(ExportSite::elementOf(result.getType()));
  return success();
}

LogicalResult ExportState::reportUnsupported(MLIRContext *context) {
  for (auto &[name, what] : unsupported) {
    InFlightDiagnostic error = graphopt::emitError(what.loc, Failure::unsupportedOp);
    error << "unsupported '" << name.getStringRef() << "' (" << what.count << (what.count == 1 ? " op" : " ops") << ") in "
          << (target == ExportTarget::onnx ? "ONNX" : "ATen");
    if (!what.reason.empty())
      error << ": " << what.reason;
  }
  return success(unsupported.empty());
}

//===--- What is needed ---------------------------------------------------===//

static void need(const ForeignArg &arg, llvm::DenseSet<unsigned> &needed);

static void prune(ForeignGraph &graph, llvm::DenseSet<unsigned> &needed) {
  for (ForeignValue output : graph.outputs)
    needed.insert(output.number);
  std::vector<ForeignNode> kept;
  for (ForeignNode &node : llvm::reverse(graph.nodes)) {
    if (llvm::none_of(node.results, [&](ForeignValue result) { return needed.contains(result.number); }))
      continue;
    for (const ForeignArg &arg : node.args)
      need(arg, needed);
    for (const NamedForeignArg &arg : node.named)
      need(arg.second, needed);
    kept.push_back(std::move(node));
  }
  graph.nodes.assign(std::make_move_iterator(kept.rbegin()), std::make_move_iterator(kept.rend()));
}

static void need(const ForeignArg &arg, llvm::DenseSet<unsigned> &needed) {
  if (const auto *value = arg.get<ForeignValue>())
    needed.insert(value->number);
  else if (const auto *list = arg.get<ForeignArg::List>())
    for (const ForeignArg &element : *list)
      need(element, needed);
  else if (const auto *nested = arg.get<std::shared_ptr<ForeignGraph>>())
    prune(**nested, needed);
}

void graphopt::pruneUnused(ForeignGraph &graph) {
  llvm::DenseSet<unsigned> needed;
  prune(graph, needed);
}

void graphopt::pruneUnused(ForeignModel &model) {
  llvm::DenseSet<unsigned> needed;
  prune(model.graph, needed);
  llvm::erase_if(model.constants, [&](const ForeignModel::Constant &constant) { return !needed.contains(constant.value.number); });
}
