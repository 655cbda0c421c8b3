//===- CheckEach.cpp - judge every pass by its numbers --------------------===//
#include "graph-opt/Interpreter/CheckEach.h"
#include "graph-opt/Dialect/Graph/Graph.h"
#include "graph-opt/Failure.h"
#include "mlir/IR/OperationSupport.h"
#include "mlir/Interfaces/CallInterfaces.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Pass/PassInstrumentation.h"

using namespace mlir;
using namespace graphopt;

namespace {
/// Of an argument: the number of the result of `<function>_prepare` that is passed in it.
constexpr StringLiteral preparedAttr = "graph.prepared";

/// A function that is judged: what it is run on, and what it gave before the pass.
struct Judged {
  SmallVector<std::string> names; ///< of the inputs, where they have one
  SmallVector<TensorValue> inputs, results;
};

class CheckEach final : public PassInstrumentation {
public:
  CheckEach(CheckEachOptions options, std::shared_ptr<CheckEachReport> report) : options(std::move(options)), report(std::move(report)) {}

  void runBeforePass(Pass *pass, Operation *op) override {
    if (isAdaptor(pass) || report->numbersDiffer)
      return;
    if (!started) {
      started = true;
      start(rootOf(op));
    }
    prints.emplace_back(op);
  }
  void runAfterPass(Pass *pass, Operation *op) override {
    if (isAdaptor(pass) || prints.empty())
      return;
    OperationFingerPrint before = prints.pop_back_val();
    if (!report->numbersDiffer && !functions.empty() && before != OperationFingerPrint(op))
      judge(pass->getArgument().empty() ? pass->getName() : pass->getArgument(), op);
  }
  void runAfterPassFailed(Pass *pass, Operation *) override {
    if (!isAdaptor(pass) && !prints.empty())
      prints.pop_back();
  }

private:
  /// What runs nested passes; they are judged by themselves.
  static bool isAdaptor(Pass *pass) { return pass->getName() == "mlir::detail::OpToOpPassAdaptor"; }
  static Operation *rootOf(Operation *op) {
    while (Operation *parent = op->getParentOp())
      op = parent;
    return op;
  }
  static SmallVector<FunctionOpInterface> publicFunctions(Operation *root) {
    SmallVector<FunctionOpInterface> found;
    root->walk([&](FunctionOpInterface function) {
      auto symbol = dyn_cast<SymbolOpInterface>(function.getOperation());
      if (symbol && symbol.isPublic() && !function.isExternal())
        found.push_back(function);
      return WalkResult::skip();
    });
    return found;
  }

  void start(Operation *root);
  void judge(StringRef pass, Operation *op);
  bool compareResults(StringRef pass, FunctionOpInterface function, Judged &judged);
  SmallVector<TensorValue> prepare(FunctionOpInterface function) const;
  std::optional<SmallVector<TensorValue>> bind(FunctionOpInterface function, const Judged &judged) const;
  FailureOr<SmallVector<TensorValue>> evaluate(FunctionOpInterface function, ArrayRef<TensorValue> inputs, std::string &message) const;

  CheckEachOptions options;
  std::shared_ptr<CheckEachReport> report;
  bool started = false;
  llvm::StringMap<Judged> functions;
  llvm::StringMap<TensorValue> parameters;
  SmallVector<OperationFingerPrint> prints; ///< of the ops whose passes are running
};

/// An op that the interpreter lacks, in a function or in what it calls.
Operation *findUnsupported(FunctionOpInterface function) {
  SymbolTableCollection symbols;
  llvm::SetVector<Operation *> reached;
  reached.insert(function);
  Operation *found = nullptr;
  for (unsigned i = 0; i < reached.size() && !found; ++i) {
    Operation *top = reached[i];
    top->walk<WalkOrder::PreOrder>([&](Operation *op) {
      if (op == top || op->hasTrait<OpTrait::IsTerminator>() || isa<EvaluateOpInterface>(op))
        return WalkResult::advance();
      auto call = dyn_cast<CallOpInterface>(op);
      auto callee = call ? dyn_cast_or_null<FunctionOpInterface>(call.resolveCallableInTable(&symbols)) : nullptr;
      if (callee && !callee.isExternal()) {
        reached.insert(callee);
        return WalkResult::advance();
      }
      // Ops inside the terminator of scf.forall, and linalg.index, have their meaning from the op around them.
      if (op->getParentOp()->hasTrait<OpTrait::IsTerminator>() || op->getName().getStringRef() == "linalg.index")
        return WalkResult::advance();
      found = op;
      return WalkResult::interrupt();
    });
  }
  return found;
}

/// The same bytes where only the sign of the element type differs.
TensorValue asType(const TensorValue &value, Type type) {
  Type element = getElementTypeOrSelf(type);
  if (value.getElementType() != element && isa<IntegerType>(element) && isa<IntegerType>(value.getElementType()) &&
      element.getIntOrFloatBitWidth() == value.getElementType().getIntOrFloatBitWidth())
    return value.bitcast(element);
  return value;
}
} // namespace

FailureOr<SmallVector<TensorValue>> CheckEach::evaluate(FunctionOpInterface function, ArrayRef<TensorValue> inputs,
                                                        std::string &message) const {
  ScopedDiagnosticHandler quiet(function.getContext(), [&](Diagnostic &diagnostic) {
    if (message.empty() && diagnostic.getSeverity() == DiagnosticSeverity::Error)
      message = diagnostic.str();
    return success();
  });
  return interpret(function, inputs, options.limits);
}

void CheckEach::start(Operation *root) {
  root->walk([&](ParameterOpInterface parameter) {
    auto value = WeightStore::get(parameter.getParameterValue(), parameter.getParameterType());
    if (value)
      parameters[SymbolTable::getSymbolName(parameter).getValue()] = *value;
    else
      llvm::consumeError(value.takeError()); // evaluating a function that reads it says so
  });
  for (FunctionOpInterface function : publicFunctions(root)) {
    if (Operation *op = findUnsupported(function)) {
      emitRemark(function.getLoc()) << "is not judged by --check-each: '" << op->getName() << "' has no evaluation";
      continue;
    }
    Judged judged;
    auto inputs = randomInputs(function, options.inputs);
    if (failed(inputs))
      continue; // with an error
    for (unsigned i = 0; i < function.getNumArguments(); ++i) {
      auto weight = function.getArgAttrOfType<StringAttr>(i, graph::weightAttr);
      if (weight && !parameters.contains(weight.getValue()))
        parameters[weight.getValue()] = (*inputs)[i];
      if (weight)
        continue;
      auto name = function.getArgAttrOfType<StringAttr>(i, graph::nameAttr);
      judged.names.push_back(name ? name.getValue().str() : "");
      judged.inputs.push_back((*inputs)[i]);
    }
    std::string message;
    auto arguments = bind(function, judged);
    auto results = arguments ? evaluate(function, *arguments, message) : FailureOr<SmallVector<TensorValue>>();
    if (failed(results)) {
      emitRemark(function.getLoc()) << "is not judged by --check-each: " << message;
      continue;
    }
    judged.results = std::move(*results);
    functions[function.getName()] = std::move(judged);
  }
}

/// What depends on weights alone, and is computed by a function beside the one that uses it.
SmallVector<TensorValue> CheckEach::prepare(FunctionOpInterface function) const {
  auto name = FlatSymbolRefAttr::get(function.getContext(), function.getName().str() + "_prepare");
  auto preparation = dyn_cast_or_null<FunctionOpInterface>(SymbolTable::lookupNearestSymbolFrom(function, name));
  if (!preparation || preparation.isExternal())
    return {};
  auto arguments = bind(preparation, Judged());
  std::string message;
  auto results = arguments ? evaluate(preparation, *arguments, message) : FailureOr<SmallVector<TensorValue>>();
  return succeeded(results) ? std::move(*results) : SmallVector<TensorValue>();
}

/// The values of a function's arguments: weights by name, the others by name or else in order; nothing where they don't fit.
std::optional<SmallVector<TensorValue>> CheckEach::bind(FunctionOpInterface function, const Judged &judged) const {
  SmallVector<TensorValue> arguments;
  unsigned next = 0, plain = 0;
  for (unsigned i = 0; i < function.getNumArguments(); ++i)
    plain += !function.getArgAttr(i, graph::weightAttr) && !function.getArgAttr(i, preparedAttr);
  SmallVector<TensorValue> prepared;
  for (auto [i, argument] : llvm::enumerate(function.getArguments())) {
    TensorValue value;
    if (auto weight = function.getArgAttrOfType<StringAttr>(i, graph::weightAttr)) {
      value = parameters.lookup(weight.getValue());
    } else if (auto number = function.getArgAttrOfType<IntegerAttr>(i, preparedAttr)) {
      if (prepared.empty())
        prepared = prepare(function);
      if (number.getInt() >= 0 && number.getInt() < static_cast<int64_t>(prepared.size()))
        value = prepared[number.getInt()];
    } else if (plain == judged.inputs.size()) {
      value = judged.inputs[next++];
    } else if (auto name = function.getArgAttrOfType<StringAttr>(i, graph::nameAttr)) {
      const auto *it = llvm::find(judged.names, name.getValue());
      if (it != judged.names.end())
        value = judged.inputs[it - judged.names.begin()];
    }
    auto tensor = dyn_cast<RankedTensorType>(argument.getType());
    if (!value || !(tensor || argument.getType().isIntOrIndexOrFloat()))
      return std::nullopt;
    arguments.push_back(asType(value, argument.getType()));
  }
  return arguments;
}

/// False where the function is not judged any more.
bool CheckEach::compareResults(StringRef pass, FunctionOpInterface function, Judged &judged) {
  auto arguments = bind(function, judged);
  Operation *unsupported = findUnsupported(function);
  if (!arguments || unsupported) {
    InFlightDiagnostic remark = emitRemark(function.getLoc()) << "is not judged by --check-each from pass '" << pass << "' on: ";
    if (unsupported)
      remark << "'" << unsupported->getName() << "' has no evaluation";
    else
      remark << "its arguments are others";
    return false;
  }
  std::string message;
  auto results = evaluate(function, *arguments, message);
  ++report->comparisons;
  auto differ = [&](const Twine &what) {
    report->numbersDiffer = true;
    emitError(function.getLoc(), Failure::numbersDiffer)
        << "pass '" << pass << "' changes the numbers of '" << function.getName() << "': " << what;
    return false;
  };
  if (failed(results))
    return differ("it fails with \"" + message + "\"");
  if (results->size() != judged.results.size())
    return differ("expected " + Twine(judged.results.size()) + " results, got " + Twine(results->size()));
  for (auto [i, result] : llvm::enumerate(*results)) {
    Comparison comparison = compare(asType(result, judged.results[i].getElementType()), judged.results[i], options.tolerances);
    if (!comparison.equal)
      return differ("result " + Twine(i) + ": " + comparison.message);
  }
  judged.results = std::move(*results);
  for (auto [i, result] : llvm::enumerate(judged.results))
    result = asType(result, getElementTypeOrSelf(function.getResultTypes()[i]));
  return true;
}

void CheckEach::judge(StringRef pass, Operation *op) {
  SmallVector<FunctionOpInterface> changed = publicFunctions(rootOf(op));
  // A pass on one public function leaves the others as they are.
  if (auto function = dyn_cast<FunctionOpInterface>(op); function && llvm::is_contained(changed, function))
    changed = {function};
  for (FunctionOpInterface function : changed) {
    auto it = functions.find(function.getName());
    if (it != functions.end() && !compareResults(pass, function, it->second))
      functions.erase(it);
    if (report->numbersDiffer)
      return;
  }
}

std::shared_ptr<CheckEachReport> graphopt::attachCheckEach(PassManager &manager, const CheckEachOptions &options) {
  auto report = std::make_shared<CheckEachReport>();
  manager.getContext()->disableMultithreading();
  manager.addInstrumentation(std::make_unique<CheckEach>(options, report));
  return report;
}
