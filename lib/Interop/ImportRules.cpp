//===- ImportRules.cpp - the rules by operator name -----------------------===//
#include "graph-opt/Interop/ImportRules.h"
#include "Interop/Aten/Rules/Rules.h"
#include "Interop/Onnx/Rules/Rules.h"
#include "Interop/Promotion.h"
#include "graph-opt/Dialect/Graph/Graph.h"
#include "mlir/IR/Verifier.h"

using namespace mlir;
using namespace graphopt;

void ImportRules::aten(ArrayRef<StringRef> overloads, ImportRule rule) {
  for (StringRef overload : overloads)
    if (atenRefusals.contains(overload) || !atenRules.try_emplace(overload, rule).second)
      twice.push_back(("aten." + overload).str());
}

void ImportRules::onnx(ArrayRef<StringRef> ops, ImportRule rule, int since, int until) {
  for (StringRef op : ops) {
    auto &versions = onnxRules[op];
    if (llvm::any_of(versions, [&](const Versioned &other) { return since <= other.until && other.since <= until; }))
      twice.push_back(("onnx." + op).str());
    versions.push_back({since, until, rule});
  }
}

void ImportRules::refuseAten(ArrayRef<StringRef> overloads, StringRef reason) {
  for (StringRef overload : overloads)
    if (atenRules.contains(overload) || !atenRefusals.try_emplace(overload, reason.str()).second)
      twice.push_back(("aten." + overload).str());
}

StringRef ImportRules::findRefusal(StringRef overload) const {
  auto it = atenRefusals.find(overload);
  return it == atenRefusals.end() ? StringRef() : StringRef(it->second);
}

std::vector<std::pair<std::string, std::string>> ImportRules::refusals() const {
  std::vector<std::pair<std::string, std::string>> result;
  for (const auto &refusal : atenRefusals)
    result.push_back({("aten." + refusal.getKey()).str(), refusal.getValue()});
  llvm::sort(result);
  return result;
}

const ImportRule *ImportRules::findAten(StringRef overload) const {
  auto it = atenRules.find(overload);
  return it == atenRules.end() ? nullptr : &it->second;
}

const ImportRule *ImportRules::findOnnx(StringRef op, int opset) const {
  auto it = onnxRules.find(op);
  if (it == onnxRules.end())
    return nullptr;
  for (const Versioned &version : it->second)
    if (version.since <= opset && opset <= version.until)
      return &version.rule;
  return nullptr;
}

std::vector<std::string> ImportRules::names() const {
  std::vector<std::string> names;
  for (const auto &rule : atenRules)
    names.push_back(("aten." + rule.getKey()).str());
  for (const auto &rule : onnxRules)
    names.push_back(("onnx." + rule.getKey()).str());
  llvm::sort(names);
  return names;
}

ImportRules ImportRules::collect(MLIRContext *context) {
  ImportRules rules;
  for (RegisteredOperationName name : context->getRegisteredOperations())
    if (const auto *op = name.getInterface<InteropOpInterface>())
      op->registerImportRules(rules);
  registerAtenRules(rules);
  registerOnnxRules(rules);
  return rules;
}

//===--- Elementwise rows -------------------------------------------------===//

namespace {
/// Builds the op `opName` of the operands, with the result types that its shape rule gives.
LogicalResult build(ImportCall &call, StringRef opName, ValueRange operands) {
  OperationState state(call.loc, opName);
  state.addOperands(operands);
  const auto *infer = state.name.getInterface<InferTypeOpInterface>();
  if (!infer || failed(infer->inferReturnTypes(call.builder.getContext(), call.loc, operands, DictionaryAttr(), OpaqueProperties(nullptr),
                                               RegionRange(), state.types)))
    return failure();
  return call.yield(call.builder.create(state)->getResults());
}

/// Whether the op takes operands of these types, by its own verifier. If so, it is built.
bool takes(ImportCall &call, StringRef opName, ValueRange operands) {
  ScopedDiagnosticHandler quiet(call.builder.getContext(), [](Diagnostic &) { return success(); });
  if (failed(build(call, opName, operands)))
    return false;
  Operation *op = call.getResults()[0].getDefiningOp();
  if (succeeded(verify(op)))
    return true;
  op->erase();
  return false;
}

/// Operands are all arguments in order but `alpha`, which is a factor of the last one.
LogicalResult importElementwise(ImportCall &call, StringRef opName) {
  SmallVector<StringRef> names;
  SmallVector<const ImportArg *> operands;
  for (const auto &[name, arg] : call.args)
    if (name != "alpha" && !arg.isNone()) {
      names.push_back(name);
      operands.push_back(&arg);
    }
  if (operands.empty())
    return call.unsupported("expected operands");
  // The source states the result's type; of a predicate, that is i1, and the operands are promoted by torch's rules.
  Type common = promote(operands, call.builder.getContext());
  Type result = call.resultElementType();
  if (result && (!result.isInteger(1) || StringRef(call.name).contains("logical_")))
    common = result;
  SmallVector<Value> values;
  for (StringRef name : names) {
    FailureOr<Value> value = call.tensorOrNumber(name, common);
    if (failed(value))
      return failure();
    values.push_back(*value);
  }
  const ImportArg &alpha = call["alpha"];
  bool isOne = (alpha.get<int64_t>() && *alpha.get<int64_t>() == 1) || (alpha.get<double>() && *alpha.get<double>() == 1) ||
               (alpha.get<bool>() && *alpha.get<bool>());
  if (!alpha.isNone() && !isOne) {
    FailureOr<Value> factor = call.tensorOrNumber("alpha", common);
    if (failed(factor) || failed(build(call, "graph.mul", {values.back(), *factor})))
      return failure();
    values.back() = call.getResults()[0];
  }
  if (isa<FloatType>(common))
    return build(call, opName, values);
  if (takes(call, opName, values))
    return success();
  if (values.size() == 1) { // an op of floating-point numbers: whole ones stay as they are when rounded, and are finite
    if (result == common && !common.isInteger(1))
      return call.yield(values[0]);
    if (failed(build(call, opName, call.cast(values[0], call.builder.getF32Type()))))
      return failure();
    return call.yield(call.cast(call.getResults()[0], result ? result : common));
  }
  if (!common.isInteger(1))
    return build(call, opName, values); // with the verifier's error
  // Truth values that it does not take count: a sum or a product of them is true where it is not 0.
  for (Value &value : values)
    value = call.cast(value, call.builder.getI64Type());
  if (failed(build(call, opName, values)))
    return failure();
  return call.yield(call.cast(call.getResults()[0], common));
}
} // namespace

void graphopt::addElementwiseRules(ImportRules &rules, StringRef opName, ArrayRef<StringRef> aten, ArrayRef<StringRef> onnx) {
  ImportRule rule = [name = opName.str()](ImportCall &call) { return importElementwise(call, name); };
  rules.aten(aten, rule);
  rules.onnx(onnx, rule);
}
